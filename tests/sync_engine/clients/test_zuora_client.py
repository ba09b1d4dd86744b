from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from sync_engine.errors import LoginRefused, ServiceUnreachable, SettingsError, SoapFaultError, UnreadableReply
from sync_engine.model import ZuoraRow
from sync_engine.soap.reply import CURSOR_GONE
from sync_engine.zuora.client import ZuoraClient, endpoint
from tests.sync_engine.clients.fakes import (
    ZUORA_URL,
    Answer,
    NotingClock,
    Service,
    texts,
    zuora,
    zuora_fault,
    zuora_login,
    zuora_page,
)

Enter = Callable[..., Awaitable[ZuoraClient]]
ZOQL = "select Id, Name from Account"
HTML = b"<html><head><title>Service Unavailable</title></head></html>"
BUSY = "The total number of concurrent requests has exceeded the limit allowed by the system."


async def pages_of(client: ZuoraClient, zoql: str = ZOQL) -> list[list[ZuoraRow]]:
    return [page async for page in client.query(zoql)]


def query(enter: Enter, **options: object) -> list[list[ZuoraRow]]:
    async def run() -> list[list[ZuoraRow]]:
        client = await enter(**options)
        try:
            return await pages_of(client)
        finally:
            await client.close()

    return asyncio.run(run())


def test_login_sends_its_arguments_in_the_order_the_service_enforces(service: Service, enter_zuora: Enter) -> None:
    asyncio.run(enter_zuora(entity_id="ab12"))
    (envelope,) = service.envelopes("login")
    login = next(envelope.iter("{http://api.zuora.com/}login"))
    assert [(item.tag.rpartition("}")[2], item.text) for item in login] == [
        ("username", "user@example.com"),
        ("password", "pass-word-1"),
        ("entityId", "ab12"),
    ]


def test_an_entity_can_be_given_by_name(service: Service, enter_zuora: Enter) -> None:
    asyncio.run(enter_zuora(entity_name="Entity 02"))
    assert texts(service.envelopes("login")[0], "entityName") == ["Entity 02"]


def test_an_entity_given_both_ways_is_refused_before_anything_is_sent(service: Service, enter_zuora: Enter) -> None:
    with pytest.raises(SettingsError, match="by id and by name"):
        asyncio.run(enter_zuora(entity_id="ab12", entity_name="Entity 02"))
    assert service.asked == []


def test_a_refused_login_names_the_user_and_is_not_tried_again(service: Service, enter_zuora: Enter) -> None:
    service.on(
        "login", zuora_fault("INVALID_VALUE", "Invalid login. User name and password do not match.", "LoginFault")
    )
    with pytest.raises(LoginRefused, match=r"user@example\.com.*do not match") as caught:
        asyncio.run(enter_zuora())
    assert caught.value.code == "INVALID_VALUE"
    assert caught.value.exit_code == 3
    assert len(service.asked) == 1


def test_a_service_that_is_down_is_given_up_within_seconds(
    service: Service, enter_zuora: Enter, clock: NotingClock
) -> None:
    service.on("login", httpx.ConnectError("refused"))
    with pytest.raises(ServiceUnreachable, match=r"zuora\.test.*refused"):
        asyncio.run(enter_zuora())
    assert len(service.asked) == 3
    assert sum(clock.slept) < 5


def test_a_login_without_a_session_is_unreadable(service: Service, enter_zuora: Enter) -> None:
    service.on("login", zuora('<ns1:loginResponse xmlns:ns1="http://api.zuora.com/"/>'))
    with pytest.raises(UnreadableReply, match="without a session"):
        asyncio.run(enter_zuora())


def test_a_host_alone_means_the_soap_endpoint_on_it() -> None:
    assert endpoint("https://na.example.com/") == "https://na.example.com/apps/services/a/83.0"
    assert endpoint(ZUORA_URL) == ZUORA_URL


def test_a_query_carries_the_session_and_the_page_size(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([{"Id": "a1", "Name": "Customer 01"}], size=1))
    assert query(enter_zuora) == [[{"Id": "a1", "Name": "Customer 01"}]]
    (envelope,) = service.envelopes("query")
    assert texts(envelope, "session") == ["zsession-1"]
    assert texts(envelope, "batchSize") == ["2000"]
    assert texts(envelope, "queryString") == [ZOQL]


def test_the_nil_record_of_an_empty_result_is_no_row(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([], size=0))
    assert query(enter_zuora) == []


def test_fields_that_are_null_are_absent_and_empty_ones_are_empty(service: Service, enter_zuora: Enter) -> None:
    nil = '<ns2:Name xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    page = zuora_page([{"Id": "a1", "City": ""}], size=1).replace(b"</ns1:records>", nil.encode() + b"</ns1:records>")
    service.on("query", page)
    assert query(enter_zuora) == [[{"Id": "a1", "City": ""}]]


