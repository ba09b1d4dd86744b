"""Tenants, their entities and users, and the records of each entity, wholly apart from one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mock_zuora.ids import IdSource, derived_id
from mock_zuora.objects import Catalogue, CustomField, ObjectType, standard_catalogue
from mock_zuora.values import Stored, declaration, moment_text, python_value, stored
from simulator.clock import Clock
from simulator.store import RecordStore, quoted


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """One entity of a tenant: `id` is 32 hex digits, `name` unique in the tenant."""

    id: str
    name: str
    display_name: str = ""
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class UserSpec:
    """An API user. `home_entity` "" means the tenant's first; `entities` () means the home entity only."""

    username: str
    password: str = field(repr=False)
    home_entity: str = ""
    entities: tuple[str, ...] = ()
    full_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """A tenant; `time_zone` is an IANA name, and the zone of date times without offset.

    What it requires makes a subscription wait: without the date, it is pending.
    """

    id: str
    name: str
    entities: tuple[EntitySpec, ...]
    users: tuple[UserSpec, ...]
    custom_fields: tuple[CustomField, ...] = ()
    time_zone: str = "America/Los_Angeles"
    requires_service_activation: bool = False
    requires_customer_acceptance: bool = False


class EntityData:
    """The records of one entity, and the counters that belong to them."""

    def __init__(self, catalogue: Catalogue, path: Path | None) -> None:
        self.store = RecordStore(path)
        for each in catalogue:
            columns = {f.name: declaration(f.type) for f in each.columns}
            columns["Id"] = "TEXT NOT NULL"
            self.store.define(each.name, columns, indexes=[(f.name,) for f in each.columns if f.refers])

    def next_number(self, target: ObjectType) -> str | None:
        """The number after the highest the object has, in its own pattern; None when it has no numbers."""
        rule = target.numbers
        if rule is None:
            return None
        column, pattern = quoted(rule.field), rule.prefix + "[0-9]" * rule.digits
        rows = self.store.execute(
            f"SELECT max({column}) AS highest FROM {quoted(target.name)} WHERE {column} GLOB ?", [pattern]
        )
        highest = rows[0]["highest"]
        number = int(highest[len(rule.prefix) :]) + 1 if highest else 1
        return f"{rule.prefix}{number:0{rule.digits}d}"


class Tenant:
    """A tenant in the mock: who may log in, and what its entities hold."""

    def __init__(self, spec: TenantSpec, *, clock: Clock, ids: IdSource, state_dir: Path | None = None) -> None:
        _check(spec)
        self.spec = spec
        self.catalogue = standard_catalogue().extended(spec.custom_fields)
        self.zone = ZoneInfo(spec.time_zone)
        self._clock = clock
        self._ids = ids
        self._data = {
            entity.id: EntityData(self.catalogue, _path(state_dir, spec.id, entity.id)) for entity in spec.entities
        }

    def user(self, username: str) -> UserSpec | None:
        """The user who logs in with this name."""
        return next((user for user in self.spec.users if user.username == username), None)

    def user_id(self, user: UserSpec) -> str:
        """The id that the user's records carry in CreatedById and UpdatedById."""
        return derived_id("user", self.spec.id, user.username)

    def home_of(self, user: UserSpec) -> EntitySpec:
        """The entity a user lands in who names none."""
        wanted = user.home_entity or self.spec.entities[0].id
        return next(entity for entity in self.spec.entities if entity.id == wanted)

    def may_enter(self, user: UserSpec, entity: EntitySpec) -> bool:
        """Whether the user has access to the entity."""
        return entity.id == self.home_of(user).id or entity.id in user.entities

    def entity(self, *, id_: str = "", name: str = "") -> EntitySpec | None:
        """An entity by its id (dashes do not matter) or by its name."""
        plain = id_.replace("-", "").lower()
        for each in self.spec.entities:
            if (id_ and each.id.replace("-", "").lower() == plain) or (name and each.name == name):
                return each
        return None

    def data(self, entity_id: str) -> EntityData:
        """An entity's records; raises `KeyError` for an id that is not the tenant's."""
        return self._data[entity_id]

    def load(self, entity_id: str, object_name: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Put rows in as they are, each with its own Id; nothing is checked but names and types.

        Dates of creation and change, and who made them, are filled in when absent. Raises `KeyError` for an
        unknown entity, object or field, `UnreadableValue` for a value that is not of its field's type.
        """
        target = self.catalogue[object_name]
        store = self._data[entity_id].store
        now, maker = moment_text(self._clock.now()), self.user_id(self.spec.users[0])
        defaults = {"CreatedDate": now, "UpdatedDate": now, "CreatedById": maker, "UpdatedById": maker}
        with store.savepoint():
            for row in rows:
                values: dict[str, Stored] = dict(defaults) if "createddate" in target.by_name else {}
                for name, value in row.items():
                    each = target.by_name[name.lower()]
                    if each not in target.columns:
                        raise KeyError(name)
                    values[each.name] = stored(each.type, value, self.zone)
                if not values.get("Id"):
                    raise KeyError("Id")
                store.insert(target.name, values)

    def rows(self, entity_id: str, object_name: str) -> list[dict[str, object]]:
        """All rows of an object in Id order, as str, int, Decimal, bool, date, datetime (UTC) or None."""
        target = self.catalogue[object_name]
        found = self._data[entity_id].store.execute(f'SELECT * FROM {quoted(target.name)} ORDER BY "Id"')
        return [{f.name: python_value(f.type, row[f.name]) for f in target.columns} for row in found]

    def state(self) -> dict[str, Any]:
        """How many rows each entity has of each object, those without any left out."""
        counts: dict[str, Any] = {}
        for entity in self.spec.entities:
            store, held = self._data[entity.id].store, {}
            for each in self.catalogue:
                number = store.execute(f"SELECT count(*) AS n FROM {quoted(each.name)}")[0]["n"]
                if number:
                    held[each.name] = number
            counts[entity.id] = {"name": entity.name, "objects": held}
        return {"id": self.spec.id, "name": self.spec.name, "entities": counts}

    def clear(self) -> None:
        """Remove every record of every entity."""
        for data in self._data.values():
            with data.store.savepoint():
                for each in self.catalogue:
                    data.store.execute(f"DELETE FROM {quoted(each.name)}")

    def close(self) -> None:
        """Let go of the databases."""
        for data in self._data.values():
            data.store.close()

    def new_id(self, entity_id: str, object_name: str) -> str:
        """An id that no row of the object has yet, also not one left by an earlier run."""
        store = self._data[entity_id].store
        while store.get(object_name, made := self._ids.next()) is not None:
            pass
        return made


def _check(spec: TenantSpec) -> None:
    ids = {entity.id for entity in spec.entities}
    if not ids or not spec.users:
        raise ValueError(f"tenant {spec.id} needs at least one entity and one user")
    if len(ids) != len(spec.entities):
        raise ValueError(f"tenant {spec.id} has two entities with one id")
    for user in spec.users:
        unknown = ({user.home_entity} - {""} | set(user.entities)) - ids
        if unknown:
            raise ValueError(f"user {user.username} names entities that tenant {spec.id} has not: {unknown}")


def _path(state_dir: Path | None, tenant_id: str, entity_id: str) -> Path | None:
    return None if state_dir is None else state_dir / f"zuora-{tenant_id}-{entity_id}.sqlite"
