"""Dates of a scenario, and the fields every Zuora record carries about its making."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from offline.scenarios.model import Row

CATALOG_MADE = date(2025, 1, 2)
INVOICE_DATES = (date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
BILLED_TO = date(2026, 2, 1)
"""The day to which recurring charges in advance are billed after the last of `INVOICE_DATES`."""


def stamped(made_on: date) -> Row:
    """CreatedDate and UpdatedDate of a record made on a day; at noon UTC, so that zones do not shift the day.

    By whom is left to the mock, which names the tenant's first user.
    """
    return {"CreatedDate": noon(made_on), "UpdatedDate": noon(made_on)}


def noon(day: date) -> datetime:
    """Noon of a day in UTC."""
    return datetime.combine(day, time(12), UTC)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from one first of a month to another."""
    return (end.year - start.year) * 12 + end.month - start.month


def day_before(day: date) -> date:
    """The last day of a service period that ends where `day` begins."""
    return day - timedelta(days=1)
