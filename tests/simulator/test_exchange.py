"""Journal, in-process transport and host, around one small app."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import re
import socket
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import SystemClock, VirtualClock
from simulator.hosting import Host, PortTaken, by_path
from simulator.journal import _PARTS_OF_NAMES, _SECRETS, STRUCK, Journal, journaled, strike_secrets
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
        b"<password><![CDATA[s3cret]]></password>",
        b"<password>not<!-- seen -->s3cret</password>",
        b"<password><b>s3cret</b></password>",
        b"<p\xc3\xa9:password>s3cret</p\xc3\xa9:password>",
        b"<session>s3cret<",
        b"<password " * 50_000 + b">s3cret",
    ],
)
def test_secrets_are_struck_in_any_namespace(message: bytes) -> None:
    struck = strike_secrets(message)
    assert b"s3cret" not in struck
    assert struck.startswith(message[: message.index(b">") + 1])
    assert b"[struck out]" in struck


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7"])
@pytest.mark.parametrize("end", ["</a>", "</broken>"])
def test_secrets_are_struck_in_any_encoding(encoding: str, end: str) -> None:
    message = f'<?xml version="1.0" encoding="{encoding}"?><a><password>s3cret</password>{end}'.encode(encoding)
    struck = strike_secrets(message)
    assert b"s3cret" not in struck.replace(b"\0", b"")


def test_a_journal_reads_compressed_requests_and_keeps_none_it_cannot_read() -> None:
    journal, clock = Journal(), VirtualClock()

    async def main() -> None:
        transport = WsgiTransport({"mock.test": journaled(app(), journal, "mock", clock)}, clock)
        async with httpx.AsyncClient(transport=transport) as client:
            for encoding, body in (
                ("deflate", zlib.compress(REQUEST)),
                ("GZIP", gzip.compress(REQUEST)),
                ("br", REQUEST),
            ):
                headers = {"Content-Encoding": encoding}
                await client.post("http://mock.test/", content=body, headers=headers)

    run_virtual(main(), clock)
    first, second, third = journal.exchanges()
    assert first.operation == second.operation != ""
    assert (third.status, third.request) == (415, b"[not readable]")
    assert b"hush" not in journal.to_bytes()


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


def exchange(url: str, message: bytes) -> bytes:
    """Send bytes as they are on a connection of their own, and read until the server closes it."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    "message",
    [
        b"Content-Length: -5\r\n\r\n<x/>",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<x/>\r\n",
    ],
)
def test_a_length_that_is_none_is_a_plain_400(message: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with Host(app(), VirtualClock()) as host:
        reply = exchange(host.url, b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + message)
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert "Traceback" not in capfd.readouterr().err


def test_a_chunked_request_without_host_learns_where_it_is() -> None:
    def where(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "0"), ("X-Name", environ["SERVER_NAME"])])
        assert environ["wsgi.input"].read() == b"hello"
        return [b""]

    with Host(where, VirtualClock()) as host:
        reply = exchange(
            host.url,
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        )
    assert b"X-Name: 127.0.0.1\r\n" in reply


def test_a_burst_of_connections_is_queued_and_every_one_kept_alive() -> None:
    with Host(app(), VirtualClock()) as host:
        address, port = host.url.removeprefix("http://").split(":")
        waiting = [socket.create_connection((address, int(port)), timeout=10) for _ in range(60)]
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(REQUEST)
        for connection in waiting:
            connection.sendall(head + REQUEST)
        replies = [connection.recv(65536) for connection in waiting]
        for connection in waiting:
            connection.close()
    assert all(reply.startswith(b"HTTP/1.1 200 ") and b"Connection: close" not in reply for reply in replies)


def test_a_port_in_use_is_named() -> None:
    with Host(app(), SystemClock()) as host:
        port = int(host.url.rpartition(":")[2])
        with pytest.raises(PortTaken, match=str(port)):
            Host(app(), SystemClock(), port=port).start()


def test_a_client_that_hangs_up_early_leaves_nothing_behind() -> None:
    def large(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "5000000")])
        return [b"x" * 5_000_000]

    with Host(large, SystemClock()) as host:
        port = int(host.url.rpartition(":")[2])
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                assert client.recv(10)
        with httpx.Client() as client_after:
            assert len(client_after.get(host.url).content) == 5_000_000
    gc.collect()  # what a finaliser cannot do is a warning, and warnings are errors here


_PIECES = [
    b"<", b"</", b">", b"/>", b"a:", b"password", b"Session", b"sessionId", b"SESSIONIDS", b"newPassword", b" x='1'",
    b"text", b"<password>", b"</password>", b"<n:session>", b"</n:session>",
    b"<sessionSecondsValid>7</sessionSecondsValid>",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(b"".join))
def test_looking_only_at_tags_that_may_hide_secrets_strikes_out_the_same(message: bytes) -> None:
    assert strike_secrets(message) == _SECRETS.sub(rb"\1" + STRUCK, message)


def test_every_secret_name_has_a_part_that_is_looked_for() -> None:
    names = re.findall(rb"\w+", _SECRETS.pattern.split(b")?(")[1].split(b")")[0])
    assert {b"password", b"session"} <= {name.lower() for name in names}
    assert all(any(part in name.lower() for part in _PARTS_OF_NAMES) for name in names)


def test_striking_out_takes_time_in_proportion_to_the_message() -> None:
    words = b"<a>" + b"session " * 200_000  # with a search anew from the start for each word it would take minutes
    assert strike_secrets(words) == words


def test_the_journal_keeps_so_many_bytes() -> None:
    journal = Journal(limit=5, limit_bytes=100)

    def note(size: int) -> None:
        journal.record(at="", service="", path="", operation="", request=b"", status=200, response=b"x" * size)

    for _ in range(9):
        note(10)
    assert [each.number for each in journal.exchanges()] == [5, 6, 7, 8, 9]
    note(80)
    assert [each.number for each in journal.exchanges()] == [8, 9, 10]
    note(1000)
    assert [each.number for each in journal.exchanges()] == [11]
    note(10)
    assert [each.number for each in journal.exchanges()] == [12]
    journal.clear()
    note(90)
    assert len(journal.exchanges()) == 1
