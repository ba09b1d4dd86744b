from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from sync_engine.budget import Budget
from sync_engine.errors import (
    LimitWouldBeExceeded,
    LoginRefused,
    ReplyLost,
    SettingsError,
    SoapFaultError,
    UnreadableReply,
)
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.logins import endpoint
from sync_engine.salesforce.records import RowError, SaveResult
from sync_engine.soap.reply import CURSOR_GONE
from tests.sync_engine.clients.fakes import (
    SALESFORCE_HOME,
    SALESFORCE_URL,
    NotingClock,
    Service,
    bad,
    ok,
    row,
    salesforce,
    salesforce_fault,
    salesforce_login,
    salesforce_page,
    saved,
    texts,
)

Enter = Callable[..., Awaitable[SalesforceClient]]
CONTACT = '<records xsi:type="sf:sObject"><sf:type>Contact</sf:type><sf:Id{}<sf:LastName>{}</sf:LastName>{}</records>'
PARENT = (
    '<sf:Account xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Name>Acme 01</sf:Name>'
    '<sf:Owner xsi:type="sf:sObject"><sf:type>User</sf:type><sf:Id xsi:nil="true"/><sf:Name>User 01</sf:Name>'
    "</sf:Owner>"
    "</sf:Account>"
)
NO_ID = ' xsi:nil="true"/>'


def run(enter: Enter, use: Callable[[SalesforceClient], Awaitable[Any]], **options: object) -> Any:
    async def work() -> Any:
        client = await enter(**options)
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(work())


async def pages_of(client: SalesforceClient, soql: str = "SELECT Id FROM Contact") -> list[list[dict[str, Any]]]:
    return [page async for page in client.query(soql)]


def test_login_joins_password_and_security_token_and_moves_to_the_org(org: Service, enter_org: Enter) -> None:
    async def use(client: SalesforceClient) -> None:
        assert client.org_id == "00D000000000001EAA"
        assert client.user_id == "005000000000001AAA"
        assert client.url == SALESFORCE_HOME
        assert client.calls == 1

    run(enter_org, use)
    assert texts(org.envelopes("login")[0], "password") == ["pass-word-1token-1"]
    assert [address for _, address, _ in org.asked] == [SALESFORCE_URL]


@pytest.mark.parametrize("code", ["INVALID_LOGIN", "LOGIN_MUST_USE_SECURITY_TOKEN"])
def test_a_refused_login_names_the_user_and_is_not_tried_again(org: Service, enter_org: Enter, code: str) -> None:
    org.on(
        "login", salesforce_fault(code, "Invalid username, password, security token; or user locked out.", "LoginFault")
    )
    with pytest.raises(LoginRefused, match=r"user@example\.com.*Invalid username") as caught:
        asyncio.run(enter_org())  # type: ignore[arg-type]
    assert caught.value.code == code
    assert len(org.asked) == 1


def test_an_expired_password_is_a_refused_login(org: Service, enter_org: Enter) -> None:
    org.on("login", salesforce_login(expired=True))
    with pytest.raises(LoginRefused, match="expired"):
        asyncio.run(enter_org())  # type: ignore[arg-type]


def test_an_access_token_needs_no_login_and_tells_whose_it_is(org: Service, enter_org: Enter) -> None:
    org.on(
        "getUserInfo",
        salesforce(
            "<getUserInfoResponse><result><organizationId>00D000000000001EAA</organizationId>"
            "<userId>005000000000001AAA</userId></result></getUserInfoResponse>",
            used=7,
        ),
    )

    async def use(client: SalesforceClient) -> None:
        assert (client.org_id, client.user_id) == ("00D000000000001EAA", "005000000000001AAA")
        assert (client.api_used, client.api_limit) == (7, 15000)

    run(enter_org, use, access_token=SecretStr("00D!opaque"))
    assert org.operations() == ["getUserInfo"]
    assert texts(org.envelopes("getUserInfo")[0], "sessionId") == ["00D!opaque"]


