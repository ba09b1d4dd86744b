"""query, queryAll, queryMore and retrieve."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import lru_cache

from mock_salesforce import faults
from mock_salesforce.cursors import Cursors
from mock_salesforce.dml.words import malformed_id
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.records import Answer, answer, query_result, record_writer
from mock_salesforce.schema import Schema
from mock_salesforce.soql.compiler import TOO_COMPLICATED, compile_soql
from mock_salesforce.soql.errors import SoqlError, as_fault
from mock_salesforce.soql.plan import Plan
from mock_salesforce.versions import NEWEST

NO_MORE_GROUPS = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
LONG_TEXTS_MAX = 1
"""With more long text areas than this selected, pages have the smallest size."""


def batch_size(org: Org, asked: str | None, fallback: int | None = None) -> int:
    """Rows a page, from what QueryOptions asks for; out of range it is the nearest that is allowed."""
    least, most = org.limits.profile.page_rows_min, org.limits.profile.page_rows
    if asked is None or not asked.strip():
        return most if fallback is None else fallback
    try:
        figure = int(asked)
    except ValueError:
        raise faults.client_fault(f"'{asked}' is not a valid value for the type xsd:int") from None
    return max(least, min(most, figure))


@lru_cache(maxsize=256)
def _compiled(text: str, schema: Schema, *, include_deleted: bool) -> Plan:
    return compile_soql(text, schema, include_deleted=include_deleted)


def _planned(text: str, org: Org, schema: Schema | None, *, include_deleted: bool) -> Plan:
    most = org.limits.profile.soql_characters
    if len(text) > most:
        too_long = SoqlError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {most} characters.")
        raise as_fault(too_long, text)
    try:
        return _compiled(text, schema or org.schema, include_deleted=include_deleted).bound(org.now(), org.zone)
    except SoqlError as error:
        raise as_fault(error, text) from error


def _answered(org: Org, plan: Plan, tag: bytes) -> Answer:
    try:
        return answer(org.store, plan, tag)
    except sqlite3.OperationalError as error:
        # The statement is the compiler's own, so what SQLite refuses is only its size.
        raise faults.api_fault("QUERY_TOO_COMPLICATED", TOO_COMPLICATED) from error


def ask(org: Org, text: str, *, include_deleted: bool, tag: bytes = b"records", schema: Schema | None = None) -> Answer:
    """The whole answer to a query, each record to be written as an element `tag`. Raises `SoapFault`.

    `schema` is the org's as its user sees it; without one everything is seen.
    """
    return _answered(org, _planned(text, org, schema, include_deleted=include_deleted), tag)


def page(org: Org, cursors: Cursors, user_id: str, found: Answer, start: int, size: int) -> bytes:
    """The inside of one page's QueryResult; a cursor is kept when there is more."""
    if found.long_texts > LONG_TEXTS_MAX:
        size = min(size, org.limits.profile.page_rows_min)
    end = start + size
    if found.grouped and end < len(found.rows):
        raise faults.api_fault("EXCEEDED_ID_LIMIT", NO_MORE_GROUPS)
    records = [found.write(row) for row in found.rows[start:end]]
    more = end < len(found.rows)
    locator = cursors.keep(org, user_id, found, end, size) if more else None
    return query_result(records, found.size, locator)


def more(org: Org, cursors: Cursors, user_id: str, locator: str, asked: str | None) -> bytes:
    """The inside of the QueryResult that a locator leads to. Raises `SoapFault`."""
    cursor = cursors.find(locator.strip(), org, user_id)
    if cursor is None:
        raise faults.api_fault("INVALID_QUERY_LOCATOR", "invalid query locator", faults.INVALID_LOCATOR)
    return page(org, cursors, user_id, cursor.answer, cursor.position, batch_size(org, asked, cursor.batch_size))


def retrieve(
    org: Org,
    field_list: str,
    type_name: str,
    ids: Sequence[str],
    schema: Schema | None = None,
    version: float = NEWEST,
) -> bytes:
    """A `result` for each id, nil where there is no living record. Raises `SoapFault`."""
    most = org.limits.profile.retrieved_ids
    if len(ids) > most:
        raise faults.api_fault(
            "EXCEEDED_ID_LIMIT", f"retrieve id limit reached. cannot retrieve more than {most} records"
        )
    sobject = (schema or org.schema).sobject(type_name)
    if sobject is None:
        raise faults.invalid_type(type_name)
    names = [name.strip() for name in field_list.split(",") if name.strip()]
    text = f"SELECT {', '.join(names)} FROM {sobject.name}"
    plan = _planned(text, org, schema, include_deleted=False)
    wanted = [_checked(identifier, version) for identifier in ids]
    living = f'SELECT * FROM ({plan.sql}) WHERE "Id" IN (SELECT value FROM json_each(?))'
    rows = {row[0]: tuple(row) for row in org.store.execute(living, (*plan.parameters, json.dumps(wanted)))}
    write = record_writer(org.store, plan, list(rows.values()), b"result")
    return b"".join(
        write(rows[identifier]) if identifier in rows else b'<result xsi:nil="true"/>' for identifier in wanted
    )


def _checked(identifier: str, version: float) -> str:
    if not is_id(identifier.strip()):
        raise faults.api_fault("MALFORMED_ID", malformed_id(identifier, version), faults.INVALID_ID)
    return to_18(identifier.strip())


def ids_where(org: Org, sobject: str, condition: str = "", *, among: Sequence[str] | None = None) -> list[str]:
    """The ids of an object's living records that meet a condition of SOQL, all of them or those among some.

    Raises `SoapFault` for a condition that is none.
    """
    where = f" WHERE {condition}" if condition else ""
    plan = _planned(f"SELECT Id FROM {sobject}{where}", org, None, include_deleted=False)
    if among is None:
        return [str(row[0]) for row in org.store.execute(plan.sql, plan.parameters)]
    found = org.store.execute(
        f'SELECT "Id" FROM ({plan.sql}) WHERE "Id" IN (SELECT value FROM json_each(?))',
        (*plan.parameters, json.dumps(list(among))),
    )
    return [str(row[0]) for row in found]
