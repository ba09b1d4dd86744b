"""A process that is killed at any write, and what `resume` makes of it: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import gzip
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import SyncRequest
from sync_engine.agreement import compare_accounts
from sync_engine.engine import Engine
from sync_engine.errors import StillRunning
from sync_engine.mapping import FieldMap
from sync_engine.model import RowState, SessionState
from sync_engine.settings import Settings, rules
from sync_engine.tally import TROUBLED

DEMO = scenario("demo")
ENTITY = DEMO.tenant.entities[0]
ACCOUNTS = DEMO.ids("Account", ENTITY.id)[:1]
_ROW = re.compile(rb"<(?:\w+:)?sObjects\b.*?</(?:\w+:)?sObjects>", re.DOTALL)


class Killed(BaseException):
    """The process is gone from here on."""


class Wire(httpx.AsyncBaseTransport):
    """The way to both mocks. At one of the upserts the store is copied as it stands then, and the process dies."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.upserts: list[bytes] = []
        self.kill_at = -1
        self.after_commit = False
        self.store: Path | None = None
        self.copy: Path | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if b"upsert>" not in body:
            return await self._inner.handle_async_request(request)
        self.upserts.append(body)
        if len(self.upserts) - 1 == self.kill_at:
            if self.after_commit:
                await self._inner.handle_async_request(request)
            self._die()
        return await self._inner.handle_async_request(request)

    def _die(self) -> None:
        assert self.store is not None
        assert self.copy is not None
        with closing(sqlite3.connect(self.store)) as source, closing(sqlite3.connect(self.copy)) as target:
            source.backup(target)
        raise Killed

    def rows(self) -> list[bytes]:
        """Every row that was sent, history rows apart."""
        return [row for body in self.upserts for row in _ROW.findall(body) if b"Sync_History" not in row]


