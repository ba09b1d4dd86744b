"""amend: each kind leaves the version that a sync must then see, and says what it changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mock_zuora.integrity import problems

PREVIEW = "<api:PreviewOptions><api:EnablePreviewMode>true</api:EnablePreviewMode>{}</api:PreviewOptions>"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
BEGIN, END = date(2026, 1, 1), date(2027, 1, 1)


def spans(shop: Any, subscription_id: str, charge: str) -> list[tuple[Any, ...]]:
    names = ("EffectiveStartDate", "EffectiveEndDate", "Quantity", "MRR", "IsLastSegment")
    return [tuple(each[name] for name in names) for each in shop.segments(subscription_id, charge)]


def plan_of(shop: Any, subscription_id: str, name: str) -> dict[str, Any]:
    (plan,) = [each for each in shop.plans(subscription_id) if each["Name"] == name]
    return plan


@pytest.fixture
def sold(shop: Any) -> str:
    return str(shop.sold("basic", "team")["SubscriptionId"])


def test_every_amendment_leaves_a_new_version_with_new_ids(shop: Any, sold: str) -> None:
    before = {kind: shop.rows(kind) for kind in ("RatePlan", "RatePlanCharge", "RatePlanChargeTier")}
    result = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"))
    old, new = shop.one("Subscription", Id=sold), shop.one("Subscription", Id=result["SubscriptionId"])
    assert (old["Status"], old["IsLatestVersion"]) == ("Expired", False)
    assert (new["Status"], new["IsLatestVersion"], new["Version"], new["Revision"]) == ("Active", True, 2, "2.0")
    assert (new["Name"], new["OriginalId"], new["PreviousSubscriptionId"]) == (old["Name"], sold, sold)
    assert new["OriginalCreatedDate"] == old["OriginalCreatedDate"]
    for kind, rows in before.items():
        assert [row for row in shop.rows(kind) if row in rows] == rows, kind
    originals = {each["ChargeNumber"]: each["Id"] for each in before["RatePlanCharge"]}
    for charge in shop.segments(new["Id"]):
        assert charge["Id"] not in originals.values()
        assert charge["OriginalId"] == originals.get(charge["ChargeNumber"], charge["Id"])
    assert problems(shop.tenant) == []


def test_the_amendment_is_a_record_of_the_version_it_changed(shop: Any, sold: str) -> None:
    result = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"), Description="One more")
    row = shop.one("Amendment", Id=result["AmendmentIds"])
    assert (row["SubscriptionId"], row["Type"], row["Status"]) == (sold, "NewProduct", "Completed")
    assert (row["Code"], row["Name"], row["Description"]) == ("A-AM00000001", "NewProduct 01", "One more")
    for name in ("ContractEffectiveDate", "EffectiveDate", "ServiceActivationDate", "CustomerAcceptanceDate"):
        assert row[name] == APRIL, name


def test_a_new_product_begins_on_its_day(shop: Any, sold: str) -> None:
    result = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"))
    plan = plan_of(shop, result["SubscriptionId"], "Tiers")
    assert (plan["AmendmentType"], plan["AmendmentId"]) == ("NewProduct", result["AmendmentIds"])
    assert spans(shop, result["SubscriptionId"], "tiers") == [(APRIL, END, 15, 55, True)]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("55.000000000", "495.000000000")
    assert [each["MRR"] for each in shop.segments(result["SubscriptionId"], "flat")] == [59]


def test_an_update_splits_the_charge(shop: Any, sold: str) -> None:
    plan = plan_of(shop, sold, "Team")
    result = shop.amended(sold, "UpdateProduct", data=shop.update_data(plan["Id"], "seats", Quantity=5))
    new = result["SubscriptionId"]
    assert spans(shop, new, "seats") == [(BEGIN, APRIL, 2, 20, False), (APRIL, END, 5, 50, True)]
    first, second = shop.segments(new, "seats")
    assert (first["Segment"], second["Segment"], second["Version"]) == (1, 2, 2)
    assert (first["TCV"], second["TCV"]) == (60, 450)
    assert (first["DTCV"], second["DTCV"], second["DMRC"]) == (-180, 450, 30)
    assert first["OriginalId"] == second["OriginalId"] == shop.segments(sold, "seats")[0]["Id"]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("30.000000000", "270.000000000")
    amended = plan_of(shop, new, "Team")
    assert (amended["AmendmentType"], amended["AmendmentSubscriptionRatePlanId"]) == ("UpdateProduct", plan["Id"])
    assert spans(shop, sold, "seats") == [(BEGIN, END, 2, 20, True)]
    assert problems(shop.tenant) == []


def test_an_update_on_the_first_day_replaces_the_segment(shop: Any, sold: str) -> None:
    plan = plan_of(shop, sold, "Team")
    data = shop.update_data(plan["Id"], "seats", Price="12.5")
    result = shop.amended(sold, "UpdateProduct", "2026-01-01", data)
    (segment,) = shop.segments(result["SubscriptionId"], "seats")
    assert (segment["Price"], segment["MRR"], segment["Segment"], segment["Version"]) == (Decimal("12.5"), 25, 1, 2)
    (tier,) = shop.rows("RatePlanChargeTier", RatePlanChargeId=segment["Id"])
    assert tier["Price"] == Decimal("12.5")


def test_an_update_before_a_later_one_needs_its_specific_date(shop: Any, sold: str) -> None:
    plan = plan_of(shop, sold, "Team")
    data = shop.update_data(plan["Id"], "seats", Quantity=5)
    later = shop.amended(sold, "UpdateProduct", "2026-06-01", data)["SubscriptionId"]
    data = shop.update_data(plan_of(shop, later, "Team")["Id"], "seats", Quantity=3)
    code, message = shop.amend(later, "UpdateProduct", "2026-03-01", data).error
    assert (code, "Give the SpecificUpdateDate" in message) == ("INVALID_VALUE", True)
    result = shop.amended(later, "UpdateProduct", "2026-03-01", data, SpecificUpdateDate="2026-03-01")
    june = date(2026, 6, 1)
    assert spans(shop, result["SubscriptionId"], "seats") == [
        (BEGIN, MARCH, 2, 20, False),
        (MARCH, june, 3, 30, False),
        (june, END, 5, 50, True),
    ]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("0.000000000", "30.000000000")


def test_tiers_are_updated_by_their_number(shop: Any) -> None:
    sold = shop.sold("tiers")["SubscriptionId"]
    data = shop.update_data(plan_of(shop, sold, "Tiers")["Id"], "tiers", ({"Price": "2", "Tier": 2},))
    new = shop.amended(sold, "UpdateProduct", data=data)["SubscriptionId"]
    assert [each["MRR"] for each in shop.segments(new, "tiers")] == [55, 50]


def test_a_removed_plan_stays_and_is_hidden(shop: Any, sold: str) -> None:
    plan = plan_of(shop, sold, "Team")
    result = shop.amended(sold, "RemoveProduct", data=shop.remove_data(plan["Id"]))
    new = result["SubscriptionId"]
    removed = plan_of(shop, new, "Team")
    assert (removed["AmendmentType"], removed["AmendmentId"]) == ("RemoveProduct", result["AmendmentIds"])
    assert removed["AmendmentSubscriptionRatePlanId"] == plan["Id"]
    assert spans(shop, new, "seats") == [(BEGIN, APRIL, 2, 20, True)]
    assert shop.segments(new, "setup")[0]["TCV"] == 100
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("-20.000000000", "-180.000000000")
    zoql = f"select Id from RatePlan where SubscriptionId = '{new}'"
    assert shop.caller.ids(zoql) == [plan_of(shop, new, "Basic")["Id"]]
    later = shop.amended(new, "NewProduct", data=shop.new_data("tiers"))["SubscriptionId"]
    assert plan_of(shop, later, "Team")["AmendmentType"] == "RemoveProduct"
    assert spans(shop, later, "seats") == [(BEGIN, APRIL, 2, 20, True)]
    code, message = shop.amend(later, "RemoveProduct", data=shop.remove_data(plan_of(shop, later, "Team")["Id"])).error
    assert (code, message) == ("INVALID_VALUE", "Can't find the RatePlan by AmendmentSubscriptionRatePlanId.")


def test_a_renewal_begins_the_next_term(shop: Any) -> None:
    sold = shop.sold("basic", "yearly", RenewalTerm=6)["SubscriptionId"]
    result = shop.amended(sold, "Renewal", "2027-01-01")
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    assert (row["TermStartDate"], row["TermEndDate"]) == (END, date(2027, 7, 1))
    assert (row["CurrentTerm"], row["InitialTerm"], row["Status"]) == (6, 12, "Active")
    assert spans(shop, row["Id"], "flat") == [(BEGIN, date(2027, 7, 1), None, 59, True)]
    assert spans(shop, row["Id"], "yearly") == [
        (BEGIN, END, None, 100, False),
        (END, date(2027, 7, 1), None, 110, True),
    ]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("10.000000000", "1014.000000000")
    assert problems(shop.tenant) == []


def test_a_renewal_to_evergreen_has_no_end(shop: Any) -> None:
    sold = shop.sold("basic", RenewalSetting="RENEW_TO_EVERGREEN")["SubscriptionId"]
    result = shop.amended(sold, "Renewal", "2027-01-01")
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    assert (row["TermType"], row["TermEndDate"], row["SubscriptionEndDate"]) == ("EVERGREEN", None, None)
    assert spans(shop, row["Id"], "flat") == [(BEGIN, None, None, 59, True)]
    assert result.all("TotalDeltaTcv") == []
    code, message = shop.amend(row["Id"], "Renewal", "2028-01-01").error
    assert (code, message) == ("INVALID_VALUE", "Only a termed subscription can be renewed.")


def test_a_cancellation_ends_everything(shop: Any, sold: str) -> None:
    result = shop.amended(sold, "Cancellation", EffectiveDate="2026-04-01")
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    assert (row["Status"], row["CancelledDate"]) == ("Cancelled", APRIL)
    assert (row["SubscriptionEndDate"], row["TermEndDate"]) == (APRIL, APRIL)
    assert spans(shop, row["Id"], "seats") == [(BEGIN, APRIL, 2, 20, True)]
    assert spans(shop, row["Id"], "setup") == [(BEGIN, date(2026, 1, 2), None, 0, True)]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("-79.000000000", "-711.000000000")
    code, message = shop.amend(row["Id"], "NewProduct", data=shop.new_data("tiers")).error
    assert (code, "is Cancelled and cannot be amended" in message) == ("INVALID_VALUE", True)
    assert problems(shop.tenant) == []


def test_terms_and_conditions_change_the_term(shop: Any, sold: str) -> None:
    result = shop.amended(
        sold, "TermsAndConditions", CurrentTerm=24, RenewalTerm=3, AutoRenew="true", TermStartDate="2026-01-01"
    )
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    assert (row["TermEndDate"], row["RenewalTerm"], row["AutoRenew"]) == (date(2028, 1, 1), 3, True)
    assert spans(shop, row["Id"], "flat") == [(BEGIN, date(2028, 1, 1), None, 59, True)]
    assert result["TotalDeltaTcv"] == "948.000000000"
    evergreen = shop.amended(row["Id"], "TermsAndConditions", TermType="EVERGREEN")
    row = shop.one("Subscription", Id=evergreen["SubscriptionId"])
    assert (row["TermType"], row["TermEndDate"]) == ("EVERGREEN", None)
    code, message = shop.amend(row["Id"], "TermsAndConditions", TermType="TERMED").error
    assert (code, message) == ("MISSING_REQUIRED_VALUE", "Missing required value: CurrentTerm")


def test_an_owner_transfer_gives_it_to_another_account(shop: Any, sold: str) -> None:
    other = shop.sold("basic")["AccountId"]
    result = shop.amended(sold, "OwnerTransfer", DestinationAccountId=other, DestinationInvoiceOwnerId=other)
    old, new = shop.one("Subscription", Id=sold), shop.one("Subscription", Id=result["SubscriptionId"])
    assert (new["AccountId"], new["InvoiceOwnerId"]) == (other, other)
    assert (new["CreatorAccountId"], new["Name"]) == (old["AccountId"], old["Name"])
    assert {each["SubscriptionOwnerId"] for each in shop.segments(new["Id"])} == {other}
    code, message = shop.amend(new["Id"], "OwnerTransfer").error
    assert (code, message) == ("MISSING_REQUIRED_VALUE", "Missing required value: DestinationAccountId")
    missing = "f" * 32
    code, message = shop.amend(new["Id"], "OwnerTransfer", DestinationAccountId=missing).error
    assert (code, message) == ("INVALID_VALUE", f"Invalid value for field DestinationAccountId: {missing}")


def test_a_suspended_subscription_rests_until_it_is_resumed(shop: Any, sold: str) -> None:
    result = shop.amended(sold, "SuspendSubscription", SuspendDate="2026-04-01")
    suspended = result["SubscriptionId"]
    assert shop.one("Subscription", Id=suspended)["Status"] == "Suspended"
    assert spans(shop, suspended, "seats") == [(BEGIN, APRIL, 2, 20, True)]
    assert result["TotalDeltaMrr"] == "-79.000000000"
    code, message = shop.amend(suspended, "Cancellation").error
    assert (code, "Resume it first." in message) == ("INVALID_VALUE", True)
    result = shop.amended(suspended, "ResumeSubscription", ResumeDate="2026-05-01")
    row = shop.one("Subscription", Id=result["SubscriptionId"])
    assert row["Status"] == "Active"
    assert spans(shop, row["Id"], "seats") == [(BEGIN, APRIL, 2, 20, False), (date(2026, 5, 1), END, 2, 20, True)]
    assert (result["TotalDeltaMrr"], result["TotalDeltaTcv"]) == ("79.000000000", "632.000000000")
    assert problems(shop.tenant) == []


def test_amendments_of_one_request_follow_one_another(shop: Any, sold: str) -> None:
    team = plan_of(shop, sold, "Team")["Id"]
    base = {"SubscriptionId": sold, "ContractEffectiveDate": "2026-04-01"}
    first = ({**base, "Name": "1", "Type": "UpdateProduct"}, shop.update_data(team, "seats", Quantity=5))
    second = ({**base, "Name": "2", "Type": "NewProduct"}, shop.new_data("tiers"))
    third = ({**base, "Name": "3", "Type": "RemoveProduct"}, shop.remove_data(team))
    (result,) = shop.call("amend", shop.amendments(first, second, third))
    assert len(result.all("AmendmentIds")) == 3, result.text
    versions = sorted(shop.rows("Subscription"), key=lambda row: row["Version"])
    assert [row["Status"] for row in versions] == ["Expired", "Expired", "Expired", "Active"]
    assert versions[-1]["Id"] == result["SubscriptionId"]
    assert [row["SubscriptionId"] for row in shop.rows("Amendment")] == [row["Id"] for row in versions[:3]]
    assert result["TotalDeltaMrr"] == "35.000000000"
    assert problems(shop.tenant) == []


def test_a_request_fails_as_a_whole(shop: Any, sold: str) -> None:
    base = {"SubscriptionId": sold, "ContractEffectiveDate": "2026-04-01"}
    good = ({**base, "Name": "1", "Type": "NewProduct"}, shop.new_data("tiers"))
    bad = ({**base, "Name": "2", "Type": "RemoveProduct"}, shop.remove_data("f" * 32))
    (result,) = shop.call("amend", shop.amendments(good, bad))
    assert result["Success"] == "false"
    assert (len(shop.rows("Subscription")), shop.rows("Amendment")) == (1, [])
    assert shop.one("Subscription")["Status"] == "Active"


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"SubscriptionId": "f" * 32}, "INVALID_VALUE", "Invalid value for field SubscriptionId: " + "f" * 32),
        ({"Name": ""}, "MISSING_REQUIRED_VALUE", "Missing required value: Name"),
        ({"Type": ""}, "MISSING_REQUIRED_VALUE", "Missing required value: Type"),
        ({"Type": "NewProduct"}, "MISSING_REQUIRED_VALUE", "Missing required value: RatePlanData"),
        ({"Type": "UpdateProduct"}, "MISSING_REQUIRED_VALUE", "Missing required value: RatePlanData"),
        ({"Type": "SuspendSubscription"}, "MISSING_REQUIRED_VALUE", "Missing required value: SuspendDate"),
        ({"ContractEffectiveDate": ""}, "MISSING_REQUIRED_VALUE", "Missing required value: ContractEffectiveDate"),
    ],
)
def test_what_an_amendment_needs(shop: Any, sold: str, fields: dict[str, str], code: str, message: str) -> None:
    row = {"Name": "1", "Type": "Renewal", "SubscriptionId": sold, "ContractEffectiveDate": "2026-04-01", **fields}
    (result,) = shop.call("amend", shop.amendments((row, "")))
    assert result.error == (code, message)


def test_only_the_latest_version_is_amended_and_not_before_it_began(shop: Any, sold: str) -> None:
    code, message = shop.amend(sold, "Renewal", "2025-12-31").error
    assert (code, "is before the subscription's ContractEffectiveDate" in message) == ("INVALID_VALUE", True)
    shop.amended(sold, "Renewal", "2027-01-01")
    code, message = shop.amend(sold, "Renewal", "2028-01-01").error
    assert (code, "only the latest, version 2, can be amended" in message) == ("INVALID_VALUE", True)


@pytest.mark.parametrize(("version", "most"), [("83.0", 10), ("69.0", 10), ("68.0", 3), ("42.0", 3), ("41.0", 1)])
def test_how_many_amendments_a_call_takes(shop: Any, sold: str, version: str, most: int) -> None:
    row = {"SubscriptionId": sold, "Name": "1", "Type": "Renewal", "ContractEffectiveDate": "2027-01-01"}
    body = f"<api:amend>{shop.amendments(*[(row, '')] * (most + 1))}</api:amend>"
    reply = shop.caller.call(body, version=version)
    assert (reply.status, b"MAX_RECORDS_EXCEEDED" in reply.body) == (500, True)
    reply = shop.caller.call(f"<api:amend>{shop.amendments(*[(row, '')] * most)}</api:amend>", version=version)
    assert b"<ns1:Success>true" in reply.body, reply.body


def test_amend_is_not_there_before_version_28(shop: Any, sold: str) -> None:
    row = {"SubscriptionId": sold, "Name": "1", "Type": "Renewal", "ContractEffectiveDate": "2027-01-01"}
    reply = shop.caller.call(f"<api:amend>{shop.amendments((row, ''))}</api:amend>", version="27.0")
    assert (reply.status, b"Operation not found" in reply.body) == (500, True)


def test_a_preview_shows_what_would_change_and_writes_nothing(shop: Any, sold: str) -> None:
    wanted = PREVIEW.format("<api:PreviewThroughTermEnd>true</api:PreviewThroughTermEnd>")
    before = {kind: shop.rows(kind) for kind in ("Subscription", "Amendment", "RatePlan", "RatePlanCharge", "Invoice")}
    result = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"), options=wanted)
    assert {kind: shop.rows(kind) for kind in before} == before
    assert (result.all("AmendmentIds"), result.all("SubscriptionId")[-1:] == []) in (([], True), ([], False))
    assert "<ns1:InvoiceDatas>" in result.text
    assert result["TotalDeltaMrr"] == "55.000000000"
    metrics = PREVIEW.format("<api:PreviewType>InvoiceItemChargeMetrics</api:PreviewType>")
    result = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"), options=metrics)
    assert result.all("DMRR") == ["0.000000000", "0.000000000", "0.000000000", "55.000000000", "0.000000000"]
    assert result.all("DTCV") == ["0.000000000", "0.000000000", "0.000000000", "495.000000000", "0.000000000"]


def test_an_amendment_can_be_invoiced_at_once(shop: Any, sold: str) -> None:
    options = (
        "<api:AmendOptions><api:GenerateInvoice>true</api:GenerateInvoice><api:InvoiceProcessingOptions>"
        "<api:InvoiceTargetDate>2026-01-31</api:InvoiceTargetDate></api:InvoiceProcessingOptions></api:AmendOptions>"
    )
    result = shop.amended(sold, "NewProduct", "2026-01-01", shop.new_data("tiers"), options=options)
    invoice = shop.one("Invoice", Id=result["InvoiceId"])
    assert (invoice["Status"], invoice["Amount"]) == ("Posted", 59 + 20 + 100 + 55)
    plan = plan_of(shop, result["SubscriptionId"], "Tiers")
    last = shop.amended(
        result["SubscriptionId"], "RemoveProduct", "2026-01-01", shop.remove_data(plan["Id"]), options=options
    )
    credit = shop.one("Invoice", Id=last["InvoiceId"])
    assert credit["Amount"] == -55
    assert problems(shop.tenant) == []


def test_an_amendment_created_as_completed_takes_effect_and_deleted_is_taken_back(shop: Any, sold: str) -> None:
    fields = {
        "ContractEffectiveDate": "2026-04-01",
        "Name": "Cancelled",
        "Status": "Completed",
        "SubscriptionId": sold,
        "Type": "Cancellation",
    }
    inner = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
    reply = shop.caller.call(
        f'<api:create><api:zObjects xsi:type="obj:Amendment">{inner}</api:zObjects></api:create>'
    ).body
    assert b"<ns1:Success>true" in reply, reply
    amendment = shop.one("Amendment")
    assert (amendment["EffectiveDate"], amendment["Status"]) == (APRIL, "Completed")
    assert [row["Status"] for row in shop.rows("Subscription")] == ["Expired", "Cancelled"]
    drop = f"<api:delete><api:type>Amendment</api:type><api:ids>{amendment['Id']}</api:ids></api:delete>"
    assert b"<ns1:success>true" in shop.caller.call(drop).body
    assert shop.one("Subscription")["Status"] == "Active"
    assert (len(shop.rows("RatePlanCharge")), shop.rows("Amendment")) == (3, [])
    assert problems(shop.tenant) == []


def test_only_the_latest_amendment_can_be_deleted(shop: Any, sold: str) -> None:
    first = shop.amended(sold, "NewProduct", data=shop.new_data("tiers"))
    shop.amended(first["SubscriptionId"], "Renewal", "2027-01-01")
    drop = f"<api:delete><api:type>Amendment</api:type><api:ids>{first['AmendmentIds']}</api:ids></api:delete>"
    assert b"CANNOT_DELETE" in shop.caller.call(drop).body
    drop = f"<api:delete><api:type>Subscription</api:type><api:ids>{sold}</api:ids></api:delete>"
    assert b"CANNOT_DELETE" in shop.caller.call(drop).body
