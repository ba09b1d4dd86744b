"""An org's people: who may log in, and the passwords they have now."""

from __future__ import annotations

import hmac
import ipaddress
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mock_salesforce.access import ObjectAccess


@dataclass(frozen=True, slots=True)
class OrgUser:
    """Someone who may log in, with the password followed directly by the security token."""

    username: str
    password: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    full_name: str = "Integration User"
    email: str = "integration@example.com"
    active: bool = True
    api_enabled: bool = True
    password_expired: bool = False
    permissions: tuple[ObjectAccess, ...] = ()
    """What the user may do with objects and their fields, where that is not everything."""
    view_all_data: bool = True
    currency: str = ""
    """The currency of the user's new records, in an org that has several."""


class Passwords:
    """The passwords in force, which begin as the org's spec has them. Safe to use from several threads."""

    def __init__(self, users: Iterable[OrgUser]) -> None:
        self._lock = threading.Lock()
        self._now = {user.username.lower(): (user.password, user.password_expired) for user in users}

    def matches(self, user: OrgUser, sent: str) -> bool:
        """Whether `sent` is the password followed by the security token."""
        return _same(sent, self._now[user.username.lower()][0] + user.security_token)

    def matches_without_token(self, user: OrgUser, sent: str) -> bool:
        """Whether `sent` is the password alone."""
        return _same(sent, self._now[user.username.lower()][0])

    def expired(self, user: OrgUser) -> bool:
        """Whether the user must set another before anything else."""
        return self._now[user.username.lower()][1]

    def change(self, user: OrgUser, password: str) -> None:
        """Put another in force, which has not expired."""
        with self._lock:
            self._now[user.username.lower()] = (password, False)


def _same(sent: str, held: str) -> bool:
    return hmac.compare_digest(sent.encode(), held.encode())


def within(address: str, ranges: Sequence[str]) -> bool:
    """Whether an IP address lies in one of some ranges, each an address or a network."""
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None) or caller
    return any(mapped in ipaddress.ip_network(each, strict=False) for each in ranges)
