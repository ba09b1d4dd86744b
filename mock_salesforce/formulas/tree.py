"""A formula as a tree. `depth` is how deep a node reaches: a leaf's is 1."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, a number, TRUE, FALSE or NULL."""

    value: str | Decimal | bool | None
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A field, by the names that lead to it, or a global such as `$User.Email`."""

    path: tuple[str, ...]
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name in capitals, and its arguments."""

    function: str
    arguments: tuple[Node, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands of operators of one rank, taken from the left."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Signed:
    """`-`, `+` or `!` before an operand."""

    operator: str
    operand: Node
    depth: int


Node = Constant | Name | Call | Chain | Signed
