from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.zuora.zoql import CHARACTERS_MAX, CONDITIONS_MAX, Condition, equals, literal, select, split_by_ids

IDS = st.lists(st.text("0123456789abcdef", min_size=1, max_size=32), max_size=600)


def test_a_query_without_conditions_selects_everything() -> None:
    assert select("Account", ["Id", "Name"]) == "select Id, Name from Account"


def test_conditions_are_joined_with_and() -> None:
    where = [equals("AccountId", "a1"), Condition("Status", "!=", "Draft")]
    assert select("Invoice", ["Id"], where) == "select Id from Invoice where AccountId = 'a1' and Status != 'Draft'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 1, 2), "'2026-01-02'"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "'2026-01-02T03:04:05+00:00'"),
        ('it\'s \\ "so"\n', "'it\\'s \\\\ \\\"so\\\"\\n'"),
    ],
)
def test_values_are_written_as_the_language_wants_them(value: object, text: str) -> None:
    assert literal(value) == text  # type: ignore[arg-type]


def test_a_moment_without_a_zone_is_refused_because_it_would_mean_the_tenants_own() -> None:
    with pytest.raises(ValueError, match="time zone"):
        literal(datetime(2026, 1, 2))  # noqa: DTZ001 - this is what is refused


@pytest.mark.parametrize("name", ["Id from Account where", "a'b", "", "1st"])
def test_a_name_cannot_smuggle_query_text_in(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        select("Account", [name])


def test_a_query_over_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limits"):
        select("Account", ["Id"], [equals("Name", "x" * CHARACTERS_MAX)])


def test_also_is_repeated_beside_every_id_because_and_binds_tighter() -> None:
    (query,) = split_by_ids("Invoice", ["Id"], "AccountId", ["a", "b"], [equals("Status", "Posted")])
    assert query == (
        "select Id from Invoice where AccountId = 'a' and Status = 'Posted' or AccountId = 'b' and Status = 'Posted'"
    )


def test_repeated_conditions_count_towards_the_limit() -> None:
    also = [equals("Status", "Posted"), Condition("Amount", ">", 0)]
    queries = split_by_ids("Invoice", ["Id"], "Id", [str(number) for number in range(100)], also)
    assert [query.count(" or ") + 1 for query in queries] == [66, 34]


def test_no_ids_need_no_query() -> None:
    assert list(split_by_ids("Invoice", ["Id"], "AccountId", [])) == []


def test_one_id_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="not even one id"):
        list(split_by_ids("Invoice", ["Id"], "AccountId", ["x" * CHARACTERS_MAX]))


@given(ids=IDS, also=st.integers(0, 3))
def test_split_queries_ask_for_each_id_in_order_and_stay_under_both_limits(ids: list[str], also: int) -> None:
    queries = list(split_by_ids("Invoice", ["Id", "Amount"], "AccountId", ids, [equals("Status", "Posted")] * also))
    asked = [name for query in queries for name in re.findall(r"AccountId = '([0-9a-f]*)'", query)]
    assert asked == ids
    for query in queries:
        assert len(query) <= CHARACTERS_MAX < 10_000
        assert query.count(" = ") <= CONDITIONS_MAX < 200


@given(ids=st.lists(st.uuids().map(lambda each: each.hex), unique=True, max_size=500))
def test_split_queries_are_as_few_as_can_be(ids: list[str]) -> None:
    queries = list(split_by_ids("RatePlanCharge", ["Id"], "ProductRatePlanChargeId", ids))
    longest = max((query.count(" = ") for query in queries), default=0)
    assert all(query.count(" = ") == longest for query in queries[:-1])
