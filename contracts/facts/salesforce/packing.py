"""Messages that are packed on their way."""

from __future__ import annotations

import gzip
import zlib

from contracts.judging import same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, element
from contracts.salesforce.scenarios import EMPTY, ORG

fact = SALESFORCE.fact


@fact(
    "salesforce.wire.gzip-in",
    "A request may be packed with gzip.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def gzip_in(client: SalesforceClient) -> None:
    body = client.envelope(
        "<p:getServerTimestamp/>", f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    )
    reply = client.post(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    same(len(reply.one("timestamp")), 24, "the moment's length")


@fact(
    "salesforce.wire.gzip-out",
    "A reply is packed with gzip when the request takes that.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def gzip_out(client: SalesforceClient) -> None:
    body = client.envelope(
        "<p:describeGlobal/>", f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    )
    same(client.post(body, headers={"Accept-Encoding": "gzip"}).header("Content-Encoding"), "gzip", "the encoding")
    same(client.post(body).header("Content-Encoding"), None, "the encoding when it was not asked for")


@fact(
    "salesforce.wire.deflate",
    "Requests and replies may be packed with deflate too.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def deflate(client: SalesforceClient) -> None:
    soql = element("queryString", "SELECT FIELDS(ALL) FROM Account LIMIT 200")
    header = f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    body = client.envelope(f"<p:query>{soql}</p:query>", header)
    packed = client.post(zlib.compress(body), headers={"Content-Encoding": "deflate", "Accept-Encoding": "deflate"})
    same((packed.status, packed.header("Content-Encoding")), (200, "deflate"), "the status and the coding")
    same(packed.one("size"), "3", "the size")
