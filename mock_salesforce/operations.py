"""Every operation of the Partner API that the mock serves: version, session and limits first, then the work."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mock_salesforce import deletes, describe, faults, login, queries, writes
from mock_salesforce.orgs import Org
from mock_salesforce.results import RowResult, results_xml
from mock_salesforce.sent import SentRow, sent_rows
from mock_salesforce.sessions import Cursors, Session, Sessions
from mock_salesforce.writes import WriteOptions
from simulator.clock import Clock
from simulator.faults import row_faults
from simulator.soap import Call, Operation, children, text

_PATH = re.compile(r"/services/Soap/u/([^/]*)(?:/([^/]*))?/?\Z")
_VERSION = re.compile(r"\d{1,3}\.\d\Z")
LAST_RETIRED = 30.0
NEWEST = 68.0
MAX_DESCRIBED = 100


def api_version(path: str) -> float:
    """The version a path names, bare as `64.0`. Raises the API's fault for one that does not exist (any more)."""
    match = _PATH.match(path)
    written = match[1] if match else ""
    if not _VERSION.match(written) or float(written) > NEWEST:
        raise faults.api_fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
    version = float(written)
    if version <= LAST_RETIRED:
        raise faults.api_fault("UNSUPPORTED_API_VERSION", f"API version {written} is retired")
    return version


def _header(call: Call, block: str, name: str) -> str | None:
    element = call.headers.get(block)
    return None if element is None else text(element, name)


def _flag(call: Call, block: str, name: str) -> bool:
    written = (_header(call, block, name) or "").strip()
    if written not in ("", "true", "1", "false", "0"):
        raise faults.client_fault(f"'{written}' is not a valid value for the type xsd:boolean")
    return written in ("true", "1")


@dataclass(frozen=True, slots=True)
class Request:
    """A call of someone who is logged in."""

    call: Call
    session: Session

    @property
    def org(self) -> Org:
        """The org the session belongs to."""
        return self.session.org

    @property
    def options(self) -> WriteOptions:
        """What the headers ask of a write."""
        return WriteOptions(
            user_id=self.session.user_id,
            all_or_none=_flag(self.call, "AllOrNoneHeader", "allOrNone"),
            truncate=_flag(self.call, "AllowFieldTruncationHeader", "allowFieldTruncation"),
            faults=row_faults(self.call),
        )

    def text(self, name: str) -> str:
        """A parameter's text; blank when it was not sent."""
        return text(self.call.payload, name) or ""

    def ids(self) -> list[str]:
        """The ids sent; some clients call them `id`."""
        return [(element.text or "").strip() for element in children(self.call.payload, "ids", "id")]


Handler = Callable[[Request], bytes]


