"""What a sync would do, found out by doing all of it but the writing.

The whole pipeline runs; only the client's writes are answered from what the org has now. So a plan has the batches,
the order and the refusals of the sync itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sync_engine.comparing import Change, Present, present
from sync_engine.model import TargetRow
from sync_engine.salesforce.records import SaveResult


class Action(StrEnum):
    """What would become of a row."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LEAVE = "leave alone"


@dataclass(frozen=True, slots=True)
class Planned:
    """One row that a sync would write, or would have written if it said anything new.

    `changes` maps each field that would change to what it says now and what it would say.
    """

    sobject: str
    key: str
    root_id: str
    action: Action
    changes: Mapping[str, Change] = field(default_factory=dict)


class Rehearsal:
    """A Salesforce client that reads and does not write; everything else is the client's own."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.planned: dict[tuple[str, str], Planned] = {}
        self.upserts: Counter[str] = Counter()
        self.deletes = 0
        self.reads_of_its_own = 0
        """Calls that the sync itself would not make: to see what the org has of the rows."""
        self._parents: dict[tuple[str, str, str], set[int]] = {}
        self._batches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def contended(self) -> list[tuple[str, str, int]]:
        """Parents that several calls for one object lock, as (object, external id, calls), the most wanted first.

        The engine sends such calls one after the other; other programs that write under these parents at the same
        time would fight them for the locks.
        """
        most: dict[tuple[str, str], int] = {}
        for (_, sobject, key), calls in self._parents.items():
            if len(calls) > 1:
                most[sobject, key] = max(len(calls), most.get((sobject, key), 0))
        return sorted(((*parent, calls) for parent, calls in most.items()), key=lambda each: (-each[2], each))

    async def upsert(self, sobject: str, key_field: str, rows: Sequence[TargetRow], **options: Any) -> list[SaveResult]:
        """Compare the rows with what the org has."""
        await _before(options)
        self.upserts[sobject] += 1
        self._batches += 1
        for row in rows:
            for parent in row.parents.values():
                self._parents.setdefault((sobject, parent.sobject, parent.value), set()).add(self._batches)
        before = self._client.calls
        there = await present(self._client, rows)
        self.reads_of_its_own += self._client.calls - before
        return [self._upserted(row, there) for row in rows]

    async def delete(self, ids: Sequence[str], **options: Any) -> list[SaveResult]:
        """Say that the records are gone; which they are, the outcomes tell."""
        await _before(options)
        self.deletes += 1
        return [SaveResult(success=True, id=each) for each in ids]

    def _upserted(self, row: TargetRow, there: Present) -> SaveResult:
        identity = (row.sobject, row.key)
        earlier = self.planned.get(identity)
        record = there.record(row)
        if record is None:
            if earlier is None:
                self.planned[identity] = Planned(row.sobject, row.key, row.root_id, Action.CREATE)
            return SaveResult(success=True, created=earlier is None)
        changes = {**(earlier.changes if earlier else {}), **there.changes(row)}
        action = Action.UPDATE if changes else Action.LEAVE
        self.planned[identity] = Planned(row.sobject, row.key, row.root_id, action, changes)
        return SaveResult(success=True, id=str(record["Id"]))


async def _before(options: Mapping[str, Any]) -> None:
    before = options.get("before_send")
    if before is not None:
        await before()
