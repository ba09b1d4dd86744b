from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.mapping.transforms import NAME_LENGTH_MAX, TRANSFORMS, long_id


def one(name: str, value: str | None, **options: object) -> str | None:
    return TRANSFORMS[name]([[value]], options)


def many(name: str, *columns: list[str | None], **options: object) -> str | None:
    return TRANSFORMS[name](columns, options)


@pytest.mark.parametrize(
    ("name", "value", "options", "expected"),
    [
        ("text", "  a b ", {}, "a b"),
        ("text", "   ", {}, None),
        ("text", None, {}, None),
        ("boolean", "true", {}, "true"),
        ("boolean", None, {}, "false"),
        ("boolean", "1", {}, "true"),
        ("number", "10", {"scale": 2}, "10.00"),
        ("number", "0.125", {"scale": 2}, "0.13"),
        ("number", "-0.125", {"scale": 2}, "-0.13"),
        ("number", "-0.001", {"scale": 2}, "0.00"),
        ("number", "1E+3", {"scale": 0}, "1000"),
        ("number", "ten", {"scale": 2}, "ten"),
        ("number", None, {"scale": 2}, None),
        ("date", "2026-01-15", {}, "2026-01-15"),
        ("date", "2026-01-15T23:30:00.000-08:00", {}, "2026-01-15"),
        ("date_time", "2026-01-15T23:30:00.000-08:00", {}, "2026-01-16T07:30:00.000Z"),
        ("date_time", "2026-01-15", {}, "2026-01-15T00:00:00.000Z"),
        ("date_time", "2026-01-15T01:02:03.456+0000", {}, "2026-01-15T01:02:03.456Z"),
        ("date_time", "yesterday", {}, "yesterday"),
        ("day_of_month", "1", {}, "1st of the month"),
        ("day_of_month", "12", {}, "12th of the month"),
        ("day_of_month", "23", {}, "23rd of the month"),
        ("day_of_month", "0", {}, None),
        ("discount_apply_type", "ONETIMEUSAGE", {}, "5"),
        ("names", "ONETIMEUSAGE", {"part": "USAGE"}, "true"),
        ("names", "ONETIMEUSAGE", {"part": "RECURRING"}, "false"),
        ("names", None, {"part": "USAGE"}, "false"),
        ("word", "OneTime", {"words": {"OneTime": "One-Time"}}, "One-Time"),
        ("word", "Recurring", {"words": {"OneTime": "One-Time"}}, "Recurring"),
        ("salesforce_id", "001D000000IqhSL", {}, "001D000000IqhSLIAZ"),
        ("salesforce_id", "001D000000IqhSLIAZ", {}, "001D000000IqhSLIAZ"),
        ("salesforce_id", "not an id", {}, "not an id"),
    ],
)
def test_a_single_value(name: str, value: str | None, options: dict[str, object], expected: str | None) -> None:
    assert one(name, value, **options) == expected


@pytest.mark.parametrize(
    ("count", "period", "expected"),
    [("12", "Month", "12 Months"), ("1", "Year", "1 Year"), ("12", None, "12 Months"), (None, "Month", None)],
)
def test_a_term_is_in_words(count: str | None, period: str | None, expected: str | None) -> None:
    assert many("term", [count], [period]) == expected


@pytest.mark.parametrize(
    ("mrr", "period", "specific", "expected"),
    [
        ("100", "Month", None, "100.00"),
        ("100", "Quarter", None, "300.00"),
        ("100", "Semi-Annual", None, "600.00"),
        ("100", "Annual", None, "1200.00"),
        ("100", "Specific Months", "5", "500.00"),
        ("100", "Week", None, None),
        (None, "Month", None, None),
    ],
)
def test_the_extended_amount_is_mrr_times_the_months_of_a_period(
    mrr: str | None, period: str, specific: str | None, expected: str | None
) -> None:
    assert many("extended_amount", [mrr], [period], [specific], scale=2) == expected


def test_names_are_joined_and_gaps_left_out() -> None:
    assert many("full_name", ["First"], ["Last"]) == "First Last"
    assert many("full_name", [None], ["Last"]) == "Last"
    assert many("full_name", [None], [None]) is None
    assert many("first_name", [None], ["Visa"]) == "Visa"


