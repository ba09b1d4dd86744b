"""ZOQL compared with an evaluator in plain Python, and with texts that nobody would think of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_zuora.objects import standard_catalogue
from mock_zuora.tenants import EntityData
from mock_zuora.values import stored
from mock_zuora.zoql import Reader
from simulator.results import first_rows
from simulator.soap import SoapFault
from tests.mock_zuora.oracle import Compared, holds, like, zoql

PACIFIC = ZoneInfo("America/Los_Angeles")
ACCOUNT = standard_catalogue()["Account"]
# Few letters, so that values meet; among them all that LIKE, GLOB and SQL hold special.
_LETTER = st.sampled_from("aAb\u00e9\u00c9") | st.sampled_from("%_*?[]^\\'\"-\n ")
_TEXT = st.lists(_LETTER, min_size=1, max_size=4).map("".join)
_ID = st.sampled_from(["a" * 32, "A" * 32, "b" * 32, "7"])
_DECIMAL = st.sampled_from(
    [Decimal(each) for each in ("0", "-1", "1.1", "9.99", "1000000000000000", "-1000000000000000")]
) | st.sampled_from(
    [Decimal(each) for each in ("12345678901234.123456789", "-12345678901234.123456789", "12345678901234.12345679")]
)
_DATE = st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30)])
_MOMENT = st.sampled_from(
    [datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 1, 1, 0, tzinfo=PACIFIC), datetime(2026, 7, 1, tzinfo=UTC)]
)
_ORDER = ("=", "!=", "<", "<=", ">", ">=")
_FIELDS: dict[str, tuple[st.SearchStrategy[Any], tuple[str, ...]]] = {
    "Name": (_TEXT, _ORDER),
    "Status": (_TEXT, _ORDER),
    "ParentId": (_ID, _ORDER),
    "AutoPay": (st.booleans(), ("=", "!=")),
    "Balance": (_DECIMAL, _ORDER),
    "BillCycleDay": (st.integers(-2, 3), _ORDER),
    "LastInvoiceDate": (_DATE, _ORDER),
    "UpdatedDate": (_MOMENT, _ORDER),
}
_ROW = st.fixed_dictionaries({name: st.none() | values for name, (values, _) in _FIELDS.items()})
_ROWS = st.lists(_ROW, min_size=1, max_size=6)


@st.composite
def pattern_of(draw: st.DrawFn, text: str) -> str:
    """A pattern that the text fits, or nearly: some characters any, an end left open."""
    inner = "".join("_" if draw(st.integers(0, 3)) == 0 else each for each in text.replace("%", "_"))
    cut = draw(st.integers(0, len(inner)))
    return draw(st.sampled_from([inner, inner[:cut] + "%", "%" + inner[cut:], inner + "_"])) or "_"


@st.composite
def comparisons(draw: st.DrawFn, rows: list[dict[str, Any]]) -> Compared:
    """A condition that is likely to be true of some of the rows, and not of all."""
    name = draw(st.sampled_from([*_FIELDS, "Name", "Status"]))
    values, operators = _FIELDS[name]
    if draw(st.integers(0, 4)) == 0:
        return Compared(name, draw(st.sampled_from(["=", "!="])), None)
    there = [row[name] for row in rows if row[name] is not None]
    value = draw(st.sampled_from(there) if there and draw(st.integers(0, 3)) else values)
    if isinstance(value, str):
        value = draw(st.sampled_from([value, value.swapcase()]))
        if draw(st.integers(0, 2)) == 0:
            return Compared(name, "like", draw(pattern_of(value)))
    return Compared(name, draw(st.sampled_from(operators)), value)


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[list[Compared]]]]:
    """Rows, and several "or"s of "and"s about them."""
    rows = draw(_ROWS)
    where = st.lists(st.lists(comparisons(rows), min_size=1, max_size=3), max_size=3)
    single = comparisons(rows).map(lambda each: [[each]])
    return rows, draw(st.lists(single | where, min_size=4, max_size=12))


@pytest.fixture(scope="module")
def data() -> Iterator[EntityData]:
    data = EntityData(standard_catalogue(), None, PACIFIC)
    yield data
    data.store.close()


@settings(max_examples=250)
@given(question=questions(), case_sensitive=st.booleans())
def test_conditions_mean_what_the_oracle_says(
    data: EntityData, question: tuple[list[dict[str, Any]], list[list[list[Compared]]]], case_sensitive: bool
) -> None:
    rows, wheres = question
    data.store.execute('DELETE FROM "Account"')
    for number, row in enumerate(rows):
        values = {name: stored(ACCOUNT.by_name[name.lower()].type, value, PACIFIC) for name, value in row.items()}
        data.store.insert("Account", {"Id": f"{number:032x}", **values})
    reader = Reader(standard_catalogue(), PACIFIC, 83.0, case_sensitive)
    for where in wheres:
        plan = reader.plan("select Id from Account" + zoql(where))
        found = [int(row[0], 16) for row in first_rows(data.store, plan.selection, plan.outputs, 100)]
        expected = [n for n, row in enumerate(rows) if holds(row, where, case_sensitive=case_sensitive)]
        assert found == expected, zoql(where)


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [("abc", "a%", True), ("abc", "_b_", True), ("abc", "%bc", True), ("a.c", "a_c", True), ("abc", "b%", False)],
)
def test_the_oracle_itself(text: str, pattern: str, fits: bool) -> None:
    assert like(text, pattern) is fits


def query_texts() -> st.SearchStrategy[str]:
    """Texts made of what queries are made of, in any order."""
    words = [
        "select", "from", "where", "and", "or", "like", "null", "true", "Id", "Name", "Account", "RatePlanCharge",
        "Price", "AutoPay", "CreatedDate", "Balance", "=", "!=", "<", ">=", ",", ";", "'", "'x'", "'a%'", "'%a%'",
        "'\\'", "'\\n'", "1", "-1.5", "1e9", "2026-01-01", "2026-13-45", "2026-01-01T00:00:00", "'2026-01-01'",
        "2026-01-01T99:00:00+99:99", "(", ")", "*", "order by", "limit 1", "\u0661",
    ]  # fmt: skip
    return st.lists(st.sampled_from(words) | st.text(max_size=3), max_size=16).map(" ".join)


@settings(max_examples=300)
@given(
    text=query_texts() | st.builds("select Id from Account where {}".format, query_texts()),
    version=st.sampled_from([20.0, 68.0, 69.0, 153.0]),
)
def test_any_text_gives_rows_or_a_declared_fault(data: EntityData, text: str, version: float) -> None:
    try:
        plan = Reader(standard_catalogue(), PACIFIC, version).plan(text)
    except SoapFault as fault:
        assert fault.code in ("fns:MALFORMED_QUERY", "fns:INVALID_TYPE", "fns:INVALID_FIELD", "fns:INVALID_VALUE")  # noqa: PT017
        assert b"<fns:MalformedQueryFault>" in fault.detail  # noqa: PT017 - most texts are refused, a few are not
    else:
        first_rows(data.store, plan.selection, plan.outputs, 1)
