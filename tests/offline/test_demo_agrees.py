"""The whole demonstration is synced, in both modes, and every field is what an independent table says it is."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from offline.scenarios.pricing import MODELS
from offline.serving import Stack
from sync_engine import settings as engine_settings
from sync_engine.admission import SyncRequest
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine
from sync_engine.model import ObjectKind
from tests.offline.oracle.books import Books
from tests.offline.oracle.checking import disagreements, unspoken

ACCOUNTS_AT_ONCE = 10


async def sync_everything(stack: Stack, engine: Engine) -> None:
    scenario = stack.scenario
    assert scenario is not None
    for entity in scenario.tenant.entities:
        accounts = scenario.ids("Account", entity.id)
        results = await engine.request_all_products(entity.id)
        for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
            some = accounts[start : start + ACCOUNTS_AT_ONCE]
            request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=some, entity_id=entity.id)
            results += await engine.request(request)
        assert [each.status_message for each in results if not each.success] == []


@pytest.mark.parametrize("engine", ["version", "number"], indirect=True)
def test_every_field_of_every_row_is_what_the_table_says(stack: Stack, engine: Engine) -> None:
    assert stack.scenario is not None
    assert stack.zuora is not None
    assert stack.salesforce is not None
    scenario, tenant, org = stack.scenario, stack.zuora.tenants[0], stack.salesforce.orgs[0]
    by_number = engine.settings.sync.subscription_key == "number"
    asyncio.run(sync_everything(stack, engine))
    books = [
        Books(tenant, entity.id, scenario.ids("Account", entity.id), by_number=by_number)
        for entity in scenario.tenant.entities
    ]
    assert disagreements(org, books, catalog=True) == []
    assert unspoken(org) == set()
    # every charge model that Zuora has without a feature switched on was sold and synced
    models = {row["Zuora__Model__c"] for row in org.rows("Zuora__SubscriptionProductCharge__c")}
    assert models == set(MODELS)


def test_a_wrong_row_of_the_map_that_agrees_with_itself_is_told_by_the_table(stack: Stack, tmp_path: Path) -> None:
    own = tmp_path / "map.toml"
    own.write_text('[subscription.fields]\nZuora__TermEndDate__c = { from = "TermStartDate", as = "date" }\n')
    told = engine_settings.load(Path(stack.served.settings))
    told = told.model_copy(update={"sync": told.sync.model_copy(update={"map": own})})
    assert stack.scenario is not None
    assert stack.zuora is not None
    assert stack.salesforce is not None
    entity = stack.scenario.tenant.entities[0]
    account = stack.scenario.ids("Account", entity.id)[1]
    with Engine(told, clock=SystemClock(), chance=random.Random(1)) as engine:
        asyncio.run(engine.request(SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=[account])))
    books = Books(stack.zuora.tenants[0], entity.id, [account], by_number=False)
    found = disagreements(stack.salesforce.orgs[0], [books])
    assert found
    assert all(" Zuora__TermEndDate__c: should be " in each for each in found)