def test_an_access_token_that_is_not_valid_is_a_refused_login(org: Service, enter_org: Enter) -> None:
    org.on("getUserInfo", salesforce_fault("INVALID_SESSION_ID", "Invalid Session ID found: 00D!opaque"))
    with pytest.raises(LoginRefused, match="access token") as caught:
        asyncio.run(enter_org(access_token=SecretStr("00D!opaque")))  # type: ignore[arg-type]
    assert "00D!opaque" not in str(caught.value)
    assert len(org.asked) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"access_token": SecretStr("eyJhbGciOi.eyJzdWIi.c2ln")}, "JWT"),
        ({"url": "https://login.test", "api_version": "65.0"}, r"end with API version 64\.0"),
    ],
)
def test_what_is_known_to_be_refused_is_not_sent(options: dict[str, Any], named: str, org: Service) -> None:
    url = options.pop("url", SALESFORCE_URL)
    login = SalesforceClient.login(
        url, "user@example.com", SecretStr("p"), SecretStr(""), transport=org, clock=NotingClock(), **options
    )
    with pytest.raises(SettingsError, match=named):
        asyncio.run(login)
    assert org.asked == []


def test_a_host_alone_means_the_partner_endpoint_on_it() -> None:
    assert endpoint("https://login.example.com/", "64.0") == "https://login.example.com/services/Soap/u/64.0"
    assert endpoint(SALESFORCE_HOME, "63.0") == SALESFORCE_HOME


def test_rows_are_plain_whether_ids_come_twice_or_not_at_all(org: Service, enter_org: Enter) -> None:
    twice = CONTACT.format(">003A</sf:Id><sf:Id>003A</sf:Id>", "One", '<sf:Email xsi:nil="true"/>' + PARENT)
    without = CONTACT.format(NO_ID, "Two", '<sf:Empty></sf:Empty><sf:Account xsi:nil="true"/>')
    org.on("query", salesforce_page(twice + without, size=2))
    owner = {"Name": "User 01"}
    assert run(enter_org, pages_of) == [
        [
            {"Id": "003A", "LastName": "One", "Email": None, "Account": {"Name": "Acme 01", "Owner": owner}},
            {"LastName": "Two", "Empty": "", "Account": None},
        ]
    ]


def test_a_query_carries_the_session_and_the_page_size_and_notes_the_limits(org: Service, enter_org: Enter) -> None:
    org.on("query", salesforce_page("", size=0))

    async def use(client: SalesforceClient) -> None:
        assert await pages_of(client) == []
        assert (client.api_used, client.api_limit) == (31, 15000)

    run(enter_org, use)
    (envelope,) = org.envelopes("query")
    assert texts(envelope, "sessionId") == ["ssession-1"]
    assert texts(envelope, "batchSize") == ["2000"]


def test_pages_are_fetched_until_the_last(org: Service, enter_org: Enter) -> None:
    org.on("query", salesforce_page(CONTACT.format(NO_ID, "1", ""), size=2, locator="0r8A"))
    org.on("queryMore", salesforce_page(CONTACT.format(NO_ID, "2", ""), size=2, operation="queryMore"))
    assert run(enter_org, pages_of) == [[{"LastName": "1"}], [{"LastName": "2"}]]
    assert texts(org.envelopes("queryMore")[0], "queryLocator") == ["0r8A"]


def test_a_child_subquery_is_a_list_and_is_fetched_whole(org: Service, enter_org: Enter) -> None:
    def children(locator: str) -> str:
        done = "false" if locator else "true"
        return (
            f'<sf:Contacts xsi:type="QueryResult"><done>{done}</done><queryLocator>{locator}</queryLocator>'
            + CONTACT.format(NO_ID, "c1", "")
            + "<size>2</size></sf:Contacts>"
        )

    first = CONTACT.format(NO_ID, "1", children("0r8C"))
    second = CONTACT.format(NO_ID, "2", children(""))
    third = CONTACT.format(NO_ID, "3", '<sf:Contacts xsi:nil="true"/>')
    org.on("query", salesforce_page(first + second + third, size=3))
    org.on("queryMore", salesforce_page(CONTACT.format(NO_ID, "c2", ""), size=2, operation="queryMore"))
    ((one, two, three),) = run(enter_org, pages_of)
    assert one["Contacts"] == [{"LastName": "c1"}, {"LastName": "c2"}]
    assert two["Contacts"] == [{"LastName": "c1"}]
    assert three["Contacts"] is None


def test_a_page_that_points_to_itself_does_not_go_on_for_ever(org: Service, enter_org: Enter) -> None:
    org.on("query", salesforce_page(CONTACT.format(NO_ID, "1", ""), size=9, locator="0r8A"))
    org.on("queryMore", salesforce_page(CONTACT.format(NO_ID, "2", ""), size=9, locator="0r8A", operation="queryMore"))
    with pytest.raises(UnreadableReply, match="points to itself"):
        run(enter_org, pages_of)


