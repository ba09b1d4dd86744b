from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.results import Result, ResultGone, Selection, first_rows
from simulator.store import RecordStore


@pytest.fixture
def store() -> Iterator[RecordStore]:
    store = filled(10)
    yield store
    store.close()


def filled(rows: int) -> RecordStore:
    store = RecordStore()
    store.define("Thing", {"Id": "TEXT NOT NULL", "Name": "TEXT", "Size": "INTEGER"})
    store.define("Other", {"Id": "TEXT NOT NULL"})
    store.insert_many("Thing", ["Id", "Name", "Size"], [(f"{n:04d}", f"name {n}", n) for n in range(rows)])
    return store


EVEN = Selection("Thing", "Id", {"Name": '"Name"'}, where='"Size" % ? = 0', parameters=(2,))


def names(result: Result, start: int = 0, count: int = 100) -> list[str]:
    return [row[1] for row in result.read('"Name"', start, count)]


def copies(store: RecordStore) -> int:
    return int(store.execute("SELECT count(*) AS n FROM temp.sqlite_master")[0]["n"])


def test_pages_follow_one_another_in_the_order_of_keys(store: RecordStore) -> None:
    result = Result(store, EVEN)
    assert result.size == 5
    assert names(result, 0, 2) == ["name 0", "name 2"]
    assert names(result, 2, 2) == ["name 4", "name 6"]
    assert names(result, 4, 2) == ["name 8"]
    assert names(result, 3, 2) == ["name 6", "name 8"]
    assert names(result, 5, 2) == []


def test_a_write_does_not_change_a_result_that_is_open(store: RecordStore) -> None:
    result = Result(store, EVEN)
    before = names(result)
    store.update("Thing", "0004", {"Name": "changed", "Size": 5})
    store.delete("Thing", "0000")
    store.insert("Thing", {"Id": "0003x", "Name": "new", "Size": 2})
    store.execute('UPDATE "Thing" SET "Name" = NULL')
    assert names(result) == before
    assert names(result, 3, 1) == [before[3]]
    assert Result(store, EVEN).size == 4


def test_a_result_is_copied_only_when_its_own_table_is_written(store: RecordStore) -> None:
    result = Result(store, EVEN)
    store.insert("Other", {"Id": "1"})
    assert copies(store) == 0
    store.insert_many("Thing", ["Id"], [("x",)])
    assert copies(store) == 1
    result.drop()
    assert copies(store) == 0
    with pytest.raises(ResultGone):
        result.read('"Name"', 0, 1)
    result.drop()


def test_tables_that_the_selection_only_looks_into_count_too(store: RecordStore) -> None:
    counting = Selection("Thing", "Id", {"Others": '(SELECT count(*) FROM "Other")'}, also_reads=frozenset({"Other"}))
    result = Result(store, counting)
    store.insert("Other", {"Id": "1"})
    assert [row[1] for row in result.read('"Others"', 0, 2)] == [0, 0]


def test_a_write_that_is_taken_back_takes_the_copy_with_it(store: RecordStore) -> None:
    result = Result(store, EVEN)
    before = names(result)
    inside: list[str] = []

    def fail() -> None:
        with store.savepoint():
            store.delete("Thing", "0000")
            inside.extend(names(result))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert inside == before
    assert names(result) == before
    store.delete("Thing", "0002")
    assert names(result) == before


def test_dropping_one_result_leaves_the_others_alone(store: RecordStore) -> None:
    first, second = Result(store, EVEN), Result(store, EVEN)
    store.delete("Thing", "0000")
    first.drop()
    assert names(second)[0] == "name 0"


@pytest.mark.parametrize(
    "statement",
    [
        'WITH doomed AS (SELECT "Id" FROM "Thing") DELETE FROM "Thing" WHERE "Id" IN doomed',
        "DELETE FROM thing",
        'update or ignore main."Thing" set "Size" = 1',
        'INSERT OR REPLACE INTO "Thing"("Id", "Size") VALUES (\'0002\', 1)',
        ' replace into Thing ("Id", "Size") values (\'0002\', 1)',
    ],
)
def test_however_a_write_is_spelled_the_result_stays(store: RecordStore, statement: str) -> None:
    result, writes = Result(store, EVEN), store.writes(["Thing"])
    before = names(result)
    store.execute(statement)
    assert names(result) == before
    assert store.writes(["Thing"]) != writes


def test_a_write_taken_back_counts_as_one_of_any_table(store: RecordStore) -> None:
    def fail() -> None:
        with store.savepoint():
            raise RuntimeError

    before = store.writes(["Thing", "Other"])
    store.execute('SELECT 1 FROM "Thing"')
    assert store.writes(["Thing", "Other"]) == before
    with pytest.raises(RuntimeError):
        fail()
    assert all(now > then for now, then in zip(store.writes(["Thing", "Other"]), before, strict=True))


def test_first_rows_are_as_they_are_now(store: RecordStore) -> None:
    assert [row[1] for row in first_rows(store, EVEN, '"Name"', 2)] == ["name 0", "name 2"]


@given(
    rows=st.integers(0, 30),
    reads=st.lists(st.tuples(st.integers(0, 35), st.integers(1, 12), st.booleans()), max_size=8),
)
def test_any_page_is_the_same_slice_whatever_is_written_between(rows: int, reads: list[tuple[int, int, bool]]) -> None:
    store = filled(rows)
    result = Result(store, EVEN)
    expected = [f"name {n}" for n in range(0, rows, 2)]
    for number, (start, count, write) in enumerate(reads):
        if write:
            store.insert("Thing", {"Id": f"000{number}y", "Name": "new", "Size": 0})
        assert names(result, start, count) == expected[start : start + count]
    store.close()
