"""Creates, changes and deletes rows, one at a time, with the checks the service makes; says what is wrong with one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from mock_zuora.allowed import check
from mock_zuora.behaviour import behaviour_of
from mock_zuora.behaviour.payment_methods import BANK_DIGITS, check_card_number
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.objects import Field, ObjectType
from mock_zuora.reading import SentRow
from mock_zuora.sessions import Session
from mock_zuora.values import Stored, UnreadableValue, python_value, stored
from simulator.store import quoted

MASK = "*" * 12
_SYSTEM_FIELDS = frozenset({"CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"})


class RowWriter:
    """Writes rows into the session's entity, as the session's user, at one moment."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._store = session.data.store
        self._books = Books(session, now)

    def create(self, row: SentRow) -> str:
        """Add the row and what comes with it; returns its id. Raises `RowError`."""
        target = row.target
        if row.id:
            raise RowError("INVALID_VALUE", "The Id of a new object is assigned by the service.")
        values = self._values(row, creating=True)
        sent_parts = row.children.get(target.children.field.lower(), []) if target.children else []
        _require(target, {*values, *(f.name for f in target.fields if row.children.get(f.name.lower()))})
        self._check_unique(target, values, "")
        self._check_references(target, values)
        parts = [self._part(each) for each in sent_parts]
        behaviour = behaviour_of(target.name)
        complete: Row = {**target.defaults, **self._python(target, values)}
        behaviour.creating(self._books, complete, parts)
        row_id = behaviour.make(self._books, target, complete, parts)
        behaviour.created(self._books, self._books.the(target.name, row_id), parts)
        return row_id

    def update(self, row: SentRow) -> str:
        """Change the row's sent fields; returns its id. Raises `RowError`."""
        target = row.target
        if not row.id:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: Id")
        before = self._books.get(target.name, row.id)
        if before is None:
            raise _no_such(row.id)
        sent = {**self._values(row, creating=False), **_nulls(row)}
        self._session.tenant.shares.check_update(self._session.entity.id, target.name, row.id, sent)
        self._check_unique(target, sent, row.id)
        self._check_references(target, sent)
        changes = {name: value for name, value in self._python(target, sent).items() if before[name] != value}
        behaviour = behaviour_of(target.name)
        behaviour.updating(self._books, before, changes)
        self._books.change(target.name, row.id, changes)
        self._change_parts(row)
        behaviour.updated(self._books, before, self._books.the(target.name, row.id))
        return row.id

    def _change_parts(self, row: SentRow) -> None:
        """Of the rows that came inside a changed one, those with an id are changed, the others added."""
        rule = row.target.children
        if rule is None or rule.field.lower() not in row.children:
            return
        if not row.target.by_name[rule.field.lower()].updatable:
            raise RowError("INVALID_FIELD", f"invalid field for update: {row.target.name}.{rule.field}")
        held = self._books.where(rule.object, **{rule.parent: row.id})
        for sent in row.children[rule.field.lower()]:
            values = self._part(sent)
            if not sent.id:
                numbered = {"Tier": len(held) + 1} if "tier" in sent.target.by_name else {}
                added = self._books.add(rule.object, {**numbered, **values, rule.parent: row.id})
                held.append(self._books.the(rule.object, added))
            elif sent.id in {each["Id"] for each in held}:
                self._books.change(rule.object, sent.id, values)
            else:
                raise _no_such(sent.id)

    def delete(self, target: ObjectType, row_id: str) -> str:
        """Remove the row with what it owns; returns its id. Raises `RowError` while others still refer to it."""
        row = self._books.get(target.name, row_id)
        if row is None:
            raise _no_such(row_id)
        self._session.tenant.shares.check_delete(self._session.entity.id, target.name, row_id)
        behaviour = behaviour_of(target.name)
        behaviour.deleting(self._books, row)
        doomed = self._owned(target, row_id)
        for name, ids in doomed.items():
            for child, field in self._session.tenant.catalogue.references_to(name):
                users = self._ids_where(child, field.name, ids)
                if users - doomed.get(child.name, set()):
                    raise RowError(
                        "CANNOT_DELETE", f"{target.name} {row_id} cannot be deleted: a {child.name} refers to it."
                    )
        for name, ids in doomed.items():
            for each in ids:
                self._books.drop(name, each)
        behaviour.deleted(self._books, row)
        return row_id

    def _values(self, row: SentRow, *, creating: bool) -> dict[str, Stored]:
        target, values = row.target, dict[str, Stored]()
        for name, text in row.values.items():
            field = target.by_name[name]
            if field.name in _SYSTEM_FIELDS:
                continue  # set by the service, whatever is sent
            if not (field.creatable if creating else field.updatable):
                verb = "create" if creating else "update"
                raise RowError("INVALID_FIELD", f"invalid field for {verb}: {target.name}.{field.name}")
            value = self._read(target, field, text)
            if field.name in target.masks:
                values |= _masked(target, field, value)
            elif value is not None:  # an empty element changes nothing; fieldsToNull empties
                values[field.name] = value
        return values

    def _part(self, sent: SentRow) -> Row:
        """A row that came inside another: what of it may be sent is not said, so all of it may."""
        values = self._sent(sent)
        self._check_references(sent.target, values)
        return self._python(sent.target, values)

    def values(self, sent: SentRow) -> Row:
        """What a row says, whatever it is for; null is left out, references are not checked. Raises `RowError`."""
        return {name: value for name, value in self._python(sent.target, self._sent(sent)).items() if value is not None}

    def _sent(self, sent: SentRow) -> dict[str, Stored]:
        target = sent.target
        return {
            target.by_name[name].name: self._read(target, target.by_name[name], text)
            for name, text in sent.values.items()
            if target.by_name[name].name not in _SYSTEM_FIELDS
        }

    def _read(self, target: ObjectType, field: Field, text: str) -> Stored:
        try:
            value = stored(field.type, text, self._session.tenant.zone)
        except UnreadableValue:
            code = "INVALID_ID" if field.type == "id" else "INVALID_VALUE"
            raise RowError(code, f"Invalid value {text} for type {field.type}, field {field.name}") from None
        if field.name not in target.masks:
            check(target.name, field.name, value)
        return value

    def _python(self, target: ObjectType, values: Mapping[str, Stored]) -> Row:
        return {name: python_value(target.by_name[name.lower()].type, value) for name, value in values.items()}

    def _check_unique(self, target: ObjectType, values: dict[str, Stored], own_id: str) -> None:
        if target.numbers is None or values.get(target.numbers.field) is None:
            return
        name = target.numbers.field
        taken = self._store.execute(
            f'SELECT 1 FROM {quoted(target.name)} WHERE {quoted(name)} = ? COLLATE NOCASE AND "Id" <> ? LIMIT 1',
            [values[name], own_id],
        )
        if taken:
            raise RowError("DUPLICATE_VALUE", f"The {name} {values[name]} is in use.")

    def _check_references(self, target: ObjectType, values: dict[str, Stored]) -> None:
        for name, value in values.items():
            refers = target.by_name[name.lower()].refers
            if refers and value is not None and self._store.get(refers, str(value)) is None:
                raise RowError("INVALID_ID", f"There is no {refers} with the id {value}, given as {name}.")

    def _owned(self, target: ObjectType, row_id: str) -> dict[str, set[str]]:
        """The row and everything below it that goes with it: ids by object name."""
        doomed: dict[str, set[str]] = {target.name: {row_id}}
        waiting = [(target, {row_id})]
        while waiting:
            owner, ids = waiting.pop()
            for child_name, field in owner.owns:
                child = self._session.tenant.catalogue[child_name]
                found = self._ids_where(child, field, ids) - doomed.get(child_name, set())
                if found:
                    doomed.setdefault(child_name, set()).update(found)
                    waiting.append((child, found))
        return doomed

    def _ids_where(self, child: ObjectType, field: str, ids: set[str]) -> set[str]:
        sql = f'SELECT "Id" FROM {quoted(child.name)} WHERE {quoted(field)} = ?'
        return {row["Id"] for each in sorted(ids) for row in self._store.execute(sql, [each])}


