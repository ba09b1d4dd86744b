"""A wire between the engine and both mocks on which, as it is told, the mocks' fault effects befall single calls."""

from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from simulator.clock import Clock
from simulator.faults import FaultDialect, faulted
from simulator.faults.effects import EFFECTS, Effect
from simulator.faults.request import Request
from simulator.faults.rule import Rule
from simulator.faults.rules import Firing
from simulator.transport import WsgiTransport
from simulator.wsgi import SERVICE_TIME, ask, body_of, tell

ZUORA, SALESFORCE = "zuora.test", "salesforce.test"
WRITES = frozenset({"upsert", "create", "delete"})
ANY = frozenset({"login", "query", "queryMore", "describeSObject", "getUserInfo"}) | WRITES

_OPERATION = re.compile(rb"Body\s*>\s*<(?:\w+:)?(\w+)")
_SESSION = re.compile(rb"(<(?:\w+:)?(?:session|Session|sessionId)>)([^<]+)")


@dataclass(frozen=True)
class Fault:
    """What can befall a call: an effect of each mock's, and the operations it can befall."""

    name: str
    effects: Mapping[str, Effect]
    operations: frozenset[str] = ANY
    harmless: bool = False
    """It leaves no doubt of what was done: once, it must be got over."""
    refused: bool = False
    """Nobody answers at the address."""


def _fault(name: str, effect: Any = None, *, zuora: Any = None, salesforce: Any = None, **about: Any) -> Fault:
    """A fault whose effect is the same for both mocks, or each one's own, or one mock's only."""
    given = {ZUORA: zuora or effect, SALESFORCE: salesforce or effect}
    effects = {host: EFFECTS[each["type"]].model_validate(each) for host, each in given.items() if each}
    return Fault(name, effects, **about)


def _answered(code_zuora: str, code_salesforce: str, **more: Any) -> dict[str, Any]:
    return {
        "zuora": {"type": "soap_fault", "code": code_zuora, **more},
        "salesforce": {"type": "soap_fault", "code": code_salesforce, **more},
    }


REFUSED = Fault("refused", {}, harmless=True, refused=True)
REPLY_LOST = _fault("reply_lost", {"type": "reset", "after_commit": True})
FAULTS = (
    REFUSED,
    REPLY_LOST,
    _fault("timed_out", {"type": "request_lost", "hold_s": 3600}),
    _fault("timed_out_after_commit", {"type": "reply_lost", "hold_s": 3600}),
    _fault("gateway_page", {"type": "html_error", "status": 503}),
    _fault("gateway_page_after_commit", {"type": "html_error", "status": 502, "after_commit": True}),
    _fault("broken_off", {"type": "truncate"}),
    _fault("cut", {"type": "malformed_reply", "how": "cut"}),
    _fault("garbage", {"type": "malformed_reply", "how": "garbage"}),
    _fault("too_many", zuora={"type": "too_many_requests", "retry_after_s": 17}, harmless=True),
    _fault("unavailable", {"type": "unavailable", "retry_after_s": 17}, harmless=True),
    _fault(
        "session_lost", **_answered("INVALID_SESSION", "INVALID_SESSION_ID"), operations=ANY - {"login"}, harmless=True
    ),
    _fault("failed_after_commit", **_answered("UNKNOWN_ERROR", "UNKNOWN_EXCEPTION", after_commit=True)),
    _fault(
        "row_locked", salesforce={"type": "row_error", "code": "UNABLE_TO_LOCK_ROW"}, operations=WRITES, harmless=True
    ),
    _fault("delivered_twice", {"type": "delivered_twice"}, operations=WRITES, harmless=True),
    _fault("late", {"type": "latency", "seconds": 60, "jitter_s": 30}, harmless=True),
    _fault("slow", {"type": "slow_reply", "bytes_per_s": 300}, harmless=True),
    _fault("mislabelled", {"type": "wrong_content_type"}, harmless=True),
)


@dataclass
class Call:
    """One request on its way: where to, which operation, and its plain body."""

    host: str
    operation: str
    body: bytes

    @property
    def identity(self) -> Hashable:
        """The same for the same question; the row of history tells times, so that it is known by its operation."""
        return self.host, self.operation, b"" if b"Sync_History" in self.body else _SESSION.sub(b"", self.body)

    @property
    def writes(self) -> bool:
        return self.operation in WRITES


def strikes(fault: Fault, call: Call) -> bool:
    """Whether a fault can happen to this call at all."""
    return call.operation in fault.operations and (fault.refused or call.host in fault.effects)


Plan = Callable[[int, int | None], Fault | None]
"""Given the number of a request, and its place among the calls of a sync without faults, says what strikes it."""


class _Next:
    """What befalls the next request of one mock."""

    def __init__(self, dialect: FaultDialect) -> None:
        self.dialect = dialect
        self.effect: Effect | None = None

    def __len__(self) -> int:
        return self.effect is not None

    def firing(self, request: Request) -> list[Firing]:
        effect, self.effect = self.effect, None
        if effect is None or not effect.strikes(request, ()):
            return []
        return [Firing(Rule(id="next", effect=effect), random.Random(1))]


class Mocks:
    """The transport to both mocks, each with a place where an effect can be put before its next request.

    `sessions_seen` are the sessions that the mocks gave out, whatever became of the replies.
    """

    def __init__(self, zuora: ZuoraMock, salesforce: SalesforceMock, clock: Clock) -> None:
        self.next = {ZUORA: _Next(zuora.fault_dialect), SALESFORCE: _Next(salesforce.fault_dialect)}
        self.sessions_seen: set[str] = set()
        apps = {ZUORA: zuora.wsgi, SALESFORCE: salesforce.wsgi}
        served = {host: faulted(self._noting(app), self.next[host]) for host, app in apps.items()}
        self.transport = WsgiTransport(served, clock)

    def _noting(self, app: Any) -> Any:
        def note(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            reply = ask(app, environ, body_of(environ))
            packed = dict(reply.headers).get("Content-Encoding") == "gzip"
            plain = gzip.decompress(reply.body) if packed else reply.body
            self.sessions_seen.update(found.decode() for _, found in _SESSION.findall(plain))
            tell(environ, SERVICE_TIME, reply.service_time_s)
            start_response(reply.status, reply.headers)
            return [reply.body]

        return note


class FaultyWire(httpx.AsyncBaseTransport):
    """The way to both mocks. Calls that a sync without faults makes are known by what they ask, and have a place."""

    def __init__(self, mocks: Mocks, places: dict[Hashable, int] | None = None) -> None:
        self._mocks = mocks
        self._places = places or {}
        self.plan: Plan = lambda number, place: None
        self.seen: list[Call] = []
        self.struck: Counter[int | None] = Counter()
        self._mocks.sessions_seen.clear()

    @property
    def sessions_seen(self) -> set[str]:
        return self._mocks.sessions_seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        named = _OPERATION.search(body)
        assert named, "a request without an operation"
        call = Call(request.url.host, named.group(1).decode(), body)
        place = self._places.get(call.identity)
        fault = self.plan(len(self.seen), place)
        self.seen.append(call)
        if fault is not None and strikes(fault, call):
            self.struck[place] += 1
            if fault.refused:
                raise httpx.ConnectError("connection refused", request=request)
            # the mock is reached before anything else can be sent to it
            self._mocks.next[call.host].effect = fault.effects[call.host]
        return await self._mocks.transport.handle_async_request(request)
