"""SOQL's date literals: spans of days that move with the clock, and the functions that take a date apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mock_salesforce.soql.asking import Asker
from mock_salesforce.values import moment_text

MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12, "FISCAL_QUARTER": 3, "FISCAL_YEAR": 12}
"""How many months each unit has. Fiscal years begin with the calendar's."""

_ONE = re.compile(r"(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)\Z")
_MANY = re.compile(r"(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S\Z")
_AGO = re.compile(r"N_(DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S_AGO\Z")
_DAYS = {"YESTERDAY": (-1, 0), "TODAY": (0, 1), "TOMORROW": (1, 2), "LAST_90_DAYS": (-90, 1), "NEXT_90_DAYS": (1, 91)}
_STEP = {"LAST": -1, "THIS": 0, "NEXT": 1}

MAX_COUNT = 100_000
"""Beyond it a literal leaves the calendar."""


def span(name: str, count: int, today: date) -> tuple[date, date]:
    """The days a literal means, the first and the one after the last. Raises `ValueError` for a name that is none."""
    if name in _DAYS:
        first, after = _DAYS[name]
        return _moved(today, first), _moved(today, after)
    if (match := _ONE.match(name)) is not None:
        return _units(match[2], today, _STEP[match[1]], _STEP[match[1]] + 1)
    if (match := _AGO.match(name)) is not None:
        if match[1] == "DAY":
            return _moved(today, -count), _moved(today, 1 - count)
        return _units(match[1], today, -count, 1 - count)
    if (match := _MANY.match(name)) is not None:
        return _many(match[2], today, count, past=match[1] == "LAST")
    msg = f"no date literal: {name}"
    raise ValueError(msg)


def _many(unit: str, today: date, count: int, *, past: bool) -> tuple[date, date]:
    """Days count to today and from tomorrow; whole weeks, months and so on leave the present one out."""
    if unit == "DAY":
        return (_moved(today, -count), _moved(today, 1)) if past else (_moved(today, 1), _moved(today, count + 1))
    return _units(unit, today, -count, 0) if past else _units(unit, today, 1, count + 1)


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _units(unit: str, today: date, first: int, after: int) -> tuple[date, date]:
    """Whole units, counted from the present one."""
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return _moved(sunday, 7 * first), _moved(sunday, 7 * after)
    months = MONTHS[unit]
    index = (today.year * 12 + today.month - 1) // months
    return _month(months * (index + first)), _month(months * (index + after))


def _month(index: int) -> date:
    year, month = divmod(index, 12)
    return date(year, month + 1, 1) if date.min.year <= year <= date.max.year else date.max if year > 0 else date.min


@dataclass(frozen=True, slots=True)
class Moving:
    """One edge of a date literal's span, to be known when the query is asked: a date, or the moment a day begins."""

    name: str
    count: int
    after: bool
    is_date: bool

    def value(self, asker: Asker) -> str:
        """The edge as a column holds it, in the zone of the user who asks."""
        zone = asker.zone
        first, after = span(self.name, self.count, asker.now.astimezone(zone).date())
        day = after if self.after else first
        if self.is_date:
            return day.isoformat()
        if day in (date.min, date.max):
            return f"{day.isoformat()}T00:00:00.000Z"
        return moment_text(datetime.combine(day, time(), zone).astimezone(UTC))


FUNCTIONS = {
    "CALENDAR_YEAR": "CAST(strftime('%Y', {0}) AS INTEGER)",
    "CALENDAR_QUARTER": "((CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3)",
    "CALENDAR_MONTH": "CAST(strftime('%m', {0}) AS INTEGER)",
    "FISCAL_YEAR": "CAST(strftime('%Y', {0}) AS INTEGER)",
    "FISCAL_QUARTER": "((CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3)",
    "FISCAL_MONTH": "CAST(strftime('%m', {0}) AS INTEGER)",
    "DAY_IN_MONTH": "CAST(strftime('%d', {0}) AS INTEGER)",
    "DAY_IN_WEEK": "(CAST(strftime('%w', {0}) AS INTEGER) + 1)",
    "DAY_IN_YEAR": "CAST(strftime('%j', {0}) AS INTEGER)",
    "WEEK_IN_MONTH": "((CAST(strftime('%d', {0}) AS INTEGER) + 6) / 7)",
    "WEEK_IN_YEAR": "((CAST(strftime('%j', {0}) AS INTEGER) + 6) / 7)",
    "HOUR_IN_DAY": "CAST(strftime('%H', {0}) AS INTEGER)",
    "DAY_ONLY": "substr({0}, 1, 10)",
}
"""How each function of a date or dateTime is computed; all are in UTC."""

ONLY_OF_MOMENTS = frozenset({"HOUR_IN_DAY", "DAY_ONLY"})
"""The functions that a plain date has no answer to."""
