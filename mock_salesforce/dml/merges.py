"""merge: several records of one object become one, which takes over what pointed at the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from mock_salesforce.dml.deletes import bin_records
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.sent import SentRow
from mock_salesforce.dml.writes import update
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import SObject
from simulator.store import quoted

MERGEABLE = frozenset({"Account", "Contact", "Lead"})


@dataclass(slots=True)
class MergeResult:
    """What became of one request: the master's result, the records merged into it, and those that point at it now."""

    result: RowResult = field(default_factory=RowResult)
    merged: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)


class _Refused(Exception):
    """Leaves the savepoint of a request that failed."""


def merge(org: Org, master: SentRow, losers: Sequence[str], options: WriteOptions) -> MergeResult:
    """Merge records into a master, whose sent fields are written with it. All of one request happens, or none."""
    done = MergeResult()
    try:
        with org.store.savepoint():
            _merge(org, master, losers, options, done)
            _insist(done)
    except _Refused:
        done.merged, done.related = [], []
    return done


def _insist(done: MergeResult) -> None:
    if done.result.errors:
        raise _Refused


def _merge(org: Org, master: SentRow, losers: Sequence[str], options: WriteOptions, done: MergeResult) -> None:
    sobject, result = master.sobject, done.result
    most = org.limits.profile.merged_records
    if sobject.name not in MERGEABLE:
        result.fail("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} does not support merge")
        return
    if len(losers) + 1 > most or not losers:
        result.fail("INVALID_NUMBER_OF_MERGE_RECORDS", f"a merge is of 2 to {most} records, the master among them")
        return
    (result_of_master,) = update(org, [master], options)
    result.id, result.errors = result_of_master.id, result_of_master.errors
    ids = [to_18(each) for each in losers if is_id(each)]
    found = org.by_ids(sobject, ids)
    for sent in losers:
        record = found.get(to_18(sent)) if is_id(sent) else None
        if record is None or to_18(sent) == result.id:
            result.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        elif record["IsDeleted"]:
            result.fail("ENTITY_IS_DELETED", "entity is deleted")
    if result.errors or result.id is None:
        return
    done.related = _point_at(org, sobject, ids, result.id)
    bin_records(org, {sobject.name: set(ids)}, result.id)
    for each in ids:
        org.store.update(sobject.name, each, {"MasterRecordId": result.id})
    done.merged = ids


def _point_at(org: Org, sobject: SObject, losers: Sequence[str], master: str) -> list[str]:
    """Have everything that points at the losers point at the master; tells the ids of what has been changed."""
    changed: list[str] = []
    now, listed = org.now_text(), json.dumps(list(losers))
    for link in sobject.links:
        rows = org.store.execute(
            f'UPDATE {quoted(link.child)} SET {quoted(link.field.name)} = ?, "SystemModstamp" = ? WHERE '
            f'{quoted(link.field.name)} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0 RETURNING "Id"',
            [master, now, listed],
        )
        changed += [str(row[0]) for row in rows]
    return sorted(changed)
