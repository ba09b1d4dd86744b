"""Row locks: intervals on the org's clock, from the moment a call takes a row to the end of its service time.

A mock answers at once, so a lock is known whole when the call is answered. A later call that finds a row taken waits
for it in its own service time, or fails when that would take too long. A host that says when a reply is out lets go of
the call's locks itself, so that a clock that stands still keeps no row for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mock_salesforce.schema import OnDelete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_salesforce.schema import SObject

IDS_TOLD = 10
"""How many ids the message names."""

SWEEP_FROM = 4_096
"""How many locks there are before those that have ended are looked for."""


class RowsLocked(Exception):
    """Rows could not be had in time. Its text is the service's own."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = list(dict.fromkeys(ids))
        told = ",".join(self.ids[:IDS_TOLD])
        more = len(self.ids) - IDS_TOLD
        tail = f", ... ({more} more)" if more > 0 else ""
        words = f"unable to obtain exclusive access to this record or {len(self.ids)} records: {told}{tail}"
        super().__init__(words if self.ids else "unable to obtain exclusive access to this record")


@dataclass(eq=False, slots=True)
class LockHolder:
    """One call: the rows it has taken, and when it is over. `until` is None while it is being worked on."""

    rows: set[str] = field(default_factory=set)
    until: datetime | None = None
    released: bool = False

    def is_over(self, moment: datetime) -> bool:
        """Whether its locks have ended by then."""
        return self.released or (self.until is not None and self.until <= moment)


class RowLocks:
    """The row locks of one org. Everyone who asks holds the org's store's lock, so one call at a time does."""

    def __init__(self) -> None:
        self._holders: dict[str, LockHolder] = {}

    def take(self, holder: LockHolder, ids: Iterable[str], moment: datetime, wait_s: float) -> float:
        """Give rows to a call, at a moment of its own work, and tell how many seconds it waits for them.

        Raises `RowsLocked` when some of them stay taken for longer than `wait_s`, and then gives none.
        """
        wanted = list(dict.fromkeys(ids))
        latest, most = moment, moment + timedelta(seconds=wait_s)
        refused = []
        for each in wanted:
            other = self._holders.get(each)
            if other is None or other is holder or other.is_over(moment) or other.until is None:
                continue
            if other.until > most:
                refused.append(each)
            latest = max(latest, other.until)
        if refused:
            raise RowsLocked(refused)
        if len(self._holders) > SWEEP_FROM:
            self._sweep(moment)
        for each in wanted:
            self._holders[each] = holder
        holder.rows.update(wanted)
        return (latest - moment).total_seconds()

    def hold(self, ids: Iterable[str], until: datetime) -> LockHolder:
        """Have rows taken by someone else until a moment, as by another user's long transaction."""
        holder = LockHolder(set(ids), until)
        for each in holder.rows:
            self._holders[each] = holder
        return holder

    def release(self, holder: LockHolder) -> None:
        """The call is over, whatever the clock says."""
        holder.released = True

    def held(self, moment: datetime) -> dict[str, datetime]:
        """The rows that are taken, and until when."""
        return {
            row: holder.until
            for row, holder in self._holders.items()
            if holder.until is not None and not holder.is_over(moment)
        }

    def _sweep(self, moment: datetime) -> None:
        self._holders = {row: holder for row, holder in self._holders.items() if not holder.is_over(moment)}


def locked_with(sobject: SObject, old: Mapping[str, object] | None, new: Mapping[str, object]) -> list[str]:
    """The rows a write of one record locks: itself, its masters, and targets of lookups that may not be emptied.

    `old` is the record as it is stored, None when it is being made; `new` holds the columns that change. A master is
    locked whenever a detail is made, changed, moved or deleted, for its sums may change; the target of a lookup only
    when the lookup begins to point at it, and only when deleting the target would not just empty the lookup.
    """
    found: list[str] = [] if old is None else [str(old["Id"])]
    for reference in sobject.references:
        before = None if old is None else old[reference.name]
        after = new.get(reference.name, before)
        if reference.master_detail:
            found += [str(each) for each in (before, after) if each is not None]
        elif after is not None and after != before and _guards(reference.on_delete, required=reference.required):
            found.append(str(after))
    return found


def _guards(on_delete: OnDelete, *, required: bool) -> bool:
    return required or on_delete is not OnDelete.SET_NULL
