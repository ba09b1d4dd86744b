"""Generating, posting, canceling and deleting invoices over SOAP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mock_zuora import Tenant
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock
from tests.mock_zuora.soap_rows import (
    GLOBAL,
    Sales,
    active_account,
    create,
    created,
    delete,
    generated,
    pay,
    posted,
    row,
    save,
    the,
    update,
    updated,
)

USAGE = {"ChargeType": "Usage", "ChargeModel": "Per Unit Pricing", "UOM": "Each", "Price": Decimal(2)}


@pytest.fixture
def account(caller: Any) -> str:
    return active_account(caller)


@pytest.fixture
def sales(tenant: Tenant, account: str) -> Sales:
    return Sales(tenant, account)


def items(tenant: Tenant, invoice: str) -> list[tuple[Any, ...]]:
    """First and last day and amount of each item."""
    found = [each for each in tenant.rows(GLOBAL, "InvoiceItem") if each["InvoiceId"] == invoice]
    return [(each["ServiceStartDate"], each["ServiceEndDate"], each["ChargeAmount"]) for each in found]


def charge_of(tenant: Tenant) -> dict[str, Any]:
    (charge,) = tenant.rows(GLOBAL, "RatePlanCharge")
    return charge


def test_a_draft_says_what_is_due_and_counts_for_nothing_yet(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({})
    invoice = the(tenant, "Invoice", generated(caller, account, "2026-02-10"))
    assert items(tenant, invoice["Id"]) == [
        (date(2026, 1, 1), date(2026, 1, 31), Decimal(31)),
        (date(2026, 2, 1), date(2026, 2, 28), Decimal(31)),
    ]
    assert (invoice["Status"], invoice["InvoiceNumber"], invoice["DueDate"]) == (
        "Draft",
        "INV00000001",
        date(2026, 2, 10),
    )
    assert (invoice["Amount"], invoice["AmountWithoutTax"], invoice["Balance"], invoice["TaxAmount"]) == (62, 62, 62, 0)
    assert the(tenant, "Account", account)["Balance"] == 0
    assert problems(tenant) == []


def test_what_was_billed_is_not_billed_again_and_the_charge_is_not_touched(
    caller: Any, tenant: Tenant, sales: Sales, account: str, clock: VirtualClock
) -> None:
    sales.subscribe({})
    before = charge_of(tenant)
    clock.advance(600)
    generated(caller, account, "2026-01-15")
    after = charge_of(tenant)
    assert (after["ChargedThroughDate"], after["ProcessedThroughDate"]) == (date(2026, 2, 1), date(2026, 2, 1))
    assert after["UpdatedDate"] == before["UpdatedDate"]
    code, message = create(
        caller,
        "Invoice",
        {"AccountId": account, "InvoiceDate": "2026-01-15", "TargetDate": "2026-01-31"},
        "generate",
    )
    assert (code, message) == (
        "INVALID_VALUE",
        f"No charges are due on the account {account} by 2026-01-31: no invoice was generated.",
    )
    assert len(tenant.rows(GLOBAL, "Invoice")) == 1


@pytest.mark.parametrize(
    ("charge", "start", "target", "expected"),
    [
        pytest.param(
            {}, date(2026, 1, 10), "2026-02-01", [("01-10", "01-31", "22"), ("02-01", "02-28", "31")], id="cut"
        ),
        pytest.param({"BillingTiming": "In Arrears"}, date(2026, 1, 1), "2026-01-31", [], id="arrears not yet"),
        pytest.param(
            {"BillingTiming": "In Arrears"}, date(2026, 1, 1), "2026-02-01", [("01-01", "01-31", "31")], id="arrears"
        ),
        pytest.param(
            {"BillingPeriod": "Quarter"}, date(2026, 1, 1), "2026-01-01", [("01-01", "03-31", "31")], id="quarter"
        ),
        pytest.param(
            {"BillingPeriod": "Quarter", "ListPriceBase": "Per Month"},
            date(2026, 1, 1),
            "2026-01-01",
            [("01-01", "03-31", "93")],
            id="quarter at a price per month",
        ),
        pytest.param(
            {"BillCycleType": "ChargeTriggerDay"},
            date(2026, 1, 20),
            "2026-01-20",
            [("01-20", "02-19", "31")],
            id="own day",
        ),
        pytest.param(
            {"BillCycleType": "SpecificDayofMonth", "BillCycleDay": 31},
            date(2026, 1, 31),
            "2026-03-01",
            [("01-31", "02-27", "31"), ("02-28", "03-30", "31")],
            id="last of the month",
        ),
        pytest.param(
            {"EffectiveEndDate": date(2026, 1, 11)},
            date(2026, 1, 1),
            "2026-03-01",
            [("01-01", "01-10", "10")],
            id="ends",
        ),
        pytest.param(
            {"BillingPeriod": "Week", "Price": Decimal(7)},
            date(2026, 1, 1),
            "2026-01-08",
            [("01-01", "01-07", "7"), ("01-08", "01-14", "7")],
            id="weeks",
        ),
        pytest.param(
            {"ChargeType": "OneTime", "BillingPeriod": None},
            date(2026, 1, 5),
            "2026-01-05",
            [("01-05", "01-05", "31")],
            id="one-time",
        ),
        pytest.param(
            {"ChargeModel": "Per Unit Pricing", "Quantity": Decimal("2.5"), "Price": Decimal("0.333")},
            date(2026, 1, 1),
            "2026-01-01",
            [("01-01", "01-31", "0.83")],
            id="per unit",
        ),
        pytest.param({"EffectiveStartDate": None}, date(2026, 1, 1), "2026-01-01", [], id="not triggered"),
    ],
)
def test_what_a_charge_owes(
    caller: Any,
    tenant: Tenant,
    account: str,
    charge: dict[str, Any],
    start: date,
    target: str,
    expected: list[tuple[str, str, str]],
) -> None:
    Sales(tenant, account, start).subscribe(charge)
    asked = {"AccountId": account, "InvoiceDate": target, "TargetDate": target}
    code, made = create(caller, "Invoice", asked, "generate")
    assert (code == "") is bool(expected), made
    if expected:
        days = [
            (date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}"), Decimal(amount))
            for first, last, amount in expected
        ]
        assert items(tenant, made) == days


def test_yen_have_no_cents(caller: Any, tenant: Tenant) -> None:
    account = active_account(caller, Currency="JPY")
    Sales(tenant, account, date(2026, 1, 10)).subscribe({"Price": Decimal(100)})
    assert the(tenant, "Invoice", generated(caller, account))["Amount"] == 71


def test_only_the_kinds_of_charges_asked_for_are_billed(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({}, {"ChargeType": "OneTime", "Price": Decimal(5)})
    invoice = generated(caller, account, IncludesRecurring="false")
    assert [amount for _, _, amount in items(tenant, invoice)] == [5]
    found = the(tenant, "Invoice", invoice)
    assert (found["IncludesOneTime"], found["IncludesRecurring"], found["IncludesUsage"]) == (True, False, True)
    assert [amount for _, _, amount in items(tenant, generated(caller, account))] == [31]


def test_a_cancelled_subscription_gets_back_what_was_billed_beyond_its_end(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({"EffectiveEndDate": date(2026, 1, 11), "ChargedThroughDate": date(2026, 2, 1)}, Status="Cancelled")
    invoice = posted(caller, account, "2026-01-11")
    assert items(tenant, invoice) == [(date(2026, 1, 11), date(2026, 1, 31), Decimal(-21))]
    assert charge_of(tenant)["ChargedThroughDate"] == date(2026, 1, 11)
    assert the(tenant, "Account", account)["Balance"] == -21
    assert problems(tenant) == []


@pytest.mark.parametrize("status", ["Draft", "Pending Activation", "Pending Acceptance", "Expired"])
def test_only_subscriptions_in_force_are_billed(
    caller: Any, tenant: Tenant, sales: Sales, account: str, status: str
) -> None:
    sales.subscribe({}, Status=status)
    asked = {"AccountId": account, "InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"}
    assert create(caller, "Invoice", asked, "generate")[0] == "INVALID_VALUE"


def test_discounts_come_off_line_by_line_amounts_first(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    percent = {"ChargeModel": "Discount-Percentage", "DiscountPercentage": Decimal(10), "Price": None}
    fixed = {"ChargeModel": "Discount-Fixed Amount", "DiscountAmount": Decimal(11), "Price": None}
    reach = {"ApplyDiscountTo": "RECURRING", "DiscountLevel": "rateplan"}
    sales.subscribe({}, {"ChargeType": "OneTime", "Price": Decimal(5)}, {**percent, **reach}, {**fixed, **reach})
    invoice = generated(caller, account, "2026-01-01")
    found = [each for each in tenant.rows(GLOBAL, "InvoiceItem") if each["InvoiceId"] == invoice]
    assert [(each["ChargeAmount"], each["ProcessingType"]) for each in found] == [(31, 0), (-11, 1), (-2, 1), (5, 0)]
    assert [each["AppliedToInvoiceItemId"] for each in found] == [None, found[0]["Id"], found[0]["Id"], None]
    assert the(tenant, "Invoice", invoice)["Amount"] == 23


def test_usage_is_rated_once_in_the_period_it_falls_in(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe(USAGE)
    kept = {"AccountId": account, "UOM": "Each"}
    for quantity, day in (("3", "2026-01-05"), ("4", "2026-01-31"), ("5", "2026-02-01")):
        created(caller, "Usage", {**kept, "Quantity": quantity, "StartDateTime": f"{day}T12:00:00"})
    invoice = generated(caller, account, "2026-02-01")
    assert items(tenant, invoice) == [(date(2026, 1, 1), date(2026, 1, 31), Decimal(14))]
    billed = [each["RbeStatus"] for each in tenant.rows(GLOBAL, "Usage")]
    assert billed == ["Processed", "Processed", "Pending"]
    used = tenant.rows(GLOBAL, "Usage")[0]
    assert update(caller, "Usage", used["Id"], {"Quantity": "9"})[0] == "INVALID_VALUE"
    assert delete(caller, "Usage", used["Id"])[0][0] == "CANNOT_DELETE"
    # what comes late goes on the next invoice, in the period it is of
    created(caller, "Usage", {**kept, "Quantity": "1", "StartDateTime": "2026-01-20T12:00:00"})
    assert [each[2] for each in items(tenant, generated(caller, account, "2026-03-01"))] == [2, 10]


def test_usage_pays_by_the_tier(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    tiers = [{"StartingUnit": 0, "EndingUnit": 10, "Price": 1}, {"StartingUnit": 11, "Price": Decimal("0.5")}]
    for tier in tiers:
        tier["PriceFormat"] = "PerUnit"
    sales.subscribe({**USAGE, "ChargeModel": "Tiered Pricing", "Price": None, "tiers": tiers})
    fields = {"AccountId": account, "Quantity": "14", "StartDateTime": "2026-01-05T12:00:00", "UOM": "Each"}
    created(caller, "Usage", fields)
    assert the(tenant, "Invoice", generated(caller, account, "2026-02-01"))["Amount"] == 12


def test_a_subscription_invoiced_separately_gets_an_invoice_of_its_own(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({})
    sales.subscribe({"Price": Decimal(7)}, IsInvoiceSeparate=True)
    first = generated(caller, account)
    found = tenant.rows(GLOBAL, "Invoice")
    assert [(each["Id"] == first, each["Amount"]) for each in found] == [(True, 31), (False, 7)]


def test_posting_counts(caller: Any, tenant: Tenant, sales: Sales, account: str, clock: VirtualClock) -> None:
    sales.subscribe({})
    invoice = generated(caller, account)
    clock.advance(60)
    updated(caller, "Invoice", invoice, {"Status": "Posted"})
    found, owner = the(tenant, "Invoice", invoice), the(tenant, "Account", account)
    assert found["PostedDate"] == datetime(2026, 1, 15, 8, 1, tzinfo=UTC)
    assert found["PostedBy"] == tenant.user_id(tenant.spec.users[0])
    assert (owner["Balance"], owner["TotalInvoiceBalance"], owner["LastInvoiceDate"]) == (31, 31, date(2026, 1, 15))
    assert update(caller, "Invoice", invoice, {"Status": "Draft"})[0] == "INVALID_VALUE"
    assert update(caller, "Invoice", invoice, {"Status": "Posted"})[0] == ""
    assert delete(caller, "Invoice", invoice)[0][0] == "CANNOT_DELETE"


@pytest.mark.parametrize("way", ["cancel a draft", "cancel", "delete"])
def test_an_invoice_taken_back_can_be_billed_again(
    caller: Any, tenant: Tenant, sales: Sales, account: str, way: str
) -> None:
    sales.subscribe({}, USAGE)
    usage = {"AccountId": account, "Quantity": "3", "StartDateTime": "2026-01-05T12:00:00", "UOM": "Each"}
    created(caller, "Usage", usage)
    posted(caller, account, "2026-01-15")
    before = [each["ChargedThroughDate"] for each in tenant.rows(GLOBAL, "RatePlanCharge")]
    invoice = (posted if way == "cancel" else generated)(caller, account, "2026-02-15")
    once = items(tenant, invoice)
    if way == "delete":
        assert delete(caller, "Invoice", invoice) == [("", invoice)]
    else:
        updated(caller, "Invoice", invoice, {"Status": "Canceled"})
        assert the(tenant, "Invoice", invoice)["Balance"] == 0
    assert [each["ChargedThroughDate"] for each in tenant.rows(GLOBAL, "RatePlanCharge")] == before
    assert the(tenant, "Account", account)["Balance"] == 31
    assert tenant.rows(GLOBAL, "Usage")[0]["RbeStatus"] == "Pending"
    assert items(tenant, generated(caller, account, "2026-02-15")) == once
    assert problems(tenant) == []


def test_invoices_are_taken_back_from_the_last_one_on(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe({})
    first, second = posted(caller, account, "2026-01-15"), posted(caller, account, "2026-02-15")
    assert "later invoice" in update(caller, "Invoice", first, {"Status": "Canceled"})[1]
    updated(caller, "Invoice", second, {"Status": "Canceled"})
    updated(caller, "Invoice", first, {"Status": "Canceled"})
    assert charge_of(tenant)["ChargedThroughDate"] is None
    assert update(caller, "Invoice", first, {"Status": "Posted"})[0] == "INVALID_VALUE"


def test_a_paid_invoice_cannot_be_canceled(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe({})
    invoice = posted(caller, account)
    payment = pay(caller, account, invoice, "1")[1]
    assert "a payment is applied" in update(caller, "Invoice", invoice, {"Status": "Canceled"})[1]
    updated(caller, "Payment", payment, {"Status": "Canceled"})
    updated(caller, "Invoice", invoice, {"Status": "Canceled"})
    assert problems(tenant) == []


def test_a_tax_belongs_to_a_draft_and_is_part_of_its_amount(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({})
    invoice = generated(caller, account)
    item = tenant.rows(GLOBAL, "InvoiceItem")[0]["Id"]
    tax = {"InvoiceItemId": item, "Jurisdiction": "State", "Name": "Tax", "TaxAmount": "3.10", "TaxDate": "2026-01-15"}
    made = created(caller, "TaxationItem", {**tax, "TaxRate": "0.1", "TaxRateType": "Percentage"})
    found = the(tenant, "Invoice", invoice)
    assert (found["Amount"], found["TaxAmount"], found["AmountWithoutTax"]) == (Decimal("34.1"), Decimal("3.1"), 31)
    assert problems(tenant) == []
    updated(caller, "TaxationItem", made, {"TaxAmount": "2"})
    assert the(tenant, "Invoice", invoice)["Balance"] == 33
    updated(caller, "Invoice", invoice, {"Status": "Posted"})
    assert delete(caller, "TaxationItem", made)[0][0] == "INVALID_VALUE"
    assert update(caller, "TaxationItem", made, {"TaxAmount": "1"})[0] == "INVALID_VALUE"


def test_the_pdf_is_made_anew_only_by_itself(caller: Any, sales: Sales, account: str) -> None:
    sales.subscribe({})
    invoice = posted(caller, account)
    assert update(caller, "Invoice", invoice, {"RegenerateInvoicePDF": "true"})[0] == ""
    code, message = update(
        caller, "Invoice", invoice, {"RegenerateInvoicePDF": "true", "TransferredToAccounting": "Yes"}
    )
    assert (code, message.split(",")[0]) == (
        "INVALID_VALUE",
        "When field RegenerateInvoicePDF is set to true to regenerate the invoice PDF file",
    )


@pytest.mark.parametrize("missing", ["AccountId", "InvoiceDate", "TargetDate"])
def test_what_generate_needs(caller: Any, account: str, missing: str) -> None:
    asked = {"AccountId": account, "InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"}
    del asked[missing]
    assert create(caller, "Invoice", asked, "generate") == (
        "MISSING_REQUIRED_VALUE",
        f"Missing required value: {missing}",
    )


def test_generate_is_refused_row_by_row(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe({})
    draft = created(caller, "Account", {"Batch": "Batch1", "BillCycleDay": "1", "Currency": "USD", "Name": "n"})
    days = {"InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"}
    rows = [row("Invoice", {"AccountId": each, **days}) for each in (draft, "0" * 32, account)]
    assert [code for code, _ in save(caller, "generate", rows)] == ["INVALID_VALUE", "INVALID_ID", ""]
    far = {"AccountId": account, "InvoiceDate": "2026-01-15", "TargetDate": "9999-12-31"}
    assert create(caller, "Invoice", far, "generate")[0] == "INVALID_VALUE"
    assert create(caller, "Invoice", {**far, "TargetDate": "2999-12-31"}, "generate")[0] == "INVALID_VALUE"
    assert create(caller, "Invoice", {**far, **days, "InvoiceDate": "9999-12-31"}, "generate")[0] == "INVALID_VALUE"
    assert len(tenant.rows(GLOBAL, "Invoice")) == 1


def test_generate_is_for_invoices_and_not_in_the_first_versions(caller: Any, account: str) -> None:
    reply = caller.call(f"<api:generate>{row('Account', {})}</api:generate>")
    assert b"INVALID_TYPE" in reply.body
    reply = caller.call(f"<api:generate>{row('Invoice', {})}</api:generate>", version="10.0")
    assert b"INVALID_TYPE" in reply.body


def test_nothing_is_booked_in_a_closed_period(caller: Any, sales: Sales, account: str) -> None:
    sales.subscribe({})
    invoice = generated(caller, account)
    january = {"EndDate": "2026-01-31", "FiscalYear": "2026", "Name": "January", "StartDate": "2026-01-01"}
    period = created(caller, "AccountingPeriod", january)
    assert create(caller, "AccountingPeriod", {**january, "Name": "Again"})[0] == "INVALID_VALUE"
    updated(caller, "AccountingPeriod", period, {"Status": "Closed"})
    assert update(caller, "Invoice", invoice, {"Status": "Posted"})[0] == "ACCOUNTING_PERIOD_CLOSED"
    updated(caller, "AccountingPeriod", period, {"Status": "Open"})
    updated(caller, "Invoice", invoice, {"Status": "Posted"})
    updated(caller, "AccountingPeriod", period, {"Status": "Closed"})
    assert pay(caller, account, invoice, "1")[0] == "ACCOUNTING_PERIOD_CLOSED"


def test_a_bill_run_bills_every_account_it_is_for(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe({}, {"ChargeType": "OneTime", "Price": Decimal(5)})
    other = active_account(caller, Batch="Batch2")
    Sales(tenant, other).subscribe({"Price": Decimal(7)})
    assert create(caller, "BillRun", {"TargetDate": "2026-01-15"}) == (
        "MISSING_REQUIRED_VALUE",
        "InvoiceDate and TargetDate are required fields",
    )
    days = {"InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"}
    run = created(caller, "BillRun", {"Batch": "Batch2", **days})
    found = the(tenant, "BillRun", run)
    assert (found["Status"], found["NumberOfAccounts"], found["NumberOfInvoices"]) == ("Completed", 1, 1)
    (draft,) = tenant.rows(GLOBAL, "Invoice")
    assert (draft["AccountId"], draft["Amount"], draft["Source"], draft["BillRunId"]) == (other, 7, "BillRun", run)
    updated(caller, "BillRun", run, {"Status": "Posted"})
    assert the(tenant, "Account", other)["Balance"] == 7
    assert update(caller, "BillRun", run, {"Status": "Canceled"})[0] == "INVALID_VALUE"
    assert delete(caller, "BillRun", run)[0][0] == "CANNOT_DELETE"

    rest = created(caller, "BillRun", {**days, "ChargeTypeToExclude": "OneTime"})
    assert [each["Amount"] for each in tenant.rows(GLOBAL, "Invoice")] == [7, 31]
    updated(caller, "BillRun", rest, {"Status": "Canceled"})
    whole = created(caller, "BillRun", {**days, "AutoPost": "true"})
    assert the(tenant, "BillRun", whole)["Status"] == "Posted"
    assert the(tenant, "Account", account)["Balance"] == 36
    assert problems(tenant) == []


def test_an_amended_charge_is_given_back_and_charged_anew_and_that_can_be_undone(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    first = sales.subscribe({})
    posted(caller, account, "2026-01-01")
    (old,) = tenant.rows(GLOBAL, "RatePlanCharge")
    tenant.data(GLOBAL).store.update("Subscription", first, {"Status": "Expired"})
    second = sales.subscribe(Version=2, PreviousSubscriptionId=first, Name=the(tenant, "Subscription", first)["Name"])
    tenant.data(GLOBAL).store.update("Subscription", second, {"OriginalId": first})
    plan = next(each["Id"] for each in tenant.rows(GLOBAL, "RatePlan") if each["SubscriptionId"] == second)
    day = date(2026, 1, 17)
    kept = {"ChargeNumber": old["ChargeNumber"], "OriginalId": old["Id"], "TriggerDate": date(2026, 1, 1)}
    ended = {"ChargedThroughDate": date(2026, 2, 1), "EffectiveEndDate": day, "IsLastSegment": False}
    sales.charge(plan, **kept, **ended)
    sales.charge(plan, **kept, EffectiveStartDate=day, Price=Decimal(62), Segment=2)

    def charged_through() -> list[date | None]:
        return [each["ChargedThroughDate"] for each in tenant.rows(GLOBAL, "RatePlanCharge")]

    invoice = posted(caller, account, "2026-02-01")
    assert items(tenant, invoice) == [
        (day, date(2026, 1, 31), Decimal(-15)),
        (day, date(2026, 1, 31), Decimal(30)),
        (date(2026, 2, 1), date(2026, 2, 28), Decimal(62)),
    ]
    assert charged_through() == [date(2026, 2, 1), day, date(2026, 3, 1)]
    updated(caller, "Invoice", invoice, {"Status": "Canceled"})
    assert charged_through() == [date(2026, 2, 1), date(2026, 2, 1), None]
    assert the(tenant, "Invoice", generated(caller, account, "2026-02-01"))["Amount"] == 77
    assert problems(tenant) == []


def test_nothing_is_given_back_before_the_charge_has_ended(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({"EffectiveEndDate": date(2026, 1, 11), "ChargedThroughDate": date(2026, 2, 1)})
    asked = {"AccountId": account, "InvoiceDate": "2026-01-10", "TargetDate": "2026-01-10"}
    assert create(caller, "Invoice", asked, "generate")[0] == "INVALID_VALUE"


def test_a_canceled_invoice_can_be_deleted_after_later_ones(
    caller: Any, tenant: Tenant, sales: Sales, account: str
) -> None:
    sales.subscribe({})
    first = posted(caller, account, "2026-01-15")
    updated(caller, "Invoice", first, {"Status": "Canceled"})
    posted(caller, account, "2026-02-15")
    assert delete(caller, "Invoice", first) == [("", first)]
    assert charge_of(tenant)["ChargedThroughDate"] == date(2026, 3, 1)
    assert problems(tenant) == []


def test_an_amount_off_is_cut_with_its_period(caller: Any, tenant: Tenant, account: str) -> None:
    fixed = {"ChargeModel": "Discount-Fixed Amount", "DiscountAmount": Decimal(31), "Price": None}
    reach = {"ApplyDiscountTo": "RECURRING", "DiscountLevel": "subscription"}
    sold = Sales(tenant, account, date(2026, 1, 31))
    sold.subscribe({"Price": Decimal(62)}, {**fixed, **reach})
    assert [each[2] for each in items(tenant, generated(caller, account, "2026-01-31"))] == [2, -1]


def test_usage_that_fits_two_charges_is_billed_by_one(caller: Any, tenant: Tenant, sales: Sales, account: str) -> None:
    sales.subscribe(USAGE, USAGE)
    fields = {"AccountId": account, "Quantity": "3", "StartDateTime": "2026-01-05T12:00:00", "UOM": "Each"}
    created(caller, "Usage", fields)
    assert [each[2] for each in items(tenant, generated(caller, account, "2026-02-01"))] == [6]
