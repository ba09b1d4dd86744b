"""Reads accounts or products from Zuora, level by level, with everything that belongs to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from sync_engine.errors import SoapFaultError
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind, ZuoraRow
from sync_engine.rules import Rules
from sync_engine.zuora.graph import ObjectFacts, Step, graph
from sync_engine.zuora.rows import RowSet
from sync_engine.zuora.selection import SELECTIONS
from sync_engine.zuora.zoql import split_by_ids

_NOT_TO_BE_READ = ("INVALID_TYPE", "INVALID_FIELD", "MALFORMED_QUERY")
"""How a tenant refuses a query of an object that it does not have, or does not let be found by its parent."""


class Queries(Protocol):
    """What reading needs of a Zuora client."""

    def query(self, zoql: str) -> AsyncIterator[list[ZuoraRow]]:
        """The pages of a query."""


class ReadProgress(Protocol):
    """Who is told how reading goes on."""

    def read(self, object_name: str, count: int) -> None:
        """`count` more rows of a Zuora object have arrived."""


class Reading:
    """One reading of one kind. `roots` first, then `rest` for whatever roots are still in `rows`."""

    def __init__(
        self, kind: ObjectKind, *, zuora: Queries, field_map: FieldMap, rules: Rules, progress: ReadProgress
    ) -> None:
        self.rows = RowSet()
        self._zuora = zuora
        self._progress = progress
        self._first, *self._steps = graph().steps[kind]
        self._fields = field_map.fields_to_read(kind, rules)
        for name in self._fields:
            for field, since in graph().objects[name].optional.items():
                if since > rules.zuora_version:
                    self.rows.unreadable.add((name, field))

    async def roots(self, ids: Sequence[str]) -> RowSet:
        """Read the accounts or products themselves; those that do not exist are missing from the rows."""
        self.rows = RowSet(ids, self.rows.unreadable)
        await self._read(self._first, {each: each for each in ids})
        return self.rows

    async def rest(self) -> RowSet:
        """Read what belongs to the roots that were read and kept."""
        for step in self._steps:
            if step.object in self._fields:
                await self._read(step, self._values(step))
        return self.rows

    def _values(self, step: Step) -> dict[str, str]:
        """What a step looks for: the value of its filter, and the root that the rows found by it belong to."""
        values: dict[str, str] = {}
        for zuora_object, field in step.sources:
            for row in self.rows.of(zuora_object):
                if field in row:
                    values.setdefault(row[field], self.rows.root(zuora_object, row["Id"]))
        return values

    async def _read(self, step: Step, values: dict[str, str]) -> None:
        """One step: the plain fields first, then those that Zuora gives one a query, joined by id."""
        if not values:
            return
        facts = graph().objects[step.object]
        wanted = self._fields[step.object]
        apart = [field for field in (*facts.alone, *facts.only_with_id) if field in wanted]
        plain = sorted(wanted - set(apart))
        async for row in self._pages(step, facts, plain, list(values), tell=True):
            root = values.get(row["Id"] if step.where == "Id" else row.get(step.where, ""))
            self.rows.add(step.object, row, root or next(iter(values.values())))
        if step.object in SELECTIONS:
            kept = SELECTIONS[step.object](self.rows.of(step.object))
            self.rows.keep_only(step.object, (row["Id"] for row in kept))
        for field in apart:
            async for row in self._pages(step, facts, [field], list(values), tell=False):
                # a query of a price leaves out rows of other charge models, and may see rows made since
                if self.rows.get(step.object, row["Id"]) is not None:
                    self.rows.add(step.object, row, self.rows.root(step.object, row["Id"]))

    async def _pages(
        self, step: Step, facts: ObjectFacts, fields: Iterable[str], values: Sequence[str], *, tell: bool
    ) -> AsyncIterator[ZuoraRow]:
        """The rows of one step with these fields. A field this tenant does not have is left out from then on."""
        fields = [field for field in fields if (step.object, field) not in self.rows.unreadable]
        queries = split_by_ids(step.object, ["Id", *fields], step.where, values)
        position = 0
        while position < len(queries):
            try:
                async for page in self._zuora.query(queries[position]):
                    if tell:
                        self._progress.read(step.object, len(page))
                    for row in page:
                        yield row
            except SoapFaultError as fault:
                if facts.may_be_absent and fault.code.endswith(_NOT_TO_BE_READ):
                    self.rows.absent.add(step.object)
                    return
                missing = _missing_field(fault, facts, fields)
                if missing is None:
                    raise
                self.rows.unreadable.add((step.object, missing))
                fields = [field for field in fields if field != missing]
                queries = split_by_ids(step.object, ["Id", *fields], step.where, values)
                position = 0
            else:
                position += 1


def _missing_field(fault: SoapFaultError, facts: ObjectFacts, fields: Sequence[str]) -> str | None:
    """The optional field that a fault complains of, if it is that kind of fault."""
    if not fault.code.endswith("INVALID_FIELD"):
        return None
    named = fault.fault_message.lower()
    return next((field for field in fields if field in facts.optional and field.lower() in named), None)
