"""Values between the wire's text, Python's types and the store's columns.

Stored are: text as `str`, booleans as 0 and 1, whole numbers as `int`, other numbers as `float` (the API's double),
dates as `YYYY-MM-DD` and moments as `YYYY-MM-DDTHH:MM:SS.000Z`, which compare as text; absent is `None`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mock_salesforce.ids import is_id, to_18
from mock_salesforce.schema import NUMBERS, Field, Kind

_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+\Z")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2}|T.*)?\Z")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?\Z")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_FIRST_YEAR, _LAST_YEAR = 1700, 4000
_INT_MAX = 2**31 - 1

_PLAIN_DOUBLE_FROM, _PLAIN_DOUBLE_BELOW = 1e-3, 1e7


class BadValue(Exception):
    """A value that its field does not take: the row's status code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def double_text(value: float) -> str:
    """A double as Java prints it: `350000.0`, and `1.2345678E7` from ten million on and below a thousandth."""
    size = abs(value)
    if size == 0 or _PLAIN_DOUBLE_FROM <= size < _PLAIN_DOUBLE_BELOW:
        return repr(float(value))
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    power = int(exponent) + len(digits) - 1
    rest = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{power}"


def moment_text(moment: datetime) -> str:
    """A moment as stored and sent: UTC, whole seconds, always with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def parse_moment(text: str) -> str:
    """The stored form of a dateTime; without an offset it is UTC. Raises `ValueError`."""
    if not _DATETIME.match(text):
        msg = f"not a dateTime: {text}"
        raise ValueError(msg)
    moment = datetime.fromisoformat(text)
    return moment_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def parse_date(text: str) -> str:
    """The stored form of a date; a dateTime gives its date as written. Raises `ValueError`."""
    match = _DATE.match(text)
    if not match:
        msg = f"not a date: {text}"
        raise ValueError(msg)
    return date.fromisoformat(match[1]).isoformat()


def _wrong_type(field: Field, text: str) -> BadValue:
    return BadValue("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: {text}")


def _text(field: Field, text: str, *, truncate: bool) -> str:
    if len(text) > field.length:
        if not truncate:
            raise BadValue(
                "STRING_TOO_LONG", f"{field.label}: data value too large: {text} (max length={field.length})"
            )
        text = text[: field.length].rstrip()
    if field.kind is Kind.EMAIL and not _EMAIL.match(text):
        raise BadValue("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}")
    if field.restricted and text.lower() not in {value.lower() for value in field.values}:
        raise BadValue(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"{field.label}: bad value for restricted picklist field: {text}"
        )
    return text


def _number(field: Field, text: str) -> float | int:
    if not _NUMBER.match(text):
        raise _wrong_type(field, text)
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what a Decimal holds
        raise _out_of_range(field, text) from None
    if field.kind is Kind.INT:
        if number != number.to_integral_value() or abs(number) > _INT_MAX:
            raise _wrong_type(field, text)
        return int(number)
    whole_digits = field.precision - field.scale
    if number and number.adjusted() >= whole_digits:
        raise _out_of_range(field, text)
    rounded = number.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)
    if rounded and rounded.adjusted() >= whole_digits:
        raise _out_of_range(field, text)
    return float(rounded)


def _out_of_range(field: Field, text: str) -> BadValue:
    return BadValue(
        "NUMBER_OUTSIDE_VALID_RANGE", f"{field.label}: value outside of valid range on numeric field: {text}"
    )


def _boolean(field: Field, text: str) -> int:
    match text.lower():
        case "true" | "1":
            return 1
        case "false" | "0":
            return 0
    raise _wrong_type(field, text)


def _in_calendar(field: Field, text: str, parse: Callable[[str], str]) -> str:
    try:
        stored = parse(text)
    except (ValueError, OverflowError):
        raise _wrong_type(field, text) from None
    if not _FIRST_YEAR <= int(stored[:4]) <= _LAST_YEAR:
        moment = datetime.fromisoformat(stored).replace(tzinfo=UTC)
        words = moment.strftime("%a %b %d %H:%M:%S GMT ") + stored[:4]
        raise BadValue("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: invalid date: {words}")
    return stored


def parse(field: Field, text: str, *, truncate: bool = False) -> object:
    """The stored form of a value sent for a field; blank text is `None`.

    Text is trimmed at both ends; numbers are rounded half up to the field's scale. Raises `BadValue`.
    """
    text = text.strip()
    if not text:
        return None
    kind = field.kind
    if kind in NUMBERS:
        return _number(field, text)
    if kind is Kind.BOOLEAN:
        return _boolean(field, text)
    if kind is Kind.DATE:
        return _in_calendar(field, text, parse_date)
    if kind is Kind.DATETIME:
        return _in_calendar(field, text, parse_moment)
    if kind in (Kind.REFERENCE, Kind.ID):
        if not is_id(text):
            raise BadValue("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}")
        return to_18(text)
    return _text(field, text, truncate=truncate)


def as_text(value: object) -> str | None:
    """A Python value as a client would send it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def as_python(kind: Kind, stored: object) -> object:
    """A stored value as Python has it: booleans as `bool`, everything else as stored."""
    return bool(stored) if kind is Kind.BOOLEAN and stored is not None else stored


def _plain(value: object) -> str:
    return str(value)


def _flag(value: object) -> str:
    return "true" if value else "false"


def _double(value: object) -> str:
    return double_text(float(value))  # type: ignore[arg-type]  # a number column holds numbers


WIRE: Mapping[Kind, Callable[[object], str]] = {
    kind: _flag if kind is Kind.BOOLEAN else _double if kind in NUMBERS and kind is not Kind.INT else _plain
    for kind in Kind
}
"""How each kind's stored values are written; text still wants escaping."""

COLUMNS: Mapping[Kind, str] = {
    Kind.BOOLEAN: "INTEGER NOT NULL DEFAULT 0",
    Kind.INT: "INTEGER",
    Kind.DOUBLE: "REAL",
    Kind.CURRENCY: "REAL",
    Kind.PERCENT: "REAL",
}
"""SQLite's declarations; whatever is not here is text."""


def column(field: Field) -> str:
    """The SQLite declaration of a field's column."""
    return COLUMNS.get(field.kind, "TEXT COLLATE NOCASE" if field.folds_case else "TEXT")
