"""Every effect, as a client meets it: in process and over a real socket the same."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from lxml import etree

from simulator.clock import VirtualClock
from simulator.faults.effects import EFFECTS
from tests.simulator.fault_world import SERVICE_S, World, envelope, in_process, over_a_socket, read, save

Carrier = Callable[[World], AbstractContextManager[World]]
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


@pytest.fixture(params=[in_process, over_a_socket], ids=["in process", "over a socket"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    carrier: Carrier = request.param
    with carrier(World()) as made:
        yield made


def took(world: World, send: Callable[[], object]) -> float:
    """Seconds on the clock."""
    begun = world.clock.elapsed_s
    send()
    return world.clock.elapsed_s - begun


@pytest.mark.parametrize(
    ("effect", "error", "committed"),
    [
        ("request_lost", httpx.RemoteProtocolError, []),
        ("reply_lost", httpx.RemoteProtocolError, ["a"]),
        ("reset", httpx.ReadError, []),
        ({"type": "reset", "after_commit": True}, httpx.ReadError, ["a"]),
        ("truncate", httpx.RemoteProtocolError, ["a"]),
        ({"type": "truncate", "after_bytes": 0}, httpx.RemoteProtocolError, ["a"]),
        ({"type": "truncate", "after_bytes": 10**9}, httpx.RemoteProtocolError, ["a"]),
        ({"type": "truncate", "reset": True}, httpx.ReadError, ["a"]),
    ],
    ids=str,
)
def test_a_connection_ends_and_the_next_one_works(
    world: World, effect: Any, error: type[Exception], committed: list[str]
) -> None:
    world.add(effect, count=1)
    with pytest.raises(error) as met:
        world.send(save("a"))
    assert type(met.value) is error
    assert world.saved == committed
    assert world.send(save("b")).status_code == 200
    assert world.saved == [*committed, "b"]


@pytest.mark.parametrize("effect", ["request_lost", "reply_lost", "reset", "truncate"])
def test_a_connection_is_held_before_it_ends(world: World, effect: str) -> None:
    world.add({"type": effect, "hold_s": 12})

    def send() -> None:
        with pytest.raises(httpx.TransportError):
            world.send(save("a"))

    done = SERVICE_S if effect in ("reply_lost", "truncate") else 0.0
    assert took(world, send) == pytest.approx(12 + done)


def test_a_client_in_process_runs_out_of_patience_first() -> None:
    with in_process(World()) as world:
        world.add({"type": "reply_lost", "hold_s": 3600})

        def send() -> None:
            with pytest.raises(httpx.ReadTimeout):
                world.send(save("a"), timeout=30)

        assert took(world, send) == pytest.approx(30 + SERVICE_S)
        assert world.saved == ["a"]
        world.rules.clear()
        world.add({"type": "latency", "seconds": 31})
        assert took(world, send) == pytest.approx(30)


def exchanged(world: World, message: bytes) -> tuple[bytes, bool]:
    """What comes back on a connection of one's own, and whether it ended with a reset."""
    host, _, port = world.url.removeprefix("http://").partition(":")
    head = b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(message)
    received = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head + message)
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            return received, True
        return received, False


def test_what_a_socket_sees_of_a_broken_connection() -> None:
    with over_a_socket(World()) as world:
        rule = world.add("reset")["id"]
        assert exchanged(world, save("a")) == (b"", True)
        world.rules.replace(rule, {"effect": "reply_lost"})
        assert exchanged(world, save("a")) == (b"", False)
        world.rules.replace(rule, {"effect": {"type": "truncate", "after_bytes": 7}})
        head, _, body = exchanged(world, read())[0].partition(b"\r\n\r\n")
        promised = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert (len(body), promised > 3000) == (7, True)
        world.rules.replace(rule, {"effect": {"type": "truncate", "after_bytes": 0}})
        assert exchanged(world, read())[0].endswith(b"\r\n\r\n")
        world.rules.replace(rule, {"effect": {"type": "truncate", "after_bytes": 7, "reset": True}})
        assert exchanged(world, read())[1]


