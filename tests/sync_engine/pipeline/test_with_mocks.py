"""The whole way over the real wire: both mocks in process, on virtual time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest
from pydantic import SecretStr

from mock_salesforce import OrgSpec, OrgUser, SalesforceMock
from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.agreement import compare_accounts, compare_products
from sync_engine.execution import sync_accounts, sync_products
from sync_engine.ledger import Acknowledged
from sync_engine.mapping import FieldMap
from sync_engine.model import RowOutcome, RowState
from sync_engine.rules import Rules
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.zuora.client import ZuoraClient

ENTITY = "e" * 32
ZUORA_URL = "https://zuora.test/apps/services/a/83.0"
SALESFORCE_URL = "https://salesforce.test"
CRM_ID = "001D000000IqhSL"


def long(row_id: str) -> str:
    """A 32-digit id that stands for a short one."""
    return hashlib.md5(row_id.encode(), usedforsecurity=False).hexdigest()


def with_long_ids(tenant: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The literal tenant with ids as Zuora makes them."""
    ids = {row["Id"] for rows in tenant.values() for row in rows} | {"old"}
    return {
        name: [{field: long(value) if value in ids else value for field, value in row.items()} for row in rows]
        for name, rows in tenant.items()
    }


class World:
    """Both mocks and a client of each."""

    def __init__(self, tenant: dict[str, list[dict[str, str]]]) -> None:
        self.clock = VirtualClock()
        zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        user = UserSpec("api@example.com", "zuora password")
        spec = TenantSpec("t" * 32, "Tenant", (EntitySpec(ENTITY, "Entity A"),), (user,))
        self.tenant = zuora.add_tenant(spec)
        for name, rows in with_long_ids(tenant).items():
            self.tenant.load(ENTITY, name, rows)
        salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        org_user = OrgUser("sync@example.com", "org password", "token", "Sync User", "sync@example.com")
        self.org = salesforce.add_org(OrgSpec("00D000000000001EAA", "Org", (org_user,)))
        self.org.load("Account", [{"Id": CRM_ID + "IAZ", "Name": "Customer"}])
        self.transport = WsgiTransport({"zuora.test": zuora.wsgi, "salesforce.test": salesforce.wsgi}, self.clock)

    async def clients(self) -> tuple[ZuoraClient, SalesforceClient]:
        zuora = await ZuoraClient.login(
            ZUORA_URL, "api@example.com", SecretStr("zuora password"), transport=self.transport, clock=self.clock
        )
        salesforce = await SalesforceClient.login(
            SALESFORCE_URL,
            "sync@example.com",
            SecretStr("org password"),
            SecretStr("token"),
            transport=self.transport,
            clock=self.clock,
        )
        return zuora, salesforce

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        return run_virtual(main, self.clock)


async def free(_root_id: str) -> None:
    """Nobody else wants anything."""


@pytest.fixture
def world(tenant: dict[str, list[dict[str, str]]]) -> World:
    return World(tenant)


def test_accounts_and_products_cross_over_and_agree(world: World, field_map: FieldMap, progress: Any) -> None:
    rules = Rules(multi_entity=True, entity_id=ENTITY, entity_name="Entity A")
    accounts, products = [long("acc1"), long("acc2")], [long("prod1")]

    async def main() -> None:
        zuora, salesforce = await world.clients()
        recorded: list[RowOutcome] = []

        async def record(outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
            del acknowledged
            recorded.extend(outcomes)

        common: dict[str, Any] = {"zuora": zuora, "salesforce": salesforce, "field_map": field_map, "rules": rules}
        writing: dict[str, Any] = {**common, "guard": free, "progress": progress, "record": record}
        for expected in (RowState.CREATED, RowState.UPDATED):
            catalog = await sync_products(products, **writing)
            tally = await sync_accounts(accounts, **writing)
            for outcome in (*catalog.outcomes(), *tally.outcomes()):
                assert outcome.state is expected, outcome
        assert (await compare_accounts(accounts, **common)).differences == ()
        assert (await compare_products(products, **common)).differences == ()
        await zuora.close()
        await salesforce.close()

    world.run(main())
    assert len(world.org.rows("Zuora__CustomerAccount__c")) == 2
    assert len(world.org.rows("Zuora__SubscriptionProductCharge__c")) == 2
