"""The stored forms of the values that a batch sends: what one field takes is asked of all the rows at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from mock_salesforce.schema import NUMBERS, TEXTS, Field, Kind, SObject
from mock_salesforce.values import BadValue, Parser, parsers

if TYPE_CHECKING:
    from mock_salesforce.dml.validation import Pending

_Column = Callable[[Sequence[str]], Sequence[object]]
"""Makes the stored forms of texts that are trimmed and not blank; raises `BadValue` when one of them is bad."""

_KNOWN_MAX = 10_000
"""So many texts of a field are remembered, and then they are forgotten."""


def parse_values(sobject: SObject, batch: Sequence[Pending], *, truncate: bool) -> None:
    """Fill the `columns` of rows, and note errors on those whose values their fields do not take."""
    alike: dict[tuple[str, ...], list[Pending]] = {}
    for pending in batch:
        alike.setdefault(tuple(pending.row.values), []).append(pending)
    parse, columns = parsers(sobject, truncate=truncate), _columns(sobject, truncate=truncate)
    for names, rows in alike.items():
        try:
            texts = zip(*(pending.row.values.values() for pending in rows), strict=True)
            parsed = [columns[name](column) for name, column in zip(names, texts, strict=bool(names))]
        except BadValue:
            for pending in rows:
                _one_by_one(parse, pending)
        else:
            for pending, values in zip(rows, zip(*parsed, strict=True), strict=bool(names)):
                pending.columns.update(zip(names, values, strict=True))
    for pending in batch:
        _empty(pending)


def _one_by_one(parse: Mapping[str, Parser], pending: Pending) -> None:
    for name, text in pending.row.values.items():
        try:
            pending.columns[name] = parse[name](text)
        except BadValue as bad:
            pending.result.fail(bad.code, bad.message, name)


def _empty(pending: Pending) -> None:
    """Take in what is to be emptied."""
    for named in pending.row.nulls:
        if named.kind is Kind.BOOLEAN:
            words = f"{named.label}: value not of required type: null"
            pending.result.fail("INVALID_TYPE_ON_FIELD_IN_RECORD", words, named.name)
        elif named.restricted and not named.nillable:
            words = f"{named.label}: bad value for restricted picklist field: null"
            pending.result.fail("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, named.name)
        elif named.name == "OwnerId":
            words = f"{named.label}: owner cannot be blank"
            pending.result.fail("INVALID_CROSS_REFERENCE_KEY", words, named.name)
        pending.columns[named.name] = None


def _columns(sobject: SObject, *, truncate: bool) -> Mapping[str, _Column]:
    """What reads all the texts of a field, by its name; made once for an object."""
    key = "columns that cut" if truncate else "columns"
    made = sobject.derived.get(key)
    if made is None:
        parse = parsers(sobject, truncate=truncate)
        made = sobject.derived[key] = {each.name: _column(each, parse[each.name]) for each in sobject.fields}
    return cast("Mapping[str, _Column]", made)


def _column(field: Field, parse: Parser) -> _Column:
    if field.kind in TEXTS and field.kind in _AS_THEY_ARE and not field.restricted:
        return _texts(field.length, parse)
    if field.kind in NUMBERS and field.kind is not Kind.INT:
        return _numbers(field, parse)
    if field.kind in _FEW_VALUES:
        return _remembered(parse)
    return lambda texts: [parse(each) for each in texts]


_AS_THEY_ARE = frozenset({Kind.STRING, Kind.TEXTAREA, Kind.PHONE, Kind.ENCRYPTED, Kind.ANY, Kind.PICKLIST, Kind.URL})
"""Texts that are stored as they are sent unless they are too long."""
_FEW_VALUES = frozenset({Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.PICKLIST, Kind.MULTIPICKLIST})
"""Kinds of which the same values come again and again."""


def _texts(length: int, parse: Parser) -> _Column:
    def read(texts: Sequence[str]) -> Sequence[object]:
        return texts if max(map(len, texts)) <= length else [parse(each) for each in texts]

    return read


def _numbers(field: Field, parse: Parser) -> _Column:
    """Numbers that have no more digits than their field need no rounding."""
    whole, scale = field.precision - field.scale, field.scale
    if whole <= 0:
        return lambda texts: [parse(each) for each in texts]
    digits = rf"(?:\.[0-9]{{1,{scale}}})?" if scale else ""
    fits = re.compile(rf"-?[0-9]{{1,{whole}}}{digits}").fullmatch

    def read(texts: Sequence[str]) -> Sequence[object]:
        if all(map(fits, texts)):
            return [float(each) + 0.0 for each in texts]  # no negative zero
        return [parse(each) for each in texts]

    return read


def _remembered(parse: Parser) -> _Column:
    known: dict[str, object] = {}

    def read(texts: Sequence[str]) -> Sequence[object]:
        nonlocal known
        mine = known  # another org's request may be forgetting them meanwhile
        try:
            return [mine[each] for each in texts]
        except KeyError:
            if len(mine) > _KNOWN_MAX:
                mine = known = {}
            for each in set(texts).difference(mine):
                mine[each] = parse(each)
            return [mine[each] for each in texts]

    return read
