"""Values in their three forms: Python, as stored in SQLite, and as text on the wire.

Stored: text and ids as text, booleans as 0 and 1, numbers as numbers (15 significant digits), dates as
`YYYY-MM-DD`, date times as UTC `YYYY-MM-DDThh:mm:ss.mmmZ`, which sorts in time order.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from mock_zuora.ids import is_id
from mock_zuora.objects import FieldType

_RANGES = {
    FieldType.INT: (-(2**31), 2**31 - 1),
    FieldType.LONG: (-(2**63), 2**63 - 1),
    FieldType.SHORT: (-(2**15), 2**15 - 1),
}
_DECLARATIONS = {
    FieldType.DECIMAL: "NUMERIC",
    FieldType.INT: "INTEGER",
    FieldType.LONG: "INTEGER",
    FieldType.SHORT: "INTEGER",
    FieldType.BOOLEAN: "INTEGER",
}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?")

Stored = str | int | float | None


class UnreadableValue(ValueError):
    """A value is not of its field's type."""


def declaration(kind: FieldType) -> str:
    """The SQLite column declaration for a field of this type."""
    return _DECLARATIONS.get(kind, "TEXT")


def stored(kind: FieldType, value: object, zone: tzinfo) -> Stored:
    """A Python value or wire text as it is stored; raises `UnreadableValue`.

    A date time without offset is in `zone`. An empty string is no value.
    """
    if value is None or value == "":
        return None
    if kind is FieldType.BOOLEAN:
        return _boolean(value)
    if kind.is_number:
        return _number(kind, value)
    if kind is FieldType.DATE:
        return _date(value, zone)
    if kind is FieldType.DATE_TIME:
        moment = _moment(value, zone)
        try:
            moment.astimezone(UTC).astimezone(zone)  # must also be writable on the wire, in the tenant's zone
        except OverflowError:
            raise UnreadableValue(str(value)) from None
        return moment_text(moment)
    text = str(value)
    if kind is FieldType.ID and not is_id(text):
        raise UnreadableValue(text)
    return text


def python_value(kind: FieldType, value: Any) -> Any:
    """A stored value as str, int, `Decimal`, bool, `date`, `datetime` (UTC) or None."""
    if value is None:
        return None
    if kind is FieldType.BOOLEAN:
        return bool(value)
    if kind is FieldType.DECIMAL:
        return Decimal(number_text(value))
    if kind is FieldType.DATE:
        return date.fromisoformat(value)
    if kind is FieldType.DATE_TIME:
        return datetime.fromisoformat(value)
    return value


def _boolean(value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    text = str(value).strip().lower()
    if text in ("true", "1"):
        return 1
    if text in ("false", "0"):
        return 0
    raise UnreadableValue(text)


def _number(kind: FieldType, value: object) -> int | float:
    text = str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableValue(text) from None
    if _NUMBER.fullmatch(text) is None:  # Decimal reads more: NaN, digit groups, other scripts' digits
        raise UnreadableValue(text)
    if kind is FieldType.DECIMAL:
        if number == number.to_integral_value() and -(2**63) < number < 2**63:
            return int(number)
        if math.isinf(kept := float(number)):
            raise UnreadableValue(text)
        return kept
    least, most = _RANGES[kind]
    if number != number.to_integral_value() or not least <= number <= most:
        raise UnreadableValue(str(value))
    return int(number)


def _date(value: object, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        return read_moment(text, zone).astimezone(zone).date().isoformat()
    except (ValueError, OverflowError):
        raise UnreadableValue(text) from None


def _moment(value: object, zone: tzinfo) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    return read_moment(str(value).strip(), zone)


def is_date(text: str) -> bool:
    """Whether the text is a real `YYYY-MM-DD`."""
    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def read_moment(text: str, zone: tzinfo) -> datetime:
    """A wire date time; without offset it is in `zone`. Raises `UnreadableValue`."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise UnreadableValue(text)
    day, clock, fraction, offset = match.groups()
    try:
        # a fraction may have any number of digits; Python wants three or six before 3.11's relaxed reading
        read = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or ''}")
    except ValueError:
        raise UnreadableValue(text) from None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def moment_text(moment: datetime) -> str:
    """An aware date time as it is stored."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def wire(kind: FieldType, value: Stored, zone: tzinfo, *, dates_have_times: bool) -> str:
    """A stored value that is not null as the text of its element."""
    if kind is FieldType.BOOLEAN:
        return "true" if value else "false"
    if kind.is_number:
        return number_text(value)
    if kind is FieldType.DATE_TIME:
        return datetime.fromisoformat(str(value)).astimezone(zone).isoformat(timespec="milliseconds")
    if kind is FieldType.DATE and dates_have_times:
        return f"{value}T00:00:00"
    return str(value)


def number_text(value: object) -> str:
    """A number without exponent and without zeros at the end: 0, 50, 19.99."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
