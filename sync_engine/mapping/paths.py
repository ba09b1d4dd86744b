"""Paths of the field map: how a rule says where a value lives.

`Name` is a field of the record; `BillTo.City` one of a record it refers to; `RatePlans.RatePlanCharges.MRR` one of
the rows that refer to it, as a column of all of them; `@entity_id` a constant of the sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


def column(path: Path, source: str, row: ZuoraRow, rows: RowSet, constants: Mapping[str, str]) -> list[str | None]:
    """The values at the end of `path`: one for a field or a record referred to, one a row for rows that refer here."""
    if path.constant:
        return [constants.get(path.field)]
    here, records, many = source, [row], False
    for step in path.steps:
        reference = _reference(here, step)
        many = many or step in graph().objects[here].children
        records = [
            found
            for record in records
            for found in rows.where(reference.object, reference.on, record.get(reference.column))
        ]
        here = reference.object
    values = [record.get(path.field) for record in records]
    return values if many else (values or [None])


def _reference(zuora_object: str, step: str) -> Reference:
    """Where a step leads: up a reference, or down to the rows that refer to the object."""
    facts = graph().objects[zuora_object]
    reference = facts.references.get(step) or facts.children.get(step)
    if reference is None:
        raise KeyError(f"{zuora_object} has no reference {step}")
    return reference
