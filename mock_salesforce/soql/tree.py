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
    alias: str = ""

    @property
    def text(self) -> str:
        """As written."""
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Call:
    """A function, `COUNT(Id)` or `CALENDAR_YEAR(convertTimezone(CreatedDate))`; its name in upper case."""

    function: str
    arguments: tuple[Expression, ...]
    at: Place
    alias: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The one name it has in messages."""
        return (self.text,)

    @property
    def text(self) -> str:
        """As written, but for the case of its name."""
        return f"{self.function}({', '.join(each.text for each in self.arguments)})"


Expression = Path | Call


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in the text: its kind, and its text with quotes and escapes resolved.

    A date literal's text is its name in upper case, with the number after a colon where it has one.
    """

    kind: OneOf["string", "datetime", "date", "number", "boolean", "null", "moving"]
    text: str
    pattern: str = ""
    """For a string: the text as a LIKE pattern, in which a backslash keeps the next character literal."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value. `operator` is one of = != < <= > >= LIKE."""

    path: Expression
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Within:
    """A field against a list of values, or against the values a query selects."""

    path: Expression
    values: tuple[Literal, ...]
    negated: bool
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Includes:
    """A multi-select picklist against values, each of which may be several joined by semicolons."""

    path: Expression
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions joined by AND, or by OR."""

    operator: OneOf["AND", "OR"]
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """NOT and a condition."""

    condition: Condition


Condition = Compare | Within | Includes | Combined | Negated


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ORDER BY. Nulls come first unless the text says otherwise."""

    path: Expression
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT. `source` is an object, or in a subquery a relationship; `items` is empty for COUNT()."""

    items: tuple[Path | Call | Query, ...]
    source: str
    at: Place
    count: bool = False
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Second names: of the object, with no path, and of parents, with the path that leads there."""
    prefix: str = ""
    """In a subquery, the object's own name before that of the relationship."""
    group: tuple[Expression, ...] = ()
    having: Condition | None = None
    mine: bool = False
    """Whether it asks for the user's own records only."""
