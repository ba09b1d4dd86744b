"""A subscription is sold and amended in every way over SOAP; after each step a sync makes Salesforce agree."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mock_zuora import EntitySpec
from offline.serving import Stack
from sync_engine import settings as engine_settings
from sync_engine.admission import SyncRequest
from sync_engine.agreement import Difference, compare_accounts
from sync_engine.engine import Engine
from sync_engine.model import ObjectKind
from tests.mock_zuora.conftest import Caller
from tests.mock_zuora.subscriptions.conftest import Shop, charge_data, plan_data
from tests.offline.oracle.books import Books
from tests.offline.oracle.checking import disagreements

RATE_PLAN = "obj:RatePlanData"


class Customer:
    """One subscription of an account of the demonstration, in its latest version."""

    def __init__(self, stack: Stack) -> None:
        assert stack.scenario is not None
        assert stack.zuora is not None
        self.tenant = stack.zuora.tenants[0]
        self.entity = stack.scenario.tenant.entities[0]
        caller = Caller(stack.zuora)
        user = stack.scenario.tenant.users[0]
        assert caller.login(user.username, user.password).status == 200
        self.shop = Shop(caller, self.tenant)
        dollars = [
            row
            for row in self.tenant.rows(self.entity.id, "Account")
            if (row["Currency"], row["Status"]) == ("USD", "Active")
        ]
        self.account, self.other = str(dollars[0]["Id"]), str(dollars[1]["Id"])
        self.latest = self.number = ""

    def product_plan(self, product: str, plan: str) -> dict[str, Any]:
        products = {row["Id"]: row["Name"] for row in self.tenant.rows(self.entity.id, "Product")}
        return next(
            row
            for row in self.tenant.rows(self.entity.id, "ProductRatePlan")
            if (products[row["ProductId"]], row["Name"]) == (product, plan)
        )

    def plan(self, name: str) -> str:
        rows = self.tenant.rows(self.entity.id, "RatePlan")
        return next(str(row["Id"]) for row in rows if row["SubscriptionId"] == self.latest and row["Name"] == name)

    def sell(self) -> None:
        plans = [self.product_plan("Product 02", "Monthly"), self.product_plan("Product 01", "Annual")]
        data = [plan_data({"ProductRatePlanId": plan["Id"]}) for plan in plans]
        result = self.shop.sold(*data, account=self.account, contact="", AutoRenew="true")
        self.latest, self.number = result["SubscriptionId"], result["SubscriptionNumber"]

    def amend(self, kind: str, on: str, data: str = "", **fields: Any) -> None:
        self.latest = self.shop.amended(self.latest, kind, on, data, **fields)["SubscriptionId"]

    def update(self) -> None:
        charge = next(
            row
            for row in self.tenant.rows(self.entity.id, "RatePlanCharge")
            if row["RatePlanId"] == self.plan("Monthly") and row["ChargeType"] == "Recurring"
        )
        asked = charge_data({"ChargeNumber": charge["ChargeNumber"], "Quantity": 33})
        data = plan_data({"AmendmentSubscriptionRatePlanId": self.plan("Monthly")}, asked, tag=RATE_PLAN)
        self.amend("UpdateProduct", "2026-03-15", data)

    def steps(self) -> Iterator[str]:
        self.sell()
        yield "sold"
        new = plan_data({"ProductRatePlanId": self.product_plan("Product 06", "Percentage")["Id"]}, tag=RATE_PLAN)
        self.amend("NewProduct", "2026-02-01", new)
        yield "a product more"
        self.update()
        yield "a quantity changed"
        named = {"AmendmentSubscriptionRatePlanId": self.plan("Annual")}
        self.amend("RemoveProduct", "2026-04-01", plan_data(named, tag=RATE_PLAN))
        yield "a product less"
        self.amend("TermsAndConditions", "2026-04-01", CurrentTerm=18, RenewalTerm=6)
        yield "other terms"
        self.amend("SuspendSubscription", "2026-05-01", SuspendDate="2026-05-01")
        yield "suspended"
        self.amend("ResumeSubscription", "2026-06-01", ResumeDate="2026-06-01")
        yield "resumed"
        self.amend("Renewal", "2027-07-01")
        yield "renewed"
        self.amend("OwnerTransfer", "2026-07-01", DestinationAccountId=self.other)
        yield "given to another account"
        self.amend("Cancellation", "2026-08-01")
        yield "cancelled"


@pytest.mark.parametrize("engine", ["version", "number"], indirect=True)
def test_after_every_amendment_a_sync_makes_salesforce_agree(stack: Stack, engine: Engine) -> None:
    customer = Customer(stack)
    accounts = [customer.account, customer.other]
    by_number = engine.settings.sync.subscription_key == "number"
    records: set[object] = set()

    async def live() -> None:
        for step in customer.steps():
            request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=accounts, entity_id=customer.entity.id)
            results = await engine.request(request)
            assert [result.status_message for result in results if not result.success] == [], step
            assert stack.salesforce is not None
            org = stack.salesforce.orgs[0]
            books = Books(customer.tenant, customer.entity.id, accounts, by_number=by_number)
            assert disagreements(org, [books]) == [], step
            if not by_number:
                # the comparer's own reading costs as much as a sync, and the table has judged the rest already
                assert [str(each) for each in await differences(engine, customer.entity, accounts)] == [], step
            rows = [row for row in org.rows("Zuora__Subscription__c") if row["Name"] == customer.number]
            held = [row["Zuora__External_Id__c"] for row in rows]
            assert held == ([] if step == "suspended" else [customer.latest]), step
            records.update(row["Id"] for row in rows)

    asyncio.run(live())
    # nine steps have a version to keep, and each is a new record; by its number it is one, and another once it is back
    assert len(records) == (2 if by_number else 9)


async def differences(engine: Engine, entity: EntitySpec, accounts: list[str]) -> Sequence[Difference]:
    """What the engine's own comparison finds."""
    async with engine.connections() as connections:
        agreement = await compare_accounts(
            accounts,
            zuora=await connections.zuora(entity.id),
            salesforce=await connections.salesforce(),
            field_map=engine.field_map,
            rules=engine_settings.rules(engine.settings, entity.id, entity.name),
        )
    return agreement.differences
