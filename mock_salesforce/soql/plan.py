"""What a query compiles to: one SQL statement a level, and how its rows are laid out."""

from __future__ import annotations

from dataclasses import dataclass

from mock_salesforce.schema import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field: its API name, the place of its value in the row, its kind."""

    name: str
    index: int
    kind: Kind


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


def columns(items: tuple[Item, ...]) -> list[Column]:
    """The record's own selected fields, without those of parents and children."""
    return [item for item in items if isinstance(item, Column)]
