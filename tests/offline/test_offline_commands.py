"""The commands as people run them: in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import typer
from offline.cli import register
from sync_engine.cli import main, sync

app = main.build()
if "demo" not in {each.name for each in app.registered_commands if each.callback.__module__ == "offline.cli"}:
    app.registered_commands = [each for each in app.registered_commands if each.name != "demo"]
    app.registered_commands = [each for each in app.registered_commands if each.name != "mock"]
    register(app)
app()
"""
"""The command with these commands in it, also where the project is not installed but on the path."""

SECONDS_MAX = 120


def command(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-c", PROGRAM, *arguments]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the servers of this test, and no others."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ONDEMAND_SYNC_MOCK_URL", raising=False)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A server that is ready, and its line of JSON; it is stopped afterwards if the test did not do so."""
    process = subprocess.Popen(
        command("mock", "serve", "--json", *arguments), env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        with process.stdout:
            yield json.loads(process.stdout.readline()), process
            assert process.stdout.read() == ""
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_until_a_signal_and_end_with_0(tmp_path: Path, number: int) -> None:
    with serving("--state", str(tmp_path)) as (line, process):
        assert Path(line["settings"]).is_file()
        process.send_signal(number)
        assert process.wait(timeout=SECONDS_MAX) == 0


def test_sync_with_the_settings_that_serve_wrote(tmp_path: Path) -> None:
    with serving("--state", str(tmp_path), "--seed", "demo", "--skip-waits") as (line, process):
        account = "2c92c0f85f0002080198000000010001"
        for created in (True, False):
            done = run("--settings", line["settings"], "sync", "accounts", account, "--json")
            assert done.returncode == 0, done.stdout + done.stderr
            counts = json.loads(done.stdout)["sessions"][0]["counts"]["Zuora__CustomerAccount__c"]
            assert (counts["created"] == 1) is created
        again = run("mock", "seed", "demo")
        assert again.returncode == 0
        assert again.stdout.count("was there already") == 2
        process.terminate()
        assert process.wait(timeout=SECONDS_MAX) == 0


def test_serve_a_folder_on_a_clock_that_stands_still(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    (seed / "Account.csv").write_text("Name,Currency\nAccount 01,USD\n")
    clock = ("--clock-at", "2030-01-01", "--clock-rate", "60", "--freeze")
    with serving("--seed", str(seed), *clock) as (line, process):
        (told,) = json.loads(run("mock", "clock", "--json").stdout)["clocks"]
        assert (told["now"], told["frozen"], told["rate"]) == ("2030-01-01T00:00:00+00:00", True, 60.0)
        (account,) = json.loads(run("mock", "state", "--object", "Account", "--json").stdout)["mocks"][0]["records"]
        assert (account["Name"], account["CreatedDate"]) == ("Account 01", "2030-01-01T00:00:00.000Z")
        settings = Path(line["settings"]).read_text()
        assert line["zuora_username"] in settings
        assert line["salesforce_username"]
        process.terminate()
        assert process.wait(timeout=SECONDS_MAX) == 0
    assert "No mock is being served" in run("mock", "state").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["mock", "serve", "--seed", "dmeo"], 2, "did you mean 'demo'"),
        (["mock", "serve", "--state", __file__], 2, "cannot be written"),
        (["mock", "serve", "--zuora-port", "70000"], 2, "65535"),
        (["mock", "seed", "demo"], 2, "No mock is being served"),
        (["mock", "seed", "demo", "--url", "http://127.0.0.1:1/_mock/"], 3, "No mock answers"),
    ],
)
def test_mistakes_are_told_in_words(arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demonstration_agrees() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " rows, 0 differences" in done.stdout
    assert "Cancelled" in done.stdout
    assert "Zuora__Subscription__c" in done.stdout
    assert "Syncing 10 billing accounts" in done.stderr


def test_the_demonstration_as_json_whatever_the_environment_says() -> None:
    nowhere = "http://127.0.0.1:9"
    done = run("demo", "--json", HTTP_PROXY=nowhere, ALL_PROXY=nowhere, ONDEMAND_SYNC_ZUORA__URL=nowhere)
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["ok"] is True
    assert len(outcome["accounts"]) == 10
    assert len(outcome["products"]) == 8
    assert [each["state"] for each in outcome["second_request"]] == ["Cancelled"]
    assert outcome["agreement"]["differences"] == []
    assert outcome["agreement"]["rows"] > 500
    assert all(count > 0 for count in outcome["api_calls"].values())
    table = {each["object"]: each for each in outcome["objects"]}
    assert table["Zuora__CustomerAccount__c"]["created"] == 10
    assert table["zqu__ZProduct__c"]["created"] == 8
    assert sum(each["failed"] for each in table.values()) == 0
