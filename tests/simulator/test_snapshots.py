"""Snapshots: all stores at one moment, and the file they are kept in."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.snapshots import Snapshot, SnapshotUnusable, from_bytes, images_of, put_back
from simulator.store import RecordStore

AT = datetime(2026, 1, 15, 8, tzinfo=UTC)


def filled(*ids: str) -> RecordStore:
    store = RecordStore()
    store.define("Thing", {"Id": "TEXT"})
    for each in ids:
        store.insert("Thing", {"Id": each})
    return store


def ids(store: RecordStore) -> list[str]:
    return [row["Id"] for row in store.execute('SELECT "Id" FROM "Thing" ORDER BY "Id"')]


def test_all_stores_go_back_together_and_later_ones_are_emptied() -> None:
    first, second = filled("1"), filled("2")
    snapshot = Snapshot("test", AT, images_of({("a",): first, ("b",): second}))
    first.insert("Thing", {"Id": "9"})
    second.clear()
    third = filled("3")
    done: list[list[str]] = []
    put_back({("a",): first, ("b",): second, ("c",): third}, snapshot, lambda: done.append(ids(second)))
    assert (ids(first), ids(second), ids(third)) == (["1"], ["2"], [])
    assert done == [["2"]]


def test_a_snapshot_of_something_that_is_not_here_changes_nothing() -> None:
    first = filled("1")
    snapshot = Snapshot("test", AT, images_of({("a",): first, ("gone", "2"): filled("2")}))
    first.clear()
    with pytest.raises(SnapshotUnusable, match="gone / 2, which is not here"):
        put_back({("a",): first}, snapshot, lambda: None)
    assert ids(first) == []


def test_one_damaged_image_leaves_the_others_as_they_are() -> None:
    first, second = filled("1"), filled("2")
    images = {**images_of({("a",): first}), ("b",): b"damaged"}
    first.clear()
    with pytest.raises(SnapshotUnusable, match="records of b cannot be used"):
        put_back({("a",): first, ("b",): second}, Snapshot("test", AT, images), lambda: None)
    assert (ids(first), ids(second)) == ([], ["2"])


@given(
    st.dictionaries(
        st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple), st.binary(max_size=200), max_size=4
    ),
    st.lists(st.text(), max_size=3),
)
def test_a_snapshot_comes_back_from_its_file(images: dict[tuple[str, ...], bytes], seeded: list[str]) -> None:
    snapshot = Snapshot("test", AT, images, tuple(seeded))
    assert from_bytes(snapshot.to_bytes()) == snapshot
    assert snapshot.to_bytes() == snapshot.to_bytes()


def packed(manifest: object, **members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("manifest.json", json.dumps(manifest))
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()


WHOLE = {
    "format": "ondemand-sync-snapshot-1",
    "service": "test",
    "taken_at": AT.isoformat(),
    "seeded": [],
    "stores": [],
}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no snapshot"),
        (b"PK nothing", "no snapshot"),
        (packed([]), "no snapshot"),
        (packed({}), "no snapshot"),
        (packed({**WHOLE, "format": "other"}), "has the format 'other'"),
        (packed({**WHOLE, "taken_at": "yesterday"}), "no snapshot"),
        (packed({**WHOLE, "stores": [{"key": ["a"], "file": "missing"}]}), "no snapshot"),
    ],
)
def test_a_file_that_is_no_snapshot_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(SnapshotUnusable, match=words):
        from_bytes(data)


def test_a_file_that_would_unpack_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.snapshots.UNPACKED_BYTES_MAX", 1000)
    with pytest.raises(SnapshotUnusable, match="larger than"):
        from_bytes(packed(WHOLE, big=b"\0" * 2000))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(SnapshotUnusable):
        from_bytes(data)
