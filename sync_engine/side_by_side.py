"""Work that goes on side by side: several streams read as one, several tasks that end as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


async def merged(streams: Iterable[AsyncIterator[T]], at_once: int) -> AsyncGenerator[T, None]:
    """What the streams give, as it comes; at most `at_once` of them are read at a time, each started when one ended.

    No stream is read further ahead than its next item. The first error ends all of them and is raised.
    """
    source = iter(streams)
    items: asyncio.Queue[T] = asyncio.Queue(maxsize=1)
    readers = [asyncio.ensure_future(_read_into(items, source)) for _ in range(at_once)]
    everything: asyncio.Future[Any] = asyncio.ensure_future(together(readers))
    waiting: asyncio.Future[Any] = asyncio.ensure_future(items.get())
    try:
        while not everything.done() or waiting.done() or not items.empty():
            await asyncio.wait({waiting, everything}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                item = waiting.result()
                waiting = asyncio.ensure_future(items.get())
                yield item
            elif not items.empty():
                # it is woken in its turn
                await asyncio.wait({waiting})
        await everything
    finally:
        await ended(waiting, everything, *readers)


async def together(tasks: Iterable[Coroutine[Any, Any, Any] | asyncio.Future[Any]]) -> None:
    """Wait for all tasks; the first error ends the others and is raised when they have ended."""
    running = [asyncio.ensure_future(task) for task in tasks]
    try:
        await asyncio.gather(*running)
    finally:
        await ended(*running)


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel what still runs, and wait until nothing does."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _read_into(items: asyncio.Queue[T], source: Iterator[AsyncIterator[T]]) -> None:
    for stream in source:
        try:
            async for item in stream:
                await items.put(item)
        finally:
            # one that is left half read would otherwise end at some later time
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
