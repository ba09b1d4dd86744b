"""What the ledger gives back: a session, the objects in it, a write; and how each is read from its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.engine import Row

from sync_engine.model import ObjectKind, SessionState
from sync_engine.schema import session_objects


@dataclass(frozen=True, slots=True)
class SessionObject:
    """One account or product in a session: where it stands, and under which fence it was written."""

    zuora_id: str
    salesforce_id: str | None
    state: SessionState
    fence: int | None = None
    code: str | None = None
    message: str | None = None
    what_to_do: str | None = None
    try_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session.

    `message` says why a session failed or was cancelled, "" otherwise. `counts` maps a Salesforce object to what was
    read, created, updated, deleted, unchanged, failed, blocked and in doubt of it, in the order written.
    """

    id: str
    kind: ObjectKind
    origin: str
    org: str
    tenant: str
    entity: str
    state: SessionState
    message: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    zuora_calls: int
    salesforce_calls: int
    counts: Mapping[str, Mapping[str, int]]
    objects: tuple[SessionObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One call that changes Salesforce.

    `settled_as` is answered, refused or in doubt; None while it is under way.
    """

    id: int
    session_id: str
    operation: str
    sobject: str
    keys: tuple[str, ...]
    begun_at: datetime
    settled_at: datetime | None
    settled_as: str | None


def objects_of(connection: Connection, session_id: str) -> tuple[SessionObject, ...]:
    """The objects of a session, in the order asked for."""
    query = (
        select(session_objects).where(session_objects.c.session_id == session_id).order_by(session_objects.c.position)
    )
    return tuple(
        SessionObject(
            row.zuora_id,
            row.salesforce_id,
            SessionState(row.state),
            row.fence,
            row.code,
            row.message,
            row.what_to_do,
            row.try_again_at,
        )
        for row in connection.execute(query)
    )


def session_of(row: Row[tuple[object, ...]], objects: tuple[SessionObject, ...]) -> SessionRecord:
    """The session that a row of `sessions` tells of."""
    return SessionRecord(
        row.id,
        ObjectKind(row.kind),
        row.origin,
        row.org,
        row.tenant,
        row.entity,
        SessionState(row.state),
        row.message,
        row.requested_at,
        row.started_at,
        row.finished_at,
        row.zuora_calls,
        row.salesforce_calls,
        json.loads(row.counts),
        objects,
    )


def write_of(row: Row[tuple[object, ...]]) -> Write:
    """The write that a row of `writes` tells of."""
    return Write(
        row.id,
        row.session_id,
        row.operation,
        row.sobject,
        tuple(json.loads(row.keys)),
        row.begun_at,
        row.settled_at,
        row.settled_as,
    )
