"""From the parser's tokens to a query's tree, bottom up while the text is parsed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from typing import Literal as OneOf

from lark import Token, Transformer, v_args

from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.strings import literal_of
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

MAX_OFFSET = 2_000
MAX_FIGURE = 2**31 - 1
MAX_ORDER_KEYS = 32

_ONE_STRING = re.compile(r"'(?:[^'\\]|\\.)*+'", re.DOTALL)
_SCOPES = frozenset(
    {"DELEGATED", "EVERYTHING", "MINE", "MINE_AND_MY_GROUPS", "MY_TERRITORY", "MY_TEAM_TERRITORY", "TEAM"}
)
_MODES = frozenset({"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"})

_KINDS: dict[str, OneOf["datetime", "date", "number", "boolean", "null"]] = {
    "DATETIME": "datetime",
    "DATE": "date",
    "NUMBER": "number",
    "TRUE": "boolean",
    "FALSE": "boolean",
    "NULL": "null",
}


def place(token: Token) -> Place:
    """Where a token stands."""
    return Place(token.line or 1, token.column or 1)


def unexpected(token: str) -> SoqlError:
    """What the service says of a token that cannot stand where it does."""
    return SoqlError("MALFORMED_QUERY", f"unexpected token: '{token}'")


def _figure(token: Token) -> int:
    if not token.isdigit() or not token.isascii():
        raise unexpected(str(token))
    digits = token.lstrip("0")
    # More rows than any result has; beyond it SQLite's integers and Python's parsing of digits have their own ends.
    return int(digits or "0") if len(digits) < len(str(MAX_FIGURE)) else MAX_FIGURE


def _parts(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(part for part in parts if not isinstance(part, Token))


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """A method for each rule of the grammar."""

    def start(self, query: Query) -> Query:
        return query

    def path(self, *names: Token) -> Path:
        return Path(tuple(map(str, names)), place(names[0]))

    def call(self, name: Token, *arguments: Path | Call) -> Call:
        inside = [each for each in arguments if isinstance(each, Call)]
        if any(isinstance(deeper, Call) for each in inside for deeper in each.arguments):
            raise unexpected("(")
        return Call(str(name).upper(), arguments, place(name))

    def selected(self, expression: Path | Call, *alias: Token) -> Path | Call:
        return replace(expression, alias=str(alias[0])) if alias else expression

    def subquery(self, query: Query) -> Query:
        return query

    def selection(self, *items: Any) -> tuple[Any, ...]:
        return items

    def TYPEOF(self, word: Token) -> Token:  # noqa: N802 - a terminal's name
        words = "TYPEOF is for relationships with objects of several types, and there are none here"
        raise SoqlError("MALFORMED_QUERY", words, place(word))

    def source(self, path: Path, *alias: Token) -> tuple[Path, str]:
        return path, str(alias[0]) if alias else ""

    def sources(self, *sources: tuple[Path, str]) -> tuple[Any, ...]:
        return sources

    def query(
        self, _select: Token, items: tuple[Any, ...], _from: Token, sources: tuple[tuple[Path, str], ...], *clauses: Any
    ) -> Query:
        (path, alias), *others = sources
        if len(path.names) > 2:
            raise unexpected(path.names[2])
        count = len(items) == 1 and isinstance(items[0], Call) and items[0].text == "COUNT()"
        aliases: list[tuple[str, tuple[str, ...]]] = [(alias, ())] if alias else []
        aliases += [(second, other.names) for other, second in others]
        said = {name: value for name, value in clauses if name}
        prefix = path.names[0] if len(path.names) > 1 else ""
        chosen = () if count else items
        return Query(chosen, path.names[-1], path.at, count, aliases=tuple(aliases), prefix=prefix, **said)

    def scope(self, _using: Token, _scope: Token, name: Token) -> tuple[str, Any]:
        if name.upper() not in _SCOPES:
            raise unexpected(str(name))
        return "mine", name.upper() == "MINE"

    def with_(self, _with: Token, name: Token) -> tuple[str, None]:
        if name.upper() not in _MODES:
            raise unexpected(str(name))
        return "", None

    def for_(self, word: Token, what: Token) -> tuple[str, None]:
        if what.type == "UPDATE":
            raise SoqlError("MALFORMED_QUERY", "FOR UPDATE is not supported in this context", place(word))
        return "", None

    def all_rows(self, word: Token, _rows: Token) -> tuple[str, None]:
        raise SoqlError("MALFORMED_QUERY", "ALL ROWS not allowed in this context", place(word))

    def group(self, _group: Token, _by: Token, *keys: Path | Call) -> tuple[str, Any]:
        return "group", keys

    def having(self, _: Token, condition: Any) -> tuple[str, Any]:
        return "having", condition

    def where(self, _: Token, condition: Any) -> tuple[str, Any]:
        return "where", condition

    def order(self, _order: Token, _by: Token, *keys: Order) -> tuple[str, Any]:
        if len(keys) > MAX_ORDER_KEYS:
            words = f"maximum number of fields in ORDER BY clause exceeded: {MAX_ORDER_KEYS}"
            raise SoqlError("MALFORMED_QUERY", words, keys[MAX_ORDER_KEYS].path.at)
        return "order", keys

    def order_item(self, path: Path | Call, *words: Token) -> Order:
        types = {word.type for word in words}
        return Order(path, descending="DESC" in types, nulls_last="LAST" in types)

    def limit(self, _: Token, figure: Token) -> tuple[str, int]:
        return "limit", _figure(figure)

    def offset(self, _: Token, figure: Token) -> tuple[str, int]:
        found = _figure(figure)
        if found > MAX_OFFSET:
            words = f"Maximum SOQL offset allowed is {MAX_OFFSET}"
            raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", words, place(figure))
        return "offset", found

    def all_of(self, *parts: Any) -> Combined:
        return Combined("AND", _parts(parts))

    def any_of(self, *parts: Any) -> Combined:
        return Combined("OR", _parts(parts))

    def negation(self, _: Token, condition: Any) -> Negated:
        return Negated(condition)

    def compare(self, path: Path | Call, operator: Token, value: Literal) -> Compare:
        return Compare(path, "!=" if operator == "<>" else str(operator), value)

    def like(self, path: Path | Call, _: Token, value: Literal) -> Compare:
        return Compare(path, "LIKE", value)

    def list(self, *values: Literal) -> tuple[Literal, ...]:
        return values

    def strings(self, token: Token) -> tuple[Literal, ...]:
        at = place(token)
        return tuple(literal_of(each[1:-1], at) for each in _ONE_STRING.findall(token))

    def is_in(self, path: Path | Call, _: Token, values: tuple[Literal, ...]) -> Within:
        return Within(path, values, negated=False)

    def is_not_in(self, path: Path | Call, _not: Token, _in: Token, values: tuple[Literal, ...]) -> Within:
        return Within(path, values, negated=True)

    def semi_join(self, path: Path | Call, _: Token, query: Query) -> Within:
        return Within(path, (), negated=False, query=query)

    def anti_join(self, path: Path | Call, _not: Token, _in: Token, query: Query) -> Within:
        return Within(path, (), negated=True, query=query)

    def includes(self, path: Path | Call, _: Token, values: tuple[Literal, ...]) -> Includes:
        return Includes(path, values, negated=False)

    def excludes(self, path: Path | Call, _: Token, values: tuple[Literal, ...]) -> Includes:
        return Includes(path, values, negated=True)

    def bound(self, name: Token) -> Literal:
        raise SoqlError("MALFORMED_QUERY", "Bind variables only allowed in Apex code", place(name))

    def text(self, token: Token) -> Literal:
        return literal_of(str(token)[1:-1], place(token))

    def literal(self, token: Token) -> Literal:
        if token.type == "STRING":
            return literal_of(str(token)[1:-1], place(token))
        if token.type == "MOVING":
            return Literal("moving", str(token).upper())
        return Literal(_KINDS[token.type], str(token))


def builder() -> Transformer[Token, Any]:
    """Makes the tree of a query from what the parser finds. Its methods raise `SoqlError`."""
    return _Build()
