from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.side_by_side import merged, together


class Streams:
    """Streams of numbers that take turns of the loop, and how many of them were read at once."""

    def __init__(self) -> None:
        self.open = 0
        self.most = 0
        self.closed = 0

    async def stream(self, items: list[int], fails_after: int | None = None) -> AsyncIterator[int]:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for place, item in enumerate(items):
                await asyncio.sleep(0)
                if place == fails_after:
                    raise RuntimeError("broken")
                yield item
        finally:
            self.open -= 1
            self.closed += 1


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=8), st.integers(1, 4))
def test_streams_are_read_side_by_side_and_whole(items: list[list[int]], at_once: int) -> None:
    streams = Streams()

    async def work() -> list[int]:
        return [item async for item in merged(map(streams.stream, items), at_once)]

    assert sorted(asyncio.run(work())) == sorted(itertools.chain(*items))
    assert streams.most <= at_once
    assert streams.closed == len(items)


def test_the_first_error_ends_all_streams_and_is_raised() -> None:
    streams = Streams()

    async def work() -> list[int]:
        opened = [streams.stream([1, 2, 3] * 20), streams.stream([1, 2, 3], fails_after=2), streams.stream([9])]
        return [item async for item in merged(opened, 2)]

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(work())
    assert streams.open == 0


def test_who_stops_reading_ends_the_streams() -> None:
    streams = Streams()

    async def work() -> None:
        reading = merged([streams.stream([1, 2, 3]), streams.stream([4, 5])], 2)
        async for _ in reading:
            break
        await reading.aclose()
        assert streams.open == 0

    asyncio.run(work())


def test_who_is_stopped_while_waiting_leaves_nothing_running() -> None:
    async def never() -> AsyncIterator[int]:
        await asyncio.sleep(3600)
        yield 1

    async def read() -> None:
        async for _ in merged([never()], 2):
            raise AssertionError("there is nothing to read")

    async def work() -> None:
        reading = asyncio.ensure_future(read())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading})
        assert reading.cancelled()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())


def test_an_error_waits_until_the_others_have_ended() -> None:
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.append("slow")

    async def broken() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(together([slow(), broken()]))
    assert ended == ["slow"]
