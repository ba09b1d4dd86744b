"""Bills an account: drafts invoices from what its subscriptions' charges owe up to a day, posts and reverses them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from mock_zuora.billing.balances import settle, total
from mock_zuora.billing.charges import current_versions, held_charges
from mock_zuora.billing.line import Line
from mock_zuora.billing.rating import Rating
from mock_zuora.billing.reversing import standing_items
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.pricing import FLAT_FEE, ONE_TIME, PER_UNIT, RECURRING, USAGE
from mock_zuora.sessions import Session

ALL_CHARGES = frozenset({ONE_TIME, RECURRING, USAGE})
LAST_DAY = date(2999, 12, 31)

_NET_DAYS = re.compile(r"net\s*(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class Bill:
    """An invoice that could be made: its fields, and its items' fields; neither has ids or numbers yet."""

    invoice: Row
    items: list[Row] = field(default_factory=list)


def preview(
    session: Session,
    account_id: str,
    *,
    invoice_date: date,
    target_date: date,
    now: datetime,
    subscription_ids: Collection[str] | None = None,
    includes: Collection[str] = ALL_CHARGES,
) -> list[Bill]:
    """What `bill` would make, without making it: one bill, or more where subscriptions are invoiced separately."""
    books = Books(session, now)
    account = books.the("Account", account_id)
    return [
        _written(account, lines, invoice_date, target_date, includes)
        for lines in _due(books, account, invoice_date, target_date, subscription_ids, includes)
    ]


def bill(
    session: Session,
    account_id: str,
    *,
    invoice_date: date,
    target_date: date,
    now: datetime,
    subscription_ids: Collection[str] | None = None,
    includes: Collection[str] = ALL_CHARGES,
    marks: Mapping[str, object] | None = None,
) -> str | None:
    """Draft the invoices for everything due by `target_date`, of these subscriptions or of all the account's.

    `marks` are further fields of the invoices. Returns the first one's id, or None when nothing is due. Call it inside
    the row's savepoint. Raises `RowError` for an account that is not there, and for a day out of reach.
    """
    books = Books(session, now)
    account = books.the("Account", account_id)
    made: list[str] = []
    for lines in _due(books, account, invoice_date, target_date, subscription_ids, includes):
        written = _written(account, lines, invoice_date, target_date, includes)
        written.invoice.update(marks or {})
        invoice_id = _store(books, written, lines)
        settle(books, account_id, invoices=[invoice_id])
        made.append(invoice_id)
    return made[0] if made else None


def post(session: Session, invoice_id: str, *, now: datetime) -> None:
    """Post a draft invoice, and bring its account's balances up to date. Raises `RowError` when it is not there."""
    books = Books(session, now)
    books.change("Invoice", invoice_id, {"Status": "Posted", "PostedDate": now, "PostedBy": books.user_id})
    settle(books, books.the("Invoice", invoice_id)["AccountId"], invoices=[invoice_id])


def take_back(books: Books, invoice_id: str) -> None:
    """Let what an invoice charged be billed again: its charges' dates go back, its usage is unbilled.

    Call it before the invoice is canceled or deleted. Raises `RowError` when a later invoice goes on from this one.
    """
    items = books.where("InvoiceItem", InvoiceId=invoice_id)
    for number in sorted({each["ChargeNumber"] for each in items if each["ChargeNumber"]}):
        mine = [each for each in items if each["ChargeNumber"] == number]
        last = max(_made(each) for each in mine)
        if any(_made(each) > last for each in standing_items(books, number) if each["InvoiceId"] != invoice_id):
            raise RowError(
                "INVALID_VALUE",
                f"A later invoice has been generated for the charge {number}. Cancel or delete that one first.",
            )
        _move_back(books, number, mine)
    for record in books.where("Usage", InvoiceId=invoice_id):
        unbilled = {"InvoiceId": None, "InvoiceNumber": None, "RbeStatus": "Pending"}
        books.change("Usage", record["Id"], unbilled, quietly=True)


def _made(row: Row) -> tuple[datetime, str]:
    """When a row was made. Ids rise as well, but not against those of rows that were loaded."""
    return row["CreatedDate"], row["Id"]


def _move_back(books: Books, number: str, items: Sequence[Row]) -> None:
    """Let the segments of a charge be charged through the day they were before these, its last, items were made."""
    rows = books.where("RatePlanCharge", ChargeNumber=number)
    billed = {row["Id"]: row for row in rows}
    for row in [each for each in rows if _in_force(books, each)]:
        start, through = row["EffectiveStartDate"], row["ChargedThroughDate"]
        for item in reversed(items):
            then = billed.get(item["RatePlanChargeId"])
            if then is None or then["EffectiveStartDate"] != start:
                continue
            end = then["EffectiveEndDate"]
            credit = end is not None and item["ServiceStartDate"] >= end
            through = item["ServiceEndDate"] + timedelta(days=1) if credit else item["ServiceStartDate"]
        if through != row["ChargedThroughDate"]:
            _charged_through(books, row["Id"], None if through == start else through)


def _in_force(books: Books, charge: Row) -> bool:
    """Whether a charge is of the version of its subscription that is in force."""
    plan = books.get("RatePlan", charge["RatePlanId"]) or {}
    subscription = books.get("Subscription", plan.get("SubscriptionId"))
    if subscription is None:
        return False
    versions = books.where("Subscription", OriginalId=subscription["OriginalId"]) or [subscription]
    return bool(current_versions(versions)[0]["Id"] == subscription["Id"])


