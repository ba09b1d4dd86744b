"""The conditions of roll-up summaries as SQL: fields compared with values that are written out."""

from __future__ import annotations

from collections.abc import Callable

from mock_salesforce.schema import NUMBERS, Field, Kind, RollupFilter

_ORDER = {"lessThan": "<", "lessOrEqual": "<=", "greaterThan": ">", "greaterOrEqual": ">="}
OPERATIONS = frozenset({"equals", "notEqual", "contains", "notContain", "startsWith", "includes", "excludes", *_ORDER})


def filter_sql(condition: RollupFilter, field: Field | None, value: str) -> str:
    """The SQL of one condition on `value`, the SQL that reads the field. Several values are alternatives."""
    if field is None:
        return "0"
    operation, values = condition.operation, [each.strip() for each in condition.value.split(",")]
    if operation in _ORDER:
        return f"({value} {_ORDER[operation]} {_literal(field, values[0])})"
    one = _ONE.get(operation, _equals)
    found = " OR ".join(one(field, value, each) for each in values)
    negated = operation in ("notEqual", "notContain", "excludes")
    return f"(({found}) IS NOT TRUE)" if negated else f"({found})"


def _equals(field: Field, value: str, text: str) -> str:
    literal = _literal(field, text)
    return f"{value} IS NULL" if literal == "NULL" else f"{value} = {literal}"


def _like(begin: str) -> Callable[[Field, str, str], str]:
    def condition(_: Field, value: str, text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{value} LIKE {_quoted(begin + escaped + '%')} ESCAPE '\\'"

    return condition


def _includes(_: Field, value: str, text: str) -> str:
    return f"instr(';' || {value} || ';', {_quoted(f';{text};')}) > 0"


_ONE = {
    "contains": _like("%"),
    "notContain": _like("%"),
    "startsWith": _like(""),
    "includes": _includes,
    "excludes": _includes,
}


def _literal(field: Field, text: str) -> str:
    """A value as the field's column has it; one that is none of the field's equals nothing."""
    if field.kind is Kind.BOOLEAN:
        return "1" if text.strip().lower() in ("true", "1") else "0"
    if not text:
        return "NULL"
    if field.kind in NUMBERS:
        try:
            return repr(float(text))
        except ValueError:
            return _quoted(text)
    return _quoted(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("\x00", "").replace("'", "''") + "'"
