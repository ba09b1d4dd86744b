"""The journal from outside, and what a test expects of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.control.expectation import Expectation
from tests.simulator.control_world import Plane
from tests.simulator.fault_world import DIALECT, envelope


def save(kind: str, text: str = "") -> bytes:
    row = f'<row xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="o:{kind}">{text}</row>'
    document: bytes | str = envelope(f"<save>{row}</save>")
    return document if isinstance(document, bytes) else document.encode()


@pytest.fixture
def plane() -> Plane:
    plane = Plane()
    plane.record("login", b"<password>hush</password>", response=b"<Session>hush</Session>")
    plane.record("save", save("Account", "Account 01"), response=b"<Success>true</Success>")
    plane.record("save", save("Contact", "Contact 01"))
    plane.record("read", status=500)
    return plane


def numbers(reply: Any) -> list[int]:
    return [each["number"] for each in reply["exchanges"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [1, 2, 3, 4]),
        ("?since=2", [3, 4]),
        ("?operation=SAVE", [2, 3]),
        ("?object=account", [2]),
        ("?status=500", [4]),
        ("?contains=Contact+01", [3]),
        ("?contains=Contact&contains=01", [3]),
        ("?limit=1", [4]),
        ("?operation=save&limit=1", [3]),
        ("?operation=nothing", []),
    ],
)
def test_the_journal_is_read_in_part(plane: Plane, query: str, wanted: list[int]) -> None:
    assert numbers(plane.get(f"/journal{query}")) == wanted


def test_the_journal_comes_without_bodies_when_they_are_not_wanted(plane: Plane) -> None:
    whole = plane.get("/journal?since=1&limit=1")["exchanges"][0]
    assert {"request", "response"} <= whole.keys()
    slim = plane.get("/journal?operation=save&bodies=no")["exchanges"][0]
    assert slim["response_bytes"] == len(b"<Success>true</Success>")
    assert "request" not in slim


def test_the_journal_is_forgotten(plane: Plane) -> None:
    assert plane.ask("DELETE", "/journal").json == {"exchanges": []}
    plane.record("read")
    assert numbers(plane.get("/journal")) == [5]


def test_the_journal_keeps_secrets_to_itself(plane: Plane) -> None:
    assert b"hush" not in plane.ask("GET", "/journal").data


@pytest.mark.parametrize("query", ["since=x", "limit=0", "status=ok", "since=-1", "since=99999999999999999999"])
def test_a_parameter_that_is_no_number_is_refused(plane: Plane, query: str) -> None:
    assert plane.ask("GET", f"/journal?{query}").status_code == 400


def test_records_that_agree_pass_and_others_are_listed(plane: Plane) -> None:
    assert plane.get("/verify") == {"passed": True, "count": 0, "problems": []}
    plane.subject.broken = ["Account 1: is broken"]
    assert plane.get("/verify") == {"passed": False, "count": 1, "problems": ["Account 1: is broken"]}
    plane.subject.broken *= 2000
    told = plane.get("/verify")
    assert (told["count"], len(told["problems"])) == (2000, 1000)


@pytest.mark.parametrize(
    ("expected", "passed", "count"),
    [
        ({"operation": "save"}, True, 2),
        ({"operation": "save", "exactly": 2}, True, 2),
        ({"operation": "save", "object": "Account", "at_least": 1, "at_most": 1, "contains": "Account 01"}, True, 1),
        ({"operation": "save", "at_most": 1}, False, 2),
        ({"operation": "save", "at_least": 3}, False, 2),
        ({"operation": "delete", "at_most": 0}, True, 0),
        ({"operation": "delete", "exactly": 0}, True, 0),
        ({"operation": "delete"}, False, 0),
        ({"status": 500}, True, 1),
        ({"response_contains": "true"}, True, 1),
        ({"path": "/soap*", "since": 3}, True, 1),
        ({"path": "/other"}, False, 0),
        ({"contains": "hush"}, False, 0),
    ],
)
def test_exchanges_are_counted(plane: Plane, expected: dict[str, Any], passed: bool, count: int) -> None:
    told = plane.post("/verify", expected).json
    assert (told["passed"], told["count"]) == (passed, count)
    assert len(told["matching"]) == count


def test_the_closest_are_told_with_what_differs(plane: Plane) -> None:
    told = plane.post("/verify", {"operation": "save", "object": "Account", "contains": "Account 02"}).json
    assert told["passed"] is False
    assert told["expected"] == "at least 1"
    assert told["closest"][0] == {
        "number": 2,
        "operation": "save",
        "status": 200,
        "differences": ["its request does not contain 'Account 02'"],
    }
    assert told["closest"][1]["differences"] == [
        "its request does not contain 'Account 02'",
        "it is about contact, not Account",
    ]
    # those that fit in nothing are no help
    assert [each["number"] for each in told["closest"]] == [2, 3]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"operatoin": "save"}, "known keys: operation"),
        ({"operation": 5}, "operation is given as in"),
        ({"at_least": -1}, "0 or more"),
        ({"at_least": True}, "at_least is given as in"),
        ({"at_least": 2, "at_most": 1}, "less than"),
        ({"exactly": 1, "at_most": 1}, "Give exactly"),
        ({"contains": [1]}, "a text or a list of texts"),
        ({"contains": 1}, "a text or a list of texts"),
    ],
)
def test_an_expectation_that_makes_no_sense_is_refused(plane: Plane, body: dict[str, Any], words: str) -> None:
    reply = plane.post("/verify", body)
    assert reply.status_code == 400
    assert words in reply.json["error"]


@given(st.lists(st.sampled_from(["a", "b"]), max_size=6), st.integers(0, 4), st.none() | st.integers(0, 4))
def test_it_passes_when_the_count_is_between_the_bounds(operations: list[str], least: int, more: int | None) -> None:
    plane = Plane()
    for operation in operations:
        plane.record(operation)
    most = None if more is None else least + more
    told = Expectation(operation="a", least=least, most=most).judge(plane.journal.exchanges(), DIALECT)
    count = operations.count("a")
    assert told["count"] == count
    assert told["passed"] == (least <= count and (most is None or count <= most))
    assert told["matching"] == [n for n, operation in enumerate(operations, 1) if operation == "a"]
