"""What the demonstration's outcome counts as good, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from offline.demo import Outcome
from offline.demo_report import print_outcome
from sync_engine.agreement import Agreement, Difference
from sync_engine.model import SessionState
from sync_engine.results import SyncResult

DONE = SyncResult(success=True, status_message="Everything of it is synced.", zuora_id="a", state=SessionState.FINISHED)
TURNED_AWAY = SyncResult(success=False, status_message="Cancelled: held.", zuora_id="a", state=SessionState.CANCELLED)
COUNTS = {"read": 3, "created": 1, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 1, "blocked": 1, "in_doubt": 0}
DIFFERENCE = Difference("Zuora__ZInvoice__c", "key", "Name", "INV1", "INV2")
GOOD = Outcome(
    accounts=[DONE],
    second=[TURNED_AWAY],
    products=[DONE],
    sessions=[],
    table=[("Zuora__ZInvoice__c", COUNTS)],
    api_calls={"zuora": 5, "salesforce": 7},
    agreement=Agreement(3, ()),
    seconds=1.25,
)


def told(outcome: Outcome) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        print_outcome(outcome, console)
    return captured.get()


def test_a_good_outcome() -> None:
    assert GOOD.good
    text = told(GOOD)
    assert "agree: 3 rows, 0 differences" in text.splitlines()
    assert "API calls: Zuora 5, Salesforce 7" in text
    assert "Cancelled: held." in text
    assert GOOD.as_dict()["objects"] == [{"object": "Zuora__ZInvoice__c", **COUNTS}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agreement": Agreement(3, (DIFFERENCE,))}, "agree: 3 rows, 1 differences"),
        ({"agreement": Agreement(3, (DIFFERENCE,) * 25)}, "… and 5 more"),
        ({"second": [DONE]}, "should have been cancelled"),
        ({"second": []}, "should have been cancelled"),
        ({"accounts": [TURNED_AWAY]}, "not synced: a: Cancelled: held."),
        ({"agreement": Agreement(0, ())}, "agree: 0 rows"),
    ],
)
def test_anything_else_is_not_good_and_says_why(change: dict[str, object], words: str) -> None:
    outcome = replace(GOOD, **change)  # type: ignore[arg-type]
    assert not outcome.good
    assert outcome.as_dict()["ok"] is False
    assert words in told(outcome)


def test_the_differences_are_in_the_json() -> None:
    outcome = replace(GOOD, agreement=Agreement(3, (DIFFERENCE,)))
    assert outcome.as_dict()["agreement"]["differences"] == [
        {"sobject": "Zuora__ZInvoice__c", "key": "key", "field": "Name", "expected": "INV1", "found": "INV2"}
    ]
