"""Targets that are wrong on purpose: silent, hollow or always refusing, and others wrong in one thing only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo

from contracts.target import Capability, Credentials, Request, Response, Stage
from contracts.zuora.scenarios.model import Scenario
from contracts.zuora.target import Entity, Target

Exchange = Callable[[Target, Request], Response]


class Wrapped:
    """A target whose exchanges pass through `exchange`, and whose clock runs at `pace`."""

    def __init__(self, inner: Target, exchange: Exchange, pace: float = 1.0) -> None:
        self._inner = inner
        self._exchange = exchange
        self._pace = pace

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._inner.capabilities

    @property
    def time_zone(self) -> tzinfo:
        return self._inner.time_zone

    def send(self, request: Request) -> Response:
        return self._exchange(self._inner, request)

    def who(self, role: str) -> Credentials:
        return self._inner.who(role)

    def id(self, name: str) -> str:
        return self._inner.id(name)

    def ids(self) -> Mapping[str, str]:
        return self._inner.ids()

    def entity(self, name: str) -> Entity:
        return self._inner.entity(name)

    def advance(self, seconds: float) -> None:
        self._inner.advance(seconds * self._pace)

    def set_limits(self, **figures: int) -> None:
        self._inner.set_limits(**figures)


@dataclass(frozen=True)
class Sabotaged:
    """A stage whose targets are wrapped."""

    inner: Stage
    exchange: Exchange
    pace: float = 1.0
    name: str = "sabotage"

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.inner.capabilities

    @contextmanager
    def set_up(self, scenario: Scenario) -> Iterator[Target]:
        with self.inner.set_up(scenario) as target:
            yield Wrapped(target, self.exchange, self.pace)


def silent(target: Target, request: Request) -> Response:
    """An empty 200 for everything."""
    del target, request
    return Response(200, (), b"")


_HEADERS = (("Content-Type", "text/xml;charset=UTF-8"),)


def _enveloped(body: str, request: Request, status: int = 200) -> Response:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    space = soap if soap.encode() in request.body else "http://schemas.xmlsoap.org/soap/envelope/"
    text = (
        f"<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope xmlns:soapenv=\"{space}\">"
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
    return Response(status, _HEADERS, text.encode())


def operation_of(request: Request) -> str:
    """The operation a request asks for; "" when it is no SOAP."""
    for name in ("login", "queryMore", "query"):
        if f"<api:{name}>".encode() in request.body:
            return name
    start = request.body.find(b"<soapenv:Body><api:")
    return "" if start < 0 else request.body[start + 19 :].split(b">")[0].split(b" ")[0].strip(b"/").decode()


def hollow(target: Target, request: Request) -> Response:
    """Lets anyone in, finds nothing, and does nothing."""
    del target
    name = operation_of(request)
    if not name:
        return Response(200, _HEADERS, b"<nothing/>")
    api = 'xmlns:ns1="http://api.zuora.com/"'
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="1"'
    inside = ""
    if name == "login":
        inside = "<ns1:result><ns1:Session>s</ns1:Session><ns1:ServerUrl>s</ns1:ServerUrl></ns1:result>"
    elif name in ("query", "queryMore"):
        inside = (
            f"<ns1:result><ns1:done>true</ns1:done><ns1:queryLocator {nil} /><ns1:records {nil} />"
            "<ns1:size>0</ns1:size></ns1:result>"
        )
    return _enveloped(f"<ns1:{name}Response {api}>{inside}</ns1:{name}Response>", request)


def refusing(target: Target, request: Request) -> Response:
    """Logs in as it should, and refuses all else in the same words."""
    if operation_of(request) == "login":
        return target.send(request)
    words = "You have an error in your ZOQL syntax"
    inside = f"<fns:FaultCode>MALFORMED_QUERY</fns:FaultCode><fns:FaultMessage>{words}</fns:FaultMessage>"
    detail = f"<fns:MalformedQueryFault>{inside}</fns:MalformedQueryFault>"
    return _enveloped(
        '<soapenv:Fault xmlns:fns="http://fault.api.zuora.com/"><faultcode>fns:MALFORMED_QUERY</faultcode>'
        f"<faultstring>{words}</faultstring><detail>{detail}</detail></soapenv:Fault>",
        request,
        500,
    )
