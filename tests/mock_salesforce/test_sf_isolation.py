"""Orgs in one server never meet: no row, cursor, session, id, key, field or limit of one shows in another."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.cursors import Cursor, Cursors
from mock_salesforce.orgs import Org
from mock_salesforce.sessions import Session, Sessions
from simulator.hosting import Host
from tests.isolation import Crossing, Post
from tests.mock_salesforce.mixed_calls import Actor, World, run_threads

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
    actors = [Actor(world, world.places[n % 2], world.post, f"actor-{n}") for n in range(4)]
    for actor, what, number in steps:
        actors[actor].step(what, number)
    world.check_books()
    world.close()


# Leaks planted on purpose: the checks above would be worth nothing if they did not notice these.


def cursors_of_everyone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.orgs
    # Or one thread that reads the other org's page while it holds its own would wait for another that does the same.
    monkeypatch.setattr(second.store, "lock", first.store.lock)

    def find(self: Cursors, locator: str, org: Org, user_id: str) -> Cursor | None:
        del org, user_id
        return self._by_locator.get(locator)

    monkeypatch.setattr(Cursors, "find", find)


def a_session_of_someone_else_now_and_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    use, count = Sessions.use, [0]

    def mixed_up(self: Sessions, session_id: str) -> Session | None:
        found = use(self, session_id)
        count[0] += 1
        others = [each for each in list(self._by_id.values()) if found is not None and each.org is not found.org]
        return others[0] if others and count[0] % 20 == 0 else found

    monkeypatch.setattr(Sessions, "use", mixed_up)


def one_store_for_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.orgs
    monkeypatch.setattr(second, "store", first.store)


def one_schema_for_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.orgs
    monkeypatch.setattr(second, "schema", first.schema)


def limits_in_common(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.mock.orgs
    monkeypatch.setattr(second, "limits", first.limits)


def records_found_in_any_org(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    by_ids = Org.by_ids
    # Those there are now: a look into the other org's store while this one's is held would wait for ever.
    everyones = {str(row["Id"]): row for org in world.mock.orgs for row in org.rows("Account")}

    def of_all(self: Org, sobject: Any, ids: Any, names: Any = ()) -> dict[str, Any]:
        wanted = list(ids)
        others = {each: everyones[each] for each in wanted if each in everyones}
        return {**others, **by_ids(self, sobject, wanted, names)}

    monkeypatch.setattr(Org, "by_ids", of_all)


@pytest.mark.parametrize(
    ("leak", "noticed"),
    [
        (cursors_of_everyone, "read a page by another's locator|read another's account"),
        (a_session_of_someone_else_now_and_then, "actor-"),
        (one_store_for_both, "tag-"),
        (one_schema_for_both, "tag-|no such column"),
        (limits_in_common, "was held to another's limit|counted"),
        (records_found_in_any_org, "another's account"),
    ],
)
def test_a_planted_leak_is_noticed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[World, pytest.MonkeyPatch], None],
    noticed: str,
) -> None:
    leak(world, monkeypatch)
    with pytest.raises((Crossing, sqlite3.OperationalError), match=noticed):
        run_threads(world, [world.post] * 6, 60, seed=4)


# Nobody sees half of what another does.


def test_a_transaction_that_fails_is_never_seen_by_others(wire: Any, mock: Any) -> None:
    reader = type(wire)(mock)
    assert reader.login().status == 200
    seen, done = [], threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(b"<size>0</size>" in reader.query("select Id from Account").body)

    thread = threading.Thread(target=read)
    thread.start()
    good, bad = wire.row("Account", Name="Half"), wire.row("Account")
    for _ in range(40):
        reply = wire.save("create", *[good] * 5, bad, all_or_none=True)
        assert "ALL_OR_NONE_OPERATION_ROLLED_BACK" in reply.inside
    done.set()
    thread.join()
    assert len(seen) > 1
    assert all(seen)
