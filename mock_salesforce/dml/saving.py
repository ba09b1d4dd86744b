"""Saving one chunk of a write, neighbours of one type: checks, locks, triggers and rules, and the store.

Without triggers a row that fails is left out and the rest is saved. With triggers all rows are tried together first;
when some fail, everything is undone, those are set aside, and the rest is tried again, triggers, limits and all. A
third time it is all or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mock_salesforce.access import FULL
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.dml.validation import Pending, UniqueValues, check, refuse_closed
from mock_salesforce.locks import RowsLocked, locked_with
from mock_salesforce.new_records import completed
from mock_salesforce.orgs import Org
from mock_salesforce.schema import SObject
from mock_salesforce.transactions import LimitException, Transaction
from mock_salesforce.triggers.context import TriggerRow
from mock_salesforce.triggers.model import Automation, Event
from mock_salesforce.triggers.running import REFUSED, apply_rules, run_triggers
from mock_salesforce.values import as_text

PASSES = 3
TOO_MANY_RETRIES = "Too many batch retries in the presence of Apex triggers and partial failures."


class _Undo(Exception):
    """Leaves the savepoint of a pass in which rows failed."""


def save_chunk(org: Org, sobject: SObject, batch: Sequence[Pending], options: WriteOptions) -> None:
    """Save the rows of a chunk whose targets are known, and note on each what became of it."""
    refuse_closed(sobject, batch, options.access)
    check(org, sobject, batch, truncate=options.truncate, access=options.access)
    alive = [pending for pending in batch if pending.alive]
    if not alive or not _lock(sobject, alive, options):
        return
    if options.work is not None:
        options.work.spend_ms(org.limits.profile.row_ms * len(alive))
    automation = org.automation.get(sobject.name.lower())
    if automation is None:
        _store(org, sobject, alive, options)
    else:
        _Automated(org, sobject, automation, options).save(alive)


def _lock(sobject: SObject, alive: Sequence[Pending], options: WriteOptions) -> bool:
    """Take the rows that the write locks; false when they cannot be had, and then the whole batch has failed."""
    if options.work is None:
        return True
    try:
        options.work.lock(each for pending in alive for each in locked_with(sobject, pending.target, pending.columns))
    except RowsLocked as locked:
        for pending in alive:
            pending.result.fail("UNABLE_TO_LOCK_ROW", str(locked))
        return False
    return True


def _store(org: Org, sobject: SObject, batch: Sequence[Pending], options: WriteOptions) -> None:
    """Put rows into the store, but for those with a unique value that another record has."""
    unique = UniqueValues(org, sobject, batch)
    rows = _Rows(org, sobject, options)
    for pending in batch:
        if not pending.alive:
            continue
        own_id = None if pending.target is None else str(pending.target["Id"])
        unique.refuse(pending, own_id)
        if not pending.alive:
            continue
        if own_id is None and not org.has_room(rows.new):
            pending.result.fail("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
            continue
        if own_id is None:
            own_id = rows.make(pending.columns)
            pending.result.created = True
        else:
            rows.change(own_id, pending.columns)
        unique.hold(pending, own_id)
        pending.result.id = own_id
    rows.write()


class _Rows:
    """Rows on their way into the store together, those that set the same columns by one statement."""

    def __init__(self, org: Org, sobject: SObject, options: WriteOptions) -> None:
        self._org = org
        self._sobject = sobject
        self._user_id = options.user_id
        self._now = org.now_text()
        self.new = 0
        """How many records are to be made."""
        self._made: dict[tuple[str, ...], list[Sequence[object]]] = {}
        self._changed: dict[tuple[str, ...], list[Sequence[object]]] = {}

    def make(self, columns: Mapping[str, object]) -> str:
        """Take in a new record, and tell its id."""
        row = completed(self._org, self._sobject, dict(columns), self._user_id)
        self.new += 1
        self._made.setdefault(tuple(row), []).append(tuple(row.values()))
        return str(row["Id"])

    def change(self, own_id: str, columns: Mapping[str, object]) -> None:
        """Take in what changes of a record."""
        row = dict(columns)
        name = self._sobject.name_field.name
        if name in row and row[name] is None:
            row[name] = own_id  # a record always has a name
        row["LastModifiedDate"] = row["SystemModstamp"] = self._now
        row["LastModifiedById"] = self._user_id
        self._changed.setdefault(tuple(row), []).append((*row.values(), own_id))

    def write(self) -> None:
        """Write all of them."""
        for columns, made in self._made.items():
            self._org.store.insert_many(self._sobject.name, columns, made)
        for columns, changed in self._changed.items():
            self._org.store.update_many(self._sobject.name, columns, changed)


class _Automated:
    """The saving of one chunk of an object that has triggers or rules."""

    def __init__(self, org: Org, sobject: SObject, automation: Automation, options: WriteOptions) -> None:
        self._org = org
        self._sobject = sobject
        self._automation = automation
        self._options = options

    def save(self, alive: Sequence[Pending]) -> None:
        """Save what can be saved, in at most three passes when there are triggers."""
        sent = [dict(pending.columns) for pending in alive]
        going = list(zip(alive, sent, strict=True))
        number = 0
        while going:
            number += 1
            for pending, columns in going:
                pending.columns = dict(columns)
            try:
                with self._org.store.savepoint():
                    self._try([pending for pending, _ in going])
                return
            except _Undo:
                for pending, _ in going:
                    pending.result.id, pending.result.created = None, False
                going = [each for each in going if each[0].alive]
            if self._options.all_or_none:
                for pending, _ in going:  # rolled back with the rest by whoever asked for that; they keep their ids
                    pending.result.id = None if pending.target is None else str(pending.target["Id"])
                return
            if self._automation.triggers and number == PASSES:
                for pending, _ in going:
                    pending.result.fail(REFUSED, TOO_MANY_RETRIES)
                return

    def _try(self, rows: Sequence[Pending]) -> None:
        """One pass, in a transaction of its own unless the write is part of one; raises `_Undo` when a row failed."""
        options, profile = self._options, self._org.limits.profile
        if options.depth > profile.apex_recursion:
            _fail_all(rows, f"System.DmlException: Maximum trigger depth exceeded: {self._sobject.name}")
            raise _Undo
        transaction = options.transaction or Transaction(profile)
        if options.transaction is None and options.work is not None:
            options.work.transactions.append(transaction)
        before = [self._row(pending, writable=True) for pending in rows]
        if not self._run(Event.BEFORE_INSERT, Event.BEFORE_UPDATE, before, transaction):
            _fail_all(rows, transaction.broken)
            raise _Undo
        _store(self._org, self._sobject, rows, options)
        saved = [pending for pending in rows if pending.alive]
        results = {str(each.result.id): each.result for each in saved}
        were = {str(each.result.id): each.target for each in saved}
        apply_rules(self._org, self._automation, results, were, options.user_id)
        after = [self._row(pending, writable=False) for pending in saved if pending.alive]
        if not self._run(Event.AFTER_INSERT, Event.AFTER_UPDATE, after, transaction):
            _fail_all(rows, transaction.broken)
        if any(not pending.alive for pending in rows):
            raise _Undo
        if options.transaction is None and options.work is not None:
            options.work.jobs.extend(transaction.jobs)

    def _row(self, pending: Pending, *, writable: bool) -> TriggerRow:
        return TriggerRow(
            self._sobject, pending.target, pending.columns, pending.result, pending.result.id, writable=writable
        )

    def _run(self, inserting: Event, updating: Event, rows: Sequence[TriggerRow], transaction: Transaction) -> bool:
        new, old = [row for row in rows if row.old is None], [row for row in rows if row.old is not None]
        return all(
            run_triggers(
                self._org,
                self._automation,
                event,
                some,
                transaction,
                Writer.within(self._org, self._options, transaction),
                self._options.work,
            )
            for event, some in ((inserting, new), (updating, old))
        )


class Writer:
    """Writes from within a trigger: all or none, in the same transaction."""

    def __init__(self, org: Org, options: WriteOptions) -> None:
        self._org = org
        self._options = options

    @classmethod
    def within(cls, org: Org, options: WriteOptions, transaction: Transaction) -> Writer:
        """For the triggers of a write with these options."""
        return cls(
            org,
            replace(
                options, all_or_none=True, faults={}, access=FULL, transaction=transaction, depth=options.depth + 1
            ),
        )

    @property
    def user_id(self) -> str:
        """Who writes."""
        return self._options.user_id

    def act(self, operation: str, sobject: str, rows: Sequence[Mapping[str, object]]) -> list[RowResult]:
        """One result a row; raises `LimitException` when that ended the transaction, `KeyError` for no field."""
        from mock_salesforce.dml import deletes, writes  # noqa: PLC0415 - a write's trigger may write again

        if operation == "delete":
            return deletes.delete(self._org, [str(row["Id"]) for row in rows], self._options)
        described = self._org.schema.required(sobject)
        sent = [_sent(described, row) for row in rows]
        act = writes.create if operation == "create" else writes.update
        results = act(self._org, sent, self._options)
        broken = self._options.transaction.broken if self._options.transaction else ""
        if broken:
            raise LimitException(broken.partition("System.LimitException: ")[2])
        return results


def _sent(sobject: SObject, row: Mapping[str, object]) -> SentRow:
    made = SentRow(sobject)
    for name, value in row.items():
        named, text = sobject.field(name), as_text(value)
        if named is None:
            raise KeyError(name)
        if name == "Id":
            made.id = text
        elif text is None:
            made.nulls.append(named)
        else:
            made.values[named.name] = text
    return made


def _fail_all(rows: Sequence[Pending], words: str) -> None:
    """The transaction is over: every row of it has failed, for that reason."""
    for pending in rows:
        if pending.alive:
            pending.result.fail(REFUSED, words)
