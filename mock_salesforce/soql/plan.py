"""What a query compiles to: the parts of its statements, one plan a level, and how its rows are laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mock_salesforce.schema import Kind
from mock_salesforce.soql.asking import Asker, Mine
from mock_salesforce.soql.dates import Moving

_TABLES = re.compile(r'\b(?:FROM|JOIN) "((?:[^"]|"")+)"')


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field: its name in the reply, the place of its value in the row, its kind."""

    name: str
    index: int
    kind: Kind
    typed: bool = False
    """Whether its type is written with it, as with what a function gave."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Selected fields of a parent, written as a record inside the record; nothing when its id is null."""

    name: str
    sobject: str
    id_index: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Children:
    """A subquery: its rows come from `plan`, one list a parent."""

    name: str
    plan: Plan


Item = Column | Parent | Children


@dataclass(frozen=True, slots=True)
class Plan:
    """One level of a query, as the parts of SQL statements.

    `sobject` is the object, `type_name` what replies call it. `columns` begin with the record's id, or NULL for groups;
    `source` is the table with its alias, `joins` the parents; `where` says which rows, `alive` that deleted ones are
    none of them, `having` which groups. `parameters` are those of `where` and then of `having`. A subquery has a
    `link`: the column that points at the parent, also its second value.
    """

    sobject: str
    type_name: str
    columns: tuple[str, ...]
    source: str
    joins: str
    alive: str
    where: str
    order: str
    parameters: tuple[object, ...]
    items: tuple[Item, ...]
    group: str = ""
    having: str = ""
    limit: int | None = None
    offset: int = 0
    link: str = ""
    count: bool = False
    grouped: bool = False
    """Whether its rows are groups of records, which have no id."""
    in_key_order: bool = False
    """Whether rows come in the order of their ids."""
    long_texts: int = 0
    """How many long text areas of custom fields are selected."""
    has_files: bool = False
    """Whether a file's content is selected."""

    def bound(self, asker: Asker) -> Plan:
        """The plan as it is asked, in whose parameters nothing is left open."""
        items = tuple(
            replace(each, plan=each.plan.bound(asker)) if isinstance(each, Children) else each for each in self.items
        )
        known = tuple(each.value(asker) if isinstance(each, Moving | Mine) else each for each in self.parameters)
        return replace(self, parameters=known, items=items)

    @property
    def subqueries(self) -> tuple[Children, ...]:
        """Its subqueries, which stand among the record's own fields only."""
        return tuple(item for item in self.items if isinstance(item, Children))

    @property
    def tables(self) -> frozenset[str]:
        """The tables on which it depends which rows there are."""
        return frozenset(name.replace('""', '"') for name in _TABLES.findall(self.statement(self.key)))

    @property
    def key(self) -> str:
        """The SQL of the record's id."""
        return self.columns[0]

    def rows_of(self, found: int) -> int:
        """How many of `found` rows the query's own offset and limit leave."""
        left = max(0, found - self.offset)
        return left if self.limit is None else min(left, self.limit)

    def statement(self, selected: str, *conditions: str) -> str:
        """SELECT without order; the parameters of `conditions` come before the plan's own."""
        where = " AND ".join(each for each in (*conditions, self.alive, self.where) if each) or "1"
        return f"SELECT {selected} {self.source} {self.joins} WHERE {where}{self.group}{self.having}"

    def rows(self, *conditions: str) -> str:
        """The rows in order; its last two parameters say how many at most (-1: all) and after how many."""
        order = f" ORDER BY {self.order}" if self.order else ""
        return f"{self.statement(', '.join(self.columns), *conditions)}{order} LIMIT ? OFFSET ?"

    def by_ids(self) -> str:
        """The rows with the ids of a JSON list, its one parameter, in its order: those of them that are still alive."""
        alive = f" WHERE {self.alive}" if self.alive else ""
        return (
            f"SELECT {', '.join(self.columns)} FROM json_each(?) wanted CROSS JOIN {self.source.removeprefix('FROM ')} "
            f"ON {self.key} = wanted.value {self.joins}{alive} ORDER BY wanted.key"
        )

    def keys(self, *conditions: str) -> str:
        """The ids of all rows in order, the query's own limit and offset kept to."""
        limit = f" LIMIT {-1 if self.limit is None else self.limit} OFFSET {self.offset}"
        return f"{self.statement(self.key, *conditions)} ORDER BY {self.order}{limit}"

    def keys_after(self, *conditions: str) -> str:
        """The ids after one, its first parameter; its last says how many at most. For rows in the order of ids."""
        return f"{self.statement(self.key, f'{self.key} > ?', *conditions)} ORDER BY {self.key} LIMIT ?"

    @property
    def of_parents(self) -> str:
        """The condition that a row belongs to one of a JSON list of parents."""
        return f"{self.link} IN (SELECT value FROM json_each(?))"

    def counted_by_parent(self) -> str:
        """How many rows each parent has; takes a JSON list of parents first."""
        return f"{self.statement(f'{self.link}, COUNT(*)', self.of_parents)} GROUP BY {self.link}"

    def numbered(self) -> str:
        """The rows of a JSON list of parents, its first parameter, numbered for each; the last two say after which
        number, and up to which.
        """
        named = ", ".join(f"{sql} AS v{place}" for place, sql in enumerate(self.columns))
        numbers = f"ROW_NUMBER() OVER (PARTITION BY {self.link} ORDER BY {self.order}) AS place"
        values = ", ".join(f"v{place}" for place in range(len(self.columns)))
        inner = self.statement(f"{named}, {numbers}", self.of_parents)
        return f"SELECT {values} FROM ({inner}) WHERE place > ? AND place <= ? ORDER BY place"
