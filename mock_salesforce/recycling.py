"""The recycle bin of an org: which records were deleted when and with which other, and what they were cut off from.

A record that is deleted keeps its row, marked, for 15 days or until the bin is emptied. That it was deleted stays on
record after that, by object and moment, for those who ask what was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mock_salesforce.schema import Field
from mock_salesforce.values import moment_text
from simulator.clock import Clock
from simulator.store import RecordStore, quoted

RETENTION = timedelta(days=15)
_DELETED, _EMPTIED = "_deleted", "_emptied"
_LISTED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Entry:
    """A deleted record: the record whose deletion took it along (itself, unless it went with another), when it was
    deleted, and whether its row is gone for good.
    """

    id: str
    sobject: str
    root: str
    at: str
    gone: bool


class RecycleBin:
    """The bin of one org; hold the store's lock around what must be seen as one step."""

    def __init__(self, store: RecordStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        store.define(
            _DELETED,
            {"id": "TEXT", "sobject": "TEXT", "root": "TEXT", "at": "TEXT", "gone": "INTEGER NOT NULL DEFAULT 0"},
            indexes=[["sobject", "at"], ["root"], ["gone", "at"]],
        )
        store.define(
            _EMPTIED,
            {"key": "TEXT", "root": "TEXT", "sobject": "TEXT", "id": "TEXT", "field": "TEXT", "parent": "TEXT"},
            indexes=[["root"]],
        )

    def put(self, doomed: Mapping[str, Iterable[str]], root: str, at: str) -> None:
        """Note that records, by object, were deleted together with `root`."""
        rows = [(id_, sobject, root, at, 0) for sobject, ids in doomed.items() for id_ in sorted(ids)]
        self._store.insert_many(_DELETED, ["id", "sobject", "root", "at", "gone"], rows)

    def entry(self, identifier: str) -> Entry | None:
        """What is known of a deleted record by its 18-character id."""
        row = self._store.get(_DELETED, identifier)
        return None if row is None else Entry(row["id"], row["sobject"], row["root"], row["at"], bool(row["gone"]))

    def members(self, root: str) -> dict[str, list[str]]:
        """The ids of all that was deleted together, by object, as far as it can come back."""
        found: dict[str, list[str]] = {}
        sql = f"SELECT sobject, id FROM {_DELETED} WHERE root = ? AND gone = 0 ORDER BY id"
        for sobject, identifier in self._store.execute(sql, [root]):
            found.setdefault(sobject, []).append(identifier)
        return found

    def cut(self, root: str, sobject: str, field: str, parents: str) -> bool:
        """Remember the living records whose lookup points at `parents`, a JSON list of ids; tell if there are any."""
        column = quoted(field)
        before = self._store.changes
        self._store.execute(
            f"INSERT OR REPLACE INTO {_EMPTIED} (key, root, sobject, id, field, parent) "
            f'SELECT ? || "Id", ?, ?, "Id", ?, {column} FROM {quoted(sobject)} '
            f'WHERE {column} IN {_LISTED} AND "IsDeleted" = 0',
            [f"{root}.{field}.", root, sobject, field, parents],
        )
        return self._store.changes > before

    def cut_late(self, sobject: str, field: str, ids: Iterable[str]) -> None:
        """Remember, of records that have come back, which of them point with a lookup at what is in the bin itself."""
        column = quoted(field)
        self._store.execute(
            f"INSERT OR REPLACE INTO {_EMPTIED} (key, root, sobject, id, field, parent) "
            f'SELECT d.root || ? || t."Id", d.root, ?, t."Id", ?, t.{column} FROM {quoted(sobject)} t '
            f'JOIN {_DELETED} d ON d.id = t.{column} AND d.gone = 0 WHERE t."Id" IN {_LISTED}',
            [f".{field}.", sobject, field, json.dumps(list(ids))],
        )

    def gone_masters(self, sobject: str, reference: Field, ids: Iterable[str]) -> dict[str, str]:
        """Of these records, those whose reference points at a deleted record, and that record's id."""
        column = quoted(reference.name)
        rows = self._store.execute(
            f'SELECT t."Id", t.{column} FROM {quoted(sobject)} t LEFT JOIN {quoted(reference.refers_to)} p '
            f'ON p."Id" = t.{column} WHERE t."Id" IN {_LISTED} AND t.{column} IS NOT NULL '
            'AND (p."Id" IS NULL OR p."IsDeleted" = 1)',
            [json.dumps(list(ids))],
        )
        return {row[0]: row[1] for row in rows}

    def move(self, members: Mapping[str, str]) -> None:
        """Let deleted records come back with the deleted record that each is mapped to, instead of with their root."""
        for identifier, master in members.items():
            self._store.execute(
                f"UPDATE {_DELETED} SET root = COALESCE((SELECT root FROM {_DELETED} WHERE id = ?), root) WHERE id = ?",
                [master, identifier],
            )

    def take_back(self, root: str, now: str) -> None:
        """Forget that `root` was deleted, and point at it again what still points at nothing."""
        fields = self._store.execute(f"SELECT DISTINCT sobject, field FROM {_EMPTIED} WHERE root = ?", [root])
        for sobject, field in fields:
            self._store.execute(
                f'UPDATE {quoted(sobject)} SET {quoted(field)} = e.parent, "SystemModstamp" = ? FROM {_EMPTIED} e '
                f'WHERE e.root = ? AND e.sobject = ? AND e.field = ? AND e.id = {quoted(sobject)}."Id" '
                f'AND {quoted(sobject)}.{quoted(field)} IS NULL AND {quoted(sobject)}."IsDeleted" = 0',
                [now, root, sobject, field],
            )
        self._store.execute(f"DELETE FROM {_EMPTIED} WHERE root = ?", [root])
        self._store.execute(f"DELETE FROM {_DELETED} WHERE root = ? AND gone = 0", [root])

    def empty(self, root: str) -> None:
        """Remove for good all that was deleted together."""
        for sobject, ids in self.members(root).items():
            self._store.execute(
                f'DELETE FROM {quoted(sobject)} WHERE "Id" IN {_LISTED} AND "IsDeleted" = 1', [json.dumps(ids)]
            )
        self._store.execute(f"UPDATE {_DELETED} SET gone = 1 WHERE root = ?", [root])
        self._store.execute(f"DELETE FROM {_EMPTIED} WHERE root = ?", [root])

    def expire(self) -> None:
        """Remove for good what has been in the bin for longer than it keeps things; cheap when nothing has."""
        since = moment_text(self._clock.now() - RETENTION)
        roots = self._store.execute(f"SELECT DISTINCT root FROM {_DELETED} WHERE gone = 0 AND at < ?", [since])
        for (root,) in roots:
            self.empty(root)

    def deleted(self, sobject: str, start: str, end: str, most: int = -1) -> list[tuple[str, str]]:
        """The ids of an object's records that were deleted from `start` on and before `end`, and when, in that order.

        At most `most`; moments as dateTime fields hold them. Those that have come back since are not among them.
        """
        sql = f"SELECT id, at FROM {_DELETED} WHERE sobject = ? AND at >= ? AND at < ? ORDER BY at, id LIMIT ?"
        return [(row[0], row[1]) for row in self._store.execute(sql, [sobject, start, end, most])]

    def astray(self, sobject: str) -> list[tuple[str, bool]]:
        """The records of an object that are deleted and not in the bin, or the other way about: ids, and which."""
        rows = self._store.execute(
            f'SELECT t."Id", t."IsDeleted" FROM {quoted(sobject)} t LEFT JOIN {_DELETED} d ON d.id = t."Id" '
            'AND d.gone = 0 WHERE (d.id IS NULL) <> (t."IsDeleted" = 0) ORDER BY t."Id"'
        )
        return [(row[0], bool(row[1])) for row in rows]

    def clear(self) -> None:
        """Forget everything."""
        for table in (_DELETED, _EMPTIED):
            self._store.execute(f"DELETE FROM {table}")
