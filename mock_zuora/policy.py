"""A tenant's security policy: how long a session lasts, what locks a user out, and where a login may come from."""

from __future__ import annotations

import ipaddress
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_zuora.limits.profiles import SESSION_TIMEOUT_S_MAX, SESSION_TIMEOUT_S_MIN


@dataclass(frozen=True, slots=True)
class SecurityPolicy:
    """One tenant's; its entities have no other. Raises `ValueError` for a setting that cannot be.

    `session_timeout_min` None takes the profile's. A session ends that long after its last use, or with `sliding`
    False after its login. After `max_invalid_attempts` wrong passwords in a row a user is locked out for `lockout_min`
    minutes; None never locks. `allowed_ip_ranges` are addresses or networks such as 192.0.2.0/24 from which users
    may log in; none given is from anywhere.
    """

    session_timeout_min: int | None = None
    sliding: bool = True
    max_invalid_attempts: int | None = 10
    lockout_min: int = 30
    allowed_ip_ranges: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        least, most = SESSION_TIMEOUT_S_MIN // 60, SESSION_TIMEOUT_S_MAX // 60
        if self.session_timeout_min is not None and not least <= self.session_timeout_min <= most:
            raise ValueError(f"session_timeout_min is from {least} to {most} minutes, not {self.session_timeout_min}.")
        if self.max_invalid_attempts is not None and self.max_invalid_attempts < 1:
            raise ValueError(f"max_invalid_attempts is 1 or more, or None, not {self.max_invalid_attempts}.")
        if self.lockout_min < 1:
            raise ValueError(f"lockout_min is 1 or more, not {self.lockout_min}.")
        for each in self.allowed_ip_ranges:
            try:
                ipaddress.ip_network(each, strict=False)
            except ValueError:
                raise ValueError(f"{each!r} in allowed_ip_ranges is no IP address and no network.") from None

    def admits(self, address: str) -> bool:
        """Whether a login may come from an IP address."""
        if not self.allowed_ip_ranges:
            return True
        try:
            caller = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(caller, "ipv4_mapped", None)
        networks = [ipaddress.ip_network(each, strict=False) for each in self.allowed_ip_ranges]
        return any((mapped or caller) in network for network in networks)


@dataclass(slots=True)
class _Attempts:
    wrong: int = 0
    locked_until: datetime | None = None


class Lockouts:
    """Who has given wrong passwords, and who is locked out for it. Safe to use from several threads."""

    def __init__(self) -> None:
        self._attempts: dict[str, _Attempts] = {}
        self._lock = threading.Lock()

    def attempt(self, username: str, policy: SecurityPolicy, now: datetime, *, right: bool) -> bool:
        """Whether a user who gave a right or wrong password gets in. Nobody does who is locked out.

        An attempt during a lockout neither counts nor prolongs it.
        """
        with self._lock:
            known = self._attempts.setdefault(username, _Attempts())
            if known.locked_until is not None:
                if now < known.locked_until:
                    return False
                known.locked_until = None
            if right:
                known.wrong = 0
                return True
            known.wrong += 1
            if policy.max_invalid_attempts is not None and known.wrong >= policy.max_invalid_attempts:
                known.wrong, known.locked_until = 0, now + timedelta(minutes=policy.lockout_min)
            return False

    def locked(self, now: datetime) -> dict[str, datetime]:
        """The users who are locked out, and until when."""
        with self._lock:
            return {
                name: each.locked_until
                for name, each in self._attempts.items()
                if each.locked_until is not None and now < each.locked_until
            }
