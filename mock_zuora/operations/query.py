"""query and queryMore."""

from __future__ import annotations

import re
import sqlite3

from mock_zuora.faults import api_fault, locator_fault, unreadable
from mock_zuora.invoice_pdf import body_of
from mock_zuora.operations.desk import Desk
from mock_zuora.pages import PageWriter
from mock_zuora.reading import header_text, version_of
from mock_zuora.records import RecordWriter, result
from mock_zuora.sessions import Session
from mock_zuora.values import Stored
from mock_zuora.zoql import Plan, Reader
from simulator.results import Result, ResultGone, first_rows
from simulator.soap import Call, text

PAGE_ROWS = 2000
PAGE_ROWS_BEFORE_6 = 100
FEW_ROWS = 64
"""Up to this many, a result is read and written at once; a page of more is left to SQLite."""

_INT = re.compile(r"[+-]?[0-9]{1,10}")
_QUERY_S, _ROW_READ_S = 0.15, 0.0004


def query(desk: Desk, call: Call) -> bytes:
    """Run ZOQL and answer with the first page."""
    session = desk.session(call)
    version = version_of(call)
    sensitive = header_text(call, "QueryOptions", "caseSensitive").lower() in ("true", "1")
    reader = Reader(session.tenant.catalogue, session.tenant.zone, version, case_sensitive=sensitive)
    plan = reader.plan(text(call.payload, "queryString") or "")
    page_rows = _page_rows(call, version)
    store = session.data.store
    with store.lock:
        few = first_rows(store, plan.selection, plan.outputs, min(page_rows, FEW_ROWS) + 1)
        if plan.wants_one_body and len(few) > 1:
            raise api_fault("MalformedQueryFault", "INVALID_VALUE", "Can only query one invoice body at a time")
        if len(few) <= min(page_rows, FEW_ROWS):
            call.service_time_s = _QUERY_S + _ROW_READ_S * len(few)
            rows = [_with_body(session, plan, each) for each in few] if plan.wants_one_body else few
            written = RecordWriter(plan, zone=session.tenant.zone, version=version).all(rows)
            return result("query", written, size=len(few), locator=None)
        sparse = frozenset(f.name for place, f in enumerate(plan.fields, start=1) if any(r[place] is None for r in few))
        found = Result(store, plan.selection)
        written = PageWriter(plan, zone=session.tenant.zone, version=version, sparse=sparse).write(found, 0, page_rows)
    call.service_time_s = _QUERY_S + _ROW_READ_S * min(page_rows, found.size)
    locator = None
    if found.size > page_rows:
        key = desk.ids.next()
        desk.cursors.keep(key, session, plan, found, sparse)
        locator = f"{key}-{page_rows}"
    else:
        found.drop()
    return result("query", written, size=found.size, locator=locator)


def query_more(desk: Desk, call: Call) -> bytes:
    """Answer with the page a locator stands for."""
    session = desk.session(call)
    version = version_of(call)
    locator = text(call.payload, "queryLocator") or ""
    key, cursor, offset = desk.cursors.find(locator, session)
    page_rows = _page_rows(call, version)
    writer = PageWriter(cursor.plan, zone=session.tenant.zone, version=version, sparse=cursor.sparse)
    try:
        written = writer.write(cursor.result, offset, page_rows)
    except ResultGone:  # let go of between the two
        raise locator_fault(locator) from None
    end = min(offset + page_rows, cursor.result.size)
    call.service_time_s = _QUERY_S + _ROW_READ_S * (end - offset)
    following = f"{key}-{end}" if end < cursor.result.size else None
    return result("queryMore", written, size=cursor.result.size, locator=following)


def _page_rows(call: Call, version: float) -> int:
    """Rows a page: as asked for, up to the most; the most when nothing, zero or less is asked for."""
    most = PAGE_ROWS_BEFORE_6 if version < 6 else PAGE_ROWS
    given = header_text(call, "QueryOptions", "batchSize")
    if not given:
        return most
    if _INT.fullmatch(given) is None or not -(2**31) <= int(given) < 2**31:
        raise unreadable(f"Invalid value {given} for type int")
    asked = int(given)
    return min(asked, most) if asked > 0 else most


def _with_body(session: Session, plan: Plan, row: sqlite3.Row) -> list[Stored]:
    """A row of Invoice with its PDF, made now unless one was stored."""
    values: list[Stored] = list(row)
    place = 1 + next(n for n, field in enumerate(plan.fields) if field.name == "Body")
    if values[place] is None:
        values[place] = body_of(session.data.store, row[0])
    return values
