"""Who is logged in: sessions that end after two hours without a call."""

from __future__ import annotations

import hmac
import random
import string
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_salesforce.orgs import Org, OrgUser
from simulator.clock import Clock

SESSION_IDLE = timedelta(hours=2)
_SESSION_MARKS = string.ascii_letters + string.digits + "._-"
_SESSION_LENGTH = 96


@dataclass(slots=True)
class Session:
    """One user's session in one org."""

    id: str = field(repr=False)
    org: Org
    user: OrgUser
    used_at: datetime

    @property
    def user_id(self) -> str:
        """The id of the user's record."""
        return self.org.user_id(self.user)


class Sessions:
    """All sessions of a mock. A user has at most one: logging in again gives the same session while it lives."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._by_id: dict[str, Session] = {}

    def open(self, org: Org, user: OrgUser) -> Session:
        """The user's living session, or a new one."""
        now = self._clock.now()
        with self._lock:
            for session in self._by_id.values():
                if session.org is org and session.user is user and now - session.used_at < SESSION_IDLE:
                    session.used_at = now
                    return session
            secret = "".join(self._chance.choices(_SESSION_MARKS, k=_SESSION_LENGTH))
            session = Session(f"{org.id[:15]}!{secret}", org, user, now)
            self._by_id[session.id] = session
            return session

    def use(self, session_id: str) -> Session | None:
        """The living session of this id; using it keeps it alive for another two hours."""
        now = self._clock.now()
        with self._lock:
            session = self._by_id.get(session_id)
            if session is None:
                return None
            if now - session.used_at >= SESSION_IDLE:
                del self._by_id[session_id]
                return None
            session.used_at = now
            return session

    def peek(self, session_id: str) -> Session | None:
        """The living session of this id, which this does not keep alive."""
        with self._lock:
            session = self._by_id.get(session_id)
        alive = session is not None and self._clock.now() - session.used_at < SESSION_IDLE
        return session if alive else None

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(now - session.used_at < SESSION_IDLE for session in self._by_id.values())

    def close(self, session: Session) -> None:
        """End a session for everyone who shares it."""
        with self._lock:
            self._by_id.pop(session.id, None)


def password_matches(user: OrgUser, sent: str) -> bool:
    """Whether `sent` is the password followed by the security token."""
    return hmac.compare_digest(sent.encode(), (user.password + user.security_token).encode())


def token_is_missing(user: OrgUser, sent: str) -> bool:
    """Whether `sent` is the right password, but without the token that this user needs."""
    return bool(user.security_token) and hmac.compare_digest(sent.encode(), user.password.encode())
