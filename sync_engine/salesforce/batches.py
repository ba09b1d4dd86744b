"""How rows are put into calls: siblings together, at most 200 a call, and no two calls at once that share a parent.

A write locks the parents of its rows. Siblings in one call wait for nobody; siblings in two calls at once would fight
for the lock. So rows are sorted by what they hang from, cut into batches, and batches that share a parent or root
form a lane: lanes run side by side, the batches of one lane one after the other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sync_engine.model import TargetRow
from sync_engine.salesforce.messages import ROWS_MAX


class Keyed(Protocol):
    """What a row of any write has."""

    @property
    def sobject(self) -> str:
        """The object it is of."""

    @property
    def key(self) -> str:
        """Its external id."""

    @property
    def root_id(self) -> str:
        """The Zuora account or product it belongs to."""


R = TypeVar("R", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Item(Generic[R]):
    """A row, and its place among the rows as they were given."""

    position: int
    row: R


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """Rows of one object for one call; `tries` counts how often they were sent already."""

    items: tuple[Item[R], ...]
    tries: int = 0

    def halves(self) -> list[Batch[R]]:
        """Both halves of a batch of several rows, or the batch itself."""
        middle = (len(self.items) + 1) // 2
        parts = (self.items[:middle], self.items[middle:])
        return [Batch(part, self.tries) for part in parts if part]


@dataclass(frozen=True, slots=True)
class Turn(Generic[R]):
    """What one round sends. One call may name a key once, so repeats of a key are not in `first`.

    `twins` are repeats that say the same as the item they are paired with, `later` those that say something else.
    """

    first: list[Item[R]]
    twins: list[tuple[Item[R], Item[R]]]
    later: list[Item[R]]


def turn(items: Iterable[Item[R]]) -> Turn[R]:
    """Sort rows of one object into this round and the next."""
    leads: dict[str, Item[R]] = {}
    result: Turn[R] = Turn([], [], [])
    for item in items:
        # Salesforce matches external ids without regard to case.
        lead = leads.setdefault(item.row.key.casefold(), item)
        if lead is item:
            result.first.append(item)
        elif _content(lead.row) == _content(item.row):
            result.twins.append((lead, item))
        else:
            result.later.append(item)
    return result


def lanes(items: Iterable[Item[R]], rows_max: int = ROWS_MAX) -> list[list[Batch[R]]]:
    """The rows in batches, the batches in lanes."""
    ordered = sorted(items, key=lambda item: (item.row.root_id, _parents(item.row), item.row.key))
    batches = [Batch(tuple(ordered[start : start + rows_max])) for start in range(0, len(ordered), rows_max)]
    result: list[list[Batch[R]]] = []
    touched: list[set[object]] = []
    for batch in batches:
        holds: set[object] = set()
        for item in batch.items:
            holds.add(item.row.root_id)
            holds.update(_parents(item.row))
        joined = [index for index, others in enumerate(touched) if others & holds]
        lane = [each for index in joined for each in result[index]]
        for index in joined:
            holds |= touched[index]
        for index in reversed(joined):
            del result[index], touched[index]
        result.append([*lane, batch])
        touched.append(holds)
    return result


def by_shape(batch: Batch[R]) -> list[Batch[R]]:
    """The batch cut by which fields its rows have: a field the org does not know fails every row beside it."""
    shapes: dict[object, list[Item[R]]] = {}
    for item in batch.items:
        shapes.setdefault(_shape(item.row), []).append(item)
    return [Batch(tuple(items), batch.tries) for items in shapes.values()]


def by_sobject(rows: Sequence[R]) -> list[list[Item[R]]]:
    """The rows by object (and key field), objects in the order they first appear."""
    groups: dict[object, list[Item[R]]] = {}
    for position, row in enumerate(rows):
        groups.setdefault((row.sobject, getattr(row, "key_field", "")), []).append(Item(position, row))
    return list(groups.values())


def _parents(row: Keyed) -> tuple[tuple[str, str], ...]:
    if not isinstance(row, TargetRow):
        return ()
    return tuple((ref.sobject, ref.value) for _, ref in sorted(row.parents.items()))


def _content(row: Keyed) -> object:
    if not isinstance(row, TargetRow):
        return row.key
    return dict(row.fields), set(row.nulls), dict(row.parents)


def _shape(row: Keyed) -> object:
    if not isinstance(row, TargetRow):
        return None
    return frozenset(row.fields), frozenset(row.nulls), frozenset(row.parents)
