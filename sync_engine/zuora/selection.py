"""Which of the rows that Zuora returns belong to a sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sync_engine.model import ZuoraRow

CANCELLED_ACCOUNT = "Canceled"
_SYNCED_SUBSCRIPTIONS = frozenset(
    # the pending states are seen with and without the space
    {"Active", "Pending Activation", "Pending Acceptance", "PendingActivation", "PendingAcceptance", "Cancelled"}
)


def current_subscriptions(rows: Sequence[ZuoraRow]) -> list[ZuoraRow]:
    """Of each subscription the version in force, if it is active, pending or cancelled.

    A draft is no version yet, so it does not hide the one before it. Versions that were replaced are Expired.
    """
    latest: dict[str, ZuoraRow] = {}
    for row in rows:
        if row.get("Status") == "Draft":
            continue
        name = row.get("Name", row["Id"])
        if name not in latest or _version(row) > _version(latest[name]):
            latest[name] = row
    return [row for row in latest.values() if row.get("Status") in _SYNCED_SUBSCRIPTIONS]


def posted_invoices(rows: Sequence[ZuoraRow]) -> list[ZuoraRow]:
    """Invoices that were posted: drafts and cancelled ones are nobody's business yet or any more."""
    return [row for row in rows if row.get("Status") == "Posted"]


SELECTIONS: Mapping[str, Callable[[Sequence[ZuoraRow]], list[ZuoraRow]]] = {
    "Subscription": current_subscriptions,
    "Invoice": posted_invoices,
}
"""The objects of which not every row is synced."""


def _version(row: ZuoraRow) -> int:
    value = row.get("Version", "")
    return int(value) if value.isdecimal() else 0
