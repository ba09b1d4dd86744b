"""The clients against the real mocks, in process, on virtual time."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from mock_zuora import EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.errors import LoginRefused, SoapFaultError
from sync_engine.model import ParentRef, RowState, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import DoomedRow
from sync_engine.salesforce.loading import remove
from sync_engine.zuora.client import ZuoraClient
from sync_engine.zuora.zoql import equals, select, split_by_ids
from tests.sync_engine.clients.fakes import outcomes_of

HOME, OTHER = "0" * 31 + "1", "0" * 31 + "2"
KEY = "Zuora__External_Id__c"
BILLING_ACCOUNT = "Zuora__CustomerAccount__c"
CRM_ACCOUNT = "001000000000001AAA"
SUBSCRIPTION = "Zuora__Subscription__c"


class World:
    """Both services, each behind the transport, on one clock."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        self.tenant: Tenant = self.zuora.add_tenant(
            TenantSpec(
                id="10001",
                name="Tenant 01",
                entities=(EntitySpec(HOME, "Global"), EntitySpec(OTHER, "Europe", parent_id=HOME)),
                users=(UserSpec("api@example.com", "right-password", home_entity=HOME, entities=(HOME, OTHER)),),
            )
        )
        self.org: Org = self.salesforce.add_org(
            OrgSpec(
                id="00D000000000001",
                name="Org 01",
                users=(OrgUser("api@example.com", "right-password", "token", "API User", "api@example.com"),),
            )
        )
        self.org.load("Account", [{"Id": CRM_ACCOUNT, "Name": "Account 01"}])
        apps = {"zuora.test": self.zuora.wsgi, "salesforce.test": self.salesforce.wsgi}
        self.transport: httpx.AsyncBaseTransport = WsgiTransport(apps, self.clock)

    async def enter_zuora(self, password: str = "right-password", **options: Any) -> ZuoraClient:
        return await ZuoraClient.login(
            "http://zuora.test/apps/services/a/83.0",
            "api@example.com",
            SecretStr(password),
            transport=self.transport,
            clock=self.clock,
            chance=random.Random(3),
            **options,
        )

    async def enter_salesforce(self, password: str = "right-password") -> SalesforceClient:
        return await SalesforceClient.login(
            "http://salesforce.test",
            "api@example.com",
            SecretStr(password),
            SecretStr("token"),
            transport=self.transport,
            clock=self.clock,
            chance=random.Random(4),
        )

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            return await work()

        return run_virtual(whole(), self.clock)


@pytest.fixture
def world() -> World:
    return World()


def zuora_id(number: int) -> str:
    return f"{number:032x}"


def load_accounts(world: World, count: int, entity: str = HOME) -> list[str]:
    ids = [zuora_id(number) for number in range(1, count + 1)]
    world.tenant.load(
        entity,
        "Account",
        [
            {
                "Id": each,
                "Name": f"Customer {place}",
                "AccountNumber": f"A{place:08}",
                "Currency": "USD",
                "Status": "Active",
            }
            for place, each in enumerate(ids)
        ],
    )
    return ids


async def held(_root_id: str) -> None:
    """A guard whose leases never run out."""


def account_row(number: int) -> TargetRow:
    key = zuora_id(number)
    fields = {"Name": f"Customer {number} <&> é", "Zuora__Balance__c": "10.50", "Zuora__Account__c": CRM_ACCOUNT}
    return TargetRow(BILLING_ACCOUNT, KEY, key, fields, (), {}, "Account", key, key)


def subscription_row(number: int, account: int) -> TargetRow:
    key = zuora_id(number)
    parents = {"Zuora__CustomerAccount__r": ParentRef(BILLING_ACCOUNT, KEY, zuora_id(account))}
    return TargetRow(
        SUBSCRIPTION, KEY, key, {"Name": f"S{number}"}, (), parents, "Subscription", key, zuora_id(account)
    )


def test_a_zuora_login_tells_the_tenant_and_refuses_a_wrong_password(world: World) -> None:
    async def work() -> None:
        client = await world.enter_zuora()
        info = await client.user_info()
        assert (info.tenant_id, info.username) == ("10001", "api@example.com")
        with pytest.raises(LoginRefused):
            await world.enter_zuora("wrong-password")
        with pytest.raises(LoginRefused):
            await world.enter_zuora(entity_id="f" * 32)

    world.run(work)


