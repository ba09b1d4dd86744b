"""Whether entities and tenants are apart: no id in two of them, no reference from one into another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_zuora.objects import Catalogue
from mock_zuora.tenants import EntityData, EntitySpec, Tenant
from simulator.store import quoted


def strays(tenants: Sequence[Tenant]) -> Iterator[str]:
    """What belongs to one entity and shows in another, of the same tenant or not, a sentence each."""
    homes: dict[str, str] = {}
    places = [_Place(tenant, entity) for tenant in tenants for entity in tenant.spec.entities]
    for place in places:
        for object_name, id_ in place.ids():
            home = homes.setdefault(id_, place.name)
            if home != place.name:
                yield f"{place.name}: {object_name} {id_} has an id of {home}"
    for place in places:
        for object_name, id_, field, referred in place.references():
            home = homes.get(referred, place.name)
            if home != place.name and not place.has(referred):
                yield f"{place.name}: {object_name} {id_}: {field} {referred} is a record of {home}"


class _Place:
    """One entity's records."""

    def __init__(self, tenant: Tenant, entity: EntitySpec) -> None:
        self.name = f"{tenant.spec.name} / {entity.name}"
        self._catalogue: Catalogue = tenant.catalogue
        self._data: EntityData = tenant.data(entity.id)

    def ids(self) -> Iterator[tuple[str, str]]:
        """Object and id of every record."""
        for each in self._catalogue:
            for (id_,) in self._data.store.execute(f'SELECT "Id" FROM {quoted(each.name)}'):
                yield each.name, id_

    def references(self) -> Iterator[tuple[str, str, str, str]]:
        """Object, id, field and what the field points at."""
        for each in self._catalogue:
            for field in each.columns:
                if field.refers:
                    column = quoted(field.name)
                    sql = f'SELECT "Id", {column} FROM {quoted(each.name)} WHERE {column} IS NOT NULL'
                    for id_, referred in self._data.store.execute(sql):
                        yield each.name, id_, field.name, referred

    def has(self, id_: str) -> bool:
        """Whether a record of any object has the id."""
        return any(self._data.store.get(each.name, id_) is not None for each in self._catalogue)
