"""What has changed in a span of time: records made or changed, and records deleted, both by their last change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from mock_salesforce import faults
from mock_salesforce.orgs import Org
from mock_salesforce.schema import SObject
from mock_salesforce.values import moment_text, parse_moment
from simulator.store import quoted

T = TypeVar("T")
REACH = timedelta(days=30)
"""How far back changes are told."""


def span(org: Org, start: str, end: str) -> tuple[str, str]:
    """A span as records' moments are stored, without its seconds. Raises the fault of one that cannot be asked for."""
    begin, until = _minute(start), _minute(end)
    now = org.now()
    if begin >= until:
        raise _no_span("startDate before endDate")
    if begin < now - REACH:
        raise _no_span("startDate cannot be more than 30 days ago")
    return moment_text(begin), moment_text(until)


def _minute(text: str) -> datetime:
    try:
        stored = parse_moment(text.strip())
        return datetime.fromisoformat(stored).astimezone(UTC).replace(second=0, microsecond=0)
    except (ValueError, OverflowError):
        raise faults.client_fault(f"'{text}' is not a valid value for the type xsd:dateTime") from None


def _no_span(words: str) -> Exception:
    return faults.api_fault("INVALID_REPLICATION_DATE", words)


def updated(org: Org, sobject: SObject, begin: str, until: str) -> list[str]:
    """Ids of living records whose last change lies in a span, in the order of change. Raises the fault of too many."""
    most = org.limits.profile.replicated_ids
    found = org.store.execute(
        f'SELECT "Id" FROM {quoted(sobject.name)} WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ? '
        'AND "IsDeleted" = 0 ORDER BY "SystemModstamp", "Id" LIMIT ?',
        [begin, until, most + 1],
    )
    return [str(row[0]) for row in _bounded(found, most)]


def deleted(org: Org, sobject: SObject, begin: str, until: str) -> list[tuple[str, str]]:
    """Ids of records that were deleted in a span, and when, those that have left the recycle bin among them.

    Raises the fault of too many.
    """
    most = org.limits.profile.replicated_ids
    return list(_bounded(org.bin.deleted(sobject.name, begin, until, most + 1), most))


def _bounded(found: Sequence[T], most: int) -> Sequence[T]:
    if len(found) > most:
        raise faults.api_fault("EXCEEDED_ID_LIMIT", f"cannot tell more than {most} ids; ask for a shorter span")
    return found


def covered_until(org: Org, until: str) -> str:
    """Up to when a span's changes are told: its end, but never a moment that has not come."""
    return min(until, moment_text(org.now().replace(second=0, microsecond=0)))


def earliest(org: Org) -> str:
    """From when on deleted records are known."""
    return moment_text(org.now() - REACH)
