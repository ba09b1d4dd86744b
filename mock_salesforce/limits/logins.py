"""Who may try to log in: a user's logins in an hour, and the lockout after too many wrong passwords."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_salesforce.limits.profiles import Profile
from mock_salesforce.limits.usage import RollingHour

BLOCKED = timedelta(hours=1)
"""How long a user who logged in too often is refused."""


@dataclass(slots=True)
class _Attempts:
    logins: RollingHour = field(default_factory=RollingHour)
    blocked_until: datetime | None = None
    wrong: int = 0
    locked_until: datetime | None = None


class Logins:
    """What one org's users have tried. Safe to use from several threads."""

    def __init__(self) -> None:
        self._attempts: dict[str, _Attempts] = {}
        self._lock = threading.Lock()

    def too_many(self, username: str, profile: Profile, now: datetime) -> bool:
        """Count a call of login, and tell whether it is one too many for this user: then none is taken for an hour."""
        with self._lock:
            known = self._attempts.setdefault(username.lower(), _Attempts())
            if known.blocked_until is not None and now < known.blocked_until:
                return True
            known.blocked_until = None
            if profile.logins_per_hour is not None and known.logins.used(now) >= profile.logins_per_hour:
                known.blocked_until = now + BLOCKED
                return True
            known.logins.add(now)
            return False

    def attempt(self, username: str, profile: Profile, now: datetime, *, right: bool) -> bool:
        """Whether a user who gave a right or wrong password gets in. Nobody does who is locked out.

        An attempt during a lockout neither counts nor prolongs it.
        """
        with self._lock:
            known = self._attempts.setdefault(username.lower(), _Attempts())
            if known.locked_until is not None:
                if now < known.locked_until:
                    return False
                known.locked_until = None
            if right:
                known.wrong = 0
                return True
            known.wrong += 1
            if profile.wrong_passwords is not None and known.wrong >= profile.wrong_passwords:
                known.wrong, known.locked_until = 0, now + timedelta(minutes=profile.lockout_min)
            return False

    def locked_out(self, now: datetime) -> dict[str, datetime]:
        """The users who are locked out, or logged in too often, and until when."""
        with self._lock:
            found = {}
            for name, each in self._attempts.items():
                until = [moment for moment in (each.locked_until, each.blocked_until) if moment and now < moment]
                if until:
                    found[name] = max(until)
            return found
