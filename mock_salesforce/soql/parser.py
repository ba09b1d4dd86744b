"""From SOQL text to a tree."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any
from typing import Literal as OneOf

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.tree import (
    Call,
    Combined,
    Compare,
    Includes,
    Literal,
    Negated,
    Order,
    Path,
    Place,
    Query,
    Within,
)

MAX_CHARACTERS = 100_000
MAX_LITERAL_CHARACTERS = 4_000
MAX_OFFSET = 2_000
MAX_FIGURE = 2**31 - 1

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "B": "\b", "f": "\f", "F": "\f"}
_PLAIN |= {'"': '"', "'": "'", "\\": "\\", "_": "_", "%": "%"}

_KINDS: dict[str, OneOf["string", "datetime", "date", "number", "boolean", "null", "moving"]] = {
    "MOVING": "moving",
    "STRING": "string",
    "DATETIME": "datetime",
    "DATE": "date",
    "NUMBER": "number",
    "TRUE": "boolean",
    "FALSE": "boolean",
    "NULL": "null",
}


def parse(text: str) -> Query:
    """The tree of a SOQL text. Raises `SoqlError`."""
    if len(text) > MAX_CHARACTERS:
        raise SoqlError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_CHARACTERS} characters.")
    try:
        return _parser().parse(text)  # type: ignore[return-value]  # the transformer makes a Query
    except SoqlError:
        raise
    except UnexpectedInput as error:
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{_unexpected(error, text)}'") from error


def _unexpected(error: UnexpectedInput, text: str) -> str:
    if isinstance(error, UnexpectedEOF):
        return "<EOF>"
    if isinstance(error, UnexpectedToken):
        return "<EOF>" if error.token.type == "$END" else str(error.token)
    if isinstance(error, UnexpectedCharacters):
        word = re.match(r"\w+|.", text[error.pos_in_stream :], re.DOTALL)
        return word[0] if word else "<EOF>"
    return "<EOF>"


@cache
def _parser() -> Lark:
    grammar = files("mock_salesforce.soql").joinpath("soql.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False, transformer=_Build())


def _place(token: Token) -> Place:
    return Place(token.line or 1, token.column or 1)


def _unescaped(body: str, at: Place, *, pattern: bool) -> str:
    def resolve(match: re.Match[str]) -> str:
        mark = match[1]
        if len(mark) > 1:
            return chr(int(mark[1:], 16))
        if mark not in _PLAIN:
            raise SoqlError("MALFORMED_QUERY", f"Invalid string literal '{body}'. Illegal character sequence", at)
        if pattern and mark in "_%\\":
            return "\\" + mark
        return _PLAIN[mark]

    resolved = _ESCAPE.sub(resolve, body)
    # Two escapes may make one character beyond the first 65,536; half of such a pair is no text, and is dropped.
    return resolved.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _figure(name: str, token: Token) -> int:
    if not token.isdigit():
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{token}'")
    digits = token.lstrip("0")
    # More rows than any result has; beyond it SQLite's integers and Python's parsing of digits have their own ends.
    figure = int(digits or "0") if len(digits) < len(str(MAX_FIGURE)) else MAX_FIGURE
    if name == "offset" and figure > MAX_OFFSET:
        raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}", _place(token))
    return figure


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """Makes the tree bottom up while the text is parsed."""

    def start(self, query: Query) -> Query:
        return query

    def path(self, *names: Token) -> Path:
        return Path(tuple(str(name) for name in names), _place(names[0]))

    def from_name(self, *names: Token) -> tuple[Token, ...]:
        return names

    def call(self, name: Token, path: Path) -> Call:
        return Call(str(name).upper(), path, _place(name))

    def selected(self, expression: Path | Call, *alias: Token) -> Path | Call:
        return replace(expression, alias=str(alias[0])) if alias else expression

    def scope(self, *_: Token) -> tuple[str, None]:
        return "", None

    def with_(self, *_: Token) -> tuple[str, None]:
        return "", None

    def for_(self, word: Token, what: Token) -> tuple[str, Any]:
        return ("locking", _place(word)) if what.type == "UPDATE" else ("", None)

    def group(self, _group: Token, _by: Token, *keys: Path | Call) -> tuple[str, Any]:
        return "group", keys

    def having(self, _: Token, condition: Any) -> tuple[str, Any]:
        return "having", condition

    def includes(self, path: Path, _: Token, values: tuple[Literal, ...]) -> Includes:
        return Includes(path, values, negated=False)

    def excludes(self, path: Path, _: Token, values: tuple[Literal, ...]) -> Includes:
        return Includes(path, values, negated=True)

    def count(self, _: Token) -> str:
        return "count"

    def subquery(self, query: Query) -> Query:
        return query

    def selection(self, *items: Any) -> tuple[Any, ...]:
        return items

    def query(
        self, _select: Token, items: tuple[Any, ...], _from: Token, source: tuple[Token, ...], *clauses: Any
    ) -> Query:
        count = items == ("count",)
        said = {name: value for name, value in clauses if name}
        if len(source) > 1:
            said["alias"] = str(source[1])
        return Query(() if count else items, str(source[0]), _place(source[0]), count, **said)

    def where(self, _: Token, condition: Any) -> tuple[str, Any]:
        return "where", condition

    def order(self, _order: Token, _by: Token, *keys: Order) -> tuple[str, Any]:
        return "order", keys

    def order_item(self, path: Path, *words: Token) -> Order:
        types = {word.type for word in words}
        return Order(path, descending="DESC" in types, nulls_last="LAST" in types)

    def limit(self, _: Token, figure: Token) -> tuple[str, int]:
        return "limit", _figure("limit", figure)

    def offset(self, _: Token, figure: Token) -> tuple[str, int]:
        return "offset", _figure("offset", figure)

    def all_of(self, *parts: Any) -> Combined:
        return Combined("AND", tuple(part for part in parts if not isinstance(part, Token)))

    def any_of(self, *parts: Any) -> Combined:
        return Combined("OR", tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, _: Token, condition: Any) -> Negated:
        return Negated(condition)

    def compare(self, path: Path, operator: Token, value: Literal) -> Compare:
        return Compare(path, "!=" if operator == "<>" else str(operator), value)

    def like(self, path: Path, _: Token, value: Literal) -> Compare:
        return Compare(path, "LIKE", value)

    def list(self, *values: Literal) -> tuple[Literal, ...]:
        return values

    def is_in(self, path: Path, _: Token, values: tuple[Literal, ...]) -> Within:
        return Within(path, values, negated=False)

    def is_not_in(self, path: Path, _not: Token, _in: Token, values: tuple[Literal, ...]) -> Within:
        return Within(path, values, negated=True)

    def semi_join(self, path: Path, _: Token, query: Query) -> Within:
        return Within(path, (), negated=False, query=query)

    def anti_join(self, path: Path, _not: Token, _in: Token, query: Query) -> Within:
        return Within(path, (), negated=True, query=query)

    def literal(self, token: Token) -> Literal:
        kind = _KINDS[token.type]
        if kind == "moving":
            return Literal(kind, str(token).upper())
        if kind != "string":
            return Literal(kind, str(token))
        body, at = str(token)[1:-1], _place(token)
        if len(body) > MAX_LITERAL_CHARACTERS:
            raise SoqlError("MALFORMED_QUERY", f"string literal is longer than {MAX_LITERAL_CHARACTERS} characters", at)
        if "\\" not in body:
            return Literal(kind, body, body)
        return Literal(kind, _unescaped(body, at, pattern=False), _unescaped(body, at, pattern=True))
