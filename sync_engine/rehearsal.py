"""What a sync would do, found out by doing all of it but the writing.

The whole pipeline runs; only the client's writes are answered from what the org has now. So a plan has the batches,
the order and the refusals of the sync itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sync_engine.lookup import at, find
from sync_engine.model import ParentRef, TargetRow
from sync_engine.salesforce.describe import SObjectDescribe
from sync_engine.salesforce.records import SaveResult
from sync_engine.salesforce.values import agree


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
    changes: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)


class Rehearsal:
    """A Salesforce client that reads and does not write; everything else is the client's own."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.planned: dict[tuple[str, str], Planned] = {}
        self.upserts: Counter[str] = Counter()
        self.deletes = 0
        self.reads_of_its_own = 0
        """Calls that the sync itself would not make: to see what the org has of the rows."""
        self._parents: dict[tuple[str, str], set[int]] = {}
        self._batches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def contended(self) -> list[tuple[str, str, int]]:
        """Parents that several calls lock, as (object, external id, calls), the most wanted first.

        The engine sends such calls one after the other; other programs that write under these parents at the same
        time would fight them for the locks.
        """
        found = [(sobject, key, len(calls)) for (sobject, key), calls in self._parents.items() if len(calls) > 1]
        return sorted(found, key=lambda each: (-each[2], each))

    async def upsert(self, sobject: str, key_field: str, rows: Sequence[TargetRow], **options: Any) -> list[SaveResult]:
        """Compare the rows with what the org has."""
        await _before(options)
        self.upserts[sobject] += 1
        self._batches += 1
        for row in rows:
            for parent in row.parents.values():
                self._parents.setdefault((parent.sobject, parent.value), set()).add(self._batches)
        before = self._client.calls
        described = await self._client.describe(sobject)
        names = {name for row in rows for name in (*row.fields, *row.nulls, *_paths(row.parents))}
        known = {name for name in names if "." in name or name in described.fields}
        keys = [row.key for row in rows]
        found = await find(self._client, sobject, [key_field, *sorted(known)], key_field, keys)
        self.reads_of_its_own += self._client.calls - before
        by_key = {(at(record, key_field) or "").casefold(): record for record in found}
        return [self._upserted(row, by_key.get(row.key.casefold()), described, known) for row in rows]

    async def delete(self, ids: Sequence[str], **options: Any) -> list[SaveResult]:
        """Say that the records are gone; which they are, the outcomes tell."""
        await _before(options)
        self.deletes += 1
        return [SaveResult(success=True, id=each) for each in ids]

    def _upserted(
        self, row: TargetRow, record: Mapping[str, Any] | None, described: Any, known: set[str]
    ) -> SaveResult:
        identity = (row.sobject, row.key)
        earlier = self.planned.get(identity)
        if record is None:
            if earlier is None:
                self.planned[identity] = Planned(row.sobject, row.key, row.root_id, Action.CREATE)
            return SaveResult(success=True, created=earlier is None)
        changes = dict(_changes(row, record, described, known))
        if earlier is not None:
            changes = {**earlier.changes, **changes}
        action = Action.UPDATE if changes else Action.LEAVE
        self.planned[identity] = Planned(row.sobject, row.key, row.root_id, action, changes)
        return SaveResult(success=True, id=str(record["Id"]))


async def _before(options: Mapping[str, Any]) -> None:
    before = options.get("before_send")
    if before is not None:
        await before()


def _paths(parents: Mapping[str, ParentRef]) -> list[str]:
    return [f"{relationship}.{parent.field}" for relationship, parent in parents.items()]


def _changes(
    row: TargetRow, record: Mapping[str, Any], described: SObjectDescribe, known: set[str]
) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    """The fields that would change, with what they say now and what they would say."""
    wanted: dict[str, str | None] = {**row.fields, **dict.fromkeys(row.nulls)}
    wanted |= {f"{name}.{parent.field}": parent.value for name, parent in row.parents.items()}
    for name, value in wanted.items():
        if name not in known:
            continue
        now = at(dict(record), name)
        field_ = described.fields.get(name)
        kind, scale = (field_.type, field_.scale) if field_ is not None else ("string", None)
        if not agree(kind, value, now, scale=scale):
            yield name, (now, value)
