"""subscribe: its result, and the subscription it leaves."""

from __future__ import annotations

from contracts.facts.zuora.subscribing import (
    EVERGREEN,
    START,
    TERMED,
    charges_of,
    plan,
    plans_of,
    request,
    subscribe_reply,
    subscribed,
)
from contracts.judging import one, require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.replies import OBJECT, XSI, is_nil, local, only
from contracts.zuora.scenarios import CATALOG

fact = ZUORA.fact

WRITING = [Capability.WRITABLE]
SUBSCRIBE = sources.soap_docs("soap-api-calls/subscribe")


@fact(
    "zuora.subscribe.result-evergreen",
    "Subscribing without a term or an invoice is answered with the recorded elements, TotalTcv among them as nil.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def result_evergreen(client: Client) -> None:
    outcome = subscribed(client, EVERGREEN)
    names = "AccountId AccountNumber InvoiceResult SubscriptionId SubscriptionNumber Success TotalMrr TotalTcv"
    same(outcome.names, tuple(names.split()), "the result")
    same((outcome.success, is_nil(only(outcome.element, "TotalTcv"))), (True, True), "Success, and nil TotalTcv")
    same((outcome.text("AccountId"), outcome.text("AccountNumber")), (client.target.id("hazel"), "CT-0301"), "account")
    result = only(outcome.element, "InvoiceResult")
    same((len(result), result.text), (0, None), "what InvoiceResult holds")


@fact(
    "zuora.subscribe.totals-nine-decimals",
    "Totals are written with nine decimals: 59.000000000.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def totals_nine_decimals(client: Client) -> None:
    same(subscribed(client, EVERGREEN).text("TotalMrr"), "59.000000000", "TotalMrr")


@fact(
    "zuora.subscribe.total-tcv",
    "TotalTcv of a termed subscription is what its whole term costs.",
    source=SUBSCRIBE,
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def total_tcv(client: Client) -> None:
    same(subscribed(client, TERMED).text("TotalTcv"), "708.000000000", "TotalTcv of 12 months at 59")


@fact(
    "zuora.subscribe.result-invoice",
    "With GenerateInvoice the result names the invoice, once by itself and once inside InvoiceResult.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def result_invoice(client: Client) -> None:
    outcome = subscribed(client, TERMED, options={"GenerateInvoice": True, "ProcessPayments": False})
    invoice = only(only(outcome.element, "InvoiceResult"), "Invoice")
    same((invoice.get(f"{{{XSI}}}type") or "").rpartition(":")[2], "Invoice", "the type of the invoice")
    inside = {local(each): each.text for each in invoice if each.tag.startswith(f"{{{OBJECT}}}")}
    same(set(inside), {"Id", "InvoiceNumber"}, "what the invoice holds")
    same(inside["Id"], outcome.text("InvoiceId"), "InvoiceId")
    same(inside["InvoiceNumber"], outcome.text("InvoiceNumber"), "InvoiceNumber")
    row = client.row("Invoice", outcome.text("InvoiceId"), "AccountId", "Amount")
    same(row, {"AccountId": client.target.id("hazel"), "Amount": "59"}, "the invoice of the first month")


@fact(
    "zuora.subscribe.initial-term",
    "A term of no length is INVALID_VALUE: `Initial Term should be greater than zero`.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def initial_term(client: Client) -> None:
    subscribed(client, TERMED)
    reply = subscribe_reply(client, {**TERMED, "InitialTerm": 0}, plan(client, "lamp-monthly"))
    (outcome,) = reply.outcomes("subscribe")
    same(
        (outcome.success, outcome.code, outcome.message),
        (False, "INVALID_VALUE", "Initial Term should be greater than zero"),
        "the result",
    )


@fact(
    "zuora.subscribe.first-version",
    "A new subscription is version 1, its OriginalId its own id, without a version before it.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def first_version(client: Client) -> None:
    id_ = subscribed(client).text("SubscriptionId")
    row = client.row("Subscription", id_, "Version", "OriginalId", "PreviousSubscriptionId", "Status")
    same(row, {"OriginalId": id_, "Status": "Active", "Version": "1"}, "the subscription")


@fact(
    "zuora.subscribe.number",
    "A subscription's number is its Name; without one it gets the next.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def number(client: Client) -> None:
    given = subscribed(client, {**EVERGREEN, "Name": "S-CT-900"})
    same(given.text("SubscriptionNumber"), "S-CT-900", "SubscriptionNumber")
    made = subscribed(client, EVERGREEN)
    same(
        client.row("Subscription", made.text("SubscriptionId"), "Name"),
        {"Name": made.text("SubscriptionNumber")},
        "the name",
    )
    require(made.text("SubscriptionNumber"), "the subscription has no number")


@fact(
    "zuora.subscribe.term-dates",
    "A termed subscription ends its term after InitialTerm periods.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def term_dates(client: Client) -> None:
    id_ = subscribed(client).text("SubscriptionId")
    row = client.row("Subscription", id_, "TermStartDate", "TermEndDate", "CurrentTerm")
    same(row, {"CurrentTerm": "12", "TermEndDate": "2027-01-01", "TermStartDate": START}, "the term")


@fact(
    "zuora.subscribe.leaves-plans",
    "Subscribing makes a rate plan, and charges with their prices, of each product rate plan it names.",
    source=SUBSCRIBE,
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def leaves_plans(client: Client) -> None:
    outcome = subscribed(client, TERMED, plan(client, "lamp-monthly"), plan(client, "lamp-extra"))
    plans = plans_of(client, outcome.text("SubscriptionId"), "ProductRatePlanId", "Name")
    ids = client.target.ids()
    same({each["ProductRatePlanId"] for each in plans}, {ids["lamp-monthly"], ids["lamp-extra"]}, "the rate plans")
    flat = one(each for each in plans if each["Name"] == "lamp-monthly")
    charge = one(charges_of(client, flat["Id"], "ProductRatePlanChargeId", "Price", "ChargeModel"))
    same(
        (charge["ProductRatePlanChargeId"], charge["Price"], charge["ChargeModel"]),
        (ids["flat"], "59", "Flat Fee Pricing"),
        "the charge",
    )


@fact(
    "zuora.subscribe.charge-numbers",
    "A new charge has a number, segment 1, and is its own original.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def charge_numbers(client: Client) -> None:
    rate_plan = one(plans_of(client, subscribed(client).text("SubscriptionId")))
    names = ("ChargeNumber", "OriginalId", "Segment", "IsLastSegment", "Version")
    charge = one(charges_of(client, rate_plan["Id"], *names))
    require(charge["ChargeNumber"], "the charge has no number")
    same((charge["OriginalId"], charge["Segment"], charge["IsLastSegment"]), (charge["Id"], "1", "true"), "the charge")


@fact(
    "zuora.subscribe.mrr-tcv",
    "A monthly charge tells its MRR, and its TCV over the term.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def mrr_tcv(client: Client) -> None:
    rate_plan = one(plans_of(client, subscribed(client).text("SubscriptionId")))
    charge = one(charges_of(client, rate_plan["Id"], "MRR", "TCV"))
    same((charge["MRR"], charge["TCV"]), ("59", "708"), "MRR and TCV")


@fact(
    "zuora.subscribe.new-account",
    "Subscribe makes the account and its contact too, when it is given no account's id.",
    source=SUBSCRIBE,
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def new_account(client: Client) -> None:
    account = (
        "<api:Account><obj:AutoPay>false</obj:AutoPay><obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1"
        "</obj:BillCycleDay><obj:Currency>USD</obj:Currency><obj:Name>Juniper</obj:Name>"
        "<obj:PaymentTerm>Due Upon Receipt</obj:PaymentTerm><obj:Status>Draft</obj:Status></api:Account>"
        "<api:BillToContact><obj:Country>Germany</obj:Country><obj:FirstName>Jana</obj:FirstName>"
        "<obj:LastName>Juniper</obj:LastName></api:BillToContact>"
    )
    body = request(client, EVERGREEN, plan(client, "lamp-monthly"), account=account)
    (outcome,) = client.act("subscribe", body).outcomes("subscribe")
    row = client.row("Account", outcome.text("AccountId"), "Name", "Status", "BillToId")
    same((row["Name"], row["Status"]), ("Juniper", "Active"), "the new account")
    same(client.row("Contact", row["BillToId"], "LastName"), {"LastName": "Juniper"}, "the new contact")


@fact(
    "zuora.subscribe.rows-alone",
    "Each request of a subscribe stands by itself, its failure told in its own result with HTTP 200.",
    source=SUBSCRIBE,
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def rows_alone(client: Client) -> None:
    good = request(client, TERMED, plan(client, "lamp-monthly"))
    bad = request(client, {**TERMED, "InitialTerm": 0}, plan(client, "lamp-monthly"))
    reply = client.act("subscribe", bad + good)
    same(reply.status, 200, "HTTP status")
    same([each.success for each in reply.outcomes("subscribe", 2)], [False, True], "the results")


@fact(
    "zuora.subscribe.fifty",
    "One subscribe takes 50 requests; 51 are MAX_RECORDS_EXCEEDED.",
    source=f"{SUBSCRIBE}; {sources.WSDL_83}",
    sure=Sure.INFERRED,
    scenario=CATALOG,
    needs=WRITING,
)
def fifty(client: Client) -> None:
    bad = request(client, {**TERMED, "InitialTerm": 0}, plan(client, "lamp-monthly"))
    same(len(client.act("subscribe", bad * 50).outcomes("subscribe", 50)), 50, "results for 50 requests")
    same(client.act("subscribe", bad * 51).fault().fault_code, "MAX_RECORDS_EXCEEDED", "the fault for 51")
