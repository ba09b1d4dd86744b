"""Accounting periods: in a closed one nothing is booked any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mock_zuora.behaviour.base import Behaviour, refuse
from mock_zuora.books import Books, Row


class AccountingPeriodBehaviour(Behaviour):
    """Periods do not overlap and end after they begin."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check the dates."""
        _check_dates(books, values)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check the dates as they will be."""
        _check_dates(books, {**before, **changes})


def check_open(books: Books, day: date | None) -> None:
    """Refuse a booking on a day that lies in a closed accounting period."""
    if day is None or not books.has("AccountingPeriod"):
        return
    for period in books.where("AccountingPeriod", Status="Closed"):
        if period["StartDate"] and period["EndDate"] and period["StartDate"] <= day <= period["EndDate"]:
            raise refuse(
                f"The accounting period {period['Name']}, in which {day} lies, is closed.", "ACCOUNTING_PERIOD_CLOSED"
            )


def _check_dates(books: Books, period: Row) -> None:
    if period["EndDate"] < period["StartDate"]:
        raise refuse("The EndDate of an accounting period must not be before its StartDate.")
    for other in books.where("AccountingPeriod"):
        dated = other["Id"] != period.get("Id") and other["StartDate"] and other["EndDate"]
        if dated and other["StartDate"] <= period["EndDate"] and period["StartDate"] <= other["EndDate"]:
            raise refuse(f"The accounting period overlaps with {other['Name']}.")
