"""The scenario `demo`: its counts, that everything refers to something, and that the money adds up."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from mock_zuora.pricing import DISCOUNT_FIXED, DISCOUNT_PERCENTAGE
from offline.scenarios import Scenario, UnknownScenario, names, scenario
from offline.scenarios.ids import KINDS, ZuoraIds, check_characters
from offline.scenarios.model import Row
from offline.scenarios.pricing import MODELS

PARENTS = {
    "Contact": {"AccountId": "Account"},
    "PaymentMethod": {"AccountId": "Account"},
    "Account": {"BillToId": "Contact", "SoldToId": "Contact", "DefaultPaymentMethodId": "PaymentMethod"},
    "ProductRatePlan": {"ProductId": "Product"},
    "ProductRatePlanCharge": {"ProductRatePlanId": "ProductRatePlan"},
    "ProductRatePlanChargeTier": {"ProductRatePlanChargeId": "ProductRatePlanCharge"},
    "Subscription": {
        "AccountId": "Account",
        "OriginalId": "Subscription",
        "PreviousSubscriptionId": "Subscription",
    },
    "Amendment": {"SubscriptionId": "Subscription"},
    "RatePlan": {
        "SubscriptionId": "Subscription",
        "ProductRatePlanId": "ProductRatePlan",
        "AmendmentId": "Amendment",
        "AmendmentSubscriptionRatePlanId": "RatePlan",
    },
    "RatePlanCharge": {
        "RatePlanId": "RatePlan",
        "OriginalId": "RatePlanCharge",
        "ProductRatePlanChargeId": "ProductRatePlanCharge",
    },
    "RatePlanChargeTier": {"RatePlanChargeId": "RatePlanCharge"},
    "Invoice": {"AccountId": "Account"},
    "InvoiceItem": {
        "InvoiceId": "Invoice",
        "SubscriptionId": "Subscription",
        "RatePlanChargeId": "RatePlanCharge",
        "ProductId": "Product",
        "AppliedToInvoiceItemId": "InvoiceItem",
    },
    "Payment": {"AccountId": "Account", "PaymentMethodId": "PaymentMethod", "InvoiceId": "Invoice"},
    "InvoicePayment": {"InvoiceId": "Invoice", "PaymentId": "Payment"},
    "Refund": {"AccountId": "Account", "PaymentId": "Payment"},
    "RefundInvoicePayment": {"RefundId": "Refund", "InvoicePaymentId": "InvoicePayment", "InvoiceId": "Invoice"},
}


@pytest.fixture(scope="module")
def demo() -> Scenario:
    return scenario("demo")


def latest(demo: Scenario) -> list[Row]:
    """The latest version of every subscription."""
    by_name: dict[object, Row] = {}
    for row in demo.rows("Subscription"):
        by_name[row["Name"]] = max(by_name.get(row["Name"], row), row, key=lambda each: int(str(each["Version"])))
    return list(by_name.values())


def money(row: Row, field: str) -> Decimal:
    value = row[field]
    assert isinstance(value, Decimal)
    return value


def total(rows: list[Row], field: str) -> Decimal:
    return sum((money(row, field) for row in rows), Decimal(0))


def test_the_same_on_every_run() -> None:
    assert repr(scenario("demo")).encode() == repr(scenario("demo")).encode()


def test_counts(demo: Scenario) -> None:
    assert [len(tables["Account"]) for tables in demo.zuora.values()] == [11, 3]
    assert [len(tables["Product"]) for tables in demo.zuora.values()] == [6, 2]
    assert len(latest(demo)) == 40
    assert len(demo.rows("Subscription")) > 40
    assert len(demo.salesforce["Account"]) == 4


def test_one_salesforce_account_has_nine_billing_accounts(demo: Scenario) -> None:
    under = Counter(str(row["CrmId"])[:15] for row in demo.rows("Account"))
    assert sorted(under.values()) == [1, 2, 2, 9]
    assert under.keys() == {str(row["Id"])[:15] for row in demo.salesforce["Account"]}


def test_crm_ids_come_in_both_lengths_and_mostly_in_18(demo: Scenario) -> None:
    lengths = Counter(len(str(row["CrmId"])) for row in demo.rows("Account"))
    assert lengths == {18: 11, 15: 3}


def test_salesforce_ids_have_valid_checks(demo: Scenario) -> None:
    for row in demo.salesforce["Account"]:
        assert check_characters(str(row["Id"])[:15]) == str(row["Id"])[15:]
    assert check_characters("001A0000006Vm9u") == "IAC"


def test_every_charge_model_with_every_type_it_allows(demo: Scenario) -> None:
    allowed = {(model, kind) for model, kinds in MODELS.items() for kind in kinds}
    assert {(row["ChargeModel"], row["ChargeType"]) for row in demo.rows("ProductRatePlanCharge")} == allowed
    assert {(row["ChargeModel"], row["ChargeType"]) for row in demo.rows("RatePlanCharge")} == allowed


def test_the_ten_accounts_of_the_demonstration_have_every_charge_model(demo: Scenario) -> None:
    first = demo.tenant.entities[0].id
    ten = set(demo.ids("Account", first)[:10])
    versions = {row["Id"] for row in demo.rows("Subscription") if row["AccountId"] in ten}
    plans = {row["Id"] for row in demo.rows("RatePlan") if row["SubscriptionId"] in versions}
    models = {row["ChargeModel"] for row in demo.rows("RatePlanCharge") if row["RatePlanId"] in plans}
    assert models == set(MODELS)


def test_every_state_of_a_subscription_and_every_kind_of_amendment_there_is_to_show(demo: Scenario) -> None:
    states = Counter(row["Status"] for row in latest(demo))
    assert states.keys() == {"Active", "Cancelled", "Draft", "Pending Activation", "Pending Acceptance"}
    assert states["Draft"] == 1
    kinds = {row["Type"] for row in demo.rows("Amendment")}
    assert kinds == {"NewProduct", "UpdateProduct", "RemoveProduct", "Renewal", "Cancellation"}
    marks = {row.get("AmendmentType") for row in demo.rows("RatePlan")}
    assert marks == {None, "NewProduct", "UpdateProduct", "RemoveProduct"}


def test_only_the_latest_version_is_in_force_and_versions_follow_each_other(demo: Scenario) -> None:
    by_name: dict[object, list[Row]] = {}
    for row in demo.rows("Subscription"):
        by_name.setdefault(row["Name"], []).append(row)
    for versions in by_name.values():
        assert [row["Version"] for row in versions] == list(range(1, len(versions) + 1))
        assert {row["OriginalId"] for row in versions} == {versions[0]["Id"]}
        earlier = [None, *(row["Id"] for row in versions[:-1])]
        assert [row["PreviousSubscriptionId"] for row in versions] == earlier
        assert {row["Status"] for row in versions[:-1]} <= {"Expired"}
        assert versions[-1]["Status"] != "Expired"


def test_segments_of_a_charge_follow_each_other_and_only_the_last_is_the_last(demo: Scenario) -> None:
    charges: dict[tuple[object, object], list[Row]] = {}
    for row in demo.rows("RatePlanCharge"):
        charges.setdefault((row["RatePlanId"], row["ChargeNumber"]), []).append(row)
    assert max(len(segments) for segments in charges.values()) == 3
    for segments in charges.values():
        assert [row["Segment"] for row in segments] == list(range(1, len(segments) + 1))
        assert [row["IsLastSegment"] for row in segments] == [False] * (len(segments) - 1) + [True]
        for before, after in pairwise(segments):
            assert before["EffectiveEndDate"] == after["EffectiveStartDate"]


def test_ids_have_zuoras_layout_and_are_unique(demo: Scenario) -> None:
    ids = [str(row["Id"]) for tables in demo.zuora.values() for rows in tables.values() for row in rows]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"2c92c0f8[0-9a-f]{24}", each) for each in ids)


def test_each_kind_counts_its_ids_on_its_own() -> None:
    one, other = ZuoraIds(2), ZuoraIds(2)
    for kind in KINDS[:5]:
        other.next(kind)
    assert one.next("Refund") == other.next("Refund")
    with pytest.raises(ValueError, match="not in tuple"):
        one.next("Nothing")


@pytest.mark.parametrize("child", PARENTS)
def test_every_reference_leads_to_a_record_of_the_same_entity(demo: Scenario, child: str) -> None:
    for tables in demo.zuora.values():
        for field, parent in PARENTS[child].items():
            known = {row["Id"] for row in tables[parent]}
            named = {row[field] for row in tables[child] if row.get(field) is not None}
            assert named
            assert named <= known


def test_an_invoice_is_the_sum_of_its_items(demo: Scenario) -> None:
    for invoice in demo.rows("Invoice"):
        items = [row for row in demo.rows("InvoiceItem") if row["InvoiceId"] == invoice["Id"]]
        assert items
        assert total(items, "ChargeAmount") == invoice["Amount"]
        assert money(invoice, "Amount") > 0


def test_a_discount_takes_something_off_the_line_it_names(demo: Scenario) -> None:
    items = {row["Id"]: row for row in demo.rows("InvoiceItem")}
    discounts = [row for row in items.values() if row["ProcessingType"] == 1]
    models = {row["Id"]: row["ChargeModel"] for row in demo.rows("RatePlanCharge")}
    assert {models[row["RatePlanChargeId"]] for row in discounts} == {DISCOUNT_FIXED, DISCOUNT_PERCENTAGE}
    for row in discounts:
        line = items[row["AppliedToInvoiceItemId"]]
        assert line["InvoiceId"] == row["InvoiceId"]
        assert line["SubscriptionId"] == row["SubscriptionId"]
        assert 0 < -money(row, "ChargeAmount") <= money(line, "ChargeAmount")


def test_a_balance_is_what_is_not_paid_and_what_was_given_back(demo: Scenario) -> None:
    payments = {row["Id"]: row for row in demo.rows("Payment")}
    for invoice in demo.rows("Invoice"):
        parts = [row for row in demo.rows("InvoicePayment") if row["InvoiceId"] == invoice["Id"]]
        paid, refunded = total(parts, "Amount"), total(parts, "RefundAmount")
        assert (invoice["PaymentAmount"], invoice["RefundAmount"]) == (paid, refunded)
        assert invoice["Balance"] == money(invoice, "Amount") - paid + refunded
        assert invoice["Status"] == "Posted" or not parts
        assert all(payments[row["PaymentId"]]["AccountId"] == invoice["AccountId"] for row in parts)


def test_a_payment_is_the_sum_of_its_parts_unless_it_failed(demo: Scenario) -> None:
    statuses = Counter(row["Status"] for row in demo.rows("Payment"))
    assert statuses["Error"] > 0
    for payment in demo.rows("Payment"):
        parts = [row for row in demo.rows("InvoicePayment") if row["PaymentId"] == payment["Id"]]
        applied = total(parts, "Amount")
        assert applied == (payment["Amount"] if payment["Status"] == "Processed" else 0)
        assert applied == payment["AppliedInvoiceAmount"]
        assert payment["RefundAmount"] == total(parts, "RefundAmount")


def test_a_refund_is_the_sum_of_its_parts_and_no_more_than_the_payment(demo: Scenario) -> None:
    payments = {row["Id"]: row for row in demo.rows("Payment")}
    assert demo.rows("Refund")
    for refund in demo.rows("Refund"):
        parts = [row for row in demo.rows("RefundInvoicePayment") if row["RefundId"] == refund["Id"]]
        assert parts
        assert total(parts, "RefundAmount") == refund["Amount"]
        assert 0 < money(refund, "Amount") <= money(payments[refund["PaymentId"]], "Amount")


def test_an_account_owes_what_its_posted_invoices_leave_open(demo: Scenario) -> None:
    for account in demo.rows("Account"):
        posted = [
            row for row in demo.rows("Invoice") if row["AccountId"] == account["Id"] and row["Status"] == "Posted"
        ]
        assert account["Balance"] == account["TotalInvoiceBalance"] == total(posted, "Balance")
        dates = [row["InvoiceDate"] for row in posted]
        assert account.get("LastInvoiceDate") == max(dates, default=None, key=str)


def test_both_posted_and_draft_invoices(demo: Scenario) -> None:
    assert Counter(row["Status"] for row in demo.rows("Invoice")).keys() == {"Posted", "Draft"}


@pytest.mark.parametrize("model", ["Flat Fee Pricing", "Per Unit Pricing"])
def test_mrr_and_contract_value_follow_from_price_and_quantity(demo: Scenario, model: str) -> None:
    months = {"Month": 1, "Quarter": 3, "Annual": 12}
    checked = 0
    for row in demo.rows("RatePlanCharge"):
        if row["ChargeModel"] == model and row["ChargeType"] == "Recurring":
            quantity = row["Quantity"] if row["Quantity"] is not None else Decimal(1)
            assert isinstance(quantity, Decimal)
            step = Decimal("0.01") if money(row, "Price") != money(row, "Price").to_integral() else None
            mrr = money(row, "Price") * quantity / months[str(row["BillingPeriod"])]
            assert abs(money(row, "MRR") - mrr) <= Decimal("0.5" if step is None else "0.005")
            start, end = row["EffectiveStartDate"], row["EffectiveEndDate"] or date(2026, 2, 1)
            assert isinstance(start, date)
            assert isinstance(end, date)
            length = (end.year - start.year) * 12 + end.month - start.month
            assert row["TCV"] == money(row, "MRR") * length
            checked += 1
    assert checked > 5


def test_custom_fields_exist_on_both_sides(demo: Scenario) -> None:
    zuora = {(each.object, each.name) for each in demo.tenant.custom_fields}
    assert zuora == {(name, field) for name, fields in demo.custom_fields.items() for field in fields}
    salesforce = {each.name for each in demo.org.custom_fields}
    assert {field for _, field in zuora} == salesforce
    for name, field in zuora:
        assert any(row.get(field) is not None for row in demo.rows(name))


def test_a_billing_entity_record_for_every_entity(demo: Scenario) -> None:
    records = demo.salesforce["zqu__BillingEntity__c"]
    assert {row["zqu__EntityID__c"] for row in records} == {each.id for each in demo.tenant.entities}


def test_passwords_are_not_shown(demo: Scenario) -> None:
    secrets = [user.password for user in demo.tenant.users]
    secrets += [text for user in demo.org.users for text in (user.password, user.security_token)]
    assert all(secrets)
    assert not any(secret in repr(demo) for secret in secrets)


def test_an_unknown_scenario_is_named_with_one_that_is_near() -> None:
    with pytest.raises(UnknownScenario, match="no scenario 'dmo'; did you mean 'demo'"):
        scenario("dmo")
    with pytest.raises(UnknownScenario, match="there are: demo"):
        scenario("zzzzzz")
    assert names() == ["demo"]
