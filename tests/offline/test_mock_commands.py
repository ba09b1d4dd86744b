"""The commands that steer mocks, on two mocks that are served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from offline.commands import exchanges
from offline.control_client import ControlClient
from offline.running import URL_VARIABLE, announced, folder, running
from offline.serving import Served, Stack
from simulator.clock import VirtualClock
from sync_engine.cli import main

ACCOUNT = "2c92c0f85f0002080198000000010001"
ACCOUNTS = "Id,Name\n" + "\n".join(f"{number:032x},Account {number}" for number in range(1, 4))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(seed="demo", skip_waits=True) as stack:
        yield stack


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(URL_VARIABLE, raising=False)


@pytest.fixture
def found(stack: Stack, at_home: None) -> Iterator[Served]:
    """The mocks as commands without an address find them, as they were before the test and are again after it."""
    controls = [ControlClient(stack.served.control_zuora), ControlClient(stack.served.control_salesforce)]
    before = [control.fetch("/snapshot/@now") for control in controls]
    with announced(stack.served, stack.server_id):
        yield stack.served
    for control, state in zip(controls, before, strict=True):
        control.bring("/restore", state)
        for path in ("/faults", "/journal", "/snapshot"):
            control.delete(path)
    controls[0].post("/clock", {"resume": True, "rate": 1})
    controls[0].post("/limits", {"profile": "production"})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.build(), list(arguments))


def mock(*arguments: str, code: int = 0) -> str:
    done = run("mock", *arguments)
    assert done.exit_code == code, done.output
    return done.stdout


def mock_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(mock(*arguments, "--json", code=code))


def holdings() -> list[Any]:
    zuora, salesforce = mock_json("state")["mocks"]
    return [each["entities"] for each in zuora["tenants"]] + [each["records"] for each in salesforce["orgs"]]


def login(served: Served) -> None:
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://api.zuora.com/"><e:Body>'
        f"<a:login><a:username>{served.zuora_username}</a:username><a:password>{served.zuora_password}</a:password>"
        "</a:login></e:Body></e:Envelope>"
    )
    httpx.post(served.zuora_url, content=body, headers={"Content-Type": "text/xml"}, trust_env=False)


def test_state_counts_both_mocks_and_shows_records(found: Served) -> None:
    told = mock_json("state")["mocks"]
    assert [each["service"] for each in told] == ["zuora", "salesforce"]
    shown = mock("state")
    assert any(
        line.split() == ["zuora", "Tenant", "01", "Entity", "01", "Account", "11"] for line in shown.splitlines()
    )
    records = mock_json("state", "--object", "Account", "--entity", "Entity 01", "--limit", "2")["mocks"]
    assert [len(each["records"]) for each in records] == [2]
    page = mock("state", "--object", "Account", "--entity", "Entity 01", "--limit", "2")
    assert f"Account {ACCOUNT}" in page
    assert f"--after {records[0]['after']}" in page


def test_a_folder_is_seeded_exported_and_seeded_again(found: Served, tmp_path: Path) -> None:
    (tmp_path / "seed" / "Entity 01").mkdir(parents=True)
    (tmp_path / "seed" / "Entity 01" / "Account.csv").write_text(ACCOUNTS)
    told = mock_json("seed", str(tmp_path / "seed"))["mocks"]
    assert [(each["service"], each["loaded"]) for each in told] == [("zuora", {"Entity 01": {"Account": 3}})]
    failed = run("mock", "seed", str(tmp_path / "seed"))
    assert failed.exit_code == 2
    assert "3 mistakes, the first: Entity 01/Account.csv, row 2, Id: there is a record with the id" in failed.stderr
    assert "row 4, Id" in failed.stderr
    assert "Account: 3" in mock("seed", str(tmp_path / "seed"), "--replace", "--upload")
    assert "files in" in mock("export", str(tmp_path / "out"))
    assert (tmp_path / "out" / "zuora" / "tenant.json").is_file()
    again = mock_json("seed", str(tmp_path / "out"), "--replace")["mocks"]
    assert [each["service"] for each in again] == ["zuora", "salesforce"]
    assert again[0]["loaded"] == {"Entity 01": {"Account": 3}}


def test_a_seed_that_is_not_there_is_refused(found: Served, tmp_path: Path) -> None:
    assert "no scenario and no folder" in run("mock", "seed", "dmeo").stderr
    assert "no CSV and no JSON" in run("mock", "seed", str(tmp_path)).stderr
    assert "was there already" in mock("seed", "demo")


def test_reset_and_snapshots(found: Served, tmp_path: Path) -> None:
    before = holdings()
    assert "before taken at" in mock("snapshot", "take", "before")
    file = tmp_path / "all.zip"
    saved = mock_json("snapshot", "save", str(file))
    assert saved == {"file": str(file), "bytes": file.stat().st_size, "services": ["zuora", "salesforce"]}
    for source in ("before", str(file)):
        assert "emptied; demo can be loaded again" in mock("reset")
        assert "as it was at" in mock("restore", source)
        assert holdings() == before
    assert [s["name"] for s in mock_json("snapshot", "list")["mocks"][0]["snapshots"]] == ["before"]
    assert "before" in mock("snapshot", "list")
    assert "before deleted" in mock("snapshot", "delete", "before")
    assert "no snapshot 'before'" in run("mock", "restore", "before").stderr
    (tmp_path / "none.zip").write_bytes(b"")
    for wrong in (str(tmp_path / "none.zip"), str(tmp_path / "gone.zip")):
        assert run("mock", "restore", wrong).exit_code == 2


def test_reset_all_forgets_the_rest_too(found: Served) -> None:
    mock("fault", "add", "--effect", "reset", "--operation", "create")
    mock("snapshot", "take", "x")
    mock("reset", "--all")
    assert mock_json("fault", "list")["mocks"][0]["faults"] == []
    assert mock_json("snapshot", "list")["mocks"][0]["snapshots"] == []


def test_the_clock_is_steered_once_for_both(found: Served) -> None:
    urls = ("--url", found.control_zuora, "--url", found.control_salesforce)
    frozen = mock_json("clock", "freeze", *urls)["clocks"]
    assert [each["frozen"] for each in frozen] == [True]
    moved = mock_json("clock", "advance", "24h", *urls)["clocks"]
    day = httpx.get(f"{found.control_salesforce}clock", trust_env=False).json()["now"]
    assert moved[0]["now"] == day
    assert (day[:10] > frozen[0]["now"][:10], day[10:]) == (True, frozen[0]["now"][10:])
    assert mock("clock") == mock("clock", "show") == f"{day}  frozen\n"
    assert "60 times as fast" in mock("clock", "rate", "60x") or "frozen" in mock("clock")
    mock("clock", "resume")
    assert "60 times as fast" in mock("clock")
    assert mock_json("clock", "set", "2090-01-01T00:00:00Z")["clocks"][0]["now"].startswith("2090-01-01")
    assert "is past" in run("mock", "clock", "set", "2001-01-01T00:00:00Z").stderr
    assert run("mock", "clock", "rate", "fast").exit_code == 2


def test_limits_are_shown_and_changed(found: Served) -> None:
    assert "api_per_minute" in mock("limits")
    (told,) = mock_json("limits", "--profile", "tiny", "--set", "api_per_day=7", "--set", "auth_per_day=none")[
        "tenants"
    ].values()
    figures = [told["figures"][name] for name in ("api_per_day", "auth_per_day", "concurrent_requests")]
    assert figures == [7, None, 2]
    mock("clock", "advance", "2h")  # past the windows of the other tests
    login(found)
    (line,) = [each for each in mock("limits").splitlines() if each.startswith("auth_per_hour")]
    assert line.split() == ["auth_per_hour", "12", "1"]
    assert "no profile 'huge'" in run("mock", "limits", "--profile", "huge").stderr
    assert run("mock", "limits", "--set", "nonsense").exit_code == 2
    assert run("mock", "limits", "--tenant", "nobody").exit_code == 2


def test_an_orgs_limits_are_shown_and_changed(found: Served) -> None:
    del found
    ours = ("limits", "--service", "salesforce")
    assert "daily_api_calls" in mock(*ours)
    (org_id, told), *_ = mock_json(*ours, "--profile", "tiny", "--set", "daily_api_calls=7")["orgs"].items()
    assert [told["figures"][name] for name in ("daily_api_calls", "apex_soql_queries")] == [7, 5]
    assert f"Org {org_id}, profile tiny" in mock(*ours, "--org", org_id[:15])
    assert "no profile 'huge'" in run("mock", *ours, "--profile", "huge").stderr
    assert "no figure 'nonsense'" in run("mock", *ours, "--set", "nonsense=1").stderr
    assert run("mock", *ours, "--org", "nobody").exit_code == 2
    mock(*ours, "--profile", "developer")


def test_fault_rules_by_options_json_and_file(found: Served, tmp_path: Path) -> None:
    options = ("--operation", "create", "--object", "Account", "--effect", "soap_fault", "--code", "LOCK_COMPETITION")
    (added,) = mock_json("fault", "add", *options, "--count", "1")["faults"]
    assert (added["match"], added["count"]) == ({"operation": "create", "object": "Account"}, 1)
    assert "latency" in mock("fault", "add", "--effect", "latency", "--set", "seconds=5", "--every", "3")
    mock("fault", "add", '{"effect": "reset", "id": "mine"}', "--service", "salesforce")
    (tmp_path / "rules.json").write_text(
        '[{"effect": "reset"}, {"effect": "reply_lost", "probability": 0.5, "seed": 3}]'
    )
    assert len(mock_json("fault", "add", "--json-file", str(tmp_path / "rules.json"))["faults"]) == 2
    assert [len(each["faults"]) for each in mock_json("fault", "list")["mocks"]] == [4, 1]
    assert "operation create; object Account" in mock("fault", "list", "--service", "zuora")
    assert f"{added['id']} removed" in mock("fault", "remove", added["id"])
    assert f"no fault rule '{added['id']}'" in run("mock", "fault", "remove", added["id"]).stderr
    assert mock("fault", "clear").count("no fault rules") == 2
    assert "did you mean" in run("mock", "fault", "add", "--effect", "rest").stderr
    for wrong in ([], ["{}", "--effect", "reset"], ["{"], ["[1]"], ["--effect", "reset", "--set", "x"]):
        assert run("mock", "fault", "add", *wrong).exit_code == 2
    assert run("mock", "fault", "add", "--json-file", str(tmp_path / "gone.json")).exit_code == 2


def test_the_journal_and_what_was_expected_of_it(found: Served) -> None:
    login(found)
    login(found)
    (first, second) = mock_json("journal", "--operation", "login")["exchanges"]
    assert (first["operation"], first["status"]) == ("login", 200)
    assert "login" in mock("journal", "--limit", "1")
    assert len(mock_json("journal", "--limit", "1")["exchanges"]) == 1
    assert "a:username" in mock("journal", "--bodies", "--since", str(first["number"]))
    assert found.zuora_password not in mock("journal", "--bodies")
    assert mock_json("verify", "--operation", "login", "--exactly", "2")["passed"] is True
    failed = mock("verify", "--operation", "login", "--contains", "somebody else", code=1)
    assert "zuora: failed: 0 of 2 exchanges fit, at least 1 expected" in failed
    assert f"number {second['number']}, login: its request does not contain 'somebody else'" in failed
    assert "passed: 2 of 2" in mock("verify", "--operation", "login", "--status", "200")
    assert "The journal is empty." in mock("journal", "--clear")
    assert mock_json("journal")["exchanges"] == []


def test_the_journal_is_followed(found: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    class Watch(VirtualClock):
        """At each look but the last someone logs in; then the user has seen enough."""

        looks = 0

        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            self.looks += 1
            if self.looks == 3:
                raise KeyboardInterrupt
            login(found)

    watch = Watch()
    monkeypatch.setattr(exchanges, "CLOCK", watch)
    done = run("mock", "journal", "--follow", "--interval", "2", "--json")
    assert done.exit_code == 130
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["operation"] for each in lines] == ["login", "login"]
    assert watch.elapsed_s == 6


def test_records_are_checked(found: Served) -> None:
    assert mock("verify") == "zuora: the records agree\nsalesforce: the records agree\n"
    stray = {"Entity 02": {"Contact": [{"FirstName": "a", "LastName": "b", "AccountId": ACCOUNT}]}}
    ControlClient(found.control_zuora).post("/seed", {"records": stray})
    told = mock("verify", code=1)
    assert "zuora: 2 things are wrong" in told
    assert "is a record of Tenant 01 / Entity 01" in told
    assert mock_json("verify", code=1)["passed"] is False


def test_nothing_runs(at_home: None) -> None:
    done = run("mock", "state")
    assert done.exit_code == 2
    assert "ondemand-sync mock serve" in done.stderr


def test_a_server_that_ended_without_a_word_is_forgotten(at_home: None, stack: Stack) -> None:
    with announced(stack.served, "another-id"):
        assert "No mock is being served" in run("mock", "state").stderr
        assert running() == []
    (folder() / "broken.json").write_text("{")
    assert running() == []


def test_of_two_servers_one_has_to_be_named(found: Served) -> None:
    with Stack(seed="", skip_waits=True) as other, announced(other.served, other.server_id):
        done = run("mock", "state")
        assert done.exit_code == 2
        assert "2 servers run" in done.stderr
        assert other.served.control_zuora in done.stderr
        assert mock_json("state", "--url", other.served.control_zuora)["mocks"][0]["tenants"] == []
    assert len(mock_json("state")["mocks"]) == 2


def test_the_environment_names_the_mocks(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"{stack.served.control_zuora}, {stack.served.control_salesforce}")
    assert [each["service"] for each in mock_json("state")["mocks"]] == ["zuora", "salesforce"]
    monkeypatch.setenv(URL_VARIABLE, stack.served.control_zuora)
    assert "no salesforce mock among those named" in run("mock", "state", "--service", "salesforce").stderr


def test_the_file_of_a_server_is_its_owners_and_goes_with_it(found: Served, stack: Stack) -> None:
    (told,) = running()
    assert told.controls == {"zuora": found.control_zuora, "salesforce": found.control_salesforce}
    assert told.file.stat().st_mode & 0o077 == 0
    assert found.zuora_password not in told.file.read_text()
