"""What a charge costs: the charge models, list prices to billing periods, MRR, TCV and discounts.

Everything here is arithmetic on plain values: prices and quantities are `Decimal`, results are rounded once, at the
end, to the service's nine decimals. What the published examples fix is kept: a recurring charge's MRR is its price for
a period over the months of the period, where a week is 7 days of a 30-day month; its TCV is the MRR times the months
it is in force, a part of a month counted in that month's own days. Usage and discounts have neither, a one-time
charge has no MRR, and TCV is not known (None) while a subscription has no end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from mock_zuora.calendar import DAYS_IN_A_BILLING_MONTH, months_between

FLAT_FEE = "Flat Fee Pricing"
PER_UNIT = "Per Unit Pricing"
OVERAGE = "Overage Pricing"
TIERED = "Tiered Pricing"
TIERED_WITH_OVERAGE = "Tiered with Overage Pricing"
VOLUME = "Volume Pricing"
DISCOUNT_FIXED = "Discount-Fixed Amount"
DISCOUNT_PERCENTAGE = "Discount-Percentage"

DISCOUNTS = frozenset({DISCOUNT_FIXED, DISCOUNT_PERCENTAGE})
STEPPED = frozenset({TIERED, TIERED_WITH_OVERAGE, VOLUME})
"""Models whose price has steps that begin and end at a quantity."""

ONE_TIME = "OneTime"
RECURRING = "Recurring"
USAGE = "Usage"

DECIMALS = Decimal("0.000000001")
"""The precision of prices, MRR and TCV."""

_PERIOD_MONTHS: Mapping[str, Fraction] = {
    "Month": Fraction(1),
    "Quarter": Fraction(3),
    "Semi-Annual": Fraction(6),
    "Annual": Fraction(12),
    "Eighteen Months": Fraction(18),
    "Two Years": Fraction(24),
    "Three Years": Fraction(36),
    "Five Years": Fraction(60),
    "Week": Fraction(7, DAYS_IN_A_BILLING_MONTH),
}
_PERIODS_OF_SPECIFIC_LENGTH = {
    "Specific Months": Fraction(1),
    "Specific Weeks": Fraction(7, DAYS_IN_A_BILLING_MONTH),
}
_BASE_MONTHS: Mapping[str, Fraction] = {
    "Per Month": Fraction(1),
    "Per Year": Fraction(12),
    "Per Week": Fraction(7, DAYS_IN_A_BILLING_MONTH),
}
SUBSCRIPTION_TERM = "Subscription Term"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a price, up to and with the unit `end` (None: without end).

    `price` is for each unit, or with `per_unit` False for the whole step; `overage` prices what is beyond the steps.
    """

    price: Decimal
    end: Decimal | None = None
    per_unit: bool = True
    overage: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """How a charge is priced: its model, its steps from the lowest up, and the units an overage charge includes."""

    model: str
    tiers: tuple[Tier, ...] = ()
    included: Decimal = Decimal(0)

    def amount(self, quantity: Decimal) -> Decimal:
        """What a quantity costs for one list-price period, unrounded; discounts cost nothing by themselves.

        What lies beyond the end of the last step costs as the last step does.
        """
        if self.model in DISCOUNTS or not self.tiers:
            return Decimal(0)
        first = self.tiers[0]
        if self.model == FLAT_FEE:
            return first.price
        if self.model == PER_UNIT:
            return first.price * quantity
        if self.model == OVERAGE:
            return first.price * max(Decimal(0), quantity - self.included)
        if self.model == VOLUME:
            fits = [tier for tier in self.tiers if tier.end is None or quantity <= tier.end]
            tier = fits[0] if fits else self.tiers[-1]
            return tier.price * quantity if tier.per_unit else tier.price
        return _stepwise(self.tiers, quantity)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a charge is billed and what its list price is for.

    `specific` is the number of months or weeks of a specific billing period, `term_months` the length of the
    subscription's term for charges billed once a term.
    """

    kind: str = RECURRING
    period: str = "Month"
    specific: int | None = None
    base: str = "Per Billing Period"
    term_months: Fraction | None = None

    @property
    def months(self) -> Fraction:
        """The months of one billing period; a period that is not known counts as one month."""
        if self.period in _PERIODS_OF_SPECIFIC_LENGTH:
            return _PERIODS_OF_SPECIFIC_LENGTH[self.period] * max(self.specific or 1, 1)
        if self.period == SUBSCRIPTION_TERM:
            return self.term_months or Fraction(1)
        return _PERIOD_MONTHS.get(self.period, Fraction(1))

    def per_period(self, amount: Decimal) -> Decimal:
        """A list-price amount as the amount for one billing period; only recurring charges convert."""
        if self.kind != RECURRING or self.base not in _BASE_MONTHS:
            return amount
        return rounded(Fraction(amount) * self.months / _BASE_MONTHS[self.base])

    def per_month(self, amount: Decimal) -> Fraction:
        """A list-price amount as the exact amount for one month."""
        return Fraction(amount) / _BASE_MONTHS.get(self.base, self.months)


def rounded(value: Fraction | Decimal) -> Decimal:
    """To the service's nine decimals, half away from zero."""
    exact = Fraction(value)
    with localcontext() as context:
        context.prec = 60
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(DECIMALS, ROUND_HALF_UP)


def mrr(price: Price, rhythm: Rhythm, quantity: Decimal) -> Decimal:
    """Monthly recurring revenue of a charge with this quantity: of recurring charges that are no discounts."""
    return rounded(_monthly(price, rhythm, quantity))


def tcv(
    price: Price, rhythm: Rhythm, quantity: Decimal, start: date, end: date | None, *, anchor: date | None = None
) -> Decimal | None:
    """Total contract value of a charge from `start` up to the day before `end`; None while there is no end.

    `anchor` is the day the charge first began, from which its months count. A one-time charge is worth its price.
    """
    if rhythm.kind == USAGE or price.model in DISCOUNTS:
        return rounded(Decimal(0))
    if rhythm.kind == ONE_TIME:
        return rounded(price.amount(quantity))
    if end is None:
        return None
    months = months_between(start, max(start, end), anchor)
    return rounded(_monthly(price, rhythm, quantity) * months)


def discount(model: str, value: Decimal, amount: Decimal) -> Decimal:
    """By how much a discount lowers an amount: never below zero; a negative percentage raises it."""
    if model == DISCOUNT_PERCENTAGE:
        return amount * value / 100
    return min(value, max(amount, Decimal(0)))


def _monthly(price: Price, rhythm: Rhythm, quantity: Decimal) -> Fraction:
    if rhythm.kind != RECURRING or price.model in DISCOUNTS:
        return Fraction(0)
    return rhythm.per_month(price.amount(quantity))


def _stepwise(tiers: Sequence[Tier], quantity: Decimal) -> Decimal:
    """Tiered: the units that fall in each step, at its price; a step for the whole counts once it is entered."""
    total, below = Decimal(0), Decimal(0)
    last = len(tiers) - 1
    for place, tier in enumerate(tiers):
        if quantity <= below:
            break
        top = quantity if tier.end is None or place == last else min(quantity, tier.end)
        total += tier.price * (top - below) if tier.per_unit else tier.price
        below = top
    return total
