"""Writes rows to Salesforce, parents first, and keeps back what hangs from a row that failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from sync_engine.continuing import Known, NothingKnown, acknowledgement
from sync_engine.ledger import Acknowledged
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import DoomedRow
from sync_engine.salesforce.loading import load, remove
from sync_engine.tally import TROUBLED, Tally

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
    """One sync's way into Salesforce. Every outcome goes to the tally, the record and the progress."""

    def __init__(
        self,
        salesforce: SalesforceClient,
        *,
        guard: Guard,
        progress: Progress,
        record: Record,
        tally: Tally,
        known: Known | None = None,
    ) -> None:
        self.salesforce = salesforce
        self.tally = tally
        self._known = known or NothingKnown()
        self._guard = guard
        self._progress = progress
        self._record = record
        self._reasons: dict[tuple[str, str], str] = {}

    async def settle(self, outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
        """Take note of outcomes, and of what the org has taken."""
        if not outcomes:
            return
        for outcome in outcomes:
            if outcome.state in TROUBLED:
                reason = outcome.message or outcome.code or outcome.state.value
                self._reasons.setdefault((outcome.sobject, outcome.key), reason)
        self.tally.add(outcomes)
        await self._record(outcomes, acknowledged)
        for sobject, group in groupby(outcomes, key=lambda outcome: outcome.sobject):
            self._progress.wrote(sobject, list(group))

    async def delete(self, rows: Sequence[DoomedRow]) -> None:
        """Delete rows of one object."""
        if rows:
            await remove(self.salesforce, rows, lease_guard=self._guard, on_outcome=self.settle)

    async def write(self, rows: Sequence[TargetRow]) -> None:
        """Upsert `rows`, which are in order: a parent before what hangs from it."""
        for _sobject, group in groupby(rows, key=lambda row: row.sobject):
            ready = await self._unsent(await self._ready(group), tell=True)
            said = {(row.sobject, row.key): acknowledgement(row) for row in ready}

            async def on_outcome(
                outcomes: Sequence[RowOutcome], said: Mapping[tuple[str, str], Acknowledged] = said
            ) -> None:
                await self.settle(outcomes, _taken(outcomes, said))

            if ready:
                await load(self.salesforce, ready, lease_guard=self._guard, on_outcome=on_outcome)

    async def link(self, rows: Sequence[TargetRow]) -> None:
        """Upsert `rows` again, with parents that were not there the first time; only trouble is news."""
        for _sobject, group in groupby(rows, key=lambda row: row.sobject):
            written = [row for row in group if (row.sobject, row.key) not in self._reasons]
            ready = await self._unsent(await self._ready(written), tell=False)
            said = {(row.sobject, row.key): acknowledgement(row) for row in ready}

            async def on_outcome(
                outcomes: Sequence[RowOutcome], said: Mapping[tuple[str, str], Acknowledged] = said
            ) -> None:
                await self.settle([outcome for outcome in outcomes if outcome.state in TROUBLED])
                await self._record([], _taken(outcomes, said))

            if ready:
                await load(self.salesforce, ready, lease_guard=self._guard, on_outcome=on_outcome)

    async def _unsent(self, rows: Sequence[TargetRow], *, tell: bool) -> list[TargetRow]:
        """The rows that have to be sent; what is known of the others is settled, and told when it is news."""
        left = await self._known.unsent(rows)
        if tell:
            await self.settle(_untouched(rows, left))
        settled = await self._known.settled(left)
        if settled and tell:
            said = {(row.sobject, row.key): acknowledgement(row) for row in left}
            await self.settle(settled, _taken(settled, said))
        done = {(outcome.sobject, outcome.key) for outcome in settled}
        return [row for row in left if (row.sobject, row.key) not in done]

    async def _ready(self, rows: Iterable[TargetRow]) -> list[TargetRow]:
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
            reason = self._reasons.get((parent.sobject, parent.value))
            if reason is not None:
                # what is blocked in turn passes the first reason on
                self._reasons.setdefault((row.sobject, row.key), reason)
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


def _taken(outcomes: Sequence[RowOutcome], said: Mapping[tuple[str, str], Acknowledged]) -> list[Acknowledged]:
    """What of the rows the org has taken, by their outcomes."""
    return [said[outcome.sobject, outcome.key] for outcome in outcomes if outcome.state not in TROUBLED]


def _untouched(rows: Sequence[TargetRow], left: Sequence[TargetRow]) -> list[RowOutcome]:
    """The outcomes of rows that are not sent because the org has them."""
    sent = {(row.sobject, row.key) for row in left}
    return [
        RowOutcome(row.sobject, row.key, row.root_id, RowState.UNCHANGED)
        for row in rows
        if (row.sobject, row.key) not in sent
    ]
