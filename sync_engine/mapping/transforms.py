"""How values change on the way from Zuora to Salesforce: one small function each.

A transform is given one column of texts for each source path of its rule: a single text for a field of the record
itself or of a record it refers to, one for each row for a field of rows that refer to it, None where Zuora has no
value. It answers with text in Salesforce's lexical form, or None to blank the field. A value that cannot be read is
passed on as it is, so that the row fails by itself with an error that names the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

Column = Iterable[str | None]
"""It can be gone through more than once, and may have more values than memory should hold."""
Transform = Callable[[Sequence[Column], Mapping[str, Any]], str | None]

NAME_LENGTH_MAX = 80
"""What a Salesforce Name field holds. The full name goes into a field of its own where there is one."""

_MONTHS_IN_PERIOD = {
    "Month": 1,
    "Quarter": 3,
    "Semi-Annual": 6,
    "Annual": 12,
    "Eighteen Months": 18,
    "Two Years": 24,
    "Three Years": 36,
    "Five Years": 60,
}
_DISCOUNT_APPLY_TYPES = {
    "ONETIME": "1",
    "RECURRING": "2",
    "ONETIMERECURRING": "3",
    "USAGE": "4",
    "ONETIMEUSAGE": "5",
    "RECURRINGUSAGE": "6",
    "ONETIMERECURRINGUSAGE": "7",
}
_ID_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def text(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The text without the space around it, which Salesforce would drop anyway."""
    return _clean(_first(columns))


