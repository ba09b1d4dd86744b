"""The served mocks' clock: it follows the machine's, can be moved, frozen and hurried, and never goes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import VirtualClock
from simulator.wall_clock import LATEST, RATE_MAX, WallClock


class Machine(VirtualClock):
    """A machine whose clock can also be set back, and on which something may happen during a wait."""

    def __init__(self) -> None:
        super().__init__()
        self.set_back = timedelta()
        self.during_wait: list[object] = []
        self.waited_s = 0.0

    def now(self) -> datetime:
        return super().now() - self.set_back

    def wait(self, seconds: float) -> None:
        self.waited_s += seconds
        super().wait(seconds)
        while self.during_wait:
            act = self.during_wait.pop()
            assert callable(act)
            act()


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


def test_a_frozen_clock_stands_still_until_it_is_resumed() -> None:
    machine = VirtualClock()
    clock = WallClock(system=machine)
    frozen_at = clock.now()
    clock.freeze()
    machine.advance(500)
    assert clock.now() == frozen_at
    assert clock.frozen
    clock.advance(60)
    assert clock.now() == frozen_at + timedelta(seconds=60)
    clock.resume()
    assert clock.now() == frozen_at + timedelta(seconds=60)
    machine.advance(5)
    assert clock.now() == frozen_at + timedelta(seconds=65)


@pytest.mark.parametrize("skip_waits", [True, False])
def test_nobody_waits_on_a_frozen_clock_and_it_does_not_move_for_them(skip_waits: bool) -> None:
    machine = Machine()
    clock = WallClock(system=machine, skip_waits=skip_waits)
    clock.freeze()
    frozen_at = clock.now()
    clock.wait(3600)
    asyncio.run(clock.sleep(3600))
    assert clock.now() == frozen_at
    assert machine.waited_s == 0


def test_at_rate_60_a_minute_is_a_second_of_the_machine() -> None:
    machine = Machine()
    clock = WallClock(system=machine)
    began = clock.now()
    clock.set_rate(60)
    assert clock.now() == began
    clock.wait(60)
    assert machine.waited_s == pytest.approx(1)
    assert clock.now() == began + timedelta(seconds=60)


@pytest.mark.parametrize("rate", [0, -1, 0.0001, RATE_MAX * 2, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="to stop it, freeze it"):
        WallClock(system=VirtualClock()).set_rate(rate)


@pytest.mark.parametrize("steering", ["freeze", "advance", "set_rate"])
def test_a_wait_ends_early_when_the_clock_is_steered_meanwhile(steering: str) -> None:
    machine = Machine()
    clock = WallClock(system=machine)
    acts = {
        "freeze": clock.freeze,
        "advance": lambda: clock.advance(86_400),
        "set_rate": lambda: clock.set_rate(10_000),
    }
    machine.during_wait.append(acts[steering])
    clock.wait(3600)
    assert machine.waited_s < 1


def test_it_is_set_to_a_moment_to_come_only() -> None:
    clock = WallClock(system=VirtualClock())
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    clock.set(moment)
    assert clock.now() == moment
    with pytest.raises(ValueError, match=r"2029-12-31T00:00:00\+00:00 is past"):
        clock.set(datetime(2029, 12, 31, tzinfo=UTC))


def test_it_can_begin_at_any_moment() -> None:
    machine = VirtualClock()
    clock = WallClock(start=datetime(2001, 2, 3, tzinfo=UTC), system=machine)
    machine.advance(60)
    assert clock.now() == datetime(2001, 2, 3, 0, 1, tzinfo=UTC)


def test_it_can_stand_still_from_the_start_and_then_run_fast() -> None:
    machine = VirtualClock()
    clock = WallClock(start=datetime(2001, 2, 3, tzinfo=UTC), rate=60, frozen=True, system=machine)
    machine.advance(60)
    assert clock.now() == datetime(2001, 2, 3, tzinfo=UTC)
    clock.resume()
    machine.advance(60)
    assert clock.now() == datetime(2001, 2, 3, 1, tzinfo=UTC)


def test_it_goes_on_when_the_machines_clock_is_set_back() -> None:
    machine = Machine()
    clock = WallClock(system=machine)
    machine.advance(100)
    before = clock.now()
    machine.set_back = timedelta(hours=1)
    assert clock.now() == before
    machine.advance(7)
    assert clock.now() == before + timedelta(seconds=7)


def test_it_stops_where_dates_end() -> None:
    machine = VirtualClock()
    clock = WallClock(system=machine)
    with pytest.raises(ValueError, match="cannot go past 9000-01-01"):
        clock.advance(1e15)
    clock.set(LATEST - timedelta(seconds=1))
    machine.advance(3600)
    assert clock.now() == LATEST
    clock.wait(60)


STEPS = st.one_of(
    st.tuples(st.just("machine"), st.floats(0, 1e6)),
    st.tuples(st.just("advance"), st.floats(0, 1e6)),
    st.tuples(st.just("rate"), st.floats(0.001, 1000)),
    st.tuples(st.just("back"), st.floats(0, 1e5)),
    st.tuples(st.sampled_from(["freeze", "resume"]), st.just(0.0)),
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_is_done_it_never_goes_back_and_only_moves_jump(steps: list[tuple[str, float]]) -> None:
    machine = Machine()
    clock = WallClock(system=machine)
    for kind, value in steps:
        before = clock.now()
        passed = 0.0
        if kind == "machine":
            machine.advance(value)
            passed = 0.0 if clock.frozen else value * clock.rate
        elif kind == "advance":
            clock.advance(value)
            passed = value
        elif kind == "rate":
            clock.set_rate(value)
        elif kind == "back":
            machine.set_back += timedelta(seconds=value)
        elif kind == "freeze":
            clock.freeze()
        else:
            clock.resume()
        assert (clock.now() - before).total_seconds() == pytest.approx(passed, abs=1e-5 + passed * 1e-9)
