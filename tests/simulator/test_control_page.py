"""The control plane's page for people."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from tests.simulator.control_world import Notebook, Plane

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Holding(Notebook):
    """A subject whose state is a tenant's and an org's, with a name that would break a careless page."""

    def state(self) -> dict[str, Any]:
        entity = {"name": "<script>alert(1)</script>", "objects": {"Account": 3}}
        return {
            "seeded": ["demo"],
            "open_sessions": 1,
            "tenants": [{"name": "Tenant 01", "entities": {"e1": entity, "e2": {"name": "Empty", "objects": {}}}}],
            "orgs": [{"name": "Org 01", "records": {"Contact": 7}}],
        }


@pytest.fixture
def plane() -> Plane:
    return Plane(subject=Holding())


def page(plane: Plane) -> Any:
    reply = plane.ask("GET", "/", headers=BROWSER)
    assert reply.status_code == 200
    assert reply.mimetype == "text/html"
    return html.fromstring(reply.data)


def text(plane: Plane) -> str:
    return " ".join(" ".join(page(plane).find("body").itertext()).split())


def test_a_browser_gets_the_page_and_everyone_else_json(plane: Plane) -> None:
    assert page(plane).findtext(".//h1") == "zuora mock"
    for accept in ("*/*", "application/json", ""):
        assert plane.ask("GET", "/", headers={"Accept": accept}).mimetype == "application/json"


def test_what_the_mock_holds_is_on_it(plane: Plane) -> None:
    shown = text(plane)
    assert "Tenant 01 / <script>alert(1)</script> Account 3" in shown
    assert "Tenant 01 / Empty No records." in shown
    assert "Org 01 Contact 7" in shown
    assert "seeded demo" in shown
    assert "api per minute 3 of 10" in shown


def test_nothing_of_it_runs_and_nothing_comes_from_elsewhere(plane: Plane) -> None:
    document = page(plane)
    assert not document.xpath("//script | //iframe | //img | //object | //@onclick")
    assert all(each.startswith("/_mock/") for each in document.xpath("//a/@href"))
    policy = plane.ask("GET", "/", headers=BROWSER).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_every_link_leads_somewhere(plane: Plane) -> None:
    links = page(plane).xpath("//a/@href")
    assert "/_mock/journal" in links
    assert all(plane.client.get(each, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200 for each in links)


def test_exchanges_faults_snapshots_and_the_clock_are_on_it(plane: Plane) -> None:
    assert "None yet." in text(plane)
    for number in range(30):
        plane.record(f"operation{number}", b"x" * 2000, status=500 if number == 29 else 200)
    plane.rules.add({"effect": {"type": "soap_fault", "code": "LOCKED"}, "match": {"operation": ["save", "read"]}})
    plane.rules.add({"effect": "reset", "count": 3, "enabled": False})
    plane.post("/snapshot", {"name": "before"})
    plane.post("/clock", {"freeze": True})
    shown = text(plane)
    assert "operation29 500 2.0 kB" in shown
    assert "operation4 " not in shown
    assert "f1 soap_fault LOCKED operation save, read 0 0" in shown
    assert "f2 off reset every call 0 0 of 3" in shown
    assert "snapshots before" in shown
    assert "2026-01-15 08:00:00 UTC frozen" in shown
    plane.post("/clock", {"resume": True, "rate": 60})
    assert "60 times as fast" in text(plane)


def test_a_mock_without_limits_has_a_page_all_the_same(plane: Plane) -> None:
    plane.subject.figures = {}
    assert "Limits" not in text(plane)
