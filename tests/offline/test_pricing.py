"""What a quantity costs under each charge model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora.calendar import add_months
from mock_zuora.pricing import (
    DISCOUNT_PERCENTAGE,
    FLAT_FEE,
    OVERAGE,
    PER_UNIT,
    RECURRING,
    TIERED,
    TIERED_WITH_OVERAGE,
    USAGE,
    VOLUME,
)
from offline.scenarios.catalog import ChargeSpec, tiers_of
from offline.scenarios.pricing import amount_for, in_currency, money
from offline.scenarios.stamps import months_between

STEPS = ((10, "4.00"), (20, "3.00"), (None, "2.00"))


def cost(model: str, quantity: int, *, included: int = 0) -> Decimal:
    prices = STEPS if model in {TIERED, TIERED_WITH_OVERAGE, VOLUME} else ((None, "4.00"),)
    spec = ChargeSpec("Charge", model, USAGE, prices, unit="Each", included=included)
    return amount_for(model, tiers_of(spec, "USD"), Decimal(quantity), Decimal(included))


@pytest.mark.parametrize(
    ("model", "quantity", "amount"),
    [
        (FLAT_FEE, 7, "4"),
        (PER_UNIT, 7, "28"),
        (TIERED, 10, "40"),
        (TIERED, 11, "43"),
        (TIERED, 25, "80"),
        (TIERED_WITH_OVERAGE, 25, "80"),
        (VOLUME, 10, "40"),
        (VOLUME, 11, "33"),
        (VOLUME, 25, "50"),
        (DISCOUNT_PERCENTAGE, 25, "0"),
    ],
)
def test_amounts(model: str, quantity: int, amount: str) -> None:
    assert cost(model, quantity) == Decimal(amount)


def test_included_units_cost_nothing() -> None:
    assert [cost(OVERAGE, quantity, included=5) for quantity in (0, 5, 6)] == [0, 0, 4]


@given(st.integers(0, 60))
def test_tiered_units_each_cost_the_price_of_their_own_tier(quantity: int) -> None:
    unit_prices = [Decimal(4)] * 10 + [Decimal(3)] * 10 + [Decimal(2)] * 40
    assert cost(TIERED, quantity) == sum(unit_prices[:quantity], Decimal(0))


@given(st.decimals(0, 10**6, places=4), st.sampled_from(["USD", "EUR", "GBP", "JPY"]))
def test_money_is_rounded_to_what_the_currency_can_pay(amount: Decimal, currency: str) -> None:
    places = 0 if currency == "JPY" else 2
    rounded = money(amount, currency)
    assert rounded.as_tuple().exponent == -places
    assert abs(rounded - amount) <= Decimal(10) ** -places / 2


def test_prices_in_other_currencies_and_percentages_in_all() -> None:
    assert in_currency(Decimal("12.50"), "JPY") == Decimal(1875)
    spec = ChargeSpec("Discount", DISCOUNT_PERCENTAGE, RECURRING, ((None, "10"),))
    assert [tiers_of(spec, currency)[0].price for currency in ("USD", "JPY")] == [10, 10]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_months_added_are_months_between(day: date, months: int) -> None:
    first = day.replace(day=1)
    assert months_between(first, add_months(first, months)) == months
    assert add_months(day, months).day <= day.day
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
