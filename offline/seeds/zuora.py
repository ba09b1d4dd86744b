"""Loading a seed's tables into the Zuora mock: into one of its tenants, or into a new one that the seed describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from mock_zuora import EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.hierarchy import plain
from mock_zuora.ids import derived_id, is_id
from mock_zuora.objects import Catalogue
from mock_zuora.tenants import catalogue_of
from mock_zuora.values import UnreadableValue, stored
from offline.seeds.checking import Checked, check
from offline.seeds.mistakes import Mistakes, meant
from offline.seeds.specs import read_spec
from offline.seeds.tables import Table
from simulator.control import ControlInvalid, ControlUnknown

TENANT_FILE = "tenant.json"
USERNAME = "zuora.user@example.com"
PASSWORD = "offline-zuora-1"  # noqa: S105 - of a mock, and told to everyone
"""The password of a seed's users whose file gives none."""


class ZuoraSchema:
    """A tenant's objects and fields, as far as loading is concerned."""

    def __init__(self, catalogue: Catalogue, zone: tzinfo) -> None:
        self._catalogue = catalogue
        self._zone = zone
        self._fields = {each.name: {f.name.lower(): f for f in each.columns} for each in catalogue}

    def object_named(self, name: str) -> str | None:
        """The object's own name."""
        found = self._catalogue.find(name)
        return None if found is None else found.name

    def object_names(self) -> Iterable[str]:
        """All objects."""
        return self._fields

    def field_named(self, object_name: str, name: str) -> str | None:
        """The field's own name, None for one that is not stored either."""
        found = self._fields[object_name].get(name.lower())
        return None if found is None else found.name

    def field_names(self, object_name: str) -> Iterable[str]:
        """All fields that are stored."""
        return [each.name for each in self._fields[object_name].values()]

    def problem(self, object_name: str, field_name: str, value: object) -> str:
        """Why the field cannot hold the value."""
        kind = self._fields[object_name][field_name.lower()].type
        try:
            stored(kind, value, self._zone)
        except UnreadableValue:
            return f"{str(value)[:40]!r} is no value of the type {kind.value}"
        return ""


def read_tenant(files: Mapping[str, str], mistakes: Mistakes) -> TenantSpec | None:
    """The tenant that a seed describes, None when it has no `tenant.json`, or a wrong one."""
    text = next((text for name, text in files.items() if name.lower() == TENANT_FILE), None)
    if text is None:
        return None
    plain_one = default_tenant()
    users = (replace(plain_one.users[0], entities=()),)
    defaults: dict[str, Any] = {
        "id": plain_one.id,
        "name": plain_one.name,
        "entities": plain_one.entities,
        "users": users,
        "profile": plain_one.profile,
    }
    spec = read_spec(TenantSpec, TENANT_FILE, text, defaults, {"password": PASSWORD}, mistakes)
    if spec is None or spec.users != users:
        return spec
    return replace(spec, users=(replace(users[0], entities=tuple(each.id for each in spec.entities)),))


def load(
    mock: ZuoraMock, tables: Sequence[Table], spec: TenantSpec | None, wanted: str, mistakes: Mistakes, *, afresh: bool
) -> tuple[Tenant, dict[str, dict[str, int]]]:
    """Load all of it or nothing; gives the tenant, and how many records of which object each entity got.

    It goes into the tenant that `wanted` names, or that the seed's own `spec` does, or into the only one; a tenant
    that is not there yet is added. `afresh` removes what the tenant had. Raises `ControlInvalid` and `ControlUnknown`.
    """
    tenant = _tenant(mock, spec, wanted)
    spec = tenant.spec if tenant is not None else spec or default_tenant(tables)
    try:
        catalogue = tenant.catalogue if tenant is not None else catalogue_of(spec)
        zone = ZoneInfo(spec.time_zone)
    except (ValueError, LookupError) as error:
        raise ControlInvalid(f"Nothing was loaded. {TENANT_FILE}: {error}.") from None
    homed = _homed(tables, spec, mistakes)

    def taken(entity_id: str, object_name: str, id_: str) -> bool:
        known = tenant is not None and not afresh
        return known and tenant is not None and tenant.data(entity_id).store.get(object_name, id_) is not None

    checked = check(homed, ZuoraSchema(catalogue, zone), taken, mistakes)
    mistakes.check()
    if tenant is None:
        try:
            tenant = mock.add_tenant(spec)
        except ValueError as error:
            raise ControlInvalid(f"Nothing was loaded. {TENANT_FILE}: {error}.") from None
    _fill(tenant, checked, afresh=afresh)
    if afresh:
        mock.cursors.clear()
    names = {entity.id: entity.name for entity in spec.entities}
    loaded: dict[str, dict[str, int]] = {}
    for (entity_id, object_name), rows in checked.items():
        loaded.setdefault(names[entity_id], {})[object_name] = len(rows)
    return tenant, loaded


