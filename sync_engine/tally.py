"""What a sync did, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sync_engine.model import RowOutcome, RowState

TROUBLED = frozenset({RowState.FAILED, RowState.BLOCKED, RowState.IN_DOUBT})
"""States of a row that is not as it should be."""


@dataclass(slots=True)
class Counts:
    """Rows of one Salesforce object. `failed` are those refused, `blocked` those never sent for want of a parent."""

    read: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    failed: int = 0
    blocked: int = 0
    in_doubt: int = 0


_COLUMNS = {
    RowState.CREATED: "created",
    RowState.UPDATED: "updated",
    RowState.DELETED: "deleted",
    RowState.UNCHANGED: "unchanged",
    RowState.FAILED: "failed",
    RowState.BLOCKED: "blocked",
    RowState.IN_DOUBT: "in_doubt",
}


@dataclass(slots=True)
class Tally:
    """Counts by Salesforce object in the order written, and every row's outcome by (object, key)."""

    counts: dict[str, Counts] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], RowOutcome] = field(default_factory=dict)

    def read(self, sobject: str, count: int) -> None:
        """`count` rows of Zuora are to become rows of `sobject`."""
        self._of(sobject).read += count

    def add(self, outcomes: Iterable[RowOutcome]) -> None:
        """Count outcomes; a later one of the same row takes the place of the earlier."""
        for outcome in outcomes:
            identity = (outcome.sobject, outcome.key)
            counts = self._of(outcome.sobject)
            if identity in self.outcomes:
                column = _COLUMNS[self.outcomes[identity].state]
                setattr(counts, column, getattr(counts, column) - 1)
            column = _COLUMNS[outcome.state]
            setattr(counts, column, getattr(counts, column) + 1)
            self.outcomes[identity] = outcome

    @property
    def troubled_roots(self) -> frozenset[str]:
        """The accounts or products of which at least one row is not as it should be."""
        return frozenset(outcome.root_id for outcome in self.outcomes.values() if outcome.state in TROUBLED)

    @property
    def rows(self) -> int:
        """How many rows were dealt with."""
        return len(self.outcomes)

    def _of(self, sobject: str) -> Counts:
        return self.counts.setdefault(sobject, Counts())
