"""What a row would change in the org, and leaving out the rows that would change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync_engine.continuing import Known
from sync_engine.lookup import at, find
from sync_engine.model import ParentRef, RowOutcome, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.describe import SObjectDescribe
from sync_engine.salesforce.values import agree

Change = tuple[str | None, str | None]
"""What a field says now, and what it would say."""


class Present:
    """What the org has of some rows of one object: the records by external id, and which fields could be read."""

    def __init__(
        self, described: SObjectDescribe, readable: set[str], records: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._described = described
        self._readable = readable
        self._records = records

    def record(self, row: TargetRow) -> Mapping[str, Any] | None:
        """The record of a row, if there is one; external ids are found without regard to case."""
        return self._records.get(row.key.casefold())

    def changes(self, row: TargetRow) -> dict[str, Change]:
        """What a row would change of its record; raises `KeyError` when there is none."""
        return dict(self._changes(row, self._records[row.key.casefold()]))

    def _changes(self, row: TargetRow, record: Mapping[str, Any]) -> Iterator[tuple[str, Change]]:
        wanted: dict[str, str | None] = {**row.fields, **dict.fromkeys(row.nulls)}
        wanted |= {f"{name}.{parent.field}": parent.value for name, parent in row.parents.items()}
        for name, value in wanted.items():
            if name not in self._readable:
                continue
            now = at(dict(record), name)
            field = self._described.fields.get(name)
            kind, scale = ("string", None) if field is None else (field.type, field.scale)
            if not agree(kind, value, now, scale=scale):
                yield name, (now, value)


async def present(client: Any, rows: Sequence[TargetRow], under: str = "") -> Present:
    """Read what the org has of rows of one object: by the path to their roots, or without one by their keys."""
    sobject, key_field = rows[0].sobject, rows[0].key_field
    described = await client.describe(sobject)
    names = {name for row in rows for name in (*row.fields, *row.nulls, *_paths(row.parents))}
    readable = {name for name in names if "." in name or name in described.fields}
    where, values = (under, [row.root_id for row in rows]) if under else (key_field, [row.key for row in rows])
    found = await find(client, sobject, [key_field, *sorted(readable)], where, values)
    return Present(described, readable, {(at(record, key_field) or "").casefold(): record for record in found})


class OnlyChanged:
    """Leaves out rows that say what the org says already.

    `under` has the path to the root for each object whose rows hang from one: such rows are read a page of 2,000 at a
    time, where they would be written 200 at a time. `known` is asked first.
    """

    def __init__(self, salesforce: SalesforceClient, under: Mapping[str, str], known: Known) -> None:
        self._salesforce = salesforce
        self._under = under
        self._known = known

    async def unsent(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that are new or would change something, in their order."""
        left = await self._known.unsent(rows)
        groups: dict[tuple[str, str], list[TargetRow]] = {}
        for row in left:
            groups.setdefault((row.sobject, row.key_field), []).append(row)
        keep: set[int] = set()
        for (sobject, _), group in groups.items():
            there = await present(self._salesforce, group, self._under.get(sobject, ""))
            keep.update(id(row) for row in group if there.record(row) is None or there.changes(row))
        return [row for row in left if id(row) in keep]

    async def settled(self, rows: Sequence[TargetRow]) -> list[RowOutcome]:
        """As whoever is asked first says."""
        return await self._known.settled(rows)


def _paths(parents: Mapping[str, ParentRef]) -> list[str]:
    return [f"{relationship}.{parent.field}" for relationship, parent in parents.items()]
