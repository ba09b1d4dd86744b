"""Counting what an org has used in the 24 hours that end now, by the minute, so that the count stays small."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

DAY = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)


class RollingDay:
    """Events of the last 24 hours. One counts until the minute it fell in is 24 hours old. The caller keeps threads
    apart.
    """

    def __init__(self) -> None:
        self._minutes: OrderedDict[datetime, int] = OrderedDict()
        self._total = 0

    def add(self, now: datetime, count: int = 1) -> int:
        """Count events, and tell how many there were in the 24 hours up to `now`."""
        self.used(now)
        minute = now.replace(second=0, microsecond=0)
        self._minutes[minute] = self._minutes.get(minute, 0) + count
        self._total += count
        return self._total

    def used(self, now: datetime) -> int:
        """How many there were in the 24 hours up to `now`."""
        while self._minutes and next(iter(self._minutes)) <= now - DAY - _MINUTE:
            _, count = self._minutes.popitem(last=False)
            self._total -= count
        return self._total


class RollingHour:
    """The moments of one user's logins in the last hour, at most as many as are allowed."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []

    def add(self, now: datetime) -> None:
        """One more."""
        self._moments.append(now)

    def used(self, now: datetime) -> int:
        """How many there were in the hour up to `now`."""
        self._moments = [each for each in self._moments if now - each < timedelta(hours=1)]
        return len(self._moments)
