"""Who is logged in: sessions that end when no call has been made for as long as the org's profile says."""

from __future__ import annotations

import random
import string
import threading
from dataclasses import dataclass, field
from datetime import datetime

from mock_salesforce.orgs import Org
from mock_salesforce.users import OrgUser
from simulator.clock import Clock

_SESSION_MARKS = string.ascii_letters + string.digits + "._-"
_SESSION_LENGTH = 96


@dataclass(slots=True)
class Session:
    """One user's session in one org."""

    id: str = field(repr=False)
    org: Org
    user: OrgUser
    used_at: datetime
    app: str = ""
    """The consumer key of the connected app that it was given to; "" for one of login()."""

    @property
    def user_id(self) -> str:
        """The id of the user's record."""
        return self.org.user_id(self.user)

    def alive(self, now: datetime) -> bool:
        """Whether it has been used lately enough."""
        return (now - self.used_at).total_seconds() < self.org.limits.profile.session_idle_s


class Sessions:
    """All sessions of a mock. A user has at most one by login() and one by each app: the same again while it lives."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._by_id: dict[str, Session] = {}

    def open(self, org: Org, user: OrgUser, app: str = "") -> Session:
        """The user's living session by this app ("" is login()), or a new one."""
        now = self._clock.now()
        with self._lock:
            for session in self._by_id.values():
                if session.org is org and session.user is user and session.app == app and session.alive(now):
                    session.used_at = now
                    return session
            secret = "".join(self._chance.choices(_SESSION_MARKS, k=_SESSION_LENGTH))
            session = Session(f"{org.id[:15]}!{secret}", org, user, now, app)
            self._by_id[session.id] = session
            return session

    def use(self, session_id: str) -> Session | None:
        """The living session of this id; using it keeps it alive."""
        now = self._clock.now()
        with self._lock:
            session = self._by_id.get(session_id)
            if session is None:
                return None
            if not session.alive(now):
                del self._by_id[session_id]
                return None
            session.used_at = now
            return session

    def peek(self, session_id: str) -> Session | None:
        """The living session of this id, which this does not keep alive."""
        with self._lock:
            session = self._by_id.get(session_id)
        return session if session is not None and session.alive(self._clock.now()) else None

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(session.alive(now) for session in self._by_id.values())

    def close(self, session: Session) -> None:
        """End a session for everyone who shares it."""
        with self._lock:
            self._by_id.pop(session.id, None)
