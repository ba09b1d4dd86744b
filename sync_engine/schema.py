"""The tables of the engine's memory, all in one place.

Leases are kept after they are given back, because a fence must grow for as long as its key exists. Rows are
keyed by session, so that a session that runs again writes over its own earlier word and over nobody else's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the Python side.

    SQLite keeps it as text of one fixed width without a zone, so that text order is time order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand the database UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand Python an aware moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


leases = Table(
    "leases",
    metadata,
    Column("org", String(18), primary_key=True),
    Column("tenant", String(64), primary_key=True),
    Column("entity", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("zuora_id", String(32), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("released", Boolean, nullable=False, default=False),
    Index("leases_by_record", "org", "tenant", "kind", "zuora_id"),
)

lease_events = Table(
    "lease_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(16), nullable=False),  # taken, refused, renewed, lost, released, broken
    Column("org", String(18), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("entity", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("zuora_id", String(32), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("fence", Integer, nullable=False),
)

lease_breaks = Table(
    "lease_breaks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("org", String(18), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("entity", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("zuora_id", String(32), nullable=False),
    Column("holder", String(32), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("who", String(255), nullable=False),
    Column("why", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("origin", String(32), nullable=False),
    Column("org", String(18), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("entity", String(64), nullable=False),
    Column("state", String(32), nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("zuora_calls", Integer, nullable=False, default=0),
    Column("salesforce_calls", Integer, nullable=False, default=0),
    Column("counts", Text, nullable=False, default="{}"),  # JSON: Salesforce object to its counts, in the order written
    Index("sessions_by_time", "requested_at", "id"),
)

session_objects = Table(
    "session_objects",
    metadata,
    Column("session_id", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("zuora_id", String(32), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("salesforce_id", String(18)),
    Column("state", String(32), nullable=False),
    Column("fence", Integer),
    Column("code", String(255)),
    Column("message", Text),
    Column("what_to_do", Text),
    Column("try_again_at", UtcDateTime),
)

row_outcomes = Table(
    "row_outcomes",
    metadata,
    Column("session_id", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("sobject", String(80), primary_key=True),
    Column("row_key", String(255), primary_key=True),
    Column("root_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("fence", Integer),
    Column("salesforce_id", String(18)),
    Column("code", String(255)),
    Column("message", Text),
    Column("what_to_do", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
)

writes = Table(
    "writes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(32), ForeignKey("sessions.id"), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("sobject", String(80), nullable=False),
    Column("keys", Text, nullable=False),  # JSON list of external ids, or of Salesforce ids for a delete
    Column("begun_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("settled_as", String(16)),  # answered, refused, in doubt
    Index("writes_by_session", "session_id"),
)

acknowledged_rows = Table(
    "acknowledged_rows",
    metadata,
    Column("session_id", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("sobject", String(80), primary_key=True),
    Column("row_key", String(255), primary_key=True),
    Column("digest", String(64), primary_key=True),  # of what was sent; a row and its second pass have one each
)

continuations = Table(
    "continuations",
    metadata,
    Column("session_id", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("continues", String(32), ForeignKey("sessions.id"), nullable=False),
)
