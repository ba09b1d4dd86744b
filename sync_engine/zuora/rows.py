"""The rows of one reading, found by id or by what they refer to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

from sync_engine.model import ZuoraRow
from sync_engine.spool import Spool

_KEPT_ROWS = 4_000
"""Rows of late lookups that are kept in memory: the fields of one row follow the same references again and again."""
_KEPT_AT_ONCE = 400
"""A lookup that finds more than that is not kept."""


class RowSet:
    """Zuora rows by object, each under its root: the account or product it was read for.

    A record that several roots use, such as a product, is kept under the first of them. The rows are in a `spool`,
    which others may share, so that there may be any number of them.
    """

    def __init__(
        self, roots: Sequence[str] = (), unreadable: Iterable[tuple[str, str]] = (), spool: Spool | None = None
    ) -> None:
        self.spool = spool or Spool()
        self.unreadable = set(unreadable)
        """(object, field) pairs that this tenant does not have."""
        self.absent: set[str] = set()
        """Objects that this tenant does not have."""
        self._tables: dict[str, _Table] = {}
        self.roots: list[str] = []
        """Each account or product that rows were read for, in the order they were asked for."""
        self._positions: dict[str, int] = {}
        self._kept = _Kept()
        for root in roots:
            self._position(root)

    def add(self, zuora_object: str, row: ZuoraRow, root: str) -> None:
        """Keep `row`. Fields of a row of the same id that was read before are joined to it."""
        self.add_all(zuora_object, [(row, root)])

    def add_all(self, zuora_object: str, rows: Iterable[tuple[ZuoraRow, str]]) -> None:
        """Keep rows, each with its root, as `add` does."""
        table = self._tables.get(zuora_object)
        if table is None:
            table = self._tables[zuora_object] = _Table(self.spool)
        table.add([(row, self._position(root)) for row, root in rows])
        self._kept.clear()

    def join(self, zuora_object: str, rows: Iterable[ZuoraRow]) -> None:
        """Add fields to the rows of an object that are there already; others are left out."""
        table = self._tables.get(zuora_object)
        if table is not None:
            table.join(list(rows))
            self._kept.clear()

    def keep_only(self, zuora_object: str, ids: Iterable[str]) -> None:
        """Drop the rows of an object whose id is not among `ids`."""
        table = self._tables.get(zuora_object)
        if table is not None:
            table.keep_only(ids)
            self._kept.clear()

    def drop_root(self, root: str) -> None:
        """Drop every row that was read for `root`."""
        for table in self._tables.values():
            table.drop_root(self._position(root))
        self._kept.clear()

    def of(self, zuora_object: str) -> Iterator[ZuoraRow]:
        """The rows of an object, those of one root together and then by id: Zuora promises no order of its own."""
        for row, _ in self.rooted(zuora_object):
            yield row

    def rooted(self, zuora_object: str) -> Iterator[tuple[ZuoraRow, int]]:
        """As `of`, each row with the place of its root in `roots`."""
        table = self._tables.get(zuora_object)
        if table is not None:
            for position in range(len(self.roots)):
                for row in table.under(position):
                    yield row, position

    def get(self, zuora_object: str, row_id: str | None) -> ZuoraRow | None:
        """The row of that id, if it was read."""
        return next(iter(self.where(zuora_object, "Id", row_id)), None)

    def where(self, zuora_object: str, column: str, value: str | None) -> Iterable[ZuoraRow]:
        """The rows of an object whose `column` equals `value`."""
        table = self._tables.get(zuora_object)
        if not value or table is None:
            return ()
        kept = self._kept.get((zuora_object, column, value))
        if kept is not None:
            return kept
        found: list[ZuoraRow] = []
        rows = table.where(column, value)
        for row in rows:
            found.append(row)
            if len(found) > _KEPT_AT_ONCE:
                return _Many(table, column, value)
        self._kept.put((zuora_object, column, value), found)
        return found

    def root(self, zuora_object: str, row_id: str) -> str:
        """The account or product the row was read for; raises `KeyError` for a row that is not there."""
        table = self._tables.get(zuora_object)
        position = None if table is None else table.root(row_id)
        if position is None:
            raise KeyError((zuora_object, row_id))
        return self.roots[position]

    def count(self, zuora_object: str) -> int:
        """How many rows of an object there are."""
        table = self._tables.get(zuora_object)
        return 0 if table is None else table.count()

    def values(self, sources: Iterable[tuple[str, str]]) -> Values:
        """The values of these (object, field) pairs, each with the root of the row that has it first."""
        values = Values(self.spool, self.roots)
        for zuora_object, field in sources:
            table = self._tables.get(zuora_object)
            if table is not None:
                values.take(table.name, table.column(field))
        return values

    def _position(self, root: str) -> int:
        if root not in self._positions:
            self._positions[root] = len(self.roots)
            self.roots.append(root)
        return self._positions[root]


class Values:
    """Values that rows have, each once, and the root that rows found by it belong to."""

    def __init__(self, spool: Spool, roots: Sequence[str]) -> None:
        self._spool = spool
        self._name = name = spool.name("looked_for")
        self._roots = roots
        spool.do(f"CREATE TABLE {name} (place INTEGER PRIMARY KEY, value TEXT UNIQUE, root INTEGER)")

    def take(self, table: str, column: str | None) -> None:
        """Add a column of a table."""
        if column is not None:
            self._spool.do(
                f"INSERT OR IGNORE INTO {self._name} (value, root)"
                f" SELECT {column}, root FROM {table} WHERE {column} IS NOT NULL ORDER BY root, id"
            )

    def __iter__(self) -> Iterator[str]:
        for (value,) in self._spool.rows(f"SELECT value FROM {self._name} ORDER BY place"):
            yield value

    def __bool__(self) -> bool:
        return self._spool.row(f"SELECT 1 FROM {self._name} LIMIT 1") is not None

    def root(self, value: str | None) -> str:
        """The root that goes with a value; the first of all for a value that nobody asked for."""
        found = self._spool.row(f"SELECT root FROM {self._name} WHERE value = ?", (value,))
        found = found or self._spool.row(f"SELECT root FROM {self._name} ORDER BY place LIMIT 1")
        return self._roots[found[0] if found else 0]

    def clear(self) -> None:
        """They are not needed any more."""
        # a table cannot be dropped while rows of another are being read
        self._spool.do(f"DELETE FROM {self._name}")


class _Many:
    """Rows too many to keep, read anew each time."""

    def __init__(self, table: _Table, column: str, value: str) -> None:
        self._table = table
        self._column = column
        self._value = value

    def __iter__(self) -> Iterator[ZuoraRow]:
        return self._table.where(self._column, self._value)


class _Kept:
    """What was looked up last, up to a number of rows in all."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, str, str], list[ZuoraRow]] = OrderedDict()
        self._rows = 0

    def get(self, what: tuple[str, str, str]) -> list[ZuoraRow] | None:
        found = self._found.get(what)
        if found is not None:
            self._found.move_to_end(what)
        return found

    def put(self, what: tuple[str, str, str], rows: list[ZuoraRow]) -> None:
        self._found[what] = rows
        self._rows += len(rows) + 1
        while self._rows > _KEPT_ROWS:
            _, oldest = self._found.popitem(last=False)
            self._rows -= len(oldest) + 1

    def clear(self) -> None:
        if self._found:
            self._found.clear()
            self._rows = 0


