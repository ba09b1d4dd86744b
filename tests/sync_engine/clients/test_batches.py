from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.model import TargetRow
from sync_engine.salesforce.batches import AHEAD_MAX, Batch, by_shape, cut, send_all
from tests.sync_engine.clients.fakes import row

ROWS = st.lists(st.integers(0, 8), max_size=60).map(
    lambda parents: [row(f"k{n}", parent=f"p{parent}" if parent else "") for n, parent in enumerate(sorted(parents))]
)


async def each(rows: list[TargetRow]) -> AsyncIterator[TargetRow]:
    for one in rows:
        yield one


async def cut_up(rows: list[TargetRow], most: int) -> list[Batch[TargetRow]]:
    return [batch async for batch in cut(each(rows), most)]


@given(ROWS, st.integers(1, 10))
def test_every_row_is_in_one_batch_in_order_and_batches_are_as_few_as_can_be(rows: list[TargetRow], most: int) -> None:
    batches = asyncio.run(cut_up(rows, most))
    assert [one for batch in batches for one in batch.rows] == rows
    assert all(1 <= len(batch.rows) <= most for batch in batches)
    assert len(batches) == -(-len(rows) // most)


def test_rows_of_two_objects_are_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="a row of B__c among rows of A__c"):
        asyncio.run(cut_up([row("a", sobject="A__c"), row("b", sobject="B__c")], 2))


class Sending:
    """Sends batches, each for a drawn number of turns of the loop, and watches what goes on at once."""

    def __init__(self, turns: list[int]) -> None:
        self.turns = turns
        self.under_way: dict[int, set[Hashable]] = {}
        self.sent: list[Batch[TargetRow]] = []
        self.most = 0

    async def __call__(self, batch: Batch[TargetRow]) -> None:
        number = len(self.sent)
        self.sent.append(batch)
        locks = batch.locks()
        assert all(locks.isdisjoint(others) for others in self.under_way.values())
        self.under_way[number] = locks
        self.most = max(self.most, len(self.under_way))
        for _ in range(self.turns[number % len(self.turns)]):
            await asyncio.sleep(0)
        del self.under_way[number]


@given(ROWS, st.integers(1, 5), st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_no_two_calls_at_once_lock_the_same_parent_and_all_are_sent(
    rows: list[TargetRow], most: int, turns: list[int]
) -> None:
    sending = Sending(turns)
    asyncio.run(send_all(cut(each(rows), most), sending))
    assert sorted(one.key for batch in sending.sent for one in batch.rows) == sorted(one.key for one in rows)
    assert sending.most <= AHEAD_MAX


def test_batches_that_share_no_parent_go_at_once() -> None:
    sending = Sending([3])
    rows = [row(f"k{number}", parent=f"p{number}") for number in range(40)]
    asyncio.run(send_all(cut(each(rows), 2), sending))
    assert sending.most == AHEAD_MAX


def test_a_chain_of_shared_parents_is_sent_every_other_one_at_once() -> None:
    sending = Sending([3])
    rows = [row(f"k{number}", parent=f"p{(number + 1) // 2}") for number in range(12)]
    asyncio.run(send_all(cut(each(rows), 2), sending))
    assert sending.most == 3


def test_after_an_error_what_is_under_way_ends_and_nothing_more_begins() -> None:
    ended: list[str] = []

    async def send(batch: Batch[TargetRow]) -> None:
        await asyncio.sleep(0)
        if batch.rows[0].key == "k0":
            raise RuntimeError("gone")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ended.append(batch.rows[0].key)

    rows = [row(f"k{number}") for number in range(AHEAD_MAX + 5)]
    with pytest.raises(RuntimeError, match="gone"):
        asyncio.run(send_all(cut(each(rows), 1), send))
    assert ended == [f"k{number}" for number in range(1, AHEAD_MAX)]


def test_an_error_that_comes_while_rows_are_awaited_begins_nothing_more() -> None:
    begun: list[str] = []

    async def slowly() -> AsyncIterator[TargetRow]:
        for number in range(6):
            yield row(f"k{number}")
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def send(batch: Batch[TargetRow]) -> None:
        begun.append(batch.rows[0].key)
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        asyncio.run(send_all(cut(slowly(), 1), send))
    assert begun == ["k0"]


def test_rows_that_break_off_let_what_is_under_way_end() -> None:
    ended: list[str] = []

    async def breaking() -> AsyncIterator[TargetRow]:
        yield row("k0")
        yield row("k1")
        await asyncio.sleep(0)
        raise RuntimeError("no more")

    async def send(batch: Batch[TargetRow]) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ended.append(batch.rows[0].key)

    with pytest.raises(RuntimeError, match="no more"):
        asyncio.run(send_all(cut(breaking(), 1), send))
    assert ended == ["k0", "k1"]


def test_a_batch_is_cut_by_the_fields_of_its_rows() -> None:
    rows = [row("a"), row("b", fields={"X__c": "1"}), row("c"), row("d", nulls=("X__c",)), row("e", parent="p")]
    parts = by_shape(Batch(tuple(rows), tries=2))
    assert [[one.key for one in part.rows] for part in parts] == [["a", "c"], ["b"], ["d"], ["e"]]
    assert {part.tries for part in parts} == {2}
