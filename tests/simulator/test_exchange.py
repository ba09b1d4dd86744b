"""Journal, in-process transport and host, around one small app."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from simulator.clock import SystemClock, VirtualClock
from simulator.hosting import Host, PortTaken, by_path
from simulator.journal import Journal, journaled, strike_secrets
from simulator.loop import run_virtual
from simulator.soap import Call, Dialect, Operation, escape, soap_app, text
from simulator.transport import WsgiTransport

REQUEST = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    b'<login xmlns="urn:test"><username>u@example.com</username><password>hush</password></login>'
    b"</s:Body></s:Envelope>"
)


def login(call: Call) -> bytes:
    call.service_time_s = 0.25
    return b"<sessionId>top-secret</sessionId><user>" + escape(text(call.payload, "username") or "") + b"</user>"


def app() -> Any:
    return soap_app("test", [Operation("login", login)], Dialect("urn:test", b""))


def test_the_journal_holds_both_messages_and_no_secret() -> None:
    clock, journal = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), Journal()
    transport = WsgiTransport({"zuora.test": journaled(app(), journal, "zuora", clock)}, clock)

    async def main() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.post("http://zuora.test/apps", content=REQUEST, headers={"Content-Type": "text/xml"})

    reply = run_virtual(main(), clock)
    assert reply.status_code == 200
    assert b"top-secret" in reply.content
    (exchange,) = journal.exchanges()
    assert (exchange.number, exchange.service, exchange.operation, exchange.status) == (1, "zuora", "login", 200)
    assert exchange.at == "2026-01-01T00:00:00+00:00"
    kept = journal.to_bytes()
    assert b"hush" not in kept
    assert b"top-secret" not in kept
    assert json.loads(kept)["path"] == "/apps"
    assert clock.elapsed_s == 0.25


def test_a_host_that_is_not_there_refuses_the_connection() -> None:
    async def main() -> None:
        async with httpx.AsyncClient(transport=WsgiTransport({}, VirtualClock())) as client:
            await client.post("http://nowhere.test/")

    with pytest.raises(httpx.ConnectError, match=r"nowhere\.test"):
        asyncio.run(main())


@pytest.mark.parametrize(
    "message",
    [
        b"<ns1:Session>s3cret</ns1:Session>",
        b'<session xmlns="urn:x">s3cret</session>',
        b"<p:sessionId a='1'>s3cret</p:sessionId>",
    ],
)
def test_secrets_are_struck_in_any_namespace(message: bytes) -> None:
    struck = strike_secrets(message)
    assert b"s3cret" not in struck
    assert struck.startswith(message[: message.index(b">") + 1])


def test_what_is_no_secret_stays() -> None:
    assert (
        strike_secrets(b"<sessionSecondsValid>7200</sessionSecondsValid>")
        == b"<sessionSecondsValid>7200</sessionSecondsValid>"
    )


def test_a_real_client_reaches_a_started_host_and_a_stopped_one_lets_go() -> None:
    clock = VirtualClock()
    with Host(by_path({"/soap": app()}), clock) as host:
        with httpx.Client() as client:
            assert client.post(f"{host.url}/soap", content=REQUEST).status_code == 200
            assert client.post(f"{host.url}/soap", content=REQUEST).status_code == 200
            assert client.get(f"{host.url}/elsewhere").status_code == 404
        url = host.url
    assert clock.elapsed_s == pytest.approx(0.5)
    with pytest.raises(httpx.ConnectError), httpx.Client() as client:
        client.get(url)


def test_a_port_in_use_is_named() -> None:
    with Host(app(), SystemClock()) as host:
        port = int(host.url.rpartition(":")[2])
        with pytest.raises(PortTaken, match=str(port)):
            Host(app(), SystemClock(), port=port).start()
