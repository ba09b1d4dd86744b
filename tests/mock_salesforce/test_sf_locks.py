"""Row locks are intervals on the clock: a write waits for those that end soon, and fails for those that do not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce import Org
from mock_salesforce.locks import LockHolder, RowLocks, RowsLocked, locked_with
from tests.mock_salesforce.conftest import Wire

START = datetime.fromisoformat("2026-01-15T08:00:00+00:00")
OBJECT = "Zuora__CustomerAccount__c"


@pytest.fixture
def account(org: Org) -> str:
    (made,) = org.load("Account", [{"Name": "Locked"}])
    return made


def service_time(wire: Wire, org: Org, account: str) -> float:
    """How long an update of the account takes, seen from its end."""
    del wire
    until = org.locks.held(START)[account]
    return (until - START).total_seconds()


def update(wire: Wire, account: str):
    return wire.save("update", wire.row("Account", Id=account, Name="Changed"))


def test_a_write_waits_for_a_lock_that_ends_within_ten_seconds(wire, org, clock, account):
    org.limits.change(org.limits.profile.changed({"call_ms": 500, "row_ms": 1500}))
    org.locks.hold([account], clock.now() + timedelta(seconds=9))
    assert update(wire, account).results == [{"id": account, "success": "true"}]
    assert service_time(wire, org, account) == pytest.approx(9 + 1.5)


def test_a_lock_that_lasts_longer_fails_the_whole_batch_with_its_ids(wire, org, clock, account):
    free = org.load("Account", [{"Name": "Free"}])[0]
    org.locks.hold([account], clock.now() + timedelta(seconds=11))
    reply = wire.save("update", *(wire.row("Account", Id=each, Name="New") for each in (account, free)))
    words = f"unable to obtain exclusive access to this record or 1 records: {account}"
    assert [each["message"] for each in reply.results] == [words, words]
    assert {each["statusCode"] for each in reply.results} == {"UNABLE_TO_LOCK_ROW"}
    assert {row["Name"] for row in org.rows("Account")} == {"Locked", "Free"}


def test_a_lock_that_has_ended_is_none(wire, org, clock, account):
    org.locks.hold([account], clock.now() + timedelta(seconds=60))
    clock.advance(60)
    assert update(wire, account).results[0]["success"] == "true"


def test_a_writer_holds_its_rows_for_its_service_time(wire, org, clock, account):
    org.limits.change(org.limits.profile.changed({"row_ms": 30_000}))
    assert update(wire, account).results[0]["success"] == "true"
    other = Wire(wire.http.application.__self__)
    other.login()
    assert update(other, account).results[0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    clock.advance(25)
    assert update(other, account).results[0]["success"] == "true"


def test_a_detail_locks_its_master_and_a_lookup_that_is_emptied_locks_nothing(wire, org, clock, account):
    org.locks.hold([account], clock.now() + timedelta(seconds=60))
    detail = wire.row(OBJECT, Name="Detail", Zuora__Account__c=account, Zuora__External_Id__c="1")
    assert wire.save("create", detail).results[0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    below = wire.row("Account", Name="Below", ParentId=account)
    assert wire.save("create", below).results[0]["success"] == "true"


def test_a_delete_waits_like_any_write(wire, org, clock, account):
    org.locks.hold([account], clock.now() + timedelta(seconds=60))
    assert wire.by_ids("delete", account).results[0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    clock.advance(51)
    assert wire.by_ids("delete", account).results[0]["success"] == "true"


def test_more_than_ten_ids_are_counted():
    ids = [f"001{n:012d}AAA" for n in range(25)]
    told = ",".join(ids[:10])
    assert str(RowsLocked(ids)) == (
        f"unable to obtain exclusive access to this record or 25 records: {told}, ... (15 more)"
    )


def test_a_row_locks_itself_its_masters_and_a_master_it_leaves(org):
    sobject = org.schema.required(OBJECT)
    old = {each.name: None for each in sobject.stored_fields} | {"Id": "a", "Zuora__Account__c": "before"}
    assert locked_with(sobject, old, {"Zuora__Account__c": "after"}) == ["a", "before", "after"]
    assert locked_with(sobject, None, {"Zuora__Account__c": "after"}) == ["after"]


CALLS = st.lists(
    st.tuples(st.integers(0, 20), st.sets(st.sampled_from("abcd"), min_size=1), st.integers(0, 12)), max_size=20
)


@given(CALLS)
def test_no_two_calls_ever_hold_one_row_at_one_time(calls: list[tuple[int, set[str], int]]) -> None:
    locks, now, held = RowLocks(), START, []
    for after_s, rows, lasting_s in calls:
        now += timedelta(seconds=after_s)
        holder = LockHolder()
        try:
            begin = now + timedelta(seconds=locks.take(holder, sorted(rows), now, 10))
        except RowsLocked as refused:
            blocked = set(refused.ids)
            assert blocked <= rows
            assert all(any(each in r and to > now + timedelta(seconds=10) for r, _, to in held) for each in blocked)
            continue
        assert begin - now <= timedelta(seconds=10)
        holder.until = begin + timedelta(seconds=lasting_s)
        for other_rows, other_begin, other_end in held:
            overlap = begin < other_end and other_begin < holder.until
            assert not (overlap and rows & other_rows)
        held.append((rows, begin, holder.until))
