"""What the parts of a control plane are made of: a method, a path, and what answers there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from werkzeug.wrappers import Request, Response

from simulator.control.subject import ControlInvalid

Answer = Mapping[str, Any] | Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path, below the prefix; `answer` gets the request and the path's own parts."""

    method: str
    path: str
    answer: Callable[..., Answer]


def whole_number(request: Request, name: str, otherwise: int, most: int | None = None) -> int:
    """A parameter that counts; raises `ControlInvalid`."""
    given = request.args.get(name)
    if given is None:
        return otherwise
    fits = given.isascii() and given.isdigit() and len(given) < 16
    if not fits or (most is not None and not 1 <= int(given) <= most):
        wanted = "a whole number" if most is None else f"a whole number from 1 to {most}"
        raise ControlInvalid(f"{name} is {wanted}, such as {min(12, most or 12)}, not {given!r:.80}.")
    return int(given)


def only(body: Mapping[str, Any], *names: str) -> None:
    """Raise `ControlInvalid` for a key that means nothing here, rather than pass it over."""
    for name in body:
        if name not in names:
            known = ", ".join(names) or "none at all"
            raise ControlInvalid(f"{name!r:.80} means nothing here; known keys: {known}.")


def typed(body: Mapping[str, Any], name: str, kind: type[T], example: str) -> T | None:
    """A value of the body, None when it is not there; raises `ControlInvalid` when it is of another type."""
    value = body.get(name)
    if value is None or (isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))):
        return value
    raise ControlInvalid(f"{name} is given as in {example}, not as {value!r:.80}.")
