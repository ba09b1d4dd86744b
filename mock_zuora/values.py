"""Values in their three forms: Python, as stored in SQLite, and as text on the wire.

Stored: text and ids as text, booleans as 0 and 1, dates as `YYYY-MM-DD`, date times as UTC
`YYYY-MM-DDThh:mm:ss.mmmZ`, which sorts in time order. Numbers are stored as numbers where SQLite's keep every digit,
and as text where they do not, such as 12345678901234.123456789.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from mock_zuora.ids import is_id
from mock_zuora.objects import FieldType

_RANGES = {
    FieldType.INT: (-(2**31), 2**31 - 1),
    FieldType.LONG: (-(2**63), 2**63 - 1),
    FieldType.SHORT: (-(2**15), 2**15 - 1),
}
_DECLARATIONS = {
    FieldType.DECIMAL: "BLOB",  # no affinity: a decimal kept as text must stay text
    FieldType.INT: "INTEGER",
    FieldType.LONG: "INTEGER",
    FieldType.SHORT: "INTEGER",
    FieldType.BOOLEAN: "INTEGER",
}
_DIGITS = 38
_EXACT = Context(prec=_DIGITS)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# What XML 1.0 cannot carry is never stored, as the service drops it; lone surrogates among it.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no message can carry."""

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where a date field's date is taken from a date time with offset, whatever the tenant's own zone."""

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
    if not text.isprintable():
        text = NOT_IN_XML.sub("", text)
    return text or None


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


def _number(kind: FieldType, value: object) -> int | float | str:
    text = str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableValue(text) from None
    if _NUMBER.fullmatch(text) is None:  # Decimal reads more: NaN, digit groups, other scripts' digits
        raise UnreadableValue(text)
    if kind is FieldType.DECIMAL:
        return _decimal(number, text)
    least, most = _RANGES[kind]
    if number != number.to_integral_value() or not least <= number <= most:
        raise UnreadableValue(str(value))
    return int(number)


def _decimal(number: Decimal, text: str) -> int | float | str:
    if math.isinf(near := float(number)):
        raise UnreadableValue(text)
    number = _EXACT.plus(number)
    if number == number.to_integral_value() and -(2**63) < number < 2**63:
        return int(number)
    if number.adjusted() < -_DIGITS:
        return 0
    return near if Decimal(repr(near)) == number else number_text(number)


def _date(value: object, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        moment = _wall(text)
        return (moment.astimezone(PACIFIC) if moment.tzinfo else moment).date().isoformat()
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
    read = _wall(text)
    return read if read.tzinfo else read.replace(tzinfo=zone)


def _wall(text: str) -> datetime:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise UnreadableValue(text)
    day, clock, fraction, offset = match.groups()
    try:
        # a fraction may have any number of digits; Python wants three or six before 3.11's relaxed reading
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or ''}")
    except ValueError:
        raise UnreadableValue(text) from None


def moment_text(moment: datetime) -> str:
    """An aware date time as it is stored."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Moments = Callable[[Any], str | None]
"""The text of a stored date time's element; None for None."""

_HOURS_KEPT = 100_000


def moments_in(zone: tzinfo) -> Moments:
    """How stored date times are written in a time zone, with its offset and milliseconds.

    A page has thousands of them, so what an hour's moments begin and end with is looked up once.
    """
    hours: dict[str, tuple[str, str]] = {}

    def exactly(value: str) -> str:
        return datetime.fromisoformat(value).astimezone(zone).isoformat(timespec="milliseconds")

    def look_up(value: str) -> str:
        hour, written = value[:13], exactly(value)
        first, last = exactly(f"{hour}:00:00.000Z"), exactly(f"{hour}:59:59.999Z")
        # Not for zones off by less than an hour, nor when the clocks change within this one.
        if first[:13] == last[:13] and first[13:23] == ":00:00.000" and first[23:] == last[23:]:
            if len(hours) >= _HOURS_KEPT:
                hours.clear()
            hours[hour] = first[:13], first[23:]
        return written

    def text(value: str | None) -> str | None:
        if value is None:
            return None
        try:
            start, end = hours[value[:13]]
        except KeyError:
            return look_up(value)
        return start + value[13:-1] + end

    return text


def number_text(value: object) -> str:
    """A number without exponent and without zeros at the end: 0, 50, 19.99."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def compare_decimals(left: Stored, right: Stored) -> int | None:
    """How two stored decimals compare, exactly: below, at or above zero; None when one is no value."""
    if left is None or right is None:
        return None
    one, other = Decimal(str(left)), Decimal(str(right))
    return (one > other) - (one < other)