def short_name(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The text cut to what a Name field holds."""
    value = _clean(_first(columns))
    return _clean(value[:NAME_LENGTH_MAX]) if value else None


def first_name(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """The first source that has a value, cut to what a Name field holds."""
    return next((name for column in columns if (name := short_name([column], options))), None)


def first_text(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """The first source that has a value."""
    return next((value for column in columns if (value := text([column], options))), None)


def full_name(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """First and last name with one space between."""
    return " ".join(part for column in columns if (part := _clean(_only(column)))) or None


def only(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The value that all rows share; None when they differ."""
    return _clean(_only(columns[0]))


def boolean(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A checkbox. It has no blank, so no value is false."""
    value = _clean(_first(columns)) or "false"
    return {"1": "true", "0": "false"}.get(value, value.lower())


def same(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A checkbox that says whether two fields name the same record."""
    left, right = _first(columns[:1]), _first(columns[1:])
    return "true" if left and left == right else "false"


def names(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """A checkbox that says whether a run-together choice such as ONETIMEUSAGE names `part`."""
    return "true" if options["part"] in (_first(columns) or "") else "false"


def number(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """A number with the decimals of the target field, half rounded away from zero."""
    value = _clean(_first(columns))
    if value is None:
        return None
    amount = _decimal(value)
    return value if amount is None else _rounded(amount, options["scale"])


def total(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """The sum of a column; None when no row has a value."""
    return _total(columns[0], options)


def current_mrr(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """Monthly recurring revenue of the charges: columns MRR and IsLastSegment.

    The segments of a charge follow one another in time, so only the last one counts.
    """
    return _total((mrr for mrr, last in zip(columns[0], columns[1], strict=True) if last == "true"), options)


def active_mrr(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """As `current_mrr`, of Active subscriptions only: a third column holds the subscription's status."""
    rows = zip(*columns, strict=True)
    return _total((mrr for mrr, last, status in rows if last == "true" and status == "Active"), options)


def earliest(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The earliest date of a column."""
    return min((value[:10] for value in columns[0] if value), default=None)


def date(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A date; of a date with a time, the day as the tenant writes it."""
    value = _clean(_first(columns))
    return value[:10] if value else None


def date_time(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A moment in UTC with milliseconds. A day alone is its midnight, a time without an offset counts as UTC."""
    value = _clean(_first(columns))
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return value
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def salesforce_id(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A Salesforce id in its 18-character form."""
    value = _clean(_first(columns))
    return long_id(value) if value else None


def long_id(value: str) -> str:
    """The 18-character form of a 15-character id; anything else as it is.

    The last three characters say which of the fifteen are capitals, five to a character.
    """
    if not re.fullmatch(r"[0-9A-Za-z]{15}", value):
        return value
    suffix = ""
    for start in (0, 5, 10):
        capitals = sum(1 << place for place, letter in enumerate(value[start : start + 5]) if letter.isupper())
        suffix += _ID_SUFFIX_LETTERS[capitals]
    return value + suffix


def scoped_key(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The key of something that Zuora knows by name only: the entity, when there are several, and the name."""
    entity, name = _clean(_first(columns[:1])), _clean(_first(columns[1:]))
    return f"{entity}:{name}" if entity and name else name


def term(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """A length of time in words, "12 Months": columns count and period type."""
    count, period = _clean(_first(columns[:1])), _clean(_first(columns[1:])) or "Month"
    if count is None:
        return None
    return f"{count} {period}" if count == "1" else f"{count} {period}s"


def word(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """A choice in Salesforce's words; the loader puts the table into the option `words`."""
    value = _clean(_first(columns))
    words: Mapping[str, str] = options["words"]
    return words.get(value, value) if value else None


def discount_apply_type(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """What a discount applies to as a number: one time 1, recurring 2, usage 4, added together."""
    value = _clean(_first(columns))
    return _DISCOUNT_APPLY_TYPES.get(value, value) if value else None


def day_of_month(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The day a bill is made as the catalog words it: "3rd of the month"."""
    value = _clean(_first(columns))
    if value is None or not value.isdecimal() or int(value) == 0:
        return value if value != "0" else None
    day = int(value)
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending} of the month"


def extended_amount(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """What one billing period costs: columns MRR, billing period, number of months of a specific period."""
    mrr, period, specific = (_clean(_first([column])) for column in columns)
    amount = _decimal(mrr)
    months = _decimal(specific) if period == "Specific Months" else _months(period)
    if amount is None or months is None:
        return None
    return _rounded(amount * months, options["scale"])


def price_table(columns: Sequence[Column], _options: Mapping[str, Any]) -> str | None:
    """The tiers of a charge, a line each: columns tier, first unit, last unit, price, price format, overage."""
    tiers = sorted(zip(*columns, strict=True), key=lambda tier: _decimal(tier[0]) or Decimal(0))
    lines = []
    for _tier, start, end, price, price_format, overage in tiers:
        units = f"{_plain(start)} - {_plain(end)}" if end else f"{_plain(start)} and above"
        wording = {"FlatFee": "Flat Fee", "PerUnit": "Per Unit"}.get(price_format or "", price_format or "")
        note = ", overage" if overage == "true" else ""
        lines.append(f"{units}: {_plain(price)} {wording}".rstrip() + note)
    return "\n".join(lines) or None


def list_price(columns: Sequence[Column], options: Mapping[str, Any]) -> str | None:
    """The price of the first tier in the tenant's currency: columns that currency, currency, tier, price."""
    wanted = _first(columns[:1])
    tiers = [row for row in zip(*columns[1:], strict=True) if row[0] == wanted]
    first = min(tiers, key=lambda row: _decimal(row[1]) or Decimal(0), default=None)
    return number([[first[2]]], options) if first else None


TRANSFORMS: Mapping[str, Transform] = {
    each.__name__: each
    for each in (
        text,
        short_name,
        first_name,
        first_text,
        full_name,
        only,
        boolean,
        same,
        names,
        number,
        current_mrr,
        active_mrr,
        earliest,
        date,
        date_time,
        salesforce_id,
        scoped_key,
        term,
        word,
        discount_apply_type,
        day_of_month,
        extended_amount,
        price_table,
        list_price,
    )
} | {"sum": total}
"""Every transform by the name the maps call it."""


def _first(columns: Sequence[Column]) -> str | None:
    """The first value of the first column."""
    return next(iter(columns[0]), None) if columns else None


def _only(column: Column) -> str | None:
    """The value a column holds throughout, whatever number of rows; None when rows differ or there is none."""
    found: str | None = None
    for value in column:
        if value and found not in (None, value):
            return None
        found = value or found
    return found


def _total(values: Iterable[str | None], options: Mapping[str, Any]) -> str | None:
    """The sum of what can be added up; None when nothing can."""
    amount: Decimal | None = None
    for value in values:
        each = _decimal(value)
        if each is not None:
            amount = each if amount is None else amount + each
    return None if amount is None else _rounded(amount, options["scale"])


def _clean(value: str | None) -> str | None:
    """Text without space around it; nothing left is no value."""
    return (value.strip() or None) if value else None


def _decimal(value: str | None) -> Decimal | None:
    """The number in a text, or None."""
    try:
        amount = Decimal(value) if value else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None


def _rounded(amount: Decimal, scale: int) -> str:
    """Plain digits with `scale` decimals; zero has no sign."""
    try:
        rounded = amount.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        # more digits than any field holds: the row fails by itself with an error that names the field
        return f"{amount:f}"
    return f"{rounded or abs(rounded):f}"


def _plain(value: str | None) -> str:
    """A number without trailing zeros, "0" for none."""
    amount = _decimal(value)
    if amount is None:
        return value or "0"
    plain = f"{amount:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _months(period: str | None) -> Decimal | None:
    """How many months a named billing period has; None for weeks, terms and the unknown."""
    months = _MONTHS_IN_PERIOD.get(period or "")
    return None if months is None else Decimal(months)
