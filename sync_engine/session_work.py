"""Carries one session from Queued to its end: login, leases, the sync itself, and the record of it all.

Everything it needs to know is in the ledger under the session's id, so that any process can do it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from sync_engine.clock import Clock
from sync_engine.comparing import OnlyChanged
from sync_engine.connections import Connections
from sync_engine.continuing import Continuation, Known, NothingKnown
from sync_engine.errors import OnDemandSyncError
from sync_engine.history import write_history
from sync_engine.holding import Holding
from sync_engine.leases import Held, LeaseKey, Leases
from sync_engine.ledger import Acknowledged, Ledger, SessionObject, SessionRecord
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState
from sync_engine.resolve import entity_name
from sync_engine.rules import Rules
from sync_engine.sessions import END_STATES, object_state, session_state
from sync_engine.settings import Settings, rules
from sync_engine.tally import TROUBLED, Tally
from sync_engine.write_log import WriteLog
from sync_engine.writing import Progress, Record

ROOT_SOBJECTS = {
    ObjectKind.BILLING_ACCOUNT: frozenset({"Zuora__CustomerAccount__c"}),
    ObjectKind.ZPRODUCT: frozenset({"Product2", "zqu__ZProduct__c"}),
}
"""The Salesforce objects that stand for the account or product itself."""

_RECORDS = {ObjectKind.BILLING_ACCOUNT: "Zuora__CustomerAccount__c", ObjectKind.ZPRODUCT: "zqu__ZProduct__c"}
"""The Salesforce object by whose ids an account or product may be asked for."""


class Execution(Protocol):
    """Syncs accounts or products with two logins; `sync_engine.execution` has the real ones."""

    def __call__(
        self,
        ids: Sequence[str],
        /,
        *,
        zuora: Any,
        salesforce: Any,
        field_map: FieldMap,
        rules: Rules,
        guard: Callable[[str], Awaitable[None]],
        progress: Progress,
        record: Record,
        known: Known | None = None,
    ) -> Awaitable[Tally]:
        """Sync these accounts or products and say what was done."""


class SessionWork:
    """What a runner runs. One instance serves one request; `connections` are its logins.

    `failures` keeps, by session id, the error that ended a session in Failure.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        connections: Connections,
        leases: Leases,
        ledger: Ledger,
        field_map: FieldMap,
        executions: Mapping[ObjectKind, Execution],
        progress: Progress,
    ) -> None:
        self.failures: dict[str, OnDemandSyncError] = {}
        self._counted = (0, 0)
        self._settings = settings
        self._clock = clock
        self._connections = connections
        self._leases = leases
        self._ledger = ledger
        self._field_map = field_map
        self._executions = executions
        self._progress = progress

    async def run(self, session_id: str) -> None:
        """Run a Queued session to an end state; whatever a service or the store does ends it in Failure.

        Only what stops the process itself is raised, after the session is ended and its leases are released.
        """
        session = await self._ledger.session(session_id)
        try:
            await self._run(session)
        except OnDemandSyncError as error:
            await self._fail(session.id, error)
        except BaseException as error:
            # Ctrl-C, a cancelled task, a defect: the record must not go on saying that it runs
            stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
            why = "It was stopped before it was done." if stopped else f"It broke off ({type(error).__name__})."
            again = f"Rows already written stay. Go on with: ondemand-sync resume {session.id}"
            await self._fail(session.id, OnDemandSyncError(why, again))
            raise
        finally:
            await self._count_calls(session.id)

    async def _run(self, session: SessionRecord) -> None:
        name = "" if session.entity else self._settings.zuora.entity_name
        zuora = await self._connections.zuora(session.entity, name)
        salesforce = await self._connections.salesforce()
        tenant = (await zuora.user_info()).tenant_id
        await self._ledger.set_tenant(session.id, tenant)
        keys = {
            each.zuora_id: LeaseKey(session.org, tenant, session.entity, session.kind.value, each.zuora_id)
            for each in session.objects
        }
        taken = await self._leases.take(keys.values(), session.id)
        async with Holding(self._leases, taken.leases, self._clock) as holding:
            held = {key.zuora_id: each for key, each in taken.held.items()}
            await self._ledger.set_objects(
                session.id,
                [_cancelled(each, held[each.zuora_id]) for each in session.objects if each.zuora_id in held],
            )
            mine = [each for each in session.objects if each.zuora_id not in held]
            if mine:
                await self._sync(session, mine, holding, zuora, salesforce)
            else:
                why = "Other sessions hold everything it was asked for."
                await self._ledger.set_state(session.id, SessionState.CANCELLED, message=why)
            if self._settings.sync.history_rows:
                ended = await self._ledger.session(session.id)
                await write_history(salesforce, ended, self._settings.zuora.url)

    async def _sync(
        self, session: SessionRecord, mine: Sequence[SessionObject], holding: Holding, zuora: Any, salesforce: Any
    ) -> None:
        """Sync what this session holds, and write down where each object and the session itself ended."""
        await self._ledger.set_state(session.id, SessionState.RUNNING)
        fences = holding.fences
        await self._ledger.set_objects(
            session.id,
            [replace(each, state=SessionState.RUNNING, fence=fences[each.zuora_id]) for each in mine],
        )

        async def record(outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
            await self._ledger.record_outcomes(session.id, outcomes, fences, acknowledged)

        earlier = await self._ledger.chain(session.id)
        continuation = Continuation(self._ledger, earlier, salesforce) if earlier else None

        name = self._settings.zuora.entity_name if session.entity in ("", self._settings.zuora.entity_id) else ""
        if session.entity:
            name = await entity_name(salesforce, session.entity) or name
        tally = await self._executions[session.kind](
            [each.zuora_id for each in mine],
            zuora=zuora,
            salesforce=WriteLog(salesforce, self._ledger, session.id),
            field_map=self._field_map,
            rules=rules(self._settings, session.entity, name),
            guard=holding.guard,
            progress=self._progress,
            record=record,
            known=self._only_changed(continuation or NothingKnown(), session, salesforce),
        )
        if continuation is not None:
            await continuation.close()
        counted = {sobject: asdict(counts) for sobject, counts in tally.counts.items()}
        await self._ledger.set_counts(session.id, counted)
        ended = [
            _ended(
                replace(each, fence=fences[each.zuora_id]),
                tally,
                session.kind,
                lost=each.zuora_id in holding.lost,
            )
            for each in mine
        ]
        await self._ledger.set_objects(session.id, ended)
        everything = await self._ledger.session(session.id)
        await self._ledger.set_state(session.id, session_state(each.state for each in everything.objects))

    def _only_changed(self, known: Known, session: SessionRecord, salesforce: Any) -> Known:
        """What is asked before rows are sent, under the settings."""
        if not self._settings.sync.only_changed:
            return known
        maps = self._field_map.maps(session.kind, rules(self._settings, session.entity, ""))
        roots = [each.zuora_id for each in session.objects]
        return OnlyChanged(salesforce, self._field_map.named(maps), roots, known)

    async def _count_calls(self, session_id: str) -> None:
        """Write down the calls made since the last session ended; the first one bears what the request cost."""
        zuora, salesforce = self._connections.calls
        await self._ledger.set_calls(
            session_id, zuora=zuora - self._counted[0], salesforce=salesforce - self._counted[1]
        )
        self._counted = (zuora, salesforce)

    async def _fail(self, session_id: str, error: OnDemandSyncError) -> None:
        """End a session, and every object of it that is still under way, in Failure."""
        self.failures[session_id] = error
        session = await self._ledger.session(session_id)
        if session.state in END_STATES:
            return
        await self._ledger.set_objects(
            session_id,
            [
                replace(
                    each,
                    state=SessionState.FAILURE,
                    code=error.code,
                    message=error.message,
                    what_to_do=error.what_to_do,
                )
                for each in session.objects
                if each.state not in END_STATES
            ],
        )
        await self._ledger.set_state(session_id, SessionState.FAILURE, message=error.message)


def _cancelled(asked: SessionObject, held: Held) -> SessionObject:
    """An object that another session holds: who, since when, and when to try again."""
    since, again = (moment.strftime("%Y-%m-%d %H:%M:%S UTC") for moment in (held.since, held.try_again_at))
    return replace(
        asked,
        state=SessionState.CANCELLED,
        code="LEASE_HELD",
        message=f"Cancelled: session {held.holder} has been syncing {asked.zuora_id} since {since}.",
        what_to_do=f"Only the first of several requests is processed. Try again after {again}.",
        try_again_at=held.try_again_at,
    )


def _ended(each: SessionObject, tally: Tally, kind: ObjectKind, *, lost: bool) -> SessionObject:
    """Where an object ended, with the words of the first thing that went wrong with it."""
    if lost:
        return replace(
            each,
            state=SessionState.FAILURE,
            code="LEASE_LOST",
            message=f"This session's hold on {each.zuora_id} ran out before it was done.",
            what_to_do="Nothing was written after that. Send a new request for it.",
        )
    record = tally.outcome(_RECORDS[kind], each.zuora_id)
    if each.salesforce_id is None and record is not None and record.state is not RowState.DELETED:
        each = replace(each, salesforce_id=record.salesforce_id)
    state = object_state(tally.under(each.zuora_id, *TROUBLED), ROOT_SOBJECTS[kind])
    # the cause before its consequences, and the record itself before what hangs from it
    first = min(
        tally.under(each.zuora_id, *TROUBLED),
        key=lambda row: (
            row.state is not RowState.FAILED,
            row.sobject not in ROOT_SOBJECTS[kind] or row.key != each.zuora_id,
        ),
        default=None,
    )
    if first is None:
        return replace(each, state=state)
    troubled = sum(1 for _ in tally.under(each.zuora_id, *TROUBLED))
    more = f" ({troubled} of {tally.rows(each.zuora_id)} rows were not synced.)" if troubled > 1 else ""
    return replace(
        each, state=state, code=first.code, message=f"{first.message or first.state}{more}", what_to_do=first.what_to_do
    )
