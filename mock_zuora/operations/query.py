"""query and queryMore."""

from __future__ import annotations

from mock_zuora.faults import api_fault, unreadable
from mock_zuora.operations.desk import Desk
from mock_zuora.reading import header_text, version_of
from mock_zuora.records import result
from mock_zuora.zoql import Reader
from simulator.soap import Call, text

_QUERY_S, _ROW_READ_S = 0.15, 0.0004


def query(desk: Desk, call: Call) -> bytes:
    """Run ZOQL and answer with the first page."""
    session = desk.session(call)
    version = version_of(call)
    sensitive = header_text(call, "QueryOptions", "caseSensitive").lower() in ("true", "1")
    reader = Reader(session.tenant.catalogue, session.tenant.zone, version, case_sensitive=sensitive)
    plan = reader.plan(text(call.payload, "queryString") or "")
    rows = session.data.store.execute(plan.sql, plan.parameters)
    if plan.wants_one_body and len(rows) > 1:
        raise api_fault("MalformedQueryFault", "INVALID_VALUE", "Can only query one invoice body at a time")
    page_rows = _page_rows(call, session.tenant.limits.profile.page_rows(version))
    locator = None
    if len(rows) > page_rows:
        key = desk.ids.next()
        desk.cursors.keep(key, plan, rows, session.scope)
        locator = f"{key}-{page_rows}"
    page = rows[:page_rows]
    call.service_time_s = _QUERY_S + _ROW_READ_S * len(page)
    zone = session.tenant.zone
    return result("query", plan, page, size=len(rows), locator=locator, zone=zone, version=version)


def query_more(desk: Desk, call: Call) -> bytes:
    """Answer with the page a locator stands for."""
    session = desk.session(call)
    version = version_of(call)
    key, cursor, offset = desk.cursors.find(text(call.payload, "queryLocator") or "", session.scope)
    end = offset + _page_rows(call, session.tenant.limits.profile.page_rows(version))
    page = cursor.rows[offset:end]
    call.service_time_s = _QUERY_S + _ROW_READ_S * len(page)
    return result(
        "queryMore",
        cursor.plan,
        page,
        size=len(cursor.rows),
        locator=f"{key}-{end}" if end < len(cursor.rows) else None,
        zone=session.tenant.zone,
        version=version,
    )


def _page_rows(call: Call, most: int) -> int:
    given = header_text(call, "QueryOptions", "batchSize")
    if not given:
        return most
    try:
        asked = int(given)
    except ValueError:
        raise unreadable(f"Invalid value {given} for type int") from None
    return min(asked, most) if asked > 0 else most
