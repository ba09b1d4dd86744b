"""The object model, ids, values, and the WSDL written from them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import CustomField, EntitySpec, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.ids import IdSource, is_id
from mock_zuora.objects import FieldType, standard_catalogue
from mock_zuora.values import UnreadableValue, moment_text, moments_in, number_text, stored
from simulator.clock import VirtualClock

PACIFIC = ZoneInfo("America/Los_Angeles")


def test_every_name_in_the_facts_is_a_field() -> None:
    catalogue = standard_catalogue()
    for each in catalogue:
        names = [*each.required, *each.defaults, *each.masks, *filter(None, each.masks.values())]
        names += [each.numbers.field] if each.numbers else []
        names += [each.children.field] if each.children else []
        assert [name for name in names if each.find(name) is None] == [], each.name
        assert [
            name for name in each.required if "create" in each.calls and not each.by_name[name.lower()].creatable
        ] == []
        for child, name in each.owns:
            found = catalogue[child].find(name)
            assert found is not None
            assert found.refers == each.name
        assert all(catalogue.find(f.refers) for f in each.fields if f.refers)
        assert not any(f.custom for f in each.fields)


def test_fields_are_in_alphabetical_order_and_unique() -> None:
    for each in standard_catalogue():
        names = [f.name.lower() for f in each.fields]
        assert names == sorted(names), each.name
        assert len(set(names)) == len(names)


def test_custom_fields_are_checked() -> None:
    catalogue = standard_catalogue()
    for wrong in (
        CustomField("Nothing", "A__c"),
        CustomField("Account", "NoSuffix"),
        CustomField("Account", "A__c", "number"),
    ):
        with pytest.raises(ValueError, match=wrong.object):
            catalogue.extended([wrong])
    extended = catalogue.extended([CustomField("Account", "Autopilot__c")])
    names = [f.name for f in extended["Account"].fields]
    assert names.index("Autopilot__c") == names.index("AutoPay") + 1
    assert catalogue["Account"].find("Autopilot__c") is None


@pytest.mark.parametrize(
    ("entities", "users"),
    [
        ((), (UserSpec("u", "p"),)),
        ((EntitySpec("1", "E"),), ()),
        ((EntitySpec("1", "E"),), (UserSpec("u", "p", home_entity="2"),)),
        ((EntitySpec("1", "E"), EntitySpec("1", "F")), (UserSpec("u", "p"),)),
    ],
)
def test_tenants_that_make_no_sense(entities: Any, users: Any) -> None:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(1))
    with pytest.raises(ValueError, match="tenant t"):
        mock.add_tenant(TenantSpec("t", "T", entities, users))


def test_a_name_two_tenants_share_is_refused() -> None:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(1))
    mock.add_tenant(TenantSpec("t", "T", (EntitySpec("1", "E"),), (UserSpec("u", "p"),)))
    with pytest.raises(ValueError, match="tenant s"):
        mock.add_tenant(TenantSpec("s", "S", (EntitySpec("2", "E"),), (UserSpec("u", "p"),)))
    mock.close()


def test_records_in_a_folder_outlast_the_mock(tmp_path: Path) -> None:
    spec = TenantSpec("t", "T", (EntitySpec("1" * 32, "E"),), (UserSpec("u", "p"),))
    for expected in (0, 1):
        mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(1), state_dir=tmp_path)
        tenant = mock.add_tenant(spec)
        assert len(tenant.rows("1" * 32, "Account")) == expected
        made = tenant.new_id("1" * 32, "Account")
        tenant.load("1" * 32, "Account", [{"Id": made, "Name": "x"}])
        mock.close()


def test_ids_rise_and_never_repeat_while_the_clock_stands_still() -> None:
    clock = VirtualClock()
    source = IdSource(clock, 0x535F8D76)
    made = [source.next() for _ in range(70_000)]
    clock.advance(0.001)
    made += [source.next(), source.next()]
    clock.advance(1)
    made.append(source.next())
    assert made == sorted(set(made))
    assert made[0][:16] == "2c92c0f8535f8d76"
    assert int(made[0][16:28], 16) == 1768464000000
    assert all(len(each) == 32 and is_id(each) for each in made)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False))
def test_decimals_survive_and_lose_their_zeros(value: Decimal) -> None:
    kept = stored(FieldType.DECIMAL, value, PACIFIC)
    text = number_text(kept)
    assert Decimal(text) == value
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))


@given(st.integers(min_value=-(10**12), max_value=4 * 10**12))
def test_moments_survive_and_sort(milliseconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    kept = stored(FieldType.DATE_TIME, moment, PACIFIC)
    text = str(moments_in(PACIFIC)(kept))
    assert datetime.fromisoformat(text) == moment
    assert text[-6] in "+-"
    assert stored(FieldType.DATE_TIME, text, PACIFIC) == kept
    assert (str(kept) < moment_text(datetime(2026, 1, 1, tzinfo=UTC))) == (moment < datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "given_", "kept"),
    [
        (FieldType.BOOLEAN, "true", 1),
        (FieldType.BOOLEAN, "0", 0),
        (FieldType.INT, "31", 31),
        (FieldType.DECIMAL, "1E+2", 100),
        (FieldType.DATE, "2026-01-15T23:30:00-08:00", "2026-01-15"),
        (FieldType.DATE, "2026-01-16T07:30:00Z", "2026-01-15"),
        (FieldType.DATE_TIME, "2026-01-15T00:00:00", "2026-01-15T08:00:00.000Z"),
        (FieldType.DATE_TIME, "2026-01-15T00:00:00.1234567Z", "2026-01-15T00:00:00.123Z"),
        (FieldType.STRING, "", None),
    ],
)
def test_values_as_they_are_kept(kind: FieldType, given_: str, kept: object) -> None:
    assert stored(kind, given_, PACIFIC) == kept


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldType.BOOLEAN, "yes"),
        (FieldType.INT, "1.5"),
        (FieldType.INT, str(2**31)),
        (FieldType.SHORT, "40000"),
        (FieldType.DECIMAL, "NaN"),
        (FieldType.DECIMAL, "ten"),
        (FieldType.DECIMAL, "1_000"),
        (FieldType.DECIMAL, "1e999"),
        (FieldType.DECIMAL, "1e9999999"),
        (FieldType.INT, "\u0661"),
        (FieldType.DATE, "9999-12-31T23:59:59-14:00"),
        (FieldType.DATE_TIME, "0001-01-01T00:00:00+14:00"),
        (FieldType.DATE_TIME, "0001-01-01T00:00:00Z"),
        (FieldType.DATE, "15/01/2026"),
        (FieldType.DATE, "2026-02-30"),
        (FieldType.DATE_TIME, "2026-01-15"),
        (FieldType.DATE_TIME, "2026-01-15T25:00:00"),
        (FieldType.ID, "not-an-id"),
    ],
)
def test_values_that_cannot_be_read(kind: FieldType, text: str) -> None:
    with pytest.raises(UnreadableValue):
        stored(kind, text, PACIFIC)


def test_numbers_have_no_exponent() -> None:
    assert [number_text(each) for each in (0, 50, 1e-9, 1e22, -0.5)] == [
        "0",
        "50",
        "0.000000001",
        "1" + "0" * 22,
        "-0.5",
    ]
