"""What a charge costs, checked against the published examples and against counting unit by unit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora.calendar import add_months, add_period, months_between
from mock_zuora.pricing import (
    DISCOUNT_FIXED,
    DISCOUNT_PERCENTAGE,
    FLAT_FEE,
    ONE_TIME,
    OVERAGE,
    PER_UNIT,
    RECURRING,
    TIERED,
    TIERED_WITH_OVERAGE,
    USAGE,
    VOLUME,
    Price,
    Rhythm,
    Tier,
    discount,
    mrr,
    tcv,
)

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MONEY = st.decimals(0, 10_000, places=2)
STEPS = (Tier(Decimal(4), Decimal(10)), Tier(Decimal(3), Decimal(20)), Tier(Decimal(2)))


def flat(price: str) -> Price:
    return Price(FLAT_FEE, (Tier(Decimal(price), per_unit=False),))


@pytest.mark.parametrize(
    ("model", "quantity", "amount"),
    [
        (TIERED, "0", "0"),
        (TIERED, "10", "40"),
        (TIERED, "10.5", "41.5"),
        (TIERED, "25", "80"),
        (TIERED_WITH_OVERAGE, "25", "80"),
        (VOLUME, "10", "40"),
        (VOLUME, "10.5", "31.5"),
        (VOLUME, "25", "50"),
        (PER_UNIT, "25", "100"),
        (FLAT_FEE, "25", "4"),
        (DISCOUNT_FIXED, "25", "0"),
        (DISCOUNT_PERCENTAGE, "25", "0"),
    ],
)
def test_a_model_prices_a_quantity(model: str, quantity: str, amount: str) -> None:
    assert Price(model, STEPS).amount(Decimal(quantity)) == Decimal(amount)


def test_included_units_cost_nothing() -> None:
    price = Price(OVERAGE, (Tier(Decimal(3)),), included=Decimal(5))
    assert [price.amount(Decimal(quantity)) for quantity in (0, 5, 6)] == [0, 0, 3]


def test_a_step_for_the_whole_counts_once_it_is_entered() -> None:
    steps = (Tier(Decimal(50), Decimal(10), per_unit=False), Tier(Decimal(20), per_unit=False))
    assert [Price(TIERED, steps).amount(Decimal(quantity)) for quantity in (0, 1, 10, 11)] == [0, 50, 50, 70]
    assert [Price(VOLUME, steps).amount(Decimal(quantity)) for quantity in (1, 10, 11)] == [50, 50, 20]


@st.composite
def stepped(draw: st.DrawFn) -> tuple[Tier, ...]:
    ends = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=5)))
    prices = draw(st.lists(MONEY, min_size=len(ends) + 1, max_size=len(ends) + 1))
    return tuple(
        Tier(price, None if end is None else Decimal(end)) for price, end in zip(prices, [*ends, None], strict=True)
    )


@given(stepped(), st.integers(0, 90))
def test_tiered_pricing_is_what_counting_unit_by_unit_gives(tiers: tuple[Tier, ...], quantity: int) -> None:
    def price_of(unit: int) -> Decimal:
        return next(tier.price for tier in tiers if tier.end is None or unit <= tier.end)

    assert Price(TIERED, tiers).amount(Decimal(quantity)) == sum(price_of(unit) for unit in range(1, quantity + 1))
    if quantity:
        assert Price(VOLUME, tiers).amount(Decimal(quantity)) == quantity * price_of(quantity)


@pytest.mark.parametrize(
    ("period", "specific", "base", "price", "monthly"),
    [
        ("Month", None, "Per Billing Period", "100", "100"),
        ("Quarter", None, "Per Billing Period", "300", "100"),
        ("Semi-Annual", None, "Per Billing Period", "600", "100"),
        ("Annual", None, "Per Billing Period", "100", "8.333333333"),
        ("Annual", None, "Per Month", "100", "100"),
        ("Month", None, "Per Year", "21500", "1791.666666667"),
        ("Specific Months", 4, "Per Billing Period", "400", "100"),
        ("Week", None, "Per Billing Period", "140", "600"),
        ("Week", None, "Per Week", "140", "600"),
        ("Specific Weeks", 2, "Per Billing Period", "280", "600"),
    ],
)
def test_mrr_is_the_price_for_a_month(period: str, specific: int | None, base: str, price: str, monthly: str) -> None:
    assert mrr(flat(price), Rhythm(RECURRING, period, specific, base), Decimal(1)) == Decimal(monthly)


def test_a_charge_billed_once_a_term_spreads_over_the_term() -> None:
    rhythm = Rhythm(RECURRING, "Subscription Term", term_months=Fraction(24))
    assert mrr(flat("2400"), rhythm, Decimal(1)) == 100


@pytest.mark.parametrize(("kind", "model"), [(ONE_TIME, FLAT_FEE), (USAGE, PER_UNIT), (RECURRING, DISCOUNT_FIXED)])
def test_only_recurring_charges_that_are_no_discounts_have_mrr(kind: str, model: str) -> None:
    assert mrr(Price(model, (Tier(Decimal(10)),)), Rhythm(kind), Decimal(3)) == 0


@pytest.mark.parametrize(
    ("monthly", "start", "end", "value"),
    [
        ("100", date(2026, 1, 1), date(2026, 3, 1), "200"),
        ("100", date(2026, 1, 1), date(2026, 3, 15), "245.161290323"),
        ("600", date(2026, 1, 1), date(2026, 4, 1), "1800"),
        ("35", date(2018, 8, 18), date(2019, 1, 1), "155.806451613"),
        ("10", date(2026, 1, 31), date(2026, 2, 28), "10"),
    ],
)
def test_tcv_is_mrr_times_the_months_in_force(monthly: str, start: date, end: date, value: str) -> None:
    assert tcv(flat(monthly), Rhythm(), Decimal(1), start, end) == Decimal(value)


def test_tcv_of_what_has_no_end_is_not_known() -> None:
    begun = date(2026, 1, 1)
    assert tcv(flat("10"), Rhythm(), Decimal(1), begun, None) is None
    assert tcv(flat("0"), Rhythm(), Decimal(1), begun, None) is None
    assert tcv(flat("10"), Rhythm(ONE_TIME), Decimal(1), begun, None) == 10
    assert tcv(flat("10"), Rhythm(USAGE), Decimal(1), begun, None) == 0


@given(
    DAYS, st.lists(st.integers(0, 1500), min_size=1, max_size=6), MONEY, st.sampled_from(["Month", "Annual", "Week"])
)
def test_the_segments_of_a_charge_are_worth_what_the_whole_is(
    start: date, offsets: list[int], price: Decimal, period: str
) -> None:
    charge, rhythm = flat(str(price)), Rhythm(RECURRING, period)
    days = [start, *(start + timedelta(days=each) for each in sorted(offsets))]
    parts = [tcv(charge, rhythm, Decimal(1), one, two, anchor=start) for one, two in pairwise(days)]
    whole = tcv(charge, rhythm, Decimal(1), start, days[-1])
    assert whole is not None
    assert abs(sum((part or Decimal(0) for part in parts), Decimal(0)) - whole) <= Decimal("1e-9") * len(parts)


@given(DAYS, DAYS, DAYS)
def test_months_add_up_whatever_day_they_are_split_at(start: date, middle: date, end: date) -> None:
    assert months_between(start, middle, start) + months_between(middle, end, start) == months_between(start, end)


@given(DAYS, st.integers(0, 120))
def test_whole_months_are_whole(day: date, months: int) -> None:
    assert months_between(day, add_months(day, months)) == months
    assert add_period(day, months, "Month") == add_months(day, months)


@given(DAYS, st.integers(1, 3000))
def test_later_days_are_more_months(day: date, days: int) -> None:
    later = day + timedelta(days=days)
    assert months_between(day, later - timedelta(days=1)) < months_between(day, later)


def test_periods_are_added_by_their_kind() -> None:
    day = date(2024, 2, 29)
    ends = [add_period(day, 1, kind) for kind in ("Day", "Weeks", "Month", "Years")]
    assert ends == [date(2024, 3, 1), date(2024, 3, 7), date(2024, 3, 29), date(2025, 2, 28)]
    with pytest.raises(ValueError, match="no kind of period"):
        add_period(day, 1, "Fortnight")
    with pytest.raises(OverflowError):
        add_months(day, 12 * 8000)


def test_a_list_price_turns_into_the_price_of_a_billing_period() -> None:
    assert Rhythm(RECURRING, "Quarter", base="Per Month").per_period(Decimal(10)) == 30
    assert Rhythm(RECURRING, "Specific Months", 4, "Per Year").per_period(Decimal(21500)) == Decimal("7166.666666667")
    assert Rhythm(RECURRING, "Quarter").per_period(Decimal(10)) == 10
    assert Rhythm(ONE_TIME, "Quarter", base="Per Month").per_period(Decimal(10)) == 10


@given(st.sampled_from([DISCOUNT_FIXED, DISCOUNT_PERCENTAGE]), st.decimals(0, 100, places=2), MONEY)
def test_a_discount_takes_no_more_than_there_is(model: str, value: Decimal, amount: Decimal) -> None:
    assert 0 <= discount(model, value, amount) <= amount
