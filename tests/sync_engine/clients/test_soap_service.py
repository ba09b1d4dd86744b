from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import httpx
import pytest
from pydantic import SecretStr

from sync_engine.errors import (
    LoginRefused,
    ReplyLost,
    ServiceError,
    ServiceUnreachable,
    SettingsError,
    SoapFaultError,
    UnreadableReply,
)
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.soap import load_wsdl
from sync_engine.soap.service import SoapService, checked_address, moved_address
from sync_engine.soap.transport import HttpxTransport, ReplyTooLarge
from sync_engine.soap.wsdl import ZUORA_WSDL
from sync_engine.zuora.client import NAMESPACE, ZuoraClient
from tests.sync_engine.clients.fakes import (
    ZUORA_URL,
    NotingClock,
    Service,
    salesforce_fault,
    salesforce_login,
    zuora_fault,
    zuora_login,
    zuora_page,
)

Enter = Callable[..., Awaitable[ZuoraClient]]
EnterOrg = Callable[..., Awaitable[SalesforceClient]]
CREATE = b"<Envelope><Body><create/></Body></Envelope>"
HTML = b"<html><head><title>Service Unavailable</title></head></html>"


def make(transport: httpx.AsyncBaseTransport, **options: object) -> SoapService:
    settings: dict[str, object] = {"timeout_s": 5.0, **options}
    return SoapService(
        "Zuora",
        wsdl=ZUORA_WSDL,
        namespace="http://api.zuora.com/",
        address=ZUORA_URL,
        transport=transport,
        clock=NotingClock(),
        **settings,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full"), httpx.ProxyError("407")],
)
@pytest.mark.parametrize("writes", [True, False])
def test_a_request_that_never_left_did_nothing(error: Exception, writes: bool) -> None:
    service = make(Service().on("create", error))
    with pytest.raises(ServiceUnreachable, match=r"zuora\.test"):
        asyncio.run(service.post("create", CREATE, writes=writes))


@pytest.mark.parametrize(
    "error",
    [httpx.ReadError("reset"), httpx.ReadTimeout(""), httpx.RemoteProtocolError("closed"), httpx.WriteError("broken")],
)
def test_a_write_whose_reply_did_not_come_is_lost_and_a_read_is_only_unreachable(error: Exception) -> None:
    service = make(Service().on("create", error))
    with pytest.raises(ReplyLost, match="create"):
        asyncio.run(service.post("create", CREATE, writes=True))
    with pytest.raises(ServiceUnreachable):
        asyncio.run(service.post("create", CREATE))


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, ReplyLost), (502, ReplyLost), (504, ReplyLost), (403, UnreadableReply), (429, UnreadableReply)],
)
def test_a_write_answered_by_a_gateway_is_lost_unless_it_was_turned_away(
    status: int, expected: type[ServiceError]
) -> None:
    service = make(Service().on("create", (status, HTML, {})))
    with pytest.raises(expected, match="Service Unavailable"):
        asyncio.run(service.post("create", CREATE, writes=True))


def test_an_exchange_that_takes_too_long_as_a_whole_ends() -> None:
    service = Service().on("create", zuora_login())

    async def stall(_operation: str) -> None:
        await asyncio.Event().wait()

    service.on_request = stall
    with pytest.raises(ReplyLost, match=r"no answer within 0\.01 s"):
        asyncio.run(make(service, timeout_s=0.01).post("x", CREATE, writes=True))


def test_large_requests_are_packed_and_always_to_the_same_bytes() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=gzip.compress(b"fine"), headers={"Content-Encoding": "gzip"})

    transport = HttpxTransport(httpx.MockTransport(answer), timeout_s=5, compress_over_bytes=100)
    for message in (b"a" * 100, b"a" * 101, b"a" * 101):
        assert asyncio.run(transport.post(ZUORA_URL, message, {})).content == b"fine"
    assert seen[0].content == b"a" * 100
    assert "Content-Encoding" not in seen[0].headers
    assert gzip.decompress(seen[1].content) == b"a" * 101
    assert seen[1].content == seen[2].content
    assert seen[1].headers["Content-Encoding"] == "gzip"


def test_a_reply_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync_engine.soap.transport.REPLY_BYTES_MAX", 10)
    transport = HttpxTransport(httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 11)), timeout_s=5)
    with pytest.raises(ReplyTooLarge):
        asyncio.run(transport.post(ZUORA_URL, b"", {}))


