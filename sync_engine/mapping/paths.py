"""Paths of the field map: how a rule says where a value lives.

`Name` is a field of the record; `BillTo.City` one of a record it refers to; `RatePlans.RatePlanCharges.MRR` one of
the rows that refer to it, as a column of all of them; `@entity_id` a constant of the sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sync_engine.model import ZuoraRow
from sync_engine.zuora.graph import Reference, graph
from sync_engine.zuora.rows import RowSet


@dataclass(frozen=True, slots=True)
class Path:
    """`steps` lead from record to record, `field` is read at the end. `constant` paths have no steps."""

    steps: tuple[str, ...]
    field: str
    constant: bool = False

    def __str__(self) -> str:
        return "@" * self.constant + ".".join((*self.steps, self.field))


def parse(spec: str) -> Path:
    """The path that a text such as `BillTo.City` means."""
    if spec.startswith("@"):
        return Path((), spec[1:], constant=True)
    *steps, field = spec.split(".")
    return Path(tuple(steps), field)


def fields_on(path: Path, source: str) -> list[tuple[str, str]]:
    """Every (object, field) that has to be read to follow `path` from a record of `source`.

    Raises `KeyError` for a step that leads nowhere.
    """
    if path.constant:
        return []
    found = []
    here = source
    for step in path.steps:
        reference = _reference(here, step)
        found += [(here, reference.column), (reference.object, reference.on)]
        here = reference.object
    return [*found, (here, path.field)]


def column(path: Path, source: str, row: ZuoraRow, rows: RowSet, constants: Mapping[str, str]) -> Iterable[str | None]:
    """The values at the end of `path`: one for a field or a record referred to, one a row for rows that refer here.

    They can be gone through again; rows that refer here are read each time, for there may be any number of them.
    """
    if path.constant:
        return [constants.get(path.field)]
    if not path.steps:
        return [row.get(path.field)]
    way, many = _way(path.steps, source)
    far = _Far(way, path.field, row, rows)
    return far if many else ([*far] or [None])


class _Far:
    """The values at the end of a path with steps."""

    def __init__(self, way: Sequence[Reference], field: str, row: ZuoraRow, rows: RowSet) -> None:
        self._way = way
        self._field = field
        self._row = row
        self._rows = rows

    def __iter__(self) -> Iterator[str | None]:
        records = iter([self._row])
        for reference in self._way:
            records = _referred(records, reference, self._rows)
        return (record.get(self._field) for record in records)


def _referred(records: Iterable[ZuoraRow], reference: Reference, rows: RowSet) -> Iterator[ZuoraRow]:
    for record in records:
        yield from rows.where(reference.object, reference.on, record.get(reference.column))


@cache
def _way(steps: tuple[str, ...], source: str) -> tuple[tuple[Reference, ...], bool]:
    """The references that steps follow from an object, and whether one of them leads to rows that refer to it."""
    here, many, references = source, False, list[Reference]()
    for step in steps:
        many = many or step in graph().objects[here].children
        references.append(_reference(here, step))
        here = references[-1].object
    return tuple(references), many


def _reference(zuora_object: str, step: str) -> Reference:
    """Where a step leads: up a reference, or down to the rows that refer to the object."""
    facts = graph().objects[zuora_object]
    reference = facts.references.get(step) or facts.children.get(step)
    if reference is None:
        raise KeyError(f"{zuora_object} has no reference {step}")
    return reference
