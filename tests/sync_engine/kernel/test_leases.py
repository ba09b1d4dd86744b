from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from sync_engine.errors import LeaseLost
from sync_engine.leases import LEASE, LeaseKey, Leases, _take_statement
from sync_engine.store import Store


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_the_first_takes_and_the_second_is_told_who_holds(leases: Leases, keys: list[LeaseKey], clock: Any) -> None:
    first = run(leases.take(keys[:2], "one"))
    began = clock.now()
    clock.advance(60)
    second = run(leases.take(keys[1:3], "two"))
    assert set(first.leases) == set(keys[:2])
    assert not first.held
    assert set(second.leases) == {keys[2]}
    held = second.held[keys[1]]
    assert (held.holder, held.since, held.try_again_at) == ("one", began, began + timedelta(minutes=30))


def test_the_same_holder_cannot_take_twice(leases: Leases, keys: list[LeaseKey]) -> None:
    run(leases.take(keys[:1], "one"))
    assert set(run(leases.take(keys[:1], "one")).held) == set(keys[:1])


def test_a_lease_passes_on_when_it_runs_out_and_its_fence_grows(
    leases: Leases, keys: list[LeaseKey], clock: Any
) -> None:
    old = run(leases.take(keys[:1], "one")).leases[keys[0]]
    clock.advance(30 * 60 - 1)
    assert run(leases.take(keys[:1], "two")).held
    clock.advance(1)
    new = run(leases.take(keys[:1], "two")).leases[keys[0]]
    assert new.fence == old.fence + 1
    with pytest.raises(LeaseLost):
        run(leases.renew(old))
    assert run(leases.release(old)) is False
    assert run(leases.all()) == [new]


def test_a_renewed_lease_lasts(leases: Leases, keys: list[LeaseKey], clock: Any) -> None:
    lease = run(leases.take(keys[:1], "one")).leases[keys[0]]
    for _ in range(4):
        clock.advance(20 * 60)
        lease = run(leases.renew(lease))
    assert lease.fence == 1
    assert lease.local_deadline == clock.now() + LEASE
    assert run(leases.take(keys[:1], "two")).held


def test_a_lease_that_ran_out_cannot_be_renewed_even_when_nobody_took_it(
    leases: Leases, keys: list[LeaseKey], clock: Any
) -> None:
    lease = run(leases.take(keys[:1], "one")).leases[keys[0]]
    clock.advance(30 * 60)
    with pytest.raises(LeaseLost):
        run(leases.renew(lease))


def test_a_released_lease_is_free_and_its_fence_still_grows(leases: Leases, keys: list[LeaseKey]) -> None:
    first = run(leases.take(keys[:1], "one")).leases[keys[0]]
    assert run(leases.release(first)) is True
    assert run(leases.release(first)) is False
    assert run(leases.all()) == []
    assert len(run(leases.all(live_only=False))) == 1
    assert run(leases.take(keys[:1], "two")).leases[keys[0]].fence == 2


def test_a_write_needs_a_lease_that_outlasts_it(leases: Leases, keys: list[LeaseKey], clock: Any) -> None:
    lease = run(leases.take(keys[:1], "one")).leases[keys[0]]
    clock.advance(28 * 60)
    leases.guard(lease, 120)
    with pytest.raises(LeaseLost, match="no longer holds"):
        leases.guard(lease, 121)


def test_the_holder_counts_from_before_it_asked(keys: list[LeaseKey], clock: Any) -> None:
    class SlowStore(Store):
        async def run(self, fn: Any) -> Any:
            clock.advance(45)
            return await super().run(fn)

    store = SlowStore("sqlite://")
    store.create_all()
    leases = Leases(store, clock)
    asked = clock.now()
    lease = run(leases.take(keys[:1], "one")).leases[keys[0]]
    assert lease.local_deadline == asked + LEASE
    assert lease.expires_at == asked + LEASE + timedelta(seconds=45)
    asked = clock.now()
    assert run(leases.renew(lease)).local_deadline == asked + LEASE


def test_a_record_named_under_another_entity_is_the_same_record(leases: Leases, keys: list[LeaseKey]) -> None:
    key = keys[0]
    named = LeaseKey(key.org, key.tenant, "e1", key.kind, key.zuora_id)
    run(leases.take([key], "one"))
    assert set(run(leases.take([named], "two")).held) == {named}


@pytest.mark.parametrize("part", ["org", "tenant", "kind", "zuora_id"])
def test_other_keys_are_other_leases(leases: Leases, keys: list[LeaseKey], part: str) -> None:
    from dataclasses import replace

    run(leases.take(keys[:1], "one"))
    other = replace(keys[0], **{part: "other"})
    assert run(leases.take([other], "two")).leases


