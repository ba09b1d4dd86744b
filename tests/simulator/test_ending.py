"""What is left to do once a reply is out."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from simulator.clock import VirtualClock
from simulator.ending import at_end, reply_ends
from simulator.hosting import Host
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from simulator.wsgi import SERVICE_TIME


def test_what_is_promised_is_done_at_the_end() -> None:
    environ: dict[str, Any] = {}
    done: list[str] = []
    with reply_ends(environ):
        at_end({**environ}, lambda: done.append("a"))
        at_end(environ, lambda: done.append("b"))
        assert done == []
    assert done == ["a", "b"]


def test_it_is_done_also_when_no_reply_comes() -> None:
    done: list[str] = []
    environ: dict[str, Any] = {}

    def broken() -> None:
        with reply_ends(environ):
            at_end(environ, lambda: done.append("a"))
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        broken()
    assert done == ["a"]


def test_without_a_host_that_says_when_nothing_is_done() -> None:
    at_end({}, lambda: pytest.fail("there is no end"))


class Noting:
    """An app that takes two seconds and notes when its reply was out."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.ended_s: list[float] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ[SERVICE_TIME] = 2.0
        at_end(environ, lambda: self.ended_s.append(self.clock.elapsed_s))
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]


def test_a_host_says_so_after_the_services_time() -> None:
    clock = VirtualClock()
    app = Noting(clock)
    with Host(app, clock) as host:
        assert httpx.get(host.url).text == "ok"
    assert app.ended_s == [2.0]


def test_the_transport_says_so_after_the_services_time_or_when_nobody_waits_any_more() -> None:
    clock = VirtualClock()
    app = Noting(clock)

    async def main() -> None:
        async with httpx.AsyncClient(transport=WsgiTransport({"mock.test": app}, clock)) as client:
            assert (await client.get("http://mock.test/")).text == "ok"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.get("http://mock.test/"), 0.5)

    run_virtual(main(), clock)
    assert app.ended_s == [2.0, 2.5]
