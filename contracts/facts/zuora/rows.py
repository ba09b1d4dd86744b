"""What a row must have, what it gets by itself, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from contracts.facts.zuora.writing import account, contact, failed
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, z_objects
from contracts.zuora.scenarios import ACCOUNTS, BILLING, CATALOG, SUBSCRIPTIONS

fact = ZUORA.fact

WRITING = [Capability.WRITABLE]
CREATE, UPDATE = sources.soap_docs("soap-api-calls/create"), sources.soap_docs("soap-api-calls/update")
DELETE = sources.soap_docs("soap-api-calls/delete")


def _missing(name: str, kind: str, values: dict[str, object], field: str) -> None:
    def check(client: Client) -> None:
        client.made("Contact", contact(client, of="hazel"))
        (outcome,) = client.create(kind, values)
        failed(outcome, "MISSING_REQUIRED_VALUE", f"Missing required value: {field}")

    fact(
        f"zuora.rows.missing-{name}",
        f"{kind} without {field} is MISSING_REQUIRED_VALUE: `Missing required value: {field}`.",
        source=sources.CASSETTES,
        sure=Sure.RECORDED,
        scenario=BILLING,
        needs=WRITING,
    )(check)


_missing("account-name", "Account", {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "USD"}, "Name")
_missing("contact-account", "Contact", {"FirstName": "No", "LastName": "Account"}, "AccountId")
_missing("refund-type", "Refund", {}, "Type")


@fact(
    "zuora.rows.missing-bill-run-dates",
    "BillRun without its dates is MISSING_REQUIRED_VALUE: `InvoiceDate and TargetDate are required fields`.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def missing_bill_run_dates(client: Client) -> None:
    client.made("BillRun", {"InvoiceDate": "2026-01-15", "TargetDate": "2026-01-15"})
    words = "InvoiceDate and TargetDate are required fields"
    failed(client.create("BillRun", {})[0], "MISSING_REQUIRED_VALUE", words)


@fact(
    "zuora.rows.account-number-invalid",
    "An account number that there is not is INVALID_VALUE, in the recorded words.",
    source=sources.FIXTURES,
    sure=Sure.RECORDED,
    scenario=CATALOG,
    needs=WRITING,
)
def account_number_invalid(client: Client) -> None:
    usage = {"Quantity": 1, "StartDateTime": "2026-01-10T00:00:00", "UOM": "Each"}
    client.made("Usage", {"AccountNumber": "CT-0301", **usage})
    words = "The account number example-test-10 is invalid."
    failed(client.create("Usage", {"AccountNumber": "example-test-10", **usage})[0], "INVALID_VALUE", words)


@fact(
    "zuora.rows.contacts-100",
    "An account has at most 100 contacts; one more is refused in the documented words.",
    source=sources.docs("account-object-limits"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def contacts_100(client: Client) -> None:
    for first in (0, 49):
        rows = [contact(client, f"N{number}") for number in range(first, first + (49 if not first else 50))]
        require(all(each.success for each in client.create("Contact", *rows)), "a contact below the limit fails")
    same(client.query(f"select Id from Contact where AccountId = '{client.target.id('alder')}'").size, 100, "contacts")
    (outcome,) = client.create("Contact", contact(client, "TooMany"))
    words = (
        "You cannot create more than 100 contacts for each customer account. If you need to create this contact, "
        "please delete some others first."
    )
    same((outcome.success, outcome.message), (False, words), "the outcome")


@fact(
    "zuora.rows.id-tells-time",
    "An id's seventeenth to twenty-eighth digit are the milliseconds of its making since 1970.",
    source=f"{sources.CASSETTES}, seven ids of known time",
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def id_tells_time(client: Client) -> None:
    made = client.made("Contact", contact(client))
    told = datetime.fromtimestamp(int(made[16:28], 16) / 1000, UTC)
    created_at = datetime.fromisoformat(client.row("Contact", made, "CreatedDate")["CreatedDate"])
    require(abs((told - created_at).total_seconds()) < 2, f"the id tells {told}, CreatedDate {created_at}")


@fact(
    "zuora.rows.ids-new",
    "No id is given twice, and each is of 32 hex digits in lower case.",
    source=sources.FIELD_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def ids_new(client: Client) -> None:
    made = [each.done_id for each in client.create("Contact", *(contact(client, f"N{n}") for n in range(50)))]
    same(len(set(made)), 50, "different ids")
    require(all(re.fullmatch("[0-9a-f]{32}", each) for each in made), f"ids {made[:3]}")


@fact(
    "zuora.rows.account-number-given",
    "An account without a number gets the next one.",
    source=sources.object_page("Account"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def account_number_given(client: Client) -> None:
    first, second = (client.made("Account", account(f"N{number}")) for number in range(2))
    one, two = (client.row("Account", each, "AccountNumber")["AccountNumber"] for each in (first, second))
    require(one < two and re.sub(r"\d", "", one) == re.sub(r"\d", "", two), f"numbers {one} and {two}")


@fact(
    "zuora.rows.duplicate-number",
    "An account number that is taken is DUPLICATE_VALUE.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def duplicate_number(client: Client) -> None:
    client.made("Account", account(AccountNumber="CT-9001"))
    failed(client.create("Account", account(AccountNumber="CT-9001"))[0], "DUPLICATE_VALUE")


@fact(
    "zuora.rows.unknown-parent",
    "A row that points at a record which there is not fails.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def unknown_parent(client: Client) -> None:
    client.made("Contact", contact(client))
    (outcome,) = client.create("Contact", {"AccountId": "f" * 32, "FirstName": "No", "LastName": "Account"})
    require(not outcome.success and outcome.code.startswith("INVALID_"), f"the outcome is {outcome.errors}")


@fact(
    "zuora.rows.unknown-id",
    "Updating or deleting a row that there is not fails for that row.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def unknown_id(client: Client) -> None:
    good, bad = client.update("Contact", {"Id": client.target.id("ben")}, {"Id": "f" * 32, "Country": "Chile"})
    same((good.success, bad.success), (True, False), "the outcomes")
    same(bad.code, client.delete("Contact", "f" * 32)[0].code, "the code of update, and of delete")


@fact(
    "zuora.rows.not-updatable",
    "A field that may be set on create only cannot be changed.",
    source=sources.object_page("Contact"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def not_updatable(client: Client) -> None:
    id_ = client.target.id("ben")
    client.update("Contact", {"Id": id_, "AccountId": client.target.id("alder"), "Country": "Chile"})
    row = client.row("Contact", id_, "AccountId")
    same(row["AccountId"], client.target.id("birch"), "the contact's account")
    same(client.update("Contact", {"Id": id_, "Country": "Chile"})[0].done_id, id_, "a change that is allowed")


@fact(
    "zuora.rows.card-masked",
    "The number of a card that is created is kept as a mask of its last four digits.",
    source=sources.object_page("PaymentMethod"),
    sure=Sure.DOCUMENTED,
    scenario=CATALOG,
    needs=WRITING,
)
def card_masked(client: Client) -> None:
    card = {
        "AccountId": client.target.id("hazel"),
        "CreditCardExpirationMonth": 12,
        "CreditCardExpirationYear": 2030,
        "CreditCardHolderName": "Hugo Hazel",
        "CreditCardNumber": "4111111111111111",
        "CreditCardType": "Visa",
        "Type": "CreditCard",
    }
    row = client.row("PaymentMethod", client.made("PaymentMethod", card), "CreditCardMaskNumber")
    require(re.fullmatch(r"\*+1111", row["CreditCardMaskNumber"]), f"the mask is {row}")


def _not_offered(operation: str, kind: str, values: dict[str, object]) -> None:
    def check(client: Client) -> None:
        client.made("Contact", contact(client, of="hazel"))
        if operation == "delete":
            reply = client.delete_reply(kind, "f" * 32)
        else:
            reply = client.act(operation, z_objects(kind, [values]))
        if b"Fault>" in reply.bytes:
            same(reply.fault().fault_code, "INVALID_TYPE", "the fault")
        else:
            require(not reply.outcomes(operation)[0].success, f"{operation} of a {kind} goes well")

    fact(
        f"zuora.rows.no-{operation}-{kind.lower()}",
        f"{kind} rows cannot be {operation}d.",
        source=sources.soap_docs("objects-and-their-supported-calls/create-query-update-delete"),
        sure=Sure.DOCUMENTED,
        scenario=SUBSCRIPTIONS,
        needs=WRITING,
    )(check)


_not_offered("create", "Subscription", {"Name": "S-1"})
_not_offered("create", "RatePlan", {"Name": "R-1"})
_not_offered("create", "RatePlanCharge", {"Name": "C-1"})
_not_offered("delete", "RatePlanCharge", {})
_not_offered("create", "InvoiceItem", {"ChargeName": "x"})
