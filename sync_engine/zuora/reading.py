"""Reads accounts or products from Zuora, level by level, with everything that belongs to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from itertools import islice
from typing import Protocol

from sync_engine.errors import SoapFaultError
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind, ZuoraRow
from sync_engine.rules import Rules
from sync_engine.side_by_side import merged, together
from sync_engine.spool import Spool
from sync_engine.zuora.graph import ObjectFacts, Step, graph
from sync_engine.zuora.rows import RowSet
from sync_engine.zuora.selection import SELECTIONS
from sync_engine.zuora.zoql import split_by_ids

QUERIES_AT_ONCE = 8
"""As many as a login has calls in flight: more would only wait."""

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
        self,
        kind: ObjectKind,
        *,
        zuora: Queries,
        field_map: FieldMap,
        rules: Rules,
        progress: ReadProgress,
        spool: Spool | None = None,
    ) -> None:
        self.rows = RowSet(spool=spool)
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
        self.rows = RowSet(ids, self.rows.unreadable, self.rows.spool)
        await self._read(self._first, ids, lambda row: row["Id"] if row["Id"] in ids else ids[0])
        return self.rows

    async def rest(self) -> RowSet:
        """Read what belongs to the roots that were read and kept, each object as soon as what leads to it is there."""
        steps = [step for step in self._steps if step.object in self._fields]
        there = {step.object: asyncio.Event() for step in steps}

        async def when_it_can(step: Step) -> None:
            for source, _ in step.sources:
                if source in there:
                    await there[source].wait()
            await self._follow(step)
            there[step.object].set()

        await together(when_it_can(step) for step in steps)
        return self.rows

    async def _follow(self, step: Step) -> None:
        """Read one object by what rows read before say of it."""
        values = self.rows.values(step.sources)
        if values:
            await self._read(step, values, lambda row: values.root(row.get(step.where)))
        values.clear()

    async def _read(self, step: Step, values: Iterable[str], root: Callable[[ZuoraRow], str]) -> None:
        """One step: the plain fields first, then those that Zuora gives one a query, joined by id."""
        facts = graph().objects[step.object]
        wanted = self._fields[step.object]
        apart = [field for field in (*facts.alone, *facts.only_with_id) if field in wanted]
        plain = sorted(wanted - set(apart))
        async with aclosing(self._pages(step, facts, plain, values)) as pages:
            async for page in pages:
                self._progress.read(step.object, len(page))
                self.rows.add_all(step.object, [(row, root(row)) for row in page])
        if step.object in SELECTIONS:
            self.rows.keep_only(step.object, SELECTIONS[step.object](self.rows.of(step.object)))

        async def join(field: str) -> None:
            async with aclosing(self._pages(step, facts, [field], values)) as pages:
                async for page in pages:
                    # a query of a price leaves out rows of other charge models, and may see rows made since
                    self.rows.join(step.object, page)

        await together(join(field) for field in apart)

    async def _pages(
        self, step: Step, facts: ObjectFacts, fields: Iterable[str], values: Iterable[str]
    ) -> AsyncGenerator[list[ZuoraRow], None]:
        """The rows of one step with these fields. A field this tenant does not have is left out from then on."""
        while True:
            fields = [field for field in fields if (step.object, field) not in self.rows.unreadable]
            queries = map(self._zuora.query, split_by_ids(step.object, ["Id", *fields], step.where, values))
            try:
                # where the tenant may refuse, one query finds out before many are spent
                if facts.may_be_absent or not facts.optional.keys().isdisjoint(fields):
                    for first in islice(queries, 1):
                        async for page in first:
                            yield page
                async with aclosing(merged(queries, QUERIES_AT_ONCE)) as pages:
                    async for page in pages:
                        yield page
            except SoapFaultError as fault:
                if facts.may_be_absent and fault.code.endswith(_NOT_TO_BE_READ):
                    self.rows.absent.add(step.object)
                    return
                missing = _missing_field(fault, facts, fields)
                if missing is None:
                    raise
                self.rows.unreadable.add((step.object, missing))
            else:
                return


def _missing_field(fault: SoapFaultError, facts: ObjectFacts, fields: Sequence[str]) -> str | None:
    """The optional field that a fault complains of, if it is that kind of fault."""
    if not fault.code.endswith("INVALID_FIELD"):
        return None
    named = fault.fault_message.lower()
    return next((field for field in fields if field in facts.optional and field.lower() in named), None)
