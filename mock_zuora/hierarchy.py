"""What a tenant's description must be: entities in one hierarchy, users who belong to them, products they share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_zuora.tenants import EntitySpec, TenantSpec

ENTITIES_MAX = 512

_ID = re.compile(r"[0-9a-zA-Z]{32}|\d+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[A-Za-z0-9 .-]{1,255}")


def check(spec: TenantSpec) -> None:
    """Raise `ValueError` for a tenant that cannot be, saying which part of it and why."""
    if not spec.entities or not spec.users:
        raise ValueError(f"tenant {spec.id} needs at least one entity and one user")
    if len(spec.entities) > ENTITIES_MAX:
        raise ValueError(f"tenant {spec.id} has {len(spec.entities)} entities; {ENTITIES_MAX} are the most")
    if spec.multi_entity is False and len(spec.entities) > 1:
        raise ValueError(f"tenant {spec.id} has several entities and so cannot be without multi-entity")
    _check_entities(spec)
    ids = {entity.id for entity in spec.entities}
    for user in spec.users:
        unknown = ({user.home_entity} - {""} | set(user.entities)) - ids
        if unknown:
            raise ValueError(f"user {user.username} names entities that tenant {spec.id} has not: {unknown}")
    for shared in spec.shared_products:
        if not set(shared.entities) <= ids - {spec.entities[0].id}:
            raise ValueError(
                f"product {shared.product_id} of tenant {spec.id} is shared with entities other than those below its"
                f" global one: {', '.join(shared.entities)}"
            )


def _check_entities(spec: TenantSpec) -> None:
    for entity in spec.entities:
        if not _ID.fullmatch(entity.id):
            raise ValueError(f"entity id {entity.id!r} is not 32 letters and digits, nor a number, nor a UUID")
        if not _NAME.fullmatch(entity.name):
            raise ValueError(f"entity name {entity.name!r} is not 1 to 255 letters, digits, spaces, dots and hyphens")
    for what, values in (("id", [plain(e.id) for e in spec.entities]), ("name", [e.name for e in spec.entities])):
        if len(set(values)) != len(values):
            raise ValueError(f"tenant {spec.id} has two entities with one {what}")
    parents = {entity.id: parent_of(entity, spec.entities) for entity in spec.entities}
    for entity in spec.entities:
        seen, at = {entity.id}, parents[entity.id]
        while at is not None:
            if at not in parents or at in seen:
                raise ValueError(f"the parents of entity {entity.id} do not lead to the tenant's global entity")
            seen.add(at)
            at = parents[at]


def parent_of(entity: EntitySpec, entities: Iterable[EntitySpec]) -> str | None:
    """The id of an entity's parent: the global entity, which is the first, where none is given; None for that one."""
    root = next(iter(entities))
    return None if entity.id == root.id else entity.parent_id or root.id


def plain(entity_id: str) -> str:
    """An entity's id without what does not matter in it: dashes and capitals."""
    return entity_id.replace("-", "").lower()
