from __future__ import annotations

import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from sync_engine.soap import Backoff
from tests.sync_engine.clients.fakes import NotingClock


def test_without_chance_the_wait_doubles_up_to_the_longest() -> None:
    backoff = Backoff(NotingClock(), longest_s=5.0)
    assert [backoff.delay_s(tries) for tries in (1, 2, 3, 4, 5)] == [1.0, 2.0, 4.0, 5.0, 5.0]


@given(tries=st.integers(1, 12), seed=st.integers(), asked=st.none() | st.floats(0, 300))
def test_the_wait_is_jittered_within_its_step_and_never_less_than_asked(
    tries: int, seed: int, asked: float | None
) -> None:
    backoff = Backoff(NotingClock(), random.Random(seed))
    step = min(60.0, 2.0 ** (tries - 1))
    assert step / 2 <= backoff.delay_s(tries, asked) - (asked or 0.0) <= step + 1e-6


def test_two_clients_that_failed_together_come_back_apart() -> None:
    delays = {Backoff(NotingClock(), random.Random(seed)).delay_s(3) for seed in range(10)}
    assert len(delays) == 10


def test_there_is_no_pause_after_the_last_try() -> None:
    clock = NotingClock()
    backoff = Backoff(clock, attempts_max=3)
    assert [asyncio.run(backoff.pause(tries)) for tries in (1, 2, 3)] == [True, True, False]
    assert clock.slept == [1.0, 2.0]


def test_a_service_that_asks_for_too_long_is_not_waited_for() -> None:
    clock = NotingClock()
    assert not asyncio.run(Backoff(clock, asked_s_max=600).pause(1, 601.0))
    assert clock.slept == []