class _Table:
    """The rows of one object: a column a field, which come as rows bring them."""

    def __init__(self, spool: Spool) -> None:
        self.name = name = spool.name("zuora")
        self._spool = spool
        self._columns: dict[str, str] = {}
        self._indexed: set[str] = set()
        spool.do(f"CREATE TABLE {name} (id TEXT PRIMARY KEY, root INTEGER NOT NULL) WITHOUT ROWID")
        spool.do(f"CREATE INDEX {name}_by_root ON {name} (root)")

    def column(self, field: str) -> str | None:
        """The column of a field, None if no row has it."""
        return "id" if field == "Id" else self._columns.get(field)

    def add(self, rows: Sequence[tuple[ZuoraRow, int]]) -> None:
        """Insert rows, or join their fields to what is there. A field that a row does not have is not blanked."""
        fields = self._fields(row for row, _ in rows)
        columns = [self._made(field) for field in fields]
        joined = ", ".join(f"{column} = COALESCE(excluded.{column}, {column})" for column in columns)
        self._spool.do_many(
            f"INSERT INTO {self.name} ({', '.join(['id', 'root', *columns])})"
            f" VALUES ({', '.join('?' * (len(columns) + 2))})"
            f" ON CONFLICT (id) DO {f'UPDATE SET {joined}' if joined else 'NOTHING'}",
            ((row["Id"], root, *map(row.get, fields)) for row, root in rows),
        )

    def join(self, rows: Sequence[ZuoraRow]) -> None:
        """Set fields of rows that are there."""
        fields = self._fields(rows)
        said = ", ".join(f"{column} = COALESCE(?, {column})" for column in map(self._made, fields))
        if said:
            self._spool.do_many(
                f"UPDATE {self.name} SET {said} WHERE id = ?", ((*map(row.get, fields), row["Id"]) for row in rows)
            )

    def keep_only(self, ids: Iterable[str]) -> None:
        """Delete the rows with other ids."""
        kept = self._spool.name("kept")
        self._spool.do(f"CREATE TABLE {kept} (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._spool.do_many(f"INSERT OR IGNORE INTO {kept} VALUES (?)", ((each,) for each in ids))
        self._spool.do(f"DELETE FROM {self.name} WHERE id NOT IN (SELECT id FROM {kept})")
        self._spool.do(f"DELETE FROM {kept}")

    def drop_root(self, position: int) -> None:
        """Delete the rows of one root."""
        self._spool.do(f"DELETE FROM {self.name} WHERE root = ?", (position,))

    def under(self, position: int) -> Iterator[ZuoraRow]:
        """The rows of one root by id."""
        return self._read("root = ? ORDER BY id", position)

    def where(self, column: str, value: str) -> Iterator[ZuoraRow]:
        """The rows with this value, in the order of `RowSet.of`."""
        name = self.column(column)
        if name is None:
            return iter(())
        if name != "id" and name not in self._indexed:
            self._spool.do(f"CREATE INDEX {self.name}_{name} ON {self.name} ({name}, root)")
            self._indexed.add(name)
        return self._read(f"{name} = ? ORDER BY root, id", value)

    def root(self, row_id: str) -> int | None:
        """The root of a row."""
        found = self._spool.row(f"SELECT root FROM {self.name} WHERE id = ?", (row_id,))
        return found[0] if found else None

    def count(self) -> int:
        """How many rows there are."""
        found = self._spool.row(f"SELECT COUNT(*) FROM {self.name}")
        return int(found[0]) if found else 0

    def _read(self, condition: str, value: object) -> Iterator[ZuoraRow]:
        fields = ("Id", *self._columns)
        columns = ", ".join(("id", *self._columns.values()))
        for row in self._spool.rows(f"SELECT {columns} FROM {self.name} WHERE {condition}", (value,)):
            yield {field: each for field, each in zip(fields, row, strict=True) if each is not None}

    @staticmethod
    def _fields(rows: Iterable[ZuoraRow]) -> list[str]:
        """Every field that one of the rows has, besides Id."""
        found: dict[str, None] = {}
        for row in rows:
            found |= dict.fromkeys(row)
        found.pop("Id", None)
        return list(found)

    def _made(self, field: str) -> str:
        """The column of a field, made if need be. Fields are Zuora's to name, columns are numbered."""
        column = self._columns.get(field)
        if column is None:
            column = self._columns[field] = f"c{len(self._columns)}"
            self._spool.do(f"ALTER TABLE {self.name} ADD COLUMN {column} TEXT")
        return column
