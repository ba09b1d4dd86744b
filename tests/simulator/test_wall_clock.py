"""The served mocks' clock: it follows the machine's, can be moved forward, and can skip waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from offline.wall_clock import WallClock
from simulator.clock import VirtualClock


def test_it_follows_the_machine_and_can_be_moved_forward() -> None:
    machine = VirtualClock()
    clock = WallClock(system=machine)
    assert clock.now() == machine.now()
    clock.advance(86_400)
    machine.advance(10)
    assert clock.now() - machine.now() == timedelta(days=1)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_skipped_waits_pass_on_the_clock_and_not_on_the_machine() -> None:
    machine = VirtualClock()
    began = machine.now()
    clock = WallClock(system=machine, skip_waits=True)
    clock.wait(3600)
    asyncio.run(clock.sleep(3600))
    assert clock.now() - began == timedelta(hours=2)
    assert machine.now() == began


def test_waits_that_are_not_skipped_pass_on_the_machine() -> None:
    machine = VirtualClock()
    clock = WallClock(system=machine)
    began = machine.now()
    clock.wait(3600)
    assert clock.now() == machine.now() == began + timedelta(hours=1)
