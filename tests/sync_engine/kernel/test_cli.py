from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from offline.scenarios import scenario
from offline.serving import Stack
from sync_engine.catalogue import entries
from sync_engine.cli import main
from sync_engine.cli.main import build
from sync_engine.cli.sync import split

DEMO = scenario("demo")
ACCOUNTS = DEMO.ids("Account", DEMO.tenant.entities[0].id)
ROOT = Path(__file__).parents[3]

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("ONDEMAND_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONDEMAND_SYNC_STORE__URL", f"sqlite:///{tmp_path / 'sync.sqlite3'}")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    def invoke(*arguments: str, code: int = 0) -> Result:
        monkeypatch.setattr(sys, "argv", ["ondemand-sync", *arguments])
        result = CliRunner().invoke(build(), list(arguments))
        assert result.exit_code == code, (result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(seed="demo", skip_waits=True) as started:
        yield started


@pytest.fixture
def on(stack: Stack, command: Command) -> Command:
    def invoke(*arguments: str, code: int = 0) -> Result:
        return command("--settings", stack.served.settings, *arguments, code=code)

    return invoke


def test_ids_go_where_their_length_says() -> None:
    assert split(["001Vr00000m4eGC", "a" * 32, "x"]) == (["001Vr00000m4eGC", "x"], ["a" * 32])


def test_a_typo_names_the_near_command(command: Command) -> None:
    assert "sync" in command("sinc", code=2).stderr
    assert "accounts" in command("sync", "acounts", "x", code=2).stderr


def test_the_version_is_told(command: Command) -> None:
    assert command("--version").stdout.startswith("ondemand-sync ")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["sync", "accounts"], 2, "Missing argument"),
        (["sync", "accounts", "nonsense"], 2, "'nonsense' is not a Salesforce id"),
        (["sync", "accounts", *(f"{n:032x}" for n in range(11))], 2, "11 billing accounts"),
        (["sync", "accounts", *(f"{n:032x}" for n in range(9)), "--from-account-page"], 2, "may name 8"),
        (["sync", "accounts", "a" * 32], 2, "[zuora] url is not set"),
        (["sync", "products"], 2, "--all"),
        (["sync", "products", "--all", "a" * 32], 2, "--all"),
        (["sync", "products", "--all"], 2, "[zuora] url is not set"),
        (["sessions", "show", "nothing"], 2, "no session 'nothing'"),
        (["--settings", "gone.toml", "sessions"], 2, "gone.toml"),
        (["explain", "UNABLE_TO_LOCK"], 2, "Did you mean UNABLE_TO_LOCK_ROW"),
        (["explain", "STRING_TO_LONG"], 2, "Did you mean STRING_TOO_LONG"),
        (["explain", "what is this"], 2, "The message that came with it says more."),
        (["explain"], 2, "explain --list"),
        (["explain", "CODE", "--list"], 2, "explain --list"),
        (["explain", "CODE", "--class", "wait"], 2, "explain --list"),
        (["explain", "--list", "--class", "nap"], 2, "'nap' is not one of"),
        (["doctor"], 2, ""),
    ],
)
def test_each_mistake_is_one_clear_error(command: Command, arguments: list[str], code: int, words: str) -> None:
    result = command(*arguments, code=code)
    assert words in re.sub(r"\s+", " ", result.stderr)


def test_an_error_is_json_too_when_that_is_asked_for(command: Command) -> None:
    error = json.loads(command("sync", "accounts", "42", "--json", code=2).stdout)["error"]
    assert set(error) == {"code", "class", "message", "what_to_do", "exit_code"}
    assert (error["code"], error["class"]) == ("REQUEST_REFUSED", "stop session")
    assert "'42'" in error["message"]


def test_before_anything_ran_there_is_nothing_to_show(command: Command) -> None:
    assert "No session" in command("sessions").stdout
    assert "Nothing is held" in command("leases").stdout
    assert json.loads(command("sessions", "list", "--json").stdout) == {"sessions": []}
    assert json.loads(command("sessions", "--json").stdout) == {"sessions": []}
    assert json.loads(command("leases", "--all", "--json").stdout) == {"leases": []}


