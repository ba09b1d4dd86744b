"""What the demonstration's subscriptions hold, and what has happened to them since they began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from offline.scenarios.catalog import CatalogPlan
from offline.scenarios.subscriptions import SubscriptionBuilder

PlanKey = tuple[str, str]
Plans = Mapping[PlanKey, CatalogPlan]
History = Callable[[SubscriptionBuilder, CatalogPlan | None], None]


@dataclass(frozen=True)
class Recipe:
    """Plans by (product, plan) with the quantity of each; what happens later; the plan that a history may add."""

    plans: Mapping[PlanKey, int]
    history: str = "unchanged"
    extra: PlanKey | None = None


FIRST_ENTITY = (
    Recipe({("Product 01", "Monthly"): 1}),
    Recipe({("Product 02", "Monthly"): 12}, "quantity changed"),
    Recipe({("Product 04", "Monthly"): 24}),
    Recipe({("Product 05", "Quarterly"): 30}, "product added", ("Product 03", "Overage")),
    Recipe({("Product 01", "Metered"): 1, ("Product 02", "Metered"): 1}),
    Recipe({("Product 02", "Monthly"): 7}, "cancelled"),
    Recipe({("Product 03", "Tiered with overage"): 1, ("Product 03", "Overage"): 1}, "product removed"),
    Recipe({("Product 01", "Annual"): 1, ("Product 06", "Percentage"): 1}),
    Recipe({("Product 04", "Monthly"): 8}, "quantity changed twice"),
    Recipe({("Product 01", "Monthly"): 1, ("Product 06", "Fixed"): 1}, "renewed"),
    Recipe({("Product 04", "Metered"): 1, ("Product 05", "Metered"): 1}),
)

SECOND_ENTITY = (
    Recipe({("Product 07", "Monthly"): 1}),
    Recipe({("Product 07", "Seats"): 15}, "quantity changed"),
    Recipe({("Product 08", "Volume"): 25}, "cancelled"),
    Recipe({("Product 08", "Volume"): 10}, "product added", ("Product 08", "Percentage")),
)


def _unchanged(_subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    """Nothing has happened."""


def _quantity_changed(subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    subscription.change_quantity(20, date(2025, 12, 1))


def _quantity_changed_twice(subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    subscription.change_quantity(30, date(2025, 12, 1))
    subscription.change_quantity(55, date(2026, 1, 1))


def _product_added(subscription: SubscriptionBuilder, extra: CatalogPlan | None) -> None:
    if extra is None:
        msg = "this history adds a plan, and the recipe names none"
        raise ValueError(msg)
    subscription.add_product(extra, 1, date(2025, 12, 1))


def _product_removed(subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    subscription.remove_product(date(2026, 1, 1))


def _cancelled(subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    subscription.cancel(date(2026, 1, 1))


def _renewed(subscription: SubscriptionBuilder, _extra: CatalogPlan | None) -> None:
    subscription.renew(date(2025, 10, 1))


HISTORIES: Mapping[str, History] = {
    "unchanged": _unchanged,
    "quantity changed": _quantity_changed,
    "quantity changed twice": _quantity_changed_twice,
    "product added": _product_added,
    "product removed": _product_removed,
    "cancelled": _cancelled,
    "renewed": _renewed,
}


def begin_and_amend(subscription: SubscriptionBuilder, recipe: Recipe, plans: Plans, *, status: str = "Active") -> None:
    """Begin a subscription as the recipe says and let its history happen; one that is not active has none."""
    subscription.begin([(plans[key], quantity) for key, quantity in recipe.plans.items()], status=status)
    if status == "Active":
        HISTORIES[recipe.history](subscription, plans[recipe.extra] if recipe.extra else None)
