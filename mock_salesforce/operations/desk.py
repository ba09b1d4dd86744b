"""What every operation stands on: the orgs, who is logged in where, the clock, and the way in for each call."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from mock_salesforce import faults
from mock_salesforce.cursors import Cursors
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.headers import header_flag, header_text
from mock_salesforce.limits import Admitted, LimitExceeded
from mock_salesforce.operations.elements import check_elements
from mock_salesforce.orgs import Org
from mock_salesforce.schema import Schema
from mock_salesforce.sessions import Session, Sessions
from mock_salesforce.triggers.debug_log import debug_log
from mock_salesforce.versions import api_version
from mock_salesforce.work import Work
from simulator.clock import Clock
from simulator.ending import at_end
from simulator.faults import row_faults
from simulator.soap import Call, children, escape, text

WITH_EXPIRED_PASSWORD = frozenset({"setPassword", "changeOwnPassword", "logout"})
"""What a user may still call whose password has expired."""

EXPIRED = "The users password has expired, you must call SetPassword before attempting any other API operations"
RUNNING_TOO_LONG = "Your request was running for too long, and has been stopped."


@dataclass(frozen=True, slots=True)
class Desk:
    """The service's own things, shared by its operations."""

    orgs: Mapping[str, Org]
    sessions: Sessions
    cursors: Cursors
    clock: Clock

    def serve(self, act: Callable[[Request], bytes], call: Call) -> bytes:
        """Run an operation of someone who is logged in: version, session and limits first, then the work."""
        version = api_version(call.path)
        check_elements(call)
        with self.admitted(call, version) as request:
            return self._act(act, request)

    @contextmanager
    def admitted(self, call: Call, version: float) -> Iterator[Request]:
        """Let a call of someone who is logged in in, and count it; it is in flight until its service time is over.

        Raises the faults of a session that is none and of limits. What the call's transactions leave to be done
        afterwards is done once it has been answered.
        """
        sent = (header_text(call, "SessionHeader", "sessionId") or "").strip()
        session = self.sessions.use(sent)
        if session is None:
            raise faults.api_fault("INVALID_SESSION_ID", _no_session(sent))
        org = session.org
        if org.passwords.expired(session.user) and call.operation not in WITH_EXPIRED_PASSWORD:
            raise faults.api_fault("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", EXPIRED)
        admitted = self._admit(org, call)
        work = Work(org, self.clock.now())
        try:
            yield Request(self, call, session, version, work)
            if not at_end(call.environ, work.do_jobs):
                work.do_jobs()
        finally:
            # A host that says when it has waited ends the flight itself, also when a fault rule made it wait longer.
            if not at_end(call.environ, admitted.flight.land):
                org.limits.land(admitted.flight, call.service_time_s)

    def _admit(self, org: Org, call: Call) -> Admitted:
        try:
            admitted = org.limits.admit(debugging="DebuggingHeader" in call.headers)
        except LimitExceeded as refusal:
            raise faults.api_fault("REQUEST_LIMIT_EXCEEDED", str(refusal)) from None
        if admitted.allowed is not None:
            call.response_header = (
                b"<LimitInfoHeader><limitInfo><current>%d</current><limit>%d</limit>"
                b"<type>API REQUESTS</type></limitInfo></LimitInfoHeader>"
            ) % (admitted.used, admitted.allowed)
        return admitted

    def _act(self, act: Callable[[Request], bytes], request: Request) -> bytes:
        """Do the work, all of which is undone when the service would have run too long over it."""
        org, call = request.org, request.call
        profile = org.limits.profile
        work = request.work
        work.spend_ms(profile.call_ms)
        with org.store.lock:
            try:
                with org.store.savepoint():
                    body = act(request)
                    if work.spent_s > profile.call_s_max:
                        work.spent_s = profile.call_s_max
                        raise faults.api_fault("REQUEST_RUNNING_TOO_LONG", RUNNING_TOO_LONG)
                    if "DebuggingHeader" in call.headers:
                        level = header_text(call, "DebuggingHeader", "debugLevel") or ""
                        log = debug_log(request.version, level.strip(), work.transactions)
                        told = b"<DebuggingInfo><debugLog>%b</debugLog></DebuggingInfo>" % escape(log)
                        call.response_header = told + call.response_header
                    return body
            finally:
                call.service_time_s += work.spent_s
                work.answered()
                at_end(call.environ, work.over)


@dataclass(frozen=True, slots=True)
class Request:
    """A call of someone who is logged in."""

    desk: Desk
    call: Call
    session: Session
    version: float
    work: Work

    @property
    def org(self) -> Org:
        """The org the session belongs to."""
        return self.session.org

    @property
    def schema(self) -> Schema:
        """The org's objects and fields as its user sees them."""
        return self.org.seen_by(self.session.user).in_namespace(self.default_namespace)

    @property
    def writable_schema(self) -> Schema:
        """The org's objects as rows may name them; what the user may write of them is asked row by row."""
        return self.org.schema.in_namespace(self.default_namespace)

    @property
    def default_namespace(self) -> str:
        """The package whose prefix names may leave out, "" for none."""
        return (header_text(self.call, "CallOptions", "defaultNamespace") or "").strip()

    @property
    def options(self) -> WriteOptions:
        """What the headers ask of a write."""
        return WriteOptions(
            user_id=self.session.user_id,
            all_or_none=header_flag(self.call, "AllOrNoneHeader", "allOrNone"),
            truncate=header_flag(self.call, "AllowFieldTruncationHeader", "allowFieldTruncation"),
            faults=row_faults(self.call),
            version=self.version,
            access=self.org.access(self.session.user),
            work=self.work,
        )

    def text(self, name: str) -> str:
        """A parameter's text; blank when it was not sent."""
        return text(self.call.payload, name) or ""

    def ids(self) -> list[str]:
        """The ids sent; some clients call them `id`."""
        return [(element.text or "").strip() for element in children(self.call.payload, "ids", "id")]


def _no_session(sent: str) -> str:
    """The words for a session that is not there; they carry a hash of its id, never the id."""
    hashed = base64.b64encode(hashlib.sha256(sent.encode()).digest()).decode()
    return (
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: "
        f"{hashed}\nThis error usually occurs after a session expires or a user logs out. "
    )
