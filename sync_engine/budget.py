"""How many calls may still be made: the org's daily allowance less what is left to others, and calls in flight."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sync_engine.clock import Clock
from sync_engine.errors import LimitWouldBeExceeded

IN_FLIGHT_MAX = 5
"""The strictest org (Developer Edition) serves five long calls at once, so five never meets the limit."""

_KNOWN_FOR = timedelta(minutes=15)


class Budget:
    """One org's calls, shared by every client of it in one event loop.

    `reserve_calls` of the daily allowance are left to others. Until a first reply has told the allowance, calls are
    made freely; what a reply told counts for 15 minutes, since the window of 24 hours moves on by itself.
    """

    def __init__(self, *, clock: Clock, reserve_calls: int = 0, in_flight_max: int = IN_FLIGHT_MAX) -> None:
        self.used: int | None = None
        self.limit: int | None = None
        self.calls = 0
        self.in_flight = 0
        self._clock = clock
        self._reserve_calls = reserve_calls
        self._slots = asyncio.Semaphore(in_flight_max)
        self._told_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """Calls that may still be started, None while nobody knows."""
        if self.used is None or self.limit is None or self._told_at is None:
            return None
        if self._clock.now() - self._told_at > _KNOWN_FOR:
            return None
        return self.limit - self._reserve_calls - self.used - self.in_flight

    def observe(self, used: int, limit: int) -> None:
        """Take over what a reply's header says: calls used in the last 24 hours, and the allowance."""
        self.used, self.limit, self._told_at = used, limit, self._clock.now()

    def require(self, calls: int = 1) -> None:
        """Raise `LimitWouldBeExceeded` unless that many calls may be made."""
        left = self.left
        if left is not None and left < calls:
            raise LimitWouldBeExceeded(
                f"The org has used {self.used} of its {self.limit} API calls of the last 24 hours, and"
                f" {self._reserve_calls} are left to others: {calls} more would be too many.",
                "Wait for the window to move on, lower reserve_calls in the settings, or raise the org's limit;"
                " then resume the session.",
            )

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Hold a place for one call; waits while too many are in flight. Raises `LimitWouldBeExceeded`."""
        async with self._slots:
            self.require()
            self.in_flight += 1
            self.calls += 1
            try:
                yield
            finally:
                self.in_flight -= 1
