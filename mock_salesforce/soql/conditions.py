"""WHERE as SQL, with SOQL's rules: text without case, two-valued logic, empty text is null."""

from __future__ import annotations

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
Subselect = Callable[[Query, Parameters], str]

_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_WANTED = {Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.DATETIME: "datetime"}
_NAMES = {"datetime": "dateTime", "number": "double", "boolean": "boolean", "date": "date", "string": "string"}


def condition_sql(
    condition: Condition, scope: Scope, parameters: Parameters, subselect: Subselect, *, aggregates: bool = False
) -> str:
    """The SQL of a condition; its values are added to `parameters` in order. Raises `SoqlError`.

    `aggregates` are allowed in HAVING only.
    """
    if isinstance(condition, Compare):
        return _compare(condition, *scope.resolve(condition.path, aggregates=aggregates), parameters)
    if isinstance(condition, Within):
        return _within(condition, *scope.resolve(condition.path, aggregates=aggregates), parameters, subselect)
    if isinstance(condition, Includes):
        return _includes(condition, *scope.resolve(condition.path), parameters)
    if isinstance(condition, Negated):
        inside = condition_sql(condition.condition, scope, parameters, subselect, aggregates=aggregates)
        return f"({inside} IS NOT TRUE)"
    parts = [condition_sql(part, scope, parameters, subselect, aggregates=aggregates) for part in condition.parts]
    return _balanced(parts, condition)


def _balanced(parts: Sequence[str], combined: Combined) -> str:
    """Join in halves: SQLite limits how deep an expression may nest, not how wide it may be."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(parts[:middle], combined)} {combined.operator} {_balanced(parts[middle:], combined)})"


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
    if field.is_long_text:
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
    parameters.append(value)
    if operator == "!=":
        return f"({sql} IS NOT ?)"
    return f"({sql} {operator} ?)"


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
    parameters.append(condition.value.pattern)
    return f"({sql} LIKE ? ESCAPE '\\')"


def _within(condition: Within, sql: str, field: Field, parameters: Parameters, subselect: Subselect) -> str:
    _filterable(condition.path, field)
    word = "NOT IN" if condition.negated else "IN"
    if condition.query is not None:
        return f"({sql} {word} ({subselect(condition.query, parameters)}))"
    values = [_value(condition.path, field, literal) for literal in condition.values]
    present = [value for value in values if value is not None]
    has_null = len(present) < len(values)
    parameters.extend(present)
    listed = f"{sql} {word} ({', '.join('?' * len(present))})"
    if condition.negated:
        return f"({listed} AND {sql} IS NOT NULL)" if has_null else f"({sql} IS NULL OR {listed})"
    return f"({sql} IS NULL OR {listed})" if has_null else f"({listed})"
