"""What a plan says of a sync, and that it is what the sync does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import Origin, SyncRequest
from sync_engine.engine import Engine
from sync_engine.leases import LeaseKey
from sync_engine.model import ObjectKind
from sync_engine.planning import Plan
from sync_engine.rehearsal import Action
from sync_engine.settings import Settings

DEMO = scenario("demo")
ENTITY = DEMO.tenant.entities[0]
ACCOUNTS = DEMO.ids("Account", ENTITY.id)[:3]
REQUESTS = (
    SyncRequest(zuora_ids=list(ACCOUNTS), email_notification=False),
    SyncRequest(ObjectKind.ZPRODUCT, zuora_ids=DEMO.ids("Product", ENTITY.id), origin=Origin.CATALOG),
)


class World:
    def __init__(self, folder: Path, **rules: Any) -> None:
        self.clock = VirtualClock()
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        for side in (ZuoraSide(self.zuora), SalesforceSide(self.salesforce)):
            side.admit(DEMO)
            side.fill(DEMO)
        apps = {"zuora.test": self.zuora.wsgi, "salesforce.test": self.salesforce.wsgi}
        told = settings_for(
            DEMO, "http://zuora.test", "http://salesforce.test", f"sqlite:///{folder / 'store.sqlite3'}"
        )
        told["sync"] |= rules
        self.engine = Engine(
            Settings.model_validate(told),
            clock=self.clock,
            chance=random.Random(3),
            transport=WsgiTransport(apps, self.clock),
        )

    def run(self, work: Any) -> Any:
        return run_virtual(work, self.clock)

    def plan(self, request: SyncRequest) -> Plan:
        found: Plan = self.run(self.engine.plan(request))
        return found

    def sync(self, request: SyncRequest) -> Any:
        results = self.run(self.engine.request(request))
        assert [each.status_message for each in results if not each.success] == []
        return self.run(self.engine.ledger.session(results[0].session_id))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.engine.close()


@pytest.mark.parametrize("request_", REQUESTS, ids=["accounts", "products"])
def test_a_plan_is_what_the_sync_does_and_costs(world: World, request_: SyncRequest) -> None:
    org = world.salesforce.orgs[0]
    for again in (False, True):
        before = org.store.changes
        plan = world.plan(request_)
        assert org.store.changes == before
        assert plan.calls.fit
        session = world.sync(request_)
        counts = plan.counts()
        done = {name: each for name, each in session.counts.items() if any(each.values())}
        assert list(counts) == list(done)
        for sobject, told in counts.items():
            made, touched = session.counts[sobject]["created"], session.counts[sobject]["updated"]
            assert told[Action.CREATE.value] == made, sobject
            assert told[Action.UPDATE.value] + told[Action.LEAVE.value] == touched, sobject
        assert (plan.calls.zuora, plan.calls.salesforce) == (session.zuora_calls, session.salesforce_calls)
        if again:
            assert {row.action for row in plan.rows} == {Action.LEAVE}


def test_a_change_is_told_with_both_values(world: World) -> None:
    world.sync(REQUESTS[0])
    org = world.salesforce.orgs[0]
    (row,) = org.store.execute(
        'SELECT "Id" FROM "Zuora__CustomerAccount__c" WHERE "Zuora__External_Id__c" = ?', [ACCOUNTS[0]]
    )
    org.store.update("Zuora__CustomerAccount__c", str(row["Id"]), {"Zuora__Notes__c": "Somebody's own words"})
    (changed,) = [each for each in world.plan(REQUESTS[0]).rows if each.action is not Action.LEAVE]
    assert (changed.action, changed.key) == (Action.UPDATE, ACCOUNTS[0])
    ((name, (now, will)),) = changed.changes.items()
    assert (name, now) == ("Zuora__Notes__c", "Somebody's own words")
    assert will != now


def test_what_is_held_and_what_does_not_fit_is_told(world: World) -> None:
    key = LeaseKey(world.salesforce.orgs[0].id, "1", ENTITY.id, "BILLING_ACCOUNT", ACCOUNTS[1])
    world.run(world.engine.leases.take([key], "somebody"))
    plan = world.plan(REQUESTS[0])
    assert [lease.key.zuora_id for lease in plan.held] == [ACCOUNTS[1]]
    left = plan.calls.salesforce_left
    assert left is not None
    used = world.salesforce.orgs[0].api_calls
    world.salesforce.change_limits({"figures": {"daily_api_calls": used + plan.calls.salesforce + 30}})
    short = world.plan(REQUESTS[0])
    assert not short.calls.fit


def test_what_would_be_deleted_is_told(world: World) -> None:
    world.sync(REQUESTS[0])
    org = world.salesforce.orgs[0]
    (account,) = org.store.execute(
        'SELECT "Id" FROM "Zuora__CustomerAccount__c" WHERE "Zuora__External_Id__c" = ?', [ACCOUNTS[0]]
    )
    stale = {"Name": "gone", "Zuora__External_Id__c": "f" * 32, "Zuora__CustomerAccount__c": str(account["Id"])}
    org.load("Zuora__Subscription__c", [stale])
    plan = world.plan(REQUESTS[0])
    assert [row.key for row in plan.rows if row.action is Action.DELETE] == ["f" * 32]
    assert plan.calls.deletes == 1


@pytest.mark.parametrize("request_", REQUESTS, ids=["accounts", "products"])
def test_only_what_has_changed_is_sent(tmp_path: Path, request_: SyncRequest) -> None:
    world = World(tmp_path, only_changed=True)
    first = world.sync(request_)
    org = world.salesforce.orgs[0]
    sobject = "zqu__ZProduct__c" if request_.kind is ObjectKind.ZPRODUCT else "Zuora__Subscription__c"
    changed = org.rows(sobject)[0]
    org.store.update(sobject, str(changed["Id"]), {"Name": "Somebody's own words"})
    again = world.sync(request_)
    assert sum(each["updated"] for each in again.counts.values()) == 1
    assert again.counts[sobject]["updated"] == 1
    rows = sum(each["created"] + each["updated"] + each["unchanged"] for each in first.counts.values())
    assert sum(each["unchanged"] for each in again.counts.values()) == rows - 1
    assert {row.action for row in world.plan(request_).rows} == {Action.LEAVE}
    world.engine.close()
