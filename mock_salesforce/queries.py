"""query, queryAll, queryMore and retrieve."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from mock_salesforce import faults
from mock_salesforce.cursors import Cursors
from mock_salesforce.dml.words import malformed_id
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.pages import Reader
from mock_salesforce.records import query_result, written
from mock_salesforce.schema import Schema
from mock_salesforce.soql.asking import Asker
from mock_salesforce.soql.compiler import TOO_COMPLICATED, compile_soql
from mock_salesforce.soql.errors import SoqlError, as_fault
from mock_salesforce.soql.plan import Plan
from mock_salesforce.versions import NEWEST
from simulator.results import ResultGone
from simulator.soap import SoapFault

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
def _compiled(text: str, schema: Schema, include_deleted: bool, version: float, zone: str) -> Plan:  # noqa: FBT001 - as the cache takes it
    return compile_soql(text, schema, include_deleted=include_deleted, version=version, zone=zone)


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks an org, and how: what of its schema they see, the API's version, and whether deleted records count.

    Without a schema everything is seen; without a user days begin in the org's time zone.
    """

    org: Org
    user_id: str = ""
    schema: Schema | None = None
    version: float = NEWEST
    include_deleted: bool = False

    def plan(self, text: str) -> Plan:
        """A query as it is asked now. Raises `SoapFault`."""
        most = self.org.limits.profile.soql_characters
        if len(text) > most:
            too_long = SoqlError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {most} characters.")
            raise as_fault(too_long, text)
        zone = self.org.zone_of(self.user_id)
        try:
            plan = _compiled(text, self.schema or self.org.schema, self.include_deleted, self.version, zone.key)
        except SoqlError as error:
            raise as_fault(error, text) from error
        return plan.bound(Asker(self.org.now(), zone, self.user_id))


@contextmanager
def _sized() -> Iterator[None]:
    """The statements are the compiler's own, so what SQLite refuses of them is only their size."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise faults.api_fault("QUERY_TOO_COMPLICATED", TOO_COMPLICATED) from error


def _page_rows(org: Org, plan: Plan, asked: int) -> int:
    """Rows a page, also in view of what is selected."""
    if plan.has_files:
        return 1
    return min(asked, org.limits.profile.page_rows_min) if plan.long_texts > LONG_TEXTS_MAX else asked


def first_page(question: Question, cursors: Cursors, text: str, size: int) -> tuple[bytes, bool]:
    """The inside of a query's first QueryResult, and whether it has typed values. Raises `SoapFault`."""
    org, plan = question.org, question.plan(text)
    with _sized():
        if plan.count:
            ((found,),) = org.store.execute(plan.statement("COUNT(*)"), plan.parameters)
            return query_result((), plan.rows_of(int(found))).encode(), False
        if plan.grouped:
            return _groups(org, plan, size), True
        page = Reader(org, cursors, question.user_id).first(plan, _page_rows(org, plan, size))
    return page.encode(), False


def _groups(org: Org, plan: Plan, size: int) -> bytes:
    most = size + 1 if plan.limit is None else min(size + 1, plan.limit)
    rows = [tuple(row) for row in org.store.execute(plan.rows(), (*plan.parameters, most, plan.offset))]
    if len(rows) > size:
        raise faults.api_fault("EXCEEDED_ID_LIMIT", NO_MORE_GROUPS)
    return query_result(written(plan, rows, {}), len(rows)).encode()


def next_page(org: Org, cursors: Cursors, user_id: str, locator: str, asked: str | None) -> bytes:
    """The inside of the QueryResult that a locator leads to. Raises `SoapFault`."""
    cursor = cursors.find(locator.strip(), org, user_id)
    if cursor is None:
        raise _no_locator()
    size = _page_rows(org, cursor.result.plan, batch_size(org, asked, cursor.batch_size))
    try:
        with _sized():
            return Reader(org, cursors, user_id).more(cursor, size).encode()
    except ResultGone:  # let go of between the two
        raise _no_locator() from None


def _no_locator() -> SoapFault:
    return faults.api_fault("INVALID_QUERY_LOCATOR", "invalid query locator", faults.INVALID_LOCATOR)


def records(question: Question, cursors: Cursors, text: str, most: int, tag: str) -> list[str]:
    """The records a query finds, at most so many, each written as an element `tag`. Raises `SoapFault`."""
    plan = question.plan(text)
    with _sized():
        return Reader(question.org, cursors, question.user_id).all(plan, most, tag)


def retrieve(question: Question, cursors: Cursors, field_list: str, type_name: str, ids: Sequence[str]) -> bytes:
    """A `result` for each id, nil where there is no living record. Raises `SoapFault`."""
    org = question.org
    most = org.limits.profile.retrieved_ids
    if len(ids) > most:
        raise faults.api_fault(
            "EXCEEDED_ID_LIMIT", f"retrieve id limit reached. cannot retrieve more than {most} records"
        )
    sobject = (question.schema or org.schema).sobject(type_name)
    if sobject is None:
        raise faults.invalid_type(type_name)
    names = [name.strip() for name in field_list.split(",") if name.strip()]
    plan = question.plan(f"SELECT {', '.join(names)} FROM {sobject.name}")
    if plan.grouped or plan.count or plan.subqueries:
        raise faults.api_fault("MALFORMED_QUERY", f"unexpected token: '{field_list}'", faults.MALFORMED_QUERY)
    wanted = [_checked(identifier, question.version) for identifier in ids]
    with _sized():
        found = Reader(org, cursors, question.user_id).by_ids(plan, wanted, "result")
    return "".join(found.get(identifier, '<result xsi:nil="true"/>') for identifier in wanted).encode()


def _checked(identifier: str, version: float) -> str:
    if not is_id(identifier.strip()):
        raise faults.api_fault("MALFORMED_ID", malformed_id(identifier, version), faults.INVALID_ID)
    return to_18(identifier.strip())


def ids_where(org: Org, sobject: str, condition: str = "", *, among: Sequence[str] | None = None) -> list[str]:
    """The ids of an object's living records that meet a condition of SOQL, all of them or those among some.

    Raises `SoapFault` for a condition that is none.
    """
    where = f" WHERE {condition}" if condition else ""
    plan = Question(org).plan(f"SELECT Id FROM {sobject}{where}")
    with _sized():
        if among is None:
            return [str(row[0]) for row in org.store.execute(plan.keys(), plan.parameters)]
        listed = f"{plan.key} IN (SELECT value FROM json_each(?))"
        found = org.store.execute(plan.keys(listed), (json.dumps(list(among)), *plan.parameters))
        return [str(row[0]) for row in found]
