"""Logging in: entities, time, and tenants that never meet."""

from __future__ import annotations

import random
from typing import Any

import pytest

from mock_zuora import UserSpec, ZuoraMock
from simulator.clock import VirtualClock

GLOBAL = "0" * 31 + "1"
EUROPE = "0" * 31 + "2"
OTHER = "0" * 31 + "9"
MINUTE = 60


def names(reply: Any) -> list[bytes]:
    return [part.split(b"<")[0] for part in reply.body.split(b"<ns2:Name>")[1:]]


@pytest.fixture
def everywhere(mock: ZuoraMock, make_id: Any) -> None:
    first, second = mock.tenants
    first.load(GLOBAL, "Account", [{"Id": make_id(1), "Name": "Global 01"}])
    first.load(EUROPE, "Account", [{"Id": make_id(1), "Name": "Europe 01"}])
    second.load(OTHER, "Account", [{"Id": make_id(1), "Name": "Other 01"}])


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ("", b"Global 01"),
        (f"<api:entityId>{EUROPE}</api:entityId>", b"Europe 01"),
        ("<api:entityName>Europe</api:entityName>", b"Europe 01"),
        ("<api:entityId/><api:entityName/>", b"Global 01"),
    ],
)
def test_a_session_sees_its_entity_only(caller: Any, extra: str, name: bytes) -> None:
    assert caller.login(extra=extra).status == 200
    assert names(caller.query("select Name from Account")) == [name]


@pytest.mark.usefixtures("everywhere")
def test_tenants_never_meet(caller: Any) -> None:
    assert caller.login("api@tenant-02.example.com", "other-password").status == 200
    assert names(caller.query("select Name from Account")) == [b"Other 01"]
    refused = caller.login("api@tenant-02.example.com", "other-password", f"<api:entityId>{EUROPE}</api:entityId>")
    assert b"fns:LoginFault" in refused.body


@pytest.mark.parametrize(
    "extra",
    [
        f"<api:entityId>{EUROPE}</api:entityId>",
        "<api:entityName>Europe</api:entityName>",
        "<api:entityName>Nowhere</api:entityName>",
    ],
)
def test_an_entity_the_user_may_not_enter(caller: Any, extra: str) -> None:
    reply = caller.login("home@tenant-01.example.com", "home-password", extra)
    assert reply.status == 500
    assert b"<fns:LoginFault><fns:FaultCode>INVALID_VALUE" in reply.body
    assert b"You do not have permission to access the entity" in reply.body


def test_entity_id_and_name_together_are_refused(caller: Any) -> None:
    extra = f"<api:entityId>{EUROPE}</api:entityId><api:entityName>Europe</api:entityName>"
    assert b"<fns:LoginFault>" in caller.login(extra=extra).body


def test_the_order_of_the_logins_elements_counts(caller: Any) -> None:
    caller.session = ""
    body = "<api:login><api:password>p</api:password><api:username>u</api:username></api:login>"
    reply = caller.call(body)
    assert reply.status == 500
    assert b"<faultstring>Unexpected subelement username</faultstring>" in reply.body


def test_using_a_session_keeps_it_open(caller: Any, clock: VirtualClock) -> None:
    for _ in range(4):
        clock.advance(14 * MINUTE)
        assert caller.call("<api:getUserInfo/>").status == 200
    clock.advance(15 * MINUTE)
    reply = caller.call("<api:getUserInfo/>")
    assert reply.status == 500
    assert b"<faultcode>fns:INVALID_SESSION</faultcode>" in reply.body
    assert b"<fns:UnexpectedErrorFault><fns:FaultCode>INVALID_SESSION" in reply.body


def test_no_session_is_an_invalid_session(caller: Any) -> None:
    for session in ("", "made-up"):
        caller.session = session
        assert b"fns:INVALID_SESSION" in caller.query("select Id from Account").body


def locator_of(reply: Any) -> str:
    return str(reply.body.split(b"<ns1:queryLocator>")[1].split(b"<")[0].decode())


def more(locator: str) -> str:
    return f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"


@pytest.fixture
def locator(caller: Any, mock: ZuoraMock, make_id: Any) -> str:
    mock.tenants[0].load(GLOBAL, "Account", [{"Id": make_id(n)} for n in range(10)])
    return locator_of(caller.query("select Id from Account", options="<api:batchSize>4</api:batchSize>"))


def test_a_result_stays_as_it_was_when_the_query_ran(caller: Any, mock: ZuoraMock, make_id: Any, locator: str) -> None:
    mock.tenants[0].load(GLOBAL, "Account", [{"Id": make_id(11)}])
    reply = caller.call(more(locator))
    assert reply.body.count(b"<ns2:Id>") == 6
    assert b"<ns1:size>10</ns1:size>" in reply.body


def test_a_locator_runs_out_when_it_is_not_used(caller: Any, clock: VirtualClock, locator: str) -> None:
    clock.advance(14 * MINUTE)
    assert caller.call(more(locator)).status == 200
    clock.advance(14 * MINUTE)
    assert caller.call(more(locator)).status == 200
    clock.advance(15 * MINUTE)
    caller.login()
    reply = caller.call(more(locator))
    assert reply.status == 500
    assert b"<fns:InvalidQueryLocatorFault>" in reply.body


def test_a_locator_is_worthless_elsewhere(caller: Any, locator: str) -> None:
    caller.login(extra="<api:entityName>Europe</api:entityName>")
    assert b"InvalidQueryLocatorFault" in caller.call(more(locator)).body
    caller.login("api@tenant-02.example.com", "other-password")
    assert b"InvalidQueryLocatorFault" in caller.call(more(locator)).body


@pytest.mark.parametrize("made_up", ["", "x", "0" * 32 + "-5", "0" * 32])
def test_a_made_up_locator_is_refused(caller: Any, made_up: str) -> None:
    assert b"InvalidQueryLocatorFault" in caller.call(more(made_up)).body


def test_a_locator_past_the_end_is_refused(caller: Any, locator: str) -> None:
    assert b"InvalidQueryLocatorFault" in caller.call(more(locator.rpartition("-")[0] + "-10")).body


@pytest.mark.parametrize(("size", "rows"), [("0", 10), ("-1", 10), ("3", 3), ("5000", 10)])
def test_batch_sizes(caller: Any, size: str, rows: int, locator: str) -> None:
    assert locator
    reply = caller.query("select Id from Account", options=f"<api:batchSize>{size}</api:batchSize>")
    assert reply.body.count(b"<ns2:Id>") == rows


def test_what_is_printed_tells_no_secret(mock: ZuoraMock, caller: Any) -> None:
    session = mock.sessions.known(caller.session)
    assert caller.session not in repr(session)
    assert "right-password" not in repr(mock.tenants[0].spec)
    assert "secret" not in repr(UserSpec("u", "secret"))


def test_the_same_seed_gives_the_same_sessions(mock: ZuoraMock) -> None:
    ids = []
    for _ in range(2):
        twin = ZuoraMock(clock=VirtualClock(), chance=random.Random(3))
        tenant = twin.add_tenant(mock.tenants[0].spec)
        ids.append(twin.sessions.open([tenant], "api@tenant-01.example.com", "right-password").id)
        twin.close()
    assert ids[0] == ids[1]