class Patient(VirtualClock):
    """Lets the hold of a connection pass once the client has seen something of the reply."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = threading.Event()
        self.in_time = False

    def wait(self, seconds: float) -> None:
        if seconds == 77:
            self.in_time = self.seen.wait(5)
        super().wait(seconds)


@pytest.mark.parametrize("sent", [0, 5])
def test_what_is_sent_of_a_reply_comes_before_the_connection_is_held(sent: int) -> None:
    clock = Patient()
    with over_a_socket(World(clock)) as world:
        world.add({"type": "truncate", "after_bytes": sent, "hold_s": 77})
        host, _, port = world.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(read()) + read())
            received = connection.recv(65536)
            while len(received.partition(b"\r\n\r\n")[2]) < sent:
                received += connection.recv(65536)
            clock.seen.set()
            assert connection.recv(65536) == b""
    assert clock.in_time


def test_a_broken_connection_leaves_nothing_in_the_servers_output(capfd: pytest.CaptureFixture[str]) -> None:
    with over_a_socket(World()) as world:
        for effect in ("reset", "request_lost", "reply_lost", "truncate"):
            world.rules.clear()
            world.add(effect)
            exchanged(world, read())
    assert capfd.readouterr().err == ""


def test_latency_adds_to_the_services_own_time_and_jitter_varies_it(world: World) -> None:
    world.add({"type": "latency", "seconds": 2})
    assert took(world, lambda: world.send(save("a"))) == pytest.approx(2 + SERVICE_S)
    world.rules.clear()
    world.add({"type": "latency", "seconds": 2, "jitter_s": 1}, seed=5)
    several = [took(world, lambda: world.send(save("a"))) - SERVICE_S for _ in range(6)]
    assert len(set(several)) == 6
    assert all(1 <= seconds <= 3 for seconds in several)
    world.rules.clear()
    world.add({"type": "latency", "seconds": 2, "jitter_s": 1}, seed=5)
    assert [took(world, lambda: world.send(save("a"))) - SERVICE_S for _ in range(6)] == pytest.approx(several)


def test_a_slow_reply_is_whole_and_takes_its_time(world: World) -> None:
    world.add({"type": "slow_reply", "bytes_per_s": 100})
    begun = world.clock.elapsed_s
    reply = world.send(read(), headers={"Accept-Encoding": "identity"})
    size = len(reply.content)
    assert size > 3000
    assert world.clock.elapsed_s - begun == pytest.approx(size / 100 + SERVICE_S)


def test_latency_and_slowness_come_on_top_of_what_else_befalls_a_request(world: World) -> None:
    world.add({"type": "slow_reply", "bytes_per_s": 10})
    world.add({"type": "truncate", "after_bytes": 50})
    world.add({"type": "latency", "seconds": 3})

    def send() -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            world.send(save("a"))

    assert took(world, send) == pytest.approx(3 + 5 + SERVICE_S)


@pytest.mark.parametrize("how", ["cut", "control_character", "garbage", "empty"])
def test_a_malformed_reply_has_a_length_that_fits_and_is_no_xml(world: World, how: str) -> None:
    world.add({"type": "malformed_reply", "how": how})
    reply = world.send(read(), headers={"Accept-Encoding": "gzip"})
    assert reply.status_code == 200
    assert "content-encoding" not in reply.headers
    assert len(reply.content) == int(reply.headers["Content-Length"])
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(reply.content)


def test_a_reply_of_another_content_type_is_otherwise_itself(world: World) -> None:
    good = world.send(read())
    world.add("wrong_content_type")
    reply = world.send(read())
    assert reply.content == good.content
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("status", [403, 414, 418, 500, 502, 503, 504])
def test_a_page_comes_from_something_between(world: World, status: int) -> None:
    world.add({"type": "html_error", "status": status, "retry_after_s": 9})
    reply = world.send(save("a"))
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "text/html"
    assert reply.headers["Server"] == "AkamaiGHost"
    assert reply.headers["Retry-After"] == "9"
    assert b"<HTML>" in reply.content
    assert world.saved == []


def test_a_page_can_hide_what_was_done(world: World) -> None:
    world.add({"type": "html_error", "after_commit": True})
    assert world.send(save("a")).status_code == 503
    assert world.saved == ["a"]


def test_a_fault_comes_in_the_vendors_words_and_nothing_is_done(world: World) -> None:
    world.add({"type": "soap_fault", "code": "LOCKED"})
    reply = world.send(save("a"))
    assert reply.status_code == 500
    assert b"<faultcode>t:LOCKED</faultcode><faultstring>the words of LOCKED</faultstring>" in reply.content
    assert world.saved == []


def test_a_fault_can_come_after_everything_is_done(world: World) -> None:
    world.add(
        {"type": "soap_fault", "code": "BROKEN", "message": "so & so", "kind": "LoginFault", "after_commit": True}
    )
    reply = world.send(save("a"))
    assert b"<faultstring>so &amp; so</faultstring><detail><LoginFault/>" in reply.content
    assert world.saved == ["a"]


def test_a_fault_is_in_the_envelope_of_the_requests_soap_version(world: World) -> None:
    world.add({"type": "soap_fault", "code": "LOCKED", "http_status": 503})
    reply = world.send(envelope('<save xmlns="urn:test"/>', namespace=SOAP12))
    root = etree.fromstring(reply.content)
    assert reply.status_code == 503
    assert root.tag == f"{{{SOAP12}}}Envelope"
    assert root.findtext(f".//{{{SOAP12}}}Value") == "t:LOCKED"


def test_429_and_503_carry_retry_after(world: World) -> None:
    rule = world.add({"type": "too_many_requests", "retry_after_s": 7}, match={"path": "*"})["id"]
    reply = world.send(save("a"))
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")
    assert b"<faultcode>t:TOO_MANY</faultcode>" in reply.content
    plain = world.send(method="GET", path="/v1/entities")
    assert (plain.status_code, plain.headers["Retry-After"]) == (429, "7")
    assert plain.text == "Too many requests.\n"
    world.rules.replace(rule, {"match": {"path": "*"}, "effect": "unavailable"})
    reply = world.send(save("a"))
    assert (reply.status_code, "Retry-After" in reply.headers) == (503, False)
    assert b"<faultcode>t:DOWN</faultcode>" in reply.content
    assert world.send(method="GET", path="/v1/entities").status_code == 503
    assert world.saved == []


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_request_that_arrives_twice_is_done_twice(world: World, which: str) -> None:
    world.add({"type": "delivered_twice", "reply": which})
    seconds = took(world, lambda: world.send(save("a")))
    assert world.saved == ["a", "a"]
    assert seconds == pytest.approx(SERVICE_S * (1 if which == "first" else 2))


@pytest.mark.parametrize(
    ("chosen", "failing"),
    [
        ({}, {0, 1, 2, 3}),
        ({"rows": [0, 2, 99]}, {0, 2}),
        ({"every": 2}, {1, 3}),
        ({"records": ["c", "d"]}, {2, 3}),
        ({"rows": [0], "records": ["d"]}, {0, 3}),
    ],
)
def test_rows_fail_and_the_others_are_done(world: World, chosen: dict[str, Any], failing: set[int]) -> None:
    world.add({"type": "row_error", "code": "LOCKED", **chosen})
    reply = world.send(save("a", "b", "c", "d"))
    results = [etree.QName(each).localname for each in etree.fromstring(reply.content).find(".//{*}saved")]  # type: ignore[union-attr]
    assert {number for number, result in enumerate(results) if result == "error"} == failing
    assert world.saved == [row for number, row in enumerate("abcd") if number not in failing]
    assert b"LOCKED the words of LOCKED" in reply.content


def test_the_row_that_a_rule_is_about_is_the_one_that_fails(world: World) -> None:
    world.add({"type": "row_error", "code": "LOCKED", "message": "no"}, match={"record": "b"})
    assert b"<ok/><error>LOCKED no</error><ok/>" in world.send(save("a", "b", "c")).content
    assert b"<error>" not in world.send(save("a")).content


def test_errors_of_several_rules_come_together_and_the_reply_may_still_be_lost(world: World) -> None:
    world.add({"type": "row_error", "code": "LOCKED", "rows": [0]})
    world.add({"type": "row_error", "code": "LOCKED", "rows": [1]})
    world.add("reply_lost")
    with pytest.raises(httpx.RemoteProtocolError):
        world.send(save("a", "b", "c"))
    assert world.saved == ["c"]


def test_a_rule_does_not_fire_on_a_request_that_its_effect_cannot_befall(world: World) -> None:
    rule = world.add({"type": "row_error", "code": "LOCKED", "rows": [3]})["id"]
    other = world.add({"type": "soap_fault", "code": "LOCKED"}, match={"path": "*"})["id"]
    world.send(save("a"))
    world.send(method="GET")
    world.send(b"no xml at all")
    assert [world.rules.get(each)["matched"] for each in (rule, other)] == [0, 1]


def test_the_journal_has_what_reached_the_service_and_says_what_befell_it(world: World) -> None:
    world.add("request_lost", match={"record": "a"}, id="lost")
    world.add("html_error", match={"record": "b"}, id="between")
    world.add({"type": "html_error", "after_commit": True}, match={"record": "c"}, id="after")
    world.add({"type": "latency", "seconds": 1}, match={"record": "c"}, id="late")
    world.add({"type": "soap_fault", "code": "LOCKED"}, match={"record": "d"}, id="fault")
    for row in "abcde":
        try:
            world.send(save(row))
        except httpx.RemoteProtocolError:
            assert row == "a"
    assert [(each.fault, each.status) for each in world.journal.exchanges()] == [
        ("late latency, after html_error", 200),
        ("fault soap_fault", 500),
        ("", 200),
    ]
    assert [(each["rule"], each["effect"], each["operation"]) for each in world.rules.log()] == [
        ("lost", "request_lost", "save"),
        ("between", "html_error", "save"),
        ("after", "html_error", "save"),
        ("late", "latency", "save"),
        ("fault", "soap_fault", "save"),
    ]


def test_every_effect_is_tried_here() -> None:
    with open(__file__, encoding="utf-8") as here:
        text = here.read()
    assert [name for name in EFFECTS if f'"{name}"' not in text] == []
