"""Values between the wire's text, Python's types and the store's columns.

Stored are: text as `str`, booleans as 0 and 1, whole numbers as `int`, other numbers as `float` (the API's double),
dates as `YYYY-MM-DD` and moments as `YYYY-MM-DDTHH:MM:SS.000Z`, which compare as text; absent is `None`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import cast

from mock_salesforce.ids import is_id, to_18
from mock_salesforce.schema import NUMBERS, TEXTS, Field, Kind, SObject, Summed

_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+\Z")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2}|T.*)?\Z")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?\Z")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_FIRST_YEAR, _LAST_YEAR = 1700, 4000
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})?\Z")

_PLAIN_DOUBLE_FROM, _PLAIN_DOUBLE_BELOW = 1e-3, 1e7


Parser = Callable[[str], object]
"""Makes the stored form of a text that is trimmed and not blank; raises `BadValue`."""


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


@lru_cache(maxsize=256)
def moment_text(moment: datetime) -> str:
    """A moment as stored and sent: UTC, whole seconds, always with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> str:
    """The stored form of a dateTime; without an offset it is UTC. Raises `ValueError`."""
    if not _DATETIME.match(text):
        msg = f"not a dateTime: {text}"
        raise ValueError(msg)
    moment = datetime.fromisoformat(text)
    return moment_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


@lru_cache(maxsize=4096)
def parse_date(text: str) -> str:
    """The stored form of a date; a dateTime gives its date as written. Raises `ValueError`."""
    match = _DATE.match(text)
    if not match:
        msg = f"not a date: {text}"
        raise ValueError(msg)
    return date.fromisoformat(match[1]).isoformat()


def parse_time(text: str) -> str:
    """The stored form of a time of day, in UTC. Raises `ValueError`."""
    if not _TIME.match(text):
        msg = f"not a time: {text}"
        raise ValueError(msg)
    moment = time.fromisoformat(text)
    if moment.utcoffset():
        moment = datetime.combine(date(2000, 1, 2), moment).astimezone(UTC).time()
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _wrong_type(field: Field, text: str) -> BadValue:
    return BadValue("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: {text}")


def _out_of_range(field: Field, text: str) -> BadValue:
    return BadValue(
        "NUMBER_OUTSIDE_VALID_RANGE", f"{field.label}: value outside of valid range on numeric field: {text}"
    )


def _sized(field: Field, *, truncate: bool) -> Callable[[str], str]:
    """Text of the field's length; longer is cut when the caller allows that, but of no URL."""
    length, cut = field.length, truncate and field.kind is not Kind.URL

    def text_of(text: str) -> str:
        if len(text) <= length:
            return text
        if cut:
            return text[:length].rstrip()
        raise BadValue("STRING_TOO_LONG", f"{field.label}: data value too large: {text} (max length={length})")

    return text_of


def _email(field: Field, *, truncate: bool) -> Parser:
    sized = _sized(field, truncate=truncate)

    def email_of(text: str) -> object:
        text = sized(text)
        if not _EMAIL.match(text):
            raise BadValue("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}")
        return text

    return email_of


def _choice(field: Field) -> Callable[[str], str]:
    """One value of a picklist. A restricted one takes active values only, and keeps them in its own capitals."""
    if not field.restricted:
        return str
    inactive = {value.lower() for value in field.inactive_values}
    own = {value.lower(): value for value in field.values if value.lower() not in inactive}

    def choice_of(text: str) -> str:
        if text.lower() not in own:
            raise BadValue(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {text}",
            )
        return own[text.lower()]

    return choice_of


def _picklist(field: Field, *, truncate: bool) -> Parser:
    sized, choice = _sized(field, truncate=truncate), _choice(field)
    return lambda text: choice(sized(text))


def _multipicklist(field: Field, *, truncate: bool) -> Parser:
    """Several values parted by semicolons, each once, in the picklist's own order; unlisted ones come last."""
    sized, choice = _sized(field, truncate=truncate), _choice(field)
    order = {value: number for number, value in enumerate(field.values)}

    def choices_of(text: str) -> object:
        parts = [part.strip() for part in sized(text).split(";")]
        chosen = dict.fromkeys(choice(part) for part in parts if part)
        return ";".join(sorted(chosen, key=lambda value: order.get(value, len(order)))) or None

    return choices_of


def _whole_number(field: Field) -> Parser:
    digits = field.precision

    def whole_of(text: str) -> int:
        number = _decimal(field, text)
        if number and number.adjusted() >= digits:
            raise _out_of_range(field, text)
        if number != number.to_integral_value():
            raise _wrong_type(field, text)
        return int(number)

    return whole_of


