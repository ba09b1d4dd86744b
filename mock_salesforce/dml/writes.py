"""create, update and upsert: row by row results, chunks of one type, and all or none when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mock_salesforce import faults
from mock_salesforce.access import FULL, Access
from mock_salesforce.dml.results import ROLLED_BACK, RowResult
from mock_salesforce.dml.sent import SentRow, not_a_key
from mock_salesforce.dml.validation import (
    Pending,
    UniqueValues,
    check,
    folded,
    ids_by_key,
    many_found,
    refuse_closed,
    refuse_unseen,
)
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import Field, Kind, SObject
from simulator.faults import RowFault

MAX_ROWS = 200
MAX_CHUNKS = 10


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a write's headers ask for, and who writes."""

    user_id: str
    all_or_none: bool = False
    truncate: bool = False
    faults: Mapping[int, RowFault] = field(default_factory=dict)
    """Rows that fail whatever is in them, by number from 0."""
    version: float = 64.0
    access: Access = FULL

    def results(self, rows: int) -> list[RowResult]:
        """A result for each row, before anything is done; a row that has failed already is not written."""
        results = [RowResult() for _ in range(rows)]
        for number, fault in self.faults.items():
            results[number].fail(fault.code, fault.message)
        return results


class _RollBack(Exception):
    """Leaves the savepoint of an all-or-none request that has a bad row."""


def check_row_count(count: int) -> None:
    """Raise the fault of a request with too many rows."""
    if count > MAX_ROWS:
        raise faults.api_fault(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_ROWS} records into this call"
        )


def all_or_none(org: Org, results: Sequence[RowResult], work: Callable[[], None], *, asked: bool) -> None:
    """Do the work in one transaction; when all-or-none is asked and a row failed, undo it and say so on the rest."""
    try:
        with org.store.savepoint():
            work()
            if asked:
                _insist(results)
    except _RollBack:
        for result in results:
            if not result.errors:
                result.errors.append(ROLLED_BACK)
                result.id = None if result.created else result.id
                result.created = False


def _insist(results: Sequence[RowResult]) -> None:
    if any(result.errors for result in results):
        raise _RollBack


def _chunks(rows: Sequence[SentRow]) -> list[tuple[SObject, list[int]]]:
    """Neighbours of one type, as indexes into the request."""
    found = [
        (rows[indexes[0]].sobject, indexes)
        for _, group in groupby(range(len(rows)), key=lambda index: rows[index].sobject.name)
        if (indexes := list(group))
    ]
    if len(found) > MAX_CHUNKS:
        raise faults.api_fault(
            "EXCEEDED_MAX_TYPES_LIMIT",
            f"Cannot have more than {MAX_CHUNKS} chunks in a single operation. Please rearrange the data to reduce "
            "chunking.",
        )
    return found