def test_everything_is_an_event(leases: Leases, keys: list[LeaseKey], clock: Any) -> None:
    lease = run(leases.take(keys[:1], "one")).leases[keys[0]]
    run(leases.take(keys[:1], "two"))
    lease = run(leases.renew(lease))
    clock.advance(31 * 60)
    with pytest.raises(LeaseLost):
        run(leases.renew(lease))
    run(leases.release(run(leases.take(keys[:1], "two")).leases[keys[0]]))
    told = [(event.event, event.holder, event.fence) for event in run(leases.history())]
    assert told == [
        ("taken", "one", 1),
        ("refused", "two", 1),
        ("renewed", "one", 1),
        ("lost", "one", 1),
        ("taken", "two", 2),
        ("released", "two", 2),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["take", "renew", "release", "wait"]),
            st.integers(min_value=0, max_value=2),
            st.integers(min_value=0, max_value=2),
        ),
        max_size=30,
    )
)
def test_one_holder_at_a_time_with_rising_fences(steps: list[tuple[str, int, int]]) -> None:
    from datetime import UTC, datetime

    class Time:
        moment = datetime(2026, 1, 15, 8, tzinfo=UTC)

        def now(self) -> datetime:
            return self.moment

        async def sleep(self, seconds: float) -> None:
            raise AssertionError("nothing here sleeps")

    time = Time()
    store = Store("sqlite://")
    store.create_all()
    leases = Leases(store, time)
    all_keys = [LeaseKey("o", "t", "", "k", str(n)) for n in range(3)]
    believed: dict[tuple[int, int], Any] = {}
    fences: dict[int, int] = {}
    for step, key_number, holder in steps:
        key = all_keys[key_number]
        mine = believed.get((key_number, holder))
        if step == "take":
            got = run(leases.take([key], str(holder))).leases.get(key)
            if got:
                assert got.fence > fences.get(key_number, 0)
                fences[key_number] = got.fence
                believed[key_number, holder] = got
        elif step == "renew" and mine:
            try:
                believed[key_number, holder] = run(leases.renew(mine))
            except LeaseLost:
                del believed[key_number, holder]
        elif step == "release" and mine:
            run(leases.release(mine))
            del believed[key_number, holder]
        elif step == "wait":
            time.moment += timedelta(minutes=11)
        for number in range(3):
            sure = [each for (k, _), each in believed.items() if k == number and each.local_deadline > time.now()]
            assert len(sure) <= 1


_TAKER = """
import asyncio, json, sys
from sync_engine.clock import SystemClock
from sync_engine.leases import LeaseKey, Leases
from sync_engine.store import Store

url, holder = sys.argv[1:]
for line in sys.stdin:
    store = Store(url)
    store.create_all()
    key = LeaseKey("org", "tenant", "", "BILLING_ACCOUNT", line.strip())
    taken = asyncio.run(Leases(store, SystemClock()).take([key], holder))
    held = [each.holder for each in taken.held.values()]
    print(json.dumps({"won": bool(taken.leases), "held_by": held}), flush=True)
    store.close()
"""


@pytest.mark.parametrize("processes", [2, 4])
def test_of_several_processes_asking_at_once_exactly_one_wins_thirty_times_of_thirty(
    tmp_path: Path, processes: int
) -> None:
    """Each round also opens the store afresh, so that the first round races to create it."""
    url = f"sqlite:///{tmp_path / 'sync.sqlite3'}"
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", _TAKER, url, f"holder-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for number in range(processes)
    ]
    try:
        for round_number in range(30):
            for taker in takers:
                assert taker.stdin
                taker.stdin.write(f"{round_number:032x}\n")
                taker.stdin.flush()
            answers = []
            for taker in takers:
                assert taker.stdout
                answers.append(json.loads(taker.stdout.readline()))
            winners = [f"holder-{number}" for number, answer in enumerate(answers) if answer["won"]]
            assert len(winners) == 1, f"round {round_number}: {answers}"
            assert all(answer["held_by"] == winners for answer in answers if not answer["won"])
    finally:
        for taker in takers:
            taker.communicate(timeout=30)


def test_postgresql_takes_with_one_statement_that_only_moves_free_rows(keys: list[LeaseKey], clock: Any) -> None:
    sql = str(_take_statement(keys[:2], "one", clock.now()).compile(dialect=postgresql.dialect()))
    assert sql.startswith("INSERT INTO leases")
    assert "ON CONFLICT (org, tenant, entity, kind, zuora_id) DO UPDATE SET" in sql
    assert "fence = (leases.fence + " in sql
    assert "WHERE leases.released OR leases.expires_at <= " in sql
    assert "RETURNING" in sql
