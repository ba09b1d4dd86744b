"""The engine against both mocks over a wire that fails: whatever goes wrong, nothing it says is untrue.

Each fault strikes at every place of one account's sync, then drawn combinations strike several accounts. After the
wire has healed one more sync must bring both sides to agree, with no record there twice.
"""

from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import Scenario, scenario
from offline.serving import settings_for
from offline.subjects import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import SyncRequest
from sync_engine.agreement import Agreement, compare_accounts
from sync_engine.engine import Engine
from sync_engine.errors import OnDemandSyncError
from sync_engine.mapping import FieldMap
from sync_engine.results import SyncResult
from sync_engine.sessions import END_STATES
from sync_engine.settings import Settings, rules

DEMO = scenario("demo")
HOME = DEMO.tenant.entities[0].id
ACCOUNTS = DEMO.ids("Account", HOME)[:3]
FIELD_MAP = FieldMap.load()

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
    content = response.content[: len(response.content) * 2 // 3]
    return httpx.Response(response.status_code, content=content, request=call.request)


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


class FaultyWire(httpx.AsyncBaseTransport):
    """The way to both mocks; `plan` says which fault strikes the call of a number, counted from 0."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.plan: Callable[[int], Fault | None] = lambda number: None
        self.calls = 0
        self.struck = 0
        self.sessions_seen: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        named = _OPERATION.search(body)
        assert named, "a request without an operation"
        call = Exchange(request, named.group(1).decode(), body, self._inner.handle_async_request)
        fault, self.calls = self.plan(self.calls), self.calls + 1
        if fault is None or not strikes(fault, call):
            response = await call.answer()
        else:
            self.struck += 1
            response = await fault(call)
        for text in (body, response.content):
            self.sessions_seen.update(found.decode() for _, found in _SESSION.findall(text))
        return response


def only(accounts: Sequence[str]) -> Scenario:
    """The demo with these accounts and without the other entity's records."""
    tables = dict(DEMO.zuora[HOME])
    tables["Account"] = [row for row in tables["Account"] if row["Id"] in accounts]
    kept = set(accounts)
    for name, rows in tables.items():
        if name != "Account" and any("AccountId" in row for row in rows):
            tables[name] = [row for row in rows if row.get("AccountId") in kept]
    return replace(DEMO, zuora={HOME: tables})


@dataclass
class World:
    """Both mocks, one wire to them, and what the org should hold once everything of the accounts is synced."""

    accounts: Sequence[str]
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.scenario = only(self.accounts)
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        self._org_side = SalesforceSide(self.salesforce)
        for side in (ZuoraSide(self.zuora), self._org_side):
            side.admit(self.scenario)
            side.fill(self.scenario)
        apps = {ZUORA: self.zuora.wsgi, SALESFORCE: self.salesforce.wsgi}
        self._transport = WsgiTransport(apps, self.clock)
        self.wire = FaultyWire(self._transport)
        self.settled = self._a_good_sync()

    def _a_good_sync(self) -> list[str]:
        with self.engine() as engine:
            assert all(result.success for result in self.sync(engine))
            self.length = self.wire.calls
            agreement = self.compare(engine)
            assert agreement.rows > 20
            assert not agreement.differences
        return self.rows()

    def afresh(self, plan: Callable[[int], Fault | None]) -> None:
        """An org before its first sync, and a wire with other faults."""
        self._org_side.fill(self.scenario)
        self.wire = FaultyWire(self._transport)
        self.wire.plan = plan

    def engine(self) -> Engine:
        told = settings_for(self.scenario, f"http://{ZUORA}/apps/services/a/83.0", f"http://{SALESFORCE}", "sqlite://")
        settings = Settings.model_validate(told)
        return Engine(settings, clock=self.clock, chance=random.Random(3), transport=self.wire)

    def sync(self, engine: Engine) -> list[SyncResult]:
        request = SyncRequest(zuora_ids=list(self.accounts), email_notification=False)
        results: list[SyncResult] = run_virtual(engine.request(request), self.clock)
        return results

    def compare(self, engine: Engine, accounts: Sequence[str] = ()) -> Agreement:
        """What `sync_engine.agreement` finds, over the wire as it is."""

        async def work() -> Agreement:
            async with engine.connections() as connections:
                return await compare_accounts(
                    accounts or self.accounts,
                    zuora=await connections.zuora(HOME),
                    salesforce=await connections.salesforce(),
                    field_map=FIELD_MAP,
                    rules=rules(engine.settings, HOME, self.scenario.tenant.entities[0].name),
                )

        agreement: Agreement = run_virtual(work(), self.clock)
        return agreement

    def records(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Every synced record and session history of the org."""
        org = self.salesforce.orgs[0]
        names: dict[str, int] = org.state()["records"]
        for sobject in sorted(names):
            if sobject.startswith(("Zuora__", "zqu__")):
                for row in org.rows(sobject):
                    yield sobject, row

    def rows(self) -> list[str]:
        """The org's records without what differs between two equal syncs: its own ids, its stamps, the history."""
        kept = [(name, row) for name, row in self.records() if name != "Zuora__Sync_History__c"]
        known = {row["Id"]: f"{name} {keys_of(row)}" for name, row in kept}
        return sorted(
            f"{name} {[(key, known.get(row[key], row[key])) for key in sorted(row) if key not in STAMPS]}"
            for name, row in kept
        )

    def close(self) -> None:
        self.zuora.close()
        self.salesforce.close()


STAMPS = frozenset(
    {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "LastViewedDate", "LastReferencedDate"}
)


def keys_of(row: dict[str, object]) -> list[tuple[str, object]]:
    """The external ids of a record."""
    ends = ("External_Id__c", "Zuora_Id__c", "ZuoraId__c", "Zuora__Number__c")
    return [(name, row[name]) for name in sorted(row) if name.endswith(ends) and row[name]]


def attempt(world: World, engine: Engine) -> tuple[list[SyncResult], str]:
    """Sync; what was answered, and the text of the error that ended it. Any other exception fails the test."""
    try:
        return world.sync(engine), ""
    except OnDemandSyncError as error:
        return [], f"{error!r} {error} {vars(error)!r} {error.__cause__!r}"


def check(world: World, engine: Engine, results: Sequence[SyncResult], said: str, *, heal: bool) -> None:
    """Every rule, after a sync that met faults."""
    world.wire.plan = lambda number: None
    assert run_virtual(engine.leases.all(), world.clock) == []
    for session in run_virtual(engine.ledger.sessions(), world.clock):
        assert session.state in END_STATES
        assert all(each.state in END_STATES for each in session.objects)
    assert said or [result.zuora_id for result in results] == list(world.accounts)
    assert all(result.status_message for result in results)
    check_once(world)
    synced = [str(result.zuora_id) for result in results if result.success]
    as_it_should_be = world.rows() == world.settled
    if synced and not as_it_should_be:
        assert len(synced) < len(world.accounts), "everything is said to be synced, and is not"
        assert not world.compare(engine, synced).differences
    if heal or not as_it_should_be:
        again, error = attempt(world, engine)
        assert not error
        assert [result.success for result in again] == [True] * len(world.accounts), again
        assert not world.compare(engine).differences
        assert world.rows() == world.settled
        check_once(world)
        said += repr(again)
    check_secrets(world, engine, said + repr(results))


def check_once(world: World) -> None:
    """No record is there twice."""
    found: Counter[tuple[str, str, object]] = Counter()
    for sobject, row in world.records():
        found.update((sobject, name, value) for name, value in keys_of(row))
    assert [key for key, times in found.items() if times > 1 and "Parent" not in key[1]] == []


def check_secrets(world: World, engine: Engine, said: str) -> None:
    """Nothing that opens a door is in what was said or in the ledger's database."""
    dump: list[str] = engine.store.transact(
        lambda connection: list(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    )
    users = (*DEMO.tenant.users, *DEMO.org.users)
    secrets = {user.password for user in users} | {user.security_token for user in DEMO.org.users}
    assert world.wire.sessions_seen or world.wire.calls <= world.wire.struck
    text = said + "\n".join(dump)
    assert [secret for secret in secrets | world.wire.sessions_seen if secret and secret in text] == []


@pytest.fixture(scope="module")
def one_account() -> Iterator[World]:
    world = World(ACCOUNTS[:1])
    yield world
    world.close()


@pytest.fixture(scope="module")
def three_accounts() -> Iterator[World]:
    world = World(ACCOUNTS)
    yield world
    world.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_at_any_call(one_account: World, fault: Fault) -> None:
    places = 0
    for place in range(one_account.length):
        one_account.afresh(lambda number, place=place: fault if number == place else None)  # type: ignore[misc]
        with one_account.engine() as engine:
            results, said = attempt(one_account, engine)
            if one_account.wire.struck:
                places += 1
                check(one_account, engine, results, said, heal=False)
                assert fault not in HARMLESS or all(result.success for result in results), (place, results)
    assert places > 10


@pytest.mark.parametrize("fault", [refused, reply_lost, gateway_page, session_lost], ids=lambda fault: fault.__name__)
def test_an_outage_from_any_call_on(one_account: World, fault: Fault) -> None:
    for place in range(one_account.length):
        one_account.afresh(lambda number, place=place: fault if number >= place else None)  # type: ignore[misc]
        with one_account.engine() as engine:
            results, said = attempt(one_account, engine)
            check(one_account, engine, results, said, heal=False)


STRIKES = st.dictionaries(st.integers(0, 60), st.sampled_from(FAULTS), max_size=12)
"""Which fault strikes at which call."""


@hypothesis_settings(max_examples=12, deadline=None)
@given(strikes_at=STRIKES, outage=st.tuples(st.integers(0, 60), st.integers(0, 8), st.sampled_from(FAULTS)))
def test_any_combination_of_faults(
    three_accounts: World, strikes_at: dict[int, Fault], outage: tuple[int, int, Fault]
) -> None:
    begin, length, fault = outage
    plan = {**strikes_at, **dict.fromkeys(range(begin, begin + length), fault)}
    three_accounts.afresh(plan.get)
    with three_accounts.engine() as engine:
        results, said = attempt(three_accounts, engine)
        check(three_accounts, engine, results, said, heal=True)
