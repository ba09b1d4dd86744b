"""ZOQL text to a query: the grammar, its limits, and nothing about objects or fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from mock_zuora.values import NOT_IN_XML

MAX_CHARACTERS = 10_000
MAX_CONDITIONS = 200

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class SyntaxFault(ValueError):
    """The text is no ZOQL, or passes its limits; the message is empty when the service says no more than that."""


class Literal(StrEnum):
    """What kind of literal stands in a comparison."""

    STRING = "STRING"
    DATE_TIME = "DATE_TIME"
    DATE = "DATE"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    NULL = "NULL"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator literal`; the operator is `like` or one of = != < <= > >=, the text is unescaped."""

    field: str
    operator: str
    literal: Literal
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `where` is an "or" of "and"s, empty when there is no condition. Names are as typed."""

    fields: tuple[str, ...]
    object: str
    where: tuple[tuple[Comparison, ...], ...]

    def comparisons(self) -> list[Comparison]:
        """All conditions in the order they were written."""
        return [comparison for conjunction in self.where for comparison in conjunction]


@cache
def _parser() -> Lark:
    grammar = files("mock_zuora.zoql").joinpath("zoql.lark").read_text(encoding="utf-8")
    return Lark(grammar, start="query", parser="lalr", maybe_placeholders=False)


@lru_cache(maxsize=256)
def parse(text: str, max_characters: int = MAX_CHARACTERS, max_conditions: int = MAX_CONDITIONS) -> Query:
    """Read a query; raises `SyntaxFault`. Programs send the same few again and again, so the latest are remembered."""
    if len(text) > max_characters:
        raise SyntaxFault(f"The query is longer than {max_characters} characters.")
    if NOT_IN_XML.search(text):
        raise SyntaxFault
    try:
        tree = _parser().parse(text)
    except LarkError as error:
        raise SyntaxFault from error
    names = [part for part in tree.children if isinstance(part, Token) and part.type == "NAME"]
    fields = next(tree.find_data("fields"))
    where = tuple(
        tuple(_comparison(each) for each in conjunction.children if isinstance(each, Tree))
        for conjunction in _trees(tree, "condition")
    )
    if sum(map(len, where)) > max_conditions:
        raise SyntaxFault(f"The query has more than {max_conditions} conditions.")
    return Query(tuple(str(each) for each in fields.children), str(names[0]), where)


def _trees(tree: Tree[Token], name: str) -> list[Tree[Token]]:
    return [part for found in tree.find_data(name) for part in found.children if isinstance(part, Tree)]


def _comparison(tree: Tree[Token]) -> Comparison:
    name, operator, last = tree.children
    token = last if isinstance(last, Token) else last.children[0]
    assert isinstance(token, Token)  # noqa: S101 - the grammar puts nothing else here
    kind = Literal(token.type)
    text = _unescaped(token[1:-1]) if kind is Literal.STRING else str(token)
    return Comparison(str(name), str(operator).lower(), kind, text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
