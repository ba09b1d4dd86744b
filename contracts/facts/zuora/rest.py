"""The little REST that multi-entity clients need: which entities there are, and which a user may enter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contracts.facts.zuora.login import session_of
from contracts.judging import Broken, require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client, element
from contracts.zuora.scenarios import ENTITIES

fact = ZUORA.fact

ENTITIES_PAGE = sources.developer("v1-api-reference: entities")


def answer(client: Client, path: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON of a GET that goes well."""
    reply = client.get(path, headers or {"Authorization": f"ZSession {client.session}"})
    same(reply.status, 200, f"HTTP status of {path}")
    try:
        found = json.loads(reply.bytes)
    except ValueError as error:
        raise Broken(f"{path} is answered with no JSON: {reply.bytes[:200]!r}") from error
    if not isinstance(found, dict):
        raise Broken(f"{path} is answered with {found!r}")
    return found


def _own(client: Client) -> Mapping[str, str]:
    who = client.target.who("api")
    return {"apiAccessKeyId": who.username, "apiSecretAccessKey": who.password}


@fact(
    "zuora.rest.entities",
    "The entities of a tenant are listed at GET /v1/entities, with id and name.",
    source=ENTITIES_PAGE,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def entities(client: Client) -> None:
    found = {each["name"]: each["id"] for each in answer(client, "/v1/entities").get("entities", [])}
    expected = [client.target.entity(name) for name in ("global", "europe")]
    same(set(found), {each.name for each in expected}, "the names")


@fact(
    "zuora.rest.entity-ids-log-in",
    "The ids that REST lists are those a login takes.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def entity_ids_log_in(client: Client) -> None:
    listed = answer(client, "/v1/entities").get("entities", [])
    require(len(listed) == 2, f"{len(listed)} entities")
    for each in listed:
        require(session_of(client.login(extra=element("entityId", each["id"]))), f"no session in {each['name']}")


@fact(
    "zuora.rest.user-and-password",
    "REST takes a user's name and password in the headers apiAccessKeyId and apiSecretAccessKey.",
    source=sources.developer("rest-api/general-concepts/authentication"),
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def user_and_password(client: Client) -> None:
    same(len(answer(client, "/v1/entities", _own(client)).get("entities", [])), 2, "entities")


@fact(
    "zuora.rest.session-as-token",
    "REST takes a SOAP session as `Authorization: ZSession`.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=ENTITIES,
)
def session_as_token(client: Client) -> None:
    headers = {"Authorization": f"ZSession {client.session}"}
    same(len(answer(client, "/v1/entities", headers).get("entities", [])), 2, "entities")
    reply = client.get("/v1/entities", {"Authorization": "ZSession bogus"})
    same(reply.status, 401, "HTTP status with an unknown session")


@fact(
    "zuora.rest.accessible",
    "The entities that a user may enter are listed under their name.",
    source=ENTITIES_PAGE,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def accessible(client: Client) -> None:
    def names_for(role: str) -> set[str]:
        name = client.target.who(role).username
        found = answer(client, f"/v1/users/{name}/accessible-entities", _own(client))
        return {each["name"] for each in found.get("entities", [])}

    every = {client.target.entity(name).name for name in ("global", "europe")}
    same(names_for("api"), every, "what the user with access to both may enter")
    same(names_for("home"), {client.target.entity("global").name}, "what the user of one entity may enter")
