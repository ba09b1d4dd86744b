"""The plan of a request: what would be written, what it would cost, and what stands in its way. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync_engine import admission
from sync_engine.admission import SyncRequest
from sync_engine.leases import Lease
from sync_engine.ledger import Acknowledged
from sync_engine.model import RequestedObject, RowOutcome, RowState
from sync_engine.rehearsal import Action, Planned, Rehearsal
from sync_engine.resolve import entity_name, resolve
from sync_engine.results import SyncResult
from sync_engine.settings import require_services, rules
from sync_engine.tally import TROUBLED
from sync_engine.writing import Progress

if TYPE_CHECKING:
    from sync_engine.engine import Engine


@dataclass(frozen=True, slots=True)
class PlannedCalls:
    """What a sync would cost. `salesforce_left` is what the org has left today less the reserve, None if unknown."""

    zuora: int
    salesforce_reads: int
    upserts: Mapping[str, int]
    deletes: int
    history: int
    salesforce_left: int | None

    @property
    def salesforce(self) -> int:
        """All calls to Salesforce, the login among the reads."""
        return self.salesforce_reads + sum(self.upserts.values()) + self.deletes + self.history

    @property
    def fit(self) -> bool:
        """Whether the org has that many calls left."""
        return self.salesforce_left is None or self.salesforce <= self.salesforce_left


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` that would be written or are as they should be, `troubled` that could not be, `refused` objects,
    `held` objects that other sessions hold now, `contended` parents that several calls would lock.
    """

    calls: PlannedCalls
    rows: Sequence[Planned] = ()
    troubled: Sequence[RowOutcome] = ()
    refused: Sequence[SyncResult] = ()
    held: Sequence[Lease] = ()
    contended: Sequence[tuple[str, str, int]] = ()

    def counts(self) -> dict[str, Counter[str]]:
        """Rows by what would become of them, for each Salesforce object in the order of writing."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            found.setdefault(row.sobject, Counter())[row.action.value] += 1
        for outcome in self.troubled:
            found.setdefault(outcome.sobject, Counter())["blocked"] += 1
        return found


@dataclass(slots=True)
class _Seen:
    """What the parts of a plan add up to."""

    rows: list[Planned] = field(default_factory=list)
    troubled: list[RowOutcome] = field(default_factory=list)
    contended: list[tuple[str, str, int]] = field(default_factory=list)
    upserts: Counter[str] = field(default_factory=Counter)
    deletes: int = 0
    reads_of_its_own: int = 0


async def plan(engine: Engine, request: SyncRequest) -> Plan:
    """Go through a request without writing. Raises as `Engine.request` does."""
    admitted = admission.admit(request)
    require_services(engine.settings)
    engine.check_entities(admitted.objects)
    async with engine.connections() as connections:
        salesforce = await connections.salesforce()
        resolved = await resolve(salesforce, admitted.objects)
        groups, homeless = await engine.groups(salesforce, resolved.objects)
        seen = _Seen()
        for entity, objects in groups.items():
            await _rehearse(engine, connections, salesforce, entity, objects, seen)
        zuora_calls, salesforce_calls = connections.calls
        left = salesforce.budget.left
    asked = {each.zuora_id for objects in groups.values() for each in objects}
    calls = PlannedCalls(
        zuora=zuora_calls,
        salesforce_reads=salesforce_calls - seen.reads_of_its_own,
        upserts=seen.upserts,
        deletes=seen.deletes,
        history=len(groups) if engine.settings.sync.history_rows else 0,
        salesforce_left=left,
    )
    return Plan(
        calls,
        seen.rows,
        seen.troubled,
        [*resolved.unknown, *homeless],
        [lease for lease in await engine.leases.all() if lease.key.zuora_id in asked],
        seen.contended,
    )


async def _rehearse(
    engine: Engine, connections: Any, salesforce: Any, entity: str, objects: Sequence[RequestedObject], seen: _Seen
) -> None:
    """One entity's part."""
    told = engine.settings.zuora
    zuora = await connections.zuora(entity, "" if entity else told.entity_name)
    await zuora.user_info()  # as the sync asks, to know the tenant
    name = told.entity_name if entity in ("", told.entity_id) else ""
    if entity:
        name = await entity_name(salesforce, entity) or name
    rehearsal = Rehearsal(salesforce)
    tally = await engine.executions[objects[0].kind](
        [str(each.zuora_id) for each in objects],
        zuora=zuora,
        salesforce=rehearsal,
        field_map=engine.field_map,
        rules=rules(engine.settings, entity, name),
        guard=_free,
        progress=_ReadsOnly(engine.progress),
        record=_forget,
    )
    gone = tally.outcomes(RowState.DELETED)
    seen.rows += [Planned(each.sobject, each.key, each.root_id, Action.DELETE) for each in gone]
    seen.rows += rehearsal.planned.values()
    seen.troubled += tally.outcomes(*TROUBLED)
    seen.contended += rehearsal.contended
    seen.upserts += rehearsal.upserts
    seen.deletes += rehearsal.deletes
    seen.reads_of_its_own += rehearsal.reads_of_its_own


class _ReadsOnly:
    """Tells of reading; of rows that are only compared it says nothing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def read(self, object_name: str, count: int) -> None:
        """Rows have arrived from Zuora."""
        self._progress.read(object_name, count)

    def wrote(self, sobject: str, outcomes: Sequence[RowOutcome]) -> None:
        """Nothing was written."""


async def _free(_root_id: str) -> None:
    """Nothing is held, because nothing is written."""


async def _forget(outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
    """Nothing has become of any row."""
    del outcomes, acknowledged
