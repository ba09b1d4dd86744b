"""Query results as the bytes the service sends: records in wire order, and the reply around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo

from mock_zuora.objects import FIRST_VERSION_WITH_DATES, Field, FieldType
from mock_zuora.values import Moments, Stored, moments_in, number_text
from mock_zuora.zoql import Plan
from simulator.soap import escape

API = b'xmlns:ns1="http://api.zuora.com/"'
XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_OBJECTS = b'xmlns:ns2="http://object.api.zuora.com/"'

_Writer = Callable[[Stored], bytes]


def result(operation: str, written: Sequence[bytes], *, size: int, locator: str | None) -> list[bytes]:
    """The reply to query or queryMore: one page of a result of `size` rows; `locator` is None on the last.

    A result without rows carries one nil record, as the service's does.
    """
    name = operation.encode()
    nil = b" " + XSI + b' xsi:nil="1" />'
    if locator is None:
        done = b"true</ns1:done><ns1:queryLocator" + nil
    else:
        done = b"false</ns1:done><ns1:queryLocator>" + locator.encode() + b"</ns1:queryLocator>"
    return [
        b"<ns1:" + name + b"Response " + API + b"><ns1:result><ns1:done>" + done,
        *(written or (b"<ns1:records" + nil,)),
        b"<ns1:size>" + str(size).encode() + b"</ns1:size></ns1:result></ns1:" + name + b"Response>",
    ]


def opening(plan: Plan) -> bytes:
    """The tag that begins a record."""
    return b"<ns1:records " + _OBJECTS + b" " + XSI + b' xsi:type="ns2:' + plan.target.name.encode() + b'">'


class RecordWriter:
    """Writes rows one by one: Id first, then the asked-for fields that are not null, in WSDL order."""

    def __init__(self, plan: Plan, *, zone: tzinfo, version: float) -> None:
        self._opening = opening(plan) + b"<ns2:Id>"
        moments = moments_in(zone)
        self._columns = [
            (
                place,
                b"<ns2:" + f.name.encode() + b">",
                value_writer(f, moments, version),
                b"</ns2:" + f.name.encode() + b">",
            )
            for place, f in enumerate(plan.fields, start=1)
        ]

    def one(self, row: Sequence[Stored]) -> bytes:
        """A `records` element; the row is the Id and then a value for each of the plan's fields."""
        parts = [self._opening, str(row[0]).encode(), b"</ns2:Id>"]
        for place, start, write, end in self._columns:
            value = row[place]
            if value is not None:
                parts += (start, write(value), end)
        parts.append(b"</ns1:records>")
        return b"".join(parts)

    def all(self, rows: Iterable[Sequence[Stored]]) -> list[bytes]:
        """The records of a page."""
        return [self.one(row) for row in rows]


def value_writer(field: Field, moments: Moments, version: float) -> _Writer:
    """What writes a stored value of the field, one that is not null, as its element's content."""
    if field.type.is_text:
        return lambda value: escape(str(value))
    if field.type is FieldType.BOOLEAN:
        return lambda value: b"true" if value else b"false"
    if field.type.is_number:
        return lambda value: str(value).encode() if isinstance(value, int) else number_text(value).encode()
    if field.type is FieldType.DATE_TIME:
        return lambda value: str(moments(value)).encode()
    time = midnight(field, version).encode()
    return lambda value: str(value).encode() + time


def midnight(field: Field, version: float) -> str:
    """What follows the date of a date field: until version 68 such a field is a date time without offset."""
    return "T00:00:00" if field.type is FieldType.DATE and version < FIRST_VERSION_WITH_DATES else ""
