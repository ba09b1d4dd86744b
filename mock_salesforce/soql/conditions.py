"""WHERE as SQL, with SOQL's rules: text without case, two-valued logic, empty text is null."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from mock_salesforce.ids import is_id, to_18
from mock_salesforce.schema import NUMBERS, Field, Kind
from mock_salesforce.soql.dates import MAX_COUNT, Moving
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.scope import Scope
from mock_salesforce.soql.tree import (
    Combined,
    Compare,
    Condition,
    Expression,
    Includes,
    Literal,
    Negated,
    Query,
    Within,
)
from mock_salesforce.values import parse_date, parse_moment

Parameters = list[object]
Subselect = Callable[[Expression, Query, Parameters], str]
"""The SQL of a join's query, the field before IN given."""

MAX_DEPTH = 200
"""How deep conditions may nest."""
MAX_LISTED = 50
"""A longer list of values goes to SQLite as one parameter."""

_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_WANTED = {Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.DATETIME: "datetime"}
_NAMES = {"datetime": "dateTime", "number": "double", "boolean": "boolean", "date": "date", "string": "string"}


def condition_sql(
    condition: Condition,
    scope: Scope,
    parameters: Parameters,
    subselect: Subselect | None = None,
    *,
    aggregates: bool = False,
    depth: int = 0,
) -> str:
    """The SQL of a condition; its values are added to `parameters` in order. Raises `SoqlError`.

    Aggregates are allowed in HAVING, which has no joins.
    """
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(condition, Combined | Negated):
        parts = condition.parts if isinstance(condition, Combined) else (condition.condition,)
        inside = [
            condition_sql(part, scope, parameters, subselect, aggregates=aggregates, depth=depth + 1) for part in parts
        ]
        return f"({inside[0]} IS NOT TRUE)" if isinstance(condition, Negated) else _balanced(inside, condition.operator)
    sql, field = scope.resolve(condition.path, aggregates=aggregates)
    if isinstance(condition, Compare):
        return _compare(condition, sql, field, parameters)
    if isinstance(condition, Includes):
        return _includes(condition, sql, field, parameters)
    return _within(condition, sql, field, parameters, subselect)


def _balanced(parts: Sequence[str], operator: str) -> str:
    """Join in halves: SQLite limits how deep an expression may nest, not how wide it may be."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(parts[:middle], operator)} {operator} {_balanced(parts[middle:], operator)})"


def _wrong_kind(path: Expression, wanted: str) -> SoqlError:
    quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
    return SoqlError(
        "INVALID_FIELD",
        f"value of filter criterion for field '{path.names[-1]}' must be of type {_NAMES[wanted]} and {quotes}",
        path.at,
    )


def _value(path: Expression, field: Field, literal: Literal) -> object:
    """A literal as the field's column holds it; `None` for null."""
    if literal.kind == "null":
        return None
    wanted = "number" if field.kind in NUMBERS else _WANTED.get(field.kind, "string")
    if literal.kind != wanted:
        raise _wrong_kind(path, wanted)
    if wanted == "number":
        return float(literal.text)
    if wanted == "boolean":
        return int(literal.text.lower() == "true")
    if wanted == "string":
        return _text_value(path, field, literal.text)
    try:
        return parse_date(literal.text) if wanted == "date" else parse_moment(literal.text.upper())
    except (ValueError, OverflowError):
        raise SoqlError("MALFORMED_QUERY", f"Invalid {wanted}: {literal.text}", path.at) from None


def _text_value(path: Expression, field: Field, text: str) -> object:
    if field.kind not in (Kind.ID, Kind.REFERENCE):
        return text or None
    if not is_id(text):
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}", path.at)
    return to_18(text)


def _filterable(path: Expression, field: Field) -> None:
    if not field.is_filterable:
        raise SoqlError("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call", path.at)


def _compare(condition: Compare, sql: str, field: Field, parameters: Parameters) -> str:
    _filterable(condition.path, field)
    operator = condition.operator
    if operator == "LIKE":
        return _like(condition, sql, field, parameters)
    if operator in _ORDERINGS and field.kind in (Kind.ID, Kind.BOOLEAN):
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    if condition.value.kind == "moving":
        return _compare_with_span(condition, sql, field, parameters)
    value = _value(condition.path, field, condition.value)
    if value is None:
        if operator in _ORDERINGS:
            return "0"
        return f"({sql} IS {'NOT ' if operator == '!=' else ''}NULL)"
    folded = _folds(field, value)
    parameters.append(value.lower() if folded and isinstance(value, str) else value)
    sql = f"soql_lower({sql})" if folded else sql
    if operator == "!=":
        return f"({sql} IS NOT ?)"
    return f"({sql} {operator} ?)"


def _folds(field: Field, value: object) -> bool:
    """Whether letters beyond A to Z must be folded too, which columns do not do by themselves."""
    return field.folds_case and isinstance(value, str) and not value.isascii()


