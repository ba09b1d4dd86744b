"""The record store: one SQLite database for all the records of one tenant's entity, or of one org."""

from __future__ import annotations

import re
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache, partial
from pathlib import Path

_HARMLESS = re.compile(r"\s*(?:SELECT|PRAGMA|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
_WRITTEN_TABLE = re.compile(
    r"""\s*(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"""
    r"""(?!OR\s)("(?:[^"]|"")+"|\w+)(?=[\s(]|\Z)""",
    re.IGNORECASE,
)

_JOURNAL_MODE = slice(18, 20)
"""Where in SQLite's file format the ways of writing and reading stand."""

Watcher = Callable[[str | None], None]
"""Is told the name, in lower case, of the table that is about to be written, None when it may be any."""


def quoted(identifier: str) -> str:
    """A table's or column's name as SQL takes it."""
    return '"' + identifier.replace('"', '""') + '"'


class ImageUnusable(ValueError):
    """What was to be restored is no store's image, or a damaged one."""


def opened(image: bytes) -> sqlite3.Connection:
    """A store's image as a database in memory. Raises `ImageUnusable`."""
    plain = bytearray(image)
    # A file with a write-ahead log says so in its header, and a database in memory has none.
    plain[_JOURNAL_MODE] = b"\1\1"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(bytes(plain))
        told = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        odd = connection.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]
    except sqlite3.Error as error:
        connection.close()
        raise ImageUnusable(f"it is no image of records: {error}") from None
    if told != "ok" or odd:
        connection.close()
        raise ImageUnusable(f"it is damaged: {told}" if told != "ok" else "it has more in it than tables")
    return connection


