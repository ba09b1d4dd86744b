"""Query results as the bytes the service sends: joined strings, not elements, because pages are long."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import tzinfo

from mock_zuora.objects import FIRST_VERSION_WITH_DATES, Field, FieldType
from mock_zuora.values import Stored, number_text, wire
from mock_zuora.zoql import Plan
from simulator.soap import escape

API = b'xmlns:ns1="http://api.zuora.com/"'
XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_OBJECTS = b'xmlns:ns2="http://object.api.zuora.com/"'

_Writer = Callable[[Stored], bytes]


def result(
    operation: str,
    plan: Plan,
    page: Sequence[sqlite3.Row],
    *,
    size: int,
    locator: str | None,
    zone: tzinfo,
    version: float,
) -> bytes:
    """The reply to query or queryMore: one page of a result of `size` rows; `locator` is None on the last.

    A result without rows carries one nil record, as the service's does.
    """
    name = operation.encode()
    nil = b" " + XSI + b' xsi:nil="1" />'
    parts = [b"<ns1:", name, b"Response ", API, b"><ns1:result><ns1:done>"]
    if locator is None:
        parts += [b"true</ns1:done><ns1:queryLocator", nil]
    else:
        parts += [b"false</ns1:done><ns1:queryLocator>", locator.encode(), b"</ns1:queryLocator>"]
    if page:
        parts += records(plan, page, zone=zone, version=version)
    else:
        parts += [b"<ns1:records", nil]
    parts += [b"<ns1:size>", str(size).encode(), b"</ns1:size></ns1:result></ns1:", name, b"Response>"]
    return b"".join(parts)


def records(plan: Plan, page: Sequence[sqlite3.Row], *, zone: tzinfo, version: float) -> list[bytes]:
    """One `records` element a row: Id first, then the asked-for fields that are not null, in WSDL order."""
    kind = plan.target.name.encode()
    opening = (
        b"<ns1:records " + _OBJECTS + b" " + XSI + b' xsi:type="ns2:' + kind + b'"><ns2:Id>'
    )  # fmt: skip
    columns = [
        (place, b"<ns2:" + f.name.encode() + b">", _writer(f, zone, version), b"</ns2:" + f.name.encode() + b">")
        for place, f in enumerate(plan.fields, start=1)
    ]
    written: list[bytes] = []
    add = written.append
    for row in page:
        add(opening)
        add(row[0].encode())
        add(b"</ns2:Id>")
        for place, start, write, end in columns:
            value = row[place]
            if value is not None:
                add(start)
                add(write(value))
                add(end)
        add(b"</ns1:records>")
    return written


def _writer(field: Field, zone: tzinfo, version: float) -> _Writer:
    if field.type.is_text:
        return lambda value: escape(str(value))
    if field.type is FieldType.BOOLEAN:
        return lambda value: b"true" if value else b"false"
    if field.type.is_number:
        return lambda value: str(value).encode() if isinstance(value, int) else number_text(value).encode()
    dates_have_times = version < FIRST_VERSION_WITH_DATES
    return lambda value: wire(field.type, value, zone, dates_have_times=dates_have_times).encode()
