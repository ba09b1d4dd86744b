"""Snapshots from outside: by name, and as files."""

from __future__ import annotations

import pytest

from simulator.snapshots import Snapshot, from_bytes
from tests.simulator.control_world import AT, Plane

ZIP = "application/zip"


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_a_snapshot_is_taken_listed_and_put_back(plane: Plane) -> None:
    taken = plane.post("/snapshot", {"name": "before"}).json
    assert taken == {"name": "before", "taken_at": AT.isoformat(), "bytes": 5, "replaced": False}
    plane.subject.text = b"second"
    restored = plane.post("/restore", {"name": "before"}).json
    assert (restored["restored"], plane.subject.text) == ("before", b"first")
    assert [each["name"] for each in plane.get("/snapshot")["snapshots"]] == ["before"]


def test_one_name_is_one_snapshot(plane: Plane) -> None:
    plane.post("/snapshot", {"name": "a"})
    plane.subject.text = b"second"
    assert plane.post("/snapshot", {"name": "a"}).json["replaced"] is True
    plane.subject.text = b"third"
    plane.post("/restore", {"name": "a"})
    assert plane.subject.text == b"second"


def test_snapshots_are_deleted_one_by_one_and_all(plane: Plane) -> None:
    for name in ("a", "b", "c"):
        plane.post("/snapshot", {"name": name})
    assert [each["name"] for each in plane.ask("DELETE", "/snapshot/b").json["snapshots"]] == ["a", "c"]
    assert plane.ask("DELETE", "/snapshot").json == {"snapshots": []}


def test_a_snapshot_goes_out_as_a_file_and_comes_back(plane: Plane) -> None:
    plane.post("/snapshot", {"name": "a"})
    file = plane.ask("GET", "/snapshot/a")
    assert file.mimetype == ZIP
    plane.subject.text = b"second"
    now = plane.ask("GET", "/snapshot/@now").data
    assert from_bytes(now).images == {("all",): b"second"}
    assert plane.ask("POST", "/restore", data=file.data, content_type=ZIP).status_code == 200
    assert plane.subject.text == b"first"
    assert plane.ask("PUT", "/snapshot/b", data=now, content_type=ZIP).json["name"] == "b"
    plane.post("/restore", {"name": "b"})
    assert plane.subject.text == b"second"


def test_what_cannot_be_is_refused(plane: Plane) -> None:
    assert plane.post("/restore", {"name": "gone"}).status_code == 404
    assert "none is kept" in plane.post("/restore", {}).json["error"]
    plane.post("/snapshot", {"name": "a"})
    assert "there are: a" in plane.ask("GET", "/snapshot/gone").json["error"]
    assert plane.ask("DELETE", "/snapshot/gone").status_code == 404
    for name in ("", "@now", "a b", "x" * 65, "../up"):
        assert plane.post("/snapshot", {"name": name}).status_code == 400
    assert plane.post("/snapshot", {"name": 5}).status_code == 400
    assert plane.ask("POST", "/restore", data=b"nonsense", content_type=ZIP).status_code == 400
    other = Snapshot("other", AT, {}).to_bytes()
    reply = plane.ask("POST", "/restore", data=other, content_type=ZIP)
    assert (reply.status_code, reply.json) == (409, {"error": "It is another's."})


def test_so_many_are_kept_and_no_more(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.control.keeping.NAMES_MAX", 2)
    for name in ("a", "b", "b"):
        assert plane.post("/snapshot", {"name": name}).status_code == 200
    assert plane.post("/snapshot", {"name": "c"}).status_code == 409
    monkeypatch.setattr("simulator.control.keeping.BYTES_MAX", 12)
    plane.subject.text = b"longer than that"
    assert "delete some" in plane.post("/snapshot", {"name": "b"}).json["error"]
