"""What a charge costs: prices in each currency, and the amount for a quantity under each charge model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FLAT_FEE = "Flat Fee Pricing"
PER_UNIT = "Per Unit Pricing"
OVERAGE = "Overage Pricing"
TIERED = "Tiered Pricing"
TIERED_WITH_OVERAGE = "Tiered with Overage Pricing"
VOLUME = "Volume Pricing"
DISCOUNT_FIXED = "Discount-Fixed Amount"
DISCOUNT_PERCENTAGE = "Discount-Percentage"

ONE_TIME = "OneTime"
RECURRING = "Recurring"
USAGE = "Usage"

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
    if model in {DISCOUNT_FIXED, DISCOUNT_PERCENTAGE}:
        return Decimal(0)
    if model == FLAT_FEE:
        return tiers[0].price
    if model == PER_UNIT:
        return tiers[0].price * quantity
    if model == OVERAGE:
        return tiers[0].price * max(Decimal(0), quantity - included)
    if model == VOLUME:
        return next(_whole(tier, quantity) for tier in tiers if tier.end is None or quantity <= tier.end)
    return sum((_part(tier, quantity) for tier in tiers), Decimal(0))


def _whole(tier: Tier, quantity: Decimal) -> Decimal:
    """Volume: every unit at the price of the tier that the quantity falls in."""
    return tier.price * quantity if tier.per_unit else tier.price


def _part(tier: Tier, quantity: Decimal) -> Decimal:
    """Tiered: the units that fall in this tier, at its price. Tiers begin at 0, then one past the last one's end."""
    below = max(tier.start - 1, Decimal(0))
    if quantity <= below:
        return Decimal(0)
    units = (quantity if tier.end is None else min(quantity, tier.end)) - below
    return tier.price * units if tier.per_unit else tier.price