def test_pages_are_fetched_until_the_last(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([{"Id": "1"}], size=3, locator="ab-1"))
    service.on(
        "queryMore",
        zuora_page([{"Id": "2"}], size=3, locator="ab-2", operation="queryMore"),
        zuora_page([{"Id": "3"}], size=3, operation="queryMore"),
    )
    assert query(enter_zuora) == [[{"Id": "1"}], [{"Id": "2"}], [{"Id": "3"}]]
    assert [texts(each, "queryLocator") for each in service.envelopes("queryMore")] == [["ab-1"], ["ab-2"]]
    assert all(texts(each, "batchSize") == ["2000"] for each in service.envelopes("queryMore"))


def test_a_page_that_points_to_itself_does_not_go_on_for_ever(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([{"Id": "1"}], size=3, locator="ab-1"))
    service.on("queryMore", zuora_page([{"Id": "2"}], size=3, locator="ab-1", operation="queryMore"))
    with pytest.raises(UnreadableReply, match="points to itself"):
        query(enter_zuora)


def test_a_lost_session_is_renewed_once_and_the_call_repeated(service: Service, enter_zuora: Enter) -> None:
    service.on("login", zuora_login("zsession-1"), zuora_login("zsession-2"))
    service.on("query", zuora_fault("INVALID_SESSION", "invalid session"), zuora_page([{"Id": "1"}], size=1))
    assert query(enter_zuora) == [[{"Id": "1"}]]
    assert service.operations() == ["login", "query", "login", "query"]
    assert [texts(each, "session") for each in service.envelopes("query")] == [["zsession-1"], ["zsession-2"]]


def test_a_session_that_is_lost_again_at_once_is_an_error(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_fault("INVALID_SESSION", "invalid session"))
    with pytest.raises(SoapFaultError) as caught:
        query(enter_zuora)
    assert caught.value.code == "INVALID_SESSION"
    assert service.operations() == ["login", "query", "login", "query"]


def test_calls_that_lose_one_session_together_log_in_once(service: Service, enter_zuora: Enter) -> None:
    lost = zuora_fault("INVALID_SESSION", "invalid session")
    service.on("query", lost, lost, lost, zuora_page([{"Id": "1"}], size=1))

    async def pause(_operation: str) -> None:
        await asyncio.sleep(0)

    service.on_request = pause

    async def run() -> None:
        client = await enter_zuora()
        await asyncio.gather(*(pages_of(client) for _ in range(3)))

    service.on("login", zuora_login("zsession-1"), zuora_login("zsession-2"))
    asyncio.run(run())
    assert service.operations().count("login") == 2


def test_a_renewal_asks_the_address_of_the_settings(service: Service, enter_zuora: Enter) -> None:
    service.on("login", zuora_login("s1", "https://moved.test/apps/services/a/83.0"), zuora_login("s2"))
    service.on("query", zuora_fault("INVALID_SESSION", "invalid session"), zuora_page([], size=0))
    query(enter_zuora)
    assert [address for operation, address, _ in service.asked if operation == "login"] == [ZUORA_URL, ZUORA_URL]


