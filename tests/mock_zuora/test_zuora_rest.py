"""The REST side: who may ask, the entities of a tenant, sharing a product, and what a reply tells of the limits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mock_zuora import EntitySpec, SecurityPolicy, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.sharing import copy_id
from simulator.clock import VirtualClock
from simulator.hosting import Host

ROOT, EUROPE, PLANNED = "a" * 32, "b" * 32, "6337"
PRODUCT = "2c92c0f8aaaaaaaa0000000000000001"
SPEC = TenantSpec(
    "6398",
    "T",
    (
        EntitySpec(ROOT, "Global", "Tenant 03"),
        EntitySpec(EUROPE, "Europe", locale="de_DE", time_zone="Europe/Berlin"),
        EntitySpec(PLANNED, "Planned", parent_id=EUROPE, provisioned=False),
    ),
    (
        UserSpec("u@example.com", "p", entities=(EUROPE, PLANNED)),
        UserSpec("home@example.com", "p"),
        UserSpec("reader@example.com", "p", api_write=False),
    ),
)
ALONE = TenantSpec("2", "S", (EntitySpec("c" * 32, "Global"),), (UserSpec("s@example.com", "p"),))
GLOBAL_ENTITY = {
    "id": ROOT,
    "name": "Global",
    "displayName": "Tenant 03",
    "locale": "en_US",
    "timezone": "America/Los_Angeles",
    "status": "Provisioned",
    "parentId": None,
    "tenantId": "6398",
}


def credentials(username: str = "u@example.com", password: str = "p", **more: str) -> dict[str, str]:
    return {"apiAccessKeyId": username, "apiSecretAccessKey": password, **more}


@pytest.fixture
def zuora(clock: VirtualClock) -> Iterator[ZuoraMock]:
    mock = ZuoraMock(clock=clock, chance=random.Random(2))
    mock.add_tenant(SPEC)
    mock.add_tenant(ALONE)
    yield mock
    mock.close()


@pytest.fixture
def rest(zuora: ZuoraMock, clock: VirtualClock) -> Iterator[httpx.Client]:
    with Host(zuora.wsgi, clock) as host, httpx.Client(base_url=host.url) as client:
        yield client


def session_of(zuora: ZuoraMock, **where: str) -> str:
    return zuora.sessions.open(zuora.tenants, "u@example.com", "p", **where).id


def test_the_entities_of_a_tenant(rest: httpx.Client) -> None:
    reply = rest.get("/v1/entities", headers=credentials())
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json;charset=utf-8"
    body = reply.json()
    assert set(body) == {"entities", "success"}
    assert body["success"] is True
    assert body["entities"][0] == GLOBAL_ENTITY
    assert [(e["name"], e["status"], e["parentId"]) for e in body["entities"][1:]] == [
        ("Europe", "Provisioned", ROOT),
        ("Planned", "Unprovisioned", EUROPE),
    ]
    assert (body["entities"][1]["locale"], body["entities"][1]["timezone"]) == ("de_DE", "Europe/Berlin")


@pytest.mark.parametrize(("asked", "names"), [("true", ["Global", "Europe"]), ("false", ["Planned"])])
def test_entities_by_whether_they_are_provisioned(rest: httpx.Client, asked: str, names: list[str]) -> None:
    reply = rest.get("/v1/entities", params={"provisioned": asked}, headers=credentials())
    assert [each["name"] for each in reply.json()["entities"]] == names


def test_one_entity(rest: httpx.Client) -> None:
    assert rest.get(f"/v1/entities/{ROOT}", headers=credentials()).json() == {**GLOBAL_ENTITY, "success": True}


@pytest.mark.parametrize(
    ("username", "names"), [("u@example.com", ["Global", "Europe"]), ("home@example.com", ["Global"])]
)
def test_the_entities_a_user_may_enter(rest: httpx.Client, username: str, names: list[str]) -> None:
    reply = rest.get(f"/v1/users/{username}/accessible-entities", headers=credentials())
    assert reply.status_code == 200
    assert [each["name"] for each in reply.json()["entities"]] == names
    assert reply.json()["success"] is True


def test_a_soap_session_is_taken(rest: httpx.Client, zuora: ZuoraMock) -> None:
    session = session_of(zuora, entity_id=EUROPE)
    assert rest.get("/v1/entities", headers={"Authorization": f"ZSession {session}"}).status_code == 200
    assert rest.get("/v1/entities", headers={"Cookie": f"ZSession={session}"}).status_code == 200


def test_a_session_goes_on_by_being_used_here(rest: httpx.Client, zuora: ZuoraMock, clock: VirtualClock) -> None:
    headers = {"Authorization": f"ZSession {session_of(zuora)}"}
    for _ in range(3):
        clock.advance(14 * 60)
        assert rest.get("/v1/entities", headers=headers).status_code == 200
    clock.advance(15 * 60)
    assert rest.get("/v1/entities", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        credentials(password="wrong"),
        credentials("nobody@example.com"),
        {"apiAccessKeyId": "u@example.com"},
        {"Authorization": "ZSession made-up"},
        {"Authorization": "Bearer made-up"},
        {"Cookie": "ZSession=made-up"},
    ],
)
def test_who_is_not_known_is_asked_to_sign_in(rest: httpx.Client, headers: dict[str, str]) -> None:
    reply = rest.get("/v1/entities", headers=headers)
    assert reply.status_code == 401
    body = reply.json()
    assert len(body.pop("processId")) == 16
    assert body == {
        "success": False,
        "reasons": [{"code": 90000011, "message": "this resource is protected, please sign in first"}],
    }


def test_wrong_passwords_lock_a_user_out_here_too(rest: httpx.Client, zuora: ZuoraMock) -> None:
    zuora.tenants[0].policy = SecurityPolicy(max_invalid_attempts=2)
    for password in ("wrong", "wrong", "p"):
        assert rest.get("/v1/entities", headers=credentials(password=password)).status_code == 401


def test_a_refused_address_is_told_so(rest: httpx.Client, zuora: ZuoraMock) -> None:
    zuora.tenants[0].policy = SecurityPolicy(allowed_ip_ranges=("192.0.2.0/24",))
    reply = rest.get("/v1/entities", headers=credentials())
    assert reply.status_code == 401
    assert "IP address may be restricted" in reply.json()["reasons"][0]["message"]


def refusal(reply: httpx.Response) -> tuple[int, int]:
    assert reply.json()["success"] is False
    return reply.status_code, reply.json()["reasons"][0]["code"]


@pytest.mark.parametrize(
    "headers",
    [
        {"entityId": PLANNED},
        {"entityName": "Nowhere"},
        {"entityId": EUROPE, "entityName": "Europe"},
        {"Zuora-Entity-Ids": "1" * 32},
    ],
)
def test_an_entity_that_cannot_be_entered(rest: httpx.Client, headers: dict[str, str]) -> None:
    assert refusal(rest.get("/v1/entities", headers=credentials(**headers))) == (403, 90000020)


@pytest.mark.parametrize("path", ["entities", f"entities/{'c' * 32}", "users/s@example.com/accessible-entities"])
def test_a_tenant_that_is_not_multi_entity_has_none_of_this(rest: httpx.Client, path: str) -> None:
    assert refusal(rest.get(f"/v1/{path}", headers=credentials("s@example.com"))) == (403, 50000010)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("users/s@example.com/accessible-entities", 404),
        ("users/nobody/accessible-entities", 404),
        (f"entities/{'c' * 32}", 404),
        ("entities?provisioned=maybe", 400),
        ("accounts", 404),
        ("users", 404),
    ],
)
def test_what_is_not_there(rest: httpx.Client, path: str, status: int) -> None:
    assert refusal(rest.get(f"/v1/{path}", headers=credentials()))[0] == status


def test_a_method_that_is_not_there(rest: httpx.Client) -> None:
    assert refusal(rest.delete("/v1/entities", headers=credentials()))[0] == 405


def test_replies_tell_what_is_left(rest: httpx.Client, zuora: ZuoraMock, clock: VirtualClock) -> None:
    zuora.change_limits({"profile": "production"})
    clock.advance(15)
    reply = rest.get("/v1/entities", headers={**credentials(), "Zuora-Track-Id": "track-1"})
    assert reply.headers["RateLimit-Limit"] == "50000, 50000;w=60, 2250000;w=3600, 27000000;w=86400"
    assert reply.headers["RateLimit-Remaining"] == "49999"
    assert reply.headers["RateLimit-Reset"] == "45"
    assert reply.headers["Concurrency-Limit-Type"] == "Default"
    assert reply.headers["Concurrency-Limit-Limit"] == "40"
    assert reply.headers["Concurrency-Limit-Remaining"] == "39"
    assert reply.headers["Zuora-Track-Id"] == "track-1"
    assert len(reply.headers["zuora-request-id"]) == 32


def test_the_limit_nearest_to_its_end_is_told(rest: httpx.Client, zuora: ZuoraMock) -> None:
    zuora.change_limits({"figures": {"api_per_minute": 100, "api_per_hour": 2}})
    reply = rest.get("/v1/entities", headers=credentials())
    assert reply.headers["RateLimit-Limit"] == "2, 100;w=60, 2;w=3600"
    assert reply.headers["RateLimit-Remaining"] == "1"
    assert "Concurrency-Limit-Limit" not in reply.headers


def test_without_limits_nothing_is_told(rest: httpx.Client) -> None:
    assert not [name for name in rest.get("/v1/entities", headers=credentials()).headers if "limit" in name.lower()]


def test_beyond_a_limit_the_answer_is_429(rest: httpx.Client, zuora: ZuoraMock) -> None:
    zuora.change_limits({"tenant": "6398", "figures": {"api_per_minute": 1}})
    assert rest.get("/v1/entities", headers=credentials()).status_code == 200
    reply = rest.get("/v1/entities", headers=credentials())
    assert refusal(reply) == (429, 50000070)
    assert reply.headers["Retry-After"] == "120"
    assert reply.headers["RateLimit-Remaining"] == "0"
    assert refusal(rest.get("/v1/entities", headers=credentials("s@example.com")))[0] == 403


def test_requests_here_and_through_soap_count_together(caller: Any, zuora: ZuoraMock, rest: httpx.Client) -> None:
    caller.mock = zuora
    caller.login("u@example.com", "p")
    caller.call("<api:getUserInfo/>")
    rest.get("/v1/entities", headers=credentials())
    assert zuora.limits()["tenants"]["6398"]["used"]["api"]["minute"] == 2


def share(rest: httpx.Client, body: Any, product: str = PRODUCT, **headers: str) -> httpx.Response:
    return rest.post(f"/v1/catalog/products/{product}/share", json=body, headers=headers or credentials())


def test_a_product_is_shared_with_an_entity(rest: httpx.Client, zuora: ZuoraMock) -> None:
    tenant = zuora.tenants[0]
    tenant.load(ROOT, "Product", [{"Id": PRODUCT, "Name": "P", "SKU": "GLOBAL-1"}])
    reply = share(rest, {"toEntityIds": [EUROPE]})
    assert (reply.status_code, reply.json()) == (200, {"success": True})
    assert [row["Id"] for row in tenant.rows(EUROPE, "Product")] == [copy_id(EUROPE, PRODUCT)]


@pytest.mark.parametrize(
    ("body", "product", "headers", "status"),
    [
        ({"toEntityIds": [EUROPE, ROOT]}, PRODUCT, {}, 400),
        ({}, PRODUCT, {}, 400),
        ([], PRODUCT, {}, 400),
        ({"toEntityIds": ["1"]}, PRODUCT, {}, 404),
        ({"toEntityIds": [ROOT]}, PRODUCT, {}, 404),
        ({"toEntityIds": [PLANNED]}, PRODUCT, {}, 404),
        ({"toEntityIds": [EUROPE]}, "1" * 32, {}, 404),
        ({"toEntityIds": [EUROPE]}, PRODUCT, credentials(entityId=EUROPE), 403),
        ({"toEntityIds": [EUROPE]}, PRODUCT, credentials("reader@example.com"), 403),
    ],
)
def test_what_cannot_be_shared(
    rest: httpx.Client, zuora: ZuoraMock, body: Any, product: str, headers: dict[str, str], status: int
) -> None:
    zuora.tenants[0].load(ROOT, "Product", [{"Id": PRODUCT, "Name": "P", "SKU": "GLOBAL-1"}])
    assert refusal(share(rest, body, product, **headers))[0] == status
    assert zuora.tenants[0].rows(EUROPE, "Product") == []


def test_a_body_that_is_no_json(rest: httpx.Client) -> None:
    reply = rest.post(f"/v1/catalog/products/{PRODUCT}/share", content=b"{", headers=credentials())
    assert refusal(reply) == (400, 50000020)
