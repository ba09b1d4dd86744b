"""First wins: one lease an account, with a fence that only grows.

A lease lasts 30 minutes unless it is renewed, and passes to the next taker when it runs out. Whether it has
run out is judged by the store's clock alone; a holder counts its own remaining time from the moment before it
asked, so what it believes is never longer than what the store will grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, not_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import ReturningInsert

from sync_engine.clock import Clock
from sync_engine.errors import LeaseLost
from sync_engine.schema import lease_breaks, lease_events, leases
from sync_engine.store import Store

LEASE_MINUTES = 30
LEASE = timedelta(minutes=LEASE_MINUTES)


@dataclass(frozen=True, slots=True, order=True)
class LeaseKey:
    """What is held: one record of one kind, of one entity of one tenant, on its way to one org."""

    org: str
    tenant: str
    entity: str
    kind: str
    zuora_id: str


@dataclass(frozen=True, slots=True)
class Lease:
    """One taking of a key.

    `taken_at` and `expires_at` are by the store's clock, `local_deadline` by the holder's.
    """

    key: LeaseKey
    holder: str
    fence: int
    taken_at: datetime
    expires_at: datetime
    local_deadline: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Who else holds a key: the session, since when, and when it is worth asking again."""

    holder: str
    since: datetime
    try_again_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request for leases got, and what it did not."""

    leases: dict[LeaseKey, Lease] = field(default_factory=dict)
    held: dict[LeaseKey, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeaseEvent:
    """One line of the history of leases: `event` is taken, refused, renewed, lost, released or broken."""

    number: int
    at: datetime
    event: str
    key: LeaseKey
    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class LeaseBreak:
    """A lease that somebody took away from its holder, and why."""

    at: datetime
    key: LeaseKey
    holder: str
    fence: int
    who: str
    why: str


class Leases:
    """The leases in one store. `clock` is the store's clock on SQLite; PostgreSQL uses the server's own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def take(self, keys: Iterable[LeaseKey], holder: str) -> Taken:
        """Take every key of `keys` that is free, in key order and in one transaction.

        A live lease is held whoever holds it, the same holder included: two copies of one session must not
        both run.
        """
        ordered = sorted(set(keys))
        asked_at = self._clock.now()
        take = self._take_one_statement if self._store.dialect == "postgresql" else self._take_under_lock
        return await self._store.run(lambda connection: take(connection, ordered, holder, asked_at))

    async def renew(self, lease: Lease) -> Lease:
        """Make a lease last another 30 minutes from now; raises `LeaseLost` when it ran out or was taken."""
        asked_at = self._clock.now()

        def work(connection: Connection) -> Lease | None:
            now = self._now(connection)
            expires_at = now + LEASE
            live = and_(_is_this(lease), not_(leases.c.released), leases.c.expires_at > now)
            renewed = connection.execute(update(leases).where(live).values(expires_at=expires_at)).rowcount == 1
            _tell(connection, now, "renewed" if renewed else "lost", lease.key, lease.holder, lease.fence)
            return replace(lease, expires_at=expires_at, local_deadline=asked_at + LEASE) if renewed else None

        renewed = await self._store.run(work)
        if renewed is None:
            raise _lost(lease)
        return renewed

    async def release(self, lease: Lease) -> bool:
        """Give a lease back. False when it was no longer this holder's to give, which harms nobody."""

        def work(connection: Connection) -> bool:
            mine = and_(_is_this(lease), not_(leases.c.released))
            released = connection.execute(update(leases).where(mine).values(released=True)).rowcount == 1
            if released:
                _tell(connection, self._now(connection), "released", lease.key, lease.holder, lease.fence)
            return released

        return await self._store.run(work)

    async def break_(self, lease: Lease, *, who: str, why: str) -> bool:
        """Take a lease away from its holder, and write down who did that and why. False when it held no longer.

        A holder that is alive finds out when it next renews, within 10 minutes, and may write until then.
        """

        def work(connection: Connection) -> bool:
            live = and_(_is_this(lease), not_(leases.c.released), leases.c.expires_at > self._now(connection))
            broken = connection.execute(update(leases).where(live).values(released=True)).rowcount == 1
            if broken:
                now = self._now(connection)
                _tell(connection, now, "broken", lease.key, lease.holder, lease.fence)
                said = {"holder": lease.holder, "fence": lease.fence, "who": who, "why": why}
                connection.execute(insert(lease_breaks).values(at=now, **_columns(lease.key), **said))
            return broken

        return await self._store.run(work)

    async def breaks(self) -> list[LeaseBreak]:
        """Every lease that was taken away, in order."""

        def work(connection: Connection) -> list[LeaseBreak]:
            rows = connection.execute(select(lease_breaks).order_by(lease_breaks.c.number))
            return [LeaseBreak(row.at, _key(row), row.holder, row.fence, row.who, row.why) for row in rows]

        return await self._store.read(work)

    def guard(self, lease: Lease, needs_s: float) -> None:
        """Raise `LeaseLost` unless the lease outlasts the next `needs_s` seconds by the holder's own count.

        Asked before every write with the longest that the write can take, it keeps a session that stalled
        from writing over its successor.
        """
        if self._clock.now() + timedelta(seconds=needs_s) > lease.local_deadline:
            raise _lost(lease)

    async def all(self, *, live_only: bool = True) -> list[Lease]:
        """Every lease that is held now, or every one there ever was, in key order."""

        def work(connection: Connection) -> list[Lease]:
            query = select(leases)
            if live_only:
                query = query.where(not_(leases.c.released), leases.c.expires_at > self._now(connection))
            found = [_lease(row, row.expires_at) for row in connection.execute(query)]
            return sorted(found, key=lambda lease: lease.key)

        return await self._store.read(work)

    async def history(self) -> list[LeaseEvent]:
        """Everything that ever happened to a lease, in order."""

        def work(connection: Connection) -> list[LeaseEvent]:
            rows = connection.execute(select(lease_events).order_by(lease_events.c.number))
            return [LeaseEvent(row.number, row.at, row.event, _key(row), row.holder, row.fence) for row in rows]

        return await self._store.read(work)

    def _now(self, connection: Connection) -> datetime:
        return self._store.now(connection, self._clock)

    def _take_under_lock(
        self, connection: Connection, keys: Sequence[LeaseKey], holder: str, asked_at: datetime
    ) -> Taken:
        """Take keys in a transaction that already holds the only write lock, as on SQLite."""
        now = self._now(connection)
        taken = Taken()
        for key in keys:
            rows = connection.execute(select(leases).where(_same_record(key))).all()
            holding = [row for row in rows if not row.released and row.expires_at > now]
            if holding:
                taken.held[key] = _held(holding[0])
                _tell(connection, now, "refused", key, holder, holding[0].fence)
                continue
            before = next((row.fence for row in rows if row.entity == key.entity), None)
            values = {"holder": holder, "taken_at": now, "expires_at": now + LEASE, "released": False}
            if before is None:
                connection.execute(insert(leases).values(**_columns(key), fence=1, **values))
            else:
                change = update(leases).where(_is(key)).values(fence=before + 1, **values)
                connection.execute(change)
            fence = 1 if before is None else before + 1
            _tell(connection, now, "taken", key, holder, fence)
            taken.leases[key] = Lease(key, holder, fence, now, now + LEASE, asked_at + LEASE)
        return taken

    def _take_one_statement(
        self, connection: Connection, keys: Sequence[LeaseKey], holder: str, asked_at: datetime
    ) -> Taken:
        """Take keys with one INSERT .. ON CONFLICT, which locks each row as it meets it, as on PostgreSQL."""
        taken = Taken()
        if not keys:
            return taken
        # A record asked for under two entities at once must meet itself: the lock is on the record, held to
        # the end of the transaction, and taken in key order like everything else.
        for key in sorted(keys, key=lambda each: (each.org, each.tenant, each.kind, each.zuora_id)):
            name = "/".join((key.org, key.tenant, key.kind, key.zuora_id))
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        now = self._now(connection)
        elsewhere = {key: self._held_under_another_entity(connection, key, now) for key in keys}
        free = [key for key in keys if elsewhere[key] is None]
        for row in connection.execute(_take_statement(free, holder, now)) if free else ():
            key = _key(row)
            _tell(connection, now, "taken", key, holder, row.fence)
            taken.leases[key] = _lease(row, asked_at + LEASE)
        for key in keys:
            if key in taken.leases:
                continue
            row = elsewhere[key] or connection.execute(select(leases).where(_is(key))).one()
            taken.held[key] = _held(row)
            _tell(connection, now, "refused", key, holder, row.fence)
        return taken

    @staticmethod
    def _held_under_another_entity(
        connection: Connection, key: LeaseKey, now: datetime
    ) -> Row[tuple[object, ...]] | None:
        """A live lease on the same record that names another entity, if there is one."""
        live = and_(not_(leases.c.released), leases.c.expires_at > now, leases.c.entity != key.entity)
        return connection.execute(select(leases).where(_same_record(key), live)).first()


