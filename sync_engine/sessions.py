"""The states of a session and of each object in it: which may follow which, and where a session ends.

Pure: no clock, no store. The ledger asks it before it writes a state, so no history can show an impossible
one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync_engine.model import RowOutcome, RowState, SessionState

END_STATES = frozenset(
    {
        SessionState.FINISHED,
        SessionState.FINISHED_WITH_ERRORS,
        SessionState.FAILURE,
        SessionState.CANCELLED,
    }
)
"""States that nothing follows."""

FAILED = frozenset({SessionState.FINISHED_WITH_ERRORS, SessionState.FAILURE})
"""Where an object ends of which something is to be sent again."""

UNFINISHED = FAILED | {SessionState.QUEUED, SessionState.RUNNING}
"""Where an object stands of a session that broke off, if it is not done."""

_NEXT: dict[SessionState, frozenset[SessionState]] = {
    # A session can fail or be cancelled while it still waits: a login is refused, every account is held.
    SessionState.QUEUED: frozenset({SessionState.RUNNING, SessionState.FAILURE, SessionState.CANCELLED}),
    SessionState.RUNNING: END_STATES,
}

_NOT_DONE = frozenset({RowState.FAILED, RowState.BLOCKED, RowState.IN_DOUBT})


def may_follow(before: SessionState, after: SessionState) -> bool:
    """Whether a session or object in state `before` may go to `after`; staying where it is always may."""
    return before == after or after in _NEXT.get(before, frozenset())


def object_state(outcomes: Iterable[RowOutcome], root_sobjects: frozenset[str]) -> SessionState:
    """Where one account or product ends, from the outcomes of its own rows.

    A failed root row (the account itself, one of `root_sobjects`) is a Failure, since nothing can stand under
    it; any other row that is not done leaves the object Finished with Errors.
    """
    state = SessionState.FINISHED
    for row in outcomes:
        if row.state in _NOT_DONE:
            if row.sobject in root_sobjects and row.key == row.root_id:
                return SessionState.FAILURE
            state = SessionState.FINISHED_WITH_ERRORS
    return state


def session_state(objects: Iterable[SessionState], *, system_failure: bool = False) -> SessionState:
    """Where a session ends, from where its objects ended.

    `system_failure` means that a service or the store gave way, which is Failure whatever the objects
    reached. A session whose objects were all held elsewhere is Cancelled; one that did only part of what was
    asked is Finished with Errors.
    """
    if system_failure:
        return SessionState.FAILURE
    ends = set(objects)
    if ends and ends <= {SessionState.CANCELLED}:
        return SessionState.CANCELLED
    return SessionState.FINISHED if ends <= {SessionState.FINISHED} else SessionState.FINISHED_WITH_ERRORS
