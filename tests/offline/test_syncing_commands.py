"""The commands of a day's work with a real org, against both mocks over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from offline.serving import Stack
from sync_engine.cli.main import build


class Shell:
    """Runs commands with the settings that the mocks wrote."""

    def __init__(self, stack: Stack) -> None:
        self._settings = str(stack.served.settings)
        assert stack.scenario is not None
        self.account = stack.scenario.ids("Account", stack.scenario.tenant.entities[0].id)[0]

    def run(self, *arguments: str, expect: int = 0) -> str:
        result = CliRunner().invoke(build(), ["--settings", self._settings, *arguments])
        assert result.exit_code == expect, result.output
        return result.stdout

    def json(self, *arguments: str, expect: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", expect=expect))


@pytest.fixture
def shell(stack: Stack) -> Shell:
    return Shell(stack)


def test_planned_synced_and_planned_again(shell: Shell) -> None:
    plan = shell.json("plan", "accounts", shell.account)
    assert plan["counts"]["Zuora__CustomerAccount__c"]["create"] == 1
    assert "API calls: Zuora" in shell.run("sync", "accounts", shell.account, "--dry-run")
    done = shell.json("sync", "accounts", shell.account)
    spent = done["sessions"][0]
    assert (plan["calls"]["zuora"], plan["calls"]["salesforce"]) == (spent["zuora_calls"], spent["salesforce_calls"])
    again = shell.json("sync", "accounts", shell.account, "--only-changed")
    assert sum(each["updated"] for each in again["sessions"][0]["counts"].values()) == 0
    session = spent["id"]
    assert "Everything of that session is done." in shell.run("resume", session)
    assert "Nothing of that session failed." in shell.run("retry", "--failed", session)


def test_mistakes_are_told_in_words(shell: Shell) -> None:
    for arguments in (
        ("resume", "nosuch"),
        ("retry", "--failed", "nosuch"),
        ("leases", "break", "nosuch", "--why", "x", "--yes"),
        ("plan", "products"),
        ("sync", "accounts", "001000000000001", "--from-account-page", "--dry-run"),
    ):
        shell.run(*arguments, expect=2)