def test_an_expired_cursor_tells_the_caller_to_start_again(org: Service, enter_org: Enter) -> None:
    org.on("query", salesforce_page(CONTACT.format(NO_ID, "1", ""), size=9, locator="0r8A"))
    org.on("queryMore", salesforce_fault("INVALID_QUERY_LOCATOR", "invalid query locator", "InvalidQueryLocatorFault"))
    with pytest.raises(SoapFaultError) as caught:
        run(enter_org, pages_of)
    assert caught.value.code == CURSOR_GONE
    assert "again" in caught.value.what_to_do


def test_a_lost_session_is_renewed_once_and_a_write_repeated(org: Service, enter_org: Enter) -> None:
    org.on("login", salesforce_login("ssession-1"), salesforce_login("ssession-2"))
    org.on("upsert", salesforce_fault("INVALID_SESSION_ID", "expired"), saved(ok()))
    guarded: list[int] = []

    async def guard() -> None:
        guarded.append(len(org.asked))

    async def use(client: SalesforceClient) -> list[SaveResult]:
        return await client.upsert("Zuora__X__c", "Zuora__External_Id__c", [row("a")], before_send=guard)

    assert run(enter_org, use) == [SaveResult(success=True, id="a00000000000001AAA", created=True)]
    assert org.operations() == ["login", "upsert", "login", "upsert"]
    assert [texts(each, "sessionId") for each in org.envelopes("upsert")] == [["ssession-1"], ["ssession-2"]]
    assert guarded == [1, 3], "the guard runs immediately before each sending"


def test_a_session_from_outside_cannot_be_renewed(org: Service, enter_org: Enter) -> None:
    info = salesforce("<getUserInfoResponse><result><userId>005</userId></result></getUserInfoResponse>")
    org.on("getUserInfo", info).on("query", salesforce_fault("INVALID_SESSION_ID", "expired"))
    with pytest.raises(LoginRefused, match="cannot be renewed from here") as caught:
        run(enter_org, pages_of, access_token=SecretStr("00D!opaque"))
    assert caught.value.code == "INVALID_SESSION_ID"
    assert "fresh token" in caught.value.what_to_do
    assert "opaque" not in str(caught.value)
    assert org.operations() == ["getUserInfo", "query"]


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout(""), httpx.ReadError("reset"), httpx.RemoteProtocolError("closed")]
)
def test_a_write_whose_reply_was_lost_is_never_repeated_blindly(
    org: Service, enter_org: Enter, clock: NotingClock, error: Exception
) -> None:
    org.on("upsert", error)
    with pytest.raises(ReplyLost):
        run(enter_org, lambda client: client.upsert("Zuora__X__c", "Zuora__External_Id__c", [row("a")]))
    assert org.operations().count("upsert") == 1
    assert clock.slept == []


def test_a_write_is_not_repeated_by_the_client_even_for_a_passing_fault(org: Service, enter_org: Enter) -> None:
    org.on("delete", salesforce_fault("SERVER_UNAVAILABLE", "later"))
    with pytest.raises(SoapFaultError):
        run(enter_org, lambda client: client.delete(["a00000000000001AAA"]))
    assert org.operations().count("delete") == 1


def test_a_guard_that_raises_stops_the_write(org: Service, enter_org: Enter) -> None:
    async def guard() -> None:
        raise SettingsError("stop")

    org.on("upsert", saved(ok()))
    with pytest.raises(SettingsError, match="stop"):
        run(enter_org, lambda client: client.upsert("X__c", "E__c", [row("a")], before_send=guard))
    assert org.operations() == ["login"]


def test_results_come_in_the_order_of_the_rows_with_their_errors(org: Service, enter_org: Enter) -> None:
    org.on("upsert", saved(ok("a1", created=False), bad("REQUIRED_FIELD_MISSING", "missing", ("Name", "X__c"))))
    results = run(enter_org, lambda client: client.upsert("X__c", "E__c", [row("a"), row("b")]))
    assert results == [
        SaveResult(success=True, id="a1", created=False),
        SaveResult(success=False, errors=(RowError("REQUIRED_FIELD_MISSING", "missing", ("Name", "X__c")),)),
    ]


def test_a_write_answered_with_too_few_results_is_in_doubt(org: Service, enter_org: Enter) -> None:
    org.on("upsert", saved(ok()))
    with pytest.raises(ReplyLost, match="1 results for 2 rows"):
        run(enter_org, lambda client: client.upsert("X__c", "E__c", [row("a"), row("b")]))


