"""The shape of faults, and the faults and messages that are known."""

from __future__ import annotations

import re

from contracts.facts.zuora.asking import PLAIN, answered, password_first, refused
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element
from contracts.zuora.scenarios import ACCOUNTS, BILLING, CATALOG, SUBSCRIPTIONS

fact = ZUORA.fact

UNKNOWN_OBJECT = "select Id from productt"
SYNTAX_ERROR = "You have an error in your ZOQL syntax"


@fact(
    "zuora.faults.shape",
    "A fault holds faultcode, faultstring and a detail with one typed fault of FaultCode and FaultMessage.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def shape(client: Client) -> None:
    answered(client, PLAIN)
    written = (
        rb'<soapenv:Fault xmlns:fns="http://fault\.api\.zuora\.com/"><faultcode>fns:(\w+)</faultcode>'
        rb"<faultstring>([^<]+)</faultstring><detail><fns:(\w+)Fault><fns:FaultCode>\1</fns:FaultCode>"
        rb"<fns:FaultMessage>\2</fns:FaultMessage></fns:\3Fault></detail></soapenv:Fault>"
    )
    reply = client.query_reply(UNKNOWN_OBJECT)
    require(re.search(written, reply.bytes), f"the fault is written as {reply.bytes!r}")


@fact(
    "zuora.faults.http-500",
    "A fault comes with HTTP 500, a syntax error's too.",
    source=f"{sources.CASSETTES}; {sources.NODE_CLIENT}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def http_500(client: Client) -> None:
    answered(client, PLAIN)
    for zoql in (UNKNOWN_OBJECT, "select * from accounts"):
        reply = client.query_reply(zoql)
        require(reply.fault().fault_code, "the fault has no code")
        same(reply.status, 500, "HTTP status")


@fact(
    "zuora.faults.code-twice",
    "The faultcode is `fns:` and the FaultCode; the faultstring is the FaultMessage.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def code_twice(client: Client) -> None:
    answered(client, PLAIN)
    for zoql in (UNKNOWN_OBJECT, "select NoSuch from Account"):
        fault = client.query_reply(zoql).fault()
        same((fault.code, fault.text), (f"fns:{fault.fault_code}", fault.fault_message), "faultcode and faultstring")
        require(fault.fault_code.startswith("INVALID_"), f"FaultCode {fault.fault_code}")


@fact(
    "zuora.faults.soap-12-shape",
    "In SOAP 1.2 a fault has its code in Value, its message in Text, and the same typed detail.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def soap_12_shape(client: Client) -> None:
    client = client.another(soap12=True)
    answered(client, PLAIN)
    fault = client.query_reply(UNKNOWN_OBJECT).fault()
    same((fault.kind, fault.fault_code), ("MalformedQueryFault", "INVALID_TYPE"), "type and code in the detail")
    same(fault.text, fault.fault_message, "Text")
    require(fault.code, "Value is empty")


@fact(
    "zuora.faults.unhandled-soap-12",
    "What the service cannot read at all is a fault of code `soapenv:Receiver` in SOAP 1.2.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def unhandled_soap_12(client: Client) -> None:
    client = client.another(soap12=True)
    answered(client, PLAIN)
    same(password_first(client).fault().code, "soapenv:Receiver", "Value")


@fact(
    "zuora.faults.unreadable-value",
    "A value that is not of its type is a server fault or row error that begins `Invalid value`.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def unreadable_value(client: Client) -> None:
    id_ = client.target.id("alder")
    same(client.update("Account", {"Id": id_, "BillCycleDay": 3})[0].done_id, id_, "the id of the update")
    reply = client.call(
        f'<api:update><api:zObjects xsi:type="obj:Account">{element("Id", id_, "obj")}'
        f"{element('BillCycleDay', 'soon', 'obj')}</api:zObjects></api:update>"
    )
    words = reply.fault().text if b"Fault>" in reply.bytes else reply.outcomes("update")[0].message
    require(words.startswith("Invalid value"), f"the refusal says {words!r}")


@fact(
    "zuora.faults.row-error-http-200",
    "A row that fails is told inside a reply with HTTP 200.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def row_error_http_200(client: Client) -> None:
    reply = client.create_reply("Contact", {"FirstName": "No", "LastName": "Account"})
    same(reply.status, 200, "HTTP status")
    same(reply.outcomes("create")[0].code, "MISSING_REQUIRED_VALUE", "the row's code")


@fact(
    "zuora.faults.syntax",
    "What is no ZOQL is MALFORMED_QUERY in a MalformedQueryFault: `You have an error in your ZOQL syntax`.",
    source=sources.NODE_CLIENT,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def syntax(client: Client) -> None:
    refused(client, "select * from accountsX", "MALFORMED_QUERY", SYNTAX_ERROR)
    refused(client, "hello", "MALFORMED_QUERY", SYNTAX_ERROR)


@fact(
    "zuora.faults.unknown-object",
    "An unknown object is INVALID_TYPE inside a MalformedQueryFault, the name echoed as typed.",
    source=sources.GO_CLIENT,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def unknown_object(client: Client) -> None:
    refused(client, UNKNOWN_OBJECT, "INVALID_TYPE", "invalid type specified: productt")
    refused(client, "select Id from ProDuctT", "INVALID_TYPE", "invalid type specified: ProDuctT")


@fact(
    "zuora.faults.unknown-field",
    "An unknown field is INVALID_FIELD; the message has the object as the WSDL spells it, the field in lower case.",
    source=sources.SCRIPTS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def unknown_field(client: Client) -> None:
    refused(client, "select AccountId1 from invoice", "INVALID_FIELD", "invalid field for query: Invoice.accountid1")
    refused(
        client, "select Id from Invoice where FooBar = 'x'", "INVALID_FIELD", "invalid field for query: Invoice.foobar"
    )


@fact(
    "zuora.faults.tier-amounts",
    "Two amounts of a product tier in one query are INVALID_VALUE, in the recorded words.",
    source=f"{sources.SCRIPTS}; {sources.object_page('ProductRatePlanChargeTier')}",
    sure=Sure.INFERRED,
    scenario=CATALOG,
)
def tier_amounts(client: Client) -> None:
    words = "You can only use Price or DiscountAmount or DiscountPercentage in one ProductRatePlanChargeTier query."
    for pair in ("Price, DiscountAmount", "DiscountAmount, DiscountPercentage", "Price, DiscountPercentage"):
        zoql = f"select {pair} from ProductRatePlanChargeTier"
        refused(client, zoql, "INVALID_VALUE", words, beside="select Price from ProductRatePlanChargeTier")


@fact(
    "zuora.faults.active-currencies",
    "ActiveCurrencies beside another field is INVALID_VALUE, in the recorded words.",
    source=f"{sources.SCRIPTS}; {sources.IRON_BANK}",
    sure=Sure.INFERRED,
    scenario=CATALOG,
)
def active_currencies(client: Client) -> None:
    refused(
        client,
        "select ActiveCurrencies, Name from ProductRatePlan",
        "INVALID_VALUE",
        "When querying for active currencies, you cannot query for other fields at the same time.",
        beside=f"select Id, ActiveCurrencies from ProductRatePlan where Id = '{client.target.id('lamp-monthly')}'",
    )


@fact(
    "zuora.faults.charge-amounts",
    "Two amounts of a charge in one query are INVALID_VALUE; the message lists the five that exclude one another.",
    source=sources.IRON_BANK,
    sure=Sure.INFERRED,
    scenario=SUBSCRIPTIONS,
)
def charge_amounts(client: Client) -> None:
    amounts = ("Price", "IncludedUnits", "DiscountAmount", "DiscountPercentage", "OveragePrice")
    words = "OveragePrice, Price, IncludedUnits, DiscountAmount or DiscountPercentage"
    for first, second in zip(amounts, amounts[1:] + amounts[:1], strict=True):
        zoql = f"select {first}, {second} from RatePlanCharge"
        refused(client, zoql, "INVALID_VALUE", beside="select Price from RatePlanCharge")
        require(words in client.query_reply(zoql).fault().text, f"the message for {zoql} does not list them")


@fact(
    "zuora.faults.rollover-balance",
    "RolloverBalance for more than one charge is INVALID_VALUE; the message begins as recorded.",
    source=sources.IRON_BANK,
    sure=Sure.INFERRED,
    scenario=SUBSCRIPTIONS,
)
def rollover_balance(client: Client) -> None:
    zoql = "select RolloverBalance from RatePlanCharge"
    refused(client, zoql, "INVALID_VALUE", beside=f"{zoql} where Id = '{client.target.id('c-flat')}'")
    text = client.query_reply(zoql).fault().text
    require(text.startswith("You can only query RolloverBalance in particular"), f"the message is {text!r}")


@fact(
    "zuora.faults.invoice-body",
    "The PDF of several invoices in one query is INVALID_VALUE: `Can only query one invoice body at a time`.",
    source=sources.IRON_BANK,
    sure=Sure.INFERRED,
    scenario=BILLING,
)
def invoice_body(client: Client) -> None:
    zoql = "select Body from Invoice where "
    posted, draft = (client.target.id(name) for name in ("posted", "draft"))
    refused(
        client,
        f"{zoql}Id = '{posted}' or Id = '{draft}'",
        "INVALID_VALUE",
        "Can only query one invoice body at a time",
        beside=f"{zoql}Id = '{posted}'",
    )


@fact(
    "zuora.faults.bill-run-id",
    "Invoice.BillRunId in the select clause is refused in the recorded words; as a filter it is taken.",
    source=f"{sources.IRON_BANK}; {sources.object_page('Invoice')}",
    sure=Sure.INFERRED,
    scenario=BILLING,
)
def bill_run_id(client: Client) -> None:
    words = "Cannot use the BillRunId field in the select clause"
    refused(
        client,
        "select BillRunId from Invoice",
        "INVALID_FIELD",
        words,
        beside="select Id from Invoice where BillRunId = null",
    )


@fact(
    "zuora.faults.all-or-nothing",
    "A fault means that nothing of the call was done.",
    source=sources.FAULTS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def all_or_nothing(client: Client) -> None:
    account = client.target.id("alder")

    def contacts(many: int) -> list[dict[str, object]]:
        return [{"AccountId": account, "FirstName": "Many", "LastName": str(n)} for n in range(many)]

    count = "select Id from Contact where FirstName = 'Many'"
    same([each.success for each in client.create("Contact", *contacts(2))], [True, True], "two contacts")
    require(client.create_reply("Contact", *contacts(51)).fault().fault_code, "51 contacts are no fault")
    same(client.query(count).size, 2, "contacts after the fault")


@fact(
    "zuora.faults.invalid-version",
    "A WSDL version that is not out yet is INVALID_VERSION.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def invalid_version(client: Client) -> None:
    answered(client, PLAIN)
    same(client.query_reply(PLAIN, version="999.0").fault().fault_code, "INVALID_VERSION", "FaultCode")


@fact(
    "zuora.faults.invalid-type-on-create",
    "Creating an object that there is not is an InvalidTypeFault with INVALID_TYPE.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def invalid_type_on_create(client: Client) -> None:
    client.made("Contact", {"AccountId": client.target.id("alder"), "FirstName": "A", "LastName": "B"})
    same(client.create_reply("Bogus", {"Name": "x"}).fault().short, ("InvalidTypeFault", "INVALID_TYPE"), "the fault")
    same(client.delete_reply("Bogus", "1").fault().short, ("InvalidTypeFault", "INVALID_TYPE"), "the fault of delete")
