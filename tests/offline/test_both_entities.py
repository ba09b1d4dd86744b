"""Every account and product of the scenario, of both entities: synced twice, and both sides agree."""

from __future__ import annotations

import asyncio
from typing import Any

from offline.serving import Stack
from sync_engine import settings as engine_settings
from sync_engine.admission import SyncRequest
from sync_engine.agreement import compare_accounts, compare_products
from sync_engine.engine import Engine
from sync_engine.model import ObjectKind
from sync_engine.report import count_rows
from sync_engine.results import SyncResult


async def sync_everything(engine: Engine, scenario: Any) -> list[SyncResult]:
    results: list[SyncResult] = []
    for entity in scenario.tenant.entities:
        ids = scenario.ids("Account", entity.id)
        for part in (ids[:10], ids[10:]):
            if part:
                request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=part, entity_id=entity.id)
                results += await engine.request(request)
        results += await engine.request_all_products(entity.id)
    return results


async def differences(engine: Engine, scenario: Any) -> tuple[int, list[str]]:
    rows, found = 0, []
    async with engine.connections() as connections:
        salesforce = await connections.salesforce()
        for entity in scenario.tenant.entities:
            both: dict[str, Any] = {
                "zuora": await connections.zuora(entity.id),
                "salesforce": salesforce,
                "field_map": engine.field_map,
                "rules": engine_settings.rules(engine.settings, entity.id, entity.name),
            }
            accounts = await compare_accounts(scenario.ids("Account", entity.id), **both)
            products = await compare_products(scenario.ids("Product", entity.id), **both)
            rows += accounts.rows + products.rows
            found += [str(each) for each in (*accounts.differences, *products.differences)]
    return rows, found


def test_everything_syncs_and_agrees_and_the_second_time_creates_nothing(stack: Stack, engine: Engine) -> None:
    scenario = stack.scenario
    assert scenario is not None

    async def both_times() -> None:
        for first in (True, False):
            earlier = len(await engine.ledger.sessions())
            results = await sync_everything(engine, scenario)
            assert [result.status_message for result in results if not result.success] == []
            assert len(results) == 14 + 8
            sessions = await engine.ledger.sessions()
            counts = dict(count_rows(sessions[: len(sessions) - earlier]))
            created = sum(row["created"] for row in counts.values())
            assert (created > 750) if first else (created == 0)
            rows, found = await differences(engine, scenario)
            assert (rows > 750, found) == (True, [])

    asyncio.run(both_times())


def test_a_change_in_zuora_is_a_difference_until_it_is_synced(stack: Stack, engine: Engine) -> None:
    scenario = stack.scenario
    assert scenario is not None
    entity = scenario.tenant.entities[0]
    account = scenario.ids("Account", entity.id)[0]
    request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=[account])

    async def change_and_sync() -> None:
        await engine.request(request)
        async with engine.connections() as connections:
            both: dict[str, Any] = {
                "zuora": await connections.zuora(entity.id),
                "salesforce": await connections.salesforce(),
                "field_map": engine.field_map,
                "rules": engine_settings.rules(engine.settings, entity.id, entity.name),
            }
            assert stack.zuora is not None
            renamed = {"Name": "Customer Renamed"}
            stack.zuora.tenants[0].data(entity.id).store.update("Account", account, renamed)
            found = (await compare_accounts([account], **both)).differences
            assert [(each.field, each.expected) for each in found] == [("Name", "Customer Renamed")]
            await engine.request(request)
            assert (await compare_accounts([account], **both)).differences == ()

    asyncio.run(change_and_sync())
