"""Where accepted requests are worked on: on an event loop of their own, some at a time, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Protocol, Self, TypeVar

T = TypeVar("T")
Job = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)

AT_ONCE = 2
"""How many requests are worked on at the same time; each uses logins and calls of both services."""

WAITING_MAX = 200
"""How many may wait; more are refused, so that nothing is accepted that is not done."""


class Busy(Exception):
    """A request is not taken; its text says why and when to ask again."""


class Background(Protocol):
    """Has jobs done after their caller was answered."""

    def start(self, key: str, job: Job) -> None:
        """Take a job for an object; raises `Busy` when the object has one, or there is no room."""


class JobTable:
    """Which objects have a job. Safe to use from several threads."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def take(self, key: str) -> None:
        """Note a job; raises `Busy`."""
        with self._lock:
            if key in self._keys:
                raise Busy(
                    "A request for it is waiting or being worked on. The first request wins; ask again in 30 minutes."
                )
            if len(self._keys) >= WAITING_MAX:
                raise Busy(f"{WAITING_MAX} requests are waiting already; ask again in some minutes.")
            self._keys.add(key)

    def done(self, key: str) -> None:
        """The job has ended."""
        with self._lock:
            self._keys.discard(key)


class LoopThread:
    """An event loop in a thread of its own. Use as a context manager: leaving it waits for the jobs that were taken."""

    def __init__(self) -> None:
        self._jobs = JobTable()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sync requests")
        self._running: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._room = self.call(_semaphore())
        return self

    def __exit__(self, *_: object) -> None:
        self.call(self._drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __len__(self) -> int:
        return len(self._jobs)

    def start(self, key: str, job: Job) -> None:
        """Take a job for an object; raises `Busy`."""
        self._jobs.take(key)
        self._loop.call_soon_threadsafe(self._begin, key, job)

    def call(self, work: Awaitable[T]) -> T:
        """Do something on the loop and wait for it."""

        async def whole() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(whole(), self._loop).result()

    def _begin(self, key: str, job: Job) -> None:
        task = self._loop.create_task(self._work(key, job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _work(self, key: str, job: Job) -> None:
        try:
            async with self._room:
                await job()
        except Exception:
            log.exception("the request for %s broke", key)
        finally:
            self._jobs.done(key)

    async def _drain(self) -> None:
        while self._running:
            await asyncio.gather(*self._running)


async def _semaphore() -> asyncio.Semaphore:
    return asyncio.Semaphore(AT_ONCE)
