"""Tenants and entities in one server never meet: no row, cursor, session, number or limit of one shows in another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora.cursors import Cursor, Cursors
from mock_zuora.faults import locator_fault
from mock_zuora.sessions import Session, Sessions
from mock_zuora.tenants import Tenant
from simulator.hosting import Host
from tests.isolation import Crossing, Post
from tests.mock_zuora.mixed_calls import Actor, World, run_threads

THREADS, CALLS_EACH = 16, 64


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def over_http(client: httpx.Client) -> Post:
    def post(path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        reply = client.request("GET" if body is None else "POST", path, content=body, headers=headers)
        return reply.status_code, reply.content

    return post


def test_a_thousand_mixed_calls_from_sixteen_threads_over_http(world: World) -> None:
    with Host(world.mock.wsgi, world.mock._clock) as host, ExitStack() as clients:
        posts = [over_http(clients.enter_context(httpx.Client(base_url=host.url))) for _ in range(THREADS)]
        run_threads(world, posts, CALLS_EACH, seed=1)
    assert sum(world.api_calls.values()) > 500


@pytest.mark.parametrize("seed", [2, 3])
def test_a_thousand_mixed_calls_from_sixteen_threads_in_process(world: World, seed: int) -> None:
    run_threads(world, [world.post] * THREADS, CALLS_EACH, seed)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Actor.STEPS), st.integers(0, 50)), max_size=60))
def test_any_order_of_calls(steps: list[tuple[int, str, int]]) -> None:
    world = World()
    actors = [Actor(world, world.places[n % 3], world.post, f"actor-{n}") for n in range(4)]
    for actor, what, number in steps:
        actors[actor].step(what, number)
    world.check_books()
    world.close()


# Leaks planted on purpose: the checks above would be worth nothing if they did not notice these.


def one_table_of_cursors(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world

    def find(self: Cursors, locator: str, session: Session) -> tuple[str, Cursor, int]:
        del session
        key, _, offset = locator.partition("-")
        for cursors in list(self._open.values()):
            if key in cursors:
                return key, cursors[key], int(offset)
        raise locator_fault(locator)

    monkeypatch.setattr(Cursors, "find", find)


def a_session_of_someone_else_now_and_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    known, count = Sessions.known, [0]

    def mixed_up(self: Sessions, session_id: str) -> Session:
        found = known(self, session_id)
        count[0] += 1
        others = [each for each in list(self._open.values()) if each.tenant is not found.tenant]
        return others[0] if others and count[0] % 20 == 0 else found

    monkeypatch.setattr(Sessions, "known", mixed_up)


def the_records_of_another_tenant_now_and_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.tenants
    data, known = Tenant.data, Sessions.known
    call, count = threading.local(), [0]

    def begin(self: Sessions, session_id: str) -> Session:
        # For the whole of a call: one that went back and forth could wait for another that holds the other's lock.
        count[0] += 1
        call.mixed_up = count[0] % 20 == 0
        return known(self, session_id)

    def mixed_up(self: Tenant, entity_id: str) -> Any:
        if self is first and getattr(call, "mixed_up", False):
            return data(second, second.spec.entities[0].id)
        return data(self, entity_id)

    monkeypatch.setattr(Sessions, "known", begin)
    monkeypatch.setattr(Tenant, "data", mixed_up)


def one_table_of_records_for_the_entities_of_a_tenant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.mock.tenants[0]
    home, other = (each.id for each in first.spec.entities)
    monkeypatch.setitem(first._data, other, first._data[home])


def limits_in_common(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.tenants
    monkeypatch.setattr(Tenant, "limits", property(lambda self: first.__dict__["limits"]), raising=False)
    first.limits._flights.update(second.__dict__["limits"]._flights)


def numbers_in_common(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    count = [0]

    def next_number(self: Any, target: Any) -> str:
        del self, target
        count[0] += 1
        return f"A{count[0]:08d}"

    monkeypatch.setattr("mock_zuora.tenants.EntityData.next_number", next_number)


@pytest.mark.parametrize(
    ("leak", "noticed"),
    [
        (one_table_of_cursors, "read a page by another's locator|read another's account"),
        (a_session_of_someone_else_now_and_then, "actor-"),
        (the_records_of_another_tenant_now_and_then, "tag-"),
        (one_table_of_records_for_the_entities_of_a_tenant, "another's account"),
        (limits_in_common, "was held to another's limit|calls, and"),
        (numbers_in_common, "counted others' numbers"),
    ],
)
def test_a_planted_leak_is_noticed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[World, pytest.MonkeyPatch], None],
    noticed: str,
) -> None:
    leak(world, monkeypatch)
    with pytest.raises(Crossing, match=noticed):
        run_threads(world, [world.post] * 6, 60, seed=4)


# Nobody sees half of what another does.

FIELDS = "<obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1</obj:BillCycleDay><obj:Currency>USD</obj:Currency>"
GOOD = f'<api:zObjects xsi:type="obj:Account">{FIELDS}<obj:Name>Half</obj:Name></api:zObjects>'
BAD = '<api:zObjects xsi:type="obj:Account"><obj:Name>No currency</obj:Name></api:zObjects>'
SINGLE = "<api:CallOptions><api:useSingleTransaction>true</api:useSingleTransaction></api:CallOptions>"


def test_a_transaction_that_fails_is_never_seen_by_others(caller: Any, mock: Any) -> None:
    reader = type(caller)(mock)
    assert reader.login().status == 200
    seen, done = [], threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(b"<ns1:size>0</ns1:size>" in reader.query("select Id from Account").body)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(40):
        reply = caller.call(f"<api:create>{GOOD * 5}{BAD}</api:create>", headers=SINGLE)
        assert b"TRANSACTION_FAILED" in reply.body
    done.set()
    thread.join()
    assert len(seen) > 1
    assert all(seen)


def test_a_query_waits_for_a_transaction_that_is_under_way(caller: Any, tenant: Tenant) -> None:
    store = tenant.data(tenant.spec.entities[0].id).store
    reader = type(caller)(caller.mock)
    assert reader.login().status == 200
    replies: list[bytes] = []
    thread = threading.Thread(target=lambda: replies.append(reader.query("select Id from Account").body))

    def write_and_fail() -> None:
        with store.savepoint():
            store.insert("Account", {"Id": "1" * 32, "Name": "Half"})
            thread.start()
            thread.join(0.1)  # long enough to have answered, had it not waited or read what was there before
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    thread.join()
    assert b"<ns1:size>0</ns1:size>" in replies[0]
