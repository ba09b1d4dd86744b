"""What SOQL's conditions and orders mean, in plain Python over plain rows: written apart from the mock, to compare."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

Row = Mapping[str, Any]
EXACT = frozenset({"Id", "ParentId", "Zuora__External_Id__c"})
"""Fields whose capitals count."""


@dataclass(frozen=True)
class Is:
    """`field operator value`; None is null. `like` has a pattern with `%` and `_`."""

    field: str
    operator: str
    value: Any

    def holds(self, row: Row) -> bool:
        mine, theirs = row[self.field], self.value
        if theirs is None:
            return self.operator in ("=", "!=") and (mine is None) == (self.operator == "=")
        if mine is None:
            return self.operator == "!="
        if isinstance(mine, str) and self.field not in EXACT:
            mine, theirs = mine.lower(), theirs.lower()
        if self.operator == "LIKE":
            return like(mine, theirs)
        return {
            "=": mine == theirs,
            "!=": mine != theirs,
            "<": mine < theirs,
            "<=": mine <= theirs,
            ">": mine > theirs,
            ">=": mine >= theirs,
        }[self.operator]

    def soql(self) -> str:
        if self.operator == "LIKE":
            return f"{self.field} LIKE {quoted(self.value)}"
        return f"{self.field} {self.operator} {literal(self.value)}"


@dataclass(frozen=True)
class IsIn:
    """`field IN (...)`, or NOT IN."""

    field: str
    values: tuple[Any, ...]
    negated: bool

    def holds(self, row: Row) -> bool:
        return any(Is(self.field, "=", value).holds(row) for value in self.values) is not self.negated

    def soql(self) -> str:
        word = "NOT IN" if self.negated else "IN"
        return f"{self.field} {word} ({', '.join(map(literal, self.values))})"


@dataclass(frozen=True)
class During:
    """A date, or the date of a moment in a zone so many hours from Greenwich, against `LAST_N_DAYS` and its like."""

    field: str
    operator: str
    literal: str
    first: date
    after: date
    hours: int = 0

    def holds(self, row: Row) -> bool:
        mine = row[self.field]
        if mine is None:
            return self.operator == "!="
        day = (mine + timedelta(hours=self.hours)).date() if isinstance(mine, datetime) else mine
        inside = self.first <= day < self.after
        return {
            "=": inside,
            "!=": not inside,
            "<": day < self.first,
            "<=": day < self.after,
            ">": day >= self.after,
            ">=": day >= self.first,
        }[self.operator]

    def soql(self) -> str:
        return f"{self.field} {self.operator} {self.literal}"


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    inside: Condition

    def holds(self, row: Row) -> bool:
        return not self.inside.holds(row)

    def soql(self) -> str:
        return f"NOT ({self.inside.soql()})"


@dataclass(frozen=True)
class Joined:
    """All of some conditions, or any."""

    word: str
    parts: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        found = [part.holds(row) for part in self.parts]
        return all(found) if self.word == "AND" else any(found)

    def soql(self) -> str:
        return "(" + f" {self.word} ".join(f"({part.soql()})" for part in self.parts) + ")"


Condition = Is | IsIn | During | Not | Joined


@dataclass(frozen=True)
class Key:
    """A key of ORDER BY."""

    field: str
    descending: bool = False
    nulls_last: bool = False

    def soql(self) -> str:
        return f"{self.field} {'DESC' if self.descending else 'ASC'} NULLS {'LAST' if self.nulls_last else 'FIRST'}"


def ordered(rows: Sequence[Row], keys: Sequence[Key]) -> list[Row]:
    """The rows by the keys, and by id where those are alike."""
    found = sorted(rows, key=lambda row: row["Id"])
    for key in reversed(keys):

        def value(row: Row, name: str = key.field) -> Any:
            there = row[name]
            # As the store orders texts: the letters A to Z without their case.
            return there.translate(_FOLD) if isinstance(there, str) and name not in EXACT else there

        nulls = [row for row in found if row[key.field] is None]
        others = sorted((row for row in found if row[key.field] is not None), key=value, reverse=key.descending)
        found = others + nulls if key.nulls_last else nulls + others
    return found


_FOLD = {ord(mark): mark.lower() for mark in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def like(text: str, pattern: str) -> bool:
    """`%` is any text, `_` any one character, a backslash takes from the next what is special about it."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    special = {"%": ".*", "_": "."}
    whole = "".join(special.get(each, re.escape(each[-1])) for each in parts)
    return re.fullmatch(whole, text, re.DOTALL) is not None


def literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return quoted(value.replace("\\", "\\\\"))


def quoted(text: str) -> str:
    """A text between quotes, whose backslashes are SOQL's own already."""
    return "'" + text.replace("'", "\\'").replace("\n", "\\n") + "'"
