"""create, update and upsert: row by row results, chunks of one type, and all or none when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from mock_salesforce import faults
from mock_salesforce.dml.aiming import aim_by_id, aim_by_key, refuse_doubled_ids
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import ROLLED_BACK, RowResult
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.dml.saving import save_chunk
from mock_salesforce.dml.sent import not_a_key
from mock_salesforce.dml.validation import Pending, refuse_unseen
from mock_salesforce.orgs import Org
from mock_salesforce.schema import Kind, SObject


class _RollBack(Exception):
    """Leaves the savepoint of an all-or-none request that has a bad row."""


def check_row_count(org: Org, count: int) -> None:
    """Raise the fault of a request with too many rows."""
    most = org.limits.profile.rows_per_call
    if count > most:
        raise faults.api_fault(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records into this call"
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


def _chunks(org: Org, rows: Sequence[SentRow]) -> list[tuple[SObject, list[int]]]:
    """Neighbours of one type, as indexes into the request."""
    found = [
        (rows[indexes[0]].sobject, indexes)
        for _, group in groupby(range(len(rows)), key=lambda index: rows[index].sobject.name)
        if (indexes := list(group))
    ]
    most = org.limits.profile.chunks_per_call
    if len(found) > most:
        raise faults.api_fault(
            "EXCEEDED_MAX_TYPES_LIMIT",
            f"Cannot have more than {most} chunks in a single operation. Please rearrange the data to reduce chunking.",
        )
    return found


def create(org: Org, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Make new records. Raises a `SoapFault` for what concerns the whole request."""
    check_row_count(org, len(rows))
    results = options.results(len(rows))
    chunks = _chunks(org, rows)

    def work() -> None:
        for sobject, indexes in chunks:
            batch = [Pending(rows[index], results[index]) for index in indexes]
            for pending in batch:
                if pending.row.id is not None:
                    pending.result.fail("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
            save_chunk(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def update(org: Org, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Change records found by id. Raises a `SoapFault` for what concerns the whole request."""
    check_row_count(org, len(rows))
    results = options.results(len(rows))
    chunks = _chunks(org, rows)

    def work() -> None:
        for sobject, indexes in chunks:
            batch = [Pending(rows[index], results[index]) for index in indexes]
            for pending in batch:
                if pending.row.id is None:
                    pending.result.fail("MISSING_ARGUMENT", "Id not specified in an update call", "Id")
            aim_by_id(org, sobject, batch)
            save_chunk(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def upsert(org: Org, key_name: str, rows: Sequence[SentRow], options: WriteOptions) -> list[RowResult]:
    """Change the records that a key finds and make those it does not.

    Raises a `SoapFault` for what concerns the whole request: several types, or a key that is none.
    """
    check_row_count(org, len(rows))
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
            refuse_doubled_ids(batch)
            aim_by_id(org, sobject, batch)
        else:
            refuse_unseen(sobject, key, batch, options.access)
            aim_by_key(org, sobject, key, batch)
        save_chunk(org, sobject, batch, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results
