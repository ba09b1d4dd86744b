"""What a person reads of a trouble that a service made in the middle of a sync, from the mock's bytes to the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync_engine.admission import SyncRequest
from sync_engine.catalogue import Action, explain
from sync_engine.cli.results import finish
from sync_engine.errors import OnDemandSyncError
from sync_engine.model import ObjectKind
from sync_engine.report import as_csv, session_values
from tests.sync_engine.kernel.both_mocks import ACCOUNTS, Both

ROW = "Zuora__CustomerAccount__c"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.close()


def synced(both: Both) -> dict[str, Any]:
    """Sync one account; what `sync accounts --json` would print, with its sessions and the file of failed rows."""
    engine = both.engine(sync={"history_rows": False})
    request = SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=(ACCOUNTS[0],))
    done = both.run(finish(engine, engine.request(request)))
    lines = list(csv.DictReader(io.StringIO(as_csv(done.failed))))
    return {**done.values(), "sessions": [session_values(each) for each in done.sessions], "csv": lines}


def told(values: dict[str, Any]) -> tuple[str, str, str]:
    return values["code"], values["class"], values["what_to_do"]


def from_catalogue(code: str, service: str, message: str = "") -> tuple[str, str, str]:
    entry = explain(code, service, message)
    assert entry.known
    return code, entry.action.value, entry.what_to_do


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("STRING_TOO_LONG", Action.GIVE_UP_ROW),
        ("UNABLE_TO_LOCK_ROW", Action.RETRY_ROW),
        ("TOO_MANY_APEX_REQUESTS", Action.WAIT),
        ("OPERATION_TOO_LARGE", Action.SHRINK_BATCH),
        ("STORAGE_LIMIT_EXCEEDED", Action.STOP_SESSION),
        ("CART_NOT_FOUND", Action.GIVE_UP_ROW),
    ],
)
def test_a_row_that_stays_refused(both: Both, code: str, action: Action) -> None:
    both.rules["salesforce"].add(
        {"effect": {"type": "row_error", "code": code}, "match": {"operation": "upsert", "object": ROW}}
    )
    values = synced(both)
    expected = from_catalogue(code, "Salesforce")
    assert expected[1] == action.value
    (result,) = values["results"]
    assert not result["success"]
    assert told(result) == expected
    ((shown,),) = [session["objects"] for session in values["sessions"]]
    assert told(shown) == expected
    (row,) = [each for each in values["failed_rows"] if each["sobject"] == ROW]
    assert told(row) == expected
    assert told(values["csv"][[each["sobject"] for each in values["csv"]].index(ROW)]) == expected
    blocked = {told(each) for each in values["failed_rows"] if each["state"] == "blocked"}
    assert {each[:2] for each in blocked} <= {("PARENT_FAILED", "give up row")}


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("zuora", "query", "API_DISABLED"),
        ("zuora", "query", "LOCK_COMPETITION"),
        ("zuora", "query", "MALFORMED_QUERY"),
        ("zuora", "query", "NO_PERMISSION"),
        ("zuora", "query", "REQUEST_EXCEEDED_RATE"),
        ("zuora", "query", "TRANSACTION_TERMINATED"),
        ("zuora", "query", "INVALID_SESSION"),
        ("zuora", "login", "API_DISABLED"),
        ("zuora", "login", "SERVER_UNAVAILABLE"),
        ("salesforce", "upsert", "API_DISABLED_FOR_ORG"),
        ("salesforce", "upsert", "INVALID_SESSION_ID"),
        ("salesforce", "upsert", "REQUEST_LIMIT_EXCEEDED"),
        ("salesforce", "upsert", "SERVER_UNAVAILABLE"),
        ("salesforce", "query", "QUERY_TOO_COMPLICATED"),
    ],
)
def test_a_fault_that_ends_the_session(both: Both, service: str, operation: str, code: str) -> None:
    both.rules[service].add({"effect": {"type": "soap_fault", "code": code}, "match": {"operation": operation}})
    values = synced(both)
    (result,) = values["results"]
    assert not result["success"]
    name = service.capitalize()
    assert told(result) == from_catalogue(code, name, result["status_message"])
    assert name in result["status_message"]
    ((shown,),) = [session["objects"] for session in values["sessions"]]
    assert told(shown) == told(result)
    assert [session["state"] for session in values["sessions"]] == ["Failure"]


def test_a_fault_that_rows_are_given_up_for(both: Both) -> None:
    both.rules["salesforce"].add(
        {"effect": {"type": "soap_fault", "code": "INVALID_SOAP_HEADER"}, "match": {"operation": "upsert"}}
    )
    values = synced(both)
    expected = from_catalogue("INVALID_SOAP_HEADER", "Salesforce")
    assert told(values["results"][0]) == expected
    assert expected in {told(each) for each in values["failed_rows"]}


@pytest.mark.parametrize(
    "code",
    ["INVALID_LOGIN", "LOGIN_DURING_RESTRICTED_TIME", "ORG_LOCKED", "ORG_IN_MAINTENANCE", "LOGIN_CHALLENGE_ISSUED"],
)
def test_a_login_that_salesforce_refuses_stops_the_request(both: Both, code: str) -> None:
    both.rules["salesforce"].add({"effect": {"type": "soap_fault", "code": code}, "match": {"operation": "login"}})
    with pytest.raises(OnDemandSyncError) as raised:
        synced(both)
    assert (raised.value.code, raised.value.what_to_do) == (code, explain(code, "Salesforce").what_to_do)


def test_a_page_in_front_of_a_service(both: Both) -> None:
    both.rules["zuora"].add({"effect": {"type": "html_error", "status": 403}, "match": {"operation": "query"}})
    values = synced(both)
    assert told(values["results"][0]) == ("UNREADABLE_REPLY", "stop session", explain("403").what_to_do)