def _nulls(row: SentRow) -> dict[str, Stored]:
    """The fields to empty: not those a record needs, nor those the service would fill."""
    target, nulls = row.target, dict[str, Stored]()
    for name in row.fields_to_null:
        found = target.find(name)
        if found is None or not found.updatable or found.name == "Id":
            raise RowError("INVALID_FIELD", f"invalid field for update: {target.name}.{name}")
        numbered = target.numbers is not None and target.numbers.field == found.name
        if numbered or found.name in target.required or found.name in target.defaults:
            raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {found.name}")
        nulls[found.name] = None
    return nulls


def _require(target: ObjectType, present: Collection[str]) -> None:
    for name in target.required:
        if name not in present:
            raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")


def _masked(target: ObjectType, field: Field, value: Stored) -> dict[str, Stored]:
    """What is kept of a secret: its last four characters, and of a card its first six digits too."""
    if value is None:
        return {}
    if field.name == "CreditCardNumber":
        check_card_number(str(value))
    shown = target.masks[field.name]
    kept: dict[str, Stored] = {shown: MASK + str(value)[-4:]} if shown else {}
    if field.name == "CreditCardNumber" and "bankidentificationnumber" in target.by_name:
        kept["BankIdentificationNumber"] = str(value)[:BANK_DIGITS]
    return kept


def _no_such(row_id: str) -> RowError:
    return RowError("INVALID_ID", f"invalid id: {row_id}")
