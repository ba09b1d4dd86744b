"""A small SOAP service with fault rules around it, reached in process or over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from simulator.clock import VirtualClock
from simulator.faults import Caller, FaultDialect, FaultRules, Wanted, faulted, row_fault
from simulator.hosting import Host
from simulator.journal import Journal, journaled
from simulator.loop import run_virtual
from simulator.soap import Call, Dialect, Operation, SoapFault, children, escape, soap_app
from simulator.transport import WsgiTransport

SERVICE_S = 0.25
SESSION = "session-of-ann"


def soap_fault(wanted: Wanted) -> SoapFault:
    kind, words = wanted.kind or "AnyFault", wanted.message or f"the words of {wanted.code}"
    detail = f"<{kind}/>".encode()
    return SoapFault(f"t:{wanted.code}", words, detail=detail, http_status=wanted.http_status or 500)


def too_many(path: str, seconds: int) -> SoapFault:
    return SoapFault("t:TOO_MANY", path, http_status=429, headers=(("Retry-After", str(seconds)),))


def unavailable(path: str, seconds: int | None) -> SoapFault:
    headers = () if seconds is None else (("Retry-After", str(seconds)),)
    return SoapFault("t:DOWN", path, http_status=503, headers=headers)


DIALECT = FaultDialect(
    service="test",
    soap_path="/soap",
    operations=frozenset({"login", "save", "read", "readMore"}),
    codes=frozenset({"LOCKED", "BROKEN"}),
    row_codes=frozenset({"LOCKED"}),
    kinds=frozenset({"AnyFault", "LoginFault"}),
    rows={"save": frozenset({"row"})},
    soap_fault=soap_fault,
    row_error=lambda code: f"the words of {code}",
    too_many_requests=too_many,
    unavailable=unavailable,
    caller_of_session=lambda session: (
        Caller("ann", ("t-1", "Tenant 1"), ("e-1", "Europe")) if session == SESSION else Caller()
    ),
    caller_of_login=lambda user, entity: Caller(user, ("t-1",), (entity or "home",)),
    objects=lambda operation, _payload: ["Account"] if operation == "readMore" else [],
)


def envelope(
    body: str, session: str = SESSION, *, namespace: str = "http://schemas.xmlsoap.org/soap/envelope/"
) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<s:Header><SessionHeader xmlns="urn:test"><session>{session}</session></SessionHeader></s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def save(*rows: str, kind: str = "Account") -> bytes:
    inside = "".join(f'<row xsi:type="o:{kind}"><Name>{row}</Name></row>' for row in rows)
    return envelope(f'<save xmlns="urn:test">{inside}</save>')


def read(query: str = "select Id from Account") -> bytes:
    return envelope(f'<read xmlns="urn:test"><queryString>{query}</queryString></read>')


LOGIN = envelope(
    '<login xmlns="urn:test"><username>bob</username><password>hush-hush</password></login>', session="none"
)


@dataclass
class World:
    """The service, its rules, and `saved`: what was committed."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    saved: list[str] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)
    send: Callable[..., httpx.Response] = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        self.rules = FaultRules(DIALECT, self.clock)
        operations = [Operation("save", self._save), Operation("read", self._read), Operation("login", self._read)]
        soap = soap_app("test", operations, Dialect("urn:test", b"<?xml version='1.0'?>"))
        self.app = faulted(journaled(soap, self.journal, "test", self.clock), self.rules)

    def _save(self, call: Call) -> bytes:
        call.service_time_s = SERVICE_S
        results = []
        for number, row in enumerate(children(call.payload, "row")):
            fault = row_fault(call, number)
            if fault is None:
                self.saved.append("".join(row.itertext()))
                results.append(b"<ok/>")
            else:
                results.append(b"<error>" + fault.code.encode() + b" " + escape(fault.message) + b"</error>")
        return b"<saved>" + b"".join(results) + b"</saved>"

    def _read(self, call: Call) -> bytes:
        call.service_time_s = SERVICE_S
        return b"<found>" + b"x" * 3000 + b"</found>"

    def add(self, effect: Any, **rule: Any) -> dict[str, Any]:
        return self.rules.add({"effect": effect, **rule})


@contextmanager
def in_process(world: World) -> Iterator[World]:
    transport = WsgiTransport({"mock.test": world.app}, world.clock)

    def send(content: bytes = b"", *, method: str = "POST", path: str = "/soap", **options: Any) -> httpx.Response:
        async def main() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, timeout=20) as client:
                return await client.request(method, f"http://mock.test{path}", content=content, **options)

        return run_virtual(main(), world.clock)

    world.send = send
    yield world


@contextmanager
def over_a_socket(world: World) -> Iterator[World]:
    with Host(world.app, world.clock) as host, httpx.Client(trust_env=False, timeout=20) as client:

        def send(content: bytes = b"", *, method: str = "POST", path: str = "/soap", **options: Any) -> httpx.Response:
            return client.request(method, f"{host.url}{path}", content=content, **options)

        world.send = send
        world.url = host.url
        yield world


def asks(world: World, *messages: bytes) -> list[str]:
    """What became of each message: ok, or the code of its fault."""
    found = []
    for message in messages:
        reply = world.send(message)
        found.append("ok" if reply.status_code == 200 else reply.text.partition("faultcode>t:")[2].partition("<")[0])
    return found
