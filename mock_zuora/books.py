"""An entity's rows, read and written by the service itself: as one user, at one moment, with Python values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mock_zuora.faults import RowError
from mock_zuora.objects import FieldType, ObjectType
from mock_zuora.sessions import Session
from mock_zuora.values import Stored, python_value, stored
from simulator.store import quoted

Row = dict[str, Any]
"""A record: str, int, bool, `Decimal`, `date`, `datetime` (UTC) or None by field name, its `Id` among them."""

_NOT_ON_EVERY_OBJECT = ("CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate")


class Books:
    """What rules and calculations see of a session's entity. Nothing is checked here; that is the callers' work."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.user_id = session.user_id
        self.zone = session.tenant.zone
        self.catalogue = session.tenant.catalogue
        self._store = session.data.store

    @property
    def today(self) -> date:
        """The day it is where the tenant is."""
        return self.now.astimezone(self.zone).date()

    def get(self, kind: str, row_id: object) -> Row | None:
        """The record with this id, if there is one."""
        found = self._store.get(kind, str(row_id)) if row_id else None
        return None if found is None else self._row(self.catalogue[kind], found)

    def the(self, kind: str, row_id: object) -> Row:
        """The record with this id; raises the INVALID_ID row error when there is none, as in loaded records may be."""
        found = self.get(kind, row_id)
        if found is None:
            raise RowError("INVALID_ID", f"There is no {kind} with the id {row_id}.")
        return found

    def where(self, kind: str, **equal: object) -> list[Row]:
        """The records whose fields have these values (None: none), in the order of their ids, so of their making."""
        target = self.catalogue[kind]
        conditions, wanted = ["1"], list[Stored]()
        for name, value in equal.items():
            field = target.by_name[name.lower()]
            column, kept = quoted(field.name), stored(field.type, value, self.zone)
            if field.type is FieldType.STRING and kept is not None:
                conditions.append(f"{column} = ? COLLATE NOCASE")  # the indexes of texts ignore case
                wanted.append(kept)
            conditions.append(f"{column} IS ?")
            wanted.append(kept)
        sql = f'SELECT * FROM {quoted(target.name)} WHERE {" AND ".join(conditions)} ORDER BY "Id"'
        rows = self._store.execute(sql, wanted)
        return [self._row(target, each) for each in rows]

    def add(self, kind: str, values: Mapping[str, object]) -> str:
        """Make a record, with the object's defaults, its next number and who made it when; returns its id."""
        target = self.catalogue[kind]
        row_id = self.session.tenant.new_id(self.session.entity.id, target.name)
        complete: dict[str, object] = {**target.defaults, **{k: v for k, v in values.items() if v is not None}}
        if target.numbers is not None and complete.get(target.numbers.field) is None:
            complete[target.numbers.field] = self.session.data.next_number(target)
        stamps = dict(zip(_NOT_ON_EVERY_OBJECT, (self.user_id, self.now, self.user_id, self.now), strict=True))
        complete |= {name: value for name, value in stamps.items() if name.lower() in target.by_name}
        self._store.insert(target.name, {"Id": row_id, **self._stored(target, complete)})
        return row_id

    def change(self, kind: str, row_id: str, changes: Mapping[str, object], *, quietly: bool = False) -> None:
        """Change a record. `quietly` leaves UpdatedDate alone, as the service does for some calculated fields."""
        target = self.catalogue[kind]
        complete = dict(changes)
        if not quietly and "updateddate" in target.by_name:
            complete |= {"UpdatedDate": self.now, "UpdatedById": self.user_id}
        self._store.update(target.name, row_id, self._stored(target, complete))

    def drop(self, kind: str, row_id: str) -> None:
        """Remove a record."""
        self._store.delete(kind, row_id)

    def has(self, kind: str) -> bool:
        """Whether the tenant has the object at all."""
        return self.catalogue.find(kind) is not None

    def _row(self, target: ObjectType, found: Any) -> Row:
        return {each.name: python_value(each.type, found[each.name]) for each in target.columns}

    def _stored(self, target: ObjectType, values: Mapping[str, object]) -> dict[str, Stored]:
        """Only what the tenant's objects have: a tenant of an older shape lacks some fields."""
        return {
            each.name: stored(each.type, value, self.zone)
            for name, value in values.items()
            if (each := target.by_name.get(name.lower())) is not None and each in target.columns
        }