def test_a_price_table_has_a_line_a_tier_in_their_order() -> None:
    table = many(
        "price_table",
        ["2", "1"],
        ["11", "0"],
        [None, "10.000"],
        ["4.50", "50"],
        ["PerUnit", "FlatFee"],
        ["true", "false"],
    )
    assert table == "0 - 10: 50 Flat Fee\n11 and above: 4.5 Per Unit, overage"
    assert many("price_table", [], [], [], [], [], []) is None


def test_mrr_counts_the_last_segment_of_each_charge_once() -> None:
    mrr, last, status = (
        ["10", "25", "7", None],
        ["false", "true", "true", "true"],
        ["Active", "Active", "Cancelled", "Active"],
    )
    assert many("current_mrr", mrr, last, scale=2) == "32.00"
    assert many("active_mrr", mrr, last, status, scale=2) == "25.00"
    assert many("current_mrr", [], [], scale=2) is None


def test_the_list_price_is_that_of_the_first_tier_in_the_tenant_currency() -> None:
    tiers = (["EUR", "USD", "USD"], ["1", "2", "1"], ["8", "20", "10"])
    assert many("list_price", ["USD"], *tiers, scale=2) == "10.00"
    assert many("list_price", ["GBP"], *tiers, scale=2) is None


def test_aggregates_of_columns() -> None:
    assert many("sum", ["1.005", None, "2"], scale=2) == "3.01"
    assert many("earliest", ["2026-03-01", None, "2026-02-01"]) == "2026-02-01"
    assert many("earliest", [None]) is None
    assert many("only", ["a", None, "a"]) == "a"
    assert many("only", ["a", "b"]) is None
    assert many("same", ["x"], ["x"]) == "true"
    assert many("same", [None], [None]) == "false"
    assert many("scoped_key", ["e1"], ["Net 30"]) == "e1:Net 30"
    assert many("scoped_key", [None], ["Net 30"]) == "Net 30"
    assert many("scoped_key", ["e1"], [None]) is None


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**12), max_value=10**12),
    st.integers(0, 9),
)
def test_numbers_are_rounded_to_the_scale_and_stay_put_when_rounded_again(value: Decimal, scale: int) -> None:
    text = one("number", str(value), scale=scale)
    assert text is not None
    assert Decimal(text) == value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    assert "E" not in text
    assert text != "-0"
    assert one("number", text, scale=scale) == text


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1971 < moment.year < 2999),
    st.integers(-12 * 60, 14 * 60),
)
def test_moments_keep_their_instant(drawn: datetime, offset_minutes: int) -> None:
    moment = drawn.replace(
        microsecond=drawn.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=offset_minutes))
    )
    text = one("date_time", moment.isoformat())
    assert text is not None
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment.astimezone(UTC)


@given(st.text(max_size=200))
def test_names_fit_and_lose_nothing_but_their_end(value: str) -> None:
    name = one("short_name", value)
    if name is None:
        assert not value.strip()
    else:
        assert len(name) <= NAME_LENGTH_MAX
        assert value.strip().startswith(name)


@given(st.from_regex(r"[0-9A-Za-z]{15}", fullmatch=True))
def test_long_ids_differ_where_short_ids_differ_in_case_only(value: str) -> None:
    assert long_id(value)[:15] == value
    assert len(long_id(value)) == 18
    assert long_id(long_id(value)) == long_id(value)
    if value.swapcase() != value:
        assert long_id(value).upper() != long_id(value.swapcase()).upper()


@given(st.sampled_from(sorted(TRANSFORMS)), st.text(max_size=30))
def test_no_value_breaks_a_transform(name: str, value: str) -> None:
    options = {"scale": 2, "words": {}, "part": "USAGE"}
    columns = [[value]] * {"price_table": 6, "extended_amount": 3, "active_mrr": 3, "list_price": 4}.get(name, 2)
    result = TRANSFORMS[name](columns, options)
    assert result is None or result


def test_a_number_too_long_to_round_is_passed_on() -> None:
    assert one("number", "1E100", scale=2) == "1" + "0" * 100
