"""delete, undelete and emptyRecycleBin: what goes along, what is let go of, and what stands in the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.saving import Writer
from mock_salesforce.dml.words import DELETED, NO_ACCESS, NO_RECORD, malformed_id
from mock_salesforce.dml.writes import all_or_none, check_row_count
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.locks import RowsLocked, locked_with
from mock_salesforce.orgs import Org
from mock_salesforce.schema import ChildLink, OnDelete, SObject
from mock_salesforce.transactions import Transaction
from mock_salesforce.triggers.context import TriggerRow
from mock_salesforce.triggers.model import Event
from mock_salesforce.triggers.running import REFUSED, run_triggers
from simulator.store import quoted

_NOT_IN_BIN = "Entity is not in the recycle bin"


@dataclass(frozen=True, slots=True)
class _Found:
    """The record that an id means, and what becomes of the row that named it."""

    sobject: SObject
    record: Mapping[str, object]
    result: RowResult

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.record["Id"])


def delete(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Put records, and what belongs to them, into the recycle bin."""
    check_row_count(org, len(ids))
    results = options.results(len(ids))

    def work() -> None:
        org.bin.expire()
        found = [_living(org, sent, result, options) for sent, result in zip(ids, results, strict=True)]
        doomed = [each for each in found if each is not None]
        if not _lock_rows(org, doomed, options):
            return
        transaction = options.transaction or Transaction(org.limits.profile)
        for sobject, some in _by_object(doomed):
            _delete_some(org, sobject, some, options, transaction)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def undelete(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Take records, and what went along with them, out of the recycle bin."""
    return _each(org, ids, options, _undelete_one)


def empty_bin(org: Org, ids: Sequence[str], options: WriteOptions) -> list[RowResult]:
    """Remove deleted records, and what went along with them, for good."""
    return _each(org, ids, options, _empty_one)


def _each(
    org: Org,
    ids: Sequence[str],
    options: WriteOptions,
    act: Callable[[Org, str, RowResult, WriteOptions], None],
) -> list[RowResult]:
    check_row_count(org, len(ids))
    results = options.results(len(ids))

    def work() -> None:
        org.bin.expire()
        for sent, result in zip(ids, results, strict=True):
            if not result.errors:
                act(org, sent, result, options)

    all_or_none(org, results, work, asked=options.all_or_none)
    return results


def _by_object(doomed: Sequence[_Found]) -> list[tuple[SObject, list[_Found]]]:
    """Neighbours of one type."""
    return [
        (some[0].sobject, some)
        for _, group in groupby(doomed, key=lambda each: each.sobject.name)
        if (some := list(group))
    ]


def _lock_rows(org: Org, doomed: Sequence[_Found], options: WriteOptions) -> bool:
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
    org: Org, sobject: SObject, doomed: Sequence[_Found], options: WriteOptions, transaction: Transaction
) -> None:
    automation = org.automation.get(sobject.name.lower())
    if automation is None:
        for each in doomed:
            _delete_one(org, each)
        return
    rows = [TriggerRow(sobject, each.record, {}, each.result, str(each.record["Id"])) for each in doomed]
    write = Writer.within(org, options, transaction)
    fine = run_triggers(org, automation, Event.BEFORE_DELETE, rows, transaction, write, options.work)
    for each in doomed if fine else ():
        if not each.result.errors:
            _delete_one(org, each)
    gone = [row for row in rows if not row.result.errors]
    if not fine or not run_triggers(org, automation, Event.AFTER_DELETE, gone, transaction, write, options.work):
        for each in doomed:
            if not each.result.errors:
                each.result.id = None
                each.result.fail(REFUSED, transaction.broken)


def _found(org: Org, sent: str, result: RowResult, options: WriteOptions) -> _Found | None:
    """The record an id means, deleted or not; an error on the row when there is none or the user may not delete it."""
    if not is_id(sent):
        result.fail("MALFORMED_ID", malformed_id(sent, options.version))
        return None
    sobject, identifier = org.schema.of_id(sent), to_18(sent)
    record = None if sobject is None else org.by_ids(sobject, [identifier]).get(identifier)
    if sobject is None or record is None:
        if org.bin.entry(identifier) is None:
            result.fail("INVALID_CROSS_REFERENCE_KEY", NO_RECORD)
        else:
            result.fail("ENTITY_IS_DELETED", DELETED)
        return None
    if not options.access.to(sobject).delete:
        result.fail("INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS)
        return None
    return _Found(sobject, record, result)


def _living(org: Org, sent: str, result: RowResult, options: WriteOptions) -> _Found | None:
    """The record to delete that an id means, or an error on the row."""
    found = None if result.errors else _found(org, sent, result, options)
    if found is None:
        return None
    if found.record["IsDeleted"]:
        result.fail("ENTITY_IS_DELETED", DELETED)
    elif found.sobject.read_only:
        result.fail("DELETE_FAILED", f"entity type cannot be deleted: {found.sobject.label}")
    return None if result.errors else found


def _delete_one(org: Org, doomed_one: _Found) -> None:
    sobject, root, result = doomed_one.sobject, doomed_one.id, doomed_one.result
    current = org.by_ids(sobject, [root])[root]
    if current["IsDeleted"]:  # named twice, or gone along with one that was named before
        result.fail("ENTITY_IS_DELETED", DELETED)
        return
    doomed = _with_descendants(org, sobject, root)
    blocked = _restricting(org, doomed)
    if blocked is not None:
        plural, names = blocked
        result.fail(
            "DELETE_FAILED",
            f"Your attempt to delete {current[sobject.name_field.name]} could not be completed because it is "
            f"associated with the following {plural.lower()}.: {', '.join(names)}\n",
        )
        return
    bury(org, doomed, root)
    result.id = root


def _children(org: Org, link: ChildLink, parents: Iterable[str]) -> list[str]:
    rows = org.store.execute(
        f'SELECT "Id" FROM {quoted(link.child)} WHERE {quoted(link.field.name)} IN '
        '(SELECT value FROM json_each(?)) AND "IsDeleted" = 0 ORDER BY "Id"',
        [json.dumps(list(parents))],
    )
    return [row[0] for row in rows]


def _with_descendants(org: Org, sobject: SObject, root: str) -> dict[str, set[str]]:
    """Ids by object: the record, its details, and the children that are deleted with it, however deep."""
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
    return {name: ids for name, ids in doomed.items() if ids}


def _restricting(org: Org, doomed: dict[str, set[str]]) -> tuple[str, list[str]] | None:
    """The first kind of records that forbid the deletion and stay themselves: their plural, and their names."""
    for name, ids in doomed.items():
        for link in org.schema.required(name).links:
            if link.field.on_delete is not OnDelete.RESTRICT:
                continue
            staying = [i for i in _children(org, link, ids) if i not in doomed.get(link.child, ())]
            if staying:
                child = org.schema.required(link.child)
                records = org.by_ids(child, staying)
                return child.plural, [str(records[i][child.name_field.name]) for i in staying]
    return None


def bury(org: Org, doomed: Mapping[str, set[str]], root: str) -> None:
    """Mark records, by object, as deleted together with `root`, and empty the lookups of what stays."""
    now = org.now_text()
    for name, ids in doomed.items():
        org.store.execute(
            f'UPDATE {quoted(name)} SET "IsDeleted" = 1, "LastModifiedDate" = ?, "SystemModstamp" = ? '
            'WHERE "Id" IN (SELECT value FROM json_each(?))',
            [now, now, json.dumps(sorted(ids))],
        )
    org.bin.put(doomed, root, now)
    for name, ids in doomed.items():
        parents = json.dumps(sorted(ids))
        for link in org.schema.required(name).links:
            if link.field.on_delete is OnDelete.SET_NULL and org.bin.cut(root, link.child, link.field.name, parents):
                org.store.execute(
                    f'UPDATE {quoted(link.child)} SET {quoted(link.field.name)} = NULL, "SystemModstamp" = ? '
                    f'WHERE {quoted(link.field.name)} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0',
                    [now, parents],
                )


def _undelete_one(org: Org, sent: str, result: RowResult, options: WriteOptions) -> None:
    entry = org.bin.entry(to_18(sent)) if is_id(sent) else None
    if entry is not None and entry.gone:
        result.fail("UNDELETE_FAILED", _NOT_IN_BIN)
        return
    found = _found(org, sent, result, options)
    if found is None:
        return
    if not found.record["IsDeleted"] or entry is None:
        result.fail("UNDELETE_FAILED", _NOT_IN_BIN)
        return
    if entry.root != found.id or _master_is_gone(org, found):
        result.fail("UNDELETE_FAILED", "The record's master is deleted: undelete the master first")
        return
    members = _coming_back(org, org.bin.members(found.id))
    taken = _taken(org, members)
    if taken is not None:
        name, holder = taken
        result.fail("DUPLICATE_VALUE", f"duplicate value found: {name} duplicates value on record with id: {holder}")
        return
    now = org.now_text()
    for name, ids in members.items():
        org.store.execute(
            f'UPDATE {quoted(name)} SET "IsDeleted" = 0, "LastModifiedDate" = ?, "SystemModstamp" = ? '
            'WHERE "Id" IN (SELECT value FROM json_each(?))',
            [now, now, json.dumps(ids)],
        )
    if found.sobject.mergeable:
        org.store.update(found.sobject.name, found.id, {"MasterRecordId": None})
    _let_go(org, members)
    org.bin.take_back(found.id, now)
    result.id = found.id


def _taken(org: Org, members: Mapping[str, list[str]]) -> tuple[str, str] | None:
    """A unique field of a record that would come back, and the living record that has its value by now."""
    for name, ids in members.items():
        for unique in org.schema.required(name).unique_fields:
            table, column = quoted(name), quoted(unique.name)
            rows = org.store.execute(
                f'SELECT living."Id" FROM {table} gone JOIN {table} living ON living.{column} = gone.{column} '
                'WHERE gone."Id" IN (SELECT value FROM json_each(?)) AND living."IsDeleted" = 0 '
                'ORDER BY gone."Id", living."Id" LIMIT 1',
                [json.dumps(ids)],
            )
            if rows:
                return unique.name, str(rows[0][0])
    return None


def _master_is_gone(org: Org, found: _Found) -> bool:
    """Whether a record that this one goes along with is deleted."""
    return any(org.bin.gone_masters(found.sobject.name, link, [found.id]) for link in found.sobject.masters)


def _coming_back(org: Org, members: dict[str, list[str]]) -> dict[str, list[str]]:
    """What of a deletion can be taken back: all but what also belongs to a master that was deleted on its own.

    That stays in the bin, to come back with that master.
    """
    waiting = True
    while waiting:
        waiting = False
        for name, ids in members.items():
            for named in org.schema.required(name).masters:
                kept = set(members.get(named.refers_to, ()))
                staying = {
                    id_: master for id_, master in org.bin.gone_masters(name, named, ids).items() if master not in kept
                }
                if staying:
                    org.bin.move(staying)
                    members[name] = [id_ for id_ in members[name] if id_ not in staying]
                    waiting = True
    return {name: ids for name, ids in members.items() if ids}


def _let_go(org: Org, members: Mapping[str, list[str]]) -> None:
    """Empty the lookups of records that have come back where what they point at is deleted by now."""
    for name, ids in members.items():
        for named in org.schema.required(name).references:
            if org.schema.sobject(named.refers_to) is None or named.on_delete is OnDelete.CASCADE:
                continue
            org.bin.cut_late(name, named.name, ids)
            column = quoted(named.name)
            org.store.execute(
                f'UPDATE {quoted(name)} SET {column} = NULL WHERE "Id" IN (SELECT value FROM json_each(?)) '
                f"AND {column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {quoted(named.refers_to)} p "
                f'WHERE p."Id" = {quoted(name)}.{column} AND p."IsDeleted" = 0)',
                [json.dumps(ids)],
            )


def _empty_one(org: Org, sent: str, result: RowResult, options: WriteOptions) -> None:
    if not is_id(sent):
        result.fail("MALFORMED_ID", malformed_id(sent, options.version))
        return
    entry = org.bin.entry(to_18(sent))
    if entry is None or entry.gone or entry.root != entry.id:
        result.fail("INVALID_ID_FIELD", "invalid record id; no recycle bin entry found")
        return
    if not options.access.to(org.schema.required(entry.sobject)).delete:
        result.fail("INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS)
        return
    org.bin.empty(entry.id)
    result.id = entry.id
