"""Orgs that are wrong on purpose: silent, hollow or always refusing, and others wrong in one thing only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from contracts.salesforce.mocks import OrgInProcess
from contracts.salesforce.target import OrgScenario, OrgTarget
from contracts.target import Capability, Credentials, Request, Response

Exchange = Callable[[OrgTarget, Request], Response]
Edit = Callable[[bytes], bytes]


class Wrapped:
    """A target whose exchanges pass through `exchange`; its locks last `lasting` times as long as they should."""

    def __init__(self, inner: OrgTarget, exchange: Exchange, pace: float, lasting: float) -> None:
        self._inner = inner
        self._exchange = exchange
        self._pace = pace
        self._lasting = lasting

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._inner.capabilities

    def send(self, request: Request) -> Response:
        return self._exchange(self._inner, request)

    def who(self, role: str) -> Credentials:
        return self._inner.who(role)

    def token(self, role: str) -> str:
        return self._inner.token(role)

    def id(self, name: str) -> str:
        return self._inner.id(name)

    def ids(self) -> Mapping[str, str]:
        return self._inner.ids()

    def advance(self, seconds: float) -> None:
        self._inner.advance(seconds * self._pace)

    def set_limits(self, **figures: int | None) -> None:
        self._inner.set_limits(**figures)

    def hold(self, name: str, seconds: float) -> None:
        self._inner.hold(name, seconds * self._lasting)

    def callouts(self) -> list[str]:
        return self._inner.callouts()

    def mails(self) -> list[str]:
        return self._inner.mails()


@dataclass(frozen=True)
class Sabotaged:
    """A stage whose targets are wrapped."""

    exchange: Exchange
    pace: float = 1.0
    lasting: float = 1.0
    name: str = "sabotage"
    capabilities: frozenset[Capability] = OrgInProcess.capabilities

    @contextmanager
    def set_up(self, scenario: OrgScenario) -> Iterator[Any]:
        with OrgInProcess().set_up(scenario) as target:
            yield Wrapped(target, self.exchange, self.pace, self.lasting)


def plain(target: OrgTarget, request: Request) -> Response:
    """No change."""
    return target.send(request)


def silent(target: OrgTarget, request: Request) -> Response:
    """An empty 200 for everything."""
    del target, request
    return Response(200, (), b"")


_HEADERS = (("Content-Type", "text/xml; charset=utf-8"),)
_START = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
)


def hollow(target: OrgTarget, request: Request) -> Response:
    """Lets anyone in, finds nothing, and does nothing."""
    del target
    match = re.search(rb"<soapenv:Body><p:(\w+)", request.body)
    name = match[1] if match else b"nothing"
    inside = b"<result><sessionId>s</sessionId></result>" if name == b"login" else b""
    body = (
        b'xmlns="urn:partner.soap.sforce.com"><soapenv:Body><%bResponse>%b</%bResponse></soapenv:Body>'
        b"</soapenv:Envelope>"
    )
    return Response(200, _HEADERS, _START + body % (name, inside, name))


def refusing(target: OrgTarget, request: Request) -> Response:
    """Logs in as it should, and refuses all else in the same words."""
    if b"<p:login>" in request.body:
        return target.send(request)
    fault = (
        b'xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>sf:UNKNOWN_EXCEPTION'
        b"</faultcode><faultstring>UNKNOWN_EXCEPTION: no</faultstring><detail><sf:UnexpectedErrorFault>"
        b"<sf:exceptionCode>UNKNOWN_EXCEPTION</sf:exceptionCode><sf:exceptionMessage>no</sf:exceptionMessage>"
        b"</sf:UnexpectedErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Response(500, _HEADERS, _START + fault)


def in_reply(edit: Edit) -> Exchange:
    """A service whose replies are edited."""

    def exchange(target: OrgTarget, request: Request) -> Response:
        reply = target.send(request)
        return replace(reply, body=edit(reply.body))

    return exchange


def says(pattern: bytes, words: bytes) -> Exchange:
    """A service that says one thing differently."""
    return in_reply(lambda body: re.sub(pattern, words, body))


def reads(pattern: bytes, words: bytes) -> Exchange:
    """A service that takes one thing for another."""
    return lambda target, request: target.send(replace(request, body=re.sub(pattern, words, request.body)))


def with_status(was: int, becomes: int) -> Exchange:
    """A service that answers with another HTTP status."""

    def exchange(target: OrgTarget, request: Request) -> Response:
        reply = target.send(request)
        return replace(reply, status=becomes) if reply.status == was else reply

    return exchange


def without_header(name: str) -> Exchange:
    """A service whose requests lose a SOAP header block on their way."""
    return reads(b"<p:%b>.*?</p:%b>" % (name.encode(), name.encode()), b"")
