"""The product catalog: dates in order, and charges that say all that their model and type need."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, missing, refuse
from mock_zuora.books import Books, Row
from mock_zuora.pricing import DISCOUNTS, OVERAGE, PER_UNIT, STEPPED, USAGE

_COUNTED = STEPPED | {PER_UNIT, OVERAGE}
_NEEDED_WITH = (
    ("BillCycleType", "SpecificDayofMonth", "BillCycleDay"),
    ("BillCycleType", "SpecificDayofWeek", "WeeklyBillCycleDay"),
    ("BillingPeriod", "Specific Months", "SpecificBillingPeriod"),
    ("BillingPeriod", "Specific Weeks", "SpecificBillingPeriod"),
    ("EndDateCondition", "FixedPeriod", "UpToPeriods"),
)
"""A field, its value, and the field that this value makes necessary."""


class _Dated(Behaviour):
    """What has a first and a last day."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """The last day must not come before the first."""
        _check_dates(values)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """The same of the dates as they will be."""
        _check_dates({**before, **changes})


class ProductBehaviour(_Dated):
    """A product ends after it begins."""


class ProductRatePlanBehaviour(_Dated):
    """A rate plan ends after it begins."""


class ProductRatePlanChargeBehaviour(Behaviour):
    """A charge says what its model and its type need, and its tiers follow one another."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check the charge and complete its tiers."""
        _check_charge(values)
        _check_tiers(values, parts)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check the charge as it will be."""
        if {"ChargeModel", "ChargeType"} & set(changes) and books.where(
            "RatePlanCharge", ProductRatePlanChargeId=before["Id"]
        ):
            raise refuse(f"The charge {before['Id']} has subscriptions; its model and type cannot be changed.")
        _check_charge({**before, **changes})


def _check_dates(values: Row) -> None:
    first, last = values.get("EffectiveStartDate"), values.get("EffectiveEndDate")
    if first is not None and last is not None and last < first:
        raise refuse(f"The EffectiveEndDate {last} must not be before the EffectiveStartDate {first}.")


def _check_charge(charge: Row) -> None:
    model, kind = charge.get("ChargeModel"), charge.get("ChargeType")
    if model in _COUNTED and charge.get("UOM") is None:
        raise missing("UOM")
    if model == OVERAGE and kind != USAGE:
        raise refuse(f"Invalid value for field ChargeModel: {model}. Only a usage charge is priced by overage.")
    for field, value, needed in _NEEDED_WITH:
        if charge.get(field) == value and charge.get(needed) is None:
            raise missing(needed)


def _check_tiers(charge: Row, tiers: Sequence[Row]) -> None:
    """Every step of one currency begins past the end of the step before it; discounts say what they take off."""
    model = charge["ChargeModel"]
    ends: dict[str | None, object] = {}
    for number, tier in enumerate(tiers, start=1):
        if model not in DISCOUNTS and tier.get("Price") is None:
            raise missing("Price")
        start, end = tier.get("StartingUnit"), tier.get("EndingUnit")
        if start is not None and end is not None and end < start:
            raise refuse(f"The EndingUnit {end} of tier {number} must not be before its StartingUnit {start}.")
        last = ends.get(tier.get("Currency"))
        if model in STEPPED and last is not None and start is not None and start < last:
            raise refuse(f"The StartingUnit {start} of tier {number} is inside the tier before it.")
        ends[tier.get("Currency")] = end