def _take_statement(keys: Sequence[LeaseKey], holder: str, now: datetime) -> ReturningInsert[tuple[object, ...]]:
    """INSERT .. ON CONFLICT that takes what is free and returns exactly that."""
    values = {"holder": holder, "taken_at": now, "expires_at": now + LEASE, "released": False}
    new = postgresql.insert(leases).values([{**_columns(key), "fence": 1, **values} for key in keys])
    return new.on_conflict_do_update(
        index_elements=list(leases.primary_key.columns),
        set_={**values, "fence": leases.c.fence + 1},
        where=leases.c.released | (leases.c.expires_at <= now),
    ).returning(*leases.c)


def _columns(key: LeaseKey) -> dict[str, str]:
    return {
        "org": key.org,
        "tenant": key.tenant,
        "entity": key.entity,
        "kind": key.kind,
        "zuora_id": key.zuora_id,
    }


def _key(row: Row[tuple[object, ...]]) -> LeaseKey:
    return LeaseKey(row.org, row.tenant, row.entity, row.kind, row.zuora_id)


def _is(key: LeaseKey) -> ColumnElement[bool]:
    """The row of exactly this key."""
    return and_(_same_record(key), leases.c.entity == key.entity)


def _same_record(key: LeaseKey) -> ColumnElement[bool]:
    """Rows of the same Zuora record.

    Zuora ids are unique across a tenant's entities, so the same id under another entity is the same record,
    reached by a request that named its entity differently.
    """
    return and_(
        leases.c.org == key.org,
        leases.c.tenant == key.tenant,
        leases.c.kind == key.kind,
        leases.c.zuora_id == key.zuora_id,
    )


def _is_this(lease: Lease) -> ColumnElement[bool]:
    """The row of this very taking: a later one has a higher fence."""
    return and_(_is(lease.key), leases.c.fence == lease.fence, leases.c.holder == lease.holder)


def _lease(row: Row[tuple[object, ...]], local_deadline: datetime) -> Lease:
    return Lease(_key(row), row.holder, row.fence, row.taken_at, row.expires_at, local_deadline)


def _held(row: Row[tuple[object, ...]]) -> Held:
    """What to tell someone who finds the row taken."""
    # 30 minutes after the holder began is the vendor's advice; a renewed lease can last longer than that.
    return Held(row.holder, row.taken_at, row.taken_at + LEASE)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(
        f"Session {lease.holder} no longer holds {lease.key.zuora_id} (fence {lease.fence}).",
        "Nothing more of it was written; send a new request for it.",
    )


def _tell(connection: Connection, at: datetime, event: str, key: LeaseKey, holder: str, fence: int) -> None:
    """Write one line of the history, in the transaction of what it tells."""
    connection.execute(insert(lease_events).values(at=at, event=event, **_columns(key), holder=holder, fence=fence))
