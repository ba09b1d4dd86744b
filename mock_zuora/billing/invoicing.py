"""Bills an account: drafts invoices from what its subscriptions' charges owe up to a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from mock_zuora.books import Row
from mock_zuora.sessions import Session

ONE_TIME, RECURRING, USAGE = "OneTime", "Recurring", "Usage"
ALL_CHARGES = frozenset({ONE_TIME, RECURRING, USAGE})


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
    """What `bill` would make, without making it."""
    raise NotImplementedError


def bill(
    session: Session,
    account_id: str,
    *,
    invoice_date: date,
    target_date: date,
    now: datetime,
    subscription_ids: Collection[str] | None = None,
    includes: Collection[str] = ALL_CHARGES,
) -> str | None:
    """Draft the invoices for everything due by `target_date`, of these subscriptions or of all the account's.

    Returns the first invoice's id, or None when nothing is due. Call it inside the row's savepoint.
    """
    raise NotImplementedError


def post(session: Session, invoice_id: str, *, now: datetime) -> None:
    """Post a draft invoice, and bring its account's balances up to date."""
    raise NotImplementedError
