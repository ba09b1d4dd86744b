"""The mocks' time when they are served: the machine's own, plus what it was moved forward by."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta

from simulator.clock import Clock, SystemClock


class WallClock:
    """The machine's clock, which the control plane can move forward.

    With `skip_waits` nobody waits out a service's own time: the clock jumps over it, so that the records' dates are
    as if it had passed. `system` is the machine's clock. Safe to use from several threads.
    """

    def __init__(self, *, skip_waits: bool = False, system: Clock | None = None) -> None:
        self._system: Clock = system or SystemClock()
        self._skip_waits = skip_waits
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        with self._lock:
            return self._system.now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move time forward; raises `ValueError` for a step back."""
        if seconds < 0:
            msg = f"time does not run backwards: {seconds} s"
            raise ValueError(msg)
        with self._lock:
            self._ahead += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""
        if self._skip_waits:
            self.advance(seconds)
            await asyncio.sleep(0)
        else:
            await self._system.sleep(seconds)

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass for the calling thread."""
        if self._skip_waits:
            self.advance(seconds)
        else:
            self._system.wait(seconds)
