"""What a formula's tree is made into: parts that have a type and can be run, and the reading of the tree into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_salesforce.formulas.errors import NotUnderstood
from mock_salesforce.formulas.names import Names, Reading
from mock_salesforce.formulas.values import Type, Value


@dataclass(frozen=True, slots=True)
class Facts:
    """What a formula is computed from: a value for each of its references in turn, the moment, whether it is new.

    The day of `now`, in its own time zone, is TODAY().
    """

    values: Sequence[Value]
    now: datetime
    is_new: bool = False


Run = Callable[[Facts], Any]
"""Gives a value of the part's type."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a formula. `reading` is there for a bare field, `text` for a text written out."""

    type: Type
    run: Run
    reading: Reading | None = None
    text: str | None = None


class References:
    """The values that a formula reads, numbered as they are met."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._numbers: dict[Reading, int] = {}

    def part(self, reading: Reading) -> Part:
        """The part that reads a value."""
        number = self._numbers.setdefault(reading, len(self._numbers))
        return Part(reading.type, lambda facts: facts.values[number], reading)

    def all(self) -> tuple[Reading, ...]:
        """Every value that is read."""
        return tuple(self._numbers)


def constant(value: Value) -> Part:
    """A value written out."""
    if value is None:
        return Part(Type.NULL, lambda _: None)
    if isinstance(value, bool):
        return Part(Type.TRUTH, lambda _: value)
    if isinstance(value, str):
        return Part(Type.TEXT, lambda _: value, text=value)
    return Part(Type.NUMBER, lambda _: value)


def wanted(part: Part, types: frozenset[Type], by: str) -> Run:
    """How to run an argument that must be of one of the types. Raises `NotUnderstood`."""
    if part.type is Type.NULL:
        return (lambda _: "") if types == frozenset({Type.TEXT}) else part.run
    if part.type not in types:
        names = " or ".join(sorted(each.value for each in types))
        raise NotUnderstood(f"{by} takes {names}, not {_said(part)}")
    return part.run


def _said(part: Part) -> str:
    return part.type.value if part.reading is None else f"the {part.type.value} {part.reading.text}"


def common(parts: Sequence[Part], by: str) -> tuple[Type, list[Run]]:
    """The type that all of the parts have, nulls aside, and how to run each. Raises `NotUnderstood`."""
    types = {part.type for part in parts} - {Type.NULL}
    if len(types) > 1:
        raise NotUnderstood(f"{by} has to do with {' and '.join(sorted(each.value for each in types))} at once")
    type_ = next(iter(types), Type.NULL)
    return type_, [wanted(part, frozenset({type_}), by) for part in parts]
