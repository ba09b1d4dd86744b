"""Writes rows to Salesforce, parents first, and keeps back what hangs from a row that failed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import groupby, islice
from typing import Protocol

from sync_engine.continuing import Known, NothingKnown, acknowledgement
from sync_engine.ledger import Acknowledged
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import DoomedRow
from sync_engine.salesforce.loading import load, remove
from sync_engine.spool import Spool
from sync_engine.tally import TROUBLED, Tally

_ROWS_AT_ONCE = 1_000
"""Rows that are looked at before they are sent: five calls' worth."""

Guard = Callable[[str], Awaitable[None]]
"""Raises `LeaseLost` when the session may no longer write under this root."""


class Record(Protocol):
    """Remembers outcomes durably, and what of the rows the org has taken."""

    async def __call__(self, outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
        """Remember them in one transaction."""


class Progress(Protocol):
    """Who is told how a sync goes on."""

    def read(self, object_name: str, count: int) -> None:
        """`count` more rows of a Zuora object have arrived."""

    def wrote(self, sobject: str, outcomes: Sequence[RowOutcome]) -> None:
        """These rows of a Salesforce object have been dealt with."""


class Writer:
    """One sync's way into Salesforce. Every outcome goes to the tally, the record and the progress.

    What it has to remember of rows is in `spool`, so that there may be any number of them.
    """

    def __init__(
        self,
        salesforce: SalesforceClient,
        *,
        guard: Guard,
        progress: Progress,
        record: Record,
        spool: Spool,
        known: Known | None = None,
    ) -> None:
        self.salesforce = salesforce
        self.spool = spool
        self.tally = Tally(spool)
        self._known = known or NothingKnown()
        self._guard = guard
        self._progress = progress
        self._record = record
        self._reasons = _Reasons(spool)

    async def settle(self, outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
        """Take note of outcomes, and of what the org has taken."""
        if not outcomes:
            return
        for outcome in outcomes:
            if outcome.state in TROUBLED:
                self._reasons.note(outcome.sobject, outcome.key, outcome.message or outcome.code or outcome.state.value)
        self.tally.add(outcomes)
        await self._record(outcomes, acknowledged)
        for sobject, group in groupby(outcomes, key=lambda outcome: outcome.sobject):
            self._progress.wrote(sobject, list(group))

    async def delete(self, rows: Iterable[DoomedRow]) -> None:
        """Delete rows of one object."""

        async def on_outcome(done: Sequence[tuple[DoomedRow, RowOutcome]]) -> None:
            await self.settle([outcome for _, outcome in done])

        await remove(self.salesforce, rows, lease_guard=self._guard, on_outcome=on_outcome)

    async def write(self, rows: Iterable[TargetRow]) -> None:
        """Upsert `rows`, which are in order: a parent before what hangs from it, siblings together."""

        async def on_outcome(done: Sequence[tuple[TargetRow, RowOutcome]]) -> None:
            await self.settle([outcome for _, outcome in done], _taken(done))

        for _, group in groupby(rows, key=_kind):
            await load(self.salesforce, self._to_send(group, tell=True), lease_guard=self._guard, on_outcome=on_outcome)

    async def link(self, rows: Iterable[TargetRow]) -> None:
        """Upsert `rows` again, with parents that were not there the first time; only trouble is news."""

        async def on_outcome(done: Sequence[tuple[TargetRow, RowOutcome]]) -> None:
            await self.settle([outcome for _, outcome in done if outcome.state in TROUBLED])
            await self._record([], _taken(done))

        for _, group in groupby(rows, key=_kind):
            written = (row for row in group if self._reasons.of(row.sobject, row.key) is None)
            await load(
                self.salesforce, self._to_send(written, tell=False), lease_guard=self._guard, on_outcome=on_outcome
            )

    async def _to_send(self, rows: Iterable[TargetRow], *, tell: bool) -> AsyncIterator[TargetRow]:
        """The rows that have to be sent, as they are asked for; what becomes of the others is settled on the way."""
        source = iter(rows)
        while some := list(islice(source, _ROWS_AT_ONCE)):
            for row in await self._unsent(await self._ready(some), tell=tell):
                yield row

    async def _unsent(self, rows: Sequence[TargetRow], *, tell: bool) -> list[TargetRow]:
        """The rows that have to be sent; what is known of the others is settled, and told when it is news."""
        left = await self._known.unsent(rows)
        if tell:
            await self.settle(_untouched(rows, left))
        settled = {(outcome.sobject, outcome.key): outcome for outcome in await self._known.settled(left)}
        if settled and tell:
            done = [(row, settled[row.sobject, row.key]) for row in left if (row.sobject, row.key) in settled]
            await self.settle([outcome for _, outcome in done], _taken(done))
        return [row for row in left if (row.sobject, row.key) not in settled]

    async def _ready(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that may be sent; those whose parent failed are settled as blocked, each with the reason."""
        ready, blocked = [], []
        for row in rows:
            outcome = self._parent_failed(row)
            if outcome is None:
                ready.append(row)
            else:
                blocked.append(outcome)
        await self.settle(blocked)
        return ready

    def _parent_failed(self, row: TargetRow) -> RowOutcome | None:
        for parent in row.parents.values():
            reason = self._reasons.of(parent.sobject, parent.value)
            if reason is not None:
                # what is blocked in turn passes the first reason on
                self._reasons.note(row.sobject, row.key, reason)
                return RowOutcome(
                    row.sobject,
                    row.key,
                    row.root_id,
                    RowState.BLOCKED,
                    code="PARENT_FAILED",
                    message=f"Not sent: {parent.sobject} {parent.value} failed: {reason}",
                    what_to_do="Mend the parent record and sync again.",
                )
        return None


class _Reasons:
    """Why rows are not as they should be, by what was said of each first."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._table = spool.name("reasons")
        self._any = False
        spool.do(f"CREATE TABLE {self._table} (sobject TEXT, key TEXT, reason TEXT, PRIMARY KEY (sobject, key))")

    def note(self, sobject: str, key: str, reason: str) -> None:
        self._any = True
        self._spool.do(f"INSERT OR IGNORE INTO {self._table} VALUES (?, ?, ?)", (sobject, key, reason))

    def of(self, sobject: str, key: str) -> str | None:
        # mostly there is no trouble at all, and this is asked for every parent of every row
        if not self._any:
            return None
        found = self._spool.row(f"SELECT reason FROM {self._table} WHERE sobject = ? AND key = ?", (sobject, key))
        return found[0] if found else None


def _kind(row: TargetRow) -> tuple[str, str]:
    return row.sobject, row.key_field


def _taken(done: Iterable[tuple[TargetRow, RowOutcome]]) -> list[Acknowledged]:
    """What of the rows the org has taken, by their outcomes."""
    return [acknowledgement(row) for row, outcome in done if outcome.state not in TROUBLED]


def _untouched(rows: Sequence[TargetRow], left: Sequence[TargetRow]) -> list[RowOutcome]:
    """The outcomes of rows that are not sent because the org has them."""
    sent = {(row.sobject, row.key) for row in left}
    return [
        RowOutcome(row.sobject, row.key, row.root_id, RowState.UNCHANGED)
        for row in rows
        if (row.sobject, row.key) not in sent
    ]
