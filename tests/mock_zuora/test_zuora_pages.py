"""Pages written by SQLite are the bytes that writing row by row gives; pages kept are forgotten with any change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_zuora import CustomField
from mock_zuora import pages as pages_module
from mock_zuora.objects import FieldType, ObjectType, standard_catalogue
from mock_zuora.pages import Page, Pages, PageWriter
from mock_zuora.records import RecordWriter
from mock_zuora.tenants import EntityData
from mock_zuora.values import moments_in, stored
from mock_zuora.zoql import Reader
from simulator.results import Result, first_rows

GLOBAL = "0" * 31 + "1"
ZONES = [ZoneInfo(name) for name in ("America/Los_Angeles", "UTC", "Asia/Kolkata", "Australia/Lord_Howe")]
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
_AWKWARD = st.sampled_from(["<", "</ns2:Name>", "R&D", "]]>", "a\r\nb", "\u00e9", "%s", "'", "plain"])
_MOMENT = st.datetimes(datetime(1890, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
_VALUES: Mapping[FieldType, st.SearchStrategy[Any]] = {
    FieldType.STRING: _TEXT | _AWKWARD,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DECIMAL: st.decimals(
        allow_nan=False, allow_infinity=False, places=9, max_value=10**20, min_value=-(10**20)
    ),
    FieldType.INT: st.integers(-(2**31), 2**31 - 1),
    FieldType.DATE: st.dates(),
    FieldType.DATE_TIME: _MOMENT,
}
_NAMES = ["Name", "Notes", "AutoPay", "Balance", "BillCycleDay", "LastInvoiceDate", "UpdatedDate", "CrmId", "Batch"]


def account_type() -> ObjectType:
    return standard_catalogue()["Account"]


@st.composite
def account_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows whose fields are all there, or some of them."""
    full = draw(st.booleans())
    kinds = {name: account_type().by_name[name.lower()].type for name in _NAMES}
    each = {name: _VALUES[kind] if full else st.none() | _VALUES[kind] for name, kind in kinds.items()}
    return draw(st.lists(st.fixed_dictionaries(each), min_size=1, max_size=6))


@settings(max_examples=60)
@given(rows=account_rows(), zone=st.sampled_from(ZONES), version=st.sampled_from([60.0, 83.0]), known=st.booleans())
def test_pages_are_the_bytes_of_their_rows(
    rows: list[dict[str, Any]], zone: ZoneInfo, version: float, known: bool
) -> None:
    data = EntityData(standard_catalogue(), None, zone)
    for number, row in enumerate(rows):
        values = {name: stored(account_type().by_name[name.lower()].type, value, zone) for name, value in row.items()}
        data.store.insert("Account", {"Id": f"{number:032x}", **values})
    plan = Reader(standard_catalogue(), zone, version).plan(f"select {', '.join(_NAMES)} from Account")
    exact = RecordWriter(plan, zone=zone, version=version).all(
        first_rows(data.store, plan.selection, plan.outputs, 100)
    )
    sparse = [name for name in _NAMES if any(row[name] is None for row in rows)] if known else []
    result = Result(data.store, plan.selection)
    writer = PageWriter(plan, zone=zone, version=version, sparse=sparse)
    assert writer.write(result, 0, 100) == exact
    assert writer.write(result, 1, 2) == exact[1:3]
    data.store.insert("Account", {"Id": "f" * 32})  # makes the result a copy
    assert PageWriter(plan, zone=zone, version=version).write(result, 0, 100) == exact
    data.store.close()


@pytest.mark.parametrize("missing", [None, 3, 140])
def test_objects_with_more_fields_than_sqlite_takes_arguments_are_written_too(missing: int | None) -> None:
    names = [f"F{n:03d}__c" for n in range(150)]
    catalogue = standard_catalogue().extended(CustomField("Account", name) for name in names)
    data = EntityData(catalogue, None, ZONES[0])
    values = {name: "x" for n, name in enumerate(names) if n != missing}
    data.store.insert("Account", {"Id": "1" * 32, **values})
    plan = Reader(catalogue, ZONES[0], 83.0).plan(f"select {', '.join(names)} from Account")
    rows = first_rows(data.store, plan.selection, plan.outputs, 2)
    exact = RecordWriter(plan, zone=ZONES[0], version=83.0).all(rows)
    assert PageWriter(plan, zone=ZONES[0], version=83.0).write(Result(data.store, plan.selection), 0, 2) == exact
    data.store.close()


