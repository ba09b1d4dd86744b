"""delete and undelete: what goes along, what is let go of, and what stands in the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.saving import Writer
from mock_salesforce.dml.writes import all_or_none, check_row_count
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.locks import RowsLocked, locked_with
from mock_salesforce.orgs import Org
from mock_salesforce.recycling import BIN, EMPTIED, PURGED
from mock_salesforce.schema import ChildLink, OnDelete, SObject
from mock_salesforce.transactions import Transaction
from mock_salesforce.triggers.context import TriggerRow
from mock_salesforce.triggers.model import Event
from mock_salesforce.triggers.running import REFUSED, run_triggers
from simulator.store import quoted


def delete(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Put records, and what belongs to them, into the recycle bin."""
    check_row_count(org, len(ids))
    results = options.results(len(ids))

    def work() -> None:
        found = [_living(org, sent, result) for sent, result in zip(ids, results, strict=True)]
        doomed = [_Doomed(*each, result) for each, result in zip(found, results, strict=True) if each is not None]
        if not _lock_rows(org, doomed, options):
            return
        transaction = options.transaction or Transaction(org.limits.profile)
        for sobject, some in _by_object(doomed):
            _delete_some(org, sobject, some, options, transaction)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


@dataclass(frozen=True, slots=True)
class _Doomed:
    """A living record that is to be deleted."""

    sobject: SObject
    record: dict[str, object]
    result: RowResult


def _by_object(doomed: Sequence[_Doomed]) -> list[tuple[SObject, list[_Doomed]]]:
    """Neighbours of one type."""
    return [
        (some[0].sobject, some)
        for _, group in groupby(doomed, key=lambda each: each.sobject.name)
        if (some := list(group))
    ]


def _lock_rows(org: Org, doomed: Sequence[_Doomed], options: WriteOptions) -> bool:
    """Take the rows that a delete locks; false when they cannot be had, and then all of them have failed."""
    if options.work is None or not doomed:
        return True
    options.work.spend_ms(org.limits.profile.row_ms * len(doomed))
    try:
        options.work.lock(row for each in doomed for row in locked_with(each.sobject, each.record, {}))
    except RowsLocked as locked:
        for each in doomed:
            each.result.fail("UNABLE_TO_LOCK_ROW", str(locked))
        return False
    return True


def _delete_some(
    org: Org, sobject: SObject, doomed: Sequence[_Doomed], options: WriteOptions, transaction: Transaction
) -> None:
    automation = org.automation.get(sobject.name.lower())
    if automation is None:
        for each in doomed:
            _delete_one(org, sobject, each.record, each.result)
        return
    rows = [TriggerRow(sobject, each.record, {}, each.result, str(each.record["Id"])) for each in doomed]
    write = Writer.within(org, options, transaction)
    fine = run_triggers(org, automation, Event.BEFORE_DELETE, rows, transaction, write, options.work)
    for each in doomed if fine else ():
        if not each.result.errors:
            _delete_one(org, sobject, each.record, each.result)
    gone = [row for row in rows if not row.result.errors]
    if not fine or not run_triggers(org, automation, Event.AFTER_DELETE, gone, transaction, write, options.work):
        for each in doomed:
            if not each.result.errors:
                each.result.id = None
                each.result.fail(REFUSED, transaction.broken)


