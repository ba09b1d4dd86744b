from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.budget import Budget
from sync_engine.errors import LimitWouldBeExceeded
from tests.sync_engine.clients.fakes import NotingClock


def test_until_a_reply_tells_the_allowance_calls_are_free() -> None:
    budget = Budget(clock=NotingClock(), reserve_calls=10**6)
    assert budget.left is None
    budget.require(1000)


@given(used=st.integers(0, 20_000), limit=st.integers(1, 20_000), reserve=st.integers(0, 20_000))
def test_exactly_the_calls_above_the_reserve_are_allowed(used: int, limit: int, reserve: int) -> None:
    budget = Budget(clock=NotingClock(), reserve_calls=reserve)
    budget.observe(used, limit)
    left = limit - reserve - used
    assert budget.left == left
    if left >= 1:
        budget.require(left)
    with pytest.raises(LimitWouldBeExceeded, match=f"{used} of its {limit}"):
        budget.require(max(left, 0) + 1)


def test_calls_under_way_count_as_made() -> None:
    budget = Budget(clock=NotingClock())
    budget.observe(98, 100)

    async def work() -> None:
        async with budget.call(), budget.call():
            assert budget.left == 0
            with pytest.raises(LimitWouldBeExceeded):
                async with budget.call():
                    pass
        assert budget.left == 2
        assert budget.calls == 2

    asyncio.run(work())


def test_what_was_told_long_ago_counts_no_more_because_the_window_moves_on() -> None:
    clock = NotingClock()
    budget = Budget(clock=clock)
    budget.observe(100, 100)
    with pytest.raises(LimitWouldBeExceeded):
        budget.require()
    asyncio.run(clock.sleep(15 * 60 + 1))
    budget.require()


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    budget = Budget(clock=NotingClock(), in_flight_max=3)
    seen: list[int] = []

    async def one() -> None:
        async with budget.call():
            seen.append(budget.in_flight)
            await asyncio.sleep(0)

    async def work() -> None:
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(work())
    assert max(seen) == 3
    assert budget.in_flight == 0
