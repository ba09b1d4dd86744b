"""Takes out of Salesforce what no longer belongs to the synced set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sync_engine.lookup import at, find, find_pages
from sync_engine.mapping.object_map import ObjectMap
from sync_engine.mapping.targets import Targets
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import DoomedRow
from sync_engine.spool import Spool
from sync_engine.writing import Writer

_DELETED_FLAG = "zqu__Deleted__c"


async def remove_stale(writer: Writer, maps: Sequence[ObjectMap], targets: Targets, roots: Sequence[str]) -> None:
    """Delete the rows under `roots` whose external id is not among `targets`.

    Parents go first: Salesforce deletes their children with them, so only what is left is looked at next. Rows
    without an external id were made by someone else and stay.
    """
    for each in maps:
        if not each.under:
            continue
        doomed = _Doomed(writer.spool, each.sobject)
        async for page in _pages_under(writer.salesforce, each, roots):
            doomed.add(
                DoomedRow(each.sobject, _key(row, each), at(row, each.under) or "", row["Id"])
                for row in page
                if _is_stale(row, each, targets)
            )
        await writer.delete(doomed)


async def remove_accounts(writer: Writer, each: ObjectMap, account_ids: Sequence[str]) -> None:
    """Delete the billing accounts of accounts that were cancelled in Zuora, and with them all they have."""
    found = await find(writer.salesforce, each.sobject, [each.key.target], each.key.target, account_ids)
    doomed = [DoomedRow(each.sobject, row[each.key.target], row[each.key.target], row["Id"]) for row in found]
    await writer.delete(doomed)
    there = {row.key for row in doomed}
    await writer.settle(
        [
            RowOutcome(
                each.sobject,
                account_id,
                account_id,
                RowState.UNCHANGED,
                message=f"Account {account_id} is cancelled in Zuora and was not in Salesforce.",
            )
            for account_id in account_ids
            if account_id not in there
        ]
    )


async def deleted_catalog_rows(
    salesforce: SalesforceClient, maps: Sequence[ObjectMap], targets: Targets, roots: Sequence[str]
) -> list[TargetRow]:
    """Rows that flag as deleted what Salesforce still has of the catalog and Zuora has no more.

    Catalog records are never taken out, because quotes may point at them.
    """
    flagged = []
    for each in maps:
        path = each.under or (each.key.target if each.source == "Product" else "")
        if not path:
            continue
        fields, also = [each.key.target, path], f"{_DELETED_FLAG} = false"
        async for page in find_pages(salesforce, each.sobject, fields, path, roots, also=also):
            for row in page:
                key = _key(row, each)
                if key and not targets.has(each.sobject, key):
                    flagged.append(_flag(each, key, at(row, path) or ""))
    return flagged


def _flag(each: ObjectMap, key: str, root: str) -> TargetRow:
    return TargetRow(
        sobject=each.sobject,
        key_field=each.key.target,
        key=key,
        fields={_DELETED_FLAG: "true"},
        nulls=(),
        parents={},
        source_object=each.source,
        source_id=key,
        root_id=root,
    )


def _pages_under(
    salesforce: SalesforceClient, each: ObjectMap, roots: Sequence[str]
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of one object under these roots, with their keys and the path to the root."""
    keys = [each.key.target, *(rule.target for rule in each.fields if rule.target == "Zuora__External_Id__c")]
    return find_pages(salesforce, each.sobject, [*keys, each.under], each.under, roots)


def _is_stale(row: Mapping[str, Any], each: ObjectMap, targets: Targets) -> bool:
    """Whether a row that a sync once wrote is no longer among those it writes."""
    key = row.get(each.key.target)
    if key is not None:
        return not targets.has(each.sobject, str(key))
    return row.get("Zuora__External_Id__c") is not None


class _Doomed:
    """Records of one object that are to be deleted, those of one root together.

    They are noted first and deleted when the query has been read to its end.
    """

    def __init__(self, spool: Spool, sobject: str) -> None:
        self._spool = spool
        self._sobject = sobject
        self._table = spool.name("doomed")
        spool.do(f"CREATE TABLE {self._table} (key TEXT, root_id TEXT, id TEXT)")

    def add(self, rows: Iterable[DoomedRow]) -> None:
        self._spool.do_many(
            f"INSERT INTO {self._table} VALUES (?, ?, ?)", ((row.key, row.root_id, row.salesforce_id) for row in rows)
        )

    def __iter__(self) -> Iterator[DoomedRow]:
        query = f"SELECT key, root_id, id FROM {self._table} ORDER BY root_id, key"
        for key, root_id, salesforce_id in self._spool.rows(query):
            yield DoomedRow(self._sobject, key, root_id, salesforce_id)


def _key(row: Mapping[str, Any], each: ObjectMap) -> str:
    """The row's external id; in an org that changes to keys by number, the one it was written with."""
    return str(row.get(each.key.target) or row.get("Zuora__External_Id__c") or "")
