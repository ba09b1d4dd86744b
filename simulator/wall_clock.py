"""The mocks' time when they are served: the machine's own, until it is moved, frozen, or made to run faster."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from simulator.clock import Clock, SystemClock

RATE_MIN, RATE_MAX = 0.001, 100_000.0
"""How much slower or faster than the machine's the clock may run: at the most, a day goes by in a second."""

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Where the clock stops, so that all that a mock reckons from it is still a date."""

_LOOK_S = 0.1
"""How often, in the machine's seconds, a wait looks whether the clock was steered meanwhile."""


class WallClock:
    """The machine's clock, which can be moved forward, frozen, and run at another rate. It never goes back.

    Rate 60 makes a minute go by in a second of the machine's. A frozen clock moves only when it is told to, and lets
    nobody wait: what a service would have taken passes at once. With `skip_waits` nobody ever waits out a service's
    time: the clock jumps over it, so that the records' dates are as if it had passed. The clock begins at `start`, or
    at the machine's time, and stands there when it is `frozen`. `system` is the machine's clock. Safe to use from
    several threads.
    """

    def __init__(
        self,
        *,
        start: datetime | None = None,
        rate: float = 1.0,
        frozen: bool = False,
        skip_waits: bool = False,
        system: Clock | None = None,
    ) -> None:
        self._system: Clock = system or SystemClock()
        self._skip_waits = skip_waits
        self._lock = threading.Lock()
        self._rate = _checked(rate)
        self._frozen = frozen
        self._machine_at = self._machine_seen = self._system.now()
        self._at = self._shown = min(start or self._machine_at, LATEST)

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        with self._lock:
            return self._now()

    @property
    def rate(self) -> float:
        """How many seconds go by in one of the machine's, when the clock is not frozen."""
        return self._rate

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen

    def advance(self, seconds: float) -> None:
        """Move time forward; raises `ValueError` for a step back or one past `LATEST`."""
        if seconds < 0:
            msg = f"time does not run backwards: {seconds} s"
            raise ValueError(msg)
        with self._lock:
            try:
                moved = self._now() + timedelta(seconds=seconds)
            except OverflowError:
                moved = datetime.max.replace(tzinfo=UTC)
            self._move(moved)

    def set(self, moment: datetime) -> None:
        """Move time forward to an aware moment; raises `ValueError` for one that is past, or later than `LATEST`."""
        with self._lock:
            now = self._now()
            if moment < now:
                msg = f"time does not run backwards: it is {now.isoformat()}, and {moment.isoformat()} is past"
                raise ValueError(msg)
            self._move(moment.astimezone(UTC))

    def freeze(self) -> None:
        """Stand still from now on. Moving and setting still work."""
        with self._lock:
            self._anchor(self._now())
            self._frozen = True

    def resume(self) -> None:
        """Run on from where the clock stands."""
        with self._lock:
            self._anchor(self._now())
            self._frozen = False

    def set_rate(self, rate: float) -> None:
        """Run faster or slower from now on; raises `ValueError` for a rate that cannot be."""
        wanted = _checked(rate)
        with self._lock:
            self._anchor(self._now())
            self._rate = wanted

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""
        for step in self._steps(seconds):
            await self._system.sleep(step)
        await asyncio.sleep(0)

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass for the calling thread."""
        for step in self._steps(seconds):
            self._system.wait(step)

    def _steps(self, seconds: float) -> Iterator[float]:
        """The machine's seconds to wait, one after the other, until `seconds` have gone by on this clock."""
        if self._skip_waits:
            with self._lock:
                if not self._frozen:
                    self._move(min(self._now() + timedelta(seconds=seconds), LATEST))
            return
        with self._lock:
            ends_at = self._now() + timedelta(seconds=seconds)
        while (left := self._left(ends_at)) > 0:
            yield min(left, _LOOK_S)

    def _left(self, ends_at: datetime) -> float:
        with self._lock:
            if self._frozen or self._shown >= LATEST:
                return 0.0
            return (ends_at - self._now()).total_seconds() / self._rate

    def _now(self) -> datetime:
        machine = self._system.now()
        if machine < self._machine_seen:
            # The machine's clock was set back. This one goes on from where it was.
            self._at, self._machine_at = self._shown, machine
        self._machine_seen = machine
        if not self._frozen:
            try:
                moment = self._at + (machine - self._machine_at) * self._rate
            except OverflowError:
                moment = LATEST
            self._shown = max(self._shown, min(moment, LATEST))
        return self._shown

    def _move(self, moment: datetime) -> None:
        if moment > LATEST:
            msg = f"the clock cannot go past {LATEST.date().isoformat()}"
            raise ValueError(msg)
        self._anchor(moment)

    def _anchor(self, moment: datetime) -> None:
        """It is `moment` now; `_now` was asked for just before."""
        self._at = self._shown = moment
        self._machine_at = self._machine_seen


def _checked(rate: float) -> float:
    if not RATE_MIN <= rate <= RATE_MAX:
        msg = f"a clock's rate is from {RATE_MIN} to {RATE_MAX:.0f}, not {rate}; to stop it, freeze it"
        raise ValueError(msg)
    return float(rate)
