from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from simulator.store import RecordStore

COLUMNS = {"Id": "TEXT", "Name": "TEXT COLLATE NOCASE", "Amount": "NUMERIC"}


@pytest.fixture
def store() -> RecordStore:
    store = RecordStore()
    store.define("Thing", COLUMNS, indexes=[["Name"]])
    return store


def test_a_row_is_found_by_its_key(store: RecordStore) -> None:
    store.insert("Thing", {"Id": "1", "Name": "one", "Amount": 10.5})
    row = store.get("Thing", "1")
    assert row is not None
    assert dict(row) == {"Id": "1", "Name": "one", "Amount": 10.5}
    assert store.get("Thing", "2") is None


def test_changes_and_removals(store: RecordStore) -> None:
    store.insert("Thing", {"Id": "1", "Name": "one"})
    store.update("Thing", "1", {"Name": "uno"})
    store.update("Thing", "1", {})
    assert [row["Name"] for row in store.execute('SELECT "Name" FROM "Thing"')] == ["uno"]
    store.delete("Thing", "1")
    assert store.get("Thing", "1") is None


def test_a_savepoint_keeps_nothing_of_what_failed(store: RecordStore) -> None:
    store.insert("Thing", {"Id": "0"})

    def fail_within() -> None:
        with store.savepoint():
            store.insert("Thing", {"Id": "1"})
            with store.savepoint():
                store.insert("Thing", {"Id": "2"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_within()
    assert [row["Id"] for row in store.execute('SELECT "Id" FROM "Thing"')] == ["0"]


def test_an_inner_savepoint_fails_alone(store: RecordStore) -> None:

    def fail_within() -> None:
        with store.savepoint():
            store.insert("Thing", {"Id": "2"})
            raise RuntimeError

    with store.savepoint():
        store.insert("Thing", {"Id": "1"})
        with pytest.raises(RuntimeError):
            fail_within()
    assert [row["Id"] for row in store.execute('SELECT "Id" FROM "Thing"')] == ["1"]


def test_unique_columns_are_kept_unique() -> None:
    store = RecordStore()
    store.define("Thing", COLUMNS, unique=[["Name"]])
    store.insert("Thing", {"Id": "1", "Name": "same"})
    with pytest.raises(sqlite3.IntegrityError):
        store.insert("Thing", {"Id": "2", "Name": "SAME"})


def test_a_file_outlives_the_store_and_gains_new_columns(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "records.sqlite"
    first = RecordStore(path)
    first.define("Thing", COLUMNS)
    first.insert("Thing", {"Id": "1", "Name": "kept"})
    first.close()
    second = RecordStore(path)
    second.define("Thing", {**COLUMNS, "Extra__c": "TEXT"})
    row = second.get("Thing", "1")
    assert row is not None
    assert (row["Name"], row["Extra__c"]) == ("kept", None)
    second.close()
