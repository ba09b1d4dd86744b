"""What a sync did, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sync_engine.model import RowOutcome, RowState
from sync_engine.spool import Spool

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


class Tally:
    """Counts by Salesforce object in the order written, and the last word on every row."""

    def __init__(self, spool: Spool | None = None) -> None:
        self.counts: dict[str, Counts] = {}
        self._spool = spool or Spool()
        self._table = table = self._spool.name("outcomes")
        self._spool.do(
            f"CREATE TABLE {table} (sobject TEXT, key TEXT, root_id TEXT, state TEXT, salesforce_id TEXT, code TEXT,"
            " message TEXT, what_to_do TEXT, PRIMARY KEY (sobject, key)) WITHOUT ROWID"
        )
        self._spool.do(f"CREATE INDEX {table}_by_root ON {table} (root_id, state)")

    def read(self, sobject: str, count: int) -> None:
        """`count` rows of Zuora are to become rows of `sobject`."""
        self._of(sobject).read += count

    def add(self, outcomes: Iterable[RowOutcome]) -> None:
        """Count outcomes; a later one of the same row takes the place of the earlier."""
        for outcome in outcomes:
            counts = self._of(outcome.sobject)
            earlier = self.outcome(outcome.sobject, outcome.key)
            if earlier is not None:
                column = _COLUMNS[earlier.state]
                setattr(counts, column, getattr(counts, column) - 1)
            column = _COLUMNS[outcome.state]
            setattr(counts, column, getattr(counts, column) + 1)
            self._spool.do(
                f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    outcome.sobject,
                    outcome.key,
                    outcome.root_id,
                    outcome.state.value,
                    outcome.salesforce_id,
                    outcome.code,
                    outcome.message,
                    outcome.what_to_do,
                ),
            )

    def outcome(self, sobject: str, key: str) -> RowOutcome | None:
        """The last word on one row."""
        return next(self._outcomes("sobject = ? AND key = ?", sobject, key), None)

    def outcomes(self, *states: RowState) -> Iterator[RowOutcome]:
        """The last word on every row, or on every row in one of these states."""
        return self._outcomes(_in(states))

    def under(self, root_id: str, *states: RowState) -> Iterator[RowOutcome]:
        """As `outcomes`, of the rows of one account or product."""
        return self._outcomes(f"root_id = ? AND {_in(states)}", root_id)

    @property
    def troubled_roots(self) -> frozenset[str]:
        """The accounts or products of which at least one row is not as it should be."""
        query = f"SELECT DISTINCT root_id FROM {self._table} WHERE {_in(TROUBLED)}"
        return frozenset(root_id for (root_id,) in self._spool.rows(query))

    def rows(self, root_id: str | None = None) -> int:
        """How many rows were dealt with, of one account or product or of all."""
        condition, values = ("TRUE", ()) if root_id is None else ("root_id = ?", (root_id,))
        found = self._spool.row(f"SELECT COUNT(*) FROM {self._table} WHERE {condition}", values)
        return int(found[0]) if found else 0

    def _outcomes(self, condition: str, *values: str) -> Iterator[RowOutcome]:
        for sobject, key, root_id, state, *rest in self._spool.rows(
            f"SELECT * FROM {self._table} WHERE {condition}", values
        ):
            yield RowOutcome(sobject, key, root_id, RowState(state), *rest)

    def _of(self, sobject: str) -> Counts:
        return self.counts.setdefault(sobject, Counts())


def _in(states: Iterable[RowState]) -> str:
    """The condition that a row is in one of these states; none stand for all."""
    listed = ", ".join(f"'{state.value}'" for state in sorted(states))
    return f"state IN ({listed})" if listed else "TRUE"
