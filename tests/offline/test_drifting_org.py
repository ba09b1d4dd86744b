"""An org that lacks a field that the map writes, or does not let the user write one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mock_salesforce import SalesforceMock
from mock_salesforce.access import ObjectAccess
from mock_salesforce.schema import Schema
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import SyncRequest
from sync_engine.engine import Engine
from sync_engine.model import RowState, SessionState
from sync_engine.settings import Settings

DEMO = scenario("demo")
ACCOUNT = DEMO.ids("Account", DEMO.tenant.entities[0].id)[0]
CHARGE, PLAN = "Zuora__SubscriptionProductCharge__c", "Zuora__SubscriptionRatePlan__c"
LACKING, UNWRITABLE, NO_PARENT = "Zuora__DMRC__c", "Zuora__RatePlanName__c", "Zuora__Product__c"


class World:
    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        users = tuple(
            replace(user, permissions=(ObjectAccess(CHARGE, read_only=(UNWRITABLE,)),)) for user in DEMO.org.users
        )
        self.scenario = replace(DEMO, org=replace(DEMO.org, users=users))
        for side in (ZuoraSide(zuora), SalesforceSide(self.salesforce)):
            side.admit(self.scenario)
            side.fill(self.scenario)
        self.org = self.salesforce.orgs[0]
        self.org.schema = self._without(self.org.schema)
        self.folder = folder
        self.transport = WsgiTransport({"zuora.test": zuora.wsgi, "salesforce.test": self.salesforce.wsgi}, self.clock)

    @staticmethod
    def _without(schema: Schema) -> Schema:
        """The org's objects as an older package has them."""
        return Schema(
            replace(
                each,
                fields=tuple(
                    f for f in each.fields if (each.name, f.name) not in ((CHARGE, LACKING), (CHARGE, NO_PARENT))
                ),
                derived={},
            )
            for each in schema.sobjects
        )

    def sync(self, **rules: Any) -> tuple[SessionState, list[Any], int]:
        told = settings_for(
            self.scenario, "http://zuora.test", "http://salesforce.test", f"sqlite:///{self.folder / 'store.sqlite3'}"
        )
        told["sync"] |= rules
        settings = Settings.model_validate(told)
        with Engine(settings, clock=self.clock, chance=random.Random(1), transport=self.transport) as engine:
            (result,) = run_virtual(engine.request(SyncRequest(zuora_ids=[ACCOUNT])), self.clock)
            outcomes = run_virtual(engine.ledger.outcomes(result.session_id), self.clock)
            session = run_virtual(engine.ledger.session(result.session_id), self.clock)
        return result.state, [each for each in outcomes if each.sobject == CHARGE], session.salesforce_calls


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.salesforce.close()


def test_what_the_org_does_not_take_is_left_out_and_the_rest_is_written(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    state, charges, _ = world.sync()
    assert state is SessionState.FINISHED
    assert {each.state for each in charges} == {RowState.CREATED}
    told = sorted(record.getMessage().split(" ")[0] for record in caplog.records if "left out" in record.getMessage())
    assert told == [f"{CHARGE}.{name}" for name in sorted((LACKING, UNWRITABLE, NO_PARENT))]
    rows = world.org.rows(CHARGE)
    assert all(row["Zuora__ChargeNumber__c"] for row in rows)
    assert all(row[UNWRITABLE] is None for row in rows)


def test_frozen_the_rows_fail_and_say_which_field_it_is(world: World) -> None:
    state, charges, _ = world.sync(drift="freeze")
    assert state is SessionState.FINISHED_WITH_ERRORS
    assert {each.state for each in charges} == {RowState.FAILED}
    assert all(LACKING in (each.message or "") or NO_PARENT in (each.message or "") for each in charges)
