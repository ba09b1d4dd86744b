"""merge: one record takes in others of its kind, with all that points at them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from mock_salesforce.dml.deletes import bury
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.sent import SentRow
from mock_salesforce.dml.words import DELETED, NO_ACCESS, NO_RECORD
from mock_salesforce.dml.writes import WriteOptions, check_row_count, update
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import SObject
from simulator.store import quoted

LOSERS_MAX = 2


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A master, with the values it is to have afterwards, and the ids of those that go into it."""

    master: SentRow
    losers: Sequence[str]


@dataclass(slots=True)
class MergeResult(RowResult):
    """A merge's outcome: the master's id, the ids that went into it, and those that were given a new parent."""

    merged: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)


class _Refused(Exception):
    """Leaves the transaction of a merge; why is in its result."""


def merge(org: Org, requests: Sequence[MergeRequest], options: WriteOptions) -> list[MergeResult]:
    """Do each merge wholly or not at all, in turn; what a request asks has no bearing on the others."""
    check_row_count(len(requests))
    results = []
    for request in requests:
        result = MergeResult()
        try:
            with org.store.savepoint():
                _merge(org, request, result, options)
        except _Refused:
            result = MergeResult(errors=result.errors)
        results.append(result)
    return results


def _refuse(result: MergeResult, code: str, message: str, *fields: str) -> _Refused:
    result.fail(code, message, *fields)
    return _Refused()


def _merge(org: Org, request: MergeRequest, result: MergeResult, options: WriteOptions) -> None:
    sobject = request.master.sobject
    if not sobject.mergeable:
        raise _refuse(result, "INVALID_TYPE_FOR_OPERATION", f"entity type cannot be merged: {sobject.label}")
    said = options.access.to(sobject)
    if not (said.edit and said.delete):
        raise _refuse(result, "INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS)
    if request.master.parents:
        name = request.master.parents[0].field.name
        raise _refuse(result, "INVALID_FIELD", f"{name}: a merge takes no parent by its external id", name)
    master, losers = _chosen(org, sobject, request, result)
    if request.master.names():
        (changed,) = update(org, [request.master], WriteOptions(options.user_id, access=options.access))
        result.errors.extend(changed.errors)
        if result.errors:
            raise _Refused
    result.related = _move_children(org, sobject, master, losers)
    _check_circle(org, sobject, master, result)
    for loser in losers:
        org.store.update(sobject.name, loser, {"MasterRecordId": master})
        bury(org, {sobject.name: {loser}}, loser)
    result.id = master
    result.merged = losers


def _chosen(org: Org, sobject: SObject, request: MergeRequest, result: MergeResult) -> tuple[str, list[str]]:
    """The ids of the master and of those that go into it: different living records of one object."""
    if not request.master.id:
        raise _refuse(result, "MISSING_ARGUMENT", "Id not specified in a merge call", "Id")
    if not request.losers:
        raise _refuse(result, "MISSING_ARGUMENT", "recordToMergeIds not specified")
    if len(request.losers) > LOSERS_MAX:
        words = f"a merge takes {LOSERS_MAX} records at most besides the master: {len(request.losers)}"
        raise _refuse(result, "LIMIT_EXCEEDED", words)
    ids = []
    for sent in (request.master.id, *request.losers):
        if not is_id(sent) or not sent.startswith(sobject.key_prefix):
            raise _refuse(result, "MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {sent}", "Id")
        ids.append(to_18(sent))
    records = org.by_ids(sobject, ids)
    for identifier in ids:
        record = records.get(identifier)
        if record is None or ids.count(identifier) > 1:
            raise _refuse(result, "INVALID_CROSS_REFERENCE_KEY", NO_RECORD)
        if record["IsDeleted"]:
            raise _refuse(result, "ENTITY_IS_DELETED", DELETED)
    return ids[0], ids[1:]


def _move_children(org: Org, sobject: SObject, master: str, losers: Sequence[str]) -> list[str]:
    """Let everything that points at the losers point at the master; tell the ids of what was moved."""
    moved: dict[str, None] = {}
    listed, now = json.dumps(list(losers)), org.now_text()
    for link in sobject.links:
        column = quoted(link.field.name)
        rows = org.store.execute(
            f'UPDATE {quoted(link.child)} SET {column} = ?, "SystemModstamp" = ? '
            f'WHERE {column} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0 RETURNING "Id"',
            [master, now, listed],
        )
        moved.update(dict.fromkeys(sorted(row[0] for row in rows)))
    return [identifier for identifier in moved if identifier not in losers]


def _check_circle(org: Org, sobject: SObject, master: str, result: MergeResult) -> None:
    """A hierarchy must not lead back to the master."""
    for named in sobject.references:
        if named.refers_to != sobject.name or not named.children:
            continue
        at, passed = master, set[str]()
        while at and at not in passed:
            passed.add(at)
            at = str((org.by_ids(sobject, [at]).get(at) or {}).get(named.name) or "")
        if at:
            words = f"{named.label}: the merge would make a record its own ancestor"
            raise _refuse(result, "CIRCULAR_DEPENDENCY", words, named.name)
