"""Finds out which Zuora record and entity a request means.

Salesforce ids are looked up in one query; what they name may also have been asked for by its Zuora id, and is then
one object. In a tenant with entities, bare Zuora ids mean the home entity.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync_engine.admission import salesforce_id, zuora_id
from sync_engine.lookup import at, find
from sync_engine.model import ObjectKind, RequestedObject
from sync_engine.results import SyncResult, failed


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a kind's Salesforce records are and which of their fields matter."""

    sobject: str
    label: str
    key_field: str
    entity_path: str


_SOURCES = {
    ObjectKind.BILLING_ACCOUNT: _Source(
        "Zuora__CustomerAccount__c", "billing account", "Zuora__External_Id__c", "Zuora__EntityID__c"
    ),
    ObjectKind.ZPRODUCT: _Source(
        # the record itself does not say its entity; the standard product it stands for does
        "zqu__ZProduct__c",
        "product",
        "zqu__ZuoraId__c",
        "zqu__Product__r.zqu__BillingEntity__r.zqu__EntityID__c",
    ),
}

BILLING_ENTITY = "zqu__BillingEntity__c"


class Soql(Protocol):
    """What looking up needs of a Salesforce client."""

    def query(self, soql: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a query."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """`objects` all have a Zuora id; `unknown` are the failed results of those that could not be found."""

    objects: list[RequestedObject] = field(default_factory=list)
    unknown: list[SyncResult] = field(default_factory=list)


async def resolve(salesforce: Soql, objects: Sequence[RequestedObject]) -> Resolved:
    """Give every object its Zuora id and entity, keeping the order; each unknown id is one failed result."""
    resolved = Resolved()
    ids = [each.salesforce_id for each in objects if each.salesforce_id]
    rows = await _rows(salesforce, _SOURCES[objects[0].kind], ids) if ids else {}
    found: dict[str, RequestedObject] = {}
    for each in objects:
        complete = _complete(each, rows)
        if isinstance(complete, SyncResult):
            resolved.unknown.append(complete)
            continue
        key = complete.zuora_id or ""
        known = found.get(key)
        found[key] = complete if known is None else _one(known, complete)
    resolved.objects.extend(found.values())
    return resolved


async def entity_id(salesforce: Soql, name: str) -> str:
    """The id of the entity with this name, from the org's billing entity records; "" when they do not tell."""
    rows = await find(salesforce, BILLING_ENTITY, ["zqu__EntityID__c"], "zqu__EntityName__c", [name])
    return (at(rows[0], "zqu__EntityID__c") or "") if len(rows) == 1 else ""


async def entity_name(salesforce: Soql, identifier: str) -> str:
    """The name of the entity with this id, from the org's billing entity records; "" when they do not tell."""
    rows = await find(salesforce, BILLING_ENTITY, ["zqu__EntityName__c"], "zqu__EntityID__c", [identifier])
    return (at(rows[0], "zqu__EntityName__c") or "") if rows else ""


async def _rows(salesforce: Soql, source: _Source, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The records with these ids, by their 18-character id."""
    fields = [source.key_field, source.entity_path]
    rows = await find(salesforce, source.sobject, fields, "Id", ids)
    return {salesforce_id(str(row["Id"])) or str(row["Id"]): row for row in rows}


def _complete(asked: RequestedObject, rows: dict[str, dict[str, Any]]) -> RequestedObject | SyncResult:
    """One object with its Zuora id, or the result that says why it has none."""
    if asked.salesforce_id is None:
        return asked
    source = _SOURCES[asked.kind]
    row = rows.get(asked.salesforce_id)
    if row is None:
        return failed(
            asked,
            f"The org has no {source.label} ({source.sobject}) with the id {asked.salesforce_id},"
            " or the user may not see it.",
            f"Check the id: it must be that of the {source.label} record, not of another object."
            " If it was never synced, ask for it by its Zuora id.",
            code="UNKNOWN_ID",
        )
    identifier = zuora_id(str(row.get(source.key_field) or ""))
    if identifier is None:
        return failed(
            asked,
            f"The {source.label} {asked.salesforce_id} does not say which Zuora record it is:"
            f" {source.key_field} is empty or no Zuora id.",
            "Ask for it by its Zuora id; the sync fills the field in.",
            code="NO_ZUORA_ID",
        )
    return RequestedObject(asked.kind, identifier, asked.salesforce_id, at(row, source.entity_path) or None)


def _one(first: RequestedObject, second: RequestedObject) -> RequestedObject:
    """One object out of two ways of naming it. The Salesforce record knows its entity better than a bare id."""
    record = first if first.salesforce_id else second
    return RequestedObject(
        first.kind, first.zuora_id, record.salesforce_id, record.entity_id or first.entity_id or second.entity_id
    )
