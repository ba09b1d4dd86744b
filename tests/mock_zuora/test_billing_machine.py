"""Random business on a few accounts: whatever is tried, the records agree, and what fails changes nothing."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mock_zuora import ZuoraMock
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock
from tests.mock_zuora.conftest import TENANT, Caller
from tests.mock_zuora.soap_rows import GLOBAL, Sales, active_account, delete, pay, row, save

AMOUNTS = st.sampled_from(["0.01", "5", "10", "31", "33.33", "62", "100", "250"])
TARGETS = st.sampled_from(["2026-01-01", "2026-01-20", "2026-02-10", "2026-03-31", "2026-06-01"])
KINDS = st.sampled_from(["External", "Electronic"])
CHARGES: list[dict[str, Any]] = [
    {},
    {"Price": Decimal(-12)},
    {"BillingTiming": "In Arrears"},
    {"BillingPeriod": "Quarter", "Price": Decimal("99.99")},
    {"ChargeType": "OneTime", "Price": Decimal(50)},
    {"ChargeModel": "Per Unit Pricing", "Quantity": Decimal(3), "Price": Decimal("3.333")},
    {"ChargeType": "Usage", "ChargeModel": "Per Unit Pricing", "UOM": "Each", "Price": Decimal("0.5")},
    {
        "ChargeModel": "Discount-Percentage",
        "DiscountPercentage": Decimal("12.5"),
        "ApplyDiscountTo": "ONETIMERECURRINGUSAGE",
        "DiscountLevel": "account",
    },
    {
        "ChargeModel": "Discount-Fixed Amount",
        "DiscountAmount": Decimal(20),
        "ApplyDiscountTo": "RECURRING",
        "DiscountLevel": "subscription",
    },
]


class Business(RuleBasedStateMachine):
    """Each rule is one call; ids that no longer mean anything are tried as well."""

    accounts = Bundle("accounts")
    invoices = Bundle("invoices")
    payments = Bundle("payments")
    refunds = Bundle("refunds")
    adjustments = Bundle("adjustments")

    def __init__(self) -> None:
        super().__init__()
        self.mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(7))
        self.mock.add_tenant(TENANT)
        self.tenant = self.mock.tenants[0]
        self.caller = Caller(self.mock)
        assert self.caller.login().status == 200

    def teardown(self) -> None:
        self.mock.close()

    @initialize(target=accounts)
    def begin(self) -> str:
        return self._customer()

    @rule(target=accounts)
    def another_account(self) -> str:
        return self._customer()

    @rule(account=accounts, charges=st.lists(st.sampled_from(CHARGES), min_size=1, max_size=3), apart=st.booleans())
    def sell(self, account: str, charges: list[dict[str, Any]], apart: bool) -> None:
        if any(each["Id"] == account for each in self.tenant.rows(GLOBAL, "Account")):
            Sales(self.tenant, account, date(2026, 1, 10)).subscribe(*charges, IsInvoiceSeparate=apart)

    @rule(account=accounts, quantity=AMOUNTS, day=TARGETS)
    def use(self, account: str, quantity: str, day: str) -> None:
        fields = {"AccountId": account, "Quantity": quantity, "StartDateTime": f"{day}T12:00:00", "UOM": "Each"}
        self._do("create", "Usage", fields)

    @rule(target=invoices, account=accounts, target_date=TARGETS, post=st.booleans())
    def generate(self, account: str, target_date: str, post: bool) -> str:
        days = {"InvoiceDate": target_date, "TargetDate": target_date}
        invoice = self._do("generate", "Invoice", {"AccountId": account, **days})
        if invoice and post:
            self._do("update", "Invoice", {"Status": "Posted"}, invoice)
        return invoice

    @rule(invoice=invoices, status=st.sampled_from(["Posted", "Canceled", "Draft"]))
    def change_invoice(self, invoice: str, status: str) -> None:
        self._do("update", "Invoice", {"Status": status}, invoice)

    @rule(invoice=invoices)
    def delete_invoice(self, invoice: str) -> None:
        self._unless_done(delete, "Invoice", invoice)

    @rule(target=payments, account=accounts, invoice=invoices, amount=AMOUNTS, more=AMOUNTS, kind=KINDS)
    def pay_one(self, account: str, invoice: str, amount: str, more: str, kind: str) -> str:
        whole = str(Decimal(amount) + Decimal(more))
        return self._unless_done(lambda caller: [pay(caller, account, invoice, amount, Type=kind, Amount=whole)])

    @rule(target=payments, account=accounts, parts=st.lists(st.tuples(invoices, AMOUNTS), min_size=1, max_size=3))
    def pay_several(self, account: str, parts: list[tuple[str, str]]) -> str:
        inner = "".join(
            f"<obj:InvoicePayment><obj:Amount>{amount}</obj:Amount><obj:InvoiceId>{key}</obj:InvoiceId>"
            "</obj:InvoicePayment>"
            for key, amount in parts
        )
        fields = {"AccountId": account, "EffectiveDate": "2026-01-15", "InvoicePaymentData": inner}
        return self._do("create", "Payment", {**fields, "Status": "Processed", "Type": "External"})

    @rule(target=payments, account=accounts, amount=AMOUNTS, kind=KINDS)
    def draft_payment(self, account: str, amount: str, kind: str) -> str:
        fields = {"AccountId": account, "Amount": amount, "EffectiveDate": "2026-01-15"}
        return self._do("create", "Payment", {**fields, "Status": "Draft", "Type": kind})

    @rule(payment=payments, invoice=invoices, amount=AMOUNTS)
    def apply_draft(self, payment: str, invoice: str, amount: str) -> None:
        self._do("create", "InvoicePayment", {"Amount": amount, "InvoiceId": invoice, "PaymentId": payment})

    @rule(payment=payments, status=st.sampled_from(["Processed", "Canceled", "Voided"]))
    def change_payment(self, payment: str, status: str) -> None:
        self._do("update", "Payment", {"Status": status}, payment)

    @rule(payment=payments)
    def delete_payment(self, payment: str) -> None:
        self._unless_done(delete, "Payment", payment)

    @rule(target=refunds, payment=payments, amount=AMOUNTS)
    def refund(self, payment: str, amount: str) -> str:
        fields = {"Amount": amount, "MethodType": "Check", "PaymentId": payment, "Type": "External"}
        return self._do("create", "Refund", fields)

    @rule(target=refunds, account=accounts, amount=AMOUNTS)
    def refund_credit(self, account: str, amount: str) -> str:
        fields = {"AccountId": account, "Amount": amount, "SourceType": "CreditBalance", "Type": "External"}
        return self._do("create", "Refund", fields)

    @rule(refund=refunds)
    def cancel_refund(self, refund: str) -> None:
        self._do("update", "Refund", {"Status": "Canceled"}, refund)

    @rule(refund=refunds)
    def delete_refund(self, refund: str) -> None:
        self._unless_done(delete, "Refund", refund)

    @rule(target=adjustments, invoice=invoices, amount=AMOUNTS, way=st.sampled_from(["Increase", "Decrease"]))
    def adjust_credit(self, invoice: str, amount: str, way: str) -> tuple[str, str]:
        kind = "CreditBalanceAdjustment"
        fields = {"Amount": amount, "SourceTransactionId": invoice, "Type": way}
        return kind, self._do("create", kind, fields)

    @rule(target=adjustments, invoice=invoices, amount=AMOUNTS, way=st.sampled_from(["Credit", "Charge"]))
    def adjust_item(self, invoice: str, amount: str, way: str) -> tuple[str, str]:
        kind = "InvoiceItemAdjustment"
        items = [each["Id"] for each in self.tenant.rows(GLOBAL, "InvoiceItem") if each["InvoiceId"] == invoice]
        fields = {"AdjustmentDate": "2026-01-15", "Amount": amount, "SourceId": (items or ["0"])[0]}
        return kind, self._do("create", kind, {**fields, "SourceType": "InvoiceDetail", "Type": way})

    @rule(adjustment=adjustments)
    def cancel_adjustment(self, adjustment: tuple[str, str]) -> None:
        kind, row_id = adjustment
        self._do("update", kind, {"Status": "Canceled"}, row_id)

    @rule(account=accounts, status=st.sampled_from(["Active", "Canceled"]))
    def change_account(self, account: str, status: str) -> None:
        self._do("update", "Account", {"Status": status}, account)

    @rule(account=accounts)
    def delete_account(self, account: str) -> None:
        self._unless_done(delete, "Account", account)

    @invariant()
    def the_records_agree(self) -> None:
        assert problems(self.tenant) == []

    def _customer(self) -> str:
        return active_account(self.caller)

    def _do(self, call: str, kind: str, fields: dict[str, str], row_id: str = "") -> str:
        first = f"<obj:Id>{row_id}</obj:Id>" if call == "update" else ""
        sent = row(kind, fields, first)
        return self._unless_done(lambda caller: save(caller, call, [sent]))

    def _unless_done(self, act: Any, *arguments: str) -> str:
        """Do one row; returns its id, or "" when it was refused, after seeing that nothing changed."""
        before = self._everything()
        ((code, made),) = act(self.caller, *arguments)
        if code:
            assert self._everything() == before, (code, made)
        return "" if code else str(made)

    def _everything(self) -> dict[str, Any]:
        return {each.name: self.tenant.rows(GLOBAL, each.name) for each in self.tenant.catalogue}


TestBusiness = Business.TestCase
TestBusiness.settings = settings(
    max_examples=settings.default.max_examples * 3 // 10,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