def _decimal(field: Field, text: str) -> Decimal:
    if not _NUMBER.match(text):
        raise _wrong_type(field, text)
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what a Decimal holds
        raise _out_of_range(field, text) from None


def _number(field: Field) -> Parser:
    """Rounded half up to the field's scale, once it has no more digits before the point than fit."""
    whole_digits, scale = field.precision - field.scale, field.scale
    step = Decimal(1).scaleb(-scale)
    fits = re.compile(rf"-?[0-9]{{1,{whole_digits}}}(?:\.[0-9]{{1,{scale}}})?\Z" if scale and whole_digits else r"(?!)")

    def number_of(text: str) -> float:
        if fits.match(text):
            return float(text) + 0.0
        number = _decimal(field, text)
        if number and number.adjusted() >= whole_digits:
            raise _out_of_range(field, text)
        rounded = number.quantize(step, rounding=ROUND_HALF_UP)
        if rounded and rounded.adjusted() >= whole_digits:
            raise _out_of_range(field, text)
        return float(rounded) + 0.0  # no negative zero

    return number_of


def _boolean(field: Field) -> Parser:
    def boolean_of(text: str) -> int:
        match text.lower():
            case "true" | "1":
                return 1
            case "false" | "0":
                return 0
        raise _wrong_type(field, text)

    return boolean_of


def _in_calendar(read: Callable[[str], str]) -> Callable[[Field], Parser]:
    def made(field: Field) -> Parser:
        def moment_of(text: str) -> str:
            try:
                stored = read(text)
            except (ValueError, OverflowError):
                raise _wrong_type(field, text) from None
            if not _FIRST_YEAR <= int(stored[:4]) <= _LAST_YEAR:
                moment = datetime.fromisoformat(stored).replace(tzinfo=UTC)
                words = moment.strftime("%a %b %d %H:%M:%S GMT ") + stored[:4]
                raise BadValue("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: invalid date: {words}")
            return stored

        return moment_of

    return made


def _of_day(field: Field) -> Parser:
    def time_of(text: str) -> str:
        try:
            return parse_time(text)
        except ValueError:
            raise _wrong_type(field, text) from None

    return time_of


def _identifier(field: Field) -> Parser:
    def id_of(text: str) -> str:
        if not is_id(text):
            raise BadValue("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}")
        return to_18(text)

    return id_of


def _base64(field: Field) -> Parser:
    def bytes_of(text: str) -> str:
        try:
            return b64encode(b64decode("".join(text.split()), validate=True)).decode()
        except ValueError:
            raise _wrong_type(field, text) from None

    return bytes_of


_TEXT_PARSERS = {Kind.EMAIL: _email, Kind.PICKLIST: _picklist, Kind.MULTIPICKLIST: _multipicklist}
_PARSERS: Mapping[Kind, Callable[[Field], Parser]] = {
    **dict.fromkeys(NUMBERS, _number),
    Kind.INT: _whole_number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _in_calendar(parse_date),
    Kind.DATETIME: _in_calendar(parse_moment),
    Kind.TIME: _of_day,
    Kind.ID: _identifier,
    Kind.REFERENCE: _identifier,
    Kind.BASE64: _base64,
}


def parser(field: Field, *, truncate: bool = False) -> Parser:
    """What makes the stored form of a text sent for a field; made once, called for each row."""
    if field.kind in TEXTS:
        return _TEXT_PARSERS.get(field.kind, _sized)(field, truncate=truncate)
    return _PARSERS[field.kind](field)


def parsers(sobject: SObject, *, truncate: bool = False) -> Mapping[str, Parser]:
    """The parser of each field of an object, by the field's name."""
    key = "parsers that cut" if truncate else "parsers"
    made = sobject.derived.get(key)
    if made is None:
        made = sobject.derived[key] = {field.name: parser(field, truncate=truncate) for field in sobject.fields}
    return cast("Mapping[str, Parser]", made)


def parse(field: Field, text: str, *, truncate: bool = False) -> object:
    """The stored form of a value sent for a field; blank text is `None`.

    Text is trimmed at both ends; numbers are rounded half up to the field's scale. Raises `BadValue`.
    """
    text = text.strip()
    return parser(field, truncate=truncate)(text) if text else None


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
    if field.rollup is not None and field.rollup.operation in (Summed.SUM, Summed.COUNT):
        return "REAL NOT NULL DEFAULT 0"
    if field.compound:
        parts = " || ' ' || ".join(f"COALESCE(\"{name}\", '')" for name in field.compound)
        return f"TEXT COLLATE NOCASE GENERATED ALWAYS AS (NULLIF(TRIM({parts}), '')) VIRTUAL"
    return COLUMNS.get(field.kind, "TEXT COLLATE NOCASE" if field.folds_case else "TEXT")
