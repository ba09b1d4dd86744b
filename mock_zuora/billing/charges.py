"""The charges of an account that may be billed, each with all that its invoice items will say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from mock_zuora.billing.periods import Cycle, Monthly, Weekly
from mock_zuora.books import Books, Row
from mock_zuora.calendar import months_between
from mock_zuora.pricing import DISCOUNT_FIXED, DISCOUNTS, RECURRING, SUBSCRIPTION_TERM, Price, Rhythm, Tier

BILLED_STATUSES = frozenset({"Active", "Cancelled", "Suspended"})
"""A subscription is billed in these: also what a cancelled or suspended one still owes, or is owed."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKLY = {"Week": 1, "Specific Weeks": None}


@dataclass(frozen=True)
class Held:
    """A segment of a charge in the version of its subscription that is in force."""

    charge: Row
    plan: Row
    subscription: Row
    account: Row
    tiers: tuple[Row, ...] = ()
    catalog: Row = field(default_factory=dict)
    product: Row = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The segment's id."""
        return str(self.charge["Id"])

    @property
    def number(self) -> str:
        """What stays the same through all versions and segments of the charge."""
        return str(self.charge["ChargeNumber"] or self.charge["OriginalId"] or self.charge["Id"])

    @property
    def kind(self) -> str:
        """OneTime, Recurring or Usage."""
        return str(self.charge["ChargeType"])

    @property
    def is_discount(self) -> bool:
        """Whether it only takes off from other charges."""
        return self.charge["ChargeModel"] in DISCOUNTS

    @property
    def start(self) -> date | None:
        """The first day it is in force; None while what triggers it has not happened."""
        day: date | None = self.charge["EffectiveStartDate"]
        return day

    @property
    def end(self) -> date | None:
        """The first day it is no longer in force, if it ends."""
        day: date | None = self.charge["EffectiveEndDate"]
        return day

    @property
    def in_advance(self) -> bool:
        """Whether a period is billed before it, as it is unless the charge says otherwise; usage never is."""
        return self.kind == RECURRING and self.charge["BillingTiming"] != "In Arrears"

    @property
    def quantity(self) -> Decimal:
        """How many units are charged; one where the charge counts none."""
        quantity = self.charge["Quantity"]
        return Decimal(1) if quantity is None else quantity

    @cached_property
    def price(self) -> Price:
        """The segment's own price."""
        charge = self.charge
        steps = [
            Tier(
                each["Price"] or Decimal(0),
                each["EndingUnit"],
                per_unit=each["PriceFormat"] not in ("FlatFee", "Flat Fee"),
                overage=bool(each["IsOveragePrice"]),
            )
            for each in sorted(self.tiers, key=lambda tier: tier["Tier"] or 0)
        ]
        if not steps:
            single = charge["OveragePrice"] if charge["Price"] is None else charge["Price"]
            steps = [Tier(single or Decimal(0))]
        return Price(charge["ChargeModel"] or "", tuple(steps), charge["IncludedUnits"] or Decimal(0))

    @property
    def off(self) -> Decimal:
        """What a discount takes off: an amount, or a percentage."""
        fixed = self.charge["ChargeModel"] == DISCOUNT_FIXED
        return self.charge["DiscountAmount" if fixed else "DiscountPercentage"] or Decimal(0)

    @cached_property
    def rhythm(self) -> Rhythm:
        """How often it is billed."""
        term = self.subscription
        months: Fraction | None = None
        if term["TermStartDate"] and term["TermEndDate"]:
            months = months_between(term["TermStartDate"], term["TermEndDate"])
        return Rhythm(
            self.kind,
            self.charge["BillingPeriod"] or "Month",
            self.charge["SpecificBillingPeriod"],
            self.charge["ListPriceBase"] or "Per Billing Period",
            months,
        )

    @property
    def period_price(self) -> Decimal:
        """What a whole billing period costs."""
        return self.rhythm.per_period(self.price.amount(self.quantity))

    @cached_property
    def cycle(self) -> Cycle:
        """Where its billing periods begin."""
        period = self.charge["BillingPeriod"]
        anchor = self._anchor
        if period in _WEEKLY:
            name = self.charge["WeeklyBillCycleDay"]
            weeks = _WEEKLY[period] or self.charge["SpecificBillingPeriod"] or 1
            return Weekly(anchor, _WEEKDAYS.index(name) if name in _WEEKDAYS else None, weeks)
        if period == SUBSCRIPTION_TERM:
            return Monthly(anchor, anchor.day, max(1, int(self.rhythm.term_months or 12)))
        return Monthly(anchor, self._billing_day, max(1, int(self.rhythm.months)))

    @property
    def _anchor(self) -> date:
        """The day from which whole periods are counted."""
        first = self.charge["TriggerDate"] or self.charge["EffectiveStartDate"]
        alignment = self.charge["BillingPeriodAlignment"]
        if alignment == "AlignToTermStart" or self.charge["BillingPeriod"] == SUBSCRIPTION_TERM:
            first = self.subscription["TermStartDate"] or first
        elif alignment == "AlignToSubscriptionStart":
            first = self._subscription_start or first
        day: date = first
        return day

    @property
    def _subscription_start(self) -> date | None:
        day: date | None = self.subscription["SubscriptionStartDate"] or self.subscription["ContractEffectiveDate"]
        return day

    @property
    def _billing_day(self) -> int:
        kind = self.charge["BillCycleType"]
        if kind == "SpecificDayofMonth":
            day = self.charge["BillCycleDay"]
        elif kind == "SubscriptionStartDay" and self._subscription_start:
            day = self._subscription_start.day
        elif kind == "ChargeTriggerDay":
            day = (self.charge["TriggerDate"] or self.charge["EffectiveStartDate"]).day
        else:
            day = self.account["BillCycleDay"]
        return day if day and 1 <= day <= 31 else self._anchor.day


