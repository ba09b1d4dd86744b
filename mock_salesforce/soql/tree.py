"""What a SOQL text says, as plain data with the place of each name for error messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the text; both figures count from 1."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps of a parent: its names from the left."""

    names: tuple[str, ...]
    at: Place

    @property
    def text(self) -> str:
        """As written."""
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in the text: its kind, and its text with quotes and escapes resolved."""

    kind: OneOf["string", "datetime", "date", "number", "boolean", "null"]
    text: str
    pattern: str = ""
    """For a string: the text as a LIKE pattern, in which a backslash keeps the next character literal."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value. `operator` is one of = != < <= > >= LIKE."""

    path: Path
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Within:
    """A field against a list of values, or against the values a query selects."""

    path: Path
    values: tuple[Literal, ...]
    negated: bool
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions joined by AND, or by OR."""

    operator: OneOf["AND", "OR"]
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """NOT and a condition."""

    condition: Condition


Condition = Compare | Within | Combined | Negated


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ORDER BY. Nulls come first unless the text says otherwise."""

    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT. `items` is empty for COUNT()."""

    items: tuple[Path | Query, ...]
    source: str
    at: Place
    count: bool = False
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
