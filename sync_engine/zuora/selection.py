"""Which of the rows that Zuora returns belong to a sync."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from sync_engine.model import ZuoraRow

CANCELLED_ACCOUNT = "Canceled"
_SYNCED_SUBSCRIPTIONS = frozenset(
    # the pending states are seen with and without the space
    {"Active", "Pending Activation", "Pending Acceptance", "PendingActivation", "PendingAcceptance", "Cancelled"}
)


def current_subscriptions(rows: Iterable[ZuoraRow]) -> list[str]:
    """Of each subscription the version in force, if it is active, pending or cancelled.

    A draft is no version yet, so it does not hide the one before it. Versions that were replaced are Expired.
    """
    latest: dict[str, tuple[int, str, str]] = {}
    for row in rows:
        status, name, version = row.get("Status", ""), row.get("Name", row["Id"]), _version(row)
        if status != "Draft" and (name not in latest or version > latest[name][0]):
            latest[name] = version, row["Id"], status
    return [row_id for _, row_id, status in latest.values() if status in _SYNCED_SUBSCRIPTIONS]


def posted_invoices(rows: Iterable[ZuoraRow]) -> Iterator[str]:
    """Invoices that were posted: drafts and cancelled ones are nobody's business yet or any more."""
    return (row["Id"] for row in rows if row.get("Status") == "Posted")


SELECTIONS: Mapping[str, Callable[[Iterable[ZuoraRow]], Iterable[str]]] = {
    "Subscription": current_subscriptions,
    "Invoice": posted_invoices,
}
"""The objects of which not every row is synced: which ids are."""


def _version(row: ZuoraRow) -> int:
    value = row.get("Version", "")
    return int(value) if value.isdecimal() else 0
