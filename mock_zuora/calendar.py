"""Days as billing counts them: periods added to a day, and the months between two days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

DAYS_IN_A_BILLING_MONTH = 30
"""What a month counts for where weeks are turned into months."""


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it has no such day.

    Raises `OverflowError` past the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months from {day} are no day of the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_period(day: date, length: int, kind: str) -> date:
    """`length` periods of a kind (Day, Week, Month or Year; also in the plural) after a day.

    Raises `ValueError` for another kind, `OverflowError` past the year 9999.
    """
    unit = kind.strip().lower().removesuffix("s")
    if unit == "day":
        return day + timedelta(days=length)
    if unit == "week":
        return day + timedelta(weeks=length)
    if unit == "month":
        return add_months(day, length)
    if unit == "year":
        return add_months(day, 12 * length)
    raise ValueError(f"{kind} is no kind of period: Day, Week, Month and Year are")


def months_between(start: date, end: date, anchor: date | None = None) -> Fraction:
    """How many months lie between two days, exactly; negative when `end` is before `start`.

    Months are counted from `anchor` (`start` by default), a part of one in days of that month. With one anchor the
    months of stretches that follow one another add up to those of the whole.
    """
    first = anchor or start
    return _months_since(first, end) - _months_since(first, start)


def _months_since(anchor: date, day: date) -> Fraction:
    whole = (day.year - anchor.year) * 12 + day.month - anchor.month
    if add_months(anchor, whole) > day:
        whole -= 1
    begun = add_months(anchor, whole)
    length = (add_months(anchor, whole + 1) - begun).days
    return whole + Fraction((day - begun).days, length)