def _edges(path: Expression, field: Field, literal: Literal) -> tuple[Moving, Moving]:
    """The beginning and the end of a date literal, as a field's column is compared with them."""
    if field.kind not in (Kind.DATE, Kind.DATETIME):
        raise _wrong_kind(path, "number" if field.kind in NUMBERS else _WANTED.get(field.kind, "string"))
    name, _, count = literal.text.partition(":")
    figure = int(count or 0) if len(count) < len(str(MAX_COUNT)) else MAX_COUNT
    before, after = (Moving(name, figure, edge, field.kind is Kind.DATE) for edge in (False, True))
    return before, after


def _compare_with_span(condition: Compare, sql: str, field: Field, parameters: Parameters) -> str:
    """A date against the days of a literal: equal is within them, less is before, greater is after all of them."""
    if condition.operator == "LIKE":
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    begin, end = _edges(condition.path, field, condition.value)
    if condition.operator in ("=", "!="):
        parameters += [begin, end]
        within = f"({sql} >= ? AND {sql} < ?)"
        return within if condition.operator == "=" else f"({within} IS NOT TRUE)"
    operator, edge = {"<": ("<", begin), ">=": (">=", begin), ">": (">=", end), "<=": ("<", end)}[condition.operator]
    parameters.append(edge)
    return f"({sql} {operator} ?)"


def _includes(condition: Includes, sql: str, field: Field, parameters: Parameters) -> str:
    """A multi-select picklist that has one of the values, each of which may be several that must all be there."""
    if field.kind is not Kind.MULTIPICKLIST:
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    found = []
    for literal in condition.values:
        if literal.kind == "null":
            found.append(f"{sql} IS NULL")
            continue
        if literal.kind != "string":
            raise _wrong_kind(condition.path, "string")
        values = literal.text.split(";")
        parameters.extend(f";{value.lower()};" for value in values)
        found.append("(" + " AND ".join(f"instr(lower(';' || {sql} || ';'), ?) > 0" for _ in values) + ")")
    has_one = f"({' OR '.join(found)})"
    return f"({has_one} IS NOT TRUE)" if condition.negated else has_one


def _like(condition: Compare, sql: str, field: Field, parameters: Parameters) -> str:
    if field.kind in NUMBERS or field.kind in _WANTED or field.kind in (Kind.ID, Kind.REFERENCE):
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    if condition.value.kind != "string":
        raise _wrong_kind(condition.path, "string")
    pattern = condition.value.pattern
    if not field.folds_case:
        parameters.append(_glob(pattern))
        return f"({sql} GLOB ?)"
    if _folds(field, pattern):
        parameters.append(pattern.lower())
        return f"(soql_lower({sql}) LIKE ? ESCAPE '\\')"
    parameters.append(pattern)
    return f"({sql} LIKE ? ESCAPE '\\')"


def _glob(pattern: str) -> str:
    """A pattern of LIKE for SQLite's GLOB, which tells capitals from small letters."""

    def piece(match: re.Match[str]) -> str:
        mark = match[0]
        if len(mark) > 1:
            mark = mark[1]
            return f"[{mark}]" if mark in "*?[" else mark
        return {"%": "*", "_": "?"}.get(mark, f"[{mark}]" if mark in "*?[" else mark)

    return re.sub(r"\\.|.", piece, pattern, flags=re.DOTALL)


def _within(condition: Within, sql: str, field: Field, parameters: Parameters, subselect: Subselect | None) -> str:
    _filterable(condition.path, field)
    word = "NOT IN" if condition.negated else "IN"
    if condition.query is not None:
        if subselect is None:
            raise SoqlError("MALFORMED_QUERY", "Semi join sub-selects are only allowed in WHERE", condition.path.at)
        return f"({sql} {word} ({subselect(condition.path, condition.query, parameters)}))"
    if any(literal.kind == "moving" for literal in condition.values):
        return _within_spans(condition, sql, field, parameters)
    values = [_value(condition.path, field, literal) for literal in condition.values]
    present = [value for value in values if value is not None]
    if any(_folds(field, value) for value in present):
        sql, present = f"soql_lower({sql})", [str(value).lower() for value in present]
    listed = f"{sql} {word} ({_listed(present, parameters)})"
    if condition.negated:
        return f"({listed} AND {sql} IS NOT NULL)" if len(present) < len(values) else f"({sql} IS NULL OR {listed})"
    return f"({sql} IS NULL OR {listed})" if len(present) < len(values) else f"({listed})"


def _listed(values: Sequence[object], parameters: Parameters) -> str:
    if len(values) <= MAX_LISTED:
        parameters.extend(values)
        return ", ".join("?" * len(values))
    parameters.append(json.dumps(values))
    return "SELECT value FROM json_each(?)"


def _within_spans(condition: Within, sql: str, field: Field, parameters: Parameters) -> str:
    """A list with date literals among its values: each is compared by itself."""
    parts = [_compare(Compare(condition.path, "=", value), sql, field, parameters) for value in condition.values]
    found = _balanced(parts, "OR")
    return f"({found} IS NOT TRUE)" if condition.negated else found
