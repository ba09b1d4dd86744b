"""The operations of the service: each reads a call, acts on the session's entity, and writes the reply's body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mock_zuora.cursors import Cursors
from mock_zuora.faults import RowError, api_fault, too_many_fault, type_fault, unreadable
from mock_zuora.ids import IdSource
from mock_zuora.reading import SentRow, header_text, in_order, sent_rows, version_of
from mock_zuora.records import API, result
from mock_zuora.sessions import Session, Sessions
from mock_zuora.tenants import Tenant
from mock_zuora.writing import RowWriter
from mock_zuora.zoql import Reader
from simulator.clock import Clock
from simulator.soap import Call, Operation, children, escape, text
from simulator.store import RecordStore

MAX_ROWS_A_CALL = 50
PAGE_ROWS = 2000
PAGE_ROWS_BEFORE_6 = 100

_LOGIN_S, _INFO_S = 0.35, 0.1
_QUERY_S, _ROW_READ_S = 0.15, 0.0004
_WRITE_S, _ROW_WRITTEN_S = 0.2, 0.06

Outcome = str | RowError


class Operations:
    """What the service does, over its tenants, sessions and open results."""

    def __init__(self, clock: Clock, ids: IdSource, sessions: Sessions, cursors: Cursors) -> None:
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._cursors = cursors
        self.tenants: list[Tenant] = []

    def all(self) -> list[Operation]:
        """The operations by name, for the SOAP host."""
        return [
            Operation("login", self.login),
            Operation("getUserInfo", self.get_user_info),
            Operation("query", self.query),
            Operation("queryMore", self.query_more),
            Operation("create", self.create),
            Operation("update", self.update),
            Operation("delete", self.delete),
        ]

    def login(self, call: Call) -> bytes:
        """Open a session; the reply names the endpoint that was called as the one to use."""
        version_of(call)
        call.service_time_s = _LOGIN_S
        given = in_order(call.payload, ("username", "password", "entityId", "entityName"))
        session = self._sessions.open(
            self.tenants,
            given.get("username", ""),
            given.get("password", ""),
            entity_id=given.get("entityId", "").strip(),
            entity_name=given.get("entityName", "").strip(),
        )
        scheme = call.environ.get("wsgi.url_scheme", "http")
        host = call.environ.get("HTTP_HOST") or f"{call.environ.get('SERVER_NAME')}:{call.environ.get('SERVER_PORT')}"
        body = _element("Session", session.id) + _element("ServerUrl", f"{scheme}://{host}{call.path}")
        return _response("login", b"<ns1:result>" + body + b"</ns1:result>")

    def get_user_info(self, call: Call) -> bytes:
        """Who is logged in, and to which tenant."""
        session = self._session(call)
        call.service_time_s = _INFO_S
        user, tenant = session.user, session.tenant.spec
        pairs = (
            ("TenantId", tenant.id),
            ("TenantName", tenant.name),
            ("UserEmail", user.email or user.username),
            ("UserFullName", user.full_name or user.username),
            ("UserId", session.user_id),
            ("Username", user.username),
        )
        return _response("getUserInfo", b"".join(_element(name, value) for name, value in pairs))

    def query(self, call: Call) -> bytes:
        """Run ZOQL and answer with the first page."""
        session = self._session(call)
        version = version_of(call)
        sensitive = header_text(call, "QueryOptions", "caseSensitive").lower() in ("true", "1")
        reader = Reader(session.tenant.catalogue, session.tenant.zone, version, case_sensitive=sensitive)
        plan = reader.plan(text(call.payload, "queryString") or "")
        rows = session.data.store.execute(plan.sql, plan.parameters)
        if plan.wants_one_body and len(rows) > 1:
            raise api_fault("MalformedQueryFault", "INVALID_VALUE", "Can only query one invoice body at a time")
        page_rows = _page_rows(call, version)
        locator = None
        if len(rows) > page_rows:
            key = self._ids.next()
            self._cursors.keep(key, plan, rows, session.scope)
            locator = f"{key}-{page_rows}"
        page = rows[:page_rows]
        call.service_time_s = _QUERY_S + _ROW_READ_S * len(page)
        zone = session.tenant.zone
        return result("query", plan, page, size=len(rows), locator=locator, zone=zone, version=version)

    def query_more(self, call: Call) -> bytes:
        """Answer with the page a locator stands for."""
        session = self._session(call)
        version = version_of(call)
        key, cursor, offset = self._cursors.find(text(call.payload, "queryLocator") or "", session.scope)
        end = offset + _page_rows(call, version)
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

    def create(self, call: Call) -> bytes:
        """Add rows, each on its own unless CallOptions asks for all or none."""
        session = self._session(call)
        single = header_text(call, "CallOptions", "useSingleTransaction").lower() in ("true", "1")
        return self._save(call, session, single=single)

    def update(self, call: Call) -> bytes:
        """Change rows, each on its own."""
        return self._save(call, self._session(call), single=False)

    def delete(self, call: Call) -> bytes:
        """Remove rows, each on its own."""
        session = self._session(call)
        kind = (text(call.payload, "type") or "").strip()
        target = session.tenant.catalogue.find(kind)
        if target is None or "delete" not in target.calls:
            raise type_fault(kind)
        ids = [(each.text or "").strip() for each in children(call.payload, "ids")]
        writer = self._writer(call, session, len(ids))
        with session.data.store.lock:
            outcomes = [_one(session.data.store, partial(writer.delete, target, each)) for each in ids]
        return _response("delete", b"".join(_delete_result(each) for each in outcomes))

    def _save(self, call: Call, session: Session, *, single: bool) -> bytes:
        name = call.operation
        elements = children(call.payload, "zObjects")
        writer = self._writer(call, session, len(elements))
        rows = sent_rows(elements, session.tenant.catalogue, version_of(call), name)
        write = writer.create if name == "create" else writer.update
        store = session.data.store
        with store.lock:
            outcomes = _all_or_none(store, rows, write) if single else [_one(store, partial(write, r)) for r in rows]
        return _response(name, b"".join(_save_result(each) for each in outcomes))

    def _writer(self, call: Call, session: Session, rows: int) -> RowWriter:
        if rows > MAX_ROWS_A_CALL:
            raise too_many_fault(MAX_ROWS_A_CALL)
        call.service_time_s = _WRITE_S + _ROW_WRITTEN_S * rows
        return RowWriter(session, self._clock.now())

    def _session(self, call: Call) -> Session:
        version_of(call)
        return self._sessions.find(header_text(call, "SessionHeader", "session"))


def _one(store: RecordStore, write: Callable[[], str]) -> Outcome:
    """One row's outcome; what it wrote before it failed is taken back."""
    try:
        with store.savepoint():
            return write()
    except RowError as error:
        return error


