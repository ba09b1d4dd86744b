"""Tenants, their entities and users, and the records of each entity, wholly apart from one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mock_zuora.hierarchy import check, plain
from mock_zuora.ids import IdSource, derived_id
from mock_zuora.limits import Limits, Profile, profile_named
from mock_zuora.numbers import NumberSequences
from mock_zuora.objects import Catalogue, CustomField, Field, FieldType, ObjectType, standard_catalogue
from mock_zuora.pages import Pages
from mock_zuora.policy import Lockouts, SecurityPolicy
from mock_zuora.shape import Shape, shaped
from mock_zuora.sharing import SharedProduct, Shares
from mock_zuora.values import Stored, declaration, moment_text, moments_in, python_value, stored
from mock_zuora.zoql import teach
from simulator.clock import Clock
from simulator.store import RecordStore, quoted

_ROWS_A_BATCH = 2000


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """One entity of a tenant: `id` is 32 hex digits, a UUID or a number, `name` unique in the tenant.

    `parent_id` None is the global entity. Nobody can log in to an entity that is not `provisioned`. `currencies` are
    those active in it, () for all: shared products bring prices in these only.
    """

    id: str
    name: str
    display_name: str = ""
    parent_id: str | None = None
    locale: str = "en_US"
    time_zone: str = ""
    provisioned: bool = True
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserSpec:
    """An API user. `home_entity` "" means the tenant's first; `entities` () means the home entity only.

    A user who is not `active` cannot log in; one without `api_write` can read only.
    """

    username: str
    password: str = field(repr=False)
    home_entity: str = ""
    entities: tuple[str, ...] = ()
    full_name: str = ""
    email: str = ""
    active: bool = True
    api_write: bool = True


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """A tenant; `time_zone` is an IANA name, and the zone of date times without offset.

    The first entity is the global one. `multi_entity` None follows from the number of entities. `profile` is a kind
    of tenant (`mock_zuora.limits.PROFILES`) or figures of one's own; the default has no limits of rate and
    concurrency.
    `shape` has the objects and fields of a real tenant, read from its WSDL. Where the tenant requires service
    activation or customer acceptance, a subscription without that date is pending.
    """

    id: str
    name: str
    entities: tuple[EntitySpec, ...]
    users: tuple[UserSpec, ...]
    custom_fields: tuple[CustomField, ...] = ()
    time_zone: str = "America/Los_Angeles"
    profile: str | Profile = "none"
    policy: SecurityPolicy = field(default_factory=SecurityPolicy)
    api_enabled: bool = True
    multi_entity: bool | None = None
    shared_products: tuple[SharedProduct, ...] = ()
    shape: Shape | None = None
    requires_service_activation: bool = False
    requires_customer_acceptance: bool = False

    @property
    def is_multi_entity(self) -> bool:
        """Whether logins may name an entity, and limits of concurrency count per entity."""
        return len(self.entities) > 1 if self.multi_entity is None else self.multi_entity


class EntityData:
    """The records of one entity, and the counters that belong to them. `zone` is the tenant's."""

    def __init__(self, catalogue: Catalogue, path: Path | None, zone: tzinfo) -> None:
        self.store = RecordStore(path)
        for each in catalogue:
            columns = {f.name: declaration(f.type) for f in each.columns}
            columns["Id"] = "TEXT NOT NULL"
            self.store.define(
                each.name,
                columns,
                indexes=[(f.name,) for f in each.columns if _is_indexed(f)],
                caseless=[(name,) for name in _texts_found_by(each)],
            )
        self.numbers = NumberSequences(self.store)
        self.pages = Pages(self.store)
        teach(self.store, moments_in(zone))

    def next_number(self, target: ObjectType) -> str | None:
        """The object's next number, one that no row has; None when it has no numbers."""
        return None if target.numbers is None else self.numbers.next(target.name, target.numbers)


def catalogue_of(spec: TenantSpec) -> Catalogue:
    """The objects and fields of a tenant; raises `ValueError` for a custom field that cannot be."""
    standard = standard_catalogue().extended(spec.custom_fields)
    return standard if spec.shape is None else shaped(standard, spec.shape)


