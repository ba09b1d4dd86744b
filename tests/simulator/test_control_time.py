"""The clock from outside."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.clock import SystemClock, VirtualClock
from tests.simulator.control_world import Plane


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_it_is_told_how_time_passes(plane: Plane) -> None:
    told = {"now": "2026-01-15T08:00:00+00:00", "movable": True, "rate": 1.0, "frozen": False}
    assert plane.get("/clock") == told


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"advance": "24h"}, "2026-01-16T08:00:00+00:00"),
        ({"advance": "PT15M"}, "2026-01-15T08:15:00+00:00"),
        ({"advance": 90}, "2026-01-15T08:01:30+00:00"),
        ({"advance_s": 86_400}, "2026-01-16T08:00:00+00:00"),
        ({"set": "2030-01-01T00:00:00Z"}, "2030-01-01T00:00:00+00:00"),
        ({"set": "2030-01-01T00:00:00+02:00", "advance": "1h"}, "2029-12-31T23:00:00+00:00"),
    ],
)
def test_it_is_moved_forward(plane: Plane, body: dict[str, Any], now: str) -> None:
    assert plane.post("/clock", body).json["now"] == now


def test_it_is_frozen_hurried_and_resumed(plane: Plane) -> None:
    assert plane.post("/clock", {"freeze": True}).json["frozen"] is True
    assert plane.post("/clock", {"rate": 60, "resume": True}).json == {**plane.get("/clock"), "rate": 60.0}
    assert plane.clock.now().isoformat() == "2026-01-15T08:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Say what to do"),
        ({"freeze": None}, "Say what to do"),
        ({"stop": True}, "known keys: advance"),
        ({"freeze": "yes"}, "freeze is true"),
        ({"freeze": True, "resume": True}, "not both"),
        ({"advance": "soon"}, "write it as 90s"),
        ({"advance": -1}, "Say how far forward"),
        ({"advance": True}, "Say how far forward"),
        ({"advance": "1h", "advance_s": 1}, "not both"),
        ({"advance_s": 1e13}, "at most ten years"),
        ({"advance_s": float("nan")}, "at most ten years"),
        ({"rate": 0}, "to stop it, freeze it"),
        ({"rate": "60x"}, "rate is a number"),
        ({"rate": True}, "rate is a number"),
        ({"set": "2020-01-01T00:00:00Z"}, "is past"),
        ({"set": "2030-01-01T00:00:00"}, "with its offset"),
        ({"set": "tomorrow"}, "with its offset"),
        ({"set": 5}, "set is given as in"),
    ],
)
def test_what_cannot_be_is_refused(plane: Plane, body: dict[str, Any], words: str) -> None:
    reply = plane.post("/clock", body)
    assert reply.status_code == 400
    assert words in reply.json["error"]


def test_a_clock_that_cannot_be_read_whole_is_not_steered_in_part(plane: Plane) -> None:
    assert plane.post("/clock", {"freeze": True, "advance": "soon"}).status_code == 400
    assert plane.get("/clock")["frozen"] is False


def test_the_machines_own_clock_cannot_be_moved() -> None:
    plane = Plane(SystemClock())
    assert plane.get("/clock")["movable"] is False
    assert plane.post("/clock", {"advance_s": 1}).status_code == 409


def test_a_clock_that_can_only_be_moved_is_only_moved() -> None:
    clock = VirtualClock()
    plane = Plane(clock)
    assert plane.get("/clock")["frozen"] is True
    assert plane.post("/clock", {"advance": "1h"}).status_code == 200
    assert clock.elapsed_s == 3600
    assert plane.post("/clock", {"freeze": True}).status_code == 409
    assert plane.post("/clock", {"advance": "1h", "rate": 2}).status_code == 409
    assert clock.elapsed_s == 3600
