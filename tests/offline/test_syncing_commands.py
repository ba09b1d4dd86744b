"""The commands of a day's work with a real org, against both mocks over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
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


def in_the_way(stack: Stack, shell: Shell) -> None:
    """A record that holds the number of one of the account's subscriptions."""
    assert stack.scenario is not None
    assert stack.salesforce is not None
    org = stack.salesforce.orgs[0]
    rows = stack.scenario.zuora[stack.scenario.tenant.entities[0].id]["Subscription"]
    number = next(str(row["Name"]) for row in rows if (row["AccountId"], row["Status"]) == (shell.account, "Active"))
    (account,) = org.load("Account", [{"Name": "In the way"}])
    other = {"Name": "b", "Zuora__Account__c": account, "Zuora__External_Id__c": "x"}
    (billing,) = org.load("Zuora__CustomerAccount__c", [other])
    held = {"Name": "held", "Zuora__SubscriptionNumber__c": number, "Zuora__CustomerAccount__c": billing}
    org.load("Zuora__Subscription__c", [held])


def test_what_failed_is_told_by_code_and_kept_in_files(stack: Stack, shell: Shell, tmp_path: Path) -> None:
    in_the_way(stack, shell)
    folder = tmp_path / "deep" / "report"
    shown = shell.run("sync", "accounts", shell.account, "--report", str(folder), expect=1)
    assert "1 x DUPLICATE_VALUE on Zuora__Subscription__c" in shown
    assert "PARENT_FAILED on Zuora__SubscriptionProductCharge__c" in shown
    assert "ondemand-sync retry --failed" in shown
    kept = json.loads((folder / "run_results.json").read_text())
    assert kept["exit_code"] == 1
    codes = {row["code"] for row in kept["failed_rows"]}
    assert codes == {"DUPLICATE_VALUE", "PARENT_FAILED"}
    lines = (folder / "failed_rows.csv").read_text().splitlines()
    assert len(lines) == len(kept["failed_rows"]) + 1
    assert all("what_to_do" in lines[0] for _ in lines)
    shell.run("sync", "accounts", shell.account, "--report", "/proc/nowhere", expect=2)
