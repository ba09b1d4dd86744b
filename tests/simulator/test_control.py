"""The control plane as a whole: what its paths answer, and whom and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.control import RecordQuery
from tests.simulator.control_world import Plane


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_the_index_lists_the_paths_and_tells_servers_apart(plane: Plane) -> None:
    reply = plane.get("/")
    assert (reply["service"], reply["server"]) == ("zuora", "server-1")
    assert {"/_mock/journal", "/_mock/faults/<rule_id>", "/_mock/snapshot", "/_mock/verify"} <= set(reply["paths"])
    assert reply["clock"]["frozen"] is False


def test_seed_state_and_reset_reach_the_subject(plane: Plane) -> None:
    assert plane.post("/seed", {"scenario": "demo"}).json == {"seeded": True}
    assert plane.subject.seeds == [{"scenario": "demo"}]
    assert plane.get("/state")["open_sessions"] == 2
    assert plane.get("/state")["clock"]["now"] == "2026-01-15T08:00:00+00:00"
    assert plane.post("/reset", {}).json == {"removed": True, "also": []}
    assert plane.subject.seeds == []
    assert plane.get("/seed") == {"files": {"Account.json": "[]"}}


def test_records_are_asked_for_by_object(plane: Plane) -> None:
    assert plane.get("/state?object=Account&tenant=1&entity=Global&limit=5&after=x")["object"] == "Account"
    assert plane.subject.query == RecordQuery("Account", "1", "Global", "x", 5)
    plane.get("/state?object=Account")
    assert plane.subject.query == RecordQuery("Account")


def test_reset_forgets_more_when_told_to(plane: Plane) -> None:
    plane.record("query")
    plane.rules.add({"effect": "reset"})
    plane.post("/snapshot", {"name": "before"})
    plane.post("/reset", {})
    assert (len(plane.journal.exchanges()), len(plane.rules)) == (1, 1)
    assert plane.post("/reset", {"also": ["faults", "journal", "snapshots"]}).json["removed"] is True
    assert (plane.journal.exchanges(), len(plane.rules)) == ([], 0)
    assert plane.get("/snapshot") == {"snapshots": []}


def test_limits_are_shown_and_changed(plane: Plane) -> None:
    assert plane.get("/limits")["tenants"]["1"]["used"]["api"] == {"minute": 3}
    changed = plane.post("/limits", {"figures": {"api_per_minute": 2}})
    assert changed.json["tenants"]["1"]["figures"] == {"api_per_minute": 2}
    assert plane.post("/limits", {"profile": "?"}).status_code == 400
    plane.subject.figures = {}
    assert plane.ask("GET", "/limits").status_code == 404
    assert plane.get("/limits") == {"error": "No limits here."}


def test_what_the_subject_refuses_is_told_in_its_words(plane: Plane) -> None:
    reply = plane.post("/seed", {"scenario": "wrong"})
    assert (reply.status_code, reply.json) == (409, {"error": "there is no such thing"})
    reply = plane.post("/seed", {"scenario": "broken"})
    assert reply.status_code == 400
    assert reply.json == {
        "error": "Nothing was loaded.",
        "mistakes": [{"file": "a.csv", "row": 2, "problem": "it is wrong"}],
    }


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "words"),
    [
        ("GET", "/nothing", {}, 404, "not found"),
        ("DELETE", "/state", {}, 405, "not allowed"),
        ("POST", "/seed", {"data": "scenario=demo"}, 415, "Send JSON"),
        ("POST", "/seed", {"data": "{", "content_type": "application/json"}, 400, "not JSON"),
        ("POST", "/seed", {"data": "[" * 100_000, "content_type": "application/json"}, 400, "not JSON"),
        ("POST", "/seed", {"json": ["demo"]}, 400, "JSON object"),
        ("POST", "/reset", {"json": {"also": ["everything"]}}, 400, "faults, journal, snapshots"),
        ("POST", "/reset", {"json": {"alsoo": []}}, 400, "known keys: also"),
        ("PUT", "/snapshot/a", {"data": b"x"}, 415, "application/zip"),
        ("GET", "/state?tenant=1", {}, 400, "Name the object"),
        ("GET", "/state?object=Account&limit=0", {}, 400, "from 1 to 2000"),
        ("GET", "/state?object=Account&limit=x", {}, 400, "not 'x'"),
        (
            "POST",
            "/limits",
            {"data": b" " * (1024 * 1024 + 1), "content_type": "application/json"},
            413,
            "the most here",
        ),
    ],
)
def test_mistakes_are_answered_in_words(
    plane: Plane, method: str, path: str, options: dict[str, Any], status: int, words: str
) -> None:
    reply = plane.ask(method, path, **options)
    assert reply.status_code == status
    assert words in reply.json["error"]


EVERY_ROUTE = [
    ("GET", "/"),
    ("GET", "/state"),
    ("GET", "/seed"),
    ("POST", "/seed"),
    ("POST", "/reset"),
    ("GET", "/snapshot"),
    ("POST", "/snapshot"),
    ("GET", "/snapshot/@now"),
    ("PUT", "/snapshot/a"),
    ("POST", "/restore"),
    ("POST", "/clock"),
    ("POST", "/limits"),
    ("POST", "/faults"),
    ("DELETE", "/faults"),
    ("GET", "/journal"),
    ("DELETE", "/journal"),
    ("POST", "/verify"),
]


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
@pytest.mark.parametrize("address", ["192.0.2.7", "", "2001:db8::1"])
def test_other_machines_are_refused_everywhere(plane: Plane, method: str, path: str, address: str) -> None:
    reply = plane.client.open(f"/_mock{path}", method=method, environ_base={"REMOTE_ADDR": address}, json={})
    assert reply.status_code == 403


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
def test_a_name_that_was_made_to_lead_here_is_refused_everywhere(plane: Plane, method: str, path: str) -> None:
    assert plane.ask(method, path, headers={"Host": "evil.example.com"}, json={}).status_code == 403


@pytest.mark.parametrize("name", ["192.0.2.7", "[2001:db8::1]", "127.0.0.1.example.com", "localhost.example.com"])
def test_addresses_of_others_and_names_that_look_like_ours_are_refused(plane: Plane, name: str) -> None:
    assert plane.ask("GET", "/state", headers={"Host": name}).status_code == 403


@pytest.mark.parametrize(
    ("caller", "name", "status"),
    [
        ("192.0.2.7", "192.0.2.7:8080", 200),
        ("127.0.0.1", "192.0.2.7:8080", 200),
        ("::ffff:127.0.0.1", "localhost", 200),
        ("::ffff:192.0.2.8", "localhost", 403),
        ("192.0.2.8", "192.0.2.7:8080", 403),
        ("192.0.2.7", "192.0.2.8:8080", 403),
        ("192.0.2.7", "evil.example.com", 403),
    ],
)
def test_the_address_a_server_is_bound_to_is_this_machines(plane: Plane, caller: str, name: str, status: int) -> None:
    environ = {"REMOTE_ADDR": caller, "SERVER_NAME": "192.0.2.7"}
    assert plane.client.get("/_mock/state", environ_overrides=environ, headers={"Host": name}).status_code == status


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.0.0.2:80", "[::1]:80"])
def test_this_machines_own_names_are_taken(plane: Plane, host: str) -> None:
    assert plane.ask("GET", "/state", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", [path for method, path in EVERY_ROUTE if method == "POST"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_what_a_page_elsewhere_can_send_changes_nothing(plane: Plane, path: str, kind: str | None) -> None:
    assert plane.ask("POST", path, data=b'{"name": "a"}', content_type=kind).status_code == 415


def test_answers_are_not_kept_by_anyone(plane: Plane) -> None:
    assert plane.ask("GET", "/state").headers["Cache-Control"] == "no-store"
