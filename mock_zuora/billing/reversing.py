"""What was billed of segments that are no more: an amendment of the day a segment begins replaces it, an earlier end
leaves it out. Its items are taken back one by one, with the discounts on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mock_zuora.billing.charges import Held
from mock_zuora.billing.line import Line
from mock_zuora.books import Books, Row

_TERMS = (
    "EffectiveStartDate",
    "ChargeModel",
    "Price",
    "Quantity",
    "IncludedUnits",
    "BillingPeriod",
    "SpecificBillingPeriod",
    "ListPriceBase",
)
_STEP = ("Tier", "StartingUnit", "EndingUnit", "Price", "PriceFormat")
ZERO = Decimal(0)


def standing_items(books: Books, number: str) -> list[Row]:
    """The items of a charge, under whichever version of its subscription, on invoices that are not canceled."""
    items = books.where("InvoiceItem", ChargeNumber=number)
    return [each for each in items if books.the("Invoice", each["InvoiceId"])["Status"] != "Canceled"]


def reversals(books: Books, segments: Sequence[Held], target: date) -> Iterator[Line]:
    """The lines that take back what was billed of a charge's segments that are no more, as far as it is due."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for item in standing_items(books, segments[0].number):
        groups[item["RatePlanChargeId"]].append(item)
    ended = segments[-1].end
    for charge_id, items in groups.items():
        charge = books.get("RatePlanCharge", charge_id)
        if charge is None or any(_goes_on(books, charge, each) for each in segments):
            continue
        start = charge["EffectiveStartDate"]
        if (start is not None and start <= target) or (ended is not None and ended <= target):
            gone = replace(segments[0], charge=charge, tiers=())
            yield from _taken_back(books, gone, items)


def _goes_on(books: Books, charge: Row, held: Held) -> bool:
    """Whether a segment that was billed is in force still, begun on its day and at its price."""
    if charge["Id"] == held.id:
        return True
    if any(charge[name] != held.charge[name] for name in _TERMS):
        return False
    return _steps(books.where("RatePlanChargeTier", RatePlanChargeId=charge["Id"])) == _steps(held.tiers)


def _steps(tiers: Sequence[Row]) -> list[tuple[Any, ...]]:
    return sorted(tuple(each[name] for name in _STEP) for each in tiers)


def _taken_back(books: Books, gone: Held, items: Sequence[Row]) -> Iterator[Line]:
    """One line a service period, with what its discounts had taken off."""
    billed: dict[tuple[date, date], list[Row]] = defaultdict(list)
    for item in items:
        billed[item["ServiceStartDate"], item["ServiceEndDate"] + timedelta(days=1)].append(item)
    for (start, end), rows in billed.items():
        amount = sum((each["ChargeAmount"] for each in rows), ZERO)
        if not amount:
            continue  # taken back before
        line = Line(gone, start, end, -amount, rows[0]["Quantity"], reversed_=True)
        yield line
        off: dict[str, Decimal] = defaultdict(Decimal)
        for each in rows:
            for discount in books.where("InvoiceItem", AppliedToInvoiceItemId=each["Id"]):
                off[discount["RatePlanChargeId"]] += discount["ChargeAmount"]
        for charge_id, total in off.items():
            charge = books.get("RatePlanCharge", charge_id)
            if total and charge is not None:
                yield replace(line, held=replace(gone, charge=charge), amount=-total, quantity=Decimal(1), of=line)
