"""The rows of a query as they were when it ran, for clients that read them page by page."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.store import RecordStore, quoted

_NUMBERS = itertools.count(1)


class ResultGone(LookupError):
    """The result was let go of."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query selects from `table`: `columns` by name as SQL, those rows that `where` holds for, in key order.

    `also_reads` names further tables that the SQL looks into.
    """

    table: str
    key: str
    columns: Mapping[str, str]
    where: str = ""
    parameters: Sequence[object] = ()
    also_reads: frozenset[str] = field(default=frozenset())

    @property
    def tables(self) -> tuple[str, ...]:
        """All that it reads."""
        return self.table, *sorted(self.also_reads)

    def inner(self, condition: str = "") -> str:
        """The SELECT without its order, one more condition added."""
        names = {self.key: quoted(self.key), **self.columns}
        body = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in names.items())
        where = " AND ".join(part for part in (self.where, condition) if part)
        return f"SELECT {body} FROM {quoted(self.table)}" + (f" WHERE {where}" if where else "")


class _Kept:
    """What a query found, unchanging until `drop`.

    As long as nobody writes to the tables it came from, it is no more than the query itself. The first write makes the
    store copy it aside, into SQLite's temporary database, which spills to disk.
    """

    def __init__(
        self, store: RecordStore, tables: Collection[str], copied: str, parameters: Sequence[object] = ()
    ) -> None:
        """`copied` selects what is copied aside, in order."""
        self._store = store
        self._tables = frozenset(map(str.lower, tables))
        self._copied = copied, tuple(parameters)
        self._copy = quoted(f"result {next(_NUMBERS)}")
        # Keys at which pages began: pages that follow one another start there instead of counting from the top.
        self._marks: list[tuple[int, str]] = []
        self._dropped = False
        with store.lock:
            self._unwatch = store.watch(self._before_write)

    @property
    def lock(self) -> threading.RLock:
        """The store's: held, it keeps everybody from writing."""
        return self._store.lock

    @property
    def is_live(self) -> bool:
        """Whether the rows are still those of the tables; ask while holding `lock`."""
        return not self._dropped and not self._is_copied()

    def drop(self) -> None:
        """Let go of it."""
        with self._store.lock:
            if not self._dropped:
                self._dropped = True
                self._unwatch()
                if self._is_copied():
                    self._store.aside(f"DROP TABLE temp.{self._copy}")

    def _check(self) -> None:
        if self._dropped:
            raise ResultGone(self._copy)

    def _is_copied(self) -> bool:
        """Asked of the database, because a savepoint that is rolled back takes the copy with the write."""
        name = self._copy.strip('"')
        return bool(self._store.execute("SELECT 1 FROM temp.sqlite_master WHERE name = ?", (name,)))

    def _before_write(self, table: str | None) -> None:
        if (table is None or table in self._tables) and not self._is_copied():
            self._copy_aside()

    def _copy_aside(self) -> None:
        sql, parameters = self._copied
        self._store.aside(f"CREATE TEMP TABLE {self._copy} AS {sql}", parameters)

    def _of_copy(self, outputs: str, start: int, count: int) -> list[sqlite3.Row]:
        return self._store.execute(
            f"SELECT {outputs} FROM temp.{self._copy} WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
            (start, start + count),
        )

    def _mark_before(self, start: int) -> tuple[int, str]:
        place = bisect_right(self._marks, start, key=lambda mark: mark[0])
        return self._marks[place - 1] if place else (0, "")

    def _mark(self, position: int, key: str) -> None:
        place = bisect_right(self._marks, position, key=lambda mark: mark[0])
        if not place or self._marks[place - 1][0] != position:
            self._marks.insert(place, (position, key))


class Result(_Kept):
    """A query's rows, unchanging until `drop`."""

    def __init__(self, store: RecordStore, selection: Selection, size: int | None = None) -> None:
        """`size` is how many rows there are, for a caller who knows."""
        with store.lock:
            self.size = _count(store, selection) if size is None else size
            copied = f"{selection.inner()} ORDER BY {quoted(selection.key)}"
            super().__init__(store, selection.tables, copied, selection.parameters)
        self._selection = selection

    def read(self, outputs: str, start: int, count: int) -> list[sqlite3.Row]:
        """`count` rows from number `start` on: the key, then `outputs`, SQL over the selection's columns.

        Raises `ResultGone` after `drop`.
        """
        with self._store.lock:
            self._check()
            key = quoted(self._selection.key)
            if self._is_copied():
                return self._of_copy(f"{key}, {outputs}", start, count)
            known, after = self._mark_before(start)
            inner = self._selection.inner(f"{key} > ?" if after else "")
            rows = self._store.execute(
                f"SELECT {key}, {outputs} FROM ({inner}) ORDER BY {key} LIMIT ? OFFSET ?",
                (*self._selection.parameters, *([after] if after else []), count, start - known),
            )
            if rows:
                self._mark(start + len(rows), rows[-1][0])
            return rows


class Keys(_Kept):
    """The keys of a query's rows, unchanging in number and order until `drop`; what the rows hold may change."""

    def __init__(
        self,
        store: RecordStore,
        tables: Collection[str],
        sql: str,
        parameters: Sequence[object],
        *,
        size: int,
        following: str = "",
    ) -> None:
        """`sql` selects the keys in order, all `size` of them.

        `following` is for those that come in the order of the keys themselves: it selects the ones after a key, its
        first parameter, at most as many as its last says. Without it, the first reading copies the keys aside.
        """
        super().__init__(store, tables, sql, parameters)
        self.size = size
        self._parameters = tuple(parameters)
        self._following = following

    def starts_at(self, position: int, key: str) -> None:
        """Tell that `key` is the last before `position`."""
        self._mark(position, key)

    def read(self, start: int, count: int) -> list[str]:
        """`count` keys from number `start` on. Raises `ResultGone` after `drop`."""
        with self._store.lock:
            self._check()
            count = min(count, self.size - start)
            known, after = self._mark_before(start)
            if not self._is_copied():
                if self._following and known == start:
                    parameters = (after, *self._parameters, count)
                    found = [str(row[0]) for row in self._store.execute(self._following, parameters)]
                    if found:
                        self._mark(start + len(found), found[-1])
                    return found
                self._copy_aside()
            return [str(row[0]) for row in self._of_copy("*", start, count)]


def _count(store: RecordStore, selection: Selection) -> int:
    where = f" WHERE {selection.where}" if selection.where else ""
    sql = f"SELECT count(*) AS n FROM {quoted(selection.table)}{where}"
    return int(store.execute(sql, selection.parameters)[0]["n"])


def first_rows(store: RecordStore, selection: Selection, outputs: str, count: int) -> list[sqlite3.Row]:
    """The first rows as they are now, the key and then `outputs`; for results that are read whole at once."""
    key = quoted(selection.key)
    return store.execute(
        f"SELECT {key}, {outputs} FROM ({selection.inner()}) ORDER BY {key} LIMIT ?", (*selection.parameters, count)
    )