def test_no_rows_need_no_call_and_too_many_make_none(org: Service, enter_org: Enter) -> None:
    async def use(client: SalesforceClient) -> None:
        assert await client.delete([]) == []
        with pytest.raises(LimitWouldBeExceeded, match="201 rows"):
            await client.upsert("X__c", "E__c", [row(str(number)) for number in range(201)])

    run(enter_org, use)
    assert org.operations() == ["login"]


def test_create_and_update_send_fields_and_blanks(org: Service, enter_org: Enter) -> None:
    org.on("create", saved("<result><id>a1</id><success>true</success></result>", operation="create"))
    org.on("update", saved("<result><id>a1</id><success>true</success></result>", operation="update"))

    async def use(client: SalesforceClient) -> None:
        assert (await client.create("X__c", [{"Name": "Customer 01"}], all_or_none=True))[0].id == "a1"
        assert (await client.update("X__c", [{"Name": None, "Id": "a1"}]))[0].success

    run(enter_org, use)
    (created,) = org.envelopes("create")
    assert texts(created, "allOrNone") == ["true"]
    assert texts(created, "Name") == ["Customer 01"]
    (updated,) = org.envelopes("update")
    sent = next(updated.iter("{urn:partner.soap.sforce.com}sObjects"))
    assert [(item.tag.rpartition("}")[2], item.text) for item in sent] == [
        ("type", "X__c"),
        ("fieldsToNull", "Name"),
        ("Id", "a1"),
    ]
    assert texts(updated, "allOrNone") == []


def test_describe_is_asked_once_an_object(org: Service, enter_org: Enter) -> None:
    field = (
        "<fields><calculated>false</calculated><createable>true</createable><externalId>true</externalId>"
        "<label>External Id</label><length>255</length><name>{}</name><nillable>true</nillable>"
        "<referenceTo>Account</referenceTo><relationshipName>Zuora__Account__r</relationshipName><scale>2</scale>"
        "<type>reference</type><unique>true</unique><updateable>false</updateable></fields>"
    )
    org.on(
        "describeSObject",
        salesforce(
            "<describeSObjectResponse><result><createable>true</createable><deletable>true</deletable>"
            f"{field.format('Zuora__Account__c')}<keyPrefix>a00</keyPrefix><label>X</label><name>X__c</name>"
            "<updateable>true</updateable></result></describeSObjectResponse>"
        ),
    )

    async def use(client: SalesforceClient) -> None:
        described = await client.describe("X__c")
        assert await client.describe("X__c") is described
        found = described.fields["Zuora__Account__c"]
        assert (found.type, found.length, found.scale) == ("reference", 255, 2)
        assert (found.createable, found.updateable, found.external_id, found.calculated) == (True, False, True, False)
        assert found.reference_to == ("Account",)
        assert described.parent_field("zuora__account__r") is found
        assert described.parent_field("Other__r") is None

    run(enter_org, use)
    assert org.operations() == ["login", "describeSObject"]


def test_describe_global_names_the_objects(org: Service, enter_org: Enter) -> None:
    names = "".join(f"<sobjects><name>{name}</name></sobjects>" for name in ("Account", "X__c"))
    org.on("describeGlobal", salesforce(f"<describeGlobalResponse><result>{names}</result></describeGlobalResponse>"))
    assert run(enter_org, lambda client: client.describe_global()) == ["Account", "X__c"]


def test_the_daily_limit_is_told_from_other_faults(org: Service, enter_org: Enter, clock: NotingClock) -> None:
    org.on("query", salesforce_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    with pytest.raises(LimitWouldBeExceeded, match="TotalRequests") as caught:
        run(enter_org, pages_of)
    assert caught.value.what_to_do
    assert clock.slept == []


def test_too_many_long_calls_at_once_are_waited_out(org: Service, enter_org: Enter, clock: NotingClock) -> None:
    busy = salesforce_fault("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
    org.on("query", busy, salesforce_page("", size=0))
    assert run(enter_org, pages_of) == []
    assert len(clock.slept) == 1


def test_a_call_over_the_reserve_is_not_made(org: Service, enter_org: Enter, clock: NotingClock) -> None:
    org.on("query", salesforce_page("", size=0))
    budget = Budget(clock=clock, reserve_calls=15000 - 31)

    async def use(client: SalesforceClient) -> None:
        await pages_of(client)
        with pytest.raises(LimitWouldBeExceeded, match="31 of its 15000"):
            await pages_of(client)

    run(enter_org, use, budget=budget)
    assert org.operations().count("query") == 1
