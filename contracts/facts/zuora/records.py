"""Pages and records: what is in a result, in what order, and how values are written."""

from __future__ import annotations

import re
from datetime import datetime

from contracts.facts.zuora.asking import PLAIN, finds
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import OLD_DATES, Client
from contracts.zuora.replies import local, only
from contracts.zuora.scenarios import ACCOUNTS, BILLING, CATALOG, CUSTOM_FIELDS, SUBSCRIPTIONS

fact = ZUORA.fact

ALDER = "from Account where AccountNumber = 'CT-0001'"
BIRCH = "from Account where AccountNumber = 'CT-0002'"


@fact(
    "zuora.records.result-order",
    "A query's result holds done, queryLocator, records and size, in this order.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
)
def result_order(client: Client) -> None:
    page = client.query(f"select Name {ALDER}")
    same(page.one["Id"], client.target.id("alder"), "the record's Id")
    same(page.children, ("done", "queryLocator", "records", "size"), "what the result holds")


@fact(
    "zuora.records.size-is-total",
    "`size` is the number of rows of the whole query, on every page.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def size_is_total(client: Client) -> None:
    page = client.query(PLAIN, batch_size=2)
    size, rows = page.size, len(page.records)
    require(size >= 5, f"size {size} with at least five accounts")
    while not page.done:
        page = client.more(page.locator, batch_size=2)
        rows += len(page.records)
        same(page.size, size, "size on a later page")
    same(rows, size, "rows of all pages")


@fact(
    "zuora.records.empty-result",
    "A result without rows is done, has a nil locator, one nil record, and size 0.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def empty_result(client: Client) -> None:
    require(client.query(f"select Id {ALDER}").records, "the account is not found")
    reply = client.query_reply("select Id from Account where AccountNumber = 'CT-none'")
    written = (
        b'<ns1:done>true</ns1:done><ns1:queryLocator xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xsi:nil="1" /><ns1:records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="1" />'
        b"<ns1:size>0</ns1:size>"
    )
    require(written in reply.bytes, f"the empty result is written as {reply.bytes!r}")


@fact(
    "zuora.records.nil-is-one",
    'Nil is written `xsi:nil="1"`, not `true`.',
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def nil_is_one(client: Client) -> None:
    reply = client.query_reply(f"select Id {ALDER}")
    require(reply.page().done and reply.page().records, "the one row is not a finished page")
    same(set(re.findall(rb'xsi:nil="(\w+)"', reply.bytes)), {b"1"}, "how nil is written")


@fact(
    "zuora.records.last-page-locator",
    "The last page is done and its locator is nil.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def last_page_locator(client: Client) -> None:
    first = client.query(PLAIN, batch_size=2)
    require(not first.done and first.locator, "the first of several pages is done, or has no locator")
    whole = client.query(PLAIN)
    require(whole.done and whole.locator is None and whole.records, "the only page is not done, or has a locator")


@fact(
    "zuora.records.id-always",
    "A record carries its Id also when the query does not select it.",
    source=sources.soap_docs("soap-api-object-reference/processedusage"),
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def id_always(client: Client) -> None:
    record = client.query(f"select Name {ALDER}").one
    same(record.names, ["Id", "Name"], "the record's fields")
    same(record["Id"], client.target.id("alder"), "the record's Id")


@fact(
    "zuora.records.id-first",
    "Id is the first field of a record, wherever the query names it.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def id_first(client: Client) -> None:
    record = client.query(f"select AccountNumber, Name, Id {ALDER}").one
    same(record.names, ["Id", "AccountNumber", "Name"], "the record's fields")


@fact(
    "zuora.records.wsdl-order",
    "A record's fields come in the order of the WSDL, whatever the order of the query.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def wsdl_order(client: Client) -> None:
    record = client.query(f"select Status, Name, Currency, Batch, AccountNumber {ALDER}").one
    same(record.names, ["Id", "AccountNumber", "Batch", "Currency", "Name", "Status"], "the record's fields")


@fact(
    "zuora.records.case-blind-order",
    "The WSDL's order does not look at capitals: UOM comes before UpdatedById.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=CATALOG,
)
def case_blind_order(client: Client) -> None:
    record = client.query(
        f"select UpdatedById, UOM, Name from ProductRatePlanCharge where Id = '{client.target.id('seats')}'"
    ).one
    same(record.names, ["Id", "Name", "UOM", "UpdatedById"], "the record's fields")


@fact(
    "zuora.records.custom-in-order",
    "Custom fields stand among the standard ones in alphabetical order.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=CUSTOM_FIELDS,
)
def custom_in_order(client: Client) -> None:
    zoql = "select Status, Since__c, Region__c, PaymentTerm, Name from Account where AccountNumber = 'CT-0101'"
    expected = ["Id", "Name", "PaymentTerm", "Region__c", "Since__c", "Status"]
    same(client.query(zoql).one.names, expected, "the record's fields")


@fact(
    "zuora.records.nulls-left-out",
    "A field that is null is left out of its record.",
    source=f"{sources.FIXTURES}; {sources.developer('v1-api-reference: action query')}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def nulls_left_out(client: Client) -> None:
    same(client.query(f"select CrmId, Name {ALDER}").one.names, ["Id", "CrmId", "Name"], "fields with a CRM id")
    same(client.query(f"select CrmId, Name {BIRCH}").one.names, ["Id", "Name"], "fields without a CRM id")


@fact(
    "zuora.records.canonical-names",
    "Objects and fields are written in the WSDL's capitals, however the query spelled them.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def canonical_names(client: Client) -> None:
    record = client.query("select NAME, accountnumber from ACCOUNT where accountNUMBER = 'CT-0001'").one
    same((record.type, record.names), ("Account", ["Id", "AccountNumber", "Name"]), "type and fields")


@fact(
    "zuora.records.type-attribute",
    "A record names its type in `xsi:type` with the prefix of the object namespace.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def type_attribute(client: Client) -> None:
    reply = client.query_reply(f"select Id {ALDER}")
    same(re.findall(rb'xsi:type="([^"]+)"', reply.bytes), [b"ns2:Account"], "xsi:type")


@fact(
    "zuora.records.date-new",
    "From WSDL 69 on a date is written YYYY-MM-DD.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def date_new(client: Client) -> None:
    for version in ("69.0", "83.0"):
        same(
            client.query(f"select LastInvoiceDate {ALDER}", version=version).one["LastInvoiceDate"],
            "2024-02-29",
            "date",
        )


@fact(
    "zuora.records.date-old",
    "Up to WSDL 68 a date is written as midnight, without offset.",
    source=f"{sources.DATES}; {sources.FIXTURES}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def date_old(client: Client) -> None:
    record = client.query(f"select LastInvoiceDate {ALDER}", version=OLD_DATES).one
    same(record["LastInvoiceDate"], "2024-02-29T00:00:00", "date")


@fact(
    "zuora.records.date-time",
    "A date time is written with milliseconds and the offset of the tenant's zone at that moment.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def date_time(client: Client) -> None:
    for name in ("alder", "cedar"):
        text = client.row("Account", client.target.id(name), "CreatedDate")["CreatedDate"]
        require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", text), f"CreatedDate {text}")
        moment = datetime.fromisoformat(text)
        same(moment.utcoffset(), moment.astimezone(client.target.time_zone).utcoffset(), "the offset")


@fact(
    "zuora.records.decimals-trimmed",
    "A decimal in a record has no zeros at its end: 0, 50, 19.99.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def decimals_trimmed(client: Client) -> None:
    found = [
        client.row("Account", client.target.id(name), "Balance")["Balance"]
        for name in ("alder", "birch", "cedar", "dogwood", "elm")
    ]
    same(found, ["0", "50", "19.99", "1234.5", "-3.25"], "balances")


@fact(
    "zuora.records.booleans",
    "A boolean is written `true` or `false`.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def booleans(client: Client) -> None:
    found = [client.row("Account", client.target.id(name), "AutoPay")["AutoPay"] for name in ("alder", "birch")]
    same(found, ["true", "false"], "AutoPay")


@fact(
    "zuora.records.text-escaped",
    "Text comes back as it was stored, its markup escaped.",
    source=sources.FIXTURES,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def text_escaped(client: Client) -> None:
    reply = client.query_reply(f"select Notes from Account where Id = '{client.target.id('dogwood')}'")
    same(reply.page().one["Notes"], "<b> & more", "Notes")
    require(b"&lt;b" in reply.bytes, "the markup is not escaped")


@fact(
    "zuora.records.id-form",
    "An id is 32 hex digits in lower case.",
    source=sources.FIELD_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def id_form(client: Client) -> None:
    page = client.query(PLAIN)
    require(page.ids and all(re.fullmatch("[0-9a-f]{32}", each) for each in page.ids), f"ids {page.ids}")


@fact(
    "zuora.records.segment-a-row",
    "Each segment of a charge is a row of its own, with Segment, IsLastSegment and its own dates.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def segment_a_row(client: Client) -> None:
    zoql = "select Segment, IsLastSegment, EffectiveStartDate, EffectiveEndDate from RatePlanCharge where "
    rows = client.query(f"{zoql}ChargeNumber = 'C-CT-2' and RatePlanId = '{client.target.id('plain')}'").records
    found = sorted((r["Segment"], r["IsLastSegment"], r["EffectiveStartDate"], r["EffectiveEndDate"]) for r in rows)
    expected = [("1", "false", "2024-01-01", "2024-04-01"), ("2", "true", "2024-04-01", "2025-01-01")]
    same(found, expected, "the segments")


@fact(
    "zuora.records.versions-are-rows",
    "Each version of a subscription is a row with an id of its own, under one name.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def versions_are_rows(client: Client) -> None:
    finds(client, "Name = 'S-CT-1'", ["first", "second"], of="Subscription")
    row = client.row("Subscription", client.target.id("second"), "OriginalId", "PreviousSubscriptionId", "Version")
    first = client.target.id("first")
    same(row, {"OriginalId": first, "PreviousSubscriptionId": first, "Version": "2"}, "the second version")


@fact(
    "zuora.records.refund-link",
    "RefundInvoicePayment leads from a refund to the payment's invoice.",
    source=sources.object_page("RefundInvoicePayment"),
    sure=Sure.DOCUMENTED,
    scenario=BILLING,
)
def refund_link(client: Client) -> None:
    target = client.target
    zoql = "select InvoiceId, InvoicePaymentId from RefundInvoicePayment where RefundId = "
    record = client.query(f"{zoql}'{target.id('given-back')}'").one
    same(record.fields[1:], (("InvoiceId", target.id("posted")), ("InvoicePaymentId", target.id("applied"))), "links")


def _everywhere(object_name: str, of: str) -> None:
    def check(client: Client) -> None:
        names = ["CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"]
        row = client.row(object_name, client.target.id(of), *names)
        same(sorted(row), names, "the system fields")
        where = f"UpdatedDate >= '{row['UpdatedDate']}' and CreatedById = '{row['CreatedById']}'"
        require(of in client.names(f"select Id from {object_name} where {where}"), f"{of} is not found by {where}")

    fact(
        f"zuora.records.system-fields-{object_name.lower()}",
        f"{object_name} tells who made and changed a row and when, and can be filtered by that.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


for _object, _row in (
    ("Account", "hazel"),
    ("Contact", "hugo"),
    ("Subscription", "second"),
    ("RatePlan", "plain"),
    ("RatePlanCharge", "c-setup"),
    ("RatePlanChargeTier", "t-flat"),
    ("Amendment", "swap"),
    ("Invoice", "posted"),
    ("InvoiceItem", "item"),
    ("InvoicePayment", "applied"),
    ("Payment", "paid"),
    ("PaymentMethod", "card"),
    ("Refund", "given-back"),
    ("RefundInvoicePayment", "refunded"),
    ("Product", "lamp"),
    ("ProductRatePlan", "lamp-monthly"),
    ("ProductRatePlanCharge", "flat"),
    ("ProductRatePlanChargeTier", "flat-usd"),
):
    _everywhere(_object, _row)


@fact(
    "zuora.records.size-last",
    "`size` is the last child of a result and a whole number.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
)
def size_last(client: Client) -> None:
    reply = client.query_reply(f"select Id {ALDER}")
    result = only(reply.answer("query"), "result")
    same((local(result[-1]), result[-1].text), ("size", "1"), "the last child")
