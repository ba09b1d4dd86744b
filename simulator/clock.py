"""Time for the mocks: the machine's own, or one that only moves when it is told to."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a mock and its host need of time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass for the calling thread (a host's worker)."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the seam itself

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""
        await asyncio.sleep(seconds)

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass for the calling thread."""
        time.sleep(seconds)  # noqa: TID251 - this is the seam itself


class VirtualClock:
    """A clock that stands still until it is advanced, by a test or by the virtual-time event loop.

    Safe to read and advance from several threads. `sleep` waits on the running loop's own timer, so under
    `simulator.loop` a day passes at once; `wait` moves the clock, because a server thread has no loop to wait on.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._start + timedelta(seconds=self.elapsed_s)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the clock's start."""
        with self._lock:
            return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move time forward; never back."""
        if seconds < 0:
            msg = f"time does not run backwards: {seconds} s"
            raise ValueError(msg)
        with self._lock:
            self._elapsed_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""
        await asyncio.sleep(seconds)

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.advance(seconds)
