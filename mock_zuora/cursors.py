"""Query results that are read page by page: one a query, until too long passes without a page, or in all."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_zuora.faults import locator_fault
from mock_zuora.sessions import Session
from mock_zuora.zoql import Plan
from simulator.clock import Clock
from simulator.results import Result

RESULTS_A_SESSION = 200
ROWS_AN_ENTITY = 10_000_000
"""How much is kept open; past either, the result that was read longest ago is let go of."""

_LOCATOR = re.compile(r"([0-9a-f]{32})-([0-9]{1,9})")
_Scope = tuple[str, str]


@dataclass(slots=True)
class Cursor:
    """One open result, and the session it belongs to."""

    plan: Plan
    result: Result
    session_id: str = field(repr=False)
    sparse: frozenset[str]
    opened_at: datetime
    expires_at: datetime


class Cursors:
    """Keeps the results that are not read to their end. A locator is `<32 hex>-<number of the next row>`.

    The results of each entity are kept apart, so that nobody's use of one is felt in another.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[_Scope, dict[str, Cursor]] = {}
        self._lock = threading.Lock()

    def keep(self, key: str, session: Session, plan: Plan, result: Result, sparse: frozenset[str]) -> None:
        """Keep a result under `key`, for this session alone."""
        now = self._clock.now()
        with self._lock:
            ours = self._open.setdefault(session.scope, {})
            ours[key] = Cursor(plan, result, session.id, sparse, now, _expiry(session, now, now))
            ended = [ours.pop(each) for each in _ended(ours, session.id, now)]
        for cursor in ended:
            cursor.result.drop()

    def find(self, locator: str, session: Session) -> tuple[str, Cursor, int]:
        """The key, the cursor and the first row a locator stands for; raises InvalidQueryLocatorFault.

        A locator can be used again, so that a page whose reply was lost can be asked for once more.
        """
        match = _LOCATOR.fullmatch(locator.strip())
        now = self._clock.now()
        with self._lock:
            ours = self._open.get(session.scope, {})
            cursor = ours.get(match[1]) if match else None
            if match is None or cursor is None or cursor.session_id != session.id or cursor.expires_at <= now:
                raise locator_fault(locator)
            offset = int(match[2])
            if offset >= cursor.result.size:
                raise locator_fault(locator)
            cursor.expires_at = _expiry(session, cursor.opened_at, now)
            ours[match[1]] = ours.pop(match[1])  # the latest used comes last
            return match[1], cursor, offset

    def clear(self) -> None:
        """Let go of all results."""
        with self._lock:
            ended = [cursor for ours in self._open.values() for cursor in ours.values()]
            self._open.clear()
        for cursor in ended:
            cursor.result.drop()

    def object_of(self, locator: str) -> str:
        """The object whose rows a locator stands for, "" for a locator that is not known; the cursor stays as it is."""
        match = _LOCATOR.fullmatch(locator.strip())
        with self._lock:
            found = [ours[match[1]] for ours in self._open.values() if match and match[1] in ours]
        return found[0].plan.target.name if found else ""

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(cursor.expires_at > now for ours in self._open.values() for cursor in ours.values())


def _expiry(session: Session, opened_at: datetime, read_at: datetime) -> datetime:
    """A result ends some time after its last page, and at the latest some days after its first."""
    profile = session.tenant.limits.profile
    idle = read_at + timedelta(seconds=profile.cursor_lifetime_s)
    return min(idle, opened_at + timedelta(seconds=profile.result_lifetime_s))


def _ended(ours: dict[str, Cursor], session_id: str, now: datetime) -> list[str]:
    """The keys of results to let go of: those that ran out, and the oldest while there are too many."""
    ended = [key for key, cursor in ours.items() if cursor.expires_at <= now]
    left = {key: cursor for key, cursor in ours.items() if cursor.expires_at > now}
    mine = [key for key, cursor in left.items() if cursor.session_id == session_id]
    ended += mine[: max(0, len(mine) - RESULTS_A_SESSION)]
    kept = [(key, cursor.result.size) for key, cursor in left.items() if key not in ended]
    rows = sum(size for _, size in kept)
    for key, size in kept[:-1]:  # never the newest, which is this call's own
        if rows <= ROWS_AN_ENTITY:
            break
        ended.append(key)
        rows -= size
    return ended
