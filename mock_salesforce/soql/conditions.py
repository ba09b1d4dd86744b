"""WHERE as SQL, with SOQL's rules: text without case, two-valued logic, empty text is null."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mock_salesforce.ids import is_id, to_18
from mock_salesforce.schema import NUMBERS, Field, Kind
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.scope import Scope
from mock_salesforce.soql.tree import Combined, Compare, Condition, Literal, Negated, Path, Query, Within
from mock_salesforce.values import parse_date, parse_moment

Parameters = list[object]
Subselect = Callable[[Query, Parameters], str]

_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_WANTED = {Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.DATETIME: "datetime"}
_NAMES = {"datetime": "dateTime", "number": "double", "boolean": "boolean", "date": "date", "string": "string"}


def condition_sql(condition: Condition, scope: Scope, parameters: Parameters, subselect: Subselect) -> str:
    """The SQL of a condition; its values are added to `parameters` in order. Raises `SoqlError`."""
    if isinstance(condition, Compare):
        return _compare(condition, scope, parameters)
    if isinstance(condition, Within):
        return _within(condition, scope, parameters, subselect)
    if isinstance(condition, Negated):
        return f"({condition_sql(condition.condition, scope, parameters, subselect)} IS NOT TRUE)"
    parts = [condition_sql(part, scope, parameters, subselect) for part in condition.parts]
    return _balanced(parts, condition)


def _balanced(parts: Sequence[str], combined: Combined) -> str:
    """Join in halves: SQLite limits how deep an expression may nest, not how wide it may be."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(parts[:middle], combined)} {combined.operator} {_balanced(parts[middle:], combined)})"


def _wrong_kind(path: Path, wanted: str) -> SoqlError:
    quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
    return SoqlError(
        "INVALID_FIELD",
        f"value of filter criterion for field '{path.names[-1]}' must be of type {_NAMES[wanted]} and {quotes}",
        path.at,
    )


def _value(path: Path, field: Field, literal: Literal) -> object:
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


def _text_value(path: Path, field: Field, text: str) -> object:
    if field.kind not in (Kind.ID, Kind.REFERENCE):
        return text or None
    if not is_id(text):
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}", path.at)
    return to_18(text)


def _filterable(path: Path, field: Field) -> None:
    if field.is_long_text:
        raise SoqlError("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call", path.at)


def _compare(condition: Compare, scope: Scope, parameters: Parameters) -> str:
    sql, field = scope.resolve(condition.path)
    _filterable(condition.path, field)
    operator = condition.operator
    if operator == "LIKE":
        return _like(condition, sql, field, parameters)
    if operator in _ORDERINGS and field.kind in (Kind.ID, Kind.BOOLEAN):
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    value = _value(condition.path, field, condition.value)
    if value is None:
        if operator in _ORDERINGS:
            return "0"
        return f"({sql} IS {'NOT ' if operator == '!=' else ''}NULL)"
    parameters.append(value)
    if operator == "!=":
        return f"({sql} IS NOT ?)"
    return f"({sql} {operator} ?)"


def _like(condition: Compare, sql: str, field: Field, parameters: Parameters) -> str:
    if field.kind in NUMBERS or field.kind in _WANTED or field.kind in (Kind.ID, Kind.REFERENCE):
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.kind.value} field", condition.path.at
        )
    if condition.value.kind != "string":
        raise _wrong_kind(condition.path, "string")
    parameters.append(condition.value.pattern)
    return f"({sql} LIKE ? ESCAPE '\\')"


def _within(condition: Within, scope: Scope, parameters: Parameters, subselect: Subselect) -> str:
    sql, field = scope.resolve(condition.path)
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
