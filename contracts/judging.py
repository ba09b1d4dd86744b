"""How a check says that a fact does not hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

Each = TypeVar("Each")


class Broken(AssertionError):
    """The service did not do what the fact says; the message says what it did."""


def require(holds: object, otherwise: str) -> None:
    """Raise `Broken` with these words unless the condition holds."""
    if not holds:
        raise Broken(otherwise)


def same(found: object, expected: object, what: str) -> None:
    """Raise `Broken` unless both are equal."""
    if found != expected:
        raise Broken(f"{what}: {_short(found)} where {_short(expected)} was expected")


def among(found: object, expected: Collection[object], what: str) -> None:
    """Raise `Broken` unless what was found is one of the expected."""
    if found not in expected:
        raise Broken(f"{what}: {_short(found)} where one of {_short(expected)} was expected")


def one(found: Iterable[Each], what: str = "what was found") -> Each:
    """The only one of several; raises `Broken` when there is none, or more."""
    every = list(found)
    if len(every) != 1:
        raise Broken(f"{what}: {len(every)} where there should be one")
    return every[0]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 600 else f"{text[:600]}…"