class Tenant:
    """A tenant in the mock: who may log in, and what its entities hold."""

    def __init__(self, spec: TenantSpec, *, clock: Clock, ids: IdSource, state_dir: Path | None = None) -> None:
        check(spec)
        profile = spec.profile if isinstance(spec.profile, Profile) else profile_named(spec.profile)
        self.spec = spec
        self.catalogue = catalogue_of(spec)
        self.zone = ZoneInfo(spec.time_zone)
        self._clock = clock
        self._ids = ids
        self._data = {
            entity.id: EntityData(self.catalogue, _path(state_dir, spec.id, entity.id), self.zone)
            for entity in spec.entities
        }
        self._users = {user.username: user for user in spec.users}
        self.policy = spec.policy
        self.limits = Limits(clock, profile, self._data, by_entity=spec.is_multi_entity)
        self.lockouts = Lockouts()
        self.shares = Shares(spec, self._data)

    def user(self, username: str) -> UserSpec | None:
        """The user who logs in with this name."""
        return self._users.get(username)

    def change_user(self, username: str, **changes: Any) -> None:
        """Change some of a user's settings, also for sessions that are open; raises `KeyError` for an unknown user."""
        self._users[username] = replace(self._users[username], **changes)

    def locked_out(self) -> dict[str, str]:
        """The users who are locked out, and until when (ISO 8601): what no login tells them."""
        return {name: until.isoformat() for name, until in self.lockouts.locked(self._clock.now()).items()}

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
        for each in self.spec.entities:
            if (id_ and plain(each.id) == plain(id_)) or (name and each.name == name):
                return each
        return None

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lasts: what the security policy says, or else the profile."""
        minutes = self.policy.session_timeout_min
        return timedelta(minutes=minutes) if minutes else timedelta(seconds=self.limits.profile.session_timeout_s)

    def data(self, entity_id: str) -> EntityData:
        """An entity's records, products shared with it up to date; raises `KeyError` for an id not the tenant's."""
        data = self._data[entity_id]
        self.shares.pull(entity_id)
        return data

    def load(self, entity_id: str, object_name: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Put rows in as they are, each with its own Id; nothing is checked but names and types.

        Dates of creation and change, and who made them, are filled in when absent. Raises `KeyError` for an
        unknown entity, object or field, `UnreadableValue` for a value that is not of its field's type.
        """
        target = self.catalogue[object_name]
        data = self.data(entity_id)
        now, maker = moment_text(self._clock.now()), self.user_id(self.spec.users[0])
        defaults = {"CreatedDate": now, "UpdatedDate": now, "CreatedById": maker, "UpdatedById": maker}
        if "createddate" not in target.by_name:
            defaults = {}
        by_name = {f.name.lower(): f for f in target.columns}
        waiting = iter(rows)
        with data.store.savepoint():
            while batch := [self._loaded(by_name, row, defaults) for row in islice(waiting, _ROWS_A_BATCH)]:
                names = sorted({name for values in batch for name in values})
                data.store.insert_many(target.name, names, [[values.get(name) for name in names] for values in batch])
                if target.numbers is not None:
                    data.numbers.seen(target.name, target.numbers, [v.get(target.numbers.field) for v in batch])

    def _loaded(
        self, by_name: Mapping[str, Field], row: Mapping[str, object], defaults: Mapping[str, Stored]
    ) -> dict[str, Stored]:
        values = dict(defaults)
        for name, value in row.items():
            each = by_name.get(name.lower())
            if each is None:
                raise KeyError(name)
            values[each.name] = stored(each.type, value, self.zone)
        if not values.get("Id"):
            raise KeyError("Id")
        return values

    def rows(self, entity_id: str, object_name: str) -> list[dict[str, object]]:
        """All rows of an object in Id order, as str, int, Decimal, bool, date, datetime (UTC) or None."""
        target = self.catalogue[object_name]
        return self._read(entity_id, target, "", [])

    def rows_after(self, entity_id: str, object_name: str, after: str, count: int) -> list[dict[str, object]]:
        """The same, but `count` rows at most, from the first whose Id comes after `after`."""
        return self._read(entity_id, self.catalogue[object_name], ' WHERE "Id" > ?', [after], f" LIMIT {count:d}")

    def _read(
        self, entity_id: str, target: ObjectType, where: str, parameters: list[str], end: str = ""
    ) -> list[dict[str, object]]:
        sql = f'SELECT * FROM {quoted(target.name)}{where} ORDER BY "Id"{end}'
        found = self.data(entity_id).store.execute(sql, parameters)
        return [{f.name: python_value(f.type, row[f.name]) for f in target.columns} for row in found]

    def state(self) -> dict[str, Any]:
        """How many rows each entity has of each object, those without any left out."""
        counts: dict[str, Any] = {}
        for entity in self.spec.entities:
            store, held = self.data(entity.id).store, {}
            for each in self.catalogue:
                number = store.execute(f"SELECT count(*) AS n FROM {quoted(each.name)}")[0]["n"]
                if number:
                    held[each.name] = number
            counts[entity.id] = {"name": entity.name, "objects": held}
        return {"id": self.spec.id, "name": self.spec.name, "entities": counts}

    @property
    def stores(self) -> dict[str, RecordStore]:
        """The records of each entity by its id; the global entity comes last, as its lock is taken last."""
        first, *others = self._data
        return {key: self._data[key].store for key in (*others, first)}

    def clear(self) -> None:
        """Remove every record of every entity; numbers begin again."""
        for store in self.stores.values():
            store.clear()
        self.shares.forget()

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


def _is_indexed(field: Field) -> bool:
    """Ids of other records, by which children are found, and the moment by which changes are."""
    if field.type is FieldType.ID:
        return field.name not in ("Id", "CreatedById", "UpdatedById")
    return field.name == "UpdatedDate"


def _texts_found_by(target: ObjectType) -> list[str]:
    numbered = [target.numbers.field] if target.numbers is not None else []
    return sorted({*target.found_by, *numbered})


def _path(state_dir: Path | None, tenant_id: str, entity_id: str) -> Path | None:
    return None if state_dir is None else state_dir / f"zuora-{tenant_id}-{entity_id}.sqlite"
