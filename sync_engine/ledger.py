"""What happened, durably: sessions, their objects, every row's outcome, writes whose reply is awaited.

A write is entered before it is sent and settled when its reply is in, so that whatever a crash interrupts can
be found and read back: `unsettled` names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Delete, Table, bindparam, delete, insert, not_, select, update

from sync_engine.clock import Clock
from sync_engine.errors import OnDemandSyncError
from sync_engine.leases import LEASE
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState
from sync_engine.records import SessionObject, SessionRecord, Write, objects_of, session_of, write_of
from sync_engine.schema import (
    acknowledged_rows,
    continuations,
    leases,
    row_outcomes,
    session_objects,
    sessions,
    writes,
)
from sync_engine.sessions import END_STATES, may_follow
from sync_engine.store import Store

__all__ = ["Acknowledged", "Ledger", "SessionEnded", "SessionObject", "SessionRecord", "UnknownSession", "Write"]

ABANDONED = "Its process ended without a word, and its hold on everything ran out."


Acknowledged = tuple[str, str, str]
"""An object, a row's key, and the digest of what was sent of it (`sync_engine.continuing.digest`)."""


class UnknownSession(OnDemandSyncError):
    """No session of that id is in the store."""

    exit_code = 2


class SessionEnded(OnDemandSyncError):
    """The session was ended by somebody else."""


def _forget(table: Table, *names: str) -> Delete:
    """Deletes the rows that have these values, given as `old_NAME`; made once, run for many rows at a time."""
    return delete(table).where(*(table.c[name] == bindparam(f"old_{name}") for name in names))


_FORGET_ACKNOWLEDGED = _forget(acknowledged_rows, "session_id", "sobject", "row_key", "digest")
_FORGET_OUTCOME = _forget(row_outcomes, "session_id", "sobject", "row_key")


