from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from simulator.clock import SystemClock, VirtualClock
from simulator.loop import Stalled, run_virtual

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_day_passes_at_once_and_the_clock_shows_it() -> None:
    clock = VirtualClock(START)

    async def wait_a_day() -> datetime:
        await clock.sleep(24 * 3600)
        return clock.now()

    assert run_virtual(wait_a_day(), clock) == START + timedelta(days=1)


def test_tasks_wake_in_the_order_of_their_timers() -> None:
    clock = VirtualClock(START)
    order: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        order.append(f"{name}@{clock.elapsed_s:g}")

    async def main() -> None:
        await asyncio.gather(sleeper("late", 30), sleeper("early", 10), sleeper("middle", 20))

    run_virtual(main(), clock)
    assert order == ["early@10", "middle@20", "late@30"]


def test_a_run_that_can_never_go_on_says_so() -> None:
    async def wait_for_nobody() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stalled, match="no progress"):
        run_virtual(wait_for_nobody(), VirtualClock(START))


def test_a_thread_that_waits_moves_the_virtual_clock() -> None:
    clock = VirtualClock(START)
    clock.wait(12.5)
    assert clock.now() == START + timedelta(seconds=12.5)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock(START).advance(-1)


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC
