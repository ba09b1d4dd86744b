"""The numbers that records are given: one after another, whatever came in from outside, and on after a restart."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_zuora import EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.numbers import NumberSequences
from mock_zuora.objects import Numbers, standard_catalogue
from simulator.clock import VirtualClock
from simulator.store import RecordStore

FIRST, SECOND = "1" * 32, "2" * 32
SPEC = TenantSpec("t", "T", (EntitySpec(FIRST, "E"), EntitySpec(SECOND, "F")), (UserSpec("u", "p"),))


def next_of(tenant: Tenant, entity: str = FIRST, name: str = "Account") -> str | None:
    return tenant.data(entity).next_number(standard_catalogue()[name])


def with_tenant(state_dir: Path | None = None) -> tuple[ZuoraMock, Tenant]:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(1), state_dir=state_dir)
    return mock, mock.add_tenant(SPEC)


def test_each_object_of_each_entity_counts_for_itself() -> None:
    mock, tenant = with_tenant()
    assert [next_of(tenant), next_of(tenant)] == ["A00000001", "A00000002"]
    assert next_of(tenant, SECOND) == "A00000001"
    assert next_of(tenant, name="Invoice") == "INV00000001"
    assert next_of(tenant, name="Contact") is None
    tenant.clear()
    assert next_of(tenant) == "A00000001"
    mock.close()


def test_numbers_that_are_loaded_are_counted_on_from() -> None:
    mock, tenant = with_tenant()
    numbers = ["A00000041", "A00000007", "A-other", "B00000099", None, "A1"]
    tenant.load(FIRST, "Account", [{"Id": f"{n:032x}", "AccountNumber": each} for n, each in enumerate(numbers)])
    assert next_of(tenant) == "A00000042"
    tenant.load(FIRST, "Account", [{"Id": "f" * 32, "AccountNumber": "A00000043"}])
    assert next_of(tenant) == "A00000044"
    mock.close()


def test_numbers_go_on_after_a_restart_even_when_their_rows_are_gone(tmp_path: Path) -> None:
    mock, tenant = with_tenant(tmp_path)
    assert [next_of(tenant) for _ in range(3)][-1] == "A00000003"
    mock.close()
    mock, tenant = with_tenant(tmp_path)
    assert next_of(tenant) == "A00000004"
    mock.close()


def test_a_number_that_was_taken_by_hand_is_passed_over(caller: Any, tenant: Tenant) -> None:
    for number in ("A00000001", "a00000002"):
        reply = caller.call(
            '<api:create><api:zObjects xsi:type="obj:Account"><obj:AccountNumber>' + number + "</obj:AccountNumber>"
            "<obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1</obj:BillCycleDay><obj:Currency>USD</obj:Currency>"
            "<obj:Name>x</obj:Name></api:zObjects></api:create>"
        )
        assert b"<ns1:Success>true" in reply.body
    assert next_of(tenant, "0" * 31 + "1") == "A00000003"


def test_numbers_grow_past_their_digits() -> None:
    store, rule = RecordStore(), Numbers("Number", "N-", 2)
    store.define("Thing", {"Id": "TEXT NOT NULL", "Number": "TEXT"}, caseless=[("Number",)])
    sequences = NumberSequences(store)
    sequences.seen("Thing", rule, ["N-98"])
    made = [sequences.next("Thing", rule) for _ in range(3)]
    assert made == ["N-99", "N-100", "N-101"]
    store.insert("Thing", {"Id": "1", "Number": "N-105"})
    store.execute('DELETE FROM "number sequences"')
    assert sequences.next("Thing", rule) == "N-106"
    store.close()


@settings(max_examples=40)
@given(st.lists(st.one_of(st.none(), st.integers(1, 40)), max_size=25))
def test_a_number_is_never_given_twice(steps: list[int | None]) -> None:
    store, rule = RecordStore(), Numbers("Number", "N", 3)
    store.define("Thing", {"Id": "TEXT NOT NULL", "Number": "TEXT"}, caseless=[("Number",)])
    sequences, taken = NumberSequences(store), set[str]()
    for place, step in enumerate(steps):
        number = sequences.next("Thing", rule) if step is None else f"N{step:03d}"
        if step is None:
            assert number not in taken
        if number not in taken:
            store.insert("Thing", {"Id": str(place), "Number": number})
            taken.add(number)
    store.close()
