"""What charges owe by a day, line by line: one-time, recurring and usage charges, credits, and discounts on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import islice

from mock_zuora.billing.charges import Held
from mock_zuora.billing.periods import periods
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.pricing import DISCOUNT_FIXED, ONE_TIME, RECURRING, USAGE, discount

MOST_LINES = 5_000
"""More lines than this are refused: a target day centuries ahead."""

_WITHOUT_CENTS = frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF"})
_CENT, _UNIT = Decimal("0.01"), Decimal(1)


@dataclass(frozen=True)
class Line:
    """One line to bill. `end` is the first day after it; `usage` the records it is for; `of` what a discount lowers.

    A `credit` gives back what was billed beyond a charge's end.
    """

    held: Held
    start: date
    end: date
    amount: Decimal
    quantity: Decimal
    share: Fraction = Fraction(1)
    usage: tuple[Row, ...] = ()
    of: Line | None = field(default=None, compare=False)
    credit: bool = False

    @property
    def through(self) -> date:
        """The day up to which the charge is billed with this line."""
        return self.start if self.credit else self.end


def money(amount: Decimal | Fraction, currency: str | None) -> Decimal:
    """An amount in the smallest unit one can pay in the currency, half away from zero."""
    if isinstance(amount, Fraction):
        amount = Decimal(amount.numerator) / Decimal(amount.denominator)
    return amount.quantize(_UNIT if currency in _WITHOUT_CENTS else _CENT, ROUND_HALF_UP)


class Rating:
    """Finds what is due on one account by a day; nothing is changed."""

    def __init__(self, books: Books, account: Row, target: date) -> None:
        self._books = books
        self._account = account
        self._target = target
        self._currency = account["Currency"]
        self._used: set[str] = set()

    def lines(self, held: Sequence[Held], includes: Collection[str]) -> list[Line]:
        """The lines due, each discount right behind the line that it lowers."""
        due: list[Line] = []
        for each in held:
            if each.kind in includes and not each.is_discount and each.start is not None:
                due += islice(self._due(each), MOST_LINES + 1 - len(due))
            if len(due) > MOST_LINES:
                raise RowError(
                    "INVALID_VALUE",
                    f"More than {MOST_LINES} invoice items are due by {self._target}. Give an earlier TargetDate.",
                )
        return self._discounted(due, [each for each in held if each.is_discount and each.start is not None])

    def _due(self, held: Held) -> Iterator[Line]:
        if held.kind == ONE_TIME:
            return self._one_time(held)
        return self._usage(held) if held.kind == USAGE else self._recurring(held)

    def _one_time(self, held: Held) -> Iterator[Line]:
        start = held.start
        if start is not None and start <= self._target and not self._billed_before(held):
            amount = money(held.price.amount(held.quantity), self._currency)
            yield Line(held, start, start + timedelta(days=1), amount, held.quantity)

    def _billed_before(self, held: Held) -> bool:
        """Whether an invoice that stands has the charge, under whichever version of its subscription."""
        items = self._books.where("InvoiceItem", ChargeNumber=held.charge["ChargeNumber"])
        return any(self._books.the("Invoice", each["InvoiceId"])["Status"] != "Canceled" for each in items)

    def _recurring(self, held: Held) -> Iterator[Line]:
        start, end = held.start, held.end
        if start is None:
            return
        charged: date = held.charge["ChargedThroughDate"] or start
        if end is not None and charged > end:
            if end <= self._target:  # it was billed beyond its end: what was billed too much goes back
                share = held.cycle.share(end, charged)
                yield Line(held, end, charged, -self._part(held, share), held.quantity, share, credit=True)
            return
        for period in periods(held.cycle, charged, end, until=self._target, in_advance=held.in_advance):
            amount = self._part(held, period.share)
            yield Line(held, period.start, period.end, amount, held.quantity, period.share)

    def _part(self, held: Held, share: Fraction) -> Decimal:
        return money(Fraction(held.period_price) * share, self._currency)

    def _usage(self, held: Held) -> Iterator[Line]:
        """A line for each period that has usage; records that came late go with the first period billed now."""
        records = [each for each in unbilled_usage(self._books, held) if each["Id"] not in self._used]
        if held.start is None or not records:
            return
        for period in periods(held.cycle, held.start, held.end, until=self._target, in_advance=False):
            if held.charge["ChargedThroughDate"] and period.end < held.charge["ChargedThroughDate"]:
                continue
            within = tuple(each for each in records if self._day(each) < period.end)
            records = [each for each in records if each not in within]
            quantity = sum((each["Quantity"] or Decimal(0) for each in within), Decimal(0))
            if within:
                self._used |= {each["Id"] for each in within}
                amount = money(held.price.amount(quantity), self._currency)
                yield Line(held, period.start, period.end, amount, quantity, period.share, within)
            if not records:
                return

    def _day(self, record: Row) -> date:
        day: date = record["StartDateTime"].astimezone(self._books.zone).date()
        return day

    def _discounted(self, due: Sequence[Line], discounts: Sequence[Held]) -> list[Line]:
        """Amounts off first, then percentages, each of what is left; an amount is taken off once a period."""
        ordered = sorted(discounts, key=lambda each: each.charge["ChargeModel"] != DISCOUNT_FIXED)
        spent: dict[tuple[str, date], Decimal] = {}
        lines: list[Line] = []
        for line in due:
            lines.append(line)
            left = line.amount
            for each in ordered:
                off = self._off(each, line, left, spent) if _applies(each, line) else Decimal(0)
                if off:
                    left -= off
                    lines.append(replace(line, held=each, amount=-off, quantity=Decimal(1), usage=(), of=line))
        return lines

    def _off(self, held: Held, line: Line, left: Decimal, spent: dict[tuple[str, date], Decimal]) -> Decimal:
        """By how much the line is lowered; a credit is lowered by what the line it takes back was."""
        if held.charge["ChargeModel"] != DISCOUNT_FIXED:
            return money(discount(held.charge["ChargeModel"], held.off, left), self._currency)
        if held.kind == ONE_TIME and self._billed_before(held):
            return Decimal(0)
        key = (held.id, date.min if held.kind == ONE_TIME else line.start)
        budget = money(Fraction(held.off) * (line.share if line.held.kind == RECURRING else 1), self._currency)
        budget -= spent.get(key, Decimal(0))
        off = discount(DISCOUNT_FIXED, budget, abs(left))
        spent[key] = spent.get(key, Decimal(0)) + off
        return off if left > 0 else -off


def _applies(held: Held, line: Line) -> bool:
    """Whether a discount is for the line's kind of charge, is in force on its first day, and reaches so far."""
    kinds = held.charge["ApplyDiscountTo"] or line.held.kind
    if held.start is None or held.start > line.start or line.held.kind.upper() not in kinds.upper().replace("-", ""):
        return False
    # a credit begins on the day the charge ended, often with its discount
    if held.end is not None and (line.start > held.end or (line.start == held.end and not line.credit)):
        return False
    level = held.charge["DiscountLevel"]
    if level == "account":
        return True
    if level == "subscription":
        return bool(held.subscription["Id"] == line.held.subscription["Id"])
    return bool(held.plan["Id"] == line.held.plan["Id"])


def unbilled_usage(books: Books, held: Held) -> list[Row]:
    """The usage records of a charge that no invoice has yet, in the order of their times.

    A record names the charge, or the subscription and the unit, or only the account and the unit.
    """
    records = books.where("Usage", AccountId=held.subscription["AccountId"], InvoiceId=None)
    found = [each for each in records if _is_for(each, held, books)]
    return sorted(found, key=lambda each: (each["StartDateTime"], each["Id"]))


def _is_for(record: Row, held: Held, books: Books) -> bool:
    if record["StartDateTime"] is None or held.start is None:
        return False
    charge = held.charge
    if record["ChargeNumber"] or record["ChargeId"]:
        if record["ChargeNumber"] != held.number and record["ChargeId"] not in (charge["OriginalId"], charge["Id"]):
            return False
    elif record["UOM"] != charge["UOM"] or record["SubscriptionNumber"] not in (None, held.subscription["Name"]):
        return False
    day = record["StartDateTime"].astimezone(books.zone).date()
    return bool(day >= held.start and (held.end is None or day < held.end))