def test_explain_says_cause_and_cure(command: Command) -> None:
    shown = command("explain", "unable_to_lock_row").stdout
    assert "What to do:" in shown
    assert "Class:      retry row: the engine sends the same rows again" in shown
    (entry,) = json.loads(command("explain", "UNABLE_TO_LOCK_ROW", "--json").stdout)["entries"]
    assert (entry["code"], entry["action"], entry["reach"]) == ("UNABLE_TO_LOCK_ROW", "retry row", "sync")


def test_explain_tells_apart_what_one_code_may_mean(command: Command) -> None:
    shown = command("explain", "REQUEST_LIMIT_EXCEEDED").stdout
    assert "(when the message says: TotalRequests)" in shown
    assert [line.split(":")[1].strip() for line in shown.splitlines() if "Class:" in line] == [
        "wait",
        "stop session",
        "wait",
    ]
    both = json.loads(command("explain", "INVALID_FIELD", "--json").stdout)["entries"]
    assert {entry["service"] for entry in both} == {"Zuora", "Salesforce"}


@pytest.mark.parametrize("code", ["503", "HTTP 503", "DACO-10", "DACO-150", "SLACK_API_ERROR", "sf:INVALID_LOGIN"])
def test_explain_knows_statuses_and_codes_of_all_kinds(command: Command, code: str) -> None:
    assert "What to do:" in command("explain", code).stdout


def test_explain_lists_codes_by_class(command: Command) -> None:
    shown = command("explain", "--list").stdout
    classes = ["retry row", "shrink batch", "log in again", "wait", "stop session", "give up row"]
    assert [shown.index(f"{name}: the engine") for name in classes] == sorted(
        shown.index(f"{name}: the engine") for name in classes
    )
    one = command("explain", "--list", "--class", "log in again").stdout
    assert "INVALID_SESSION_ID" in one
    assert "STRING_TOO_LONG" not in one
    listed = json.loads(command("explain", "--list", "--json").stdout)["classes"]
    assert list(listed) == classes
    assert sum(map(len, listed.values())) == len(entries())


class TestPlugins:
    @pytest.fixture
    def entries(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        def install(**plugins: Any) -> None:
            class Entry:
                def __init__(self, name: str, plugin: Any) -> None:
                    self.name, self.plugin = name, plugin

                def load(self) -> Any:
                    if isinstance(self.plugin, Exception):
                        raise self.plugin
                    return self.plugin

            found = [Entry(name, plugin) for name, plugin in plugins.items()]
            monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: found if group else [])

        return install

    def test_a_missing_extra_says_how_to_get_it(self, command: Command, entries: Any) -> None:
        entries(offline=ModuleNotFoundError("No module named 'spyne'", name="spyne"))
        for name in ("demo", "mock"):
            result = command(name, "serve", "--anything", code=2)
            assert "pip install 'ondemand-sync[mocks]'" in result.stderr

    def test_an_entry_is_an_app_or_a_function(self, command: Command, entries: Any) -> None:
        group = typer.Typer()
        group.command("one")(lambda: typer.echo("from the app"))
        group.command("two")(lambda: None)

        def register(app: typer.Typer) -> None:
            app.command("demo")(lambda: typer.echo("from the function"))

        entries(extra=group, offline=register)
        assert command("extra", "one").stdout == "from the app\n"
        assert command("demo").stdout == "from the function\n"

    def test_ctrl_c_in_any_command_ends_with_130(self, command: Command, entries: Any) -> None:
        def stopped() -> None:
            raise KeyboardInterrupt

        entries(offline=lambda app: app.command("demo")(stopped))
        assert "Stopped" in command("demo", code=130).stderr


