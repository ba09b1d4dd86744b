"""Envelopes, HTTP, and how replies are written."""

from __future__ import annotations

import re

from contracts.facts.zuora.asking import PLAIN
from contracts.judging import among, require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element
from contracts.zuora.replies import SOAP_11, SOAP_12, local, only
from contracts.zuora.scenarios import ACCOUNTS

fact = ZUORA.fact

QUERY = f"<api:query>{element('queryString', PLAIN)}</api:query>"


def _works_with(client: Client, headers: dict[str, str]) -> None:
    require(client.call(QUERY, headers=headers).page().records, f"the query with {headers} finds nothing")


@fact(
    "zuora.wire.soap-11",
    "A request in a SOAP 1.1 envelope is answered in one.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def soap_11(client: Client) -> None:
    reply = client.call(QUERY)
    same(reply.envelope, SOAP_11, "the reply's envelope")
    require(reply.page().records, "the query finds nothing")


@fact(
    "zuora.wire.soap-12",
    "A request in a SOAP 1.2 envelope is answered in one.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def soap_12(client: Client) -> None:
    reply = client.another(soap12=True).call(QUERY)
    same(reply.envelope, SOAP_12, "the reply's envelope")
    require(reply.page().records, "the query finds nothing")


@fact(
    "zuora.wire.soap-action-empty",
    'A request whose SOAPAction is `""` is answered.',
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
)
def soap_action_empty(client: Client) -> None:
    _works_with(client, {"SOAPAction": '""'})


@fact(
    "zuora.wire.soap-action-absent",
    "A request without SOAPAction is answered.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def soap_action_absent(client: Client) -> None:
    _works_with(client, {"SOAPAction": ""})


@fact(
    "zuora.wire.content-type-bare",
    "A request of type `text/xml` is answered.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def content_type_bare(client: Client) -> None:
    _works_with(client, {"Content-Type": "text/xml"})


@fact(
    "zuora.wire.content-type-charset",
    "A request of type `text/xml; charset=utf-8` is answered.",
    source=sources.SAMPLES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def content_type_charset(client: Client) -> None:
    _works_with(client, {"Content-Type": "text/xml; charset=utf-8"})


@fact(
    "zuora.wire.must-understand-zero",
    "A header block with `mustUnderstand` 0 is read like any other.",
    source=sources.SAMPLES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def must_understand_zero(client: Client) -> None:
    block = '<api:SessionHeader soapenv:mustUnderstand="0">' + element("session", client.session)
    reply = client.call(QUERY, header=block + "</api:SessionHeader>", session="")
    require(reply.page().records, "the query finds nothing")


@fact(
    "zuora.wire.header-order",
    "QueryOptions may stand before or after SessionHeader.",
    source=sources.WSDL_83,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def header_order(client: Client) -> None:
    options = f"<api:QueryOptions>{element('batchSize', 2)}</api:QueryOptions>"
    session = f"<api:SessionHeader>{element('session', client.session)}</api:SessionHeader>"
    for header in (options + session, session + options):
        same(len(client.call(QUERY, header=header, session="").page().records), 2, "rows of the page")


@fact(
    "zuora.wire.header-namespace-loose",
    "A lenient service reads SessionHeader in a foreign namespace, whatever the capitals of `session`.",
    source=f"{sources.FIXTURES}; {sources.QUERY_MORE}",
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=[Capability.LOOSE],
)
def header_namespace_loose(client: Client) -> None:
    for prefix, name in (("soapenv", "Session"), ("obj", "session")):
        block = f"<{prefix}:SessionHeader>{element(name, client.session)}</{prefix}:SessionHeader>"
        require(client.call(QUERY, header=block, session="").page().records, f"nothing is found with {prefix}")


@fact(
    "zuora.wire.xml-declaration",
    "A reply begins with an XML declaration in single quotes that names UTF-8.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def xml_declaration(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    same(reply.bytes[:38], b"<?xml version='1.0' encoding='UTF-8'?>", "how the reply begins")


@fact(
    "zuora.wire.prefixes",
    "The envelope has the prefix `soapenv`, elements of the API namespace `ns1`, those of records `ns2`.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def prefixes(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    result = only(reply.payload, "result")
    record = next(each for each in result if local(each) == "records")
    same([reply.root.prefix, reply.payload.prefix, result.prefix, record.prefix], ["soapenv", *["ns1"] * 3], "prefixes")
    same(record[0].prefix, "ns2", "the prefix of a field")


@fact(
    "zuora.wire.record-declares-ns2",
    "Each record declares the prefix of the object namespace for itself.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def record_declares_ns2(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    tags = re.findall(rb"<ns1:records[^>]*>", reply.bytes)
    same(len(tags), len(reply.page().records), "records in the bytes")
    require(tags and all(b'xmlns:ns2="http://object.api.zuora.com/"' in tag for tag in tags), f"a record's tag: {tags}")


@fact(
    "zuora.wire.xsi-declared-where-used",
    "`xmlns:xsi` is declared on each element that uses it, and not on the envelope.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def xsi_where_used(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    for tag in re.findall(rb"<[^>]*\sxsi:[^>]*>", reply.bytes):
        require(b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' in tag, f"no declaration in {tag!r}")
    require(b"xsi" not in reply.bytes.split(b"Body>")[0], "the envelope declares xsi")


@fact(
    "zuora.wire.no-white-space",
    "There is no white space between the elements of a reply.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def no_white_space(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    require(not re.search(rb">\s+<", reply.bytes.split(b"?>", 1)[1].strip()), "white space stands between elements")


@fact(
    "zuora.wire.no-reply-header",
    "A reply's envelope has a Body and no Header.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def no_reply_header(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    same([local(each) for each in reply.root], ["Body"], "what the envelope holds")


@fact(
    "zuora.wire.reply-content-type",
    "A SOAP 1.1 reply is of type `text/xml;charset=UTF-8`.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def reply_content_type(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    same(reply.response.header("Content-Type"), "text/xml;charset=UTF-8", "Content-Type")


@fact(
    "zuora.wire.never-cached",
    "A reply forbids every cache to keep it, in both of HTTP's ways.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def never_cached(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    same(reply.response.header("Cache-Control"), "max-age=0, no-cache, no-store", "Cache-Control")
    same(reply.response.header("Pragma"), "no-cache", "Pragma")


@fact(
    "zuora.wire.length-told",
    "A reply tells its length, or is chunked.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def length_told(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    response = reply.response
    length, chunked = response.header("Content-Length"), response.header("Transfer-Encoding")
    require(chunked == "chunked" or length == str(len(response.body)), f"length {length}, encoding {chunked}")


@fact(
    "zuora.wire.server-name",
    "The service calls itself `Zuora App`.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def server_name(client: Client) -> None:
    reply = client.query_reply(PLAIN)
    require(reply.page().records, "the query finds nothing")
    among("Zuora App", [v for name, v in reply.response.headers if name.lower() == "server"], "Server")


@fact(
    "zuora.wire.broken-xml",
    "XML that cannot be parsed is a server fault which quotes the parser, `com.ctc.wstx.exc.Wstx…Exception`.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def broken_xml(client: Client) -> None:
    whole = client.envelope(QUERY, f"<api:SessionHeader>{element('session', client.session)}</api:SessionHeader>")
    require(client.post(whole).page().records, "the whole query finds nothing")
    reply = client.post(whole[:-20])
    fault = reply.fault()
    same(reply.status, 500, "HTTP status")
    require(re.match(r"com\.ctc\.wstx\.exc\.Wstx\w*Exception", fault.text), f"faultstring {fault.text!r}")
    same(fault.code, "soapenv:Server", "faultcode")


@fact(
    "zuora.wire.track-id-echoed",
    "`Zuora-Track-Id` on a request comes back on its reply.",
    source=sources.developer("rest-api/general-concepts/request-headers"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def track_id(client: Client) -> None:
    reply = client.call(QUERY, headers={"Zuora-Track-Id": "track-7"})
    require(reply.page().records, "the query finds nothing")
    same(reply.response.header("Zuora-Track-Id"), "track-7", "Zuora-Track-Id")


@fact(
    "zuora.wire.request-id",
    "A reply carries an id of its own in `zuora-request-id`.",
    source=f"{sources.developer('rest-api/general-concepts')}; {sources.LOGIN_GEM}",
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def request_id(client: Client) -> None:
    first, second = client.query_reply(PLAIN), client.query_reply(PLAIN)
    require(first.page().records, "the query finds nothing")
    one, two = (each.response.header("zuora-request-id") for each in (first, second))
    require(one and two and one != two, f"request ids {one!r} and {two!r}")


@fact(
    "zuora.wire.fast-query",
    "QueryOptions may ask for a fast query, which finds the same.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def fast_query(client: Client) -> None:
    header = f"<api:QueryOptions>{element('fastQuery', value=True)}</api:QueryOptions>"
    found = client.call(QUERY, header=header).page().ids
    same(sorted(found), sorted(client.query(PLAIN).ids), "what is found")
    require(found, "the query finds nothing")
