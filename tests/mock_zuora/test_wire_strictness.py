"""What a strict service takes of headers, namespaces and media types, and what only a loose one takes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
QUERY = "<a:query><a:queryString>select Id from Account</a:queryString></a:query>"
TENANT = TenantSpec("1", "One", (EntitySpec("0" * 32, "Global"),), (UserSpec("user@one.example.com", "password"),))


@pytest.fixture
def loose(caller: Any) -> Iterator[Any]:
    """A caller of a loose mock, logged in."""
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(1), loose=True)
    mock.add_tenant(TENANT)
    other = type(caller)(mock)
    assert other.login("user@one.example.com", "password").status == 200
    yield other
    mock.close()


def send(caller: Any, header: str, body: str = QUERY, *, soap: str = SOAP11, **environ: Any) -> Any:
    text = (
        f'<e:Envelope xmlns:e="{soap}" xmlns:a="http://api.zuora.com/" xmlns:o="http://object.api.zuora.com/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:elsewhere">'
        f"<e:Header>{header.format(caller.session)}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    )
    return caller.raw(text.encode(), **environ)


ZEEP = "<a:SessionHeader><a:session>{}</a:session></a:SessionHeader>"
AXIS2 = '<a:SessionHeader e:mustUnderstand="0"><a:session>{}</a:session></a:SessionHeader>'
SUDS = '<ns0:SessionHeader xmlns:ns0="http://api.zuora.com/"><ns0:session>{}</ns0:session></ns0:SessionHeader>'
NODE = '<SessionHeader xmlns="http://api.zuora.com/"><session>{}</session></SessionHeader>'
INSISTENT = '<a:SessionHeader e:mustUnderstand="1"><a:session>{}</a:session></a:SessionHeader>'
SPACED = "<!-- mine --><a:SessionHeader>\n <a:session>{}\n</a:session>\n</a:SessionHeader>"
WITH_OTHERS = '<x:Trace e:mustUnderstand="0"/>' + ZEEP
FOR_ANOTHER = '<x:Trace e:mustUnderstand="1" e:actor="urn:a-router" e:role="urn:a-router"/>' + ZEEP

GEM = "<e:SessionHeader><a:Session>{}</a:Session></e:SessionHeader>"
OBJECT_SPACE = "<o:SessionHeader><o:session>{}</o:session></o:SessionHeader>"
UNQUALIFIED = "<SessionHeader><session>{}</session></SessionHeader>"
UNQUALIFIED_CHILD = "<a:SessionHeader><session>{}</session></a:SessionHeader>"
CAPITAL = "<a:SessionHeader><a:Session>{}</a:Session></a:SessionHeader>"


@pytest.mark.parametrize("soap", [SOAP11, SOAP12])
@pytest.mark.parametrize("header", [ZEEP, AXIS2, SUDS, NODE, INSISTENT, SPACED, WITH_OTHERS, FOR_ANOTHER])
def test_every_correct_clients_header_is_taken(caller: Any, header: str, soap: str) -> None:
    reply = send(caller, header, soap=soap)
    assert reply.status == 200, reply.body
    assert f'xmlns:soapenv="{soap}"'.encode() in reply.body


@pytest.mark.parametrize("header", [GEM, OBJECT_SPACE, UNQUALIFIED, UNQUALIFIED_CHILD, CAPITAL])
def test_a_header_under_another_name_carries_no_session_unless_the_mock_is_loose(
    caller: Any, loose: Any, header: str
) -> None:
    assert b"<faultcode>fns:INVALID_SESSION<" in send(caller, header).body
    assert send(loose, header).status == 200


def test_an_option_under_another_name_has_no_effect_unless_the_mock_is_loose(caller: Any, loose: Any) -> None:
    row = (
        '<a:zObjects xsi:type="o:Product"><o:Name>P</o:Name><o:EffectiveStartDate>2026-01-01</o:EffectiveStartDate>'
        "<o:EffectiveEndDate>2027-01-01</o:EffectiveEndDate></a:zObjects>"
    )
    for options, pages in (("a", (1, 1)), ("o", (3, 1))):
        header = f"<{options}:QueryOptions><{options}:batchSize>1</{options}:batchSize></{options}:QueryOptions>" + ZEEP
        for who, expected in zip((caller, loose), pages, strict=True):
            send(who, ZEEP, "<a:delete><a:type>Product</a:type></a:delete>")
            if b"<ns1:size>0<" in send(who, ZEEP, QUERY.replace("Account", "Product")).body:
                assert send(who, ZEEP, f"<a:create>{row * 3}</a:create>").body.count(b"<ns1:Success>true") == 3
            reply = send(who, header, QUERY.replace("Account", "Product"))
            assert reply.body.count(b"<ns1:records") == expected


@pytest.mark.parametrize("soap", [SOAP11, SOAP12])
@pytest.mark.parametrize("insists", ["1", "true"])
def test_a_header_that_must_be_understood_and_is_not_is_a_fault(
    caller: Any, loose: Any, soap: str, insists: str
) -> None:
    header = f'<x:Security e:mustUnderstand="{insists}"/>' + ZEEP
    reply = send(caller, header, soap=soap)
    assert reply.status == 500
    assert b">soapenv:MustUnderstand<" in reply.body
    assert b"urn:elsewhere : Security" in reply.body
    assert send(loose, header, soap=soap).status == 200


def test_of_two_session_headers_the_first_counts(caller: Any) -> None:
    assert send(caller, ZEEP + "<a:SessionHeader><a:session>no</a:session></a:SessionHeader>").status == 200


FIELDS = "<o:Name>N</o:Name><o:Currency>USD</o:Currency><o:Batch>Batch1</o:Batch><o:BillCycleDay>1</o:BillCycleDay>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<a:query><queryString>select Id from Account</queryString></a:query>", b"Unexpected subelement queryString"),
        ("<a:query><o:queryString>select Id from Account</o:queryString></a:query>", b"subelement queryString"),
        ("<a:create><x:zObjects/></a:create>", b"Unexpected subelement zObjects"),
        (f'<a:create><a:zObjects xsi:type="o:Account">{FIELDS}<x:Notes/></a:zObjects></a:create>', b"subelement Notes"),
        (f'<a:create><a:zObjects xsi:type="o:Account">{FIELDS}<Notes/></a:zObjects></a:create>', b"subelement Notes"),
        (f'<a:create><a:zObjects xsi:type="x:Account">{FIELDS}</a:zObjects></a:create>', b"type specified: Account"),
        (f'<a:create><a:zObjects xsi:type="zz:Account">{FIELDS}</a:zObjects></a:create>', b"type specified: Account"),
        (f'<a:create><a:zObjects xsi:type="Account">{FIELDS}</a:zObjects></a:create>', b"type specified: Account"),
    ],
)
def test_an_element_or_type_of_a_foreign_namespace_is_a_fault_and_nothing_is_written(
    caller: Any, body: str, words: bytes
) -> None:
    reply = send(caller, ZEEP, body)
    assert reply.status == 500
    assert words in reply.body
    assert caller.ids("select Id from Account") == []


@pytest.mark.parametrize("space", ["a", "o"])
def test_fields_may_stand_in_either_of_the_services_namespaces(caller: Any, space: str) -> None:
    row = f'<a:zObjects xsi:type="o:Account">{FIELDS.replace("o:", f"{space}:")}</a:zObjects>'
    assert b"<ns1:Success>true" in send(caller, ZEEP, f"<a:create>{row}</a:create>").body


def test_a_loose_mock_takes_records_in_any_namespace(loose: Any) -> None:
    row = f'<zObjects xsi:type="Account">{FIELDS.replace("o:", "")}</zObjects>'
    assert b"<ns1:Success>true" in send(loose, GEM, f"<a:create>{row}</a:create>", soap=SOAP12).body


@pytest.mark.parametrize("media", ["text/xml", "TEXT/XML; charset=utf-8", 'application/soap+xml; action=""', ""])
@pytest.mark.parametrize("soap", [SOAP11, SOAP12])
@pytest.mark.parametrize("action", [{}, {"HTTP_SOAPACTION": '""'}, {"HTTP_SOAPACTION": "anything"}])
def test_the_envelope_and_not_the_media_type_or_the_action_says_which_soap_it_is(
    caller: Any, media: str, soap: str, action: dict[str, str]
) -> None:
    reply = send(caller, ZEEP, soap=soap, CONTENT_TYPE=media, **action)
    assert reply.status == 200
    kind = {SOAP11: "text/xml;charset=UTF-8", SOAP12: "application/soap+xml;charset=UTF-8"}[soap]
    assert reply.headers["Content-Type"] == kind


@pytest.mark.parametrize("media", ["application/json", "text/plain", "multipart/related; boundary=x", "nonsense"])
def test_another_media_type_is_a_plain_415(caller: Any, media: str) -> None:
    reply = send(caller, ZEEP, CONTENT_TYPE=media)
    assert reply.status == 415
    assert reply.body == b"Send SOAP requests as application/soap+xml or text/xml.\n"


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", '"UTF-8"'])
def test_the_charset_of_the_media_type_is_the_messages(caller: Any, charset: str) -> None:
    body = f'<a:create><a:zObjects xsi:type="o:Account">{FIELDS}<o:Notes>Köln</o:Notes></a:zObjects></a:create>'
    text = (
        f'<e:Envelope xmlns:e="{SOAP11}" xmlns:a="http://api.zuora.com/" xmlns:o="http://object.api.zuora.com/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<e:Header>{ZEEP.format(caller.session)}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    )
    encoded = text.encode(charset.strip('"'))
    assert b"<ns1:Success>true" in caller.raw(encoded, CONTENT_TYPE=f"text/xml; charset={charset}").body
    assert "Köln".encode() in caller.query("select Notes from Account").body


def test_a_charset_nobody_knows_is_a_fault(caller: Any) -> None:
    assert b"WstxIOException" in send(caller, ZEEP, CONTENT_TYPE="text/xml; charset=klingon").body


def test_an_envelope_of_another_version_is_a_version_mismatch(caller: Any) -> None:
    assert b"<faultcode>soapenv:VersionMismatch<" in send(caller, ZEEP, soap="urn:soap-of-tomorrow").body


def test_a_soap_12_message_that_cannot_be_read_gets_a_soap_12_fault(caller: Any) -> None:
    reply = caller.raw(b"<broken", CONTENT_TYPE="application/soap+xml")
    root = etree.fromstring(reply.body)
    assert root.tag == f"{{{SOAP12}}}Envelope"
    assert root.findtext(f".//{{{SOAP12}}}Value") == "soapenv:Receiver"


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (b"", b"WstxEOFException"),
        (b"<open>", b"WstxEOFException"),
        (b"<open>\0</open>", b"WstxUnexpectedCharException"),
        (b"<open>\xff</open>", b"WstxIOException"),
        (b"<a></b>", b"WstxParsingException"),
        (b"<p:a/>", b"WstxParsingException"),
        (b"<!DOCTYPE a><a/>", b"WstxParsingException"),
    ],
)
def test_what_the_xml_reader_refuses_carries_its_exceptions_name(caller: Any, document: bytes, name: bytes) -> None:
    reply = caller.raw(document)
    assert reply.status == 500
    assert b"<faultcode>soapenv:Server</faultcode><faultstring>com.ctc.wstx.exc." + name in reply.body


@pytest.mark.parametrize(
    "document",
    [
        "<e:Envelope xmlns:e='{0}'/>",
        "<e:Envelope xmlns:e='{0}'><e:Body/></e:Envelope>",
        "<e:Envelope xmlns:e='{0}'><e:Body>text</e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='{0}'><e:Body><e:x/></e:Body><e:Header/></e:Envelope>",
        "<e:Envelope xmlns:e='{0}'><e:Body><e:x/></e:Body><e:Body><e:x/></e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='{0}'><Body><e:x/></Body></e:Envelope>",
        "<e:Body xmlns:e='{0}'/>",
    ],
)
def test_an_envelope_without_its_parts_is_a_fault(caller: Any, document: str) -> None:
    for soap in (SOAP11, SOAP12):
        reply = caller.raw(document.format(soap).encode())
        assert reply.status == 500
        etree.fromstring(reply.body)


def test_several_operations_in_one_body_are_refused_and_none_is_done(caller: Any) -> None:
    row = f'<a:create><a:zObjects xsi:type="o:Account">{FIELDS}</a:zObjects></a:create>'
    assert send(caller, ZEEP, row + row).status == 500
    assert caller.ids("select Id from Account") == []
