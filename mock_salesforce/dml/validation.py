"""What a row must be before it is written: writable fields, values of the right kind, references that exist,
required fields, unique values. Every check asks the store once for all rows of a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mock_salesforce.access import FULL, Access
from mock_salesforce.dml.parsing import parse_values
from mock_salesforce.dml.results import RowResult
from mock_salesforce.dml.rows import SentParent, SentRow
from mock_salesforce.dml.words import CIRCLE, DELETED, NO_ACCESS, NO_RECORD, not_writable
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import Field, Kind, SObject
from mock_salesforce.values import BadValue, parsers
from simulator.store import quoted


@dataclass(slots=True)
class Pending:
    """A row on its way into the store. `target` is the record it changes, `None` when it makes a new one."""

    row: SentRow
    result: RowResult
    target: Mapping[str, object] | None = None
    columns: dict[str, object] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Whether nothing has gone wrong with it so far."""
        return not self.result.errors


def refuse_closed(sobject: SObject, batch: Sequence[Pending], access: Access) -> None:
    """Note an error on rows of an object that nobody writes, or this user does not."""
    said = access.to(sobject)
    if not sobject.read_only and said.create and said.edit:
        return
    for pending in batch:
        creating = pending.target is None
        if pending.alive and (sobject.read_only or not (said.create if creating else said.edit)):
            words = f"entity type cannot be {'inserted' if creating else 'updated'}: {sobject.label}"
            pending.result.fail("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)


def refuse_unseen(sobject: SObject, key: Field, batch: Sequence[Pending], access: Access) -> None:
    """An upsert by a key that is not unique might double what its user cannot see; it needs a user who sees all."""
    if not key.unique and not access.sees_all(sobject):
        for pending in batch:
            pending.result.fail("INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS)


def check(
    org: Org, sobject: SObject, batch: Sequence[Pending], *, truncate: bool = False, access: Access = FULL
) -> None:
    """Fill each row's `columns`, and note errors on rows that cannot be written; unique values come later."""
    for pending in batch:
        if pending.alive:
            _check_names(sobject, pending, access)
    parse_values(sobject, [pending for pending in batch if pending.alive], truncate=truncate)
    _resolve_keys(org, batch)
    _check_references(org, sobject, batch)
    for pending in batch:
        if pending.alive:
            _check_reparenting(sobject, pending)
            _check_hierarchies(org, sobject, pending)
        if pending.alive:
            _check_required(sobject, pending)


def _check_names(sobject: SObject, pending: Pending, access: Access) -> None:
    """What the row sets, it may set, and sets in one way only."""
    names = pending.row.names()
    writable = access.writable(sobject, creating=pending.target is None)
    if not writable.issuperset(names):
        refused = [name for name in dict.fromkeys(names) if name not in writable]
        pending.result.fail("INVALID_FIELD_FOR_INSERT_UPDATE", not_writable(refused), *refused)
    elif len(set(names)) < len(names):
        for name in sorted({name for name in names if names.count(name) > 1}):
            words = f"{name} is given a value and named in fieldsToNull or by its relationship, in one record"
            pending.result.fail("INVALID_FIELD", words, name)


def _resolve_keys(org: Org, batch: Sequence[Pending]) -> None:
    """Turn parents named by a key into ids, one question to the store for each kind of key."""
    asked: dict[tuple[str, str], list[tuple[Pending, SentParent]]] = {}
    for pending in batch:
        for parent in pending.row.parents:
            asked.setdefault((parent.sobject.name, parent.key.name), []).append((pending, parent))
    for wanted in asked.values():
        first = wanted[0][1]
        found = ids_by_key(org, first.sobject, first.key, {parent.value for _, parent in wanted})
        for pending, parent in wanted:
            if not parent.value:
                pending.result.fail("MISSING_ARGUMENT", f"{parent.key.name} not specified")
                continue
            ids = found.get(folded(parent.key, parent.value), [])
            name = parent.field.name
            if len(ids) == 1:
                pending.columns[name] = ids[0]
            elif ids:
                pending.result.fail("DUPLICATE_EXTERNAL_ID", many_found(parent.key, ids))
            else:
                pending.result.fail(
                    "INVALID_FIELD",
                    f"Foreign key external ID: {parent.value} not found for field {parent.key.name} in entity "
                    f"{parent.sobject.name}",
                )


def many_found(key: Field, ids: Sequence[str]) -> str:
    """The words for a key that several records share."""
    return f"{key.label}: more than one record found for external id field: [{', '.join(ids)}]"


def folded(key: Field, value: object) -> str:
    """A key's value in the form in which equal ones are the same."""
    text = str(value).strip()
    if key.kind in (Kind.ID, Kind.REFERENCE) and is_id(text):
        return to_18(text)
    return text.lower() if key.folds_case else text


def ids_by_key(org: Org, sobject: SObject, key: Field, values: Iterable[str]) -> dict[str, list[str]]:
    """The ids of living records by the folded value of a key field."""
    usable, parse = [], parsers(sobject)[key.name]
    for value in values:
        try:
            if value:
                usable.append(parse(value))
        except BadValue:
            continue  # a value the field cannot hold is a value no record has
    collate = " COLLATE NOCASE" if key.folds_case else ""
    rows = org.store.execute(
        f'SELECT "Id", {quoted(key.name)} FROM {quoted(sobject.name)} '
        f'WHERE {quoted(key.name)}{collate} IN (SELECT value FROM json_each(?)) AND "IsDeleted" = 0 ORDER BY "Id"',
        [json.dumps(usable)],
    )
    found: dict[str, list[str]] = {}
    for identifier, value in rows:
        found.setdefault(folded(key, value), []).append(identifier)
    return found


def _check_references(org: Org, sobject: SObject, batch: Sequence[Pending]) -> None:
    """Ids sent in references must be of the right type and belong to living records; owners must be active."""
    asked: dict[str, list[tuple[Pending, Field, str]]] = {}
    for named in sobject.settable_references:
        target = org.schema.sobject(named.refers_to)
        for pending in batch:
            value = pending.columns.get(named.name) if named.name in pending.row.values else None
            if value is None:
                continue
            identifier = str(value)
            if target is not None and identifier.startswith(target.key_prefix):
                asked.setdefault(named.refers_to, []).append((pending, named, identifier))
            else:
                words = f"{named.label}: id value of incorrect type: {identifier}"
                pending.result.fail("FIELD_INTEGRITY_EXCEPTION", words, named.name)
    for target_name, wanted in asked.items():
        records = org.by_ids(org.schema.required(target_name), {identifier for _, _, identifier in wanted})
        for pending, named, identifier in wanted:
            record = records.get(identifier)
            if record is None:
                pending.result.fail("INVALID_CROSS_REFERENCE_KEY", NO_RECORD)
            elif record["IsDeleted"]:
                pending.result.fail("ENTITY_IS_DELETED", DELETED, named.name)
            elif named.name == "OwnerId" and not record["IsActive"]:
                words = f"operation performed with inactive user [{identifier}] as owner of {sobject.label.lower()}"
                pending.result.fail("INACTIVE_OWNER_OR_USER", words, named.name)


def _check_reparenting(sobject: SObject, pending: Pending) -> None:
    """A master stays the same unless its field says otherwise."""
    if pending.target is None:
        return
    moved = [
        named.name
        for named in sobject.fixed_masters
        if pending.columns.get(named.name) not in (None, pending.target[named.name])
    ]
    if moved:
        pending.result.fail("INVALID_FIELD_FOR_INSERT_UPDATE", not_writable(moved), *moved)


def leads_back(org: Org, sobject: SObject, named: Field, record_id: str, parent_id: str) -> bool:
    """Whether a record would be its own ancestor with this parent in one of its object's hierarchies."""
    passed = {record_id}
    at: object = parent_id
    while at and at not in passed:
        passed.add(str(at))
        parent = org.by_ids(sobject, [str(at)]).get(str(at))
        at = parent[named.name] if parent is not None else None
    return at == record_id


def _check_hierarchies(org: Org, sobject: SObject, pending: Pending) -> None:
    """A record that is there may not be put below itself."""
    for named in sobject.hierarchies if pending.target is not None else ():
        parent_id, record_id = pending.columns.get(named.name), str((pending.target or {})["Id"])
        if parent_id is not None and leads_back(org, sobject, named, record_id, str(parent_id)):
            pending.result.fail("CIRCULAR_DEPENDENCY", CIRCLE, named.name)


def _check_required(sobject: SObject, pending: Pending) -> None:
    if pending.target is None:
        missing = [f.name for f in sobject.required_fields if pending.columns.get(f.name) is None]
    elif None not in pending.columns.values():
        return
    else:
        missing = [
            name
            for name, value in pending.columns.items()
            if value is None and (named := sobject.field(name)) is not None and named.required
        ]
    if missing:
        names = ", ".join(missing)
        pending.result.fail("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{names}]", *missing)


class UniqueValues:
    """Which record has which unique value: those in the store that a batch could meet, and the batch's own."""

    def __init__(self, org: Org, sobject: SObject, batch: Sequence[Pending]) -> None:
        self._fields = sobject.unique_fields
        self._holders: dict[str, dict[str, str]] = {}
        for unique in self._fields:
            values = {str(p.columns[unique.name]) for p in batch if p.columns.get(unique.name) is not None}
            found = ids_by_key(org, sobject, unique, values) if values else {}
            self._holders[unique.name] = {value: ids[0] for value, ids in found.items()}

    def refuse(self, pending: Pending, own_id: str | None) -> None:
        """Note an error when another record has one of the row's values."""
        for unique in self._fields:
            value = pending.columns.get(unique.name)
            if value is None:
                continue
            holder = self._holders[unique.name].get(folded(unique, value))
            if holder is not None and holder != own_id:
                pending.result.fail(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {unique.name} duplicates value on record with id: {holder}",
                )

    def hold(self, pending: Pending, identifier: str) -> None:
        """Note that a record has taken the row's values, and let go of those it had before."""
        for unique in self._fields:
            if unique.name not in pending.columns:
                continue
            holders = self._holders[unique.name]
            former = None if pending.target is None else pending.target[unique.name]
            if former is not None:
                holders.pop(folded(unique, former), None)
            value = pending.columns[unique.name]
            if value is not None:
                holders[folded(unique, value)] = identifier
