"""The service periods of a charge: where they begin and end, and what share of a whole one a cut one is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from mock_zuora.calendar import add_months, months_between

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch from `start` up to, and without, `end`, and its share of a whole billing period."""

    start: date
    end: date
    share: Fraction


@dataclass(frozen=True, slots=True)
class Monthly:
    """Billing periods of whole months that begin on one day of the month, or on the last of a shorter month.

    They are counted from the first such day on or after `anchor`, forwards and backwards, so that what lies before it
    is a part of a period. A part of a month counts by the days of that month, from one billing day to the next.
    """

    anchor: date
    day: int
    months: int = 1

    def boundary(self, number: int) -> date:
        """Where the period with this number begins; 0 is the first that begins on or after the anchor."""
        return add_months(self._day_one, self._first + number * self.months)

    def after(self, day: date) -> int:
        """The number of the first period that begins after this day."""
        away = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        number = away // self.months - 1
        while self.boundary(number) <= day:
            number += 1
        return number

    def share(self, start: date, end: date) -> Fraction:
        """What share of a whole period lies between two days; shares of adjoining stretches add up."""
        return months_between(start, end, self._day_one) / self.months

    @property
    def _day_one(self) -> date:
        return date(self.anchor.year, 1, self.day)  # January has every day that a month can have

    @property
    def _first(self) -> int:
        here = self.anchor.month - 1
        return here if add_months(self._day_one, here) >= self.anchor else here + 1


@dataclass(frozen=True, slots=True)
class Weekly:
    """Billing periods of whole weeks that begin on one day of the week; `weekday` 0 is Monday, None the anchor's."""

    anchor: date
    weekday: int | None = None
    weeks: int = 1

    def boundary(self, number: int) -> date:
        """Where the period with this number begins; 0 is the first that begins on or after the anchor."""
        wait = 0 if self.weekday is None else (self.weekday - self.anchor.weekday()) % DAYS_A_WEEK
        return self.anchor + timedelta(days=wait + number * self.weeks * DAYS_A_WEEK)

    def after(self, day: date) -> int:
        """The number of the first period that begins after this day."""
        return (day - self.boundary(0)).days // (self.weeks * DAYS_A_WEEK) + 1

    def share(self, start: date, end: date) -> Fraction:
        """What share of a whole period lies between two days; shares of adjoining stretches add up."""
        return Fraction((end - start).days, self.weeks * DAYS_A_WEEK)


Cycle = Monthly | Weekly


def periods(cycle: Cycle, start: date, end: date | None, *, until: date, in_advance: bool) -> Iterator[Period]:
    """The periods from `start` that fall due by `until`, the first and the last cut to what lies before `end`.

    In advance a period is due on its first day, in arrears on the day after its last.
    """
    if start > until:
        return
    begins = start
    number = cycle.after(start)
    while end is None or begins < end:
        ends = cycle.boundary(number)
        if end is not None:
            ends = min(ends, end)
        if (begins if in_advance else ends) > until:
            return
        yield Period(begins, ends, cycle.share(begins, ends))
        begins, number = ends, number + 1
