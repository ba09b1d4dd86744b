"""Invoices: what each billing date asks for, line by line, from the versions in force on that day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mock_zuora.calendar import add_months
from mock_zuora.pricing import DISCOUNT_FIXED, DISCOUNT_PERCENTAGE, FLAT_FEE, ONE_TIME, PER_UNIT, RECURRING
from offline.scenarios.accounts import BuiltAccount
from offline.scenarios.ids import Numbers, ZuoraIds
from offline.scenarios.model import Row, Tables, add
from offline.scenarios.pricing import amount_for, money
from offline.scenarios.stamps import INVOICE_DATES, day_before, months_between, noon, stamped
from offline.scenarios.subscriptions import SubscriptionBuilder, Version, VersionCharge


@dataclass(frozen=True)
class Line:
    """One line to bill: a charge for a service period and an amount. A discount comes right behind its line."""

    version: Version
    charge: VersionCharge
    begins: date
    ends: date
    quantity: Decimal
    amount: Decimal
    is_discount: bool = False


@dataclass
class BuiltInvoice:
    """A posted invoice, with what its payments need; `row` is filled in as they are made."""

    id: str
    number: str
    made_on: date
    amount: Decimal
    row: Row
    lines: Sequence[Line] = field(default_factory=tuple)


class InvoiceBuilder:
    """Bills one account's subscriptions on each of `INVOICE_DATES`."""

    def __init__(self, account: BuiltAccount, *, ids: ZuoraIds, numbers: Numbers) -> None:
        self.tables: Tables = {}
        self.posted: list[BuiltInvoice] = []
        self._account = account
        self._ids, self._numbers = ids, numbers

    def bill(self, subscriptions: Sequence[SubscriptionBuilder], *, last_is_draft: bool) -> None:
        """Make the invoices. With `last_is_draft` the last date's is not posted, so that nothing is owed on it yet."""
        for day in INVOICE_DATES:
            lines = [line for each in subscriptions if each.billable for line in _lines(each, day)]
            if not lines:
                continue
            draft = last_is_draft and day == INVOICE_DATES[-1]
            invoice = self._invoice(day, lines, draft=draft)
            _mark_charged(subscriptions, lines)
            if not draft:
                self.posted.append(invoice)
                self._account.row["LastInvoiceDate"] = day

    def _invoice(self, day: date, lines: Sequence[Line], *, draft: bool) -> BuiltInvoice:
        invoice_id, number = self._ids.next("Invoice"), self._numbers.next("INV")
        amount = sum((line.amount for line in lines), Decimal(0))
        kinds = {line.charge.held.catalog.spec.kind for line in lines}
        due = add_months(day, 1) if self._account.row["PaymentTerm"] == "Net 30" else day
        row: Row = {
            "Id": invoice_id,
            "AccountId": self._account.id,
            "InvoiceNumber": number,
            "InvoiceDate": day,
            "TargetDate": day,
            "DueDate": due,
            "Status": "Draft" if draft else "Posted",
            "PostedDate": None if draft else noon(day),
            "Amount": amount,
            "AmountWithoutTax": amount,
            "TaxAmount": Decimal(0),
            "TaxExemptAmount": Decimal(0),
            "AdjustmentAmount": Decimal(0),
            "CreditBalanceAdjustmentAmount": Decimal(0),
            "PaymentAmount": Decimal(0),
            "RefundAmount": Decimal(0),
            "Balance": amount,
            "IncludesOneTime": ONE_TIME in kinds,
            "IncludesRecurring": RECURRING in kinds,
            "IncludesUsage": len(kinds - {ONE_TIME, RECURRING}) > 0,
            "Comments": "An invoice of the demonstration.",
        }
        row |= stamped(day)
        add(self.tables, "Invoice", [row])
        self._items(invoice_id, day, lines)
        return BuiltInvoice(invoice_id, number, day, amount, row, lines)

    def _items(self, invoice_id: str, day: date, lines: Sequence[Line]) -> None:
        charged: tuple[str, str] = ("", "")
        for line in lines:
            item_id = self._ids.next("InvoiceItem")
            held, plan, spec = line.charge.held, line.charge.plan, line.charge.held.catalog.spec
            row: Row = {
                "Id": item_id,
                "InvoiceId": invoice_id,
                "SubscriptionId": line.version.id,
                "SubscriptionNumber": line.version.row["Name"],
                "RatePlanChargeId": line.charge.id,
                "ChargeId": line.charge.id,
                "ChargeNumber": held.number,
                "ChargeName": spec.name,
                "ChargeType": spec.kind,
                "ChargeDescription": f"{spec.name}, {spec.model.lower()}",
                "ChargeAmount": line.amount,
                "ChargeDate": noon(day),
                "ProcessingType": Decimal(int(line.is_discount)),
                "ProductId": plan.product_id,
                "ProductName": plan.product_name,
                "ProductDescription": plan.name,
                "SKU": plan.sku,
                "Quantity": line.quantity,
                "UnitPrice": _unit_price(line, self._account.spec.currency),
                "UOM": spec.unit or None,
                "ServiceStartDate": line.begins,
                "ServiceEndDate": line.ends,
                "TaxAmount": Decimal(0),
                "TaxExemptAmount": Decimal(0),
            }
            if line.is_discount:
                row["AppliedToInvoiceItemId"], row["AppliedToChargeNumber"] = charged
            else:
                charged = (item_id, held.number)
            add(self.tables, "InvoiceItem", [row | stamped(day)])


