"""What is worked out from several fields or rows: one small function each, called as the table calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.offline.oracle.books import Books, Row

MONTHS = {"Month": 1, "Quarter": 3, "Semi-Annual": 6, "Annual": 12}


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _charges(books: Books, versions: set[str]) -> list[Row]:
    plans = {key for key, row in books.belonging["RatePlan"].items() if row["SubscriptionId"] in versions}
    return [row for row in books.segments.values() if row["RatePlanId"] in plans]


def _full_name(books: Books, row: Row, role: str) -> str:
    return f"{books.at('Account', row, f'{role}.FirstName')} {books.at('Account', row, f'{role}.LastName')}"


def _named(books: Books, name: str | None) -> str | None:
    return f"{books.entity}:{name}" if name else None


def _account_mrr(books: Books, row: Row) -> Decimal | None:
    living = books.belonging["Subscription"].values()
    active = {each["Id"] for each in living if each["AccountId"] == row["Id"] and each["Status"] == "Active"}
    return _sum(charge["MRR"] for charge in _charges(books, active) if charge["IsLastSegment"])


def _term(row: Row, which: str) -> str | None:
    number, unit = row[f"{which}Term"], row[f"{which}TermPeriodType"] or "Month"
    return None if number is None else f"{number} {unit}{'' if number == 1 else 's'}"


def _extended(row: Row) -> Decimal | None:
    months = MONTHS.get(row["BillingPeriod"])
    return None if row["MRR"] is None or months is None else row["MRR"] * months


def _digits(value: Decimal | None) -> str:
    return "0" if value is None else f"{value.normalize():f}"


def _price_table(books: Books, row: Row) -> str | None:
    lines = []
    tiers = [each for each in books.everything("RatePlanChargeTier").values() if each["RatePlanChargeId"] == row["Id"]]
    for tier in sorted(tiers, key=lambda each: each["Tier"]):
        upto = "and above" if tier["EndingUnit"] is None else f"- {_digits(tier['EndingUnit'])}"
        price = {"FlatFee": "Flat Fee", "PerUnit": "Per Unit"}[tier["PriceFormat"]]
        over = ", overage" if tier["IsOveragePrice"] else ""
        lines.append(f"{_digits(tier['StartingUnit'])} {upto}: {_digits(tier['Price'])} {price}{over}")
    return "\n".join(lines) or None


def _charge_in_force(books: Books, row: Row) -> str | None:
    kept = books.belonging["RatePlanCharge"]
    if row["RatePlanChargeId"] in kept:
        return str(row["RatePlanChargeId"])
    same = [each for each in kept.values() if each["ChargeNumber"] == row["ChargeNumber"]]
    return max(same, key=lambda each: each["Segment"])["Id"] if same else None


def _version_in_force(books: Books, row: Row) -> str | None:
    kept = books.belonging["Subscription"]
    if row["SubscriptionId"] in kept:
        return str(row["SubscriptionId"])
    return next((key for key, each in kept.items() if each["Name"] == row["SubscriptionNumber"]), None)


def _unit_if_charged(books: Books, row: Row) -> str | None:
    charged = {each["UOM"] for each in books.segments.values()}
    return _named(books, row["UOM"] if row["UOM"] in charged else None)


def _only(values: Iterable[Any]) -> Any:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _invoices(books: Books, row: Row) -> set[str]:
    return {each["InvoiceId"] for each in books.everything("InvoicePayment").values() if each["PaymentId"] == row["Id"]}


def _only_invoice_number(books: Books, row: Row) -> str | None:
    only = _only(_invoices(books, row))
    synced = books.belonging["Invoice"].get(only or "")
    return synced["InvoiceNumber"] if synced else None


def _refunded(books: Books, row: Row) -> str | None:
    parts = books.everything("RefundInvoicePayment").values()
    return _only(
        books.at("RefundInvoicePayment", part, "InvoicePayment.PaymentId")
        for part in parts
        if part["RefundId"] == row["Id"]
    )


def _method_name(row: Row) -> str | None:
    names = ("Name", "CreditCardMaskNumber", "AchAccountNumberMask", "BankTransferAccountNumberMask", "PaypalEmail")
    return next((row[name] for name in (*names, "Type") if row[name]), None)


def _list_price(books: Books, row: Row) -> Decimal | None:
    tiers = books.everything("ProductRatePlanChargeTier").values()
    dollars = [each for each in tiers if each["ProductRatePlanChargeId"] == row["Id"] and each["Currency"] == "USD"]
    return min(dollars, key=lambda each: each["Tier"])["Price"] if dollars else None


def _discount_number(row: Row) -> int | None:
    kinds = row["ApplyDiscountTo"]
    order = ("ONETIME", "RECURRING", "ONETIMERECURRING", "USAGE", "ONETIMEUSAGE", "RECURRINGUSAGE")
    return None if kinds is None else (*order, "ONETIMERECURRINGUSAGE").index(kinds) + 1


def _unit_id(books: Books, row: Row) -> str | None:
    units = books.everything("UnitOfMeasure")
    return next((key for key, unit in units.items() if unit["UomName"] == row["UOM"]), None)


WORKED: Mapping[str, Callable[[Books, Row], Any]] = {
    "entity": lambda books, _row: books.entity,
    "bill_to_name": lambda books, row: _full_name(books, row, "BillTo"),
    "sold_to_name": lambda books, row: _full_name(books, row, "SoldTo"),
    "account_mrr": _account_mrr,
    "gateway_key": lambda books, row: _named(books, row["PaymentGateway"]),
    "term_key": lambda books, row: _named(books, row["PaymentTerm"]),
    "method_name": lambda _books, row: _method_name(row),
    "is_default_method": lambda books, row: (
        books.at("PaymentMethod", row, "Account.DefaultPaymentMethodId") == row["Id"]
    ),
    "current_term": lambda _books, row: _term(row, "Current"),
    "initial_term": lambda _books, row: _term(row, "Initial"),
    "renewal_term": lambda _books, row: _term(row, "Renewal"),
    "invoice_owner": lambda _books, row: row["InvoiceOwnerId"] or row["AccountId"],
    "subscription_mrr": lambda books, row: _sum(
        charge["MRR"] for charge in _charges(books, {row["Id"]}) if charge["IsLastSegment"]
    ),
    "subscription_tcv": lambda books, row: _sum(charge["TCV"] for charge in _charges(books, {row["Id"]})),
    "next_charge": lambda books, row: min(
        (each["ChargedThroughDate"] for each in _charges(books, {row["Id"]}) if each["ChargedThroughDate"]),
        default=None,
    ),
    "number_when_kept_by_number": lambda books, row: row["ChargeNumber"] if books.by_number else None,
    "extended_amount": lambda _books, row: _extended(row),
    "price_table": _price_table,
    "unit_key": lambda books, row: _named(books, row["UOM"]),
    "unit_key_if_charged": _unit_if_charged,
    "charge_in_force": _charge_in_force,
    "version_in_force": _version_in_force,
    "applied": lambda books, row: _sum(
        each["Amount"] for each in books.everything("InvoicePayment").values() if each["PaymentId"] == row["Id"]
    ),
    "only_invoice_number": _only_invoice_number,
    "only_invoice": lambda books, row: _only(_invoices(books, row)),
    "refunded_payment": _refunded,
    "off_one_time": lambda _books, row: "ONETIME" in (row["ApplyDiscountTo"] or ""),
    "off_recurring": lambda _books, row: "RECURRING" in (row["ApplyDiscountTo"] or ""),
    "off_usage": lambda _books, row: "USAGE" in (row["ApplyDiscountTo"] or ""),
    "discount_number": lambda _books, row: _discount_number(row),
    "list_price": _list_price,
    "unit_id": _unit_id,
}