class Ledger:
    """The record of sessions in one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def open_session(
        self,
        session_id: str,
        kind: ObjectKind,
        objects: Sequence[SessionObject],
        *,
        origin: str,
        org: str,
        tenant: str,
        entity: str,
        continues: str = "",
    ) -> None:
        """Enter a session as Queued, with the objects it was asked for, in their order.

        `tenant` and `entity` are "" while they are not known; `origin` says where the request was made; `continues`
        is the session that it goes on from.
        """
        now = self._clock.now()

        def work(connection: Connection) -> None:
            connection.execute(
                insert(sessions).values(
                    id=session_id,
                    kind=kind.value,
                    origin=origin,
                    org=org,
                    tenant=tenant,
                    entity=entity,
                    state=SessionState.QUEUED.value,
                    requested_at=now,
                )
            )
            if continues:
                connection.execute(insert(continuations).values(session_id=session_id, continues=continues))
            for position, each in enumerate(objects):
                connection.execute(
                    insert(session_objects).values(
                        session_id=session_id,
                        zuora_id=each.zuora_id,
                        position=position,
                        salesforce_id=each.salesforce_id,
                        state=each.state.value,
                    )
                )

        await self._store.run(work)

    async def set_state(self, session_id: str, state: SessionState, *, message: str = "") -> None:
        """Move a session to `state`.

        Raises `SessionEnded` when the session is in another end state already, and `ValueError` for any other state
        that `state` may not follow.
        """
        now = self._clock.now()

        def work(connection: Connection) -> None:
            query = select(sessions.c.state).where(sessions.c.id == session_id)
            before = SessionState(connection.execute(query).scalar_one())
            if before in END_STATES and before is not state:
                raise SessionEnded(
                    f"Session {session_id} was ended as {before} by another process, which found its leases run out.",
                    "Send the request again; rows already written stay.",
                )
            if not may_follow(before, state):
                raise ValueError(f"a session that is {before} cannot become {state}")
            values: dict[str, object] = {"state": state.value, "message": message}
            if state is SessionState.RUNNING:
                values["started_at"] = now
            elif state in END_STATES:
                values["finished_at"] = now
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))

        await self._store.run(work)

    async def set_tenant(self, session_id: str, tenant: str) -> None:
        """Write down which Zuora tenant the login reached."""
        change = update(sessions).where(sessions.c.id == session_id).values(tenant=tenant)
        await self._store.run(lambda connection: connection.execute(change))

    async def set_counts(self, session_id: str, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Write down what a session read and wrote of each Salesforce object."""
        change = update(sessions).where(sessions.c.id == session_id).values(counts=json.dumps(counts))
        await self._store.run(lambda connection: connection.execute(change))

    async def set_calls(self, session_id: str, *, zuora: int, salesforce: int) -> None:
        """Write down how many calls a session made to each service."""
        calls = {"zuora_calls": zuora, "salesforce_calls": salesforce}
        change = update(sessions).where(sessions.c.id == session_id).values(**calls)
        await self._store.run(lambda connection: connection.execute(change))

    async def fail_abandoned(self) -> list[str]:
        """End the sessions that can no longer be running: their process died and their leases ran out.

        Gives their ids. What they wrote stays in the record, and in-doubt writes stay in doubt.
        """

        def work(connection: Connection) -> list[str]:
            now = self._store.now(connection, self._clock)
            live = select(leases.c.holder).where(not_(leases.c.released), leases.c.expires_at > now)
            query = select(sessions.c.id).where(
                sessions.c.state.in_([SessionState.QUEUED.value, SessionState.RUNNING.value]),
                # a session that only just began may not have taken its leases yet
                sessions.c.requested_at <= now - LEASE,
                sessions.c.id.not_in(live),
            )
            dead = list(connection.execute(query).scalars())
            ended = {"state": SessionState.FAILURE.value, "message": ABANDONED}
            for session_id in dead:
                connection.execute(update(sessions).where(sessions.c.id == session_id).values(**ended, finished_at=now))
                connection.execute(
                    update(session_objects)
                    .where(
                        session_objects.c.session_id == session_id,
                        session_objects.c.state.not_in([state.value for state in END_STATES]),
                    )
                    .values(**ended)
                )
            return dead

        return await self._store.run(work)

    async def set_objects(self, session_id: str, objects: Iterable[SessionObject]) -> None:
        """Write where objects of a session stand now."""
        changes = list(objects)

        def work(connection: Connection) -> None:
            for each in changes:
                connection.execute(
                    update(session_objects)
                    .where(
                        session_objects.c.session_id == session_id,
                        session_objects.c.zuora_id == each.zuora_id,
                    )
                    .values(
                        state=each.state.value,
                        salesforce_id=each.salesforce_id,
                        fence=each.fence,
                        code=each.code,
                        message=each.message,
                        what_to_do=each.what_to_do,
                        try_again_at=each.try_again_at,
                    )
                )

        await self._store.run(work)

    async def record_outcomes(
        self,
        session_id: str,
        outcomes: Sequence[RowOutcome],
        fences: Mapping[str, int] | None = None,
        acknowledged: Iterable[Acknowledged] = (),
    ) -> None:
        """Keep what became of rows; the last word on a row stands. `fences` maps a root id to its lease's fence.

        `acknowledged` says what of the rows the org has taken.
        """
        now = self._clock.now()
        last = {(outcome.sobject, outcome.key): outcome for outcome in outcomes}
        taken = dict.fromkeys(acknowledged)

        def work(connection: Connection) -> None:
            if taken:
                columns = ("sobject", "row_key", "digest")
                news = [{"session_id": session_id, **dict(zip(columns, each, strict=True))} for each in taken]
                connection.execute(_FORGET_ACKNOWLEDGED, [{f"old_{name}": new[name] for name in new} for new in news])
                connection.execute(insert(acknowledged_rows), news)
            if not last:
                return
            connection.execute(
                _FORGET_OUTCOME,
                [{"old_session_id": session_id, "old_sobject": sobject, "old_row_key": key} for sobject, key in last],
            )
            rows = [
                {
                    "session_id": session_id,
                    "sobject": outcome.sobject,
                    "row_key": outcome.key,
                    "root_id": outcome.root_id,
                    "state": outcome.state.value,
                    "fence": (fences or {}).get(outcome.root_id),
                    "salesforce_id": outcome.salesforce_id,
                    "code": outcome.code,
                    "message": outcome.message,
                    "what_to_do": outcome.what_to_do,
                    "recorded_at": now,
                }
                for outcome in last.values()
            ]
            connection.execute(insert(row_outcomes), rows)

        await self._store.run(work)

    async def acknowledged(self, session_ids: Sequence[str], sobject: str, keys: Sequence[str]) -> set[Acknowledged]:
        """What the org has taken of these rows in any of these sessions."""

        def work(connection: Connection) -> set[Acknowledged]:
            query = select(acknowledged_rows.c.row_key, acknowledged_rows.c.digest).where(
                acknowledged_rows.c.session_id.in_(session_ids),
                acknowledged_rows.c.sobject == sobject,
                acknowledged_rows.c.row_key.in_(keys),
            )
            return {(sobject, row.row_key, row.digest) for row in connection.execute(query)}

        return await self._store.read(work)

    async def chain(self, session_id: str) -> list[str]:
        """The sessions that a session goes on from, the last one first."""

        def work(connection: Connection) -> list[str]:
            found: list[str] = []
            at: str | None = session_id
            while at is not None:
                query = select(continuations.c.continues).where(continuations.c.session_id == at)
                at = connection.execute(query).scalar_one_or_none()
                if at is not None:
                    found.append(at)
            return found

        return await self._store.read(work)

    async def begin_write(self, session_id: str, operation: str, sobject: str, keys: Sequence[str]) -> int:
        """Enter a write before it is sent; gives the number to settle it by."""
        now = self._clock.now()

        def work(connection: Connection) -> int:
            result = connection.execute(
                insert(writes).values(
                    session_id=session_id,
                    operation=operation,
                    sobject=sobject,
                    keys=json.dumps(list(keys)),
                    begun_at=now,
                )
            )
            key = result.inserted_primary_key
            assert key is not None  # noqa: S101 - both databases return it for an autoincrement key
            return int(key[0])

        return await self._store.run(work)

    async def settle_write(self, write_id: int, settled_as: str) -> None:
        """Say how a write ended: "answered", "refused" (nothing of it was done), "in doubt", or "read back"."""
        now = self._clock.now()
        change = update(writes).where(writes.c.id == write_id).values(settled_at=now, settled_as=settled_as)
        await self._store.run(lambda connection: connection.execute(change))

    async def unsettled(self, session_id: str | None = None) -> list[Write]:
        """Writes whose effect nobody knows: begun and never settled, or settled as in doubt."""

        def work(connection: Connection) -> list[Write]:
            doubtful = writes.c.settled_as.is_(None) | (writes.c.settled_as == "in doubt")
            query = select(writes).where(doubtful).order_by(writes.c.id)
            if session_id is not None:
                query = query.where(writes.c.session_id == session_id)
            return [write_of(row) for row in connection.execute(query)]

        return await self._store.read(work)

    async def sessions(self, *, limit: int | None = None) -> list[SessionRecord]:
        """Sessions with their objects, newest first."""

        def work(connection: Connection) -> list[SessionRecord]:
            query = select(sessions).order_by(sessions.c.requested_at.desc(), sessions.c.id)
            rows = connection.execute(query if limit is None else query.limit(limit)).all()
            return [session_of(row, objects_of(connection, row.id)) for row in rows]

        return await self._store.read(work)

    async def session(self, session_id: str) -> SessionRecord:
        """One session by its id or by the beginning of it; raises `UnknownSession`."""

        def work(connection: Connection) -> list[SessionRecord]:
            query = select(sessions).where(sessions.c.id.startswith(session_id, autoescape=True)).limit(2)
            return [session_of(row, objects_of(connection, row.id)) for row in connection.execute(query).all()]

        found = await self._store.read(work) if session_id else []
        if len(found) != 1:
            what = "Several sessions begin with" if found else "There is no session"
            raise UnknownSession(f"{what} {session_id!r}.", "List them with: ondemand-sync sessions")
        return found[0]

    async def outcomes(self, session_id: str, *states: RowState) -> list[RowOutcome]:
        """The last word on every row of a session, or on those in one of these states, by type and key."""

        def work(connection: Connection) -> list[RowOutcome]:
            query = (
                select(row_outcomes)
                .where(row_outcomes.c.session_id == session_id)
                .order_by(row_outcomes.c.sobject, row_outcomes.c.row_key)
            )
            if states:
                query = query.where(row_outcomes.c.state.in_([state.value for state in states]))
            return [
                RowOutcome(
                    row.sobject,
                    row.row_key,
                    row.root_id,
                    RowState(row.state),
                    row.salesforce_id,
                    row.code,
                    row.message,
                    row.what_to_do,
                )
                for row in connection.execute(query)
            ]

        return await self._store.read(work)
