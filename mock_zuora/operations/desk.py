"""What every operation stands on: the clock, the ids, and who is logged in where."""

from __future__ import annotations

from mock_zuora.cursors import Cursors
from mock_zuora.ids import IdSource
from mock_zuora.reading import header_text, version_of
from mock_zuora.sessions import Session, Sessions
from mock_zuora.tenants import Tenant
from simulator.clock import Clock
from simulator.soap import Call


class Desk:
    """The service's own things, shared by its operations."""

    def __init__(self, clock: Clock, ids: IdSource, sessions: Sessions, cursors: Cursors) -> None:
        self.clock = clock
        self.ids = ids
        self.sessions = sessions
        self.cursors = cursors
        self.tenants: list[Tenant] = []

    def session(self, call: Call) -> Session:
        """The session a call is made in; raises the INVALID_SESSION or INVALID_VERSION fault."""
        version_of(call)
        return self.sessions.find(header_text(call, "SessionHeader", "session"))