def _lines(subscription: SubscriptionBuilder, day: date) -> Iterator[Line]:
    """What one subscription owes on a day, each discount right behind the line it is taken off."""
    versions = [version for version in subscription.versions if version.made_on <= day]
    if not versions:
        return
    version = versions[-1]
    currency = subscription.account.spec.currency
    due = [line for charge in version.charges if (line := _charge_line(version, charge, day, currency))]
    discounts = [charge for charge in version.charges if _is_discount(charge) and charge.start <= day]
    for line in due:
        yield line
        for discount in discounts:
            off = _discount_line(version, discount, line, currency)
            if off is not None:
                yield off


def _charge_line(version: Version, charge: VersionCharge, day: date, currency: str) -> Line | None:
    """The line of one charge on a billing day: in advance for recurring charges, in arrears for usage."""
    catalog = charge.held.catalog
    kind = catalog.spec.kind
    if _is_discount(charge):
        return None
    if kind == ONE_TIME:
        due, begins, ends = charge.start == day, day, day
    elif kind == RECURRING:
        first = charge.held.segments[0].start
        due = charge.start <= day and (charge.end is None or day < charge.end)
        due = due and months_between(first, day) % catalog.months == 0
        begins, ends = day, day_before(add_months(day, catalog.months))
    else:
        begins, ends = add_months(day, -1), day_before(day)
        due = charge.start <= begins and (charge.end is None or day <= charge.end)
    if not due:
        return None
    quantity = charge.quantity if kind in {ONE_TIME, RECURRING} else usage_of(charge, day)
    amount = amount_for(catalog.spec.model, catalog.tiers[currency], quantity, catalog.included)
    return Line(version, charge, begins, ends, quantity, money(amount, currency))


def _discount_line(version: Version, discount: VersionCharge, line: Line, currency: str) -> Line | None:
    """What a discount takes off a line, when it applies to charges of that type; an amount is taken off once."""
    spec = discount.held.catalog.spec
    if spec.kind != line.charge.held.catalog.spec.kind:
        return None
    if spec.kind == ONE_TIME and discount.start != line.begins:
        return None
    rate = discount.held.catalog.tiers[currency][0].price
    off = min(rate, line.amount) if spec.model == DISCOUNT_FIXED else money(line.amount * rate / 100, currency)
    return Line(version, discount, line.begins, line.ends, Decimal(1), -off, is_discount=True)


def _is_discount(charge: VersionCharge) -> bool:
    return charge.held.catalog.spec.model in {DISCOUNT_FIXED, DISCOUNT_PERCENTAGE}


def usage_of(charge: VersionCharge, day: date) -> Decimal:
    """Units used in the month before a day: some number between 60 and 259 that follows from the charge and the day."""
    return Decimal(60 + (int(charge.held.number[-4:]) * 37 + day.month * 53) % 200)


def _unit_price(line: Line, currency: str) -> Decimal:
    spec = line.charge.held.catalog.spec
    if spec.model in {FLAT_FEE, PER_UNIT}:
        return line.charge.held.catalog.tiers[currency][0].price
    return line.amount if not line.quantity else money(line.amount / line.quantity, currency)


def _mark_charged(subscriptions: Sequence[SubscriptionBuilder], lines: Sequence[Line]) -> None:
    """Tell the charges of the versions in force now how far they have been billed."""
    through = {(line.charge.held.number, line.charge.segment): line for line in lines}
    for subscription in subscriptions:
        for charge in subscription.versions[-1].charges:
            line = through.get((charge.held.number, charge.segment))
            if line is not None and charge.held.catalog.spec.kind != ONE_TIME:
                charged = add_months(line.begins, charge.held.catalog.months)
                charge.row["ChargedThroughDate"] = min(charged, charge.end) if charge.end else charged
                charge.row["ProcessedThroughDate"] = charge.row["ChargedThroughDate"]
