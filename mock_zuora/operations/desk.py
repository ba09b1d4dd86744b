"""What every operation stands on: the clock, the ids, who is logged in where, and what they may ask for."""

from __future__ import annotations

from collections.abc import Callable

from mock_zuora.cursors import Cursors
from mock_zuora.faults import api_disabled_fault, no_permission_fault, request_too_large_fault, too_many_requests
from mock_zuora.ids import IdSource
from mock_zuora.limits import LimitExceeded
from mock_zuora.reading import header_text, version_of
from mock_zuora.sessions import Session, Sessions
from mock_zuora.tenants import Tenant
from simulator.clock import Clock
from simulator.ending import at_end
from simulator.soap import Answer, Call

WRITES = frozenset({"create", "update", "delete", "generate", "subscribe", "amend"})
"""The operations that a user without write access may not call."""

_ADMITTED = "mock_zuora.admitted"


class Desk:
    """The service's own things, shared by its operations."""

    def __init__(self, clock: Clock, ids: IdSource, sessions: Sessions, cursors: Cursors) -> None:
        self.clock = clock
        self.ids = ids
        self.sessions = sessions
        self.cursors = cursors
        self.tenants: list[Tenant] = []

    def tenant_of(self, username: str) -> Tenant | None:
        """The tenant a user belongs to."""
        return next((each for each in self.tenants if each.user(username) is not None), None)

    def serve(self, act: Callable[[Desk, Call], Answer], call: Call) -> Answer:
        """Run one operation; from then on its call is in flight for as long as its service time."""
        try:
            return act(self, call)
        finally:
            session, flight = call.environ.pop(_ADMITTED, (None, None))
            if session is not None and flight is not None:
                session.tenant.limits.land(flight, call.service_time_s)
                at_end(call.environ, flight.land)

    def session(self, call: Call) -> Session:
        """The session a call is made in, once the tenant's limits let the call in.

        Raises the faults INVALID_SESSION (nobody's limits count then), INVALID_VERSION, REQUEST_EXCEEDED_LIMIT,
        REQUEST_REJECTED, NO_PERMISSION and API_DISABLED. A call that is refused does not prolong its session.
        """
        version = version_of(call)
        session = self.sessions.known(header_text(call, "SessionHeader", "session"))
        if _ADMITTED not in call.environ:
            self._admit(session, call, version)
        self.sessions.renew(session)
        return session

    def admit_login(self, tenant: Tenant, call: Call) -> None:
        """Let an attempt to log in to a tenant in; raises the fault of a limit that is used up."""
        try:
            tenant.limits.admit_login(address_of(call))
        except LimitExceeded as refusal:
            raise too_many_requests(version_of(call), refusal.retry_after_s) from None

    def _admit(self, session: Session, call: Call, version: float) -> None:
        limits = session.tenant.limits
        try:
            call.environ[_ADMITTED] = session, limits.admit_call(session.entity.id)
        except LimitExceeded as refusal:
            raise too_many_requests(version, refusal.retry_after_s) from None
        if int(call.environ.get("CONTENT_LENGTH") or 0) > limits.profile.request_bytes:
            raise request_too_large_fault(limits.profile.request_bytes)
        if not session.tenant.spec.api_enabled:
            raise api_disabled_fault()
        if call.operation in WRITES and not session.user.api_write:
            raise no_permission_fault()


def address_of(call: Call) -> str:
    """The IP address a call comes from; "" when its host does not say."""
    return str(call.environ.get("REMOTE_ADDR") or "")
