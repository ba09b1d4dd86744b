"""Every documented field of the objects that are synced: may be selected, may be filtered by, and its type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from contracts.facts.zuora.description import Description
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import BILLING, EMPTY

NEWEST = "153.0"

ROWS = {
    "Account": "hazel",
    "Contact": "hugo",
    "Subscription": "second",
    "RatePlan": "plain",
    "RatePlanCharge": "c-flat",
    "RatePlanChargeTier": "t-flat",
    "Amendment": "swap",
    "Invoice": "posted",
    "InvoiceItem": "item",
    "InvoicePayment": "applied",
    "Payment": "paid",
    "PaymentMethod": "card",
    "Refund": "given-back",
    "RefundInvoicePayment": "refunded",
    "Product": "lamp",
    "ProductRatePlan": "lamp-monthly",
    "ProductRatePlanCharge": "flat",
    "ProductRatePlanChargeTier": "flat-usd",
}
"""A row of the scenario for each object."""

ALONE = {
    "RatePlanCharge": (
        "Price",
        "IncludedUnits",
        "DiscountAmount",
        "DiscountPercentage",
        "OveragePrice",
        "RolloverBalance",
    ),
    "ProductRatePlanChargeTier": ("Price", "DiscountAmount", "DiscountPercentage"),
    "ProductRatePlan": ("ActiveCurrencies",),
    "Invoice": ("BillRunId",),
}
"""Fields that cannot stand beside others; facts of their own are about those."""


NEVER_COMPARED = ("BankTransferAccountNumber", "CreditCardSecurityCode", "GatewayOptionData", "Notes")
"""Marked Filter, though two are secrets that are not kept, one is no single value, and the last is a textarea."""


@dataclass(frozen=True, slots=True)
class Documented:
    """A field as its page and a real WSDL have it: `allowed` of Q and F; `kind` "" when that WSDL has it not."""

    object: str
    name: str
    allowed: str
    kind: str


@cache
def documented() -> tuple[Documented, ...]:
    """Every documented field, objects together."""
    lines = files("contracts.zuora").joinpath("documented.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith(("#", "object\t"))]
    return tuple(Documented(row[0], row[1], row[2], "" if row[3] == "-" else row[3]) for row in rows)


def _together(object_name: str, fields: Iterable[Documented], letter: str) -> list[str]:
    alone = ALONE.get(object_name, ())
    return [
        each.name
        for each in fields
        if letter in each.allowed and each.name not in alone and not (letter == "F" and each.name in NEVER_COMPARED)
    ]


def _queryable(object_name: str, fields: tuple[Documented, ...]) -> None:
    names = _together(object_name, fields, "Q")

    def check(client: Client) -> None:
        id_ = client.target.id(ROWS[object_name])
        page = client.query(f"select {', '.join(names)} from {object_name} where Id = '{id_}'", version=NEWEST)
        same(page.ids, [id_], "the rows that are found")
        require(set(page.one.names) <= {"Id", *names}, f"the record has {page.one.names}")

    ZUORA.fact(
        f"zuora.fields.queryable-{object_name.lower()}",
        f"Every field that the page of {object_name} marks Query can be selected: {len(names)} of them together.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


def _filterable(object_name: str, fields: tuple[Documented, ...]) -> None:
    names = _together(object_name, fields, "F")

    def check(client: Client) -> None:
        id_ = client.target.id(ROWS[object_name])
        conditions = " and ".join(f"{name} = null" for name in names)
        page = client.query(f"select Id from {object_name} where Id = '{id_}' or {conditions}", version=NEWEST)
        same(page.ids, [id_], "the rows that are found")

    ZUORA.fact(
        f"zuora.fields.filterable-{object_name.lower()}",
        f"Every field that the page of {object_name} marks Filter can be filtered by: {len(names)} of them together.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=BILLING,
    )(check)


def _types(object_name: str, fields: tuple[Documented, ...]) -> None:
    expected = {each.name: each.kind for each in fields if each.kind and not each.kind.endswith("Data")}

    def check(client: Client) -> None:
        found = Description(client).fields(object_name)
        same({name: found.get(name) for name in expected}, expected, f"the fields of {object_name}")

    ZUORA.fact(
        f"zuora.fields.types-{object_name.lower()}",
        f"WSDL 83 gives {object_name} its {len(expected)} standard fields of one value, each with its type.",
        source=sources.WSDL_83,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )(check)


for _object, _group in groupby(documented(), key=lambda each: each.object):
    _fields = tuple(_group)
    _queryable(_object, _fields)
    _filterable(_object, _fields)
    _types(_object, _fields)


def _composite(object_name: str, field: str) -> None:
    def check(client: Client) -> None:
        same(Description(client).fields(object_name).get(field), field, f"the type of {object_name}.{field}")

    ZUORA.fact(
        f"zuora.fields.composite-{object_name.lower()}-{field.lower()}",
        f"{object_name}.{field} is of a type of its own, which carries rows.",
        source=sources.WSDL_83,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )(check)


for _object, _name in (
    ("Amendment", "RatePlanData"),
    ("Payment", "GatewayOptionData"),
    ("Payment", "InvoicePaymentData"),
    ("PaymentMethod", "GatewayOptionData"),
    ("ProductRatePlanCharge", "ProductRatePlanChargeTierData"),
    ("Refund", "GatewayOptionData"),
    ("Refund", "RefundInvoicePaymentData"),
):
    _composite(_object, _name)