def create(org: Org, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Make new records. Raises a `SoapFault` for what concerns the whole request."""
    check_row_count(len(rows))
    results = options.results(len(rows))
    chunks = _chunks(rows)

    def work() -> None:
        for sobject, indexes in chunks:
            batch = [Pending(rows[index], results[index]) for index in indexes]
            for pending in batch:
                if pending.row.id is not None:
                    pending.result.fail("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
            _save(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def update(org: Org, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Change records found by id. Raises a `SoapFault` for what concerns the whole request."""
    check_row_count(len(rows))
    results = options.results(len(rows))
    chunks = _chunks(rows)

    def work() -> None:
        for sobject, indexes in chunks:
            batch = [Pending(rows[index], results[index]) for index in indexes]
            for pending in batch:
                if pending.row.id is None:
                    pending.result.fail("MISSING_ARGUMENT", "Id not specified in an update call", "Id")
            _aim_by_id(org, sobject, batch)
            _save(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def upsert(org: Org, key_name: str, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Change the records that a key finds and make those it does not.

    Raises a `SoapFault` for what concerns the whole request: several types, or a key that is none.
    """
    check_row_count(len(rows))
    results = options.results(len(rows))
    if not rows:
        return results
    sobject = rows[0].sobject
    if any(row.sobject is not sobject for row in rows):
        raise faults.api_fault("EXCEEDED_MAX_TYPES_LIMIT", "an upsert call takes records of one type only")
    key = sobject.field(key_name)
    if key is None or not key.id_lookup:
        raise not_a_key(key_name, sobject)
    batch = [Pending(row, result) for row, result in zip(rows, results, strict=True)]

    def work() -> None:
        if key.kind is Kind.ID:
            _refuse_doubled_ids(batch)
            _aim_by_id(org, sobject, batch)
        else:
            refuse_unseen(sobject, key, batch, options.access)
            _aim_by_key(org, sobject, key, batch)
        _save(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def _refuse_doubled_ids(batch: Sequence[Pending]) -> None:
    """An upsert takes each key once, and an id is a key like others; none of its rows is saved."""
    times = Counter(to_18(pending.row.id) for pending in batch if pending.row.id)
    for pending in batch:
        sent = pending.row.id
        if sent and times[to_18(sent)] > 1:
            pending.result.fail("DUPLICATE_VALUE", f"Duplicate external id specified: {sent}", "Id")


def _aim_by_id(org: Org, sobject: SObject, batch: Sequence[Pending]) -> None:
    """Find the records that rows name by id; rows without one stay new."""
    wanted: dict[str, list[Pending]] = {}
    for pending in batch:
        sent = pending.row.id
        if sent is None or not pending.alive:
            continue
        if not is_id(sent) or not sent.startswith(sobject.key_prefix):
            pending.result.fail("MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {sent}", "Id")
        else:
            wanted.setdefault(to_18(sent), []).append(pending)
    records = org.by_ids(sobject, wanted) if wanted else {}
    for identifier, rows in wanted.items():
        record = records.get(identifier)
        for pending in rows:
            if record is None:
                pending.result.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            elif record["IsDeleted"]:
                pending.result.fail("ENTITY_IS_DELETED", "entity is deleted")
            else:
                pending.target = record


def _aim_by_key(org: Org, sobject: SObject, key: Field, batch: Sequence[Pending]) -> None:
    """Find the records that rows name by a key field."""
    values = [pending.row.values.get(key.name, "").strip() for pending in batch]
    times = Counter(folded(key, value) for value in values if value)
    found = ids_by_key(org, sobject, key, {value for value in values if value})
    aimed: dict[str, Pending] = {}
    for pending, value in zip(batch, values, strict=True):
        ids = found.get(folded(key, value), [])
        if not value:
            pending.result.fail("MISSING_ARGUMENT", f"{key.name} not specified")
        elif pending.row.id is not None:
            pending.result.fail(
                "INVALID_FIELD_FOR_INSERT_UPDATE", "The Id field should not be specified in the sobject data.", "Id"
            )
        elif times[folded(key, value)] > 1:
            pending.result.fail("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", key.name)
        elif len(ids) > 1:
            pending.result.fail("DUPLICATE_EXTERNAL_ID", many_found(key, ids))
        elif ids:
            aimed[ids[0]] = pending
    for identifier, record in (org.by_ids(sobject, aimed) if aimed else {}).items():
        aimed[identifier].target = record


def _save(org: Org, sobject: SObject, batch: Sequence[Pending], options: WriteOptions) -> None:
    refuse_closed(sobject, batch, options.access)
    check(org, sobject, batch, truncate=options.truncate, access=options.access)
    unique = UniqueValues(org, sobject, batch)
    now = org.now_text()
    for pending in batch:
        if not pending.alive:
            continue
        own_id = None if pending.target is None else str(pending.target["Id"])
        unique.refuse(pending, own_id)
        if not pending.alive:
            continue
        if own_id is None:
            own_id = _insert(org, sobject, pending, options)
        else:
            _change(org, sobject, pending, own_id, options, now)
        unique.hold(pending, own_id)
        pending.result.id = own_id


def _insert(org: Org, sobject: SObject, pending: Pending, options: WriteOptions) -> str:
    columns = org.completed(sobject, pending.columns, options.user_id)
    org.store.insert(sobject.name, columns)
    pending.result.created = True
    return str(columns["Id"])


def _change(org: Org, sobject: SObject, pending: Pending, own_id: str, options: WriteOptions, now: str) -> None:
    columns = dict(pending.columns)
    name = sobject.name_field.name
    if name in columns and columns[name] is None:
        columns[name] = own_id  # a record always has a name
    columns["LastModifiedDate"] = columns["SystemModstamp"] = now
    columns["LastModifiedById"] = options.user_id
    org.store.update(sobject.name, own_id, columns)