@given(_MOMENT, st.sampled_from(ZONES))
def test_moments_are_written_as_the_zone_has_them(moment: datetime, zone: ZoneInfo) -> None:
    text, write = str(stored(FieldType.DATE_TIME, moment, zone)), moments_in(zone)
    expected = datetime.fromisoformat(text).astimezone(zone).isoformat(timespec="milliseconds")
    assert write(text) == expected
    assert write(text) == expected  # the second time from what was looked up


def test_moments_around_a_change_of_clocks() -> None:
    zone = ZONES[0]
    write = moments_in(zone)
    before = datetime(2026, 3, 8, 9, 59, 59, 999000, tzinfo=UTC)
    texts = [write(str(stored(FieldType.DATE_TIME, before + timedelta(milliseconds=n), zone))) for n in range(3)]
    assert texts == ["2026-03-08T01:59:59.999-08:00", "2026-03-08T03:00:00.000-07:00", "2026-03-08T03:00:00.001-07:00"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**22), max_value=10**22))
def test_decimals_keep_every_digit(value: Decimal) -> None:
    kept = stored(FieldType.DECIMAL, str(value), ZONES[0])
    assert Decimal(str(kept)) == value


def load(tenant: Any, make_id: Callable[[int], str], count: int) -> None:
    tenant.load(GLOBAL, "Account", [{"Id": make_id(n), "Name": f"name {n}"} for n in range(count)])


def test_a_page_asked_for_again_shows_what_was_changed(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    load(tenant, make_id, 100)
    zoql = "select Id, Name from Account"
    first = caller.query(zoql).body
    assert caller.query(zoql).body == first
    reply = caller.call(
        f'<api:update><api:zObjects xsi:type="obj:Account"><obj:Id>{make_id(3)}</obj:Id><obj:Name>changed</obj:Name>'
        "</api:zObjects></api:update>"
    )
    assert b"<ns1:Success>true" in reply.body
    assert b"<ns2:Name>changed</ns2:Name>" in caller.query(zoql).body
    tenant.clear()
    assert b"<ns1:size>0</ns1:size>" in caller.query(zoql).body


def test_a_page_of_one_version_is_not_another_versions(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    rows = [{"Id": make_id(n), "LastInvoiceDate": "2026-01-01"} for n in range(100)]
    tenant.load(GLOBAL, "Account", rows)
    zoql = "select Id, LastInvoiceDate from Account"
    assert b"<ns2:LastInvoiceDate>2026-01-01</ns2:LastInvoiceDate>" in caller.query(zoql, version="83.0").body
    old = caller.query(zoql, version="68.0").body
    assert b"<ns2:LastInvoiceDate>2026-01-01T00:00:00</ns2:LastInvoiceDate>" in old


def test_pages_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = EntityData(standard_catalogue(), None, ZONES[0])
    pages = Pages(data.store)
    monkeypatch.setattr(pages_module, "KEPT_BYTES", 250)
    keys = [("sql", (), 83.0, number, 1) for number in range(4)]
    for key in keys[:2]:
        pages.keep(key, ["Account"], Page([b"x" * 100], 1, frozenset()))
    assert pages.find(keys[0], ["Account"]) is not None  # now the latest used
    pages.keep(keys[2], ["Contact", "Account"], Page([b"x" * 100], 1, frozenset()))
    assert [pages.find(key, ["Account"]) is not None for key in keys[:2]] == [True, False]
    data.store.insert("Contact", {"Id": "1" * 32})
    assert pages.find(keys[2], ["Contact", "Account"]) is None
    assert pages.find(keys[0], ["Account"]) is not None
    data.store.execute('WITH a AS (SELECT 1) UPDATE "Contact" SET "Id" = "Id"')  # may be any table's
    assert pages.find(keys[0], ["Account"]) is None
    pages.keep(keys[3], ["Account"], Page([b"x" * 300], 1, frozenset()))
    assert pages.find(keys[3], ["Account"]) is None
    data.store.close()


def test_results_come_in_the_order_of_ids(caller: Any, tenant: Any, make_id: Callable[[int], str]) -> None:
    load(tenant, make_id, 150)
    found = caller.ids("select Id from Account")
    assert len(found) == 150
    assert all(left < right for left, right in pairwise(found))
