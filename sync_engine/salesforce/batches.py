"""How rows are put into calls: siblings together, at most 200 a call, and no two calls at once that lock a parent.

A write locks the masters of its rows. Siblings in one call wait for nobody; siblings in two calls at once would fight
for the lock. So rows come sorted by what they hang from, are cut into batches as they come, and a batch waits while
another that locks one of its parents is under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sync_engine.model import TargetRow
from sync_engine.salesforce.messages import ROWS_MAX
from sync_engine.side_by_side import ended

AHEAD_MAX = 16
"""Batches under way or waiting for a parent: enough to keep every call that may be in flight busy, and no more rows in
memory than that."""


class Keyed(Protocol):
    """What a row of any write has."""

    @property
    def sobject(self) -> str:
        """The object it is of."""

    @property
    def key(self) -> str:
        """Its external id."""

    @property
    def root_id(self) -> str:
        """The Zuora account or product it belongs to."""


R = TypeVar("R", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """Rows of one object for one call; `tries` counts how often they were sent already."""

    rows: tuple[R, ...]
    tries: int = 0

    def halves(self) -> list[Batch[R]]:
        """Both halves of a batch of several rows, or the batch itself."""
        middle = (len(self.rows) + 1) // 2
        parts = (self.rows[:middle], self.rows[middle:])
        return [Batch(part, self.tries) for part in parts if part]

    def locks(self) -> set[Hashable]:
        """What this call locks beside its own rows."""
        return {lock for row in self.rows for lock in _locks(row)}


async def cut(rows: AsyncIterable[R], rows_max: int = ROWS_MAX) -> AsyncGenerator[Batch[R], None]:
    """Rows of one object in batches, in their order. Raises `ValueError` for a row of another object."""
    batch: list[R] = []
    async for row in rows:
        if batch and _kind(row) != _kind(batch[0]):
            msg = f"a row of {row.sobject} among rows of {batch[0].sobject}"
            raise ValueError(msg)
        batch.append(row)
        if len(batch) == rows_max:
            yield Batch(tuple(batch))
            batch = []
    if batch:
        yield Batch(tuple(batch))


async def send_all(batches: AsyncIterator[Batch[R]], send: Callable[[Batch[R]], Awaitable[None]]) -> None:
    """Send every batch, side by side where no two lock the same parent.

    After an error nothing more is begun; what is under way comes to its end first, so that no call is cut off in the
    middle by another's error. Cancelled, it ends what is under way.
    """
    running: dict[asyncio.Future[None], set[Hashable]] = {}
    waiting: list[tuple[Batch[R], set[Hashable]]] = []
    more = True
    failure: BaseException | None = None
    try:
        while running or (failure is None and (waiting or more)):
            # what has ended is looked at before anything more begins
            while more and failure is None and len(waiting) + len(running) < AHEAD_MAX:
                if any(task.done() for task in running):
                    break
                try:
                    batch = await anext(batches, None)
                except Exception as error:  # noqa: BLE001 - raised below, when what is under way has ended
                    failure = error
                    break
                if batch is None:
                    more = False
                else:
                    waiting.append((batch, batch.locks()))
                    if not any(task.done() for task in running):
                        _begin(waiting, running, send)
            if running:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    failure = failure or task.exception()
            if failure is None:
                _begin(waiting, running, send)
    finally:
        await ended(*running)
    if failure is not None:
        raise failure


def by_shape(batch: Batch[R]) -> list[Batch[R]]:
    """The batch cut by which fields its rows have: a field the org does not know fails every row beside it."""
    shapes: dict[object, list[R]] = {}
    for row in batch.rows:
        shapes.setdefault(_shape(row), []).append(row)
    return [Batch(tuple(rows), batch.tries) for rows in shapes.values()]


def _begin(
    waiting: list[tuple[Batch[R], set[Hashable]]],
    running: dict[asyncio.Future[None], set[Hashable]],
    send: Callable[[Batch[R]], Awaitable[None]],
) -> None:
    """Begin every batch that need not wait."""
    taken: set[Hashable] = set().union(*running.values())
    left: list[tuple[Batch[R], set[Hashable]]] = []
    for batch, locks in waiting:
        if taken.isdisjoint(locks):
            taken |= locks
            running[asyncio.ensure_future(send(batch))] = locks
        else:
            left.append((batch, locks))
    waiting[:] = left


def _kind(row: Keyed) -> tuple[str, str]:
    return row.sobject, getattr(row, "key_field", "")


def _locks(row: Keyed) -> list[Hashable]:
    """A row to delete does not tell its master: whoever has the same root may have the same."""
    if not isinstance(row, TargetRow):
        return [row.root_id]
    return [(parent.sobject, parent.value) for parent in row.parents.values() if parent.locks]


def _shape(row: Keyed) -> object:
    if not isinstance(row, TargetRow):
        return None
    return frozenset(row.fields), frozenset(row.nulls), frozenset(row.parents)
