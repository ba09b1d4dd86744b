"""ZOQL, Zuora's query language, built so that no query can break its rules.

It has no parentheses, no IN and no ordering; `and` binds tighter than `or`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

CONDITIONS_MAX = 199
CHARACTERS_MAX = 9_999

Value = str | int | Decimal | bool | date | datetime | None
Operator = Literal["=", "!=", ">", ">=", "<", "<=", "like"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ESCAPES = str.maketrans(
    {"\\": r"\\", "'": r"\'", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field with a value; None is ZOQL's `null`."""

    field: str
    operator: Operator
    value: Value

    def __str__(self) -> str:
        return f"{_name(self.field)} {self.operator} {literal(self.value)}"


def equals(field: str, value: Value) -> Condition:
    """`field = value`."""
    return Condition(field, "=", value)


def literal(value: Value) -> str:
    """A value as ZOQL writes it. A datetime must be aware: without an offset Zuora takes the tenant's own zone."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment in a query needs a time zone")
        return f"'{value.isoformat(timespec='seconds')}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    return f"'{value.translate(_ESCAPES)}'"


def select(object_name: str, fields: Sequence[str], where: Sequence[Condition] = ()) -> str:
    """A query for the rows that meet every condition. Raises `ValueError` when it would be longer than allowed."""
    query = _head(object_name, fields)
    if where:
        query += " where " + _all_of(where)
    if len(where) > CONDITIONS_MAX or len(query) > CHARACTERS_MAX:
        raise ValueError(
            f"a query of {len(where)} conditions and {len(query)} characters is over Zuora's limits"
            f" ({CONDITIONS_MAX} and {CHARACTERS_MAX}): select fewer fields or split it"
        )
    return query


def split_by_ids(
    object_name: str, fields: Sequence[str], field: str, ids: Iterable[str], also: Sequence[Condition] = ()
) -> Iterator[str]:
    """The fewest queries, in order, for the rows whose `field` is one of `ids` and that meet all of `also`.

    `also` is repeated beside each id, since the language has no parentheses to say it once. Ids are taken as queries
    are asked for, each as often as it comes; no ids give no queries. Raises `ValueError` when not even one id fits.
    """
    head = _head(object_name, fields) + " where "
    arms = (_all_of((equals(field, value), *also)) for value in ids)
    for group in _groups(arms, 1 + len(also), CHARACTERS_MAX - len(head)):
        yield head + " or ".join(group)


def _groups(arms: Iterable[str], conditions_each: int, characters_max: int) -> Iterator[list[str]]:
    """Cut the arms of an `or` into runs that fit one query."""
    arms_max = CONDITIONS_MAX // conditions_each
    group: list[str] = []
    length = 0
    for arm in arms:
        if len(arm) > characters_max or arms_max < 1:
            raise ValueError("not even one id fits a query: select fewer fields or use fewer conditions")
        added = len(arm) + len(" or ") * bool(group)
        if len(group) == arms_max or length + added > characters_max:
            yield group
            group, length, added = [], 0, len(arm)
        group.append(arm)
        length += added
    if group:
        yield group


def _head(object_name: str, fields: Sequence[str]) -> str:
    if not fields:
        raise ValueError(f"a query of {object_name} needs at least one field")
    return f"select {', '.join(_name(field) for field in fields)} from {_name(object_name)}"


def _all_of(conditions: Sequence[Condition]) -> str:
    return " and ".join(map(str, conditions))


def _name(text: str) -> str:
    """The text if it can be a name, so that a setting can never smuggle query text in."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a name of an object or field")
    return text
