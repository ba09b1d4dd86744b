"""Fault rules from outside."""

from __future__ import annotations

import pytest

from tests.simulator.control_world import Plane


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_rules_come_change_and_go(plane: Plane) -> None:
    added = plane.post("/faults", {"effect": {"type": "soap_fault", "code": "LOCKED"}, "match": {"operation": "save"}})
    assert (added.status_code, added.json["id"]) == (200, "f1")
    assert plane.get("/faults")["faults"] == [added.json]
    assert plane.get("/faults/f1") == added.json
    changed = plane.ask("PUT", "/faults/f1", json={"effect": "reset"})
    assert changed.json["effect"]["type"] == "reset"
    plane.post("/faults", {"id": "mine", "effect": "reset"})
    assert [each["id"] for each in plane.ask("DELETE", "/faults/f1").json["faults"]] == ["mine"]
    assert plane.ask("DELETE", "/faults").json == {"faults": []}
    assert len(plane.rules) == 0


def test_a_rule_that_makes_no_sense_is_refused_in_the_rules_words(plane: Plane) -> None:
    reply = plane.post("/faults", {"effect": "rset"})
    assert reply.status_code == 400
    assert "did you mean 'reset'" in reply.json["error"]
    assert plane.ask("PUT", "/faults/f1", json={"effect": "rset"}).status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_rule_that_is_not_there_is_not_found(plane: Plane, method: str) -> None:
    reply = plane.ask(method, "/faults/f9", json={"effect": "reset"})
    assert reply.status_code == 404
    assert "no fault rule 'f9'" in reply.json["error"]


def test_what_the_rules_did_is_read_and_forgotten(plane: Plane) -> None:
    assert plane.get("/fault-log") == {"firings": []}
    assert plane.ask("DELETE", "/fault-log").json == {"firings": []}