class Operations:
    """The operations of one mock, over all its orgs."""

    def __init__(self, orgs: Mapping[str, Org], sessions: Sessions, cursors: Cursors, clock: Clock) -> None:
        self._orgs = orgs
        self._sessions = sessions
        self._cursors = cursors
        self._clock = clock

    def all(self) -> list[Operation]:
        """Name and handler of each."""
        handlers: dict[str, Handler] = {
            "logout": self._logout,
            "getUserInfo": self._get_user_info,
            "getServerTimestamp": self._get_server_timestamp,
            "query": self._query,
            "queryAll": self._query_all,
            "queryMore": self._query_more,
            "retrieve": self._retrieve,
            "create": self._create,
            "update": self._update,
            "upsert": self._upsert,
            "delete": self._delete,
            "undelete": self._undelete,
            "describeSObject": self._describe_sobject,
            "describeSObjects": self._describe_sobjects,
            "describeGlobal": self._describe_global,
        }
        return [
            Operation("login", self._login),
            *(Operation(name, self._in_session(handler)) for name, handler in handlers.items()),
        ]

    def _login(self, call: Call) -> bytes:
        return login.login(call, api_version(call.path), self._orgs.values(), self._sessions)

    def _in_session(self, handler: Handler) -> Callable[[Call], bytes]:
        def handle(call: Call) -> bytes:
            api_version(call.path)
            sent = (_header(call, "SessionHeader", "sessionId") or "").strip()
            session = self._sessions.use(sent)
            if session is None:
                raise faults.api_fault("INVALID_SESSION_ID", _no_session(sent))
            org = session.org
            with org.store.lock:
                self._count(call, org)
                return handler(Request(call, session))

        return handle

    def _count(self, call: Call, org: Org) -> None:
        limit = org.spec.daily_api_limit
        used = org.calls.used(self._clock.now())
        if used >= limit:
            raise faults.api_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        current = org.calls.add(self._clock.now())
        call.response_header = (
            b"<LimitInfoHeader><limitInfo><current>%d</current><limit>%d</limit>"
            b"<type>API REQUESTS</type></limitInfo></LimitInfoHeader>"
        ) % (current, limit)

    def _logout(self, request: Request) -> bytes:
        self._sessions.close(request.session)
        return b"<logoutResponse/>"

    def _get_user_info(self, request: Request) -> bytes:
        info = login.user_info(request.org, request.session.user)
        return b"<getUserInfoResponse><result>" + info + b"</result></getUserInfoResponse>"

    def _get_server_timestamp(self, request: Request) -> bytes:
        now = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
        return (
            b"<getServerTimestampResponse><result><timestamp>"
            + now
            + b"</timestamp></result></getServerTimestampResponse>"
        )

    def _query(self, request: Request) -> bytes:
        return self._first_page(request, "query", include_deleted=False)

    def _query_all(self, request: Request) -> bytes:
        return self._first_page(request, "queryAll", include_deleted=True)

    def _first_page(self, request: Request, operation: str, *, include_deleted: bool) -> bytes:
        size = queries.batch_size(_header(request.call, "QueryOptions", "batchSize"))
        found = queries.ask(request.org, request.text("queryString"), include_deleted=include_deleted)
        page = queries.page(request.org, self._cursors, request.session.user_id, found, 0, size)
        return _query_response(operation, page)

    def _query_more(self, request: Request) -> bytes:
        asked = _header(request.call, "QueryOptions", "batchSize")
        locator = request.text("queryLocator")
        page = queries.more(request.org, self._cursors, request.session.user_id, locator, asked)
        return _query_response("queryMore", page)

    def _retrieve(self, request: Request) -> bytes:
        found = queries.retrieve(
            request.org, request.text("fieldList"), request.text("sObjectType").strip(), request.ids()
        )
        return b"<retrieveResponse>" + found + b"</retrieveResponse>"

    def _create(self, request: Request) -> bytes:
        return results_xml("create", self._save(request, writes.create))

    def _update(self, request: Request) -> bytes:
        return results_xml("update", self._save(request, writes.update))

    def _upsert(self, request: Request) -> bytes:
        # The name's capitals are the API's own; some clients write it in the usual way.
        key = (request.text("externalIDFieldName") or request.text("externalIdFieldName")).strip()

        def save(org: Org, rows: list[SentRow], options: WriteOptions) -> list[RowResult]:
            return writes.upsert(org, key, rows, options)

        return results_xml("upsert", self._save(request, save), upsert=True)

    def _save(
        self,
        request: Request,
        save: Callable[[Org, list[SentRow], WriteOptions], list[RowResult]],
    ) -> list[RowResult]:
        sent = children(request.call.payload, "sObjects")
        writes.check_row_count(len(sent))
        return save(request.org, sent_rows(sent, request.org.schema), request.options)

    def _delete(self, request: Request) -> bytes:
        return results_xml("delete", deletes.delete(request.org, request.ids(), request.options))

    def _undelete(self, request: Request) -> bytes:
        return results_xml("undelete", deletes.undelete(request.org, request.ids(), request.options))

    def _describe_sobject(self, request: Request) -> bytes:
        described = self._described(request, request.text("sObjectType").strip())
        return b"<describeSObjectResponse>" + described + b"</describeSObjectResponse>"

    def _describe_sobjects(self, request: Request) -> bytes:
        names = [(element.text or "").strip() for element in children(request.call.payload, "sObjectType")]
        if len(names) > MAX_DESCRIBED:
            raise faults.api_fault(
                "EXCEEDED_MAX_TYPES_LIMIT", f"cannot describe more than {MAX_DESCRIBED} types in this call"
            )
        described = b"".join(self._described(request, name) for name in names)
        return b"<describeSObjectsResponse>" + described + b"</describeSObjectsResponse>"

    def _described(self, request: Request, name: str) -> bytes:
        sobject = request.org.schema.sobject(name)
        if sobject is None:
            raise faults.invalid_type(name)
        return b"<result>" + describe.sobject_xml(sobject) + b"</result>"

    def _describe_global(self, request: Request) -> bytes:
        described = describe.global_xml(request.org.schema)
        return b"<describeGlobalResponse><result>" + described + b"</result></describeGlobalResponse>"


def _query_response(operation: str, page: bytes) -> bytes:
    name = operation.encode()
    return b'<%bResponse><result xsi:type="QueryResult">%b</result></%bResponse>' % (name, page, name)


def _no_session(sent: str) -> str:
    """The words for a session that is not there; they carry a hash of its id, never the id."""
    hashed = base64.b64encode(hashlib.sha256(sent.encode()).digest()).decode()
    return (
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: "
        f"{hashed}\nThis error usually occurs after a session expires or a user logs out. "
    )
