"""An asyncio event loop on virtual time: when every task waits, it jumps to the next timer.

Runs are repeatable: one thread, no real sockets to wait for, and the same order of callbacks every time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from simulator.clock import VirtualClock

T = TypeVar("T")


class Stalled(RuntimeError):
    """Every task waits and no timer is left: nothing can ever happen again."""


class _JumpingSelector(selectors.SelectSelector):
    """Instead of blocking for `timeout` seconds, moves the clock by them."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            # The loop would block for ever on outside events, and in a virtual world there are none.
            msg = "every task waits and no timer is set: the run can make no progress"
            raise Stalled(msg)
        self._clock.advance(max(timeout, 0.0))
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The event loop of a simulation; its time is the virtual clock's."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_JumpingSelector(clock))
        self._clock = clock

    def time(self) -> float:
        """Seconds on the virtual clock."""
        return self._clock.elapsed_s


def run_virtual(main: Coroutine[Any, Any, T], clock: VirtualClock) -> T:
    """Run a coroutine to its end on virtual time.

    Raises `Stalled` when every task waits for something that can never come.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(clock)) as runner:
        return runner.run(main)
