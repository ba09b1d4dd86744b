"""Whether a tenant's records agree with one another: references, numbers, amounts, versions. Nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from mock_zuora.billing.balances import (
    ZERO,
    account_figures,
    counts,
    differing,
    invoice_figures,
    item_figures,
    total,
)
from mock_zuora.books import Row
from mock_zuora.objects import Catalogue
from mock_zuora.tenants import Tenant

Tables = Mapping[str, Sequence[Row]]
"""Records by object name."""


def problems(tenant: Tenant) -> list[str]:
    """What is wrong in any entity of the tenant, a sentence each; empty when all is well."""
    found: list[str] = []
    for entity in tenant.spec.entities:
        tables = {each.name: tenant.rows(entity.id, each.name) for each in tenant.catalogue}
        found += [f"{entity.name}: {problem}" for problem in problems_in(tables, tenant.catalogue)]
    return found


def problems_in(tables: Tables, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong among the records of one entity."""
    yield from _dangling(tables, catalogue)
    yield from _shared_numbers(tables, catalogue)
    yield from _wrong_amounts(_Ledger(tables))
    yield from _broken_chains(tables.get("Subscription", ()))
    yield from _broken_segments(tables.get("RatePlanCharge", ()))


def _dangling(tables: Tables, catalogue: Catalogue) -> Iterator[str]:
    ids = {name: {row["Id"] for row in rows} for name, rows in tables.items()}
    for target in catalogue:
        for field in target.columns:
            if not field.refers or field.refers not in ids:
                continue
            for row in tables.get(target.name, ()):
                if row[field.name] is not None and row[field.name] not in ids[field.refers]:
                    yield f"{target.name} {row['Id']}: {field.name} {row[field.name]} is no {field.refers}"


def _shared_numbers(tables: Tables, catalogue: Catalogue) -> Iterator[str]:
    for target in catalogue:
        if target.numbers is None:
            continue
        users: dict[Any, dict[str, None]] = defaultdict(dict)
        for row in tables.get(target.name, ()):
            # the versions and segments of one thing share its number
            users[row[target.numbers.field]][row.get("OriginalId") or row["Id"]] = None
        for number, ids in users.items():
            if number is not None and len(ids) > 1:
                yield f"{target.name} {', '.join(ids)}: have one {target.numbers.field}, {number}"


class _Ledger:
    """Everything that amounts follow from, grouped by what it belongs to."""

    def __init__(self, tables: Tables) -> None:
        self.accounts = tables.get("Account", ())
        self.invoices = tables.get("Invoice", ())
        self.items = tables.get("InvoiceItem", ())
        self.payments = tables.get("Payment", ())
        self.parts = tables.get("InvoicePayment", ())
        processed = {row["Id"] for row in (*self.payments, *tables.get("Refund", ())) if counts(row)}
        back = [row for row in tables.get("RefundInvoicePayment", ()) if row["RefundId"] in processed]
        credit = tables.get("CreditBalanceAdjustment", ())
        self.invoices_of = _by(self.invoices, "AccountId")
        self.items_of = _by(self.items, "InvoiceId")
        self.taxes_of = _by(tables.get("TaxationItem", ()), "InvoiceItemId")
        self.paid_on = _by([row for row in self.parts if row["PaymentId"] in processed], "InvoiceId")
        self.parts_of = _by(self.parts, "PaymentId")
        self.refunded_on = _by(back, "InvoiceId")
        self.refunds_of = _by(back, "InvoicePaymentId")
        self.adjustments_of = _by(tables.get("InvoiceItemAdjustment", ()), "InvoiceId")
        self.credit_of = _by(credit, "AccountId")
        self.credit_from = _by(credit, "SourceTransactionId")


