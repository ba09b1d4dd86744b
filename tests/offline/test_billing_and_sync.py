"""Business done in Zuora over SOAP, a step at a time: after each one a sync brings both sides to agree."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mock_zuora import Tenant
from mock_zuora.integrity import problems
from offline.scenarios.stamps import BILLED_TO
from offline.serving import Stack
from sync_engine import settings as engine_settings
from sync_engine.admission import SyncRequest
from sync_engine.agreement import compare_accounts
from sync_engine.engine import Engine
from sync_engine.model import ObjectKind
from tests.mock_zuora.conftest import Caller
from tests.mock_zuora.soap_rows import create, created, delete, updated
from tests.offline.oracle.books import Books
from tests.offline.oracle.checking import disagreements

TODAY = "2026-02-01"


class Business:
    """An account of the demonstration and what is done with it, in the order of the steps."""

    def __init__(self, caller: Any, tenant: Tenant, account: str) -> None:
        self.caller = caller
        self.tenant = tenant
        self.account = account
        self.invoice = self.payment = self.refund = self.contact = self.adjustment = ""

    def a_draft(self) -> None:
        days = {"InvoiceDate": TODAY, "TargetDate": TODAY}
        self.invoice = created(self.caller, "Invoice", {"AccountId": self.account, **days}, "generate")

    def posted(self) -> None:
        updated(self.caller, "Invoice", self.invoice, {"Status": "Posted"})

    def paid(self) -> None:
        fields = {"AccountId": self.account, "Amount": "40", "AppliedInvoiceAmount": "30", "EffectiveDate": TODAY}
        whole = {**fields, "InvoiceId": self.invoice, "Status": "Processed", "Type": "External"}
        self.payment = created(self.caller, "Payment", whole)

    def refunded(self) -> None:
        fields = {"Amount": "12.34", "MethodType": "Check", "PaymentId": self.payment, "Type": "External"}
        self.refund = created(self.caller, "Refund", fields)

    def credited(self) -> None:
        fields = {"Amount": "5", "SourceTransactionId": self.invoice, "Type": "Decrease"}
        self.adjustment = created(self.caller, "CreditBalanceAdjustment", fields)

    def a_contact_more(self) -> None:
        fields = {"AccountId": self.account, "FirstName": "Third", "LastName": "Contact"}
        self.contact = created(self.caller, "Contact", fields)
        updated(self.caller, "Account", self.account, {"BillToId": self.contact, "Notes": "Changed."})

    def the_contact_gone(self) -> None:
        sold_to = next(each for each in self.rows("Account") if each["Id"] == self.account)["SoldToId"]
        updated(self.caller, "Account", self.account, {"BillToId": sold_to})
        assert delete(self.caller, "Contact", self.contact) == [("", self.contact)]

    def refund_canceled(self) -> None:
        updated(self.caller, "Refund", self.refund, {"Status": "Canceled"})

    def refund_deleted(self) -> None:
        assert delete(self.caller, "Refund", self.refund) == [("", self.refund)]

    def credit_and_payment_canceled(self) -> None:
        updated(self.caller, "CreditBalanceAdjustment", self.adjustment, {"Status": "Canceled"})
        updated(self.caller, "Payment", self.payment, {"Status": "Canceled"})

    def payment_deleted(self) -> None:
        assert delete(self.caller, "Payment", self.payment) == [("", self.payment)]

    def invoice_canceled(self) -> None:
        updated(self.caller, "Invoice", self.invoice, {"Status": "Canceled"})

    def invoice_deleted(self) -> None:
        assert delete(self.caller, "Invoice", self.invoice) == [("", self.invoice)]

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return self.tenant.rows(self.tenant.spec.entities[0].id, kind)


STEPS = (
    Business.a_draft,
    Business.posted,
    Business.paid,
    Business.refunded,
    Business.credited,
    Business.a_contact_more,
    Business.the_contact_gone,
    Business.refund_canceled,
    Business.refund_deleted,
    Business.credit_and_payment_canceled,
    Business.payment_deleted,
    Business.invoice_canceled,
    Business.invoice_deleted,
)


@pytest.mark.parametrize("engine", ["version", "number"], indirect=True)
def test_every_step_of_billing_reaches_the_org(stack: Stack, engine: Engine) -> None:
    scenario = stack.scenario
    assert scenario is not None
    assert stack.zuora is not None
    entity, user, tenant = scenario.tenant.entities[0], scenario.tenant.users[0], stack.zuora.tenants[0]
    account = scenario.ids("Account", entity.id)[0]
    caller = Caller(stack.zuora)
    assert caller.login(user.username, user.password).status == 200
    assert stack.salesforce is not None
    business, org = Business(caller, tenant, account), stack.salesforce.orgs[0]
    by_number = engine.settings.sync.subscription_key == "number"
    before = {kind: business.rows(kind) for kind in ("RatePlanCharge", "InvoiceItem", "InvoicePayment", "Refund")}

    async def steps() -> None:
        request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=[account])
        async with engine.connections() as connections:
            both: dict[str, Any] = {
                "zuora": await connections.zuora(entity.id),
                "salesforce": await connections.salesforce(),
                "field_map": engine.field_map,
                "rules": engine_settings.rules(engine.settings, entity.id, entity.name),
            }
            for step in STEPS:
                step(business)
                assert problems(tenant) == [], step.__name__
                results = await engine.request(request)
                assert [each.status_message for each in results if not each.success] == [], step.__name__
                books = Books(tenant, entity.id, [account], by_number=by_number)
                assert disagreements(org, [books]) == [], step.__name__
                if not by_number:
                    # the comparer's own reading costs as much as a sync, and the table has judged the rest already
                    found = await compare_accounts([account], **both)
                    assert (found.rows > 50, found.differences) == (True, ()), step.__name__

    asyncio.run(steps())
    # everything was taken back: the records are what they were
    assert {kind: business.rows(kind) for kind in before} == before


def test_every_account_of_the_demonstration_can_be_billed_on(stack: Stack) -> None:
    scenario = stack.scenario
    assert scenario is not None
    assert stack.zuora is not None
    user, tenant = scenario.tenant.users[0], stack.zuora.tenants[0]
    caller = Caller(stack.zuora)
    billed = 0
    for entity in scenario.tenant.entities:
        caller.login(user.username, user.password, extra=f"<api:entityId>{entity.id}</api:entityId>")
        for account in scenario.ids("Account", entity.id):
            days = {"InvoiceDate": "2026-03-01", "TargetDate": "2026-03-01"}
            code, made = create(caller, "Invoice", {"AccountId": account, **days}, "generate")
            if code:
                assert "No charges are due" in made
                continue
            billed += 1
            items = [each for each in tenant.rows(entity.id, "InvoiceItem") if each["InvoiceId"] == made]
            # what comes round goes on where the scenario's invoices end; one-time charges from before them are due too
            assert all(each["ServiceStartDate"] >= BILLED_TO for each in items if each["ChargeType"] != "OneTime")
    assert billed == 11  # three accounts have only what is cancelled, or billed by the quarter
    assert problems(tenant) == []