def empty_bin(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Take records out of the recycle bin for good, with what went there along with them."""
    check_row_count(org, len(ids))
    results = options.results(len(ids))
    for sent, result in zip(ids, results, strict=True):
        found = None if result.errors else _found(org, sent, result)
        if found is None:
            continue
        sobject, record = found
        root = str(record["Id"])
        if not record["IsDeleted"] or record[BIN] in (None, PURGED):
            result.fail("INVALID_ID_FIELD", "Entity is not in the recycle bin")
            continue
        for other in _reachable(org, sobject):
            org.store.execute(
                f"UPDATE {quoted(other)} SET {quoted(BIN)} = ? "
                f'WHERE {quoted(BIN)} = ? OR ("Id" = ? AND "IsDeleted" = 1)',
                [PURGED, root, root],
            )
        org.store.execute(f'DELETE FROM {quoted(EMPTIED)} WHERE "root" = ?', [root])
        result.id = root
    return results


def undelete(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Take records, and what went along with them, out of the recycle bin."""
    check_row_count(org, len(ids))
    results = options.results(len(ids))

    def work() -> None:
        for sent, result in zip(ids, results, strict=True):
            if not result.errors:
                _undelete_one(org, sent, result)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def _found(org: Org, sent: str, result: RowResult) -> tuple[SObject, dict[str, object]] | None:
    """The record an id means, or an error on the row."""
    if not is_id(sent):
        result.fail("MALFORMED_ID", f"malformed id {sent}")
        return None
    sobject = org.schema.of_id(sent)
    record = None if sobject is None else org.by_ids(sobject, [to_18(sent)]).get(to_18(sent))
    if sobject is None or record is None:
        result.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return None
    return sobject, dict(record)


def _living(org: Org, sent: str, result: RowResult) -> tuple[SObject, dict[str, object]] | None:
    """The record to delete that an id means, or an error on the row."""
    found = None if result.errors else _found(org, sent, result)
    if found is None:
        return None
    sobject, record = found
    if record["IsDeleted"]:
        result.fail("ENTITY_IS_DELETED", "entity is deleted")
    elif sobject.read_only:
        result.fail("DELETE_FAILED", f"entity type cannot be deleted: {sobject.label}")
    return None if result.errors else found


def _delete_one(org: Org, sobject: SObject, record: dict[str, object], result: RowResult) -> None:
    current = org.by_ids(sobject, [str(record["Id"])])[str(record["Id"])]
    if current["IsDeleted"]:  # named twice, or gone along with one that was named before
        result.fail("ENTITY_IS_DELETED", "entity is deleted")
        return
    root = str(record["Id"])
    doomed = _with_descendants(org, sobject, root)
    blocked = _restricting(org, doomed)
    if blocked is not None:
        plural, names = blocked
        result.fail(
            "DELETE_FAILED",
            f"Your attempt to delete {record[sobject.name_field.name]} could not be completed because it is "
            f"associated with the following {plural.lower()}.: {', '.join(names)}\n",
        )
        return
    bin_records(org, doomed, root)
    result.id = root


def _children(org: Org, link: ChildLink, parents: Iterable[str]) -> list[str]:
    rows = org.store.execute(
        f'SELECT "Id" FROM {quoted(link.child)} WHERE {quoted(link.field.name)} IN '
        '(SELECT value FROM json_each(?)) AND "IsDeleted" = 0 ORDER BY "Id"',
        [json.dumps(list(parents))],
    )
    return [row[0] for row in rows]


def _with_descendants(org: Org, sobject: SObject, root: str) -> dict[str, set[str]]:
    """Ids by object: the record, its details, and the children that are deleted with it."""
    doomed: dict[str, set[str]] = {sobject.name: {root}}
    waiting = [(sobject, [root])]
    while waiting:
        parent, ids = waiting.pop()
        for link in parent.links:
            if link.field.on_delete is not OnDelete.CASCADE:
                continue
            known = doomed.setdefault(link.child, set())
            new = [identifier for identifier in _children(org, link, ids) if identifier not in known]
            if new:
                known.update(new)
                waiting.append((org.schema.required(link.child), new))
    return doomed


def _restricting(org: Org, doomed: dict[str, set[str]]) -> tuple[str, list[str]] | None:
    """The first kind of records that forbid the deletion and stay themselves: their plural, and their names."""
    for name, ids in doomed.items():
        for link in org.schema.required(name).links:
            if not ids or link.field.on_delete is not OnDelete.RESTRICT:
                continue
            staying = [i for i in _children(org, link, ids) if i not in doomed.get(link.child, ())]
            if staying:
                child = org.schema.required(link.child)
                records = org.by_ids(child, staying)
                return child.plural, [str(records[i][child.name_field.name]) for i in staying]
    return None


def bin_records(org: Org, doomed: dict[str, set[str]], root: str) -> None:
    """Put records, ids by object, into the recycle bin, where `root` takes them out again together."""
    now = org.now_text()
    for name, ids in doomed.items():
        listed = json.dumps(sorted(ids))
        org.store.execute(
            f'UPDATE {quoted(name)} SET "IsDeleted" = 1, {quoted(BIN)} = ?, "LastModifiedDate" = ?, '
            '"SystemModstamp" = ? WHERE "Id" IN (SELECT value FROM json_each(?))',
            [root, now, now, listed],
        )
    for name, ids in doomed.items():
        for link in org.schema.required(name).links:
            if link.field.on_delete is OnDelete.SET_NULL and ids:
                _empty(org, link, sorted(ids), root, now)


def _empty(org: Org, link: ChildLink, ids: Sequence[str], root: str, now: str) -> None:
    """Empty the lookups that point at records, and remember what was in them."""
    child, column, listed = quoted(link.child), quoted(link.field.name), json.dumps(list(ids))
    pointing = f'{column} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0'
    org.store.execute(
        f'INSERT INTO {quoted(EMPTIED)} ("key", "root", "child", "row", "field", "value") '
        f"SELECT ? || '/' || \"Id\" || '/' || ?, ?, ?, \"Id\", ?, {column} FROM {child} WHERE {pointing}",
        [f"{root}@{org.take(EMPTIED)}", link.field.name, root, link.child, link.field.name, listed],
    )
    org.store.execute(
        f'UPDATE {child} SET {column} = NULL, "SystemModstamp" = ? WHERE {pointing}',
        [now, listed],
    )


def _fill_again(org: Org, root: str, now: str) -> None:
    """Have the lookups that a deletion emptied point again, where nothing else has been put in since."""
    kept = org.store.execute(f'SELECT "child", "row", "field", "value" FROM {quoted(EMPTIED)} WHERE "root" = ?', [root])
    for child, row, field, value in kept:
        org.store.execute(
            f'UPDATE {quoted(child)} SET {quoted(field)} = ?, "SystemModstamp" = ? WHERE "Id" = ? AND '
            f'{quoted(field)} IS NULL AND "IsDeleted" = 0',
            [value, now, row],
        )
    org.store.execute(f'DELETE FROM {quoted(EMPTIED)} WHERE "root" = ?', [root])


def _undelete_one(org: Org, sent: str, result: RowResult) -> None:
    found = _found(org, sent, result)
    if found is None:
        return
    sobject, record = found
    root = str(record["Id"])
    if not record["IsDeleted"] or record[BIN] in (None, PURGED):
        result.fail("UNDELETE_FAILED", "Entity is not in the recycle bin")
        return
    if _master_is_gone(org, sobject, record):
        result.fail("UNDELETE_FAILED", "The record's master is deleted: undelete the master first")
        return
    reachable = _reachable(org, sobject)
    taken = _taken(org, reachable, root)
    if taken is not None:
        name, holder = taken
        result.fail("DUPLICATE_VALUE", f"duplicate value found: {name} duplicates value on record with id: {holder}")
        return
    now = org.now_text()
    for other in reachable:
        org.store.execute(
            f'UPDATE {quoted(other)} SET "IsDeleted" = 0, {quoted(BIN)} = NULL, "LastModifiedDate" = ?, '
            f'"SystemModstamp" = ? WHERE {quoted(BIN)} = ? OR "Id" = ?',
            [now, now, root, root],
        )
    _fill_again(org, root, now)
    result.id = root


def _taken(org: Org, objects: Iterable[str], root: str) -> tuple[str, str] | None:
    """A unique field of a record that would come back with `root`, and the living record that has its value by now."""
    for name in objects:
        for unique in org.schema.required(name).unique_fields:
            table, column = quoted(name), quoted(unique.name)
            rows = org.store.execute(
                f'SELECT living."Id" FROM {table} gone JOIN {table} living ON living.{column} = gone.{column} '
                f'WHERE gone.{quoted(BIN)} = ? AND living."IsDeleted" = 0 ORDER BY gone."Id", living."Id" LIMIT 1',
                [root],
            )
            if rows:
                return unique.name, str(rows[0][0])
    return None


def _master_is_gone(org: Org, sobject: SObject, record: dict[str, object]) -> bool:
    for named in sobject.stored_fields:
        master = record[named.name] if named.master_detail else None
        if master is not None:
            parent = org.by_ids(org.schema.required(named.refers_to), [str(master)]).get(str(master))
            if parent is None or parent["IsDeleted"]:
                return True
    return False


def _reachable(org: Org, sobject: SObject) -> list[str]:
    """The objects whose records can be deleted along with one of this object's."""
    found, waiting = [sobject.name], [sobject]
    while waiting:
        for link in waiting.pop().links:
            if link.field.on_delete is OnDelete.CASCADE and link.child not in found:
                found.append(link.child)
                waiting.append(org.schema.required(link.child))
    return found
