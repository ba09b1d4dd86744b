"""The control plane: what each path answers, and whom it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import Client

from simulator.clock import SystemClock, VirtualClock
from simulator.control import ControlRefused, control_app
from simulator.journal import Journal


class Notebook:
    """A subject that remembers what it was asked."""

    def __init__(self) -> None:
        self.seeds: list[str] = []

    def state(self) -> Mapping[str, Any]:
        return {"seeded": self.seeds}

    def seed(self, scenario: str) -> Mapping[str, Any]:
        if scenario == "wrong":
            raise ControlRefused("there is no such thing")
        self.seeds.append(scenario)
        return {"scenario": scenario, "seeded": True}

    def reset(self) -> Mapping[str, Any]:
        self.seeds.clear()
        return {"removed": True}


@pytest.fixture
def journal() -> Journal:
    filled = Journal()
    for operation in ("login", "query"):
        filled.record(
            at="2026-01-15T08:00:00+00:00",
            service="zuora",
            path="/apps",
            operation=operation,
            request=b"<password>hush</password>",
            status=200,
            response=b"<Session>hush</Session>",
        )
    return filled


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def client(journal: Journal, clock: VirtualClock) -> Client:
    return Client(control_app(Notebook(), journal, clock, "zuora"))


def local(client: Client, method: str, path: str, **options: Any) -> Any:
    return client.open(path, method=method, environ_base={"REMOTE_ADDR": "127.0.0.1"}, **options)


def test_the_index_lists_the_paths(client: Client) -> None:
    reply = local(client, "GET", "/_mock/").json
    assert reply["service"] == "zuora"
    assert "/_mock/journal" in reply["paths"]


def test_seed_state_and_reset_reach_the_subject(client: Client) -> None:
    assert local(client, "POST", "/_mock/seed", json={"scenario": "demo"}).json["seeded"] is True
    assert local(client, "GET", "/_mock/state").json == {"seeded": ["demo"]}
    assert local(client, "POST", "/_mock/reset", json={}).json == {"removed": True}
    assert local(client, "GET", "/_mock/state").json == {"seeded": []}


def test_what_the_subject_refuses_is_a_conflict_in_its_words(client: Client) -> None:
    reply = local(client, "POST", "/_mock/seed", json={"scenario": "wrong"})
    assert (reply.status_code, reply.json) == (409, {"error": "there is no such thing"})


def test_the_journal_can_be_read_from_a_number_on_and_forgotten(client: Client) -> None:
    numbers = [each["number"] for each in local(client, "GET", "/_mock/journal").json["exchanges"]]
    assert numbers == [1, 2]
    later = local(client, "GET", "/_mock/journal?since=1").json["exchanges"]
    assert [each["operation"] for each in later] == ["query"]
    assert local(client, "DELETE", "/_mock/journal").json == {"exchanges": []}
    assert local(client, "GET", "/_mock/journal").json == {"exchanges": []}


def test_the_journal_keeps_secrets_to_itself(client: Client) -> None:
    assert b"hush" not in local(client, "GET", "/_mock/journal").data


def test_the_clock_can_be_read_and_moved_forward(client: Client, clock: VirtualClock) -> None:
    assert local(client, "GET", "/_mock/clock").json == {"now": "2026-01-15T08:00:00+00:00", "movable": True}
    moved = local(client, "POST", "/_mock/clock", json={"advance_s": 86_400})
    assert moved.json["now"] == "2026-01-16T08:00:00+00:00"
    assert clock.elapsed_s == 86_400


def test_the_machines_own_clock_cannot_be_moved(journal: Journal) -> None:
    client = Client(control_app(Notebook(), journal, SystemClock(), "zuora"))
    assert local(client, "GET", "/_mock/clock").json["movable"] is False
    assert local(client, "POST", "/_mock/clock", json={"advance_s": 1}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "words"),
    [
        ("GET", "/_mock/nothing", {}, 404, "not found"),
        ("DELETE", "/_mock/state", {}, 405, "not allowed"),
        ("POST", "/_mock/seed", {"data": "scenario=demo"}, 415, "Send JSON"),
        ("POST", "/_mock/seed", {"data": "{", "content_type": "application/json"}, 400, "not JSON"),
        ("POST", "/_mock/seed", {"json": ["demo"]}, 400, "JSON object"),
        ("POST", "/_mock/seed", {"json": {}}, 400, "Say which scenario"),
        ("POST", "/_mock/clock", {"json": {"advance_s": -1}}, 400, "forward"),
        ("POST", "/_mock/clock", {"json": {"advance_s": True}}, 400, "forward"),
        ("POST", "/_mock/clock", {"data": '{"advance_s": NaN}', "content_type": "application/json"}, 400, "forward"),
        ("POST", "/_mock/clock", {"data": '{"advance_s": 1e400}', "content_type": "application/json"}, 400, "forward"),
        ("POST", "/_mock/clock", {"json": {"advance_s": 1e13}}, 400, "forward"),
        ("GET", "/_mock/journal?since=x", {}, 400, "number of an exchange"),
    ],
)
def test_mistakes_are_answered_in_words(
    client: Client, method: str, path: str, options: dict[str, Any], status: int, words: str
) -> None:
    reply = local(client, method, path, **options)
    assert reply.status_code == status
    assert words in reply.json["error"]


@pytest.mark.parametrize("address", ["192.0.2.7", "", "2001:db8::1"])
def test_other_machines_are_refused(client: Client, address: str) -> None:
    reply = client.get("/_mock/state", environ_base={"REMOTE_ADDR": address})
    assert reply.status_code == 403


def test_a_name_that_was_made_to_lead_here_is_refused(client: Client) -> None:
    assert local(client, "GET", "/_mock/state", headers={"Host": "evil.example.com"}).status_code == 403
    assert local(client, "GET", "/_mock/state", headers={"Host": "localhost:8080"}).status_code == 200