def test_a_zuora_session_sees_its_entity_and_no_other(world: World) -> None:
    load_accounts(world, 3, HOME)
    load_accounts(world, 1, OTHER)

    async def work() -> list[int]:
        counts = []
        for options in ({}, {"entity_id": OTHER}, {"entity_name": "Europe"}):
            client = await world.enter_zuora(**options)
            rows = [row async for page in client.query(select("Account", ["Id"])) for row in page]
            counts.append(len(rows))
        return counts

    assert world.run(work) == [3, 1, 1]


def test_zuora_pages_bring_every_row_once_and_nothing_is_no_page(world: World) -> None:
    ids = load_accounts(world, 25)

    async def work() -> None:
        client = await world.enter_zuora(page_rows=10)
        pages = [page async for page in client.query(select("Account", ["Id", "Name", "Notes"]))]
        assert [len(page) for page in pages] == [10, 10, 5]
        assert sorted(row["Id"] for page in pages for row in page) == ids
        assert all("Notes" not in row for page in pages for row in page)
        assert [page async for page in client.query(select("Account", ["Id"], [equals("Name", "Nobody")]))] == []
        queries = split_by_ids("Account", ["Id"], "Id", ids, [equals("Status", "Active")])
        found = [row["Id"] for query in queries for page in [p async for p in client.query(query)] for row in page]
        assert sorted(found) == ids

    world.run(work)


def test_a_zuora_session_that_ran_out_is_renewed(world: World) -> None:
    load_accounts(world, 1)

    async def work() -> int:
        client = await world.enter_zuora()
        await world.clock.sleep(3600)
        assert len([page async for page in client.query(select("Account", ["Id"]))]) == 1
        return client.calls

    assert world.run(work) == 4


def test_a_query_whose_cursor_or_session_ran_out_brings_every_row_once_all_the_same(world: World) -> None:
    ids = load_accounts(world, 25)

    async def work() -> None:
        client = await world.enter_zuora(page_rows=10)
        found: list[str] = []
        async for page in client.query(select("Account", ["Id"])):
            if not found:
                await world.clock.sleep(16 * 60)
            found += [row["Id"] for row in page]
        assert sorted(found) == ids
        # query, queryMore refused, login, queryMore refused anew, query and its two further pages
        assert client.calls == 1 + 1 + 1 + 1 + 1 + 3

    world.run(work)


def test_a_zuora_query_with_an_unknown_field_is_a_fault(world: World) -> None:
    async def work() -> None:
        client = await world.enter_zuora()
        with pytest.raises(SoapFaultError) as caught:
            _ = [page async for page in client.query(select("Account", ["Id", "Nonsense"]))]
        assert caught.value.code == "INVALID_FIELD"
        assert "nonsense" in caught.value.fault_message.lower()

    world.run(work)


