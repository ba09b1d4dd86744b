"""A wire between the engine and both mocks that fails as it is told, and what can happen to a call on it."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import httpx

ZUORA, SALESFORCE = "zuora.test", "salesforce.test"
WRITES = frozenset({"upsert", "create", "delete"})
PAGE_503 = b"<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"

_OPERATION = re.compile(rb"Body\s*>\s*<(?:\w+:)?(\w+)")
_SESSION = re.compile(rb"(<(?:\w+:)?(?:session|Session|sessionId)>)([^<]+)")
_ROW = re.compile(rb"<(?:\w+:)?sObjects[ >]")
_LOCKED = (
    b"<result><created>false</created><errors><message>unable to obtain exclusive access to this record</message>"
    b"<statusCode>UNABLE_TO_LOCK_ROW</statusCode></errors><success>false</success></result>"
)

Reach = Callable[[httpx.Request], Any]


@dataclass
class Exchange:
    """One request on its way: where to, which operation, its plain body, and how to have it answered."""

    request: httpx.Request
    operation: str
    body: bytes
    reach: Reach

    @property
    def host(self) -> str:
        return self.request.url.host

    @property
    def identity(self) -> Hashable:
        """The same for the same question; the row of history tells times, so that it is known by its operation."""
        return self.host, self.operation, b"" if b"Sync_History" in self.body else _SESSION.sub(b"", self.body)

    @property
    def writes(self) -> bool:
        return self.operation in WRITES

    async def answer(self, body: bytes | None = None) -> httpx.Response:
        headers = [
            (name, value)
            for name, value in self.request.headers.multi_items()
            if name not in ("content-encoding", "content-length")
        ]
        sent = self.body if body is None else body
        response: httpx.Response = await self.reach(
            httpx.Request("POST", self.request.url, headers=headers, content=sent)
        )
        return response


async def refused(call: Exchange) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=call.request)


async def timed_out(call: Exchange) -> httpx.Response:
    raise httpx.ReadTimeout("", request=call.request)


async def reply_lost(call: Exchange) -> httpx.Response:
    await call.answer()
    raise httpx.ReadError("connection reset by peer", request=call.request)


async def gateway_page(call: Exchange) -> httpx.Response:
    return httpx.Response(503, headers={"Content-Type": "text/html"}, content=PAGE_503, request=call.request)


async def gateway_page_after_commit(call: Exchange) -> httpx.Response:
    await call.answer()
    return await gateway_page(call)


async def too_many(call: Exchange) -> httpx.Response:
    return httpx.Response(429, headers={"Retry-After": "17"}, content=b"", request=call.request)


async def truncated(call: Exchange) -> httpx.Response:
    response = await call.answer()
    return httpx.Response(response.status_code, content=response.content[:-20], request=call.request)


async def session_lost(call: Exchange) -> httpx.Response:
    return await call.answer(_SESSION.sub(rb"\1no-longer-good", call.body))


async def row_locked(call: Exchange) -> httpx.Response:
    results = _LOCKED * len(_ROW.findall(call.body))
    content = (
        b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><upsertResponse'
        b' xmlns="urn:partner.soap.sforce.com">' + results + b"</upsertResponse></soapenv:Body></soapenv:Envelope>"
    )
    return httpx.Response(200, headers={"Content-Type": "text/xml"}, content=content, request=call.request)


async def delivered_twice(call: Exchange) -> httpx.Response:
    await call.answer()
    return await call.answer()


Fault = Callable[[Exchange], Any]


def strikes(fault: Fault, call: Exchange) -> bool:
    """Whether a fault can happen to this call at all."""
    if fault is too_many:
        return call.host == ZUORA
    if fault is session_lost:
        return call.operation != "login"
    if fault is row_locked:
        return call.operation == "upsert"
    return call.writes if fault is delivered_twice else True


FAULTS = (
    refused,
    timed_out,
    reply_lost,
    gateway_page,
    gateway_page_after_commit,
    too_many,
    truncated,
    session_lost,
    row_locked,
    delivered_twice,
)
HARMLESS = frozenset({refused, too_many, session_lost, row_locked, delivered_twice})
"""Faults that leave no doubt of what was done: once, each of them must be got over."""


Plan = Callable[[int, int | None], Fault | None]
"""Given the number of a request, and its place among the calls of a sync without faults, says what strikes it."""


class FaultyWire(httpx.AsyncBaseTransport):
    """The way to both mocks. Calls that a sync without faults makes are known by what they ask, and have a place."""

    def __init__(self, inner: httpx.AsyncBaseTransport, places: dict[Hashable, int] | None = None) -> None:
        self._inner = inner
        self._places = places or {}
        self.plan: Plan = lambda number, place: None
        self.seen: list[Exchange] = []
        self.struck: Counter[int | None] = Counter()
        self.sessions_seen: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        named = _OPERATION.search(body)
        assert named, "a request without an operation"
        call = Exchange(request, named.group(1).decode(), body, self._reach)
        place = self._places.get(call.identity)
        fault = self.plan(len(self.seen), place)
        self.seen.append(call)
        if fault is None or not strikes(fault, call):
            return await call.answer()
        self.struck[place] += 1
        response: httpx.Response = await fault(call)
        return response

    async def _reach(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        self.sessions_seen.update(found.decode() for _, found in _SESSION.findall(response.content))
        return response
