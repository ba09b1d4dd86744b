"""query and queryMore."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from mock_zuora.faults import locator_fault, query_fault, unreadable
from mock_zuora.invoice_pdf import body_of
from mock_zuora.operations.desk import Desk
from mock_zuora.pages import Page, PageKey, PageWriter
from mock_zuora.reading import header_text, version_of
from mock_zuora.records import RecordWriter, result
from mock_zuora.sessions import Session
from mock_zuora.values import Stored
from mock_zuora.zoql import Plan, Reader
from simulator.results import Result, ResultGone, first_rows
from simulator.soap import Call, SoapFault, text

FEW_ROWS = 64
"""Up to this many, a result is read and written at once; a page of more is left to SQLite."""

_INT = re.compile(r"[+-]?[0-9]{1,10}")
_QUERY_S, _ROW_READ_S = 0.15, 0.0004


def query(desk: Desk, call: Call) -> list[bytes]:
    """Run ZOQL and answer with the first page."""
    session = desk.session(call)
    version = version_of(call)
    sensitive = header_text(call, "QueryOptions", "caseSensitive").lower() in ("true", "1")
    profile = session.tenant.limits.profile
    reader = Reader(
        session.tenant.catalogue,
        session.tenant.zone,
        version,
        case_sensitive=sensitive,
        max_characters=profile.query_characters,
        max_conditions=profile.query_conditions,
    )
    plan = reader.plan(text(call.payload, "queryString") or "")
    page_rows = _page_rows(call, profile.page_rows(version))
    few_rows = min(page_rows, FEW_ROWS)
    zone, data = session.tenant.zone, session.data
    with data.store.lock:
        key = _key(plan, version, 0, page_rows)
        page = data.pages.find(key, plan.selection.tables)
        if page is None:
            few = first_rows(data.store, plan.selection, plan.outputs, few_rows + 1)
            if len(few) <= few_rows:
                rows = _with_body(session, plan, few) if plan.wants_one_body else few
                call.service_time_s = _QUERY_S + _ROW_READ_S * len(few)
                written = RecordWriter(plan, zone=zone, version=version).all(rows)
                return result("query", written, size=len(few), locator=None)
            if plan.wants_one_body:
                raise _one_body_at_a_time()
        found = Result(data.store, plan.selection, page.size if page else None)
        if page is None:
            writer = PageWriter(plan, zone=zone, version=version, sparse=_with_nulls(plan, few))
            page = Page(writer.write(found, 0, page_rows), found.size, writer.sparse)
            data.pages.keep(key, plan.selection.tables, page)
    call.service_time_s = _QUERY_S + _ROW_READ_S * len(page.records)
    locator = None
    if found.size > page_rows:
        key_of_result = desk.ids.next()
        desk.cursors.keep(key_of_result, session, plan, found, page.sparse)
        locator = f"{key_of_result}-{page_rows}"
    else:
        found.drop()
    return result("query", page.records, size=found.size, locator=locator)


def query_more(desk: Desk, call: Call) -> list[bytes]:
    """Answer with the page a locator stands for."""
    session = desk.session(call)
    version = version_of(call)
    locator = text(call.payload, "queryLocator") or ""
    key, cursor, offset = desk.cursors.find(locator, session)
    page_rows = _page_rows(call, session.tenant.limits.profile.page_rows(version))
    writer = PageWriter(cursor.plan, zone=session.tenant.zone, version=version, sparse=cursor.sparse)
    pages, tables = session.data.pages, cursor.plan.selection.tables
    page_key = _key(cursor.plan, version, offset, page_rows)
    with cursor.result.lock:
        page = pages.find(page_key, tables) if cursor.result.is_live else None
        if page is None:
            try:
                records = writer.write(cursor.result, offset, page_rows)
            except ResultGone:  # let go of between the two
                raise locator_fault(locator) from None
            page = Page(records, cursor.result.size, writer.sparse)
            if cursor.result.is_live:
                pages.keep(page_key, tables, page)
    end = min(offset + page_rows, cursor.result.size)
    call.service_time_s = _QUERY_S + _ROW_READ_S * (end - offset)
    following = f"{key}-{end}" if end < cursor.result.size else None
    return result("queryMore", page.records, size=cursor.result.size, locator=following)


def _page_rows(call: Call, most: int) -> int:
    """Rows a page: as asked for, up to the most; the most when nothing, zero or less is asked for."""
    given = header_text(call, "QueryOptions", "batchSize")
    if not given:
        return most
    if _INT.fullmatch(given) is None or not -(2**31) <= int(given) < 2**31:
        raise unreadable(f"Invalid value {given} for type int")
    asked = int(given)
    return min(asked, most) if asked > 0 else most


def _key(plan: Plan, version: float, start: int, count: int) -> PageKey:
    return plan.selection.inner(), tuple(plan.selection.parameters), version, start, count


def _with_nulls(plan: Plan, rows: Sequence[sqlite3.Row]) -> frozenset[str]:
    """The fields that are null in one of the rows."""
    return frozenset(
        field.name for place, field in enumerate(plan.fields, start=1) if any(row[place] is None for row in rows)
    )


def _with_body(session: Session, plan: Plan, rows: Sequence[sqlite3.Row]) -> list[list[Stored]]:
    """The row of one Invoice with its PDF, made now unless one was stored."""
    if len(rows) > 1:
        raise _one_body_at_a_time()
    place = 1 + next(n for n, field in enumerate(plan.fields) if field.name == "Body")
    filled: list[list[Stored]] = []
    for row in rows:
        values: list[Stored] = list(row)
        if values[place] is None:
            values[place] = body_of(session.data.store, row[0])
        filled.append(values)
    return filled


def _one_body_at_a_time() -> SoapFault:
    return query_fault("INVALID_VALUE", "Can only query one invoice body at a time")
