from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

from sync_engine.leases import Lease, LeaseKey
from sync_engine.ledger import SessionObject, SessionRecord
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState
from sync_engine.report import (
    as_csv,
    count_rows,
    failed_rows,
    lease_values,
    moment,
    outcome_values,
    result_values,
    session_values,
)
from sync_engine.results import SyncResult, exit_code

NOW = datetime(2026, 1, 15, 8, tzinfo=UTC)


def session(counts: dict[str, dict[str, int]]) -> SessionRecord:
    held = SessionObject("a" * 32, None, SessionState.CANCELLED, try_again_at=NOW)
    kind, state = ObjectKind.BILLING_ACCOUNT, SessionState.CANCELLED
    return SessionRecord("s", kind, "api", "o", "t", "e", state, "", NOW, None, NOW, 1, 2, counts, (held,))


def test_everything_can_be_written_as_json() -> None:
    lease = Lease(LeaseKey("o", "t", "e", "k", "z"), "s", 3, NOW, NOW, NOW)
    result = SyncResult(success=False, status_message="held", try_again_at=NOW)
    outcome = RowOutcome("X__c", "k", "r", RowState.FAILED)
    values = [session_values(session({})), lease_values(lease), result_values(result), outcome_values(outcome)]
    assert json.loads(json.dumps(values)) == values
    assert values[0]["objects"][0]["try_again_at"] == values[2]["try_again_at"] == "2026-01-15T08:00:00Z"
    assert values[0]["started_at"] is None
    assert "local_deadline" not in values[1]
    assert moment(None) is None


def test_counts_add_up_over_sessions_in_the_order_written() -> None:
    sessions = [session({"B__c": {"read": 1, "created": 1}}), session({"B__c": {"read": 2}, "A__c": {"failed": 1}})]
    counts = count_rows(sessions)
    assert [name for name, _ in counts] == ["B__c", "A__c"]
    assert (counts[0][1]["read"], counts[0][1]["created"], counts[1][1]["failed"]) == (3, 1, 1)


def test_failed_rows_go_into_a_file_that_a_spreadsheet_reads_as_text() -> None:
    rows = [
        RowOutcome("X__c", "k1", "r", RowState.CREATED),
        RowOutcome("X__c", "k2", "r", RowState.FAILED, None, "CODE", '=1+1, "quoted"\nand more', "do this"),
        RowOutcome("X__c", "k3", "r", RowState.BLOCKED),
        RowOutcome("X__c", "k4", "r", RowState.IN_DOUBT),
    ]
    kept = list(csv.DictReader(io.StringIO(as_csv(failed_rows(rows)))))
    assert [row["key"] for row in kept] == ["k2", "k3", "k4"]
    assert kept[0]["message"] == '\'=1+1, "quoted"\nand more'
    assert kept[1]["state"] == "blocked"


def test_the_most_serious_code_stands_for_a_request() -> None:
    def of(*codes: int) -> int:
        return exit_code([SyncResult(success=not code, status_message="", exit_code=code) for code in codes])

    assert [of(), of(0, 0), of(0, 4), of(4, 1), of(1, 5), of(5, 3, 0)] == [0, 0, 4, 1, 5, 3]
