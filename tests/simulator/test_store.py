from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from simulator.store import ImageUnusable, RecordStore

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


def names(store: RecordStore) -> list[str]:
    return [row["Id"] for row in store.execute('SELECT "Id" FROM "Thing" ORDER BY "Id"')]


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_store_is_put_back_as_it_was(tmp_path: Path, on_disk: bool) -> None:
    store = RecordStore(tmp_path / "things.sqlite" if on_disk else None)
    store.define("Thing", COLUMNS, indexes=[["Name"]])
    store.insert("Thing", {"Id": "1", "Name": "one"})
    image = store.image()
    store.update("Thing", "1", {"Name": "uno"})
    store.insert("Thing", {"Id": "2"})
    changes = store.changes
    store.restore(image)
    assert names(store) == ["1"]
    row = store.get("Thing", "1")
    assert row is not None
    assert row["Name"] == "one"
    assert store.changes > changes
    store.insert("Thing", {"Id": "3"})
    assert store.changes > changes + 1
    store.close()
    if on_disk:
        again = RecordStore(tmp_path / "things.sqlite")
        again.define("Thing", COLUMNS)
        assert names(again) == ["1", "3"]
        again.close()


def test_an_image_of_a_file_fits_a_store_in_memory(tmp_path: Path, store: RecordStore) -> None:
    other = RecordStore(tmp_path / "things.sqlite")
    other.define("Thing", COLUMNS)
    other.insert("Thing", {"Id": "7"})
    store.restore(other.image())
    assert names(store) == ["7"]
    other.close()


def test_a_restored_table_gains_the_columns_and_indexes_it_lacks(store: RecordStore) -> None:
    older = RecordStore()
    older.define("Thing", {"Id": "TEXT"})
    older.insert("Thing", {"Id": "1"})
    store.restore(older.image())
    store.update("Thing", "1", {"Amount": 5})
    row = store.get("Thing", "1")
    assert row is not None
    assert row["Amount"] == 5
    assert store.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = 'Thing'")
    older.close()


def test_watchers_are_told_before_a_restore(store: RecordStore) -> None:
    store.insert("Thing", {"Id": "1"})
    image = store.image()
    store.insert("Thing", {"Id": "2"})
    seen: list[tuple[str | None, list[str]]] = []
    store.watch(lambda table: seen.append((table, names(store))))
    store.restore(image)
    assert seen[0] == (None, ["1", "2"])


@pytest.mark.parametrize("image", [b"", b"not a database", b"SQLite format 3\0" + b"\1" * 5000])
def test_what_is_no_image_changes_nothing(store: RecordStore, image: bytes) -> None:
    store.insert("Thing", {"Id": "1"})
    with pytest.raises(ImageUnusable, match="no image of records"):
        store.restore(image)
    assert names(store) == ["1"]


def test_an_image_that_would_do_something_of_its_own_is_refused(store: RecordStore) -> None:
    other = sqlite3.connect(":memory:")
    other.execute("CREATE TABLE Thing (Id TEXT)")
    other.execute("CREATE TRIGGER t AFTER INSERT ON Thing BEGIN DELETE FROM Thing; END")
    image = other.serialize()
    other.close()
    with pytest.raises(ImageUnusable, match="more in it than tables"):
        store.restore(image)


def test_nothing_is_restored_in_the_middle_of_a_step(store: RecordStore) -> None:
    image = store.image()
    with store.savepoint(), pytest.raises(RuntimeError, match="between steps"):
        store.restore(image)


def test_a_store_is_emptied_of_every_table(store: RecordStore) -> None:
    store.define("Other", {"Id": "TEXT"})
    store.insert("Thing", {"Id": "1"})
    store.insert("Other", {"Id": "1"})
    store.clear()
    assert names(store) == []
    assert store.execute('SELECT * FROM "Other"') == []
