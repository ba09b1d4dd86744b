"""merge: several records of one object become one, which takes over what pointed at the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mock_salesforce.dml.deletes import bury
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.dml.validation import leads_back
from mock_salesforce.dml.words import CIRCLE, DELETED, NO_ACCESS, NO_RECORD
from mock_salesforce.dml.writes import update
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import SObject
from simulator.store import quoted


@dataclass(slots=True)
class MergeResult:
    """What became of one request: the master's result, the records merged into it, and those that point at it now."""

    result: RowResult = field(default_factory=RowResult)
    merged: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)


class _Refused(Exception):
    """Leaves the savepoint of a request that failed; why is in its result."""


def merge(org: Org, master: SentRow, losers: Sequence[str], options: WriteOptions) -> MergeResult:
    """Merge records into a master, whose sent fields are written with it. All of one request happens, or none."""
    done = MergeResult()
    try:
        with org.store.savepoint():
            _merge(org, master, losers, options, done)
    except _Refused:
        done = MergeResult(RowResult(errors=done.result.errors))
    return done


def _refused(done: MergeResult, code: str, message: str, *fields: str) -> _Refused:
    done.result.fail(code, message, *fields)
    return _Refused()


def _merge(org: Org, master: SentRow, losers: Sequence[str], options: WriteOptions, done: MergeResult) -> None:
    sobject = master.sobject
    if not sobject.mergeable:
        words = f"entity type {sobject.name} does not support merge"
        raise _refused(done, "INVALID_TYPE_FOR_OPERATION", words)
    said = options.access.to(sobject)
    if not (said.edit and said.delete):
        raise _refused(done, "INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS)
    if master.parents:
        name = master.parents[0].field.name
        raise _refused(done, "INVALID_FIELD", f"{name}: a merge takes no parent by its external id", name)
    kept, ids = _chosen(org, master, losers, done)
    (written,) = update(org, [master], replace(options, all_or_none=False, faults={}))
    if written.errors:
        done.result.errors = written.errors
        raise _Refused
    done.related = _point_at(org, sobject, ids, kept)
    _check_circle(org, sobject, kept, done)
    for each in ids:
        org.store.update(sobject.name, each, {"MasterRecordId": kept})
        bury(org, {sobject.name: {each}}, each)
    done.result.id, done.merged = kept, ids


def _chosen(org: Org, master: SentRow, losers: Sequence[str], done: MergeResult) -> tuple[str, list[str]]:
    """The ids of the master and of those that go into it: different living records of one object."""
    sobject, most = master.sobject, org.limits.profile.merged_records
    if not master.id:
        raise _refused(done, "MISSING_ARGUMENT", "Id not specified in a merge call", "Id")
    if not losers or len(losers) + 1 > most:
        words = f"a merge is of 2 to {most} records, the master among them"
        raise _refused(done, "INVALID_MERGE_RECORD", words)
    ids = []
    for sent in (master.id, *losers):
        if not is_id(sent) or not sent.startswith(sobject.key_prefix):
            raise _refused(done, "MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {sent}", "Id")
        ids.append(to_18(sent))
    if len(set(ids)) < len(ids):
        raise _refused(done, "INVALID_MERGE_RECORD", "a merge takes each record once")
    records = org.by_ids(sobject, ids)
    for identifier in ids:
        record = records.get(identifier)
        if record is None:
            raise _refused(done, "INVALID_CROSS_REFERENCE_KEY", NO_RECORD)
        if record["IsDeleted"]:
            raise _refused(done, "ENTITY_IS_DELETED", DELETED)
    return ids[0], ids[1:]


def _point_at(org: Org, sobject: SObject, losers: Sequence[str], master: str) -> list[str]:
    """Have everything that points at the losers point at the master; tells the ids of what has been changed."""
    changed = set[str]()
    now, listed = org.now_text(), json.dumps(list(losers))
    for link in sobject.links:
        rows = org.store.execute(
            f'UPDATE {quoted(link.child)} SET {quoted(link.field.name)} = ?, "SystemModstamp" = ? WHERE '
            f'{quoted(link.field.name)} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0 RETURNING "Id"',
            [master, now, listed],
        )
        changed.update(str(row[0]) for row in rows)
    return sorted(changed.difference(losers))


def _check_circle(org: Org, sobject: SObject, master: str, done: MergeResult) -> None:
    """A hierarchy must not lead back to the master."""
    record = org.by_ids(sobject, [master])[master]
    for named in sobject.hierarchies:
        parent_id = record[named.name]
        if parent_id is not None and leads_back(org, sobject, named, master, str(parent_id)):
            raise _refused(done, "CIRCULAR_DEPENDENCY", CIRCLE, named.name)