def default_tenant(tables: Sequence[Table] = ()) -> TenantSpec:
    """A tenant for records that come without one: an entity for each folder, and one user who may enter all."""
    folders = list(dict.fromkeys(table.entity for table in tables if table.entity)) or ["Entity 01"]
    entities = tuple(_entity(folder, number) for number, folder in enumerate(folders, start=1))
    ids = tuple(each.id for each in entities)
    user = UserSpec(USERNAME, PASSWORD, entities=ids, full_name="User 01", email="user@example.com")
    return TenantSpec("1", "Tenant 01", entities, (user,), profile="production")


def _entity(folder: str, number: int) -> EntitySpec:
    if is_id(folder) and len(folder) == 32:
        return EntitySpec(folder, f"Entity {number:02d}", f"Entity {number:02d}")
    return EntitySpec(derived_id("entity", "1", folder), folder, folder)


def _tenant(mock: ZuoraMock, spec: TenantSpec | None, wanted: str) -> Tenant | None:
    if wanted:
        return tenant_named(mock, wanted)
    if spec is not None:
        return next((each for each in mock.tenants if each.spec.id == spec.id), None)
    return tenant_named(mock, "") if mock.tenants else None


def tenant_named(mock: ZuoraMock, name: str) -> Tenant:
    """A tenant by its id or name, "" for the only one; raises `ControlUnknown` or `ControlInvalid`."""
    found = [each for each in mock.tenants if not name or name in (each.spec.id, each.spec.name)]
    known = ", ".join(f"{each.spec.id} ({each.spec.name})" for each in mock.tenants) or "none"
    if not found:
        raise ControlUnknown(f"There is no tenant {name!r:.80}; there is: {known}.")
    if len(found) > 1:
        raise ControlInvalid(f"Say which tenant; there are: {known}.")
    return found[0]


def entity_named(spec: TenantSpec, name: str) -> EntitySpec | None:
    """An entity by its id or its name in any capitals, "" for the only one."""
    if not name:
        return spec.entities[0] if len(spec.entities) == 1 else None
    ids = [each for each in spec.entities if plain(each.id) == plain(name)]
    return next(iter(ids), None) or next((each for each in spec.entities if each.name.lower() == name.lower()), None)


def _homed(tables: Sequence[Table], spec: TenantSpec, mistakes: Mistakes) -> list[Table]:
    """The tables with their entities' ids in place of what their folders are called."""
    homed = []
    names = [each.name for each in spec.entities]
    for table in tables:
        entity = entity_named(spec, table.entity)
        if entity is not None:
            homed.append(replace(table, entity=entity.id))
        elif table.entity:
            mistakes.add(table.file, f"there is no entity {table.entity}{meant(table.entity, names)}")
        else:
            mistakes.add(table.file, f"say which entity, by putting the file into a folder: {', '.join(names)}")
    return homed


def _fill(tenant: Tenant, checked: Checked, *, afresh: bool) -> None:
    with ExitStack() as held:
        for store in tenant.stores.values():
            held.enter_context(store.savepoint())
            if afresh:
                store.clear()
        for (entity_id, object_name), rows in checked.items():
            tenant.load(
                entity_id,
                object_name,
                (row if row.get("Id") else {**row, "Id": tenant.new_id(entity_id, object_name)} for row in rows),
            )
    tenant.shares.forget()
