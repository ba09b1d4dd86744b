"""Shared products: copies in other entities that follow the original, and what may be done with them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import EntitySpec, SharedProduct, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.ids import is_id
from mock_zuora.sharing import copy_id
from simulator.clock import VirtualClock

SOURCE, EUROPE, ASIA = "a" * 32, "b" * 32, "c" * 32
PRODUCT, PLAN, CHARGE, USD, EUR = (f"2c92c0f8aaaaaaaa{n:016x}" for n in range(1, 6))
CATALOG = ("Product", "ProductRatePlan", "ProductRatePlanCharge", "ProductRatePlanChargeTier")
SPEC = TenantSpec(
    "1",
    "T",
    (EntitySpec(SOURCE, "Global"), EntitySpec(EUROPE, "Europe", currencies=("EUR",)), EntitySpec(ASIA, "Asia")),
    (UserSpec("u@example.com", "p", entities=(EUROPE, ASIA)),),
    shared_products=(SharedProduct(PRODUCT, (EUROPE, ASIA)),),
)


def fill(tenant: Tenant) -> None:
    tenant.load(SOURCE, "Product", [{"Id": PRODUCT, "Name": "Original", "SKU": "GLOBAL-1"}])
    tenant.load(SOURCE, "ProductRatePlan", [{"Id": PLAN, "ProductId": PRODUCT, "Name": "Plan"}])
    tenant.load(SOURCE, "ProductRatePlanCharge", [{"Id": CHARGE, "ProductRatePlanId": PLAN, "Name": "Charge"}])
    for row_id, currency in ((USD, "USD"), (EUR, "EUR")):
        row = {"Id": row_id, "ProductRatePlanChargeId": CHARGE, "Currency": currency, "Price": 10, "Tier": 1}
        tenant.load(SOURCE, "ProductRatePlanChargeTier", [row])


@pytest.fixture
def zuora() -> Iterator[ZuoraMock]:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(2))
    fill(mock.add_tenant(SPEC))
    yield mock
    mock.close()


@pytest.fixture
def shared(zuora: ZuoraMock) -> Tenant:
    return zuora.tenants[0]


def rows(tenant: Tenant, entity: str, name: str) -> list[dict[str, object]]:
    return tenant.rows(entity, name)


def enter(caller: Any, mock: ZuoraMock, entity: str) -> None:
    caller.mock = mock
    assert caller.login("u@example.com", "p", f"<api:entityId>{entity}</api:entityId>").status == 200


def update(caller: Any, row_id: str, **fields: str) -> bytes:
    values = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
    row = f'<api:zObjects xsi:type="obj:Product"><obj:Id>{row_id}</obj:Id>{values}</api:zObjects>'
    return bytes(caller.call(f"<api:update>{row}</api:update>").body)


def test_another_entity_has_the_product_with_all_below_it_under_ids_of_its_own(shared: Tenant) -> None:
    for name in CATALOG:
        ids = {row["Id"] for row in rows(shared, SOURCE, name)}
        copies = {row["Id"] for row in rows(shared, ASIA, name)}
        assert copies == {copy_id(ASIA, str(each)) for each in ids}
        assert not copies & ids
        assert not copies & {row["Id"] for row in rows(shared, EUROPE, name)}
        assert all(is_id(str(each)) for each in copies)
    (plan,) = rows(shared, ASIA, "ProductRatePlan")
    assert plan["ProductId"] == rows(shared, ASIA, "Product")[0]["Id"]
    assert rows(shared, ASIA, "Product")[0]["SKU"] == "GLOBAL-1"


def test_prices_come_in_the_currencies_of_the_entity(shared: Tenant) -> None:
    assert [row["Currency"] for row in rows(shared, EUROPE, "ProductRatePlanChargeTier")] == ["EUR"]
    assert [row["Currency"] for row in rows(shared, ASIA, "ProductRatePlanChargeTier")] == ["USD", "EUR"]


def test_a_query_in_the_other_entity_finds_the_copy(caller: Any, zuora: ZuoraMock) -> None:
    enter(caller, zuora, ASIA)
    assert caller.ids("select Id, Name from Product where SKU = 'GLOBAL-1'") == [copy_id(ASIA, PRODUCT)]
    assert caller.ids(f"select Id from Product where Id = '{PRODUCT}'") == []


def test_what_is_added_to_the_original_appears_in_the_copy(shared: Tenant) -> None:
    rows(shared, ASIA, "Product")
    shared.load(SOURCE, "ProductRatePlan", [{"Id": "d" * 32, "ProductId": PRODUCT, "Name": "Second"}])
    assert {row["Name"] for row in rows(shared, ASIA, "ProductRatePlan")} == {"Plan", "Second"}


def test_the_sku_follows_the_original_and_all_else_is_the_other_entitys(caller: Any, zuora: ZuoraMock) -> None:
    copy = copy_id(ASIA, PRODUCT)
    enter(caller, zuora, ASIA)
    assert b"<ns1:Success>true" in update(caller, copy, Name="Renamed")
    refused = update(caller, copy, SKU="ASIA-1")
    assert b"<ns1:Code>NO_PERMISSION</ns1:Code>" in refused
    enter(caller, zuora, SOURCE)
    assert b"<ns1:Success>true" in update(caller, PRODUCT, Name="Original 2", SKU="GLOBAL-2")
    (product,) = rows(zuora.tenants[0], ASIA, "Product")
    assert (product["Name"], product["SKU"]) == ("Renamed", "GLOBAL-2")


def test_a_copy_cannot_be_deleted_and_an_own_product_can(caller: Any, zuora: ZuoraMock) -> None:
    own = "e" * 32
    zuora.tenants[0].load(ASIA, "Product", [{"Id": own, "Name": "Own", "SKU": "ASIA-1"}])
    enter(caller, zuora, ASIA)
    ids = "".join(f"<api:ids>{each}</api:ids>" for each in (copy_id(ASIA, PRODUCT), own))
    reply = caller.call(f"<api:delete><api:type>Product</api:type>{ids}</api:delete>")
    assert reply.body.count(b"<ns1:success>true") == 1
    assert b"<ns1:Code>CANNOT_DELETE" in reply.body
    assert [row["Name"] for row in rows(zuora.tenants[0], ASIA, "Product")] == ["Original"]


def test_what_the_original_loses_the_copy_keeps(caller: Any, zuora: ZuoraMock) -> None:
    tenant = zuora.tenants[0]
    assert len(rows(tenant, ASIA, "Product")) == 1
    enter(caller, zuora, SOURCE)
    body = f"<api:delete><api:type>Product</api:type><api:ids>{PRODUCT}</api:ids></api:delete>"
    assert b"<ns1:success>true" in caller.call(body).body
    assert rows(tenant, SOURCE, "Product") == []
    assert [len(rows(tenant, ASIA, name)) for name in CATALOG] == [1, 1, 1, 2]


def test_products_that_are_not_shared_stay_where_they_are(shared: Tenant) -> None:
    shared.load(SOURCE, "Product", [{"Id": "f" * 32, "Name": "Private", "SKU": "GLOBAL-9"}])
    assert [row["Name"] for row in rows(shared, ASIA, "Product")] == ["Original"]


def test_after_all_records_are_removed_the_copies_come_back_with_the_original(shared: Tenant) -> None:
    assert len(rows(shared, ASIA, "Product")) == 1
    shared.clear()
    assert rows(shared, ASIA, "Product") == []
    fill(shared)
    assert len(rows(shared, ASIA, "Product")) == 1


def test_a_product_can_be_shared_later(shared: Tenant) -> None:
    shared.load(SOURCE, "Product", [{"Id": "f" * 32, "Name": "Later", "SKU": "GLOBAL-9"}])
    assert len(rows(shared, EUROPE, "Product")) == 1
    shared.shares.share("f" * 32, EUROPE)
    assert len(rows(shared, EUROPE, "Product")) == 2
    assert len(rows(shared, ASIA, "Product")) == 1


@pytest.mark.parametrize("entity", [SOURCE, "unknown"])
def test_products_are_shared_with_entities_below_the_global_one_only(shared: Tenant, entity: str) -> None:
    with pytest.raises(ValueError, match="below the global one"):
        shared.shares.share(PRODUCT, entity)
    with pytest.raises(ValueError, match="is shared with entities other than"):
        ZuoraMock(clock=VirtualClock(), chance=random.Random(1)).add_tenant(
            replace(SPEC, shared_products=(SharedProduct(PRODUCT, (entity,)),))
        )


def test_nothing_is_copied_inside_a_step_that_may_be_taken_back(shared: Tenant) -> None:
    store = shared._data[ASIA].store

    def fail_half_way() -> None:
        with store.savepoint():
            shared.data(ASIA)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert len(rows(shared, ASIA, "Product")) == 1


@given(st.lists(st.sampled_from(["rename", "renumber", "plan", "look", "rename copy"]), max_size=12))
def test_a_copy_has_the_originals_sku_and_plans_and_its_own_name(steps: list[str]) -> None:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(2))
    tenant = mock.add_tenant(SPEC)
    fill(tenant)
    source, copy = tenant.data(SOURCE).store, copy_id(ASIA, PRODUCT)
    name_at_sharing, sku, plans = "Original", "GLOBAL-1", 1
    named, looked = "", False
    for number, step in enumerate(steps):
        if step == "rename":
            source.update("Product", PRODUCT, {"Name": f"Name {number}"})
            name_at_sharing = name_at_sharing if looked else f"Name {number}"
        elif step == "renumber":
            sku = f"GLOBAL-{number}x"
            source.update("Product", PRODUCT, {"SKU": sku})
        elif step == "plan":
            tenant.load(SOURCE, "ProductRatePlan", [{"Id": f"{number:032x}", "ProductId": PRODUCT, "Name": "More"}])
            plans += 1
        elif step == "rename copy":
            named, looked = f"Copy {number}", True
            tenant.data(ASIA).store.update("Product", copy, {"Name": named})
        else:
            looked = True
            tenant.data(ASIA)
    (product,) = rows(tenant, ASIA, "Product")
    assert (product["SKU"], product["Name"]) == (sku, named or name_at_sharing)
    assert len(rows(tenant, ASIA, "ProductRatePlan")) == plans
    mock.close()


@given(st.lists(st.text("0123456789abcdef", min_size=32, max_size=32) | st.integers(0, 9).map(str), unique=True))
def test_no_two_copies_have_one_id(ids: list[str]) -> None:
    copies = [copy_id(ASIA, each) for each in ids]
    assert len(set(copies)) == len(ids)
    assert all(is_id(each) for each in copies)