def test_a_salesforce_login_tells_the_org_and_refuses_a_wrong_password(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        assert client.org_id.startswith("00D000000000001")
        assert client.url.startswith("http://salesforce.test/services/Soap/u/64.0/")
        with pytest.raises(LoginRefused):
            await world.enter_salesforce("wrong-password")

    world.run(work)


def test_describe_tells_what_may_be_written(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        described = await client.describe(BILLING_ACCOUNT)
        assert described.fields[KEY].external_id
        assert described.fields["Zuora__Balance__c"].type == "currency"
        assert not described.fields["CreatedDate"].createable
        assert BILLING_ACCOUNT in await client.describe_global()

    world.run(work)


def test_loading_twice_creates_and_then_updates_the_same_records(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        rows = [
            *(account_row(number) for number in range(1, 251)),
            *(subscription_row(1000 + n, n) for n in range(1, 251)),
        ]
        first = await outcomes_of(client, rows, lease_guard=held)
        assert {outcome.state for outcome in first} == {RowState.CREATED}, first[0]
        second = await outcomes_of(client, rows, lease_guard=held)
        assert {outcome.state for outcome in second} == {RowState.UPDATED}
        assert [outcome.salesforce_id for outcome in second] == [outcome.salesforce_id for outcome in first]
        soql = f"SELECT Id, Name, Zuora__CustomerAccount__r.{KEY} FROM {SUBSCRIPTION}"
        found = [row async for page in client.query(soql) for row in page]
        assert len(found) == 250
        expected = {f"S{1000 + n}": zuora_id(n) for n in range(1, 251)}
        assert {row["Name"]: row["Zuora__CustomerAccount__r"][KEY] for row in found} == expected
        assert client.api_used is not None
        assert client.api_limit == 15000

    world.run(work)
    names = {row["Name"] for row in world.org.rows(BILLING_ACCOUNT)}
    assert "Customer 7 <&> é" in names


def test_a_row_with_an_unknown_parent_fails_alone(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        rows = [account_row(1), subscription_row(1001, 1), subscription_row(1002, 99)]
        outcomes = await outcomes_of(client, rows, lease_guard=held)
        assert [outcome.state for outcome in outcomes] == [RowState.CREATED, RowState.CREATED, RowState.FAILED]
        assert outcomes[2].code == "INVALID_FIELD"
        assert "parent" in (outcomes[2].what_to_do or "")

    world.run(work)


class Lossy(httpx.AsyncBaseTransport):
    """Lets a write through and loses its reply, once for each number given (counting upserts and deletes from 1)."""

    def __init__(self, inner: httpx.AsyncBaseTransport, lose: set[int]) -> None:
        self._inner = inner
        self._lose = lose
        self.writes = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        content = await response.aread()
        if b"upsertResponse" in content or b"deleteResponse" in content:
            self.writes += 1
            if self.writes in self._lose:
                raise httpx.ReadError("reset by peer")
        return response


def test_a_lost_reply_is_settled_from_what_the_org_has(world: World) -> None:
    lossy = Lossy(world.transport, {1, 2})
    world.transport = lossy

    async def work() -> None:
        client = await world.enter_salesforce()
        rows = [account_row(1), account_row(2), subscription_row(1001, 1)]
        outcomes = await outcomes_of(client, rows, lease_guard=held)
        assert [outcome.state for outcome in outcomes] == [RowState.CREATED] * 3
        assert all(outcome.salesforce_id for outcome in outcomes)

    world.run(work)
    assert lossy.writes == 2, "what was saved is not sent again"


def test_deleting_is_done_once_even_when_the_reply_is_lost(world: World) -> None:
    lossy = Lossy(world.transport, {2})
    world.transport = lossy

    async def work() -> None:
        client = await world.enter_salesforce()
        saved = await outcomes_of(client, [account_row(1), account_row(2)], lease_guard=held)
        rows = [DoomedRow(BILLING_ACCOUNT, each.key, each.root_id, each.salesforce_id or "") for each in saved]
        for _ in range(2):
            gone = await outcomes_of(client, rows, lease_guard=held, write=remove)
            assert [outcome.state for outcome in gone] == [RowState.DELETED] * 2

    world.run(work)
    assert world.org.rows(BILLING_ACCOUNT) == []


def test_a_salesforce_session_that_ran_out_is_renewed_before_a_write(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        await world.clock.sleep(3 * 3600)
        (outcome,) = await outcomes_of(client, [account_row(1)], lease_guard=held)
        assert outcome.state is RowState.CREATED

    world.run(work)


def test_blanks_reach_the_record(world: World) -> None:
    async def work() -> None:
        client = await world.enter_salesforce()
        await outcomes_of(client, [account_row(1)], lease_guard=held)
        key = zuora_id(1)
        blank = TargetRow(BILLING_ACCOUNT, KEY, key, {"Name": "New"}, ("Zuora__Balance__c",), {}, "Account", key, key)
        await outcomes_of(client, [blank], lease_guard=held)
        soql = f"SELECT Name, Zuora__Balance__c FROM {BILLING_ACCOUNT} WHERE {KEY} = '{key}'"
        assert [page async for page in client.query(soql)] == [[{"Name": "New", "Zuora__Balance__c": None}]]

    world.run(work)


def test_a_query_of_many_rows_comes_whole(world: World) -> None:
    world.org.load(
        BILLING_ACCOUNT,
        [{"Name": f"C{number}", KEY: zuora_id(number), "Zuora__Account__c": CRM_ACCOUNT} for number in range(4500)],
    )

    async def work() -> list[int]:
        client = await world.enter_salesforce()
        pages = [page async for page in client.query(f"SELECT Id, Name FROM {BILLING_ACCOUNT}")]
        assert len({row["Id"] for page in pages for row in page}) == 4500
        return [len(page) for page in pages]

    assert world.run(work) == [2000, 2000, 500]
