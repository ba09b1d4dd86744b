"""An upsert of 200 rows of 40 fields and a query of 2,000 such rows, in an org of 10,000 records and one of 1,000,000.

The floor of each is the same server returning the reply's bytes ready-made, plus SQLite alone writing or reading the
same rows. "All changed" upserts rows that are there with other values; "all new" makes them.
"""

from __future__ import annotations

import sqlite3
import sys
from functools import partial
from itertools import count, cycle
from multiprocessing.connection import Connection

from benchmarks.measure import Client, ReadyMade, medians_ms, print_table, serving, until_told_to_stop
from benchmarks.salesforce import KEY, OBJECT, PATH, loaded, login, names, new_mock, query, upsert, values
from mock_salesforce.ids import id_of
from mock_salesforce.orgs import Org
from simulator.hosting import Host, by_path
from simulator.store import quoted

FEW, MANY = 10_000, 1_000_000
PAGE, BATCH = 2_000, 200
ROUNDS = 30
GOAL, FLAT = 4, 2


def fill(org: Org, records: int) -> None:
    """Load a first row as any, and copies of it with ids, names and keys of their own."""
    org.load(OBJECT, loaded(PAGE))
    (row,) = org.store.execute(f'SELECT * FROM {quoted(OBJECT)} WHERE "Name" = ?', ["Account 0"])
    columns = [name for name in row.keys() if name not in ("Id", "Name", KEY)]  # noqa: SIM118 - a row's keys
    listed = ", ".join(quoted(name) for name in ("Id", "Name", KEY, *columns))
    copied_columns = ", ".join(map(quoted, columns))
    sql = (
        f'INSERT INTO {quoted(OBJECT)} ({listed}) SELECT ?, ?, ?, {copied_columns} FROM {quoted(OBJECT)} WHERE "Id" = ?'
    )
    prefix = org.schema.required(OBJECT).key_prefix
    with org.store.savepoint():
        for number in range(PAGE, records):
            copied = [id_of(prefix, org.id, 5_000_000 + number), f"Account {number}", f"key-{number}", row["Id"]]
            org.store.execute(sql, copied)


def serve(ours: Connection, records: int) -> None:
    """A server's process."""
    mock, org, clock = new_mock()
    fill(org, records)
    with Host(by_path({"/ready": ReadyMade()}, default=mock.wsgi), clock) as host:
        until_told_to_stop(ours, host.url)
    mock.close()


class Bare:
    """SQLite with a table of the same fields and the index of the key, and nothing around it."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        columns = ", ".join(f'"{name}"' for name in names())
        self._connection.execute(f'CREATE TABLE r ("Id" TEXT PRIMARY KEY, {columns}) WITHOUT ROWID')
        self._connection.execute(f'CREATE INDEX k ON r ("{KEY}")')
        self._rows = [(f"{n:018d}", *values(n).values()) for n in range(PAGE)]
        marks = ", ".join("?" * (len(names()) + 1))
        self._insert = f"INSERT OR REPLACE INTO r VALUES ({marks})"
        self._connection.executemany(self._insert, self._rows)
        self._made = count(PAGE)

    def read(self) -> None:
        """All rows."""
        self._connection.execute("SELECT * FROM r").fetchall()

    def write(self) -> None:
        """A batch again, in one transaction."""
        self._in_one(self._rows[:BATCH])

    def insert(self) -> None:
        """A batch of new rows, in one transaction."""
        self._in_one([(f"{next(self._made):018d}", *row[1:]) for row in self._rows[:BATCH]])

    def _in_one(self, rows: list[tuple[str, ...]]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany(self._insert, rows)
        self._connection.execute("COMMIT")


class Measured:
    """The acts that are measured at one server."""

    def __init__(self, url: str) -> None:
        session = login(url)
        self._client, self._ready = Client(url + PATH), Client(url + "/ready")
        self._session = session
        self._page = query(session, f"SELECT {', '.join(names())} FROM {OBJECT} LIMIT {PAGE}")
        # Written beforehand: what a client takes to write its requests is not the server's.
        self._changes = cycle([upsert(session, 0, BATCH, str(n)) for n in range(ROUNDS + 5)])
        self._new = iter([upsert(session, 50_000_000 + n * BATCH, BATCH) for n in range(ROUNDS + 5)])
        self._url = url

    def page(self) -> bytes:
        """The first page of a query of every field."""
        return self._client.post(self._page)

    def change(self) -> bytes:
        """An upsert that changes every row."""
        return self._client.post(next(self._changes))

    def make(self) -> bytes:
        """An upsert that makes every row."""
        return self._client.post(next(self._new))

    def ready(self, body: bytes, request: bytes) -> float:
        """The milliseconds that the server takes to return a body ready-made for a request."""
        Client(self._url + "/ready/keep").post(body)
        return medians_ms({"ready": partial(self._ready.post, request)}, ROUNDS)["ready"]

    def floors(self, bare: Bare) -> dict[str, float]:
        """The floor of each act in milliseconds."""
        page, changed = self.page(), self.change()
        if page.count(b"<records ") != PAGE or changed.count(b"<success>true") != BATCH:
            sys.exit(f"the replies are not whole: {changed[:600]!r}")
        sent = upsert(self._session, 0, BATCH)
        store = medians_ms({"page": bare.read, "change": bare.write, "make": bare.insert}, ROUNDS)
        reply = self.ready(changed, sent)
        return {
            "page": self.ready(page, self._page) + store["page"],
            "change": reply + store["change"],
            "make": reply + store["make"],
        }


def main() -> None:
    """Measure and print."""
    sys.stdout.write(f"loading {FEW:,} and {MANY:,} records of {len(names())} fields ...\n")
    acts = {
        "page": f"query of {PAGE:,} rows",
        "change": f"upsert of {BATCH}, all changed",
        "make": f"upsert of {BATCH}, all new",
    }
    with serving(serve, FEW) as few, serving(serve, MANY) as many:
        small, large = Measured(few), Measured(many)
        floors = small.floors(Bare())
        table = []
        for name, what in acts.items():
            found = medians_ms({"few": getattr(small, name), "many": getattr(large, name)}, ROUNDS)
            ratio, growth = found["few"] / floors[name], found["many"] / found["few"]
            told = (found["few"], floors[name])
            table.append(
                [what, *(f"{each:.1f} ms" for each in told), f"{ratio:.2f}", f"{found['many']:.1f} ms", f"{growth:.2f}"]
            )
    heads = [
        f"medians of {ROUNDS} rounds",
        f"{FEW:,}",
        "floor",
        f"ratio (goal: {GOAL})",
        f"{MANY:,}",
        f"ratio (goal: {FLAT})",
    ]
    print_table(heads, table)


if __name__ == "__main__":
    main()
