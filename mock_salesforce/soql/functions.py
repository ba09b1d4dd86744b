"""Functions of a field: aggregates, parts of dates, and those that only change how a value is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mock_salesforce.schema import NUMBERS, Field, Kind
from mock_salesforce.soql.dates import FUNCTIONS, ONLY_OF_MOMENTS
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.tree import Call
from simulator.store import RecordStore

AGGREGATES = {
    "COUNT": "COUNT({0})",
    "COUNT_DISTINCT": "COUNT(DISTINCT {0})",
    "SUM": "SUM({0})",
    "AVG": "AVG({0})",
    "MIN": "MIN({0})",
    "MAX": "MAX({0})",
}
_AS_STORED = frozenset({"TOLABEL", "CONVERTCURRENCY", "FORMAT"})
"""Functions that give the value itself here: labels are values, there is one currency, and no locale."""


def teach(store: RecordStore) -> None:
    """Give a store the functions that compiled queries call."""
    store.teach("soql_local", _local, 2)
    store.teach("soql_lower", lambda value: value.lower() if isinstance(value, str) else value)


def _local(moment: str | None, zone: str) -> str | None:
    """A moment as its column holds it, on the clocks of a zone."""
    if moment is None:
        return None
    here = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return here.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def function(wanted: Call, sql: str, field: Field, *, aggregates: bool, zone: str) -> tuple[str, Field]:
    """The SQL of a function of a field, and a field as its result would be. Raises `SoqlError`.

    Functions of moments are in UTC, but inside of convertTimezone in the asker's zone.
    """
    name = wanted.function
    if name == "CONVERTTIMEZONE":
        if field.kind is not Kind.DATETIME:
            words = f"field '{field.name}' of type {field.kind.value} does not support convertTimezone"
            raise SoqlError("MALFORMED_QUERY", words, wanted.at)
        return f"soql_local({sql}, '{zone}')", field
    if name in _AS_STORED:
        return sql, field
    if name in FUNCTIONS:
        return _part_of_a_date(wanted, sql, field)
    if name not in AGGREGATES:
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{name}'", wanted.at)
    if not aggregates:
        raise SoqlError("MALFORMED_QUERY", f"aggregate expressions are not allowed here: {wanted.text}", wanted.at)
    if _is_refused(name, field):
        words = f"field {field.name} does not support aggregate operator {name}"
        raise SoqlError("MALFORMED_QUERY", words, wanted.at)
    kind = Kind.INT if name.startswith("COUNT") else Kind.DOUBLE if name in ("SUM", "AVG") else field.kind
    return AGGREGATES[name].format(sql), replace(field, kind=kind)


def _is_refused(name: str, field: Field) -> bool:
    if field.is_long_text:
        return True
    if name in ("SUM", "AVG"):
        return field.kind not in NUMBERS
    return name in ("MIN", "MAX") and field.kind in (Kind.BOOLEAN, Kind.ID, Kind.REFERENCE)


def _part_of_a_date(wanted: Call, sql: str, field: Field) -> tuple[str, Field]:
    kinds = (Kind.DATETIME,) if wanted.function in ONLY_OF_MOMENTS else (Kind.DATE, Kind.DATETIME)
    if field.kind not in kinds:
        words = f"field '{field.name}' of type {field.kind.value} does not support {wanted.function}"
        raise SoqlError("MALFORMED_QUERY", words, wanted.at)
    kind = Kind.DATE if wanted.function == "DAY_ONLY" else Kind.INT
    return FUNCTIONS[wanted.function].format(sql), replace(field, kind=kind)
