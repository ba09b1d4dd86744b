"""Writes rows to Salesforce and sees each to its end: saved, failed with a reason, or in doubt and said to be.

Batches are planned in `batches`, the two kinds of write are in `jobs`; here is what happens between: leases are
checked before each call, locked rows wait, batches too heavy for the org's triggers are halved, and a lost reply is
settled by reading back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
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
from sync_engine.salesforce.batches import Batch, Item, R, by_shape, by_sobject, lanes, turn
from sync_engine.salesforce.client import SERVICE, SalesforceClient
from sync_engine.salesforce.jobs import DeleteJob, DoomedRow, Job, UpsertJob, failed, first_error
from sync_engine.salesforce.records import RowError, SaveResult
from sync_engine.soap.calls import asked_s, is_passing

LEASE_LOST = "LEASE_LOST"
REPLY_LOST = "REPLY_LOST"

LeaseGuard = Callable[[str], Awaitable[None]]
"""Given a root id; raises `LeaseLost` when the session may no longer write under it."""

OnOutcome = Callable[[Sequence[RowOutcome]], Awaitable[None]]
"""Told the outcomes of each call as soon as they are known."""

_HALVE_LOCKED_AFTER_TRIES = 2


async def load(
    client: SalesforceClient,
    rows: Sequence[TargetRow],
    *,
    lease_guard: LeaseGuard,
    on_outcome: OnOutcome | None = None,
) -> list[RowOutcome]:
    """Upsert rows by their external ids; gives one outcome a row, in the order of the rows.

    Objects are written one after the other in the order they first appear, so parents must come first. Rows whose
    lease was lost are `BLOCKED` with the code LEASE_LOST. Raises `ServiceUnreachable`, `UnreadableReply` or
    `SoapFaultError` when the service is gone or refuses everything, and `LimitWouldBeExceeded`; what was reported to
    `on_outcome` until then stays true.
    """
    return await _Loading(client, UpsertJob(client), lease_guard, on_outcome).run(rows)


async def remove(
    client: SalesforceClient,
    rows: Sequence[DoomedRow],
    *,
    lease_guard: LeaseGuard,
    on_outcome: OnOutcome | None = None,
) -> list[RowOutcome]:
    """Delete records by Salesforce id; one that is gone already counts as deleted. Else as `load`."""
    return await _Loading(client, DeleteJob(client), lease_guard, on_outcome).run(rows)


class _Loading(Generic[R]):
    """One run of one kind of write."""

    def __init__(
        self,
        client: SalesforceClient,
        job: Job[R],
        lease_guard: LeaseGuard,
        on_outcome: OnOutcome | None,
    ) -> None:
        self._backoff = client.backoff
        self._job = job
        self._lease_guard = lease_guard
        self._on_outcome = on_outcome
        self._outcomes: dict[int, RowOutcome] = {}

    async def run(self, rows: Sequence[R]) -> list[RowOutcome]:
        """Write them all."""
        for items in by_sobject(rows):
            waiting = items
            while waiting:
                waiting = await self._take_turn(waiting)
        return [self._outcomes[position] for position in range(len(rows))]

    async def _take_turn(self, items: Sequence[Item[R]]) -> list[Item[R]]:
        """Send each key once; gives what has to wait for another turn."""
        now = turn(items)
        ends = await asyncio.gather(*map(self._run_lane, lanes(now.first)), return_exceptions=True)
        for end in ends:
            # Every lane has come to its end first: no call is cut off in the middle by another's error.
            if isinstance(end, BaseException):
                raise end
        waiting = now.later
        twins: list[tuple[Item[R], RowOutcome]] = []
        for lead, item in now.twins:
            outcome = self._outcomes[lead.position]
            if outcome.code == LEASE_LOST:
                waiting.append(item)
            else:
                written = outcome.state in (RowState.CREATED, RowState.UPDATED)
                state = RowState.UNCHANGED if written else outcome.state
                twins.append((item, replace(outcome, root_id=item.row.root_id, state=state)))
        await self._report(twins)
        return sorted(waiting, key=lambda item: item.position)

    async def _run_lane(self, lane: Sequence[Batch[R]]) -> None:
        queue = deque(lane)
        while queue:
            queue.extendleft(reversed(await self._attempt(queue.popleft())))

    async def _attempt(self, batch: Batch[R]) -> list[Batch[R]]:
        """Make one call; gives what has to be sent again."""
        batch = Batch(await self._still_held(batch.items), batch.tries)
        if not batch.items:
            return []
        rows = [item.row for item in batch.items]
        left_out = self._job.left_out(rows[0].sobject)
        try:
            results = await self._job.send(rows, lambda: self._check_leases(rows))
        except LeaseLost as error:
            # Found at the moment of sending; the next round finds whose it was and goes on without it.
            if batch.tries < self._backoff.attempts_max:
                return [Batch(batch.items, batch.tries + 1)]
            await self._report([(item, _blocked(item.row, error)) for item in batch.items])
            return []
        except ReplyLost as lost:
            return await self._settle(batch, lost)
        except SoapFaultError as fault:
            return await self._after_fault(batch, fault, left_out)
        except ServiceError as error:
            if is_passing(error) and await self._backoff.pause(batch.tries + 1, asked_s(error)):
                return [Batch(batch.items, batch.tries + 1)]
            raise
        return await self._after_answer(batch, results, left_out)

    async def _check_leases(self, rows: Sequence[R]) -> None:
        for root_id in dict.fromkeys(row.root_id for row in rows):
            await self._lease_guard(root_id)

    async def _still_held(self, items: Sequence[Item[R]]) -> tuple[Item[R], ...]:
        """The items whose leases still hold; the others are reported as blocked."""
        lost: dict[str, LeaseLost] = {}
        for root_id in dict.fromkeys(item.row.root_id for item in items):
            try:
                await self._lease_guard(root_id)
            except LeaseLost as error:
                lost[root_id] = error
        await self._report(
            [(item, _blocked(item.row, lost[item.row.root_id])) for item in items if item.row.root_id in lost]
        )
        return tuple(item for item in items if item.row.root_id not in lost)

    async def _after_answer(
        self, batch: Batch[R], results: Sequence[SaveResult], left_out: frozenset[str]
    ) -> list[Batch[R]]:
        """Report what is final, and sort the rest by what may help it."""
        final: list[tuple[Item[R], RowOutcome]] = []
        retried: list[tuple[Item[R], RowOutcome]] = []
        shrunk: list[tuple[Item[R], RowOutcome]] = []
        mended: list[Item[R]] = []
        stop: RowOutcome | None = None
        for item, result in zip(batch.items, results, strict=True):
            outcome = self._job.outcome(item.row, result)
            action = _action(result) if outcome.state is RowState.FAILED else None
            stop = outcome if action is Action.STOP_SESSION else stop
            if action in (Action.RETRY_ROW, Action.WAIT):
                retried.append((item, outcome))
            elif action is Action.SHRINK_BATCH and len(batch.items) > 1:
                shrunk.append((item, outcome))
            elif outcome.state is RowState.FAILED and self._job.learns(item.row, first_error(result), left_out):
                mended.append(item)
            else:
                final.append((item, outcome))
        if stop is not None:
            await self._report([*final, *retried, *shrunk])
            message = f"{stop.sobject} {stop.key}: {stop.message}."
            raise LimitWouldBeExceeded(message, stop.what_to_do or "", stop.code or "")
        await self._report(final)
        again = [part for part in _halves(shrunk, batch.tries) if part.items]
        if mended:
            again.append(Batch(tuple(mended), batch.tries))
        return [*again, *await self._retry(retried, batch.tries + 1)]

    async def _retry(self, rows: Sequence[tuple[Item[R], RowOutcome]], tries: int) -> list[Batch[R]]:
        """Rows that were locked, after a pause; out of tries, they have failed."""
        if not rows:
            return []
        if not await self._backoff.pause(tries):
            await self._report(rows)
            return []
        batch = Batch(tuple(item for item, _ in rows), tries)
        # One row that stays locked fails its whole call: smaller calls set the others free.
        return batch.halves() if tries >= _HALVE_LOCKED_AFTER_TRIES else [batch]

    async def _after_fault(self, batch: Batch[R], fault: SoapFaultError, left_out: frozenset[str]) -> list[Batch[R]]:
        """Nothing of the call was done."""
        action = explain(fault.code, SERVICE, fault.fault_message).action
        if action is Action.SHRINK_BATCH and len(batch.items) > 1:
            return batch.halves()
        error = RowError(fault.code, fault.fault_message)
        if action is Action.RETRY_ROW:
            return await self._retry([(item, failed(item.row, error)) for item in batch.items], batch.tries + 1)
        if action is Action.WAIT:
            if await self._backoff.pause(batch.tries + 1, asked_s(fault)):
                return [Batch(batch.items, batch.tries + 1)]
            raise fault
        if action in (Action.STOP_SESSION, Action.LOG_IN_AGAIN):
            raise fault
        learnt = [self._job.learns(item.row, error, left_out) for item in batch.items]
        if any(learnt):
            return [Batch(batch.items, batch.tries)]
        parts = by_shape(batch)
        if len(parts) > 1:
            return parts
        await self._report([(item, failed(item.row, error)) for item in batch.items])
        return []

    async def _settle(self, batch: Batch[R], lost: ReplyLost) -> list[Batch[R]]:
        """Read back what a lost reply left open; gives what the org does not have as it should be."""
        tries = batch.tries + 1
        rows = [item.row for item in batch.items]
        try:
            # The service may still be at it: reading at once could miss what it is about to do.
            await self._backoff.clock.sleep(self._backoff.delay_s(tries))
            outcomes = await self._job.read_back(rows)
        except OnDemandSyncError as error:
            await self._report([(item, _in_doubt(item.row, lost)) for item in batch.items])
            if isinstance(error, ServiceError):
                return []
            raise
        found = [(item, outcome) for item, outcome in zip(batch.items, outcomes, strict=True) if outcome]
        await self._report(found)
        missing = tuple(item for item, outcome in zip(batch.items, outcomes, strict=True) if not outcome)
        if missing and tries >= self._backoff.attempts_max:
            await self._report([(item, _in_doubt(item.row, lost)) for item in missing])
            return []
        return [Batch(missing, tries)] if missing else []

    async def _report(self, settled: Sequence[tuple[Item[R], RowOutcome]]) -> None:
        self._outcomes.update((item.position, outcome) for item, outcome in settled)
        if settled and self._on_outcome is not None:
            await self._on_outcome([outcome for _, outcome in settled])


def _action(result: SaveResult) -> Action:
    error = first_error(result)
    return explain(error.code, SERVICE, error.message).action


def _halves(rows: Sequence[tuple[Item[R], RowOutcome]], tries: int) -> list[Batch[R]]:
    return Batch(tuple(item for item, _ in rows), tries).halves()


def _blocked(row: R, error: LeaseLost) -> RowOutcome:
    what_to_do = error.what_to_do or explain(LEASE_LOST).what_to_do
    return RowOutcome(row.sobject, row.key, row.root_id, RowState.BLOCKED, None, LEASE_LOST, error.message, what_to_do)


def _in_doubt(row: R, lost: ReplyLost) -> RowOutcome:
    what_to_do = explain(REPLY_LOST).what_to_do
    return RowOutcome(row.sobject, row.key, row.root_id, RowState.IN_DOUBT, None, REPLY_LOST, lost.message, what_to_do)