def current_versions(subscriptions: Iterable[Row]) -> list[Row]:
    """Of each subscription the latest version, in the order of their first ones."""
    latest: dict[str, Row] = {}
    for each in subscriptions:
        key = each["OriginalId"] or each["Id"]
        if key not in latest or (each["Version"] or 0) > (latest[key]["Version"] or 0):
            latest[key] = each
    return list(latest.values())


def held_charges(books: Books, account: Row, subscription_ids: Collection[str] | None) -> Iterator[Held]:
    """The charges whose invoices the account gets, of these subscriptions or of all.

    A subscription is named by the id of any of its versions.
    """
    own = [*books.where("Subscription", AccountId=account["Id"])]
    owners = {each["InvoiceOwnerId"] for each in own} - {None, account["Id"]}
    owned = books.where("Subscription", InvoiceOwnerId=account["Id"])
    candidates = {each["Id"]: each for each in (*own, *owned)}
    wanted = None
    if subscription_ids is not None:
        wanted = {each["OriginalId"] or each["Id"] for each in candidates.values() if each["Id"] in subscription_ids}
    for subscription in current_versions(candidates.values()):
        if subscription["InvoiceOwnerId"] in owners or subscription["Status"] not in BILLED_STATUSES:
            continue
        if wanted is None or (subscription["OriginalId"] or subscription["Id"]) in wanted:
            yield from _of_subscription(books, account, subscription)


def _of_subscription(books: Books, account: Row, subscription: Row) -> Iterator[Held]:
    for plan in books.where("RatePlan", SubscriptionId=subscription["Id"]):
        product_plan = books.get("ProductRatePlan", plan["ProductRatePlanId"]) or {}
        product = books.get("Product", product_plan.get("ProductId")) or {}
        for charge in books.where("RatePlanCharge", RatePlanId=plan["Id"]):
            tiers = tuple(books.where("RatePlanChargeTier", RatePlanChargeId=charge["Id"]))
            catalog = books.get("ProductRatePlanCharge", charge["ProductRatePlanChargeId"]) or {}
            yield Held(charge, plan, subscription, account, tiers, catalog, product)
