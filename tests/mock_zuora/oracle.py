"""What ZOQL conditions mean, in plain Python over plain rows: written apart from the mock, to compare it with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """`field operator value`; a value of None is ZOQL's null."""

    field: str
    operator: str
    value: Any

    def holds(self, row: Row, *, case_sensitive: bool) -> bool:
        mine = row[self.field]
        if self.value is None:
            return (mine is None) == (self.operator == "=")
        if mine is None:
            return False
        theirs = self.value
        if isinstance(mine, str) and not case_sensitive and self.field not in ("Id", "ParentId"):
            mine, theirs = mine.lower(), theirs.lower()
        if self.operator == "like":
            return like(mine, theirs)
        return bool(
            {
                "=": mine == theirs,
                "!=": mine != theirs,
                "<": mine < theirs,
                "<=": mine <= theirs,
                ">": mine > theirs,
                ">=": mine >= theirs,
            }[self.operator]
        )


def like(text: str, pattern: str) -> bool:
    """`%` is any text, `_` any one character; nothing else is special."""
    parts = ("." if each == "_" else ".*" if each == "%" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def holds(row: Row, where: Sequence[Sequence[Compared]], *, case_sensitive: bool = False) -> bool:
    """Whether an "or" of "and"s is true of a row; without conditions it is."""
    return not where or any(all(test.holds(row, case_sensitive=case_sensitive) for test in part) for part in where)


def zoql(where: Sequence[Sequence[Compared]]) -> str:
    """The conditions as ZOQL, with `where` in front when there are any."""
    if not where:
        return ""
    return " where " + " or ".join(" and ".join(map(condition, part)) for part in where)


def condition(test: Compared) -> str:
    return f"{test.field} {test.operator} {literal(test.value)}"


def literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, int | Decimal):
        return format(Decimal(value), "f")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace('"', '\\"')
    return f"'{escaped}'"
