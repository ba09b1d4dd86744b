"""subscribe: what it makes, what it answers, and what it leaves behind when it fails: nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mock_zuora import Tenant
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock

CARD = (
    "<api:PaymentMethod><obj:Type>CreditCard</obj:Type><obj:CreditCardNumber>4111111111111111</obj:CreditCardNumber>"
    "<obj:CreditCardType>Visa</obj:CreditCardType><obj:CreditCardExpirationMonth>12</obj:CreditCardExpirationMonth>"
    "<obj:CreditCardExpirationYear>2030</obj:CreditCardExpirationYear>"
    "<obj:CreditCardHolderName>First Last</obj:CreditCardHolderName></api:PaymentMethod>"
)


def options(inside: str) -> str:
    return f"<api:SubscribeOptions>{inside}</api:SubscribeOptions>"


INVOICED = options(
    "<api:GenerateInvoice>true</api:GenerateInvoice><api:ProcessPayments>false</api:ProcessPayments>"
    "<api:SubscribeInvoiceProcessingOptions><api:InvoiceTargetDate>2026-01-31</api:InvoiceTargetDate>"
    "</api:SubscribeInvoiceProcessingOptions>"
)
COLLECTED = options("<api:GenerateInvoice>true</api:GenerateInvoice><api:ProcessPayments>true</api:ProcessPayments>")
PREVIEW = "<api:PreviewOptions><api:EnablePreviewMode>true</api:EnablePreviewMode>{}</api:PreviewOptions>"


def test_an_evergreen_subscription_is_answered_as_recordings_show(shop: Any) -> None:
    text = shop.sold("basic", TermType="EVERGREEN", InitialTerm=None).text
    assert "</ns1:AccountNumber><ns1:InvoiceResult /><ns1:SubscriptionId>" in text
    assert "<ns1:Success>true</ns1:Success><ns1:TotalMrr>59.000000000</ns1:TotalMrr><ns1:TotalTcv " in text
    assert text.endswith('xsi:nil="1" />')


def test_a_subscription_has_its_dates_numbers_and_owner(shop: Any) -> None:
    result = shop.sold("team")
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    account = shop.one("Account", Id=result["AccountId"])
    assert (row["Name"], result["SubscriptionNumber"]) == ("A-S00000001", "A-S00000001")
    assert (row["Version"], row["OriginalId"], row["PreviousSubscriptionId"]) == (1, row["Id"], None)
    assert (row["Status"], row["TermType"], row["IsLatestVersion"]) == ("Active", "TERMED", True)
    assert (row["TermStartDate"], row["TermEndDate"]) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (row["SubscriptionStartDate"], row["SubscriptionEndDate"]) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (row["ServiceActivationDate"], row["ContractAcceptanceDate"]) == (date(2026, 1, 1), date(2026, 1, 1))
    assert (row["CurrentTerm"], row["CurrentTermPeriodType"], row["RenewalTerm"]) == (12, "Month", 12)
    assert row["OriginalCreatedDate"] == row["CreatedDate"]
    assert row["AccountId"] == row["InvoiceOwnerId"] == row["CreatorAccountId"] == account["Id"]
    assert (account["Status"], account["BillToId"]) == ("Active", account["SoldToId"])
    contact = shop.one("Contact", Id=account["BillToId"])
    assert contact["AccountId"] == account["Id"]
    assert problems(shop.tenant) == []


def test_the_charges_come_from_the_catalogue(shop: Any, charge_ids: dict[str, str]) -> None:
    result = shop.sold("team", "tiers", "discount")
    seats, setup = (
        shop.segments(result["SubscriptionId"], "seats")[0],
        shop.segments(result["SubscriptionId"], "setup")[0],
    )
    assert (seats["ProductRatePlanChargeId"], seats["ChargeModel"]) == (charge_ids["seats"], "Per Unit Pricing")
    assert (seats["Quantity"], seats["Price"], seats["UOM"]) == (2, 10, "Seat")
    assert (seats["MRR"], seats["TCV"], seats["DMRC"], seats["DTCV"]) == (20, 240, 20, 240)
    assert (seats["EffectiveStartDate"], seats["EffectiveEndDate"]) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (seats["Segment"], seats["IsLastSegment"], seats["Version"]) == (1, True, 1)
    assert (seats["OriginalId"], seats["BillCycleDay"]) == (seats["Id"], 1)
    assert (setup["MRR"], setup["TCV"], setup["EndDateCondition"]) == (0, 100, "OneTime")
    assert (setup["EffectiveEndDate"], setup["Quantity"]) == (date(2026, 1, 2), None)
    (usage,) = shop.segments(result["SubscriptionId"], "usage")
    assert (usage["MRR"], usage["TCV"], usage["Quantity"]) == (0, 0, None)
    (tiers,) = shop.segments(result["SubscriptionId"], "tiers")
    steps = shop.rows("RatePlanChargeTier", RatePlanChargeId=tiers["Id"])
    assert [(each["Tier"], each["StartingUnit"], each["EndingUnit"], each["Price"]) for each in steps] == [
        (1, 0, 10, 4),
        (2, 10, None, 3),
    ]
    assert (tiers["MRR"], tiers["Price"]) == (55, None)
    (discount,) = shop.segments(result["SubscriptionId"], "discount")
    assert (discount["DiscountPercentage"], discount["MRR"]) == (10, 0)
    assert (result["TotalMrr"], result["TotalTcv"]) == ("75.000000000", "1000.000000000")


def test_what_was_agreed_otherwise_goes_before_the_catalogue(shop: Any, plan_ids: Any, charge_ids: Any) -> None:
    sent = "".join(
        f"<obj:{name}>{value}</obj:{name}>"
        for name, value in {
            "ProductRatePlanChargeId": charge_ids["seats"],
            "ChargeNumber": "C-OWN-1",
            "Quantity": 7,
            "Price": "8.5",
            "BillingPeriod": "Quarter",
            "EndDateCondition": "FixedPeriod",
            "UpToPeriods": 3,
            "UpToPeriodsType": "Months",
            "TriggerEvent": "SpecificDate",
            "TriggerDate": "2026-02-01",
        }.items()
    )
    plan = (
        f"<api:RatePlanData><api:RatePlan><obj:ProductRatePlanId>{plan_ids['team']}</obj:ProductRatePlanId></api:RatePlan>"
        f"<api:RatePlanChargeData><api:RatePlanCharge>{sent}</api:RatePlanCharge></api:RatePlanChargeData>"
        "</api:RatePlanData>"
    )
    result = shop.sold(plan)
    (charge,) = shop.segments(result["SubscriptionId"], "seats")
    assert (charge["ChargeNumber"], charge["Quantity"], charge["Price"]) == ("C-OWN-1", 7, Decimal("8.5"))
    assert (charge["EffectiveStartDate"], charge["EffectiveEndDate"]) == (date(2026, 2, 1), date(2026, 5, 1))
    assert charge["MRR"] == Decimal("19.833333333")
    assert charge["TCV"] == Decimal("59.5")
    assert shop.subscribe(plan).error == ("DUPLICATE_VALUE", "The ChargeNumber C-OWN-1 is in use.")


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ({"InitialTerm": None}, "INVALID_VALUE", "Initial Term should be greater than zero"),
        ({"InitialTerm": 0}, "INVALID_VALUE", "Initial Term should be greater than zero"),
        ({"contact": ""}, "MISSING_REQUIRED_VALUE", "Missing required value: BillToContact"),
        ({"account": {"Name": "Customer 01"}}, "MISSING_REQUIRED_VALUE", "Missing required value: Currency"),
        ({"account": "0" * 32}, "INVALID_VALUE", "Invalid value for field AccountId: " + "0" * 32),
    ],
)
def test_a_request_that_fails_leaves_nothing_behind(shop: Any, how: dict[str, Any], code: str, message: str) -> None:
    assert shop.subscribe("basic", **how).error == (code, message)
    for kind in ("Account", "Contact", "PaymentMethod", "Subscription", "RatePlan", "RatePlanCharge", "Invoice"):
        assert shop.rows(kind) == [], kind


def test_plans_are_needed_and_must_be_for_sale(shop: Any) -> None:
    assert shop.subscribe().error == ("MISSING_REQUIRED_VALUE", "Missing required value: RatePlanData")
    code, message = shop.subscribe("basic", ContractEffectiveDate="2041-01-01").error
    assert (code, "is not effective on 2041-01-01" in message) == ("INVALID_VALUE", True)
    new = {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "EUR", "Name": "Customer 01"}
    code, message = shop.subscribe("basic", account=new).error
    assert (code, "has no price in EUR" in message) == ("INVALID_VALUE", True)


def test_one_request_fails_and_the_others_are_done(shop: Any) -> None:
    good, bad = shop.request("basic"), shop.request("basic", InitialTerm=None)
    results = shop.call("subscribe", good, bad, good)
    assert [each["Success"] for each in results] == ["true", "false", "true"]
    assert [row["Name"] for row in shop.rows("Subscription")] == ["A-S00000001", "A-S00000002"]
    reply = shop.caller.call(f"<api:subscribe>{good * 51}</api:subscribe>")
    assert (reply.status, b"MAX_RECORDS_EXCEEDED" in reply.body) == (500, True)


def test_an_existing_account_is_subscribed_again(shop: Any) -> None:
    account = shop.sold("basic")["AccountId"]
    again = shop.sold("team", account=account, contact="")
    assert (again["AccountId"], len(shop.rows("Account"))) == (account, 1)
    shop.sold("basic", account=account, contact="", Name="S-OWN")
    assert shop.subscribe("basic", account=account, Name="S-OWN").error == (
        "DUPLICATE_VALUE",
        "The subscription name S-OWN is in use.",
    )


def test_the_invoice_is_posted_and_paid(shop: Any) -> None:
    result = shop.sold("team", options=COLLECTED, method=CARD)
    invoice = shop.one("Invoice", Id=result["InvoiceId"])
    assert (invoice["InvoiceNumber"], invoice["Status"]) == (result["InvoiceNumber"], "Posted")
    assert (invoice["Amount"], invoice["Balance"]) == (120, 0)
    payment = shop.one("Payment", Id=result["PaymentId"])
    assert (payment["Amount"], payment["Type"], payment["Status"]) == (120, "Electronic", "Processed")
    assert payment["PaymentNumber"] == result["PaymentTransactionNumber"]
    assert f'xsi:type="ns2:Invoice"><ns2:Id>{invoice["Id"]}</ns2:Id><ns2:InvoiceNumber>' in result.text
    assert shop.one("PaymentMethod")["CreditCardMaskNumber"] == "************1111"
    assert problems(shop.tenant) == []


def test_an_invoice_can_be_paid_from_outside(shop: Any) -> None:
    (method,) = (f"{number:032x}" for number in (77,))
    shop.tenant.load("0" * 31 + "1", "PaymentMethod", [{"Id": method, "Type": "Check", "Active": True}])
    outside = (
        "<api:ExternalPaymentOptions><api:Amount>59</api:Amount><api:EffectiveDate>2026-01-02</api:EffectiveDate>"
        f"<api:PaymentMethodId>{method}</api:PaymentMethodId></api:ExternalPaymentOptions>"
    )
    both = "<api:GenerateInvoice>true</api:GenerateInvoice><api:ProcessPayments>true</api:ProcessPayments>"
    result = shop.sold("basic", options=options(outside + both))
    payment = shop.one("Payment", Id=result["PaymentId"])
    assert (payment["Type"], payment["Amount"], payment["EffectiveDate"]) == ("External", 59, date(2026, 1, 2))


def test_nothing_is_invoiced_before_the_subscription_begins(shop: Any) -> None:
    result = shop.sold("basic", options=INVOICED, ContractEffectiveDate="2026-03-01")
    assert (result.all("InvoiceId"), shop.rows("Invoice")) == ([], [])


def test_a_preview_shows_the_invoice_and_writes_nothing(shop: Any) -> None:
    wanted = PREVIEW.format("<api:PreviewThroughTermEnd>true</api:PreviewThroughTermEnd>")
    result = shop.subscribe("team", options=wanted)
    assert result["Success"] == "true", result.text
    assert sorted(result.all("ChargeAmount")) == ["100"] + ["20"] * 12
    assert (result.all("Amount"), result["TotalTcv"]) == (["340"], "340.000000000")
    assert result.all("SubscriptionId") == []
    assert shop.rows("Account") == shop.rows("Subscription") == shop.rows("Invoice") == []
    assert shop.sold("basic")["SubscriptionNumber"] == "A-S00000001"


def test_a_preview_of_metrics_tells_each_charge_apart(shop: Any, charge_ids: dict[str, str]) -> None:
    wanted = PREVIEW.format("<api:PreviewType>ChargeMetrics</api:PreviewType>")
    result = shop.subscribe("team", options=wanted)
    assert result.all("MRR") == ["20.000000000", "0.000000000"]
    assert result.all("TCV") == ["240.000000000", "100.000000000"]
    assert result.all("ProductRatePlanChargeId") == [charge_ids["seats"], charge_ids["setup"]]
    assert result.all("ChargeAmount") == []


def test_totals_are_known_since_version_48(shop: Any) -> None:
    assert shop.subscribe("basic", version="47.0").all("TotalMrr") == []
    assert shop.subscribe("basic", version="48.0").all("TotalMrr") == ["59.000000000"]


def test_without_a_contract_date_it_is_a_draft_until_it_gets_one(shop: Any, tenant: Tenant) -> None:
    result = shop.sold("basic", ContractEffectiveDate=None)
    row = shop.one("Subscription")
    assert (row["Status"], row["TermEndDate"], shop.one("Account")["Status"]) == ("Draft", None, "Draft")
    assert shop.segments(row["Id"])[0]["EffectiveStartDate"] is None
    sent = (
        f'<api:update><api:zObjects xsi:type="obj:Subscription"><obj:Id>{result["SubscriptionId"]}</obj:Id>'
        "<obj:ContractEffectiveDate>2026-02-01</obj:ContractEffectiveDate></api:zObjects></api:update>"
    )
    assert b"<ns1:Success>true" in shop.caller.call(sent).body
    row = shop.one("Subscription")
    assert (row["Status"], row["TermEndDate"], row["Version"]) == ("Active", date(2027, 2, 1), 1)
    (charge,) = shop.segments(row["Id"])
    assert (charge["EffectiveStartDate"], charge["TCV"]) == (date(2026, 2, 1), 708)
    assert shop.one("Account")["Status"] == "Active"
    assert problems(tenant) == []


def test_ids_are_those_of_the_moment(shop: Any, clock: VirtualClock) -> None:
    first = shop.sold("basic")["SubscriptionId"]
    clock.advance(10)
    assert shop.sold("basic")["SubscriptionId"] > first
