"""How long to wait before trying again: doubling, jittered, bounded, and never less than the service asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sync_engine.clock import Clock


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits on `clock`, with jitter drawn from `chance` (none of it without one).

    `attempts_max` counts every try, the first included. `asked_s_max` is the longest pause a service may ask for
    before it is better to give up and say so.
    """

    clock: Clock
    chance: random.Random | None = None
    attempts_max: int = 5
    first_s: float = 1.0
    longest_s: float = 60.0
    asked_s_max: float = 600.0

    def delay_s(self, tries_done: int, asked_s: float | None = None) -> float:
        """Seconds to wait after `tries_done` tries, of which the service asked for `asked_s`."""
        step = min(self.longest_s, self.first_s * 2.0 ** max(0, tries_done - 1))
        # Half is fixed and half is drawn: clients that failed together come back apart, and none comes at once.
        jittered = step if self.chance is None else step / 2 + self.chance.uniform(0.0, step / 2)
        return jittered if asked_s is None else asked_s + jittered

    async def pause(self, tries_done: int, asked_s: float | None = None) -> bool:
        """Wait before the next try; False, at once, when there is to be none."""
        if tries_done >= self.attempts_max or (asked_s or 0.0) > self.asked_s_max:
            return False
        await self.clock.sleep(self.delay_s(tries_done, asked_s))
        return True
