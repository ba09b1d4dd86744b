from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sync_engine.ledger import Ledger, SessionEnded, SessionObject, UnknownSession
from sync_engine.model import ObjectKind, RowOutcome, RowState, SessionState

A, B = "a" * 32, "b" * 32


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def opened(ledger: Ledger, session_id: str = "s1", ids: tuple[str, ...] = (B, A)) -> None:
    objects = [SessionObject(each, None, SessionState.QUEUED) for each in ids]
    run(
        ledger.open_session(
            session_id, ObjectKind.BILLING_ACCOUNT, objects, origin="api", org="o", tenant="t", entity="e"
        )
    )


def test_a_session_is_kept_from_its_first_moment_to_its_last(ledger: Ledger, clock: Any) -> None:
    opened(ledger)
    asked = clock.now()
    clock.advance(1)
    run(ledger.set_state("s1", SessionState.RUNNING))
    clock.advance(9)
    run(ledger.set_objects("s1", [SessionObject(A, "a01", SessionState.FINISHED, fence=3)]))
    run(ledger.set_tenant("s1", "77"))
    counts = {"B__c": {"read": 2, "created": 1}, "A__c": {"read": 3}}
    run(ledger.set_counts("s1", counts))
    run(ledger.set_calls("s1", zuora=4, salesforce=7))
    run(ledger.set_state("s1", SessionState.FINISHED_WITH_ERRORS, message="one failed"))
    kept = run(ledger.session("s1"))
    assert kept.state is SessionState.FINISHED_WITH_ERRORS
    assert [each.zuora_id for each in kept.objects] == [B, A]
    assert kept.objects[1].fence == 3
    assert kept.requested_at == asked
    assert (kept.finished_at - kept.started_at).total_seconds() == 9
    assert kept.tenant == "77"
    assert [*kept.counts.items()] == [*counts.items()]
    assert (kept.zuora_calls, kept.salesforce_calls, kept.message) == (4, 7, "one failed")


def test_an_impossible_state_is_never_written(ledger: Ledger) -> None:
    opened(ledger)
    with pytest.raises(ValueError, match="Queued cannot become Finished"):
        run(ledger.set_state("s1", SessionState.FINISHED))
    assert run(ledger.session("s1")).state is SessionState.QUEUED


def test_a_session_that_ended_stays_ended(ledger: Ledger) -> None:
    opened(ledger)
    run(ledger.set_state("s1", SessionState.CANCELLED))
    with pytest.raises(SessionEnded, match="Cancelled"):
        run(ledger.set_state("s1", SessionState.FAILURE))
    assert run(ledger.session("s1")).state is SessionState.CANCELLED


def test_the_last_word_on_a_row_stands(ledger: Ledger) -> None:
    opened(ledger)
    first = RowOutcome("X__c", "k1", A, RowState.IN_DOUBT)
    other = RowOutcome("X__c", "k2", A, RowState.FAILED, None, "CODE", "why", "do this")
    run(ledger.record_outcomes("s1", [first, other], {A: 2}))
    settled = RowOutcome("X__c", "k1", A, RowState.CREATED, "a01000000000001AAA")
    run(ledger.record_outcomes("s1", [settled], {A: 2}))
    run(ledger.record_outcomes("s1", []))
    assert run(ledger.outcomes("s1")) == [settled, other]


def test_two_words_on_one_row_in_one_batch(ledger: Ledger) -> None:
    opened(ledger)
    rows = [RowOutcome("X__c", "k", A, RowState.DELETED), RowOutcome("X__c", "k", A, RowState.CREATED)]
    run(ledger.record_outcomes("s1", rows))
    assert run(ledger.outcomes("s1")) == rows[1:]


def test_a_write_is_known_before_it_is_sent(ledger: Ledger) -> None:
    opened(ledger)
    first = run(ledger.begin_write("s1", "upsert", "X__c", ["k1", "k2"]))
    second = run(ledger.begin_write("s1", "upsert", "X__c", ["k3"]))
    third = run(ledger.begin_write("s1", "delete", "X__c", ["k4"]))
    run(ledger.settle_write(first, "answered"))
    run(ledger.settle_write(third, "in doubt"))
    assert [(each.id, each.keys, each.settled_as) for each in run(ledger.unsettled("s1"))] == [
        (second, ("k3",), None),
        (third, ("k4",), "in doubt"),
    ]
    assert run(ledger.unsettled("s2")) == []


def test_sessions_come_newest_first_and_by_the_beginning_of_their_id(ledger: Ledger, clock: Any) -> None:
    for name in ("abc1", "abd2", "x%y3"):
        opened(ledger, name)
        clock.advance(1)
    assert [each.id for each in run(ledger.sessions())] == ["x%y3", "abd2", "abc1"]
    assert [each.id for each in run(ledger.sessions(limit=1))] == ["x%y3"]
    assert run(ledger.session("abc")).id == "abc1"
    for name, message in (("ab", "Several"), ("zz", "no session"), ("", "no session"), ("%", "no session")):
        with pytest.raises(UnknownSession, match=message):
            run(ledger.session(name))


def test_a_session_whose_process_died_is_ended_when_its_leases_have_run_out(
    ledger: Ledger, leases: Any, keys: Any, clock: Any
) -> None:
    opened(ledger, "dead")
    run(ledger.set_state("dead", SessionState.RUNNING))
    run(ledger.set_objects("dead", [SessionObject(A, None, SessionState.FINISHED)]))
    opened(ledger, "alive")
    run(ledger.set_state("alive", SessionState.RUNNING))
    run(leases.take(keys[:1], "dead"))
    mine = run(leases.take(keys[1:2], "alive")).leases[keys[1]]
    clock.advance(29 * 60)
    run(leases.renew(mine))
    assert run(ledger.fail_abandoned()) == []
    clock.advance(60)
    opened(ledger, "fresh")
    assert run(ledger.fail_abandoned()) == ["dead"]
    dead = run(ledger.session("dead"))
    assert (dead.state, dead.finished_at) == (SessionState.FAILURE, clock.now())
    assert [each.state for each in dead.objects] == [SessionState.FAILURE, SessionState.FINISHED]
    assert run(ledger.session("alive")).state is SessionState.RUNNING
    assert run(ledger.session("fresh")).state is SessionState.QUEUED
