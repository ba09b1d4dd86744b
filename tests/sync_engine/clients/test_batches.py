from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_engine.model import TargetRow
from sync_engine.salesforce.batches import Batch, Item, by_shape, by_sobject, lanes, turn
from tests.sync_engine.clients.fakes import row

ROWS = st.lists(
    st.builds(
        lambda key, root, parent: row(f"k{key}", root=f"r{root}", parent=f"p{parent}" if parent else ""),
        st.integers(0, 40),
        st.integers(0, 5),
        st.integers(0, 8),
    ),
    max_size=60,
)


def items(rows: list[TargetRow]) -> list[Item[TargetRow]]:
    return [Item(position, each) for position, each in enumerate(rows)]


def touches(batch: Batch[TargetRow]) -> set[object]:
    return {item.row.root_id for item in batch.items} | {
        (ref.sobject, ref.value) for item in batch.items for ref in item.row.parents.values()
    }


@given(ROWS, st.integers(1, 10))
def test_every_row_is_in_one_batch_and_no_batch_is_too_large(rows: list[TargetRow], most: int) -> None:
    batches = [batch for lane in lanes(items(rows), most) for batch in lane]
    assert sorted(item.position for batch in batches for item in batch.items) == list(range(len(rows)))
    assert all(1 <= len(batch.items) <= most for batch in batches)
    assert len(batches) == -(-len(rows) // most)


@given(ROWS, st.integers(1, 10))
def test_lanes_that_run_side_by_side_share_no_parent_and_no_root(rows: list[TargetRow], most: int) -> None:
    seen: set[object] = set()
    for lane in lanes(items(rows), most):
        held = set().union(*(touches(batch) for batch in lane))
        assert not held & seen
        seen |= held


def test_siblings_share_a_batch() -> None:
    rows = [row(f"k{number}", root=f"r{number % 3}", parent=f"p{number % 3}") for number in range(12)]
    found = [batch for lane in lanes(items(rows), 4) for batch in lane]
    assert [{item.row.root_id for item in batch.items} for batch in found] == [{"r0"}, {"r1"}, {"r2"}]


@given(ROWS)
def test_one_turn_names_each_key_once_and_drops_nothing(rows: list[TargetRow]) -> None:
    now = turn(items(rows))
    keys = [item.row.key for item in now.first]
    assert len(keys) == len(set(keys))
    positions = [item.position for item in (*now.first, *(item for _, item in now.twins), *now.later)]
    assert sorted(positions) == list(range(len(rows)))


def test_a_repeat_that_says_the_same_is_a_twin_and_another_waits() -> None:
    rows = [row("A"), row("b"), row("a", fields={"Name": "Customer A"}), row("B", fields={"Name": "other"})]
    now = turn(items(rows))
    assert [item.position for item in now.first] == [0, 1]
    assert [(lead.position, item.position) for lead, item in now.twins] == [(0, 2)]
    assert [item.position for item in now.later] == [3]


def test_rows_are_grouped_by_object_in_the_order_they_appear() -> None:
    rows = [row("a", sobject="B__c"), row("b", sobject="A__c"), row("c", sobject="B__c")]
    assert [[item.position for item in group] for group in by_sobject(rows)] == [[0, 2], [1]]


def test_a_batch_is_cut_by_the_fields_of_its_rows() -> None:
    rows = [row("a"), row("b", fields={"X__c": "1"}), row("c"), row("d", nulls=("X__c",)), row("e", parent="p")]
    parts = by_shape(Batch(tuple(items(rows)), tries=2))
    assert [[item.position for item in part.items] for part in parts] == [[0, 2], [1], [3], [4]]
    assert {part.tries for part in parts} == {2}


@given(st.integers(1, 50))
def test_halves_hold_everything(count: int) -> None:
    whole = Batch(tuple(items([row(str(number)) for number in range(count)])))
    parts = whole.halves()
    assert [item for part in parts for item in part.items] == list(whole.items)
    assert len(parts) == min(count, 2)