def _due(
    books: Books,
    account: Row,
    invoice_date: date,
    target_date: date,
    subscription_ids: Collection[str] | None,
    includes: Collection[str],
) -> list[list[Line]]:
    """The lines of each invoice to make."""
    for name, day in (("InvoiceDate", invoice_date), ("TargetDate", target_date)):
        if day > LAST_DAY:
            raise RowError("INVALID_VALUE", f"The {name} {day} is too far away.")
    held = list(held_charges(books, account, subscription_ids))
    lines = Rating(books, account, target_date).lines(held, includes)
    invoices: dict[str, list[Line]] = {}
    for line in lines:
        owner = (line.of or line).held.subscription
        invoices.setdefault(owner["Id"] if owner["IsInvoiceSeparate"] else "", []).append(line)
    return list(invoices.values())


def _written(
    account: Row, lines: Sequence[Line], invoice_date: date, target_date: date, includes: Collection[str]
) -> Bill:
    items = [_item(each) for each in lines]
    amount = total(items, "ChargeAmount")
    invoice: Row = {
        "AccountId": account["Id"],
        "InvoiceDate": invoice_date,
        "TargetDate": target_date,
        "DueDate": due_date(invoice_date, account["PaymentTerm"]),
        "Status": "Draft",
        "IncludesOneTime": ONE_TIME in includes,
        "IncludesRecurring": RECURRING in includes,
        "IncludesUsage": USAGE in includes,
        "Amount": amount,
        "AmountWithoutTax": amount,
        "Balance": amount,
        "AutoPay": account["AutoPay"],
        "BillToContactId": account["BillToId"],
        "Currency": account["Currency"],
        "Source": "API",
        "SourceType": "Subscription",
    }
    return Bill(invoice, items)


def due_date(invoice_date: date, payment_term: str | None) -> date:
    """The day an invoice is due: `Net N` is N days on, every other term at once."""
    net = _NET_DAYS.search(payment_term or "")
    return invoice_date + timedelta(days=int(net[1])) if net else invoice_date


def _item(line: Line) -> Row:
    held, charge = line.held, line.held.charge
    return {
        "AccountingCode": charge["AccountingCode"],
        "ChargeAmount": line.amount,
        "ChargeDescription": charge["Description"],
        "ChargeId": charge["Id"],
        "ChargeName": charge["Name"],
        "ChargeNumber": charge["ChargeNumber"],
        "ChargeType": charge["ChargeType"],
        "ProcessingType": Decimal(1 if line.of else 0),
        "ProductDescription": held.product.get("Description"),
        "ProductId": held.product.get("Id"),
        "ProductName": held.product.get("Name"),
        "ProductRatePlanChargeId": charge["ProductRatePlanChargeId"],
        "Quantity": line.quantity,
        "RatePlanChargeId": charge["Id"],
        "RevRecStartDate": line.start,
        "RevRecTriggerCondition": held.catalog.get("RevRecTriggerCondition"),
        "ServiceStartDate": line.start,
        "ServiceEndDate": line.end - timedelta(days=1),
        "SKU": held.product.get("SKU"),
        "SourceItemType": "SubscriptionComponent",
        "SubscriptionId": held.subscription["Id"],
        "SubscriptionNumber": held.subscription["Name"],
        "TaxAmount": Decimal(0),
        "TaxExemptAmount": Decimal(0),
        "TaxCode": charge["TaxCode"],
        "TaxMode": charge["TaxMode"],
        "UnitPrice": _unit_price(line),
        "UOM": charge["UOM"],
    }


def _unit_price(line: Line) -> Decimal:
    price = line.held.price
    if not line.of and price.model in (FLAT_FEE, PER_UNIT):
        return price.tiers[0].price
    return line.amount if not line.quantity else round(line.amount / line.quantity, 9)


def _store(books: Books, made: Bill, lines: Sequence[Line]) -> str:
    """Write the invoice with its items, and mark on charges and usage that they are billed."""
    invoice_id = books.add("Invoice", made.invoice)
    number = books.the("Invoice", invoice_id)["InvoiceNumber"]
    ids: dict[int, str] = {}
    reached: dict[str, date] = {}
    for line, item in zip(lines, made.items, strict=True):
        applied: Row = {}
        if line.of is not None:
            applied = {"AppliedToInvoiceItemId": ids[id(line.of)], "AppliedToChargeNumber": line.of.held.number}
        values = {**item, **applied, "InvoiceId": invoice_id, "ChargeDate": books.now}
        ids[id(line)] = books.add("InvoiceItem", values)
        if line.reversed_:
            continue
        reached[line.held.id] = line.through if line.credit else max(line.through, reached.get(line.held.id, date.min))
        for record in line.usage:
            billed = {"InvoiceId": invoice_id, "InvoiceNumber": number, "RbeStatus": "Processed"}
            books.change("Usage", record["Id"], billed, quietly=True)
    for charge_id, through in reached.items():
        _charged_through(books, charge_id, through)
    return invoice_id


def _charged_through(books: Books, charge_id: str, through: date | None) -> None:
    """Move a charge's dates; its UpdatedDate does not move with them, as the service's does not."""
    dates = {"ChargedThroughDate": through, "ProcessedThroughDate": through}
    books.change("RatePlanCharge", charge_id, dates, quietly=True)
