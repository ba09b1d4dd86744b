"""generate, execute, payments and refunds: what they leave on invoices and accounts."""

from __future__ import annotations

from contracts.facts.zuora.subscribing import charges_of
from contracts.judging import one, require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element, z_objects
from contracts.zuora.replies import local
from contracts.zuora.scenarios import BILLING, RENTED

fact = ZUORA.fact

WRITING = [Capability.WRITABLE]
GENERATE = sources.soap_docs("soap-api-calls/generate")
DAY = "2026-01-15"


def generated(client: Client) -> str:
    """The id of a draft invoice for the rental's first month, 59."""
    values = {"AccountId": client.target.id("hazel"), "InvoiceDate": DAY, "TargetDate": DAY}
    (outcome,) = client.act("generate", z_objects("Invoice", [values])).outcomes("generate")
    return outcome.done_id


def posted(client: Client) -> str:
    """The id of a posted invoice for the rental's first month."""
    invoice = generated(client)
    client.update("Invoice", {"Id": invoice, "Status": "Posted"})[0].done_id.strip()
    return invoice


def _payment(client: Client, invoice: str, kind: str, method: str) -> str:
    values = {
        "AccountId": client.target.id("hazel"),
        "Amount": 59,
        "AppliedInvoiceAmount": 59,
        "EffectiveDate": DAY,
        "InvoiceId": invoice,
        "PaymentMethodId": method,
        "Status": "Processed",
        "Type": kind,
    }
    return client.made("Payment", values)


def paid(client: Client, invoice: str) -> str:
    """The id of a payment by check for the rental's invoice."""
    method = client.made("PaymentMethod", {"AccountId": client.target.id("hazel"), "Type": "Check"})
    return _payment(client, invoice, "External", method)


def charged(client: Client, invoice: str) -> str:
    """The id of a payment by card for the rental's invoice."""
    card = {
        "AccountId": client.target.id("hazel"),
        "CreditCardExpirationMonth": 12,
        "CreditCardExpirationYear": 2040,
        "CreditCardHolderName": "Hugo Hazel",
        "CreditCardNumber": "4111111111111111",
        "CreditCardType": "Visa",
        "Type": "CreditCard",
    }
    return _payment(client, invoice, "Electronic", client.made("PaymentMethod", card))


