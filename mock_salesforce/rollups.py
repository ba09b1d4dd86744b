"""Roll-up summaries, kept in columns of their parents and right after every statement that touches a child.

Triggers of SQLite's own keep them, so that no way of writing can forget to: each change of a child changes its
parents' sums by the difference, and a parent's SystemModstamp with them when they become something else. Reading one
costs what reading any column costs, however many children there are. The triggers are temporary: they belong to the
connection, not to the records, and are no part of an image.

A roll-up of formula fields, which change without being written, is not kept but computed when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from mock_salesforce.schema import Field, Rollup, Schema, SObject, Summed
from mock_salesforce.soql.rollup_filters import filter_sql
from simulator.store import RecordStore, quoted


def keep(store: RecordStore, schema: Schema) -> None:
    """Define the triggers and bring the columns in order, now and whenever the store gets other records."""
    for parent in schema.sobjects:
        for made in parent.rollups:
            if schema.keeps(parent, made):
                child = schema.required(rollup_of(made).child)
                store.follow(parent.name, child.name, _Keeper(store, parent, made, child).prepare)


def rollup_of(made: Field) -> Rollup:
    """What a roll-up field sums up. Raises `TypeError` for another field."""
    if made.rollup is None:
        msg = f"{made.name} is no roll-up"
        raise TypeError(msg)
    return made.rollup


class _Keeper:
    """One roll-up: the statements that keep it."""

    def __init__(self, store: RecordStore, parent: SObject, made: Field, child: SObject) -> None:
        self._store = store
        self._parent = quoted(parent.name)
        self._field = made
        self._child = child
        self._rollup = rollup_of(made)
        self._column = quoted(made.name)

    def prepare(self) -> None:
        """Make the triggers if they are not there, and correct what differs from the children."""
        if self._rollup.operation in (Summed.MIN, Summed.MAX):
            columns = f"{quoted(self._rollup.reference)}, {quoted(self._own(self._rollup.field))}"
            name = quoted(f"{self._child.name}({columns})".replace('"', ""))
            self._store.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(self._child.name)} ({columns})")
        for what, body in self._triggers():
            name = quoted(f"{self._parent}.{self._column} {what}".replace('"', ""))
            self._store.aside(f"CREATE TEMP TRIGGER IF NOT EXISTS {name} AFTER {body}")
        self._store.execute(self._corrected(f'{self._parent}."Id"', "1"))

    def _corrected(self, owner: str, which: str) -> str:
        """The statement that works out the roll-up of some parents from all of their children."""
        right = whole_sql(self._field, self._child, owner)
        return f"UPDATE {self._parent} SET {self._column} = {right} WHERE {which} AND {self._column} IS NOT {right};"

    def _triggers(self) -> Iterator[tuple[str, str]]:
        table, reference = f"main.{quoted(self._child.name)}", quoted(self._rollup.reference)
        yield "added", f"INSERT ON {table} BEGIN {self._change('NEW', 1)} END"
        yield "removed", f"DELETE ON {table} BEGIN {self._change('OLD', -1)} END"
        names = {self._rollup.reference, self._rollup.field, "IsDeleted", *(f.field for f in self._rollup.filters)}
        columns = ", ".join(sorted(quoted(self._own(name)) for name in names if name))
        same, other = f"NEW.{reference} IS OLD.{reference}", f"NEW.{reference} IS NOT OLD.{reference}"
        changed = self._change("NEW", 1, less="OLD")
        yield "changed", f"UPDATE OF {columns} ON {table} WHEN {same} BEGIN {changed} END"
        moved = self._change("OLD", -1, at="NEW") + " " + self._change("NEW", 1)
        yield "moved", f"UPDATE OF {reference} ON {table} WHEN {other} BEGIN {moved} END"
        # Records that are loaded may come after those that point at them.
        born = self._corrected('NEW."Id"', '"Id" = NEW."Id"')
        yield "born", f"INSERT ON main.{self._parent} BEGIN {born} END"

    def _own(self, name: str) -> str:
        """A field of the child by the schema's own spelling."""
        found = self._child.field(name)
        return name if found is None else found.name

    def _change(self, row: str, sign: int, *, less: str = "", at: str = "") -> str:
        """The statement that takes a row of the child in (1) or out (-1), or one state of it in for another."""
        owner = f"{row}.{quoted(self._rollup.reference)}"
        value = self._following(row, sign, less, owner)
        stamp = f'MAX("SystemModstamp", COALESCE({at or row}."SystemModstamp", \'\'))'
        return (
            f'UPDATE {self._parent} SET {self._column} = {value}, "SystemModstamp" = {stamp} '
            f'WHERE "Id" = {owner} AND {self._column} IS NOT {value};'
        )

    def _following(self, row: str, sign: int, less: str, owner: str) -> str:
        if self._rollup.operation in (Summed.MIN, Summed.MAX):
            return whole_sql(self._field, self._child, owner)
        change = f"{'-' if sign < 0 else ''}{self._share(row)}" + (f" - {self._share(less)}" if less else "")
        return _rounded(f"{self._column} + ({change})", self._field)

    def _share(self, row: str) -> str:
        """What one row adds to its parent's sum."""
        amount = "1"
        if self._rollup.operation is Summed.SUM:
            amount = f"COALESCE({row}.{quoted(self._own(self._rollup.field))}, 0)"
        return f"(CASE WHEN {_counts(self._rollup, self._child, row)} THEN {amount} ELSE 0 END)"


def _counts(rollup: Rollup, child: SObject, row: str) -> str:
    """Whether a row of the child counts at all."""
    parts = [f'{row}."IsDeleted" = 0']
    for each in rollup.filters:
        made = child.field(each.field)
        parts.append(filter_sql(each, made, f"{row}.{quoted(made.name if made else each.field)}"))
    return " AND ".join(parts)


def _rounded(value: str, made: Field) -> str:
    return f"ROUND({value}, {made.scale})"


def whole_sql(made: Field, child: SObject, owner: str) -> str:
    """The SQL of a roll-up worked out from all children of `owner`, the SQL of a parent's id."""
    rollup = rollup_of(made)
    summed = child.field(rollup.field)
    value = f"c.{quoted(summed.name)}" if summed else "1"
    where = (
        f"FROM {quoted(child.name)} c WHERE c.{quoted(rollup.reference)} = {owner} AND {_counts(rollup, child, 'c')}"
    )
    match rollup.operation:
        case Summed.COUNT:
            return f"(SELECT COUNT(*) + 0.0 {where})"
        case Summed.SUM:
            return f"(SELECT {_rounded(f'COALESCE(SUM({value}), 0.0)', made)} {where})"
    order = "ASC" if rollup.operation is Summed.MIN else "DESC"
    return f"(SELECT {value} {where} AND {value} IS NOT NULL ORDER BY {value} {order} LIMIT 1)"
