"""Dates of a scenario, and the fields every Zuora record carries about its making."""

from __future__ import annotations

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


def months_between(start: date, end: date) -> int:
    """Whole months from one first of a month to another."""
    return (end.year - start.year) * 12 + end.month - start.month


def day_before(day: date) -> date:
    """The last day of a service period that ends where `day` begins."""
    return day - timedelta(days=1)
