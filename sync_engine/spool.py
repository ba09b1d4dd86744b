"""Room for more rows than memory should hold: a private temporary database that is gone when nobody uses it.

Small syncs never leave its cache; large ones go to a temporary file, so that memory stays the same however many rows
an account has. Nothing in it outlives the sync: what has to is in the ledger.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

CACHE_KIB = 2_048
"""What is kept in memory before pages go to the file."""
_ROWS_AT_ONCE = 500


class Spool:
    """One temporary database. Several readers may be under way while others write to other tables."""

    def __init__(self) -> None:
        # whichever thread happens to collect it closes it; it is used by one at a time
        self._connection = sqlite3.connect("", isolation_level=None, cached_statements=512, check_same_thread=False)
        # said aloud, because a connection that is only forgotten counts as a leak
        weakref.finalize(self, self._connection.close)
        for setting in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self._connection.execute(f"PRAGMA {setting}")
        # nothing is ever rolled back, and one transaction spares the end of many
        self._connection.execute("BEGIN")
        self._named = 0

    def name(self, what: str) -> str:
        """A name for a table that no other table has."""
        self._named += 1
        return f"{what}_{self._named}"

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something; gives the number of rows changed."""
        return self._connection.execute(statement, values).rowcount

    def do_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Change something once for each of `values`."""
        self._connection.executemany(statement, values)

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they are asked for. The table must stay as it is until the last one."""
        cursor = self._connection.execute(query, values)
        while page := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from page

    def row(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        found: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return found
