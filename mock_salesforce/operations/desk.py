"""What every operation stands on: the orgs, who is logged in where, the clock, and the way in for each call."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mock_salesforce import faults
from mock_salesforce.cursors import Cursors
from mock_salesforce.dml.writes import WriteOptions
from mock_salesforce.headers import header_flag, header_text
from mock_salesforce.orgs import Org
from mock_salesforce.sessions import Session, Sessions
from mock_salesforce.versions import api_version
from simulator.clock import Clock
from simulator.faults import row_faults
from simulator.soap import Call, children, text


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
        sent = (header_text(call, "SessionHeader", "sessionId") or "").strip()
        session = self.sessions.use(sent)
        if session is None:
            raise faults.api_fault("INVALID_SESSION_ID", _no_session(sent))
        org = session.org
        with org.store.lock:
            self._count(call, org)
            return act(Request(self, call, session, version))

    def _count(self, call: Call, org: Org) -> None:
        limit = org.spec.daily_api_limit
        used = org.calls.used(self.clock.now())
        if used >= limit:
            raise faults.api_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        current = org.calls.add(self.clock.now())
        call.response_header = (
            b"<LimitInfoHeader><limitInfo><current>%d</current><limit>%d</limit>"
            b"<type>API REQUESTS</type></limitInfo></LimitInfoHeader>"
        ) % (current, limit)


@dataclass(frozen=True, slots=True)
class Request:
    """A call of someone who is logged in."""

    desk: Desk
    call: Call
    session: Session
    version: float

    @property
    def org(self) -> Org:
        """The org the session belongs to."""
        return self.session.org

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