@pytest.mark.parametrize(
    "address", ["zuora.test", "ftp://zuora.test", "https://", "https://zuora.test:port", "https://u:pw@zuora.test"]
)
def test_an_address_that_cannot_be_one_is_refused_without_repeating_a_password(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_address("Zuora", address)
    assert "pw" not in str(caught.value)


def test_an_encrypted_login_never_leads_to_an_unencrypted_address() -> None:
    with pytest.raises(SettingsError, match="unencrypted"):
        moved_address("Zuora", "https://a.test/x", "http://a.test/x")
    assert moved_address("Zuora", "http://a.test/x", "http://b.test/x") == "http://b.test/x"
    assert moved_address("Zuora", "https://a.test/x", None) == "https://a.test/x"


def test_a_wsdl_is_parsed_once_a_process() -> None:
    assert load_wsdl(ZUORA_WSDL) is load_wsdl(ZUORA_WSDL)


def test_a_wsdl_that_cannot_be_read_is_named(tmp_path: object) -> None:
    path = ZUORA_WSDL.with_name("none.wsdl")
    with pytest.raises(SettingsError, match=r"none\.wsdl"):
        load_wsdl(path)


def test_an_operation_the_wsdl_does_not_have_is_a_mistake_of_the_settings() -> None:
    with pytest.raises(SettingsError, match="does not allow rewind"):
        asyncio.run(make(Service()).call("rewind", {}))


def test_the_wsdls_address_is_never_used(service: Service, enter_zuora: Enter) -> None:
    moved = "https://moved.test/apps/services/a/83.0"
    service.on("login", zuora_login(url=moved)).on("query", zuora_page([], size=0))

    async def run() -> None:
        client = await enter_zuora()
        assert [page async for page in client.query("select Id from Account")] == []

    asyncio.run(run())
    assert [address for _, address, _ in service.asked] == [ZUORA_URL, moved]


def test_no_secret_reaches_a_log_or_an_error(
    service: Service,
    org: Service,
    enter_zuora: Enter,
    enter_org: EnterOrg,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ("pass-word-1", "token-1", "zsession-1", "ssession-1")
    echo = "you said pass-word-1 and zsession-1"
    echo_org = "you said pass-word-1token-1, pass-word-1 and ssession-1"
    service.on("query", zuora_fault("INVALID_FIELD", echo))
    org.on("query", (403, f"<html>{echo_org}</html>".encode(), {}))
    told: list[str] = []

    async def run() -> None:
        for client in (await enter_zuora(), await enter_org()):
            try:
                _ = [page async for page in client.query("select Id from Account")]
            except (SoapFaultError, UnreadableReply) as error:
                told.append(f"{error} {error!r} {error.__cause__!r} {vars(error)}")

    asyncio.run(run())
    service.on("login", zuora_fault("INVALID_VALUE", echo.removesuffix(" and zsession-1"), "LoginFault"))
    org.on("login", salesforce_fault("INVALID_LOGIN", echo_org.removesuffix(" and ssession-1"), "LoginFault"))
    for enter in (enter_zuora, enter_org):
        with pytest.raises(LoginRefused) as caught:
            asyncio.run(enter())  # type: ignore[arg-type]
        told.append(str(caught.value))
    assert len(told) == 4
    for text in (*told, caplog.text):
        assert not [secret for secret in secrets if secret in text]
    assert all("you said [secret]" in text for text in told)


def test_a_secret_that_begins_with_another_is_struck_out_whole() -> None:
    service = make(Service())
    service.keep_secret("pass", "password", "")
    assert service.redact("password, pass") == "[secret], [secret]"


def test_a_client_does_not_show_its_password(service: Service, org: Service, enter_org: EnterOrg) -> None:
    org.on("login", salesforce_login())
    client = asyncio.run(enter_org())
    assert "pass-word" not in repr(client) + repr(vars(client)) + repr(SecretStr("pass-word-1"))


def test_a_secret_is_struck_out_however_it_is_spelt_and_wherever_it_is_cut() -> None:
    where = {"wsdl": ZUORA_WSDL, "namespace": NAMESPACE, "address": ZUORA_URL}
    service = SoapService("Zuora", **where, transport=None, clock=NotingClock(), timeout_s=1)
    token = "00D000000000001!AQ4AQ<&\"'/+ ü.rest-of-a-long-session-id"
    service.keep_secret(token, "short & sweet")
    for spelt in (token, quote(token), quote_plus(token), escape(token), json.dumps(token)[1:-1]):
        assert service.redact(f"a {spelt} b") == "a [secret] b"
        cut = service.redact(f"a {spelt[:40]}")
        assert cut == "a [secret]"
    assert service.redact("short &amp; sweet, short%20%26%20sweet, short+%26+sweet") == ", ".join(["[secret]"] * 3)
    assert (
        service.redact("the org 00D000000000001 and short words stay") == "the org 00D000000000001 and short words stay"
    )
