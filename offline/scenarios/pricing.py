"""What a charge costs: prices in each currency, and the amount for a quantity under each charge model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mock_zuora import pricing
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
)

MODELS: Mapping[str, tuple[str, ...]] = {
    DISCOUNT_FIXED: (ONE_TIME, RECURRING),
    DISCOUNT_PERCENTAGE: (ONE_TIME, RECURRING),
    FLAT_FEE: (ONE_TIME, RECURRING, USAGE),
    PER_UNIT: (ONE_TIME, RECURRING, USAGE),
    OVERAGE: (USAGE,),
    TIERED: (ONE_TIME, RECURRING, USAGE),
    TIERED_WITH_OVERAGE: (USAGE,),
    VOLUME: (ONE_TIME, RECURRING, USAGE),
}
"""The charge models, and the charge types that each may have."""

_RATES = {"USD": Decimal(1), "EUR": Decimal("0.9"), "GBP": Decimal("0.8"), "JPY": Decimal(150)}
"""How list prices in US dollars turn into other currencies': round factors, not rates of any day."""


@dataclass(frozen=True)
class Tier:
    """One step of a price, for the units from `start` to `end` (None: no end), in the currency's units."""

    start: Decimal
    end: Decimal | None
    price: Decimal
    per_unit: bool
    overage: bool = False


def money(amount: Decimal, currency: str) -> Decimal:
    """Rounded to what the currency can pay."""
    step = Decimal(1) if currency == "JPY" else Decimal("0.01")
    return amount.quantize(step, ROUND_HALF_UP)


def in_currency(dollars: Decimal, currency: str) -> Decimal:
    """A list price in US dollars, as the list price in another currency."""
    return money(dollars * _RATES[currency], currency)


def amount_for(model: str, tiers: Sequence[Tier], quantity: Decimal, included: Decimal) -> Decimal:
    """What a quantity costs under a charge model, before rounding. Discounts cost nothing by themselves."""
    steps = tuple(pricing.Tier(each.price, each.end, each.per_unit, each.overage) for each in tiers)
    return pricing.Price(model, steps, included).amount(quantity)
