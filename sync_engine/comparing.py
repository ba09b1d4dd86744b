"""What a row would change in the org, and leaving out the rows that would change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sync_engine.continuing import Known
from sync_engine.lookup import at, find, find_pages
from sync_engine.mapping.object_map import ObjectMap
from sync_engine.model import ParentRef, RowOutcome, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.describe import SObjectDescribe
from sync_engine.salesforce.values import agree
from sync_engine.spool import Spool

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


async def present(client: Any, rows: Sequence[TargetRow]) -> Present:
    """Read what the org has of rows of one object, by their keys."""
    sobject, key_field = rows[0].sobject, rows[0].key_field
    described = await client.describe(sobject)
    names = {name for row in rows for name in (*row.fields, *row.nulls, *_paths(row.parents))}
    readable = {name for name in names if "." in name or name in described.fields}
    found = await find(client, sobject, [key_field, *sorted(readable)], key_field, [row.key for row in rows])
    return Present(described, readable, {(at(record, key_field) or "").casefold(): record for record in found})


class OnlyChanged:
    """Leaves out rows that say what the org says already.

    Rows of `maps` (by name) that hang from `roots` are read a page of 2,000 at a time, where they would be written 200
    at a time; others by their keys. `known` is asked first.
    """

    def __init__(
        self, salesforce: SalesforceClient, maps: Mapping[str, ObjectMap], roots: Sequence[str], known: Known
    ) -> None:
        self._salesforce = salesforce
        self._named = maps
        self._maps = {each.sobject: each for each in maps.values() if each.under}
        self._roots = roots
        self._known = known
        self._whole: dict[str, Present] = {}

    async def unsent(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that are new or would change something, in their order."""
        left = await self._known.unsent(rows)
        groups: dict[tuple[str, str], list[TargetRow]] = {}
        for row in left:
            groups.setdefault((row.sobject, row.key_field), []).append(row)
        keep: set[int] = set()
        for (sobject, _), group in groups.items():
            there = await self._under(sobject) if sobject in self._maps else await present(self._salesforce, group)
            keep.update(id(row) for row in group if there.record(row) is None or there.changes(row))
        return [row for row in left if id(row) in keep]

    async def settled(self, rows: Sequence[TargetRow]) -> list[RowOutcome]:
        """As whoever is asked first says."""
        return await self._known.settled(rows)

    async def _under(self, sobject: str) -> Present:
        """All that the org has of one object under the roots, read once."""
        if sobject not in self._whole:
            each = self._maps[sobject]
            described = await self._salesforce.describe(sobject)
            names = {rule.target for rule in each.fields} | {parent.column for parent in each.parents}
            readable = {name for name in names if name in described.fields}
            keys = {parent.relationship: self._named[parent.parent].key.target for parent in each.parents}
            readable |= {f"{relationship}.{key}" for relationship, key in keys.items()}
            records = _Records()
            async for page in find_pages(
                self._salesforce, sobject, [each.key.target, *sorted(readable)], each.under, self._roots
            ):
                records.add((at(record, each.key.target) or "", record) for record in page)
            self._whole[sobject] = Present(described, readable, records)
        return self._whole[sobject]


class _Records(Mapping[str, Mapping[str, Any]]):
    """Records by external id without regard to case, of which there may be any number."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._spool.do("CREATE TABLE records (key TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID")

    def add(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self._spool.do_many(
            "INSERT OR REPLACE INTO records VALUES (?, ?)",
            ((key.casefold(), json.dumps(record)) for key, record in records),
        )

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        found = self._spool.row("SELECT record FROM records WHERE key = ?", (key,))
        if found is None:
            raise KeyError(key)
        record: Mapping[str, Any] = json.loads(found[0])
        return record

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._spool.rows("SELECT key FROM records ORDER BY key"))

    def __len__(self) -> int:
        found = self._spool.row("SELECT COUNT(*) FROM records")
        return int(found[0]) if found else 0


def _paths(parents: Mapping[str, ParentRef]) -> list[str]:
    return [f"{relationship}.{parent.field}" for relationship, parent in parents.items()]