def _wrong_amounts(ledger: _Ledger) -> Iterator[str]:
    for item in ledger.items:
        yield from _wrong("InvoiceItem", item, item_figures(ledger.taxes_of[item["Id"]]))
    for invoice in ledger.invoices:
        key = invoice["Id"]
        figures = invoice_figures(
            invoice,
            items=ledger.items_of[key],
            payments=ledger.paid_on[key],
            refunds=ledger.refunded_on[key],
            adjustments=ledger.adjustments_of[key],
            credit_rows=ledger.credit_from[key],
        )
        yield from _wrong("Invoice", invoice, figures)
        if invoice["Amount"] and not ledger.items_of[key]:
            yield f"Invoice {key}: has an Amount of {invoice['Amount']} and no items"
    for part in ledger.parts:
        yield from _wrong(
            "InvoicePayment", part, {"RefundAmount": total(ledger.refunds_of[part["Id"]], "RefundAmount")}
        )
        if (part["RefundAmount"] or ZERO) > (part["Amount"] or ZERO):
            yield f"InvoicePayment {part['Id']}: more is refunded than was paid"
    for payment in ledger.payments:
        parts = ledger.parts_of[payment["Id"]]
        applied = total(parts, "Amount")
        figures = {"RefundAmount": total(parts, "RefundAmount"), "AppliedInvoiceAmount": applied}
        yield from _wrong("Payment", payment, figures)
        if counts(payment) and applied + (payment["AppliedCreditBalanceAmount"] or ZERO) != payment["Amount"]:
            yield f"Payment {payment['Id']}: its Amount {payment['Amount']} is not what is applied and credited"
    for account in ledger.accounts:
        key = account["Id"]
        yield from _wrong("Account", account, account_figures(ledger.invoices_of[key], ledger.credit_of[key]))
        if (account["CreditBalance"] or ZERO) < 0:
            yield f"Account {key}: its CreditBalance is {account['CreditBalance']}"


def _wrong(kind: str, row: Row, figures: Mapping[str, object]) -> Iterator[str]:
    for name, value in differing(row, figures).items():
        yield f"{kind} {row['Id']}: {name} is {_plain(row[name])}, its rows make it {_plain(value)}"


def _plain(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _broken_chains(subscriptions: Sequence[Row]) -> Iterator[str]:
    """Versions count from 1 without a gap, each points at the one before, and only the last is in force."""
    for original, versions in _by(subscriptions, "OriginalId").items():
        ordered = sorted(versions, key=lambda row: row["Version"] or 0)
        if [row["Version"] for row in ordered] != list(range(1, len(ordered) + 1)):
            yield f"Subscription {original}: its versions are {[row['Version'] for row in ordered]}"
        if ordered[0]["Id"] != original:
            yield f"Subscription {ordered[0]['Id']}: is a first version, but its OriginalId is {original}"
        before: Row = {}
        for row in ordered:
            if row["PreviousSubscriptionId"] != before.get("Id"):
                yield f"Subscription {row['Id']}: PreviousSubscriptionId is {row['PreviousSubscriptionId']}"
            if before and before["Status"] != "Expired":
                yield f"Subscription {before['Id']}: is {before['Status']}, though a later version is there"
            before = row
        if len({row["Name"] for row in ordered}) > 1:
            yield f"Subscription {original}: its versions have different names"
    owners: dict[Any, set[Any]] = defaultdict(set)
    for row in subscriptions:
        owners[row["Name"]].add(row["OriginalId"])
    for name, originals in owners.items():
        if name is not None and len(originals) > 1:
            yield f"Subscription {name}: is the name of {len(originals)} subscriptions"


def _broken_segments(charges: Sequence[Row]) -> Iterator[str]:
    """In one rate plan the segments of a charge have different numbers, follow one another, and one is the last."""
    groups: dict[tuple[Any, Any], list[Row]] = defaultdict(list)
    for row in charges:
        groups[row["RatePlanId"], row["ChargeNumber"] or row["OriginalId"]].append(row)
    for (plan, number), rows in groups.items():
        ordered = sorted(rows, key=lambda row: row["Segment"] or 0)
        if len({row["Segment"] for row in ordered}) < len(ordered):
            yield f"RatePlan {plan}: two segments of the charge {number} have one number"
        last = [row["Id"] for row in ordered if row["IsLastSegment"]]
        if last != [ordered[-1]["Id"]]:
            yield f"RatePlan {plan}: the charge {number} has {len(last)} last segments, or another than its highest"
        for first, second in pairwise(ordered):
            end, start = first["EffectiveEndDate"], second["EffectiveStartDate"]
            if start is not None and (end is None or end > start):
                yield f"RatePlanCharge {first['Id']}: ends {end}, after its next segment begins on {start}"


def _by(rows: Sequence[Row], field: str) -> defaultdict[Any, list[Row]]:
    """Rows by what a field says; where it says nothing they belong to nothing."""
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row[field] is not None:
            groups[row[field]].append(row)
    return groups
