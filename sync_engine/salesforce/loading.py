"""Writes rows to Salesforce and sees each to its end: saved, failed with a reason, or in doubt and said to be.

Batches are planned in `batches`, the two kinds of write are in `jobs`; here is what happens between: leases are
checked before each call, locked rows wait, batches too heavy for the org's triggers are halved, and a lost reply is
settled by reading back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Generic

from sync_engine.catalogue import Action, explain
from sync_engine.errors import (
    LeaseLost,
    LimitWouldBeExceeded,
    OnDemandSyncError,
    ReplyLost,
    ServiceError,
    SoapFaultError,
)
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.batches import Batch, R, by_shape, cut, send_all
from sync_engine.salesforce.client import SERVICE, SalesforceClient
from sync_engine.salesforce.jobs import DeleteJob, DoomedRow, Job, UpsertJob, failed, first_error
from sync_engine.salesforce.records import RowError, SaveResult
from sync_engine.soap.calls import asked_s, is_passing

LEASE_LOST = "LEASE_LOST"
REPLY_LOST = "REPLY_LOST"

LeaseGuard = Callable[[str], Awaitable[None]]
"""Given a root id; raises `LeaseLost` when the session may no longer write under it."""

OnOutcome = Callable[[Sequence[tuple[R, RowOutcome]]], Awaitable[None]]
"""Told rows with their outcomes, as soon as these are known."""

_HALVE_LOCKED_AFTER_TRIES = 2


async def load(
    client: SalesforceClient,
    rows: Iterable[TargetRow] | AsyncIterable[TargetRow],
    *,
    lease_guard: LeaseGuard,
    on_outcome: OnOutcome[TargetRow],
) -> None:
    """Upsert rows of one object by their external ids, each key once; `on_outcome` is told one outcome a row.

    Rows are taken as they are sent, so there may be any number of them; siblings should come together. Rows whose
    lease was lost are `BLOCKED` with the code LEASE_LOST. Raises `ServiceUnreachable`, `UnreadableReply` or
    `SoapFaultError` when the service is gone or refuses everything, and `LimitWouldBeExceeded`; what was told until
    then stays true.
    """
    await _Loading(client, UpsertJob(client), lease_guard, on_outcome).run(rows)


async def remove(
    client: SalesforceClient,
    rows: Iterable[DoomedRow] | AsyncIterable[DoomedRow],
    *,
    lease_guard: LeaseGuard,
    on_outcome: OnOutcome[DoomedRow],
) -> None:
    """Delete records of one object by Salesforce id; one that is gone already counts as deleted. Else as `load`."""
    await _Loading(client, DeleteJob(client), lease_guard, on_outcome).run(rows)


class _Loading(Generic[R]):
    """One run of one kind of write."""

    def __init__(
        self,
        client: SalesforceClient,
        job: Job[R],
        lease_guard: LeaseGuard,
        on_outcome: OnOutcome[R],
    ) -> None:
        self._backoff = client.backoff
        self._job = job
        self._lease_guard = lease_guard
        self._on_outcome = on_outcome

    async def run(self, rows: Iterable[R] | AsyncIterable[R]) -> None:
        """Write them all."""
        source = rows if isinstance(rows, AsyncIterable) else _one_by_one(rows)
        async with aclosing(cut(source)) as batches:
            await send_all(batches, self._see_to)

    async def _see_to(self, batch: Batch[R]) -> None:
        """Send a batch, and what becomes of it, until each row has its outcome."""
        queue = deque([batch])
        while queue:
            queue.extendleft(reversed(await self._attempt(queue.popleft())))

    async def _attempt(self, batch: Batch[R]) -> list[Batch[R]]:
        """Make one call; gives what has to be sent again."""
        batch = Batch(await self._still_held(batch.rows), batch.tries)
        rows = batch.rows
        if not rows:
            return []
        left_out = self._job.left_out(rows[0].sobject)
        try:
            results = await self._job.send(rows, lambda: self._check_leases(rows))
        except LeaseLost as error:
            # Found at the moment of sending; the next round finds whose it was and goes on without it.
            if batch.tries < self._backoff.attempts_max:
                return [Batch(rows, batch.tries + 1)]
            await self._report([(row, _blocked(row, error)) for row in rows])
            return []
        except ReplyLost as lost:
            return await self._settle(batch, lost)
        except SoapFaultError as fault:
            return await self._after_fault(batch, fault, left_out)
        except ServiceError as error:
            if is_passing(error) and await self._backoff.pause(batch.tries + 1, asked_s(error)):
                return [Batch(rows, batch.tries + 1)]
            raise
        return await self._after_answer(batch, results, left_out)

    async def _check_leases(self, rows: Sequence[R]) -> None:
        for root_id in dict.fromkeys(row.root_id for row in rows):
            await self._lease_guard(root_id)

    async def _still_held(self, rows: Sequence[R]) -> tuple[R, ...]:
        """The rows whose leases still hold; the others are reported as blocked."""
        lost: dict[str, LeaseLost] = {}
        for root_id in dict.fromkeys(row.root_id for row in rows):
            try:
                await self._lease_guard(root_id)
            except LeaseLost as error:
                lost[root_id] = error
        await self._report([(row, _blocked(row, lost[row.root_id])) for row in rows if row.root_id in lost])
        return tuple(row for row in rows if row.root_id not in lost)

    async def _after_answer(
        self, batch: Batch[R], results: Sequence[SaveResult], left_out: frozenset[str]
    ) -> list[Batch[R]]:
        """Report what is final, and sort the rest by what may help it."""
        final: list[tuple[R, RowOutcome]] = []
        retried: list[tuple[R, RowOutcome]] = []
        shrunk: list[tuple[R, RowOutcome]] = []
        mended: list[R] = []
        stop: RowOutcome | None = None
        for row, result in zip(batch.rows, results, strict=True):
            outcome = self._job.outcome(row, result)
            action = _action(result) if outcome.state is RowState.FAILED else None
            stop = outcome if action is Action.STOP_SESSION else stop
            if action in (Action.RETRY_ROW, Action.WAIT):
                retried.append((row, outcome))
            elif action is Action.SHRINK_BATCH and len(batch.rows) > 1:
                shrunk.append((row, outcome))
            elif outcome.state is RowState.FAILED and self._job.learns(row, first_error(result), left_out):
                mended.append(row)
            else:
                final.append((row, outcome))
        if stop is not None:
            await self._report([*final, *retried, *shrunk])
            message = f"{stop.sobject} {stop.key}: {stop.message}."
            raise LimitWouldBeExceeded(message, stop.what_to_do or "", stop.code or "")
        await self._report(final)
        again = _halves(shrunk, batch.tries)
        if mended:
            again.append(Batch(tuple(mended), batch.tries))
        return [*again, *await self._retry(retried, batch.tries + 1)]

    async def _retry(self, rows: Sequence[tuple[R, RowOutcome]], tries: int) -> list[Batch[R]]:
        """Rows that were locked, after a pause; out of tries, they have failed."""
        if not rows:
            return []
        if not await self._backoff.pause(tries):
            await self._report(rows)
            return []
        batch = Batch(tuple(row for row, _ in rows), tries)
        # One row that stays locked fails its whole call: smaller calls set the others free.
        return batch.halves() if tries >= _HALVE_LOCKED_AFTER_TRIES else [batch]

    async def _after_fault(self, batch: Batch[R], fault: SoapFaultError, left_out: frozenset[str]) -> list[Batch[R]]:
        """Nothing of the call was done."""
        action = explain(fault.code, SERVICE, fault.fault_message).action
        if action is Action.SHRINK_BATCH and len(batch.rows) > 1:
            return batch.halves()
        error = RowError(fault.code, fault.fault_message)
        if action is Action.RETRY_ROW:
            return await self._retry([(row, failed(row, error)) for row in batch.rows], batch.tries + 1)
        if action is Action.WAIT:
            if await self._backoff.pause(batch.tries + 1, asked_s(fault)):
                return [Batch(batch.rows, batch.tries + 1)]
            raise fault
        if action in (Action.STOP_SESSION, Action.LOG_IN_AGAIN):
            raise fault
        learnt = [self._job.learns(row, error, left_out) for row in batch.rows]
        if any(learnt):
            return [Batch(batch.rows, batch.tries)]
        parts = by_shape(batch)
        if len(parts) > 1:
            return parts
        await self._report([(row, failed(row, error)) for row in batch.rows])
        return []

    async def _settle(self, batch: Batch[R], lost: ReplyLost) -> list[Batch[R]]:
        """Read back what a lost reply left open; gives what the org does not have as it should be."""
        tries = batch.tries + 1
        rows = batch.rows
        try:
            # The service may still be at it: reading at once could miss what it is about to do.
            await self._backoff.clock.sleep(self._backoff.delay_s(tries))
            outcomes = await self._job.read_back(rows)
        except OnDemandSyncError as error:
            await self._report([(row, _in_doubt(row, lost)) for row in rows])
            if isinstance(error, ServiceError):
                return []
            raise
        await self._report([(row, outcome) for row, outcome in zip(rows, outcomes, strict=True) if outcome])
        missing = tuple(row for row, outcome in zip(rows, outcomes, strict=True) if not outcome)
        if missing and tries >= self._backoff.attempts_max:
            await self._report([(row, _in_doubt(row, lost)) for row in missing])
            return []
        return [Batch(missing, tries)] if missing else []

    async def _report(self, settled: Sequence[tuple[R, RowOutcome]]) -> None:
        if settled:
            await self._on_outcome(settled)


async def _one_by_one(rows: Iterable[R]) -> AsyncIterator[R]:
    for row in rows:
        yield row


def _action(result: SaveResult) -> Action:
    error = first_error(result)
    return explain(error.code, SERVICE, error.message).action


def _halves(rows: Sequence[tuple[R, RowOutcome]], tries: int) -> list[Batch[R]]:
    return Batch(tuple(row for row, _ in rows), tries).halves()


def _blocked(row: R, error: LeaseLost) -> RowOutcome:
    what_to_do = error.what_to_do or explain(LEASE_LOST).what_to_do
    return RowOutcome(row.sobject, row.key, row.root_id, RowState.BLOCKED, None, LEASE_LOST, error.message, what_to_do)


def _in_doubt(row: R, lost: ReplyLost) -> RowOutcome:
    what_to_do = explain(REPLY_LOST).what_to_do
    return RowOutcome(row.sobject, row.key, row.root_id, RowState.IN_DOUBT, None, REPLY_LOST, lost.message, what_to_do)