class TestWithMocks:
    def test_a_whole_walk(self, on: Command, tmp_path: Path) -> None:
        assert "fail" not in on("doctor").stdout
        told = json.loads(on("sync", "accounts", ACCOUNTS[0], "--json").stdout)
        assert set(told) == {"results", "sessions", "failed_rows", "exit_code"}
        (result,), (session,) = told["results"], told["sessions"]
        assert (result["success"], result["state"], told["exit_code"]) == (True, "Finished", 0)
        assert session["counts"]["Zuora__CustomerAccount__c"]["read"] == 1
        assert session["zuora_calls"] > 1
        shown = json.loads(on("sessions", "show", session["id"][:12], "--json").stdout)
        assert shown["session"] == session
        assert len(shown["rows"]) == sum(row["read"] for row in session["counts"].values())
        assert shown["unsettled_writes"] == []
        text = on("sync", "accounts", result["object_id"]).stdout
        assert "Zuora__Subscription__c" in text
        assert "\x1b" not in text
        unknown = on("sync", "accounts", "f" * 32, code=1)
        assert "Zuora has no account" in unknown.stdout
        newest = json.loads(on("sessions", "--limit", "1", "--json").stdout)["sessions"][0]
        on("sessions", "show", newest["id"], "--csv", str(tmp_path / "failed.csv"))
        assert (tmp_path / "failed.csv").read_text().count("NOT_FOUND_IN_ZUORA") == 1
        leases = json.loads(on("leases", "--all", "--json").stdout)["leases"]
        assert max(lease["fence"] for lease in leases) >= 2

    def test_the_whole_catalog(self, on: Command) -> None:
        told = json.loads(on("sync", "products", "--all", "--json").stdout)
        assert len(told["results"]) == len(DEMO.ids("Product", DEMO.tenant.entities[0].id))

    @pytest.mark.parametrize(
        ("setting", "value", "words"),
        [
            ("ZUORA__PASSWORD", "wrong-and-secret", "Zuora refused the login"),
            ("SALESFORCE__PASSWORD", "wrong-and-secret", "Salesforce refused the login"),
            ("ZUORA__URL", "http://127.0.0.1:9/apps/services/a/83.0", "Zuora could not be reached"),
            ("SALESFORCE__URL", "http://127.0.0.1:9", "Salesforce could not be reached"),
            ("ZUORA__ENTITY_ID", "0123456789abcdef0123456789abcdef", "entity 0123456789abcdef0123456789abcdef"),
        ],
    )
    def test_a_service_that_says_no_ends_with_3(
        self, on: Command, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, words: str
    ) -> None:
        monkeypatch.setenv(f"ONDEMAND_SYNC_{setting}", value)
        result = on("sync", "accounts", ACCOUNTS[0], code=3)
        assert words in result.output
        assert "wrong-and-secret" not in result.output

    def test_nine_accounts_behind_the_button_are_one_too_many(self, on: Command, stack: Stack) -> None:
        owners = [str(row["CrmId"])[:15] for row in DEMO.rows("Account") if row.get("CrmId")]
        most = max(owners, key=owners.count)
        assert owners.count(most) == 9
        for entity in DEMO.tenant.entities:
            ids = DEMO.ids("Account", entity.id)
            for part in (ids[:10], ids[10:]):
                if part:
                    on("sync", "accounts", *part, "--entity", entity.id)
        assert "may name 8" in on("sync", "accounts", "--from-account-page", most, code=2).stderr

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_stopped_from_outside_it_gives_its_leases_back(
        self, on: Command, stack: Stack, tmp_path: Path, number: signal.Signals, code: int
    ) -> None:
        running = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sync_engine",
                "--settings",
                stack.served.settings,
                "sync",
                "accounts",
                *ACCOUNTS[:5],
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert running.stderr
        # the first line of progress says that the leases are taken and work has begun
        assert running.stderr.readline().startswith("reading")
        running.send_signal(number)
        _, errors = running.communicate(timeout=30)
        assert running.returncode == code, errors
        assert "Traceback" not in errors
        assert "Nothing is held" in on("leases").stdout
        newest = json.loads(on("sessions", "--json").stdout)["sessions"][0]
        assert (newest["state"], newest["message"]) == ("Failure", "It was stopped before it was done.")


def test_main_builds_and_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["ondemand-sync", "leases", "--json"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out) == {"leases": []}