@dataclass
class World:
    """Both mocks with one account in the tenant, and engines whose store is a file."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        tables = dict(DEMO.zuora[ENTITY.id])
        for name, rows in tables.items():
            key = "Id" if name == "Account" else "AccountId"
            if any(key in row for row in rows) and (name == "Account" or "AccountId" in rows[0]):
                tables[name] = [row for row in rows if row.get(key) in ACCOUNTS]
        self.scenario = replace(DEMO, zuora={ENTITY.id: tables})
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        self.org_side = SalesforceSide(self.salesforce)
        for side in (ZuoraSide(self.zuora), self.org_side):
            side.admit(self.scenario)
            side.fill(self.scenario)

    def wire(self) -> Wire:
        apps = {"zuora.test": self.zuora.wsgi, "salesforce.test": self.salesforce.wsgi}
        return Wire(WsgiTransport(apps, self.clock))

    def engine(self, store: Path, wire: Wire, seed: int = 1) -> Engine:
        told = settings_for(self.scenario, "http://zuora.test", "http://salesforce.test", f"sqlite:///{store}")
        settings = Settings.model_validate(told)
        return Engine(settings, clock=self.clock, chance=random.Random(seed), transport=wire)

    def run(self, work: Any) -> Any:
        return run_virtual(work, self.clock)

    def differences(self, engine: Engine) -> list[str]:
        async def work() -> list[str]:
            async with engine.connections() as connections:
                agreement = await compare_accounts(
                    ACCOUNTS,
                    zuora=await connections.zuora(ENTITY.id),
                    salesforce=await connections.salesforce(),
                    field_map=FieldMap.load(),
                    rules=rules(engine.settings, ENTITY.id, ENTITY.name),
                )
                assert agreement.rows > 20
                return [str(each) for each in agreement.differences]

        found: list[str] = self.run(work())
        return found


def named(row: bytes) -> tuple[str, str] | None:
    """The object and key of a row that was sent; None for a second pass, which sets parents only."""
    found = re.match(rb"<sObjects><e:type>(\w+)</e:type><e:\w+>([^<]*)<", row)
    assert found is not None
    links = found[1] == b"Zuora__CustomerAccount__c" and b"<e:Name>" not in row
    return None if links else (found[1].decode(), found[2].decode())


REQUEST = SyncRequest(zuora_ids=list(ACCOUNTS), email_notification=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("resumed"))
    yield made
    made.zuora.close()
    made.salesforce.close()


def kill(world: World, folder: Path, at: int, *, after_commit: bool) -> Path | None:
    """Sync into an emptied org and die at an upsert; gives the store that is left, None when there are not so many."""
    world.org_side.fill(world.scenario)
    wire = world.wire()
    wire.kill_at, wire.after_commit = at, after_commit
    wire.store, wire.copy = folder / "dead.sqlite3", folder / "left.sqlite3"
    with world.engine(wire.store, wire) as engine:
        try:
            world.run(engine.request(REQUEST))
        except Killed:
            return wire.copy
    return None


@pytest.mark.parametrize("after_commit", [False, True])
def test_killed_at_any_write_a_sync_is_resumed(world: World, tmp_path: Path, after_commit: bool) -> None:
    at = 0
    while left := kill(world, tmp_path, at, after_commit=after_commit):
        world.clock.advance(31 * 60)
        wire = world.wire()
        with world.engine(left, wire, seed=2) as engine:
            (dead,) = world.run(engine.ledger.sessions())
            outcomes = world.run(engine.ledger.outcomes(dead.id))
            taken = {(row.sobject, row.key) for row in outcomes if row.state not in TROUBLED}
            results = world.run(engine.resume(dead.id))
            if dead.state is SessionState.FINISHED:  # only its line in the org's own history was left
                assert results == []
                break
            assert [result.status_message for result in results if not result.success] == [], at
            assert world.differences(engine) == [], at
            assert taken & {name for row in wire.rows() if (name := named(row)) is not None} == set(), at
            assert len(wire.rows()) == len(set(wire.rows())), at
            assert world.run(engine.ledger.unsettled()) == [], at
            assert world.run(engine.ledger.session(dead.id)).state is SessionState.FAILURE
            assert world.run(engine.resume(results[0].session_id)) == []
        for path in tmp_path.iterdir():
            path.unlink()
        at += 1
    assert at > 10


def test_a_session_that_may_be_alive_is_not_resumed(world: World, tmp_path: Path) -> None:
    left = kill(world, tmp_path, 3, after_commit=False)
    assert left is not None
    with world.engine(left, world.wire(), seed=2) as engine:
        (session,) = world.run(engine.ledger.sessions())
        with pytest.raises(StillRunning, match="has not ended") as refused:
            world.run(engine.resume(session.id))
        assert refused.value.exit_code == 4
        for lease in world.run(engine.leases.all()):
            assert world.run(engine.leases.break_(lease, who="tester", why="it was killed"))
        assert {each.why for each in world.run(engine.leases.breaks())} == {"it was killed"}
        world.clock.advance(31 * 60)
        assert all(result.success for result in world.run(engine.resume(session.id)))


def test_retry_sends_what_failed_and_what_was_kept_back_and_no_more(world: World, tmp_path: Path) -> None:
    world.org_side.fill(world.scenario)
    org = world.salesforce.orgs[0]
    wire = world.wire()
    with world.engine(tmp_path / "sync.sqlite3", wire) as engine:
        (contact,) = org.load("Account", [{"Name": "In the way"}])
        rows = world.scenario.zuora[ENTITY.id]["Subscription"]
        number = next(str(row["Name"]) for row in rows if row["AccountId"] == ACCOUNTS[0] and row["Status"] == "Active")
        blocker = org.load(
            "Zuora__CustomerAccount__c", [{"Name": "b", "Zuora__Account__c": contact, "Zuora__External_Id__c": "x"}]
        )[0]
        (holder,) = org.load(
            "Zuora__Subscription__c",
            [{"Name": "held", "Zuora__SubscriptionNumber__c": number, "Zuora__CustomerAccount__c": blocker}],
        )
        results = world.run(engine.request(REQUEST))
        session = results[0].session_id
        assert [result.state for result in results] == [SessionState.FINISHED_WITH_ERRORS]
        troubled = [row for row in world.run(engine.ledger.outcomes(session)) if row.state in TROUBLED]
        assert {row.state for row in troubled} == {RowState.FAILED, RowState.BLOCKED}
        org.store.delete("Zuora__Subscription__c", holder)
        sent = len(wire.rows())
        retried = world.run(engine.retry(session))
        assert [result.success for result in retried] == [True]
        assert len(wire.rows()) - sent == len(troubled)
        assert world.differences(engine) == []
        assert world.run(engine.retry(retried[0].session_id)) == []
