"""The values of formulas: their types, and how they come from stored values and become such.

Text is never null, but empty. Numbers are decimals, half rounded up; ids have 15 characters, as formulas see them; a
percentage of 50 is 0.5. Everything else is Python's own, and null is None.
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from mock_salesforce.formulas.errors import CannotCompute
from mock_salesforce.schema import NUMBERS, Field, Kind

Value = str | Decimal | bool | date | datetime | time | None

ARITHMETIC = decimal.Context(
    prec=38,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-999,
    Emax=999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
MAX_TEXT = 131_072
_HUNDRED = Decimal(100)


class Type(StrEnum):
    """What an expression gives, in words for people."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "true or false"
    DATE = "date"
    MOMENT = "date/time"
    TIME = "time"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multi-select picklist"
    NULL = "null"


_TYPES = {
    Kind.BOOLEAN: Type.TRUTH,
    Kind.DATE: Type.DATE,
    Kind.DATETIME: Type.MOMENT,
    Kind.TIME: Type.TIME,
    Kind.PICKLIST: Type.PICKLIST,
    Kind.MULTIPICKLIST: Type.MULTIPICKLIST,
    **dict.fromkeys(NUMBERS, Type.NUMBER),
}


def type_of(kind: Kind) -> Type:
    """What a field of this kind is in a formula."""
    return _TYPES.get(kind, Type.TEXT)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a formula's value is shown by its field."""

    kind: Kind
    scale: int
    length: int


def shown_by(field: Field) -> Shown:
    """How a field shows what its formula gives."""
    return Shown(field.kind, field.scale, field.length)


def from_stored(kind: Kind, stored: object, *, blanks_as_zero: bool = False) -> Value:
    """A stored value as a formula sees it."""
    type_ = type_of(kind)
    if stored is None:
        if type_ is Type.NUMBER:
            return Decimal(0) if blanks_as_zero else None
        if type_ is Type.TRUTH:
            return False
        return "" if type_ in (Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST) else None
    if type_ is Type.NUMBER:
        number = Decimal(repr(stored)) if isinstance(stored, float) else Decimal(str(stored))
        return number / _HUNDRED if kind is Kind.PERCENT else number
    if type_ is Type.TRUTH:
        return bool(stored)
    text = str(stored)
    if type_ is Type.DATE:
        return date.fromisoformat(text)
    if type_ is Type.MOMENT:
        return datetime.fromisoformat(text)
    if type_ is Type.TIME:
        return time.fromisoformat(text.removesuffix("Z"))
    return text[:15] if kind in (Kind.ID, Kind.REFERENCE) else text


def to_stored(shown: Shown, value: Value) -> str | int | float | None:
    """A formula's value as its field's column would hold it. Raises `CannotCompute` for one it cannot hold."""
    if shown.kind is Kind.BOOLEAN:
        return int(value is True)
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return _number(shown, value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z").rjust(24, "0")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return time_text(value) + "Z"
    return str(value)[: shown.length or None]


def _number(shown: Shown, value: Decimal) -> float | int:
    scaled = ARITHMETIC.multiply(value, _HUNDRED) if shown.kind is Kind.PERCENT else value
    try:
        rounded = ARITHMETIC.quantize(scaled, Decimal(1).scaleb(-shown.scale))
    except decimal.InvalidOperation:  # more digits than a decimal has
        raise CannotCompute("the number is too large") from None
    return int(rounded) if shown.kind is Kind.INT else float(rounded)


def time_text(value: time) -> str:
    """A time of day as formulas write it, with milliseconds."""
    return value.strftime("%H:%M:%S.") + f"{value.microsecond // 1000:03d}"


def number_text(value: Decimal) -> str:
    """A number as TEXT() writes it: plain digits, no zeros at the end."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
