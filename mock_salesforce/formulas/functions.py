"""The functions that compute from values alone: text, numbers, dates.

A function's `parameters` are the types each argument may have. When `strict`, a null among the arguments makes the
result null; text is never null.
"""

from __future__ import annotations

import calendar
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from mock_salesforce.formulas.errors import CannotCompute
from mock_salesforce.formulas.values import ARITHMETIC, MAX_TEXT, Type, Value
from mock_salesforce.ids import is_id, to_18

Types = frozenset[Type]

_TEXT = frozenset({Type.TEXT})
_NUMBER = frozenset({Type.NUMBER})
_DATE = frozenset({Type.DATE})
_MOMENT = frozenset({Type.MOMENT})
_TIME = frozenset({Type.TIME})
_DAYS = frozenset({Type.DATE, Type.MOMENT})


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `result` None is the type of the first argument; the last `optional` arguments may be left out."""

    parameters: tuple[Types, ...]
    result: Type | None
    apply: Callable[..., Value]
    optional: int = 0
    strict: bool = True


def whole(number: Decimal) -> int:
    """A number without its fraction, for counting and for places in a text."""
    return int(number.to_integral_value(rounding="ROUND_DOWN"))


def bounded(text: str) -> str:
    """The text, unless it has become longer than any text there is."""
    if len(text) > MAX_TEXT:
        raise CannotCompute("the text is too long")
    return text


def _begins(text: str, start: str) -> bool:
    return text.startswith(start)


def _contains(text: str, part: str) -> bool:
    return part in text


def _find(part: str, text: str, start: Decimal = Decimal(1)) -> Decimal:
    """The place of a part, from 1; 0 when it is not there."""
    first = whole(start) - 1
    return Decimal(text.find(part, first) + 1 if part and first >= 0 else 0)


def _left(text: str, count: Decimal) -> str:
    return text[: max(whole(count), 0)]


def _right(text: str, count: Decimal) -> str:
    length = max(whole(count), 0)
    return text[len(text) - length :] if 0 < length < len(text) else text if length else ""


def _mid(text: str, start: Decimal, count: Decimal) -> str:
    first = max(whole(start) - 1, 0)
    return text[first : first + max(whole(count), 0)]


def _substitute(text: str, old: str, new: str) -> str:
    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise CannotCompute("the text is too long")
    return text.replace(old, new)


def _padding(text: str, length: Decimal, filler: str) -> str:
    missing = min(whole(length), MAX_TEXT + 1) - len(text)
    return bounded((filler * (missing // len(filler) + 1))[:missing]) if missing > 0 and filler else ""


def _lpad(text: str, length: Decimal, filler: str = " ") -> str:
    return bounded(_padding(text, length, filler) + text)[: max(whole(length), 0)]


def _rpad(text: str, length: Decimal, filler: str = " ") -> str:
    return bounded(text + _padding(text, length, filler))[: max(whole(length), 0)]


def _value(text: str) -> Value:
    stripped = text.strip()
    if not stripped:
        return None
    if not is_number(stripped):
        raise CannotCompute(f"{stripped[:40]!r} is no number")
    return ARITHMETIC.create_decimal(stripped)


def is_number(text: str) -> bool:
    """Whether VALUE() takes the text."""
    digits = text.strip().lstrip("+-") if len(text.strip()) - len(text.strip().lstrip("+-")) <= 1 else ""
    before, _, after = digits.partition(".")
    return len(digits) <= 60 and (before + after).isascii() and (before + after).isdigit()


def _case_safe(text: str) -> str:
    return to_18(text) if is_id(text) else text


def _link(address: str, shown: str, target: str = "_blank") -> str:
    return bounded(f'<a href="{html.escape(address)}" target="{html.escape(target)}">{html.escape(shown)}</a>')


def _image(address: str, words: str, height: Decimal | None = None, width: Decimal | None = None) -> str:
    size = f' height="{whole(height)}"' if height is not None else ""
    size += f' width="{whole(width)}"' if width is not None else ""
    return bounded(f'<img src="{html.escape(address)}" alt="{html.escape(words)}"{size} border="0"/>')


def _round(number: Decimal, places: Decimal) -> Decimal:
    digits = max(min(whole(places), 30), -30)
    unit = Decimal(1).scaleb(-digits)
    return ARITHMETIC.multiply(ARITHMETIC.divide(number, unit).to_integral_value(rounding="ROUND_HALF_UP"), unit)


def _integral(rounding: str) -> Callable[[Decimal], Decimal]:
    return lambda number: number.to_integral_value(rounding=rounding)


def _modulo(number: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise CannotCompute("division by zero")
    # More digits than fit when the numbers are far apart: the remainder is taken exactly.
    return ARITHMETIC.subtract(number, divisor * (number / divisor).to_integral_value(rounding="ROUND_DOWN"))


def _date(year: Decimal, month: Decimal, day: Decimal) -> date:
    return date(whole(year), whole(month), whole(day))


def _date_value(value: str | datetime) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(UTC).date()
    return date.fromisoformat(value.strip()) if value.strip() else None


def _moment_value(value: str | date) -> Value:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not value.strip():
        return None
    return datetime.strptime(value.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _time_value(value: str | datetime) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(UTC).time()
    return time.fromisoformat(value.strip()) if value.strip() else None


def _add_months(day: date, months: Decimal) -> date:
    """The same day so many months on; the last day of a month stays the last."""
    count = day.year * 12 + day.month - 1 + whole(months)
    year, month = divmod(count, 12)
    last = calendar.monthrange(day.year, day.month)[1]
    if not 1 <= year <= 9999:
        raise CannotCompute("the date is out of range")
    end = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=end if day.day == last else min(day.day, end))


def _weekday(day: date) -> Decimal:
    """1 is Sunday."""
    return Decimal(day.isoweekday() % 7 + 1)


def _part(name: str) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(getattr(value, name))


def _milliseconds(value: time) -> Decimal:
    return Decimal(value.microsecond // 1000)


def _from_unix(seconds: Decimal) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=whole(seconds))


def _to_unix(value: date) -> Decimal:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    return Decimal(int(moment.timestamp()))


FUNCTIONS: Mapping[str, Function] = {
    "ABS": Function((_NUMBER,), Type.NUMBER, ARITHMETIC.abs),
    "ADDMONTHS": Function((_DAYS, _NUMBER), None, _add_months),
    "BEGINS": Function((_TEXT, _TEXT), Type.TRUTH, _begins),
    "BR": Function((), Type.TEXT, lambda: "<br>"),
    "CASESAFEID": Function((_TEXT,), Type.TEXT, _case_safe),
    "CEILING": Function((_NUMBER,), Type.NUMBER, _integral("ROUND_UP")),
    "CONTAINS": Function((_TEXT, _TEXT), Type.TRUTH, _contains),
    "DATE": Function((_NUMBER, _NUMBER, _NUMBER), Type.DATE, _date),
    "DATETIMEVALUE": Function((_TEXT | _DAYS,), Type.MOMENT, _moment_value),
    "DATEVALUE": Function((_TEXT | _MOMENT,), Type.DATE, _date_value),
    "DAY": Function((_DATE,), Type.NUMBER, _part("day")),
    "DAYOFYEAR": Function((_DATE,), Type.NUMBER, lambda day: Decimal(day.timetuple().tm_yday)),
    "EXP": Function((_NUMBER,), Type.NUMBER, ARITHMETIC.exp),
    "FIND": Function((_TEXT, _TEXT, _NUMBER), Type.NUMBER, _find, optional=1),
    "FLOOR": Function((_NUMBER,), Type.NUMBER, _integral("ROUND_DOWN")),
    "FROMUNIXTIME": Function((_NUMBER,), Type.MOMENT, _from_unix),
    "HOUR": Function((_TIME,), Type.NUMBER, _part("hour")),
    "HYPERLINK": Function((_TEXT, _TEXT, _TEXT), Type.TEXT, _link, optional=1),
    "IMAGE": Function((_TEXT, _TEXT, _NUMBER, _NUMBER), Type.TEXT, _image, optional=2, strict=False),
    "ISNUMBER": Function((_TEXT,), Type.TRUTH, is_number),
    "LEFT": Function((_TEXT, _NUMBER), Type.TEXT, _left),
    "LEN": Function((_TEXT,), Type.NUMBER, lambda text: Decimal(len(text))),
    "LN": Function((_NUMBER,), Type.NUMBER, ARITHMETIC.ln),
    "LOG": Function((_NUMBER,), Type.NUMBER, ARITHMETIC.log10),
    "LOWER": Function((_TEXT, _TEXT), Type.TEXT, lambda text, _=None: text.lower(), optional=1),
    "LPAD": Function((_TEXT, _NUMBER, _TEXT), Type.TEXT, _lpad, optional=1),
    "MCEILING": Function((_NUMBER,), Type.NUMBER, _integral("ROUND_CEILING")),
    "MFLOOR": Function((_NUMBER,), Type.NUMBER, _integral("ROUND_FLOOR")),
    "MID": Function((_TEXT, _NUMBER, _NUMBER), Type.TEXT, _mid),
    "MILLISECOND": Function((_TIME,), Type.NUMBER, _milliseconds),
    "MINUTE": Function((_TIME,), Type.NUMBER, _part("minute")),
    "MOD": Function((_NUMBER, _NUMBER), Type.NUMBER, _modulo),
    "MONTH": Function((_DATE,), Type.NUMBER, _part("month")),
    "RIGHT": Function((_TEXT, _NUMBER), Type.TEXT, _right),
    "ROUND": Function((_NUMBER, _NUMBER), Type.NUMBER, _round),
    "RPAD": Function((_TEXT, _NUMBER, _TEXT), Type.TEXT, _rpad, optional=1),
    "SECOND": Function((_TIME,), Type.NUMBER, _part("second")),
    "SQRT": Function((_NUMBER,), Type.NUMBER, ARITHMETIC.sqrt),
    "SUBSTITUTE": Function((_TEXT, _TEXT, _TEXT), Type.TEXT, _substitute),
    "TIMEVALUE": Function((_TEXT | _MOMENT,), Type.TIME, _time_value),
    "TRIM": Function((_TEXT,), Type.TEXT, lambda text: text.strip(" ")),
    "UNIXTIMESTAMP": Function((_DAYS,), Type.NUMBER, _to_unix),
    "UPPER": Function((_TEXT, _TEXT), Type.TEXT, lambda text, _=None: text.upper(), optional=1),
    "VALUE": Function((_TEXT,), Type.NUMBER, _value),
    "WEEKDAY": Function((_DATE,), Type.NUMBER, _weekday),
    "YEAR": Function((_DATE,), Type.NUMBER, _part("year")),
}
