from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from sync_engine.engine import Engine
from sync_engine.errors import OnDemandSyncError, SoapFaultError
from sync_engine.leases import LeaseKey, Leases
from sync_engine.ledger import Ledger
from sync_engine.model import ObjectKind, RowOutcome, RowState
from sync_engine.salesforce.drift import Drifting
from sync_engine.salesforce.records import SaveResult
from sync_engine.settings import Settings
from sync_engine.store import Store
from sync_engine.tally import Tally


class HandClock:
    """A clock that moves only when told, or when something sleeps on it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 15, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'deep' / 'er' / 'sync.sqlite3'}"
    opened = Store(url)
    opened.create_all()
    yield opened
    opened.close()


@pytest.fixture
def leases(store: Store, clock: HandClock) -> Leases:
    return Leases(store, clock)


@pytest.fixture
def ledger(store: Store, clock: HandClock) -> Ledger:
    return Ledger(store, clock)


@pytest.fixture
def keys() -> list[LeaseKey]:
    return [LeaseKey("00D000000000001EAA", "9", "", "BILLING_ACCOUNT", f"{n:032x}") for n in range(1, 6)]


ORG = "00D000000000001"


class FakeSalesforce:
    """An org as far as the kernel looks: some records to look up, and the writes it was sent."""

    org_id = ORG
    user_id = "005000000000001AAA"

    def __init__(self) -> None:
        self.drifting = Drifting()
        self.calls = 1
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.objects = ["Zuora__Sync_History__c"]
        self.created: list[tuple[str, dict[str, Any]]] = []
        self.upserted: list[list[Any]] = []
        self.history_fails: OnDemandSyncError | None = None
        self.upsert_fails: OnDemandSyncError | None = None
        self.asked: list[str] = []

    async def query(self, soql: str) -> AsyncIterator[list[dict[str, Any]]]:
        self.calls += 1
        self.asked.append(soql)
        found = re.fullmatch(r"SELECT .+ FROM (\w+) WHERE (\w+) IN \((.*)\)", soql)
        assert found, soql
        wanted = re.findall(r"'([^']*)'", found[3])
        rows = [row for row in self.records.get(found[1], []) if row.get(found[2]) in wanted]
        if rows:
            yield rows

    async def describe_global(self) -> list[str]:
        return self.objects

    async def upsert(self, sobject: str, key_field: str, rows: Sequence[Any], **_: Any) -> list[SaveResult]:
        if sobject == "Zuora__Sync_History__c":
            if self.history_fails:
                raise self.history_fails
            if sobject not in self.objects:
                raise SoapFaultError(
                    "Salesforce", "INVALID_TYPE", f"sObject type '{sobject}' is not supported", "upsert"
                )
            self.created += [(sobject, {key_field: row.key, **row.fields}) for row in rows]
            return [SaveResult(success=True, id="a00000000000001AAA", created=True, errors=())]
        self.calls += 1
        if self.upsert_fails:
            raise self.upsert_fails
        self.upserted.append(list(rows))
        return [SaveResult(success=True, id=f"a{n:014}AAA", created=True, errors=()) for n, _ in enumerate(rows)]


@dataclass
class FakeUser:
    tenant_id: str = "9"


class FakeZuora:
    def __init__(self, entity_id: str, entity_name: str, products: Sequence[str]) -> None:
        self.entity = entity_id or entity_name
        self.calls = 1
        self._products = products

    async def user_info(self) -> FakeUser:
        return FakeUser()

    async def query(self, zoql: str) -> AsyncIterator[list[dict[str, str]]]:
        assert zoql == "SELECT Id FROM Product"
        if self._products:
            yield [{"Id": each} for each in self._products]


class FakeConnections:
    """The logins of a world: `refused` maps "salesforce" or an entity to the error its login raises."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._zuora: dict[str, FakeZuora] = {}

    async def salesforce(self) -> FakeSalesforce:
        if error := self._world.refused.get("salesforce"):
            raise error
        return self._world.salesforce

    async def zuora(self, entity_id: str = "", entity_name: str = "") -> FakeZuora:
        name = entity_id or entity_name
        self._world.logins.append(name)
        if error := self._world.refused.get(name):
            raise error
        return self._zuora.setdefault(name, FakeZuora(entity_id, entity_name, self._world.products))

    @property
    def calls(self) -> tuple[int, int]:
        return sum(each.calls for each in self._zuora.values()), self._world.salesforce.calls

    async def __aenter__(self) -> Self:
        self._world.open += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._world.open -= 1


@dataclass
class Ran:
    """One call of the execution."""

    kind: ObjectKind
    ids: list[str]
    zuora: FakeZuora
    salesforce: Any
    rules: Any
    guard: Callable[[str], Awaitable[None]]


@dataclass
class World:
    """Everything around the kernel, faked: services, logins, and the syncing itself.

    `during` is awaited inside every sync; `states` gives the state of an account's own row (default: created);
    `more` are further outcomes of an account.
    """

    clock: HandClock
    store: Store
    salesforce: FakeSalesforce = field(default_factory=FakeSalesforce)
    refused: dict[str, OnDemandSyncError] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    open: int = 0
    during: Callable[[Ran], Awaitable[None]] | None = None
    states: dict[str, RowState] = field(default_factory=dict)
    more: dict[str, list[RowOutcome]] = field(default_factory=dict)

    def settings(self, **zuora: str) -> Settings:
        login = {"url": "http://zuora.test", "username": "zed", "password": "pw"}
        return Settings.model_validate(
            {
                "zuora": {**login, **zuora},
                "salesforce": {**login, "url": "http://salesforce.test"},
                "store": {"url": "sqlite://"},
            }
        )

    def engine(self, settings: Settings | None = None, **options: Any) -> Engine:
        return Engine(
            settings or self.settings(),
            clock=self.clock,
            chance=options.pop("chance", random.Random(1)),
            store=self.store,
            connect=lambda: FakeConnections(self),
            executions={kind: self._execution(kind) for kind in ObjectKind},
            **options,
        )

    def _execution(self, kind: ObjectKind) -> Any:
        root = "Zuora__CustomerAccount__c" if kind is ObjectKind.BILLING_ACCOUNT else "zqu__ZProduct__c"

        async def sync(
            ids: Sequence[str], *, zuora: Any, salesforce: Any, rules: Any, guard: Any, record: Any, **_: Any
        ) -> Tally:
            ran = Ran(kind, list(ids), zuora, salesforce, rules, guard)
            self.ran.append(ran)
            tally = Tally()
            zuora.calls += 2
            salesforce._client.calls += 3
            if self.during:
                await self.during(ran)
            for each in ids:
                state = self.states.get(each, RowState.CREATED)
                told = (None, "CODE", "why", "do this") if state is RowState.FAILED else ("a00000000000001AAA",)
                outcomes = [RowOutcome(root, each, each, state, *told), *self.more.get(each, [])]
                tally.read(root, 1)
                tally.add(outcomes)
                await record(outcomes)
            return tally

        return sync


@pytest.fixture
def world(clock: HandClock, store: Store) -> World:
    return World(clock, store)
