"""What a query compiles to: one SQL statement a level, and how its rows are laid out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mock_salesforce.schema import Kind
from mock_salesforce.soql.dates import Moving


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field: its API name, the place of its value in the row, its kind."""

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
    """One level of a query. Every row starts with the record's id.

    A subquery's `sql` takes first a JSON list of the parents' ids, and its second value is the parent's id.
    """

    sobject: str
    sql: str
    parameters: tuple[object, ...]
    items: tuple[Item, ...]
    count: bool = False
    grouped: bool = False
    """Whether its rows are groups of records, which have no id."""
    long_texts: int = 0
    """How many long text areas are selected."""

    def bound(self, now: datetime, zone: ZoneInfo) -> Plan:
        """The plan at a moment, in whose parameters no date literal is left open."""
        items = tuple(
            replace(each, plan=each.plan.bound(now, zone)) if isinstance(each, Children) else each
            for each in self.items
        )
        known = tuple(each.value(now, zone) if isinstance(each, Moving) else each for each in self.parameters)
        return replace(self, parameters=known, items=items)


def columns(items: tuple[Item, ...]) -> list[Column]:
    """The record's own selected fields, without those of parents and children."""
    return [item for item in items if isinstance(item, Column)]