def _all_or_none(store: RecordStore, rows: Sequence[SentRow], write: Callable[[SentRow], str]) -> list[Outcome]:
    """Stop at the first row that fails, and take back those before it."""
    failed = 0
    try:
        with store.savepoint():
            written: list[Outcome] = []
            for number, row in enumerate(rows):
                failed = number
                written.append(write(row))
            return written
    except RowError as error:
        outcomes: list[Outcome] = [
            RowError("TRANSACTION_FAILED", "Another object of the transaction failed.") for _ in rows
        ]
        outcomes[failed] = error
        return outcomes


def _page_rows(call: Call, version: float) -> int:
    most = PAGE_ROWS_BEFORE_6 if version < 6 else PAGE_ROWS
    given = header_text(call, "QueryOptions", "batchSize")
    if not given:
        return most
    try:
        asked = int(given)
    except ValueError:
        raise unreadable(f"Invalid value {given} for type int") from None
    return min(asked, most) if asked > 0 else most


def _element(name: str, value: str) -> bytes:
    tag = name.encode()
    return b"<ns1:" + tag + b">" + escape(value) + b"</ns1:" + tag + b">"


def _response(operation: str, body: bytes) -> bytes:
    tag = b"ns1:" + operation.encode() + b"Response"
    return b"<" + tag + b" " + API + b">" + body + b"</" + tag + b">"


def _save_result(outcome: Outcome) -> bytes:
    return _row_result(outcome, ("Errors", "Id", "Success"))


def _delete_result(outcome: Outcome) -> bytes:
    return _row_result(outcome, ("errors", "id", "success"))


def _row_result(outcome: Outcome, names: Sequence[str]) -> bytes:
    errors, id_, success = names
    if isinstance(outcome, RowError):
        tag = errors.encode()
        inner = _element("Code", outcome.code) + _element("Message", outcome.message)
        body = b"<ns1:" + tag + b">" + inner + b"</ns1:" + tag + b">" + _element(success, "false")
    else:
        body = _element(id_, outcome) + _element(success, "true")
    return b"<ns1:result>" + body + b"</ns1:result>"
