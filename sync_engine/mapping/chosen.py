"""Which rows of one Zuora object are written: by external id, by handle, and in the order of writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sync_engine.spool import Spool

_KEPT_KEYS = 4_000
"""Keys found by handle that are kept in memory: siblings ask for the same parent one after the other."""


class Candidate(NamedTuple):
    """A source row that could be written under `key`.

    `handle` is what children name it by, `root` the place of its root, `siblings` the same for all rows that hang from
    the same parents, `rank` decides among rows with one key.
    """

    key: str
    row_id: str
    handle: str | None
    root: int
    siblings: str
    rank: int


class Chosen:
    """The rows of one map that are written, one a key. Salesforce matches external ids without regard to case.

    Of several rows with one key the first stays, and the others' handles lead to it; if one `prefers` the higher
    rank, the handles of the others lead nowhere.
    """

    def __init__(self, spool: Spool, *, prefers: bool) -> None:
        self._spool = spool
        self._name = name = spool.name("chosen")
        self._prefers = prefers
        self._keys: dict[str, str | None] = {}
        spool.do(
            f"CREATE TABLE {name} (folded TEXT PRIMARY KEY, key TEXT, id TEXT, handle TEXT, root INTEGER,"
            " siblings TEXT, rank INTEGER) WITHOUT ROWID"
        )
        spool.do(f"CREATE TABLE {name}_handles (handle TEXT PRIMARY KEY, folded TEXT) WITHOUT ROWID")

    def put(self, candidates: Iterable[Candidate]) -> None:
        """Choose among these."""
        wins = (
            "UPDATE SET key = excluded.key, id = excluded.id, handle = excluded.handle, root = excluded.root,"
            " siblings = excluded.siblings, rank = excluded.rank WHERE excluded.rank > rank"
        )
        self._spool.do_many(
            f"INSERT INTO {self._name} VALUES (?, ?, ?, ?, ?, ?, ?)"
            f" ON CONFLICT (folded) DO {wins if self._prefers else 'NOTHING'}",
            ((each.key.casefold(), *each) for each in self._noted(candidates)),
        )
        self._spool.do(
            f"INSERT OR REPLACE INTO {self._name}_handles"
            f" SELECT handle, folded FROM {self._name} WHERE handle IS NOT NULL AND handle <> ''"
        )

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """Key, row id and place of the root of each, siblings one after the other."""
        yield from self._spool.rows(f"SELECT key, id, root FROM {self._name} ORDER BY root, siblings, key")

    def count(self) -> int:
        """How many there are."""
        found = self._spool.row(f"SELECT COUNT(*) FROM {self._name}")
        return int(found[0]) if found else 0

    def has(self, key: str) -> bool:
        """Whether a row has this key."""
        return self._spool.row(f"SELECT 1 FROM {self._name} WHERE folded = ?", (key.casefold(),)) is not None

    def key(self, handle: str) -> str | None:
        """The key of the row that a handle leads to."""
        if handle not in self._keys:
            if len(self._keys) >= _KEPT_KEYS:
                self._keys.clear()
            found = self._spool.row(
                f"SELECT c.key FROM {self._name}_handles h JOIN {self._name} c USING (folded) WHERE h.handle = ?",
                (handle,),
            )
            self._keys[handle] = found[0] if found else None
        return self._keys[handle]

    def _noted(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates, each handle noted on the way."""
        for each in candidates:
            if each.handle and not self._prefers:
                self._spool.do(
                    f"INSERT OR REPLACE INTO {self._name}_handles VALUES (?, ?)", (each.handle, each.key.casefold())
                )
            yield each