class RecordStore:
    """Tables of records in memory, or in a file that outlives the process.

    Not a query language: callers write SQL with bound parameters. Hold `lock` around everything that must be seen
    as one step; it is re-entrant, and every single call takes it.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        # A store that is dropped rather than closed lets go all the same; Python 3.13 warns about one that does not.
        self._finalizer = weakref.finalize(self, self._connection.close)
        self.lock = threading.RLock()
        self._keys: dict[str, str] = {}
        self._watchers: dict[int, Watcher] = {}
        self._watched = 0
        self._writes: dict[str | None, int] = {}
        self._depth = 0
        self._restored = 0
        self._definitions: dict[str, Callable[[], None]] = {}
        self._followers: dict[str, set[str]] = {}
        self._preparations: list[Callable[[], None]] = []
        if path is not None:
            # A mock's file is a convenience, not a ledger: losing the last moments to a power cut is acceptable.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")

    def define(
        self,
        table: str,
        columns: Mapping[str, str],
        *,
        indexes: Sequence[Sequence[str]] = (),
        unique: Sequence[Sequence[str]] = (),
        caseless: Sequence[Sequence[str]] = (),
    ) -> None:
        """Make a table if it is not there; `columns` maps names to SQLite declarations, the first is the key.

        `caseless` are indexes for comparisons with `COLLATE NOCASE` and for `LIKE`. A table left by an earlier run
        gains the columns and indexes it lacks, and so does one that is restored.
        """
        with self.lock:
            self._definitions[table] = partial(self._make, table, columns, indexes, unique, caseless)
            self._definitions[table]()

    def _make(
        self,
        table: str,
        columns: Mapping[str, str],
        indexes: Sequence[Sequence[str]],
        unique: Sequence[Sequence[str]],
        caseless: Sequence[Sequence[str]],
    ) -> None:
        names = list(columns)
        key = names[0]
        definitions = [f"{quoted(key)} {columns[key]} PRIMARY KEY"]
        definitions += [f"{quoted(name)} {columns[name]}" for name in names[1:]]
        self._keys[table] = key
        self.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table)} ({', '.join(definitions)}) WITHOUT ROWID")
        present = {row["name"] for row in self.execute(f"PRAGMA table_xinfo({quoted(table)})")}
        for name in names:
            if name not in present:
                self.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(name)} {columns[name]}")
        kinds = (("INDEX", "", indexes), ("UNIQUE INDEX", "", unique), ("INDEX", " COLLATE NOCASE", caseless))
        for kind, collation, groups in kinds:
            for group in groups:
                index = quoted(f"{table}({','.join(group)}){collation}")
                body = ", ".join(quoted(name) + collation for name in group)
                self.execute(f"CREATE {kind} IF NOT EXISTS {index} ON {quoted(table)} ({body})")

    def follow(self, table: str, watched: str, prepare: Callable[[], None]) -> None:
        """Let `table` be written whenever `watched` is, by triggers that `prepare` makes.

        It is called now, and again whenever the records are others; whoever watches the store is told of both tables.
        """
        with self.lock:
            self._followers.setdefault(watched.lower(), set()).add(table.lower())
            self._preparations.append(prepare)
            prepare()

    def teach(self, name: str, function: Callable[..., str | int | float | None], arguments: int = 1) -> None:
        """Let SQL call a pure Python function by this name."""
        with self.lock:
            self._connection.create_function(name, arguments, function, deterministic=True)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` before every write, under the lock; returns what ends that."""
        with self.lock:
            self._watched += 1
            key = self._watched
            self._watchers[key] = watcher

        def end() -> None:
            with self.lock:
                self._watchers.pop(key, None)

        return end

    @property
    def changes(self) -> int:
        """A number that grows with every row written, those taken back again among them, and with every `restore`."""
        return self._connection.total_changes + self._restored

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Run one statement and return its rows."""
        with self.lock:
            if not _HARMLESS.match(sql):
                self._about_to_write(sql)
            return self._connection.execute(sql, tuple(parameters)).fetchall()

    def aside(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement that touches temporary tables only: for watchers, which are not told of it."""
        with self.lock:
            self._connection.execute(sql, tuple(parameters))

    def writes(self, tables: Iterable[str]) -> tuple[int, ...]:
        """How often each table was, or may have been, written; equal answers mean the same rows."""
        return tuple(self._writes.get(table.lower(), 0) + self._writes.get(None, 0) for table in tables)

    def _about_to_write(self, sql: str) -> None:
        """What every statement that writes goes through; one that goes round it leaves watchers in the dark."""
        found = _WRITTEN_TABLE.match(sql)
        self._announce(found[1].strip('"').replace('""', '"').lower() if found else None, set())

    def _announce(self, table: str | None, told: set[str | None]) -> None:
        """Tell of a write to a table, and to those that follow it, each once."""
        told.add(table)
        self._writes[table] = self._writes.get(table, 0) + 1
        for watcher in list(self._watchers.values()):
            watcher(table)
        for follower in self._followers.get(table or "", ()):
            if follower not in told:
                self._announce(follower, told)

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Add one row; raises `sqlite3.IntegrityError` when its key is taken."""
        self.execute(_insert(table, tuple(row)), list(row.values()))

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add many rows, all or none of them; raises `sqlite3.IntegrityError` when a key is taken."""
        sql = _insert(table, tuple(columns))
        with self.savepoint():
            self._about_to_write(sql)
            self._connection.executemany(sql, rows)

    def update(self, table: str, key: str, changes: Mapping[str, object]) -> None:
        """Change some columns of the row with this key."""
        if not changes:
            return
        self.execute(_update(table, self._keys[table], tuple(changes)), [*changes.values(), key])

    def update_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Change the same columns of many rows; each of `rows` has the columns' values and then the key."""
        sql = _update(table, self._keys[table], tuple(columns))
        with self.savepoint():
            self._about_to_write(sql)
            self._connection.executemany(sql, rows)

    def delete(self, table: str, key: str) -> None:
        """Remove the row with this key, if there is one."""
        self.execute(f"DELETE FROM {quoted(table)} WHERE {quoted(self._keys[table])} = ?", [key])

    def get(self, table: str, key: str) -> sqlite3.Row | None:
        """The row with this key."""
        rows = self.execute(f"SELECT * FROM {quoted(table)} WHERE {quoted(self._keys[table])} = ?", [key])
        return rows[0] if rows else None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All that happens inside stays, or, when an exception leaves it, none of it."""
        with self.lock:
            name = f"savepoint_{self._depth}"
            self._depth += 1
            self._connection.execute(f"SAVEPOINT {name}")
            try:
                yield
            except BaseException:
                self._connection.execute(f"ROLLBACK TO {name}")
                self._writes[None] = self._writes.get(None, 0) + 1
                raise
            finally:
                self._connection.execute(f"RELEASE {name}")
                self._depth -= 1

    @property
    def in_step(self) -> bool:
        """Whether a savepoint is open; ask while holding `lock`."""
        return self._depth > 0

    def clear(self) -> None:
        """Remove every row of every table."""
        with self.savepoint():
            for table in self._definitions:
                self.execute(f"DELETE FROM {quoted(table)}")

    def image(self) -> bytes:
        """All tables as they are at this moment, in SQLite's own file format."""
        with self.lock:
            return self._connection.serialize()

    def restore(self, image: bytes) -> None:
        """Put back what `image` gave; everything since is gone, and rows that watchers still need are kept aside.

        Raises `ImageUnusable`, and then nothing is changed. Inside of a savepoint nothing can be restored.
        """
        with self.lock:
            if self.in_step:
                msg = "a store is restored between steps, not in one"
                raise RuntimeError(msg)
            with closing(opened(image)) as source:
                self._about_to_write("")  # to whichever table
                source.backup(self._connection)
            self._restored += 1
            for make in (*self._definitions.values(), *self._preparations):
                make()

    def close(self) -> None:
        """Let go of the database; a store in memory is gone with this."""
        with self.lock:
            self._finalizer()


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(quoted(name) for name in columns)
    return f"INSERT INTO {quoted(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"


@lru_cache(maxsize=512)
def _update(table: str, key: str, columns: tuple[str, ...]) -> str:
    pairs = ", ".join(f"{quoted(name)} = ?" for name in columns)
    return f"UPDATE {quoted(table)} SET {pairs} WHERE {quoted(key)} = ?"
