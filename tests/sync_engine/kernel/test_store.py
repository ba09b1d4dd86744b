from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from sync_engine.errors import StoreError
from sync_engine.schema import lease_events
from sync_engine.store import Store, default_url


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    def work(connection):  # type: ignore[no-untyped-def]
        connection.execute(text("CREATE TABLE scratch (n INTEGER)"))
        raise KeyError("half way")

    with pytest.raises(KeyError):
        asyncio.run(store.run(work))
    with pytest.raises(StoreError, match="scratch"):
        asyncio.run(store.read(lambda connection: connection.execute(text("SELECT * FROM scratch")).all()))


def test_a_file_store_makes_its_folders_and_uses_write_ahead(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "sync.sqlite3"
    store = Store(f"sqlite:///{file}")
    store.create_all()
    store.create_all()
    mode = store.transact(lambda connection: connection.execute(text("PRAGMA journal_mode")).scalar_one())
    assert file.is_file()
    assert mode == "wal"


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'sync.sqlite3'}")
    store.create_all()

    def write_and_read(connection):  # type: ignore[no-untyped-def]
        connection.execute(text("DELETE FROM leases"))
        return asyncio.run(store.read(lambda other: other.execute(select(lease_events)).all()))

    assert store.transact(write_and_read) == []


def test_a_writing_transaction_holds_the_write_lock_from_its_beginning(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'sync.sqlite3'}")
    store.create_all()

    def only_reads(connection):  # type: ignore[no-untyped-def]
        connection.execute(text("SELECT 1"))
        other = sqlite3.connect(tmp_path / "sync.sqlite3", timeout=0)
        try:
            other.execute("DELETE FROM leases")
        finally:
            other.close()

    with pytest.raises(StoreError, match="locked"):
        store.transact(only_reads)


def test_an_unwritable_place_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(f"sqlite:///{tmp_path / 'file' / 'sync.sqlite3'}")
    with pytest.raises(StoreError, match=r"cannot be used.*unable to open"):
        Store(f"sqlite:///{tmp_path}").create_all()


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "sync.sqlite3").write_text("this is not a database, whatever its name says" * 50)
    with pytest.raises(StoreError, match="not a database"):
        Store(f"sqlite:///{tmp_path / 'sync.sqlite3'}").create_all()


@pytest.mark.parametrize("url", ["", "nonsense", "nosuch://host/name"])
def test_an_address_that_is_none_is_one_clear_error(url: str) -> None:
    with pytest.raises(StoreError, match="address of the store"):
        Store(url)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(StoreError) as failed:
        Store("nosuch://user:hunter2@host/name")
    assert "hunter2" not in str(failed.value)


def test_the_default_is_a_file_of_the_user() -> None:
    assert default_url().startswith("sqlite:///")
    assert "ondemand-sync" in default_url()


def test_a_naive_reader_of_the_file_sees_moments_in_utc(store: Store) -> None:
    from datetime import datetime, timedelta, timezone

    moment = datetime(2026, 1, 15, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    values = {
        "at": moment,
        "event": "taken",
        "org": "",
        "tenant": "",
        "entity": "",
        "kind": "",
        "zuora_id": "",
        "holder": "",
        "fence": 1,
    }
    store.transact(lambda connection: connection.execute(insert(lease_events).values(**values)))
    raw, read = store.transact(
        lambda connection: (
            connection.execute(text("SELECT at FROM lease_events")).scalar_one(),
            connection.execute(select(lease_events.c.at)).scalar_one(),
        )
    )
    assert raw == "2026-01-15 08:00:00.000000"
    assert read == moment
    assert read.utcoffset() == timedelta(0)


FORKING = """
import os, sys
from sqlalchemy import text
from sync_engine.store import Store

def run(statement):
    return store.transact(lambda connection: connection.execute(text(statement)))

store = Store(sys.argv[1])
run("CREATE TABLE scratch (n INTEGER)")
child = os.fork()
for number in range(20):
    run(f"INSERT INTO scratch VALUES ({number})")
if child == 0:
    store.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
run("INSERT INTO scratch VALUES (20)")
print(store.transact(lambda connection: connection.execute(text("SELECT COUNT(*) FROM scratch")).scalar()))
store.close()
"""


def test_a_process_that_is_forked_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING, f"sqlite:///{tmp_path / 'store.db'}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("41\n", 0), done.stderr
