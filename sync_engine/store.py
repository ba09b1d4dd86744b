"""The engine's memory: one SQLAlchemy database behind one small asynchronous port.

On SQLite a transaction runs inline, so that a simulation stays on one thread; against a networked database it
runs in a thread, so that the event loop goes on. Every writing transaction on SQLite takes the write lock
when it begins (`BEGIN IMMEDIATE`): one that began by reading could otherwise find, at its first write, that
it lost the race.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from sqlalchemy import URL, Connection, create_engine, event, func, make_url, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from sync_engine.clock import Clock
from sync_engine.errors import StoreError
from sync_engine.schema import metadata

T = TypeVar("T")

_SQLITE_WAIT_S = 60.0
_WAL_ATTEMPTS = 50
_SCHEMA_LOCK = 7_205_759_403
_PROCESS = "process"
_INHERITED: list[Any] = []
"""Connections of the process that this one was forked from, kept so that nothing here ever closes them."""


def default_url() -> str:
    """An SQLite file in the user's own state directory."""
    folder = Path(platformdirs.user_state_dir("ondemand-sync", appauthor=False))
    return f"sqlite:///{folder / 'sync.sqlite3'}"


class Store:
    """One database, opened from a SQLAlchemy URL.

    Raises `StoreError` when the URL cannot be read, the driver is missing, or the file cannot be written.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.dialect = parsed.get_backend_name()
        self.name = parsed.render_as_string(hide_password=True)
        self._engine = self._open(parsed)
        self._writer, self._reader = self._engine, self._engine
        # A store that is dropped rather than closed gives its connections back all the same.
        self._finalizer = weakref.finalize(self, self._engine.dispose)
        if self.dialect == "sqlite":
            self._reader = self._engine.execution_options(ondemand_sync_reads=True)

    def create_all(self) -> None:
        """Make the tables that are missing; safe when several processes do it at once."""

        def work(connection: Connection) -> None:
            if self.dialect == "postgresql":
                # "create if it is not there" is not one step on PostgreSQL, so only one process at a time does it
                connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            metadata.create_all(connection)

        self.transact(work)

    def now(self, connection: Connection, clock: Clock) -> datetime:
        """The store's time: a database server's own, so that machines need not agree; `clock` on SQLite."""
        if self.dialect == "postgresql":
            moment: datetime = connection.execute(select(func.now())).scalar_one().astimezone(UTC)
            return moment
        return clock.now()

    async def run(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one writing transaction: committed when it returns, rolled back when it raises."""
        if self.dialect == "sqlite":
            return self.transact(fn)
        return await asyncio.to_thread(self.transact, fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction that only reads, and so waits for no writer."""
        if self.dialect == "sqlite":
            return self._in_transaction(self._reader, fn)
        return await asyncio.to_thread(self._in_transaction, self._reader, fn)

    def transact(self, fn: Callable[[Connection], T]) -> T:
        """`run` for a caller that has no event loop."""
        return self._in_transaction(self._writer, fn)

    def close(self) -> None:
        """Give back the connections."""
        self._finalizer()

    def _in_transaction(self, engine: Engine, fn: Callable[[Connection], T]) -> T:
        """One transaction; database errors come out as `StoreError` that names the store."""
        try:
            with engine.begin() as connection:
                return fn(connection)
        except DBAPIError as error:
            raise self._failed(str(error.orig)) from error
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._failed(str(error)) from error

    def _failed(self, cause: str) -> StoreError:
        return StoreError(
            f"The store {self.name} cannot be used: {cause}.",
            "Check that its file or server is there and may be written, or name another with [store] url.",
        )

    def _open(self, url: URL) -> Engine:
        try:
            if self.dialect != "sqlite":
                return create_engine(url, pool_pre_ping=True)
            in_memory = url.database in (None, "", ":memory:")
            if not in_memory:
                Path(str(url.database)).expanduser().parent.mkdir(parents=True, exist_ok=True)
                url = url.set(database=str(Path(str(url.database)).expanduser()))
            # One connection to a file is kept between transactions: opening it costs more than most of them, and
            # closing the last one more still, because SQLite then writes its log back into the file.
            kept: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": -1}
            options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else kept
            engine = create_engine(
                url,
                connect_args={"timeout": _SQLITE_WAIT_S, "isolation_level": None, "check_same_thread": False},
                **options,
            )
        except ModuleNotFoundError as error:
            raise StoreError(
                f"The store {self.name} needs the Python package {error.name}, which is not installed.",
                "Install it with: pip install 'ondemand-sync[distributed]'",
            ) from error
        except OSError as error:
            raise self._failed(f"{error.strerror or error} ({error.filename})") from error
        event.listen(engine, "connect", _on_connect)
        if not in_memory:
            event.listen(engine, "checkout", _on_checkout)
        event.listen(engine, "begin", _on_begin)
        return engine


def _parse(url: str) -> URL:
    """Read a SQLAlchemy URL; raises `StoreError` that does not repeat it, since it may hold a password."""
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise StoreError(
            "The address of the store is not a database URL this installation can open.",
            "Write [store] url like sqlite:////path/to/sync.sqlite3 or postgresql+psycopg://user@host/name"
            " (PostgreSQL needs: pip install 'ondemand-sync[distributed]').",
        ) from error
    return parsed


def _on_checkout(connection: Any, record: Any, proxy: Any) -> None:
    """Open another connection in a process that was forked: SQLite forbids to use one on both sides of a fork."""
    if record.info[_PROCESS] != os.getpid():
        _INHERITED.append(connection)
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("the connection is another process's")


def _on_connect(connection: Any, record: Any) -> None:
    """Wait for other writers instead of failing, and let readers read while one writes."""
    record.info[_PROCESS] = os.getpid()
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {int(_SQLITE_WAIT_S * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        _switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous = NORMAL")
    finally:
        cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    """Put the file in write-ahead mode.

    The switch itself does not wait for other connections, so when one is in the way this waits for it by
    taking and giving back the write lock, which does.
    """
    for attempt in range(_WAL_ATTEMPTS):
        try:
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            if mode in ("wal", "memory"):
                return
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == _WAL_ATTEMPTS - 1:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")


def _on_begin(connection: Connection) -> None:
    """Begin with the write lock, unless the transaction only reads."""
    reads = connection.get_execution_options().get("ondemand_sync_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
