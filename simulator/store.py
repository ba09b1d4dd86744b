"""The record store: one SQLite database for all the records of one tenant's entity, or of one org."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def quoted(identifier: str) -> str:
    """A table's or column's name as SQL takes it."""
    return '"' + identifier.replace('"', '""') + '"'


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
        self._depth = 0
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
    ) -> None:
        """Make a table if it is not there; `columns` maps names to SQLite declarations, the first is the key.

        A table left by an earlier run gains the columns it lacks.
        """
        names = list(columns)
        key = names[0]
        definitions = [f"{quoted(key)} {columns[key]} PRIMARY KEY"]
        definitions += [f"{quoted(name)} {columns[name]}" for name in names[1:]]
        with self.lock:
            self._keys[table] = key
            self.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table)} ({', '.join(definitions)}) WITHOUT ROWID")
            present = {row["name"] for row in self.execute(f"PRAGMA table_info({quoted(table)})")}
            for name in names:
                if name not in present:
                    self.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(name)} {columns[name]}")
            for kind, groups in (("INDEX", indexes), ("UNIQUE INDEX", unique)):
                for group in groups:
                    index = quoted(f"{table}({','.join(group)})")
                    body = ", ".join(quoted(name) for name in group)
                    self.execute(f"CREATE {kind} IF NOT EXISTS {index} ON {quoted(table)} ({body})")

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Run one statement and return its rows."""
        with self.lock:
            return self._connection.execute(sql, tuple(parameters)).fetchall()

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Add one row; raises `sqlite3.IntegrityError` when its key is taken."""
        names = ", ".join(quoted(name) for name in row)
        marks = ", ".join("?" * len(row))
        self.execute(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", list(row.values()))

    def update(self, table: str, key: str, changes: Mapping[str, object]) -> None:
        """Change some columns of the row with this key."""
        if not changes:
            return
        pairs = ", ".join(f"{quoted(name)} = ?" for name in changes)
        self.execute(
            f"UPDATE {quoted(table)} SET {pairs} WHERE {quoted(self._keys[table])} = ?",
            [*changes.values(), key],
        )

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
                raise
            finally:
                self._connection.execute(f"RELEASE {name}")
                self._depth -= 1

    @property
    def changes(self) -> int:
        """How many rows were written since the store was opened, those taken back again among them."""
        return self._connection.total_changes

    @property
    def in_step(self) -> bool:
        """Whether a savepoint is open; ask while holding `lock`."""
        return self._depth > 0

    def close(self) -> None:
        """Let go of the database; a store in memory is gone with this."""
        with self.lock:
            self._finalizer()
