"""What ZOQL refuses or adds for particular objects: fields that shut each other out, and rows that stay hidden."""

from __future__ import annotations

from dataclasses import dataclass

from mock_zuora.faults import query_fault
from mock_zuora.objects import ObjectType
from mock_zuora.zoql.syntax import Query

_CHARGE_AMOUNTS = ("Price", "IncludedUnits", "DiscountAmount", "DiscountPercentage", "OveragePrice")
_TIER_AMOUNTS = ("Price", "DiscountAmount", "DiscountPercentage")

_DISCOUNTS = ("Discount-Fixed Amount", "Discount-Percentage")
_MODELS_SHOWN = {
    "Price": ("Flat Fee Pricing", "Per Unit Pricing", "Overage Pricing"),
    "DiscountAmount": _DISCOUNTS,
    "DiscountPercentage": _DISCOUNTS,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Canonical names of the fields a query selects and filters by."""

    selected: frozenset[str]
    filtered: frozenset[str]

    @property
    def used(self) -> frozenset[str]:
        """Fields in either place."""
        return self.selected | self.filtered


def check(target: ObjectType, asked: Asked, query: Query) -> None:
    """Raise the vendor's fault when fields stand together that may not."""
    checker = _CHECKS.get(target.name)
    if checker is not None:
        checker(asked, query)


def hidden_rows(target: ObjectType, asked: Asked) -> tuple[str, tuple[str, ...]]:
    """An extra SQL condition that hides rows, with its parameters; empty when all rows show."""
    if target.name == "RatePlan" and "AmendmentType" not in asked.filtered:
        return '("AmendmentType" IS NULL OR "AmendmentType" <> ?)', ("RemoveProduct",)
    if target.name == "RatePlanCharge":
        for field, models in _MODELS_SHOWN.items():
            if field in asked.used:
                return f'"ChargeModel" IN ({", ".join("?" * len(models))})', models
    return "", ()


def _check_charge(asked: Asked, query: Query) -> None:
    if len(asked.used.intersection(_CHARGE_AMOUNTS)) > 1:
        raise query_fault(
            "INVALID_VALUE",
            "You can only use one of OveragePrice, Price, IncludedUnits, DiscountAmount or DiscountPercentage "
            "in one RatePlanCharge query.",
        )
    if "RolloverBalance" in asked.used and not (_by_one_id(query) and asked.selected <= {"Id", "RolloverBalance"}):
        raise query_fault(
            "INVALID_VALUE",
            "You can only query RolloverBalance in particular: with no other field, and with one Id in the "
            "where clause.",
        )


def _check_tier(asked: Asked, query: Query) -> None:
    del query
    if len(asked.used.intersection(_TIER_AMOUNTS)) > 1:
        raise query_fault(
            "INVALID_VALUE",
            "You can only use Price or DiscountAmount or DiscountPercentage in one ProductRatePlanChargeTier query.",
        )


def _check_plan(asked: Asked, query: Query) -> None:
    del query
    if "ActiveCurrencies" in asked.selected and not asked.selected <= {"Id", "ActiveCurrencies"}:
        raise query_fault(
            "INVALID_VALUE",
            "When querying for active currencies, you cannot query for other fields at the same time.",
        )


def _check_invoice(asked: Asked, query: Query) -> None:
    del query
    if "BillRunId" in asked.selected:
        raise query_fault("INVALID_FIELD", "Cannot use the BillRunId field in the select clause")


def _by_one_id(query: Query) -> bool:
    comparisons = query.comparisons()
    return len(comparisons) == 1 and comparisons[0].field.lower() == "id" and comparisons[0].operator == "="


_CHECKS = {
    "RatePlanCharge": _check_charge,
    "ProductRatePlanChargeTier": _check_tier,
    "ProductRatePlan": _check_plan,
    "Invoice": _check_invoice,
}
