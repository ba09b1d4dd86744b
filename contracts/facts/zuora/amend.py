"""amend: its result, the version it leaves behind, and each type of amendment."""

from __future__ import annotations

import re

from contracts.facts.zuora.subscribing import (
    EVERGREEN,
    START,
    TERMED,
    amend_reply,
    amended,
    charges_of,
    plan,
    plans_of,
    subscribed,
)
from contracts.judging import one, require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, fields
from contracts.zuora.scenarios import CATALOG

fact = ZUORA.fact

WRITING = [Capability.WRITABLE]
AMEND = sources.soap_docs("soap-api-calls/amend")
JULY = "2026-07-01"


def remove(client: Client, subscription: str) -> str:
    """RatePlanData that removes the subscription's only rate plan."""
    rate_plan = one(plans_of(client, subscription))
    inside = fields({"AmendmentSubscriptionRatePlanId": rate_plan["Id"]})
    return f"<api:RatePlanData><api:RatePlan>{inside}</api:RatePlan></api:RatePlanData>"


@fact(
    "zuora.amend.result",
    "An amend that went well is answered with `results` of the recorded elements, TotalDeltaTcv nil while endless.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def result(client: Client) -> None:
    first = subscribed(client, EVERGREEN).text("SubscriptionId")
    outcome = amended(client, first, "NewProduct", JULY, plan(client, "lamp-monthly"))
    names = ("AmendmentIds", "SubscriptionId", "Success", "TotalDeltaMrr", "TotalDeltaTcv")
    same((outcome.names, outcome.success), (names, True), "the result")
    same(outcome.text("TotalDeltaMrr"), "59.000000000", "TotalDeltaMrr")


@fact(
    "zuora.amend.new-version",
    "An amendment leaves a new version with a new id, which names the first and the one before it.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def new_version(client: Client) -> None:
    first = subscribed(client)
    first_id = first.text("SubscriptionId")
    two = amended(client, first_id, "NewProduct", JULY, plan(client, "lamp-extra")).text("SubscriptionId")
    three = amended(client, two, "TermsAndConditions", JULY, AutoRenew=True).text("SubscriptionId")
    same(len({first_id, two, three}), 3, "different ids")
    row = client.row("Subscription", three, "Name", "OriginalId", "PreviousSubscriptionId", "Status", "Version")
    expected = {
        "Name": first.text("SubscriptionNumber"),
        "OriginalId": first_id,
        "PreviousSubscriptionId": two,
        "Status": "Active",
        "Version": "3",
    }
    same(row, expected, "the third version")


@fact(
    "zuora.amend.old-version-expired",
    "The version before an amendment stays readable and is Expired.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def old_version_expired(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    amended(client, first_id, "NewProduct", JULY, plan(client, "lamp-extra"))
    same(client.row("Subscription", first_id, "Status", "Version"), {"Status": "Expired", "Version": "1"}, "version 1")


@fact(
    "zuora.amend.plans-copied",
    "A new version has rate plans of its own; OriginalRatePlanId names the first version's.",
    source=sources.object_page("RatePlan"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def plans_copied(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    two = amended(client, first_id, "TermsAndConditions", JULY, AutoRenew=True).text("SubscriptionId")
    before = one(plans_of(client, first_id))
    found = client.query(
        f"select Id, OriginalRatePlanId from RatePlan where SubscriptionId = '{two}'", version="136.0"
    ).one
    require(found["Id"] != before["Id"], "the rate plan kept its id")
    same(found["OriginalRatePlanId"], before["Id"], "OriginalRatePlanId")


@fact(
    "zuora.amend.charges-copied",
    "A charge has a new id in each version; its ChargeNumber and OriginalId stay.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def charges_copied(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    two = amended(client, first_id, "TermsAndConditions", JULY, AutoRenew=True).text("SubscriptionId")
    versions = []
    for each in (first_id, two):
        rate_plan = one(plans_of(client, each))
        versions += charges_of(client, rate_plan["Id"], "ChargeNumber", "OriginalId")
    before, after = versions
    require(before["Id"] != after["Id"], "the charge kept its id")
    same((after["ChargeNumber"], after["OriginalId"]), (before["ChargeNumber"], before["Id"]), "number and original")


@fact(
    "zuora.amend.new-product",
    "NewProduct adds a rate plan that names its amendment and has AmendmentType NewProduct.",
    source=sources.object_page("RatePlan"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def new_product(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    outcome = amended(client, first_id, "NewProduct", JULY, plan(client, "lamp-extra"))
    plans = plans_of(client, outcome.text("SubscriptionId"), "AmendmentId", "AmendmentType", "ProductRatePlanId")
    same(len(plans), 2, "rate plans")
    added = one(each for each in plans if each["ProductRatePlanId"] == client.target.id("lamp-extra"))
    same((added["AmendmentId"], added["AmendmentType"]), (outcome.text("AmendmentIds"), "NewProduct"), "the new plan")
    setup = one(
        each
        for each in charges_of(client, added["Id"], "ProductRatePlanChargeId", "EffectiveStartDate")
        if each["ProductRatePlanChargeId"] == client.target.id("setup")
    )
    same(setup["EffectiveStartDate"], JULY, "the day its charge begins")


@fact(
    "zuora.amend.remove-product",
    "RemoveProduct leaves the rate plan marked RemoveProduct, which queries hide.",
    source=f"{sources.ZOQL}; {sources.object_page('RatePlan')}",
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def remove_product(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    outcome = amended(client, first_id, "RemoveProduct", JULY, remove(client, first_id))
    two = outcome.text("SubscriptionId")
    plans = plans_of(client, two, "AmendmentId", "AmendmentType")
    found = [(each["AmendmentId"], each["AmendmentType"]) for each in plans]
    same(found, [(outcome.text("AmendmentIds"), "RemoveProduct")], "the rate plans, hidden ones too")
    same(client.query(f"select Id from RatePlan where SubscriptionId = '{two}'").size, 0, "rate plans that show")
    same(outcome.text("TotalDeltaMrr"), "-59.000000000", "TotalDeltaMrr")


@fact(
    "zuora.amend.update-product",
    "UpdateProduct ends a charge's segment on its day and begins the next with the new price.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def update_product(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    rate_plan = one(plans_of(client, first_id))
    charge = one(charges_of(client, rate_plan["Id"], "ChargeNumber"))
    data = (
        f"<api:RatePlanData><api:RatePlan>{fields({'AmendmentSubscriptionRatePlanId': rate_plan['Id']})}"
        "</api:RatePlan><api:RatePlanChargeData><api:RatePlanCharge>"
        f"{fields({'ChargeNumber': charge['ChargeNumber'], 'Price': 70})}"
        "</api:RatePlanCharge></api:RatePlanChargeData></api:RatePlanData>"
    )
    two = amended(client, first_id, "UpdateProduct", JULY, data).text("SubscriptionId")
    plan_two = one(each for each in plans_of(client, two, "AmendmentType"))
    names = ("Segment", "IsLastSegment", "EffectiveStartDate", "EffectiveEndDate", "Price", "ChargeNumber")
    found = sorted(tuple(each[name] for name in names) for each in charges_of(client, plan_two["Id"], *names))
    number = charge["ChargeNumber"]
    expected = [
        ("1", "false", START, JULY, "59", number),
        ("2", "true", JULY, "2027-01-01", "70", number),
    ]
    same(found, expected, "the segments")


@fact(
    "zuora.amend.cancellation",
    "Cancellation leaves a version of status Cancelled with its CancelledDate.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def cancellation(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    two = amended(client, first_id, "Cancellation", START).text("SubscriptionId")
    row = client.row("Subscription", two, "Status", "CancelledDate", "SubscriptionEndDate")
    same((row["Status"], row["SubscriptionEndDate"]), ("Cancelled", START), "the cancelled version")
    require(row.get("CancelledDate"), "there is no CancelledDate")


@fact(
    "zuora.amend.renewal",
    "Renewal moves the term's end on by the renewal term.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def renewal(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    two = amended(client, first_id, "Renewal", "2027-01-01").text("SubscriptionId")
    same(client.row("Subscription", two, "TermEndDate"), {"TermEndDate": "2028-01-01"}, "the end of the term")


@fact(
    "zuora.amend.terms-and-conditions",
    "TermsAndConditions changes the terms it names.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def terms_and_conditions(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    outcome = amended(client, first_id, "TermsAndConditions", JULY, AutoRenew=True, RenewalTerm=6)
    row = client.row("Subscription", outcome.text("SubscriptionId"), "AutoRenew", "RenewalTerm")
    same(row, {"AutoRenew": "true", "RenewalTerm": "6"}, "the terms")


@fact(
    "zuora.amend.owner-transfer",
    "OwnerTransfer moves the subscription to another account; who created it stays.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def owner_transfer(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    hazel, iris = client.target.id("hazel"), client.target.id("iris")
    values = {"DestinationAccountId": iris, "DestinationInvoiceOwnerId": iris}
    two = amended(client, first_id, "OwnerTransfer", JULY, **values).text("SubscriptionId")
    row = client.row("Subscription", two, "AccountId", "InvoiceOwnerId", "CreatorAccountId")
    same(row, {"AccountId": iris, "CreatorAccountId": hazel, "InvoiceOwnerId": iris}, "the owners")


@fact(
    "zuora.amend.suspend-resume",
    "SuspendSubscription leaves the status Suspended, ResumeSubscription Active again.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def suspend_resume(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    at = client.at("83.0")
    two = amended(at, first_id, "SuspendSubscription", START, SuspendDate="2026-01-10").text("SubscriptionId")
    same(client.row("Subscription", two, "Status"), {"Status": "Suspended"}, "after SuspendSubscription")
    three = amended(at, two, "ResumeSubscription", START, ResumeDate="2026-01-12").text("SubscriptionId")
    same(client.row("Subscription", three, "Status"), {"Status": "Active"}, "after ResumeSubscription")


@fact(
    "zuora.amend.amendment-row",
    "The Amendment row names the version that was amended, its type, and is Completed.",
    source=sources.object_page("Amendment"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def amendment_row(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    made = amended(client, first_id, "NewProduct", JULY, plan(client, "lamp-extra")).text("AmendmentIds")
    row = client.row("Amendment", made, "SubscriptionId", "Type", "Status", "ContractEffectiveDate")
    expected = {"ContractEffectiveDate": JULY, "Status": "Completed", "SubscriptionId": first_id, "Type": "NewProduct"}
    same(row, expected, "the amendment")


@fact(
    "zuora.amend.unknown-plan",
    "Removing a rate plan that there is not is INVALID_VALUE, in the recorded words.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def unknown_plan(client: Client) -> None:
    first_id = subscribed(client).text("SubscriptionId")
    inside = fields({"AmendmentSubscriptionRatePlanId": "f" * 32})
    data = f"<api:RatePlanData><api:RatePlan>{inside}</api:RatePlan></api:RatePlanData>"
    (outcome,) = amend_reply(client, first_id, "RemoveProduct", JULY, data).outcomes("amend", name="results")
    words = "Can't find the RatePlan by AmendmentSubscriptionRatePlanId."
    same((outcome.success, outcome.code, outcome.message), (False, "INVALID_VALUE", words), "the result")


@fact(
    "zuora.amend.unknown-subscription",
    "Amending a subscription that there is not is INVALID_VALUE: `Invalid value for field SubscriptionId: …`.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def unknown_subscription(client: Client) -> None:
    subscribed(client)
    missing = "f" * 32
    (outcome,) = amend_reply(client, missing, "Cancellation", JULY).outcomes("amend", name="results")
    words = f"Invalid value for field SubscriptionId: {missing}"
    same((outcome.success, outcome.code), (False, "INVALID_VALUE"), "the result")
    require(re.match(re.escape(words), outcome.message), f"the message is {outcome.message!r}")


def _most(name: str, version: str, most: int) -> None:
    def check(client: Client) -> None:
        id_ = subscribed(client).text("SubscriptionId")
        other = client.at(version)
        given = fields({"Name": "x", "SubscriptionId": "f" * 32, "Type": "Cancellation"})
        bad = f"<api:requests><api:Amendments>{given}</api:Amendments></api:requests>"
        same(len(other.act("amend", bad * most).outcomes("amend", most, name="results")), most, "results")
        same(other.act("amend", bad * (most + 1)).fault().fault_code, "MAX_RECORDS_EXCEEDED", "the fault for one more")
        same(client.row("Subscription", id_, "Version"), {"Version": "1"}, "the subscription")

    fact(
        f"zuora.amend.most-{name}",
        f"At WSDL {version.removesuffix('.0')} one amend takes {most} request{'' if most == 1 else 's'}, and no more.",
        source=AMEND,
        sure=Sure.INFERRED,
        scenario=CATALOG,
        needs=WRITING,
    )(check)


for _name, _version, _number in (
    ("from-69", "69.0", 10),
    ("to-68", "68.0", 3),
    ("from-42", "42.0", 3),
    ("to-41", "41.0", 1),
    ("from-29", "29.0", 1),
):
    _most(_name, _version, _number)


@fact(
    "zuora.amend.terms-known",
    "An amendment's new version keeps the terms it does not change.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def terms_known(client: Client) -> None:
    first_id = subscribed(client, TERMED).text("SubscriptionId")
    two = amended(client, first_id, "NewProduct", JULY, plan(client, "lamp-extra")).text("SubscriptionId")
    names = ("TermType", "TermStartDate", "TermEndDate", "RenewalTerm", "AccountId", "ContractEffectiveDate")
    before = client.row("Subscription", first_id, *names)
    same(client.row("Subscription", two, *names), before, "the terms")
    same(before["TermEndDate"], "2027-01-01", "the end of the term")


@fact(
    "zuora.amend.from-28",
    "There is no amend before WSDL 28.",
    source=AMEND,
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def from_28(client: Client) -> None:
    first = subscribed(client).text("SubscriptionId")
    values = {"AutoRenew": True, "Name": "x", "SubscriptionId": first, "Type": "TermsAndConditions"}
    body = f"<api:requests><api:Amendments>{fields(values)}</api:Amendments></api:requests>"
    client.at("29.0").act("amend", body).outcomes("amend", name="results")
    require(client.at("27.0").act("amend", body).fault().code, "amend is answered at WSDL 27")
