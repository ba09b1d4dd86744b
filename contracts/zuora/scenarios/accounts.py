"""A handful of accounts with contacts: names that differ in case, awkward characters, nulls, dates and numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from contracts.zuora.scenarios.model import API, GLOBAL, Policy, Ref, Row, Scenario, User

DOGWOOD = 'Dogwood\'s "best" \\ grove'
"""A name with everything in it that ZOQL escapes, but for control characters."""


def account(name: str, number: str, *, entity: str = GLOBAL, **values: object) -> Row:
    """An account with what every account has."""
    usual: dict[str, object] = {
        "AccountNumber": number,
        "Name": name.capitalize(),
        "Currency": "USD",
        "Batch": "Batch1",
        "BillCycleDay": 1,
        "Balance": Decimal(0),
        "CreditBalance": Decimal(0),
        "TotalInvoiceBalance": Decimal(0),
        "AutoPay": True,
        "Status": "Active",
        "PaymentTerm": "Net 30",
    }
    return Row(name, "Account", {**usual, **values}, entity)


def contact(name: str, of: str, first: str, last: str, **values: object) -> Row:
    """A contact of an account."""
    return Row(name, "Contact", {"AccountId": Ref(of), "FirstName": first, "LastName": last, **values})


_ACCOUNTS = (
    account(
        "alder",
        "CT-0001",
        BillCycleDay=1,
        BillToId=Ref("anna"),
        SoldToId=Ref("anna"),
        DefaultPaymentMethodId=Ref("visa"),
        CrmId="001000000000001AAA",
        LastInvoiceDate=date(2024, 2, 29),
        CreatedDate=datetime(2024, 1, 10, 20, 0, tzinfo=UTC),
        Notes="First line\nsecond line",
        PurchaseOrderNumber="PO_1",
    ),
    account(
        "birch",
        "CT-0002",
        Name="birch",
        BillCycleDay=10,
        Balance=Decimal(50),
        AutoPay=False,
        Status="Draft",
        LastInvoiceDate=date(2024, 3, 1),
        CreatedDate=datetime(2024, 1, 11, 7, 30, tzinfo=UTC),
        PurchaseOrderNumber="POx1",
    ),
    account(
        "cedar",
        "CT-0003",
        BillCycleDay=20,
        Batch="Batch2",
        Balance=Decimal("19.99"),
        CreatedDate=datetime(2024, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC),
        CrmId="001000000000003AAA",
        PurchaseOrderNumber="tab\there",
    ),
    account(
        "dogwood",
        "CT-0004",
        Name=DOGWOOD,
        BillCycleDay=31,
        Batch="Batch2",
        Balance=Decimal("1234.5"),
        AutoPay=False,
        Status="Canceled",
        LastInvoiceDate=date(2024, 12, 31),
        CreatedDate=datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC),
        Notes="<b> & more",
    ),
    account(
        "elm",
        "CT-0005",
        Name="ELM",
        BillCycleDay=5,
        Batch="Batch3",
        Balance=Decimal("-3.25"),
        CreatedDate=datetime(2025, 1, 1, 8, 0, tzinfo=UTC),
    ),
)
_CONTACTS = (
    contact("anna", "alder", "Anna", "Alder", WorkEmail="anna@example.com"),
    contact("ben", "birch", "Ben", "Birch", Country="Germany"),
)

_CARD = Row(
    "visa",
    "PaymentMethod",
    {"AccountId": Ref("alder"), "Type": "CreditCard", "CreditCardMaskNumber": "*" * 12 + "1111"},
)

ACCOUNTS = Scenario("accounts", (*_ACCOUNTS, *_CONTACTS, _CARD))

CUSTOM_FIELDS = Scenario(
    "custom fields",
    (
        account("ash", "CT-0101", Region__c="EMEA", Since__c=date(2020, 5, 1)),
        account("beech", "CT-0102", Region__c="APAC"),
    ),
    custom_fields=(("Account", "Region__c", "string"), ("Account", "Since__c", "date")),
)

READERS = Scenario("a reader", ACCOUNTS.rows, users=(API, User("reader", may_write=False)))

EVENING = Scenario("eight hours a session", ACCOUNTS.rows, policy=Policy(session_min=480), needs=("POLICIES",))
LOCKING = Scenario("locks after three", policy=Policy(wrong_passwords=3, lockout_min=30), needs=("POLICIES",))
NOWHERE = Scenario("logins from elsewhere", policy=Policy(addresses=("192.0.2.0/24",)), needs=("POLICIES",))
PRODUCTION = Scenario("limits of production", ACCOUNTS.rows, kind="production")

_GIVEN = tuple(account(f"many-{number:04d}", f"MANY-{number:04d}") for number in range(1, 2102))
MANY = Scenario("many accounts", _GIVEN, needs=("BULK",))

FULL, HOME, STRAY = User("full", (GLOBAL, "europe")), User("home"), User("stray", ("europe",))

ENTITIES = Scenario(
    "two entities",
    (
        account("maple", "CT-0201", Name="Maple"),
        account("oak", "CT-0202", Name="Oak", entity="europe"),
    ),
    users=(replace(FULL, role="api"), HOME, STRAY),
    entities=(GLOBAL, "europe"),
    needs=("MULTI_ENTITY",),
)

_OTHERS = Scenario(
    "the other tenant",
    (account("yew", "CT-0001", Name="Yew"),),
    users=(User("neighbour"),),
    first_id=0x9000,
)
TWO_TENANTS = Scenario("two tenants", ACCOUNTS.rows, users=(API,), needs=("SECOND_TENANT",), second=_OTHERS)


@cache
def kind_of_tenant(kind: str) -> Scenario:
    """A multi-entity tenant with the limits of its kind."""
    return replace(ENTITIES, name=f"two entities, {kind}", kind=kind)
