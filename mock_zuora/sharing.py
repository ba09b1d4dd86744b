"""Products that the global entity shares with others: each has a copy of its own, which follows the original.

A shared product is, in another entity, a product with an id of its own, and so are its rate plans, charges and tiers.
New rows of the original appear in the copies. Of a row that is there already, only the fields that the source entity
controls follow; the others belong to the target entity, which may change them. What the original loses, the copies
keep, because subscriptions of the target entity may stand on it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_zuora.faults import RowError
from mock_zuora.ids import derived_id
from simulator.store import RecordStore, quoted

if TYPE_CHECKING:
    from mock_zuora.tenants import EntityData, EntitySpec, TenantSpec

_HEX = re.compile(r"[0-9a-f]+")

SOURCE_CONTROLLED: Mapping[str, tuple[str, ...]] = {"Product": ("SKU",)}
"""The fields, by object, that only the source entity may change; every other field is its target's."""

# Each object of the catalog below a product: its field for the row above it.
_TREE = (
    ("ProductRatePlan", "ProductId"),
    ("ProductRatePlanCharge", "ProductRatePlanId"),
    ("ProductRatePlanChargeTier", "ProductRatePlanChargeId"),
)


@dataclass(frozen=True, slots=True)
class SharedProduct:
    """A product of the global entity, and the ids of the entities it is shared with."""

    product_id: str
    entities: tuple[str, ...]


class Shares:
    """Which products of a tenant's global entity are shared with whom. Safe to use from several threads.

    Copies are brought up to date when the records of the entity that has them are next asked for, and only when
    something was written in the global entity since. A target's store is always taken before the source's.
    """

    def __init__(self, spec: TenantSpec, data: Mapping[str, EntityData]) -> None:
        self._entities: dict[str, EntitySpec] = {each.id: each for each in spec.entities}
        self._source = spec.entities[0].id
        self._data = data
        self._lock = threading.Lock()
        self._products: dict[str, tuple[str, ...]] = {}
        self._pulled: dict[str, int] = {}
        self._copies: dict[str, frozenset[str]] = {}
        for shared in spec.shared_products:
            for entity_id in shared.entities:
                self.share(shared.product_id, entity_id)

    def share(self, product_id: str, entity_id: str) -> None:
        """Share a product with one more entity; raises `ValueError` for one that cannot have it."""
        if entity_id not in self._entities or entity_id == self._source:
            raise ValueError(f"Products are shared with an entity below the global one, which {entity_id} is not.")
        with self._lock:
            known = self._products.get(entity_id, ())
            if product_id not in known:
                self._products[entity_id] = (*known, product_id)
                self._pulled.pop(entity_id, None)

    def pull(self, entity_id: str) -> None:
        """Bring an entity's copies up to date."""
        if not self._products.get(entity_id):
            return
        target, source = self._data[entity_id].store, self._data[self._source].store
        if self._pulled.get(entity_id) == source.changes:
            return
        with target.lock:
            # Inside a step that may yet be taken back nothing is copied; whoever asks next does it.
            if target.in_step:
                return
            with source.lock, target.savepoint():
                seen = source.changes
                copies = frozenset(self._copy_all(entity_id, source, target))
            self._copies[entity_id] = copies
            self._pulled[entity_id] = seen

    def forget(self) -> None:
        """Look at every copy anew, after records were removed or put back as a whole."""
        self._pulled.clear()

    def check_update(self, entity_id: str, object_name: str, row_id: str, fields: Mapping[str, object]) -> None:
        """Raise `RowError` when a change in this entity is the source entity's to make."""
        if row_id in self._copies.get(entity_id, ()):
            for name in SOURCE_CONTROLLED.get(object_name, ()):
                if name in fields:
                    raise RowError(
                        "NO_PERMISSION",
                        f"{name} of {object_name} {row_id} is controlled by the entity that shares it.",
                    )

    def check_delete(self, entity_id: str, object_name: str, row_id: str) -> None:
        """Raise `RowError` when a row of this entity is a copy, which only unsharing could remove."""
        if row_id in self._copies.get(entity_id, ()):
            raise RowError("CANNOT_DELETE", f"{object_name} {row_id} cannot be deleted: another entity shares it.")

    def _copy_all(self, entity_id: str, source: RecordStore, target: RecordStore) -> Iterator[str]:
        for object_name, row in self._shared_rows(entity_id, source):
            values = dict(row)
            values["Id"] = copy_id(entity_id, str(row["Id"]))
            for child, parent_field in _TREE:
                if child == object_name:
                    values[parent_field] = copy_id(entity_id, str(row[parent_field]))
            present = target.get(object_name, str(values["Id"]))
            if present is None:
                target.insert(object_name, values)
            else:
                followed = SOURCE_CONTROLLED.get(object_name, ())
                changes = {name: values[name] for name in followed if present[name] != values[name]}
                if changes:
                    target.update(object_name, str(values["Id"]), {**changes, "UpdatedDate": values["UpdatedDate"]})
            yield str(values["Id"])

    def _shared_rows(self, entity_id: str, source: RecordStore) -> Iterator[tuple[str, dict[str, object]]]:
        currencies = self._entities[entity_id].currencies
        for product_id in self._products[entity_id]:
            product = source.get("Product", product_id)
            if product is None:
                continue
            yield "Product", dict(product)
            above = [product_id]
            for name, field in _TREE:
                sql = f"SELECT * FROM {quoted(name)} WHERE {quoted(field)} = ?"
                rows = [dict(row) for parent in above for row in source.execute(sql, [parent])]
                if name == "ProductRatePlanChargeTier" and currencies:
                    rows = [row for row in rows if row["Currency"] in currencies]
                yield from ((name, row) for row in rows)
                above = [str(row["Id"]) for row in rows]


def copy_id(entity_id: str, row_id: str) -> str:
    """The id that a shared row has in another entity: in the service's layout, as old as the original's.

    No two rows get one id: the part that tells a service's runs apart is changed in a way that can be undone.
    """
    mark = derived_id("shared", entity_id)
    if len(row_id) != len(mark) or not _HEX.fullmatch(row_id):
        return derived_id("shared", entity_id, row_id)
    return f"{row_id[:8]}{int(row_id[8:16], 16) ^ int(mark[:8], 16):08x}{row_id[16:]}"
