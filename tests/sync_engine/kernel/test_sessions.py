from __future__ import annotations

import itertools

import pytest

from sync_engine.model import RowOutcome, RowState, SessionState
from sync_engine.sessions import END_STATES, may_follow, object_state, session_state

ROOTS = frozenset({"Root__c"})


def row(state: RowState, sobject: str = "Child__c", key: str = "c") -> RowOutcome:
    return RowOutcome(sobject, key, "r", state)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(sorted(END_STATES), SessionState)))
def test_nothing_follows_an_end_state(before: SessionState, after: SessionState) -> None:
    assert may_follow(before, after) == (before == after)


def test_a_session_cannot_finish_before_it_runs() -> None:
    assert not may_follow(SessionState.QUEUED, SessionState.FINISHED)
    assert not may_follow(SessionState.RUNNING, SessionState.QUEUED)
    assert may_follow(SessionState.QUEUED, SessionState.CANCELLED)


@pytest.mark.parametrize("state", [RowState.CREATED, RowState.UPDATED, RowState.DELETED, RowState.UNCHANGED])
def test_rows_that_are_done_finish_an_object(state: RowState) -> None:
    assert object_state([row(state)], ROOTS) is SessionState.FINISHED


@pytest.mark.parametrize("state", [RowState.FAILED, RowState.BLOCKED, RowState.IN_DOUBT])
def test_one_row_that_is_not_done_is_an_error(state: RowState) -> None:
    rows = [row(RowState.CREATED), row(state)]
    assert object_state(rows, ROOTS) is SessionState.FINISHED_WITH_ERRORS
    assert object_state([*rows, row(state, "Root__c", "r")], ROOTS) is SessionState.FAILURE


@pytest.mark.parametrize(
    ("objects", "end"),
    [
        ([SessionState.FINISHED] * 2, SessionState.FINISHED),
        ([], SessionState.FINISHED),
        ([SessionState.CANCELLED] * 2, SessionState.CANCELLED),
        ([SessionState.CANCELLED, SessionState.FINISHED], SessionState.FINISHED_WITH_ERRORS),
        ([SessionState.FAILURE, SessionState.FINISHED], SessionState.FINISHED_WITH_ERRORS),
        ([SessionState.FAILURE], SessionState.FINISHED_WITH_ERRORS),
    ],
)
def test_where_a_session_ends(objects: list[SessionState], end: SessionState) -> None:
    assert session_state(objects) is end
    assert session_state(objects, system_failure=True) is SessionState.FAILURE
