"""What operators do with two values, by the types of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from mock_salesforce.formulas.errors import CannotCompute, NotUnderstood
from mock_salesforce.formulas.functions import bounded, whole
from mock_salesforce.formulas.parts import Part
from mock_salesforce.formulas.values import ARITHMETIC, Type, Value

Combine = Callable[[Any, Any], Value]

_DAY_MICROSECONDS = Decimal(86_400_000_000)
_DAY_MILLISECONDS = 86_400_000


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise CannotCompute("division by zero")
    return ARITHMETIC.divide(left, right)


def _power(left: Decimal, right: Decimal) -> Decimal:
    return Decimal(1) if not right else ARITHMETIC.power(left, right)


def _later(day: date, days: Decimal) -> date:
    if isinstance(day, datetime):
        return day + timedelta(microseconds=whole(ARITHMETIC.multiply(days, _DAY_MICROSECONDS)))
    return day + timedelta(days=whole(days))


def _sooner(day: date, days: Decimal) -> date:
    return _later(day, -days)


def _days(left: date, right: date) -> Decimal:
    apart = left - right
    micros = (apart.days * 86_400 + apart.seconds) * 1_000_000 + apart.microseconds
    return ARITHMETIC.divide(Decimal(micros), _DAY_MICROSECONDS)


def _of_day(value: time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000


def _time_later(value: time, milliseconds: Decimal) -> time:
    total = (_of_day(value) + whole(milliseconds)) % _DAY_MILLISECONDS
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=total)).time()


_N, _T, _D, _M, _C = Type.NUMBER, Type.TEXT, Type.DATE, Type.MOMENT, Type.TIME

ARITHMETICS: Mapping[tuple[str, Type, Type], tuple[Type, Combine]] = {
    ("+", _N, _N): (_N, ARITHMETIC.add),
    ("-", _N, _N): (_N, ARITHMETIC.subtract),
    ("*", _N, _N): (_N, ARITHMETIC.multiply),
    ("/", _N, _N): (_N, _divide),
    ("^", _N, _N): (_N, _power),
    ("+", _T, _T): (_T, lambda left, right: bounded(left + right)),
    ("&", _T, _T): (_T, lambda left, right: bounded(left + right)),
    ("+", _D, _N): (_D, _later),
    ("-", _D, _N): (_D, _sooner),
    ("+", _N, _D): (_D, lambda left, right: _later(right, left)),
    ("-", _D, _D): (_N, _days),
    ("+", _M, _N): (_M, _later),
    ("-", _M, _N): (_M, _sooner),
    ("+", _N, _M): (_M, lambda left, right: _later(right, left)),
    ("-", _M, _M): (_N, _days),
    ("+", _C, _N): (_C, _time_later),
    ("-", _C, _N): (_C, lambda left, right: _time_later(left, -right)),
    ("-", _C, _C): (_N, lambda left, right: Decimal((_of_day(left) - _of_day(right)) % _DAY_MILLISECONDS)),
}

_COMPARED: Mapping[str, Combine] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_SPELLED = {"==": "=", "<>": "!="}
_ORDERED = frozenset({_N, _T, _D, _M, _C})


def combined(operator: str, left: Type, right: Part) -> tuple[Type, Combine]:
    """The type of what an operator makes of two types, and how it does. Raises `NotUnderstood`."""
    operator = _SPELLED.get(operator, operator)
    types = (left, right.type)
    for each in types:
        if each in (Type.PICKLIST, Type.MULTIPICKLIST):
            words = "Picklist fields are only supported in certain functions"
            raise NotUnderstood(f"{operator!r} does not take a {each.value}. {words}, such as ISPICKVAL and TEXT")
    if operator in _COMPARED:
        return Type.TRUTH, _comparison(operator, *types)
    for guess in ((left, right.type), (right.type, right.type), (left, left)):
        # A NULL has the other operand's type.
        if all(given in (Type.NULL, guessed) for given, guessed in zip(types, guess, strict=True)):
            found = ARITHMETICS.get((operator, *guess))
            if found is not None:
                return found[0], _on_text(found[1]) if guess[0] is _T else _strict(found[1])
    raise NotUnderstood(f"{operator!r} does not go between {left.value} and {right.type.value}")


def _comparison(operator: str, left: Type, right: Type) -> Combine:
    known = {left, right} - {Type.NULL}
    if len(known) > 1:
        raise NotUnderstood(f"{operator!r} does not compare {left.value} with {right.value}")
    type_ = next(iter(known), Type.NULL)
    if operator not in ("=", "!=") and type_ not in _ORDERED | {Type.NULL}:
        raise NotUnderstood(f"{operator!r} does not order {type_.value}")
    return _on_text(_COMPARED[operator]) if type_ is _T else _strict(_COMPARED[operator])


def _strict(combine: Combine) -> Combine:
    """Nothing comes of a null."""
    return lambda left, right: None if left is None or right is None else combine(left, right)


def _on_text(combine: Combine) -> Combine:
    """A NULL among texts is an empty one."""
    return lambda left, right: combine(left or "", right or "")
