"""Creates, changes and deletes rows, one at a time, with the checks the service makes; says what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mock_zuora.faults import RowError
from mock_zuora.objects import Field, ObjectType
from mock_zuora.reading import SentRow
from mock_zuora.sessions import Session
from mock_zuora.values import Stored, UnreadableValue, moment_text, stored
from simulator.store import quoted

MASK = "*" * 12
_SYSTEM_FIELDS = frozenset({"CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"})


class RowWriter:
    """Writes rows into the session's entity, as the session's user, at one moment."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._store = session.data.store
        self._now = moment_text(now)

    def create(self, row: SentRow) -> str:
        """Add the row and its child rows; returns its id. Raises `RowError`."""
        target = row.target
        if row.id:
            raise RowError("INVALID_VALUE", "The Id of a new object is assigned by the service.")
        sent = self._values(row, creating=True)
        self._require(target, {*sent, *(f.name for f in target.fields if row.children.get(f.name.lower()))})
        values: dict[str, Stored] = {**_defaults(target), **sent}
        self._number(target, values)
        self._check_references(target, values)
        return self._insert(row, target, values)

    def update(self, row: SentRow) -> str:
        """Change the row's sent fields; returns its id. Raises `RowError`."""
        if not row.id:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: Id")
        if self._store.get(row.target.name, row.id) is None:
            raise _no_such(row.id)
        changes = self._values(row, creating=False)
        for name in row.fields_to_null:
            found = row.target.find(name)
            if found is None or not found.updatable or found.name == "Id":
                raise RowError("INVALID_FIELD", f"invalid field for update: {row.target.name}.{name}")
            if found.name in row.target.required:
                raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {found.name}")
            changes[found.name] = None
        self._session.tenant.shares.check_update(self._session.entity.id, row.target.name, row.id, changes)
        self._check_unique(row.target, changes, row.id)
        self._check_references(row.target, changes)
        self._store.update(
            row.target.name,
            row.id,
            {**changes, "UpdatedDate": self._now, "UpdatedById": self._session.user_id},
        )
        return row.id

    def delete(self, target: ObjectType, row_id: str) -> str:
        """Remove the row with what it owns; returns its id. Raises `RowError` while others still refer to it."""
        if self._store.get(target.name, row_id) is None:
            raise _no_such(row_id)
        self._session.tenant.shares.check_delete(self._session.entity.id, target.name, row_id)
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
                self._store.delete(name, each)
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
            value = self._read(field, text)
            if field.name in target.masks:
                shown = target.masks[field.name]
                if shown and value is not None:
                    values[shown] = MASK + str(value)[-4:]
            elif value is not None:  # an empty element changes nothing; fieldsToNull empties
                values[field.name] = value
        return values

    def _read(self, field: Field, text: str) -> Stored:
        try:
            return stored(field.type, text, self._session.tenant.zone)
        except UnreadableValue:
            code = "INVALID_ID" if field.type == "id" else "INVALID_VALUE"
            raise RowError(code, f"Invalid value {text} for type {field.type}, field {field.name}") from None

    def _require(self, target: ObjectType, given: Iterable[str]) -> None:
        present = set(given)
        for name in target.required:
            if name not in present:
                raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")

    def _number(self, target: ObjectType, values: dict[str, Stored]) -> None:
        if target.numbers is not None and values.get(target.numbers.field) is None:
            values[target.numbers.field] = self._session.data.next_number(target)
        else:
            self._check_unique(target, values, "")

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

    def _insert(self, row: SentRow, target: ObjectType, values: dict[str, Stored]) -> str:
        row_id = self._session.tenant.new_id(self._session.entity.id, target.name)
        stamps = {
            "CreatedById": self._session.user_id,
            "CreatedDate": self._now,
            "UpdatedById": self._session.user_id,
            "UpdatedDate": self._now,
        }
        self._store.insert(target.name, {"Id": row_id, **values, **stamps})
        if target.children is not None:
            sent = row.children.get(target.children.field.lower(), [])
            for number, child in enumerate(sent, start=1):
                self._insert_child(child, target.children.parent, row_id, number)
        return row_id

    def _insert_child(self, child: SentRow, parent_field: str, parent_id: str, number: int) -> None:
        values: dict[str, Stored] = {
            child.target.by_name[name].name: self._read(child.target.by_name[name], text)
            for name, text in child.values.items()
            if child.target.by_name[name].name not in _SYSTEM_FIELDS
        }
        values[parent_field] = parent_id
        if "tier" in child.target.by_name:
            values.setdefault("Tier", number)
        self._insert(child, child.target, values)

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


def _defaults(target: ObjectType) -> dict[str, Stored]:
    return {name: int(value) if isinstance(value, bool) else value for name, value in target.defaults.items()}


def _no_such(row_id: str) -> RowError:
    return RowError("INVALID_ID", f"invalid id: {row_id}")
