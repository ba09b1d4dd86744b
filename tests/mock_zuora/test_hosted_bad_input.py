"""What goes wrong below SOAP, on a real socket: each gets an HTTP error or the end of the connection, and no more."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.hosting import Host

PATH = b"/apps/services/a/83.0"
SECONDS_MAX = 10
ENVELOPE = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://api.zuora.com/">'
    b"<e:Body><a:getUserInfo/></e:Body></e:Envelope>"
)
HEAD = b"POST " + PATH + b" HTTP/1.1\r\nHost: zuora.test\r\nContent-Type: text/xml\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(ENVELOPE)


@pytest.fixture
def host(mock: Any, clock: Any) -> Iterator[Host]:
    with Host(mock.wsgi, clock) as host:
        yield host


def say(host: Host, *parts: bytes, end: bool = True) -> bytes:
    """Everything that comes back on one connection."""
    address = httpx.URL(host.url)
    with socket.create_connection((address.host, address.port), timeout=SECONDS_MAX) as connection:
        connection.settimeout(SECONDS_MAX)
        got = b""
        try:
            for part in parts:
                connection.sendall(part)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                got += piece
        except OSError as error:  # hung up on: what came before it counts
            if isinstance(error, TimeoutError):
                raise
        return got


def works(host: Host) -> bool:
    return b"INVALID_SESSION" in say(host, HEAD + b"Connection: close\r\n" + LENGTH + ENVELOPE)


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + ENVELOPE, (400,)),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + ENVELOPE, (400, 500)),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + ENVELOPE, (413,)),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345", (400,)),
        (HEAD + b"Transfer-Encoding: nonsense\r\n" + LENGTH + ENVELOPE, (400, 501)),
        (HEAD + b"Content-Length: five\r\n\r\n" + ENVELOPE, (400,)),
        (HEAD + b"Content-Length: -1\r\n\r\n" + ENVELOPE, (400, 500)),
        (HEAD + b"Content-Length: 99999999999999999999\r\n\r\n" + ENVELOPE, (413,)),
        (HEAD + b"Content-Length: 100000\r\n\r\n" + ENVELOPE, (400, 500)),
        (HEAD + b"\r\n" + ENVELOPE, (411, 500)),
        (b"BREW " + PATH + b" HTTP/1.1\r\nHost: z\r\nConnection: close\r\n\r\n", (405, 501)),
        (b"PUT " + PATH + b" HTTP/1.1\r\nHost: z\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", (405,)),
        (b"POST " + PATH + b" HTTP/9.9\r\nHost: z\r\n" + LENGTH + ENVELOPE, (505,)),
        (b"POST " + b"/a" * 200_000 + b" HTTP/1.1\r\nHost: z\r\n" + LENGTH + ENVELOPE, (414, 413)),
        (b"POST /%00%ff%zz HTTP/1.1\r\nHost: z\r\nConnection: close\r\n" + LENGTH + ENVELOPE, (400, 404)),
        (HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n" + LENGTH + ENVELOPE, (413, 400)),
        (HEAD + b"X: y\r\n" * 100_000 + LENGTH + ENVELOPE, (413, 400)),
        (HEAD + b"no colon\r\n" + LENGTH + ENVELOPE, (400,)),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200 + b"\r\n\r\n", (400,)),
        (b"junk\r\n\r\n", (400,)),
    ],
)
def test_a_message_that_is_no_http_request_is_refused_and_the_next_one_is_answered(
    host: Host, capfd: pytest.CaptureFixture[str], request_: bytes, statuses: tuple[int, ...]
) -> None:
    reply = say(host, request_)
    if reply:
        assert int(reply.split(None, 2)[1]) in statuses, reply[:300]
        assert b"Traceback" not in reply
    assert works(host)
    assert "Traceback" not in capfd.readouterr().err


def test_http_10_without_a_host_is_answered(host: Host) -> None:
    reply = say(host, b"POST " + PATH + b" HTTP/1.0\r\nContent-Type: text/xml\r\n" + LENGTH + ENVELOPE)
    assert b"INVALID_SESSION" in reply
    reply = say(host, b"GET " + PATH + b"?wsdl HTTP/1.0\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200")
    assert reply.endswith(b"</definitions>\n")


def test_requests_in_a_row_are_answered_in_a_row(host: Host) -> None:
    one = HEAD + LENGTH + ENVELOPE
    last = HEAD + b"Connection: close\r\n" + LENGTH + ENVELOPE
    reply = say(host, one + one + last, end=False)
    assert reply.count(b"<faultcode>fns:INVALID_SESSION</faultcode>") == 3


def test_a_body_in_chunks_is_put_together(host: Host) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (ENVELOPE[:50], ENVELOPE[50:]))
    head = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b"INVALID_SESSION" in say(host, head + chunks + b"0\r\n\r\n")


def test_who_expects_to_be_told_to_go_on_is_told(host: Host) -> None:
    head = HEAD + b"Connection: close\r\nExpect: 100-continue\r\n" + LENGTH
    reply = say(host, head, ENVELOPE, end=False)
    assert reply.startswith(b"HTTP/1.1 100 Continue\r\n")
    assert b"INVALID_SESSION" in reply


def test_a_head_request_has_no_body(host: Host) -> None:
    reply = say(host, b"HEAD " + PATH + b"?wsdl HTTP/1.1\r\nHost: z\r\nConnection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200")
    assert reply.endswith(b"\r\n\r\n")


def test_those_who_never_finish_do_not_keep_the_others_waiting(host: Host) -> None:
    address = httpx.URL(host.url)
    idle = [socket.create_connection((address.host, address.port), timeout=SECONDS_MAX) for _ in range(10)]
    try:
        for number, connection in enumerate(idle):
            connection.sendall((HEAD + LENGTH + ENVELOPE)[: number * 20])
        assert works(host)
    finally:
        for connection in idle:
            connection.close()
    assert works(host)