@fact(
    "zuora.billing.generate",
    "An invoice that is generated is a draft with items for what the account owes by its target date.",
    source=GENERATE,
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def generate(client: Client) -> None:
    invoice = generated(client)
    row = client.row("Invoice", invoice, "AccountId", "Amount", "Balance", "Status")
    expected = {"AccountId": client.target.id("hazel"), "Amount": "59", "Balance": "59", "Status": "Draft"}
    same(row, expected, "the invoice")
    item = client.query(f"select ChargeAmount, ChargeName from InvoiceItem where InvoiceId = '{invoice}'").one
    same((item["ChargeAmount"], item["ChargeName"]), ("59", "flat"), "its item")


@fact(
    "zuora.billing.generate-result",
    "The answer to generate holds one SaveResult an invoice.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=RENTED,
    needs=WRITING,
)
def generate_result(client: Client) -> None:
    values = {"AccountId": client.target.id("hazel"), "InvoiceDate": DAY, "TargetDate": DAY}
    answer = client.act("generate", z_objects("Invoice", [values])).answer("generate")
    same([(local(each), [local(part) for part in each]) for each in answer], [("result", ["Id", "Success"])], "answer")


@fact(
    "zuora.billing.generate-invoices-only",
    "Only invoices can be generated.",
    source=GENERATE,
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def generate_invoices_only(client: Client) -> None:
    generated(client)
    reply = client.act("generate", z_objects("Account", [{"Name": "x"}]))
    same(reply.fault().fault_code, "INVALID_TYPE", "the fault")


@fact(
    "zuora.billing.generate-nothing",
    "Generating an invoice for an account that owes nothing fails for that row.",
    source=GENERATE,
    sure=Sure.INFERRED,
    scenario=RENTED,
    needs=WRITING,
)
def generate_nothing(client: Client) -> None:
    generated(client)
    values = {"AccountId": client.target.id("iris"), "InvoiceDate": DAY, "TargetDate": DAY}
    require(not client.act("generate", z_objects("Invoice", [values])).outcomes("generate")[0].success, "it goes well")


@fact(
    "zuora.billing.generate-fifty",
    "One generate takes 50 rows; 51 are MAX_RECORDS_EXCEEDED.",
    source=sources.CALLS,
    sure=Sure.INFERRED,
    scenario=RENTED,
    needs=WRITING,
)
def generate_fifty(client: Client) -> None:
    values = {"AccountId": client.target.id("iris"), "InvoiceDate": DAY, "TargetDate": DAY}
    same(len(client.act("generate", z_objects("Invoice", [values] * 50)).outcomes("generate", 50)), 50, "results")
    reply = client.act("generate", z_objects("Invoice", [values] * 51))
    same(reply.fault().fault_code, "MAX_RECORDS_EXCEEDED", "the fault for 51")


@fact(
    "zuora.billing.post",
    "An update of Status posts a draft: it tells who posted it when, and counts in its account's balance.",
    source=sources.object_page("Invoice"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def post(client: Client) -> None:
    account = client.target.id("hazel")
    row = client.row("Invoice", posted(client), "Status", "PostedBy", "PostedDate", "Balance")
    same((row["Status"], row["Balance"]), ("Posted", "59"), "the invoice")
    require(row.get("PostedBy") and row.get("PostedDate"), "PostedBy or PostedDate is empty")
    same(client.row("Account", account, "TotalInvoiceBalance"), {"TotalInvoiceBalance": "59"}, "the account")


@fact(
    "zuora.billing.payment",
    "A payment applied to an invoice lowers its balance and leaves an InvoicePayment.",
    source=sources.object_page("InvoicePayment"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def payment(client: Client) -> None:
    invoice = posted(client)
    made = paid(client, invoice)
    row = client.row("Invoice", invoice, "Balance", "PaymentAmount")
    same(row, {"Balance": "0", "PaymentAmount": "59"}, "the invoice")
    part = client.query(f"select InvoiceId, Amount from InvoicePayment where PaymentId = '{made}'").one
    same((part["InvoiceId"], part["Amount"]), (invoice, "59"), "the invoice payment")


@fact(
    "zuora.billing.refund",
    "A refund names its payment on create only; RefundInvoicePayment rows tell the rest.",
    source=sources.object_page("Refund"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def refund(client: Client) -> None:
    invoice = posted(client)
    made = paid(client, invoice)
    refund_id = client.made(
        "Refund",
        {
            "Amount": 9,
            "MethodType": "Check",
            "PaymentId": made,
            "RefundDate": DAY,
            "SourceType": "Payment",
            "Type": "External",
        },
    )
    zoql = f"select InvoiceId, RefundAmount from RefundInvoicePayment where RefundId = '{refund_id}'"
    part = client.query(zoql).one
    same((part["InvoiceId"], part["RefundAmount"]), (invoice, "9"), "the refund of the invoice payment")
    same(client.row("Payment", made, "RefundAmount"), {"RefundAmount": "9"}, "the payment")


@fact(
    "zuora.billing.refund-without-source",
    "A refund of a payment needs no SourceType.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=RENTED,
    needs=WRITING,
)
def refund_without_source(client: Client) -> None:
    made = charged(client, posted(client))
    values = {"Amount": 5, "Comment": "back", "PaymentId": made, "Type": "Electronic"}
    refund_id = client.made("Refund", values)
    same(client.row("Refund", refund_id, "Amount"), {"Amount": "5"}, "the refund")


@fact(
    "zuora.billing.bill-run",
    "A bill run is created from its two dates, and can be queried.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=RENTED,
    needs=WRITING,
)
def bill_run(client: Client) -> None:
    made = client.made("BillRun", {"InvoiceDate": DAY, "TargetDate": DAY})
    require(made in client.query("select Id from BillRun").ids, "the bill run is not found")


@fact(
    "zuora.billing.subscription-deleted",
    "A subscription can be deleted.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=RENTED,
    needs=WRITING,
)
def subscription_deleted(client: Client) -> None:
    made = client.target.id("rental")
    same(client.query(f"select Id from Subscription where Id = '{made}'").size, 1, "subscriptions with its id")
    require(client.delete("Subscription", made)[0].success, "the subscription is not deleted")
    same(client.query(f"select Id from Subscription where Id = '{made}'").size, 0, "subscriptions with its id")


@fact(
    "zuora.billing.execute-shape",
    "Execute answers with one ExecuteResult an id, in capitals like a SaveResult.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=BILLING,
    needs=WRITING,
)
def execute_shape(client: Client) -> None:
    body = element("type", "InvoiceSplit") + element("synchronous", value=False)
    (outcome,) = client.act("execute", body + element("ids", "f" * 32)).outcomes("execute")
    same((outcome.names, outcome.success), (("Errors", "Success"), False), "the result for an id that there is not")
    require(outcome.code, "the error has no code")


@fact(
    "zuora.billing.cancel",
    "An invoice that is cancelled owes nothing any more.",
    source=sources.object_page("Invoice"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def cancel(client: Client) -> None:
    invoice = generated(client)
    client.update("Invoice", {"Id": invoice, "Status": "Canceled"})[0].done_id.strip()
    row = client.row("Invoice", invoice, "Status", "Balance")
    same(row["Status"], "Canceled", "the invoice")
    same(client.row("Account", client.target.id("hazel"), "TotalInvoiceBalance")["TotalInvoiceBalance"], "0", "owed")


@fact(
    "zuora.billing.account-defaults",
    "A new account owes nothing.",
    source=sources.object_page("Account"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=WRITING,
)
def account_defaults(client: Client) -> None:
    values = {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "USD", "Name": "Kapok", "Status": "Draft"}
    row = client.row("Account", client.made("Account", values), "Balance", "CreditBalance", "TotalInvoiceBalance")
    same(row, {"Balance": "0", "CreditBalance": "0", "TotalInvoiceBalance": "0"}, "the balances")


@fact(
    "zuora.billing.updated-date-stays",
    "Billing a charge moves its ChargedThroughDate but not its UpdatedDate.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=RENTED,
    needs=[*WRITING, Capability.CLOCK],
)
def updated_date_stays(client: Client) -> None:
    rate_plan = client.target.id("rental-plan")
    names = ("ChargedThroughDate", "UpdatedDate")
    before = one(charges_of(client, rate_plan, *names))
    client.target.advance(60)
    values = {"AccountId": client.target.id("hazel"), "InvoiceDate": DAY, "TargetDate": DAY}
    (outcome,) = client.act("generate", z_objects("Invoice", [values])).outcomes("generate")
    require(
        client.update("Invoice", {"Id": outcome.done_id, "Status": "Posted"})[0].success, "the invoice is not posted"
    )
    after = one(charges_of(client, rate_plan, *names))
    same((before.get("ChargedThroughDate"), after.get("ChargedThroughDate")), (None, "2026-02-01"), "charged through")
    same(after["UpdatedDate"], before["UpdatedDate"], "UpdatedDate")
