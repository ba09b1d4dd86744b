"""The Zuora mock put back as it was: records, numbers, sessions that go on, results that do not; and strays found."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mock_zuora import SharedProduct, Tenant, TenantSpec, ZuoraMock
from mock_zuora.strays import strays
from simulator.clock import VirtualClock
from simulator.snapshots import Snapshot, SnapshotUnusable, from_bytes
from tests.mock_zuora.conftest import EUROPE, GLOBAL, OTHER, TENANT, Caller, row_id

ACCOUNT = (
    '<api:create><api:zObjects xsi:type="obj:Account"><obj:Name>{name}</obj:Name><obj:Currency>USD</obj:Currency>'
    "<obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1</obj:BillCycleDay></api:zObjects></api:create>"
)


def accounts(tenant: Tenant, entity_id: str = GLOBAL) -> list[tuple[Any, Any]]:
    return [(row["Name"], row["AccountNumber"]) for row in tenant.rows(entity_id, "Account")]


def create(caller: Caller, name: str) -> None:
    assert b"<ns1:Success>true" in caller.call(ACCOUNT.format(name=name)).body


def test_records_and_numbers_go_back_and_the_session_goes_on(mock: ZuoraMock, tenant: Tenant, caller: Caller) -> None:
    create(caller, "before")
    snapshot = mock.snapshot()
    before = accounts(tenant)
    create(caller, "after")
    mock.restore(snapshot)
    assert accounts(tenant) == before
    create(caller, "again")
    # the number that the account taken back had is given once more
    assert [number for _, number in accounts(tenant)] == ["A00000001", "A00000002"]


def test_every_entity_of_every_tenant_goes_back(mock: ZuoraMock) -> None:
    first, second = mock.tenants
    places = ((first, GLOBAL), (first, EUROPE), (second, OTHER))
    for number, (tenant, entity_id) in enumerate(places):
        tenant.load(entity_id, "Account", [{"Id": row_id(number), "Name": f"Account {number}"}])
    snapshot = mock.snapshot()
    for tenant in mock.tenants:
        tenant.clear()
    mock.restore(snapshot)
    assert [[name for name, _ in accounts(*place)] for place in places] == [["Account 0"], ["Account 1"], ["Account 2"]]


def test_pages_that_were_kept_are_not_those_of_before(mock: ZuoraMock, tenant: Tenant, caller: Caller) -> None:
    snapshot = mock.snapshot()
    tenant.load(GLOBAL, "Account", [{"Id": row_id(1), "Name": "Account 01"}])
    assert caller.ids("select Id from Account") == [row_id(1)]
    mock.restore(snapshot)
    assert b"<ns1:size>0</ns1:size>" in caller.query("select Id from Account").body


def test_open_results_are_let_go_of(mock: ZuoraMock, tenant: Tenant, caller: Caller) -> None:
    tenant.load(GLOBAL, "Account", [{"Id": row_id(n), "Name": f"Account {n}"} for n in range(4)])
    page = caller.query("select Id from Account", options="<api:batchSize>2</api:batchSize>").body
    locator = page.split(b"<ns1:queryLocator>")[1].split(b"<")[0].decode()
    more = f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"
    assert caller.call(more).status == 200
    mock.restore(mock.snapshot())
    assert len(mock.cursors) == 0
    assert b"InvalidQueryLocatorFault" in caller.call(more).body


def test_a_tenant_that_came_later_is_emptied(mock: ZuoraMock) -> None:
    snapshot = mock.snapshot()
    later = mock.add_tenant(
        TenantSpec("10003", "Tenant 03", TENANT.entities[:1], (TENANT.users[1].__class__("later@example.com", "p"),))
    )
    later.load(GLOBAL, "Account", [{"Id": row_id(9), "Name": "later"}])
    mock.restore(snapshot)
    assert accounts(later) == []


def test_a_snapshot_outlasts_the_mock_in_a_file(mock: ZuoraMock, tmp_path: Path) -> None:
    mock.tenants[0].load(EUROPE, "Account", [{"Id": row_id(1), "Name": "Account 01"}])
    kept = mock.snapshot().to_bytes()
    other = ZuoraMock(clock=VirtualClock(), chance=random.Random(8), state_dir=tmp_path)
    for tenant in mock.tenants:
        other.add_tenant(tenant.spec)
    other.restore(from_bytes(kept))
    assert [name for name, _ in accounts(other.tenants[0], EUROPE)] == ["Account 01"]
    other.close()


def test_snapshots_of_others_are_refused_and_nothing_is_changed(mock: ZuoraMock, tenant: Tenant) -> None:
    tenant.load(GLOBAL, "Account", [{"Id": row_id(1), "Name": "Account 01"}])
    stranger = ZuoraMock(clock=VirtualClock(), chance=random.Random(8))
    stranger.add_tenant(TenantSpec("77", "Tenant 77", TENANT.entities[:1], TENANT.users[1:]))
    with pytest.raises(SnapshotUnusable, match=r"77 / 0+1, which is not here"):
        mock.restore(stranger.snapshot())
    with pytest.raises(SnapshotUnusable, match="one of salesforce, not of zuora"):
        mock.restore(Snapshot("salesforce", mock.snapshot().taken_at, {}))
    assert [name for name, _ in accounts(tenant)] == ["Account 01"]
    stranger.close()


def test_shared_products_follow_the_snapshot(clock: VirtualClock) -> None:
    spec = TenantSpec(
        "1", "Tenant 01", TENANT.entities, TENANT.users, shared_products=(SharedProduct(row_id(1), (EUROPE,)),)
    )
    mock = ZuoraMock(clock=clock, chance=random.Random(7))
    tenant = mock.add_tenant(spec)
    empty = mock.snapshot()
    tenant.load(GLOBAL, "Product", [{"Id": row_id(1), "Name": "Product 01", "SKU": "SKU-1"}])
    shared = mock.snapshot()
    assert len(tenant.rows(EUROPE, "Product")) == 1
    mock.restore(empty)
    assert tenant.rows(EUROPE, "Product") == []
    mock.restore(shared)
    assert len(tenant.rows(EUROPE, "Product")) == 1
    mock.close()


def test_a_snapshot_is_of_one_moment_while_many_write(mock: ZuoraMock, tenant: Tenant) -> None:
    """Each writer adds a row to both entities under both locks; no snapshot may have one without the other."""
    stores = tenant.stores

    def write(number: int) -> None:
        with stores[EUROPE].lock, stores[GLOBAL].lock:
            for store in stores.values():
                store.insert("Account", {"Id": row_id(number)})

    def counts(snapshot: Snapshot) -> set[int]:
        mock.restore(snapshot)
        return {len(tenant.rows(entity_id, "Account")) for entity_id in (GLOBAL, EUROPE)}

    with ThreadPoolExecutor(8) as threads:
        writing = [threads.submit(write, number) for number in range(200)]
        taken = [threads.submit(mock.snapshot) for _ in range(20)]
        for each in writing:
            each.result()
        snapshots = [each.result() for each in taken]
    assert all(len(counts(snapshot)) == 1 for snapshot in snapshots)


def test_what_is_apart_has_no_strays(mock: ZuoraMock, make_id: Callable[[int], str]) -> None:
    for number, (tenant, entity_id) in enumerate(
        ((mock.tenants[0], GLOBAL), (mock.tenants[0], EUROPE), (mock.tenants[1], OTHER))
    ):
        account, contact = make_id(number * 2), make_id(number * 2 + 1)
        tenant.load(entity_id, "Account", [{"Id": account, "Name": "a", "BillToId": contact}])
        tenant.load(entity_id, "Contact", [{"Id": contact, "AccountId": account}])
    assert list(strays(mock.tenants)) == []


def test_strays_are_found(mock: ZuoraMock, make_id: Callable[[int], str]) -> None:
    first, second = mock.tenants
    first.load(GLOBAL, "Account", [{"Id": make_id(1), "Name": "a"}])
    first.load(EUROPE, "Account", [{"Id": make_id(1), "Name": "b"}])
    first.load(EUROPE, "Contact", [{"Id": make_id(2), "AccountId": make_id(3)}])
    second.load(OTHER, "Account", [{"Id": make_id(3), "Name": "c"}])
    assert sorted(strays(mock.tenants)) == [
        f"Tenant 01 / Europe: Account {make_id(1)} has an id of Tenant 01 / Global",
        f"Tenant 01 / Europe: Contact {make_id(2)}: AccountId {make_id(3)} is a record of Tenant 02 / Global",
    ]
