"""From `OnDemandSyncManager` to rows in the mock org, on virtual time, over real SOAP bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync_engine.admission import SyncRequest
from sync_engine.diagnosis import diagnose
from sync_engine.engine import Engine
from sync_engine.manager import OnDemandSyncManager
from sync_engine.model import ObjectKind, SessionState
from tests.sync_engine.kernel.both_mocks import ACCOUNTS, DEMO, ELSEWHERE, HOME, OTHER, Both


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.close()


def test_a_manager_puts_an_account_with_all_it_has_into_the_org(both: Both) -> None:
    engine = both.engine()
    manager = OnDemandSyncManager(engine=engine)
    manager.syncZuoraObjectIdSet = {ACCOUNTS[0]}
    (result,) = both.run(manager.send())
    assert result.success, result.statusMessage
    billing_accounts = both.written("Zuora__CustomerAccount__c")
    assert billing_accounts[ACCOUNTS[0]] == result.objectId
    assert both.org.rows("Zuora__Subscription__c")
    (history,) = both.org.rows("Zuora__Sync_History__c")
    assert history["Zuora__External_Id__c"] == result.sessionId
    session = both.run(engine.ledger.session(result.sessionId))
    assert session.state is SessionState.FINISHED
    assert both.run(engine.ledger.unsettled()) == []
    assert both.run(engine.leases.all()) == []


def test_by_salesforce_id_it_is_the_same_account_and_nothing_new(both: Both) -> None:
    engine = both.engine()
    first = both.run(engine.request(SyncRequest(zuora_ids=[ACCOUNTS[0]])))[0]
    before = {name: len(both.org.rows(name)) for name in ("Zuora__CustomerAccount__c", "Zuora__InvoiceItem__c")}
    (again,) = both.run(engine.request(SyncRequest(object_ids=[first.object_id[:15]])))
    assert (again.success, again.zuora_id, again.entity_id) == (True, ACCOUNTS[0], HOME)
    assert {name: len(both.org.rows(name)) for name in before} == before
    session = both.run(engine.ledger.session(again.session_id))
    assert sum(row["created"] for row in session.counts.values()) == 0


def test_two_engines_on_one_store_first_wins(both: Both) -> None:
    one, other = both.engine(1), both.engine(2)

    async def meet() -> Any:
        wrote, answered = asyncio.Event(), asyncio.Event()

        async def hold_the_first_write(request: httpx.Request, body: bytes) -> None:
            if b"upsert>" in body and not answered.is_set():
                wrote.set()
                await answered.wait()

        both.wire.before = hold_the_first_write
        first = asyncio.create_task(one.request(SyncRequest(zuora_ids=ACCOUNTS[:2])))
        await wrote.wait()
        second = await other.request(SyncRequest(zuora_ids=ACCOUNTS[1:2]))
        answered.set()
        return await first, second

    first, second = both.run(meet())
    assert all(result.success for result in first)
    (lost,) = second
    assert lost.state is SessionState.CANCELLED
    assert first[0].session_id in lost.status_message
    assert both.run(other.request(SyncRequest(zuora_ids=ACCOUNTS[1:2])))[0].success


def test_a_session_that_takes_hours_keeps_its_leases(both: Both) -> None:
    engine = both.engine()

    async def hours(request: httpx.Request, body: bytes) -> None:
        if b"upsert>" in body:
            await both.clock.sleep(100)

    both.wire.before = hours
    began = both.clock.now()
    (result,) = both.run(engine.request(SyncRequest(zuora_ids=[ACCOUNTS[0]])))
    assert result.success, result.status_message
    taken = (both.clock.now() - began).total_seconds()
    renewals = [each for each in both.run(engine.leases.history()) if each.event == "renewed"]
    assert len(renewals) == taken // 600


def test_stopped_in_the_middle_it_says_so_and_the_next_may_have_the_account(both: Both) -> None:
    engine = both.engine()

    async def stop() -> None:
        upserts = 0
        task = asyncio.create_task(engine.request(SyncRequest(zuora_ids=[ACCOUNTS[0]])))

        async def cancel(request: httpx.Request, body: bytes) -> None:
            nonlocal upserts
            upserts += b"upsert>" in body
            if upserts == 5:
                task.cancel()

        both.wire.before = cancel
        with pytest.raises(asyncio.CancelledError):
            await task
        both.wire.before = None

    both.run(stop())
    (session,) = both.run(engine.ledger.sessions())
    assert session.state is SessionState.FAILURE
    assert both.run(engine.leases.all()) == []
    assert both.run(engine.ledger.unsettled()) == []
    (result,) = both.run(engine.request(SyncRequest(zuora_ids=[ACCOUNTS[0]])))
    assert result.success, result.status_message


def test_each_entity_is_synced_under_its_own_login(both: Both) -> None:
    engine = both.engine()
    asked = SyncRequest(zuora_ids=[ACCOUNTS[0]], zuora_ids_by_entity={ELSEWHERE[0]: OTHER})
    results = both.run(engine.request(asked))
    assert [result.status_message for result in results if not result.success] == []
    entities = {
        row["Zuora__External_Id__c"]: row["Zuora__EntityID__c"] for row in both.org.rows("Zuora__CustomerAccount__c")
    }
    assert (entities[ACCOUNTS[0]], entities[ELSEWHERE[0]]) == (HOME, OTHER)
    by_salesforce = both.run(engine.request(SyncRequest(object_ids=[results[1].object_id])))
    assert (by_salesforce[0].success, by_salesforce[0].entity_id) == (True, OTHER)


def test_an_account_of_another_entity_is_not_written_under_this_one(both: Both) -> None:
    (result,) = both.run(both.engine().request(SyncRequest(zuora_ids=[ELSEWHERE[0]])))
    assert (result.success, result.code) == (False, "NOT_FOUND_IN_ZUORA")
    assert ELSEWHERE[0] not in both.written("Zuora__CustomerAccount__c")


def test_products_by_either_id(both: Both) -> None:
    engine = both.engine()
    product = DEMO.ids("Product", OTHER)[0]
    (first,) = both.run(engine.request(SyncRequest(ObjectKind.ZPRODUCT, zuora_ids_by_entity={product: OTHER})))
    assert first.success, first.status_message
    assert first.object_id in {row["Id"] for row in both.org.rows("zqu__ZProduct__c")}
    (again,) = both.run(engine.request(SyncRequest(ObjectKind.ZPRODUCT, object_ids=[first.object_id])))
    assert (again.success, again.zuora_id, again.entity_id) == (True, product, OTHER)


def test_a_reply_that_is_lost_is_settled_and_leaves_no_doubt(both: Both) -> None:
    engine = both.engine()
    lost: list[int] = []

    async def lose_one(request: httpx.Request, body: bytes) -> None:
        if b"Zuora__Subscription__c" in body and b"upsert>" in body and not lost:
            lost.append(1)
            raise httpx.ReadError("cut", request=request)

    both.wire.after = lose_one
    (result,) = both.run(engine.request(SyncRequest(zuora_ids=[ACCOUNTS[0]])))
    assert lost
    assert result.success, result.status_message


def test_the_doctor_finds_everything_in_place(both: Both) -> None:
    async def checks(engine: Engine) -> list[Any]:
        return [check async for check in diagnose(engine)]

    good = both.run(checks(both.engine()))
    assert [check.name for check in good if not check.ok] == []
    assert len(good) == 9
    bad = both.run(checks(both.engine(zuora={"password": "wrong"}, sync={"reserve_calls": 14_990})))
    assert [(check.name, check.exit_code) for check in bad if not check.ok] == [
        ("Zuora login", 3),
        ("API calls left", 5),
    ]
    assert all(check.what_to_do for check in bad if not check.ok)
    down = both.run(checks(both.engine(salesforce={"url": "http://nowhere.test"})))
    assert [check.name for check in down if not check.ok] == ["Salesforce login"]
    unset = both.run(checks(both.engine(salesforce={"username": ""})))
    assert [(check.name, check.exit_code) for check in unset] == [("settings", 2)]
