from __future__ import annotations

from pathlib import Path

import pytest

from sync_engine.catalogue import Action, entries, explain, find

ZUORA_CODES = [
    "API_DISABLED",
    "CANNOT_DELETE",
    "CREDIT_CARD_PROCESSING_FAILURE",
    "DUPLICATE_VALUE",
    "INVALID_FIELD",
    "INVALID_LOGIN",
    "INVALID_SESSION",
    "INVALID_TYPE",
    "INVALID_ID",
    "INVALID_VALUE",
    "INVALID_VERSION",
    "LOCK_COMPETITION",
    "MALFORMED_QUERY",
    "MAX_RECORDS_EXCEEDED",
    "MISSING_REQUIRED_VALUE",
    "NO_PERMISSION",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_ERROR",
    "TRANSACTION_FAILED",
    "INVALID_TEMPLATE",
    "ACCOUNTING_PERIOD_CLOSED",
    "BATCH_FAIL_ERROR",
    "PDF_QUERY_ERROR",
    "REQUEST_EXCEEDED_LIMIT",
    "REQUEST_EXCEEDED_RATE",
    "REQUEST_REJECTED",
    "TEMPORARY_ERROR",
    "TRANSACTION_TERMINATED",
    "TRANSACTION_TIMEOUT",
]


def test_every_code_of_zuora_is_there() -> None:
    assert len(ZUORA_CODES) == 29
    assert all(explain(code, "Zuora").known for code in ZUORA_CODES)


def test_every_code_of_salesforce_is_one_of_its_wsdl(shared_dir: Path) -> None:
    real = "".join(path.read_text() for path in (shared_dir / "wsdl").glob("salesforce-*Code-66.txt")).split()
    # Faults of the protocol, and a word of the login history rather than of the wire.
    others = {"Client", "Sender", "Server", "Receiver", "LOGIN_RATE_EXCEEDED"}
    assert {entry.code for entry in entries() if entry.service == "Salesforce"} - set(real) == others


def test_entries_are_complete_and_none_is_said_twice() -> None:
    seen = [(entry.service, entry.code, entry.when) for entry in entries()]
    assert len(seen) == len(set(seen))
    for entry in entries():
        assert entry.cause.endswith(".")
        assert entry.what_to_do.endswith(".")
        # A special case is no use without the general one behind it.
        assert any(other.when == "" for other in find(entry.code) if other.service == entry.service)


@pytest.mark.parametrize(
    ("code", "service", "message", "action"),
    [
        ("UNABLE_TO_LOCK_ROW", "Salesforce", "", Action.RETRY_ROW),
        ("INVALID_SESSION_ID", "Salesforce", "", Action.LOG_IN_AGAIN),
        ("INVALID_SESSION", "Zuora", "", Action.LOG_IN_AGAIN),
        ("REQUEST_EXCEEDED_LIMIT", "Zuora", "", Action.WAIT),
        ("REQUEST_LIMIT_EXCEEDED", "Salesforce", "TotalRequests Limit exceeded.", Action.STOP_SESSION),
        ("REQUEST_LIMIT_EXCEEDED", "Salesforce", "ConcurrentRequests (…) Limit exceeded.", Action.WAIT),
        (
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "Salesforce",
            "T: System.LimitException: Too many SOQL queries: 101",
            Action.SHRINK_BATCH,
        ),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Salesforce", "T: execution of AfterInsert", Action.GIVE_UP_ROW),
        ("BATCH_FAIL_ERROR", "Zuora", "optimistic locking failed", Action.RETRY_ROW),
        ("TRANSACTION_TERMINATED", "Zuora", "", Action.SHRINK_BATCH),
        ("STRING_TOO_LONG", "Salesforce", "", Action.GIVE_UP_ROW),
    ],
)
def test_what_the_engine_does(code: str, service: str, message: str, action: Action) -> None:
    assert explain(code, service, message).action is action


def test_one_code_means_its_own_thing_in_each_service() -> None:
    assert {entry.service for entry in find("INVALID_FIELD")} == {"Zuora", "Salesforce"}
    assert explain("INVALID_FIELD", "Zuora") != explain("INVALID_FIELD", "Salesforce")


def test_a_code_is_found_in_any_case_and_with_its_prefix() -> None:
    assert explain("sf:unable_to_lock_row") is explain("UNABLE_TO_LOCK_ROW")


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    entry = explain("BRAND_NEW", "Salesforce", "text")
    assert not entry.known
    assert entry.action is Action.GIVE_UP_ROW
    assert "BRAND_NEW" in entry.cause
    assert entry.what_to_do
