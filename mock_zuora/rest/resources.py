"""The resources: each takes who asks and what for, and gives the JSON of its reply, or raises `RestRefused`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request

from mock_zuora.hierarchy import parent_of
from mock_zuora.rest.callers import Caller
from mock_zuora.rest.errors import INVALID_VALUE, NO_PERMISSION, NOT_FOUND, RestRefused
from mock_zuora.tenants import EntitySpec, Tenant

Resource = Callable[[Caller, Request, Mapping[str, str]], dict[str, Any]]


def entities(caller: Caller, request: Request, _path: Mapping[str, str]) -> dict[str, Any]:
    """GET /v1/entities?provisioned=true|false: the entities of the caller's tenant."""
    _require_multi_entity(caller.tenant)
    asked = request.args.get("provisioned")
    if asked not in (None, "true", "false"):
        raise RestRefused(400, INVALID_VALUE, "'provisioned' value should be one of: true, false")
    found = [e for e in caller.tenant.spec.entities if asked is None or e.provisioned == (asked == "true")]
    return {"entities": [_document(caller.tenant, each) for each in found]}


def entity(caller: Caller, _request: Request, path: Mapping[str, str]) -> dict[str, Any]:
    """GET /v1/entities/{id}: one of them."""
    _require_multi_entity(caller.tenant)
    found = caller.tenant.entity(id_=path["entity_id"])
    if found is None:
        raise RestRefused(404, NOT_FOUND, f"Cannot find entity by id: '{path['entity_id']}'.")
    return _document(caller.tenant, found)


def accessible_entities(caller: Caller, _request: Request, path: Mapping[str, str]) -> dict[str, Any]:
    """GET /v1/users/{username}/accessible-entities: the entities that a user of the caller's tenant may enter."""
    _require_multi_entity(caller.tenant)
    user = caller.tenant.user(path["username"])
    if user is None:
        raise RestRefused(404, NOT_FOUND, f"Cannot find user by username: '{path['username']}'.")
    found = [e for e in caller.tenant.spec.entities if e.provisioned and caller.tenant.may_enter(user, e)]
    return {"entities": [_document(caller.tenant, each) for each in found]}


def share_product(caller: Caller, request: Request, path: Mapping[str, str]) -> dict[str, Any]:
    """POST /v1/catalog/products/{id}/share with {"toEntityIds": [id]}: share a product with one entity."""
    tenant = caller.tenant
    _require_multi_entity(tenant)
    source = tenant.spec.entities[0]
    if not caller.user.api_write or caller.entity.id != source.id:
        words = "Only a user with API Write Access can share products, and only from the global entity."
        raise RestRefused(403, NO_PERMISSION, words)
    wanted = _entity_ids(request)
    if len(wanted) != 1:
        raise RestRefused(400, INVALID_VALUE, "'toEntityIds' should have exactly one entity id")
    target = tenant.entity(id_=wanted[0])
    if target is None or target.id == source.id or not target.provisioned:
        raise RestRefused(404, NOT_FOUND, f"Cannot find target entity by id: '{wanted[0]}'.")
    if tenant.data(source.id).store.get("Product", path["product_id"]) is None:
        raise RestRefused(404, NOT_FOUND, f"Cannot find product by id: '{path['product_id']}'.")
    tenant.shares.share(path["product_id"], target.id)
    return {}


def _entity_ids(request: Request) -> list[str]:
    try:
        given = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise RestRefused(400, INVALID_VALUE, "The request body is not JSON.") from None
    ids = given.get("toEntityIds") if isinstance(given, dict) else None
    return [str(each) for each in ids] if isinstance(ids, list) else []


def _document(tenant: Tenant, spec: EntitySpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "name": spec.name,
        "displayName": spec.display_name or spec.name,
        "locale": spec.locale,
        "timezone": spec.time_zone or tenant.spec.time_zone,
        "status": "Provisioned" if spec.provisioned else "Unprovisioned",
        "parentId": parent_of(spec, tenant.spec.entities),
        "tenantId": tenant.spec.id,
    }


def _require_multi_entity(tenant: Tenant) -> None:
    if not tenant.spec.is_multi_entity:
        raise RestRefused(403, NO_PERMISSION, "Multi-entity is not enabled for this tenant.")