@pytest.mark.parametrize(
    "trouble",
    [
        zuora_fault("LOCK_COMPETITION", "busy"),
        zuora_fault("SERVER_UNAVAILABLE", "down"),
        zuora_fault("TEMPORARY_ERROR", "try"),
        (503, HTML, {}),
        (502, b"", {}),
        (200, b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Bo', {}),
        httpx.ReadTimeout(""),
        httpx.ReadError("reset"),
        httpx.ConnectError("refused"),
    ],
)
def test_a_read_that_failed_for_a_passing_reason_is_repeated(
    service: Service, enter_zuora: Enter, clock: NotingClock, trouble: Answer
) -> None:
    service.on("query", trouble, trouble, zuora_page([{"Id": "1"}], size=1))
    assert query(enter_zuora) == [[{"Id": "1"}]]
    assert len(clock.slept) == 2
    assert 0.5 <= clock.slept[0] <= 1 <= clock.slept[1] <= 2


def test_a_read_is_not_repeated_without_end(service: Service, enter_zuora: Enter, clock: NotingClock) -> None:
    service.on("query", zuora_fault("SERVER_UNAVAILABLE", "down"))
    with pytest.raises(SoapFaultError) as caught:
        query(enter_zuora)
    assert caught.value.code == "SERVER_UNAVAILABLE"
    assert caught.value.what_to_do
    assert service.operations().count("query") == 5
    assert sum(clock.slept) < 20


@pytest.mark.parametrize("content", [None, HTML])
def test_the_pause_a_service_asks_for_is_kept(
    service: Service, enter_zuora: Enter, clock: NotingClock, content: bytes | None
) -> None:
    fault = zuora_fault("REQUEST_EXCEEDED_LIMIT", BUSY, status=429, Retry_After="120")
    busy: Answer = fault if content is None else (429, content, {"Retry-After": "120"})
    service.on("query", busy, zuora_page([], size=0))
    query(enter_zuora)
    assert len(clock.slept) == 1
    assert 120 < clock.slept[0] <= 121


def test_a_pause_can_be_asked_for_as_a_date(service: Service, enter_zuora: Enter, clock: NotingClock) -> None:
    busy = zuora_fault("REQUEST_EXCEEDED_LIMIT", BUSY, status=429, Retry_After="Thu, 15 Jan 2026 08:00:30 GMT")
    service.on("query", busy, zuora_page([], size=0))
    query(enter_zuora)
    assert 30 < clock.slept[0] <= 31


def test_a_pause_that_is_too_long_is_not_waited_for(service: Service, enter_zuora: Enter, clock: NotingClock) -> None:
    service.on("query", zuora_fault("REQUEST_EXCEEDED_LIMIT", BUSY, status=429, Retry_After="86400"))
    with pytest.raises(SoapFaultError):
        query(enter_zuora)
    assert clock.slept == []


@pytest.mark.parametrize("code", ["MALFORMED_QUERY", "INVALID_FIELD", "TRANSACTION_TERMINATED", "SOMETHING_NEW"])
def test_a_read_that_would_fail_again_is_not_repeated(
    service: Service, enter_zuora: Enter, clock: NotingClock, code: str
) -> None:
    service.on("query", zuora_fault(code, "no"))
    with pytest.raises(SoapFaultError) as caught:
        query(enter_zuora)
    assert caught.value.code == code
    assert clock.slept == []


def test_a_page_that_is_not_soap_is_unreadable(service: Service, enter_zuora: Enter) -> None:
    service.on("query", (403, HTML, {}))
    with pytest.raises(UnreadableReply, match=r"HTTP 403.*Service Unavailable"):
        query(enter_zuora)


def test_a_query_whose_cursor_is_gone_runs_again_and_gives_each_row_once(service: Service, enter_zuora: Enter) -> None:
    gone = zuora_fault("INVALID_VALUE", "bad locator", "InvalidQueryLocatorFault")
    service.on(
        "query",
        zuora_page([{"Id": "1"}], size=3, locator="ab-1"),
        zuora_page([{"Id": "1"}, {"Id": "2"}], size=3, locator="cd-2"),
    )
    service.on("queryMore", gone, zuora_page([{"Id": "3"}], size=3, operation="queryMore"))
    assert query(enter_zuora) == [[{"Id": "1"}], [{"Id": "2"}], [{"Id": "3"}]]
    assert service.operations() == ["login", "query", "queryMore", "query", "queryMore"]


def test_a_session_renewed_between_pages_makes_the_query_run_again(service: Service, enter_zuora: Enter) -> None:
    service.on("login", zuora_login("zsession-1"), zuora_login("zsession-2"))
    service.on("query", zuora_page([{"Id": "1"}], size=2, locator="ab-1"), zuora_page([{"Id": "2"}], size=1))
    service.on(
        "queryMore",
        zuora_fault("INVALID_SESSION", "invalid session"),
        zuora_fault("INVALID_VALUE", "bad locator", "InvalidQueryLocatorFault"),
    )
    assert query(enter_zuora) == [[{"Id": "1"}], [{"Id": "2"}]]
    assert service.operations() == ["login", "query", "queryMore", "login", "queryMore", "query"]


def test_a_cursor_that_is_always_gone_tells_the_caller_to_start_again(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([{"Id": "1"}], size=3, locator="ab-1"))
    service.on("queryMore", zuora_fault("INVALID_VALUE", "bad locator", "InvalidQueryLocatorFault"))
    with pytest.raises(SoapFaultError) as caught:
        query(enter_zuora)
    assert caught.value.code == CURSOR_GONE
    assert "first row" in caught.value.what_to_do


def test_user_info_is_asked_once(service: Service, enter_zuora: Enter) -> None:
    service.on(
        "getUserInfo",
        zuora(
            '<ns1:getUserInfoResponse xmlns:ns1="http://api.zuora.com/"><ns1:TenantId>10001</ns1:TenantId>'
            "<ns1:TenantName>Tenant 01</ns1:TenantName><ns1:UserEmail>user@example.com</ns1:UserEmail>"
            "<ns1:UserFullName>User 01</ns1:UserFullName><ns1:UserId>u1</ns1:UserId>"
            "<ns1:Username>user@example.com</ns1:Username></ns1:getUserInfoResponse>"
        ),
    )

    async def run() -> None:
        client = await enter_zuora()
        info = await client.user_info()
        assert await client.user_info() is info
        assert (info.tenant_id, info.user_id, info.username) == ("10001", "u1", "user@example.com")
        assert client.calls == 2

    asyncio.run(run())


def test_no_more_queries_run_at_once_than_the_tenant_is_asked_for(service: Service, enter_zuora: Enter) -> None:
    service.on("query", zuora_page([], size=0))
    running = 0
    most = 0

    async def watch(_operation: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    service.on_request = watch

    async def run() -> None:
        client = await enter_zuora()
        await asyncio.gather(*(pages_of(client) for _ in range(30)))

    asyncio.run(run())
    assert most == 8


def test_logging_in_with_another_wsdl_that_lacks_entities_says_so(
    service: Service, enter_zuora: Enter, shared_dir: object
) -> None:
    with pytest.raises(SettingsError, match="does not allow login"):
        asyncio.run(enter_zuora(entity_id="ab12", wsdl=shared_dir / "wsdl/zuora-83.0.wsdl"))  # type: ignore[operator]
