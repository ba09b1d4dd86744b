"""A product catalog: products, rate plans, charges and their tiers in every currency, and units of measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mock_zuora.pricing import (
    DISCOUNT_FIXED,
    DISCOUNT_PERCENTAGE,
    FLAT_FEE,
    ONE_TIME,
    OVERAGE,
    PER_UNIT,
    RECURRING,
    TIERED_WITH_OVERAGE,
    USAGE,
)
from offline.scenarios.ids import ZuoraIds
from offline.scenarios.model import Row, Tables, add
from offline.scenarios.pricing import Tier, in_currency
from offline.scenarios.stamps import CATALOG_MADE, stamped

ENDS = date(2035, 12, 31)
DISCOUNTS = (DISCOUNT_FIXED, DISCOUNT_PERCENTAGE)

PERIOD_MONTHS = {"Month": 1, "Quarter": 3, "Annual": 12}


@dataclass(frozen=True)
class ChargeSpec:
    """A charge as it is written down: `prices` are (last unit or None, US dollars) steps; a discount has one step.

    With `included`, so many units are free (overage pricing). `period` is of recurring and usage charges.
    """

    name: str
    model: str
    kind: str
    prices: tuple[tuple[int | None, str], ...]
    period: str = "Month"
    unit: str = ""
    included: int = 0


@dataclass(frozen=True)
class PlanSpec:
    """A rate plan as it is written down."""

    name: str
    charges: tuple[ChargeSpec, ...]


@dataclass(frozen=True)
class ProductSpec:
    """A product as it is written down."""

    name: str
    family: str
    plans: tuple[PlanSpec, ...]


@dataclass(frozen=True)
class CatalogCharge:
    """A charge of the catalog with its id and, by currency, its tiers."""

    id: str
    spec: ChargeSpec
    tiers: Mapping[str, tuple[Tier, ...]]

    @property
    def months(self) -> int:
        """How many months one billing period has."""
        return PERIOD_MONTHS[self.spec.period]

    @property
    def included(self) -> Decimal:
        """Units that cost nothing."""
        return Decimal(self.spec.included)


@dataclass(frozen=True)
class CatalogPlan:
    """A rate plan of the catalog with what an invoice line says about its product."""

    id: str
    name: str
    product_id: str
    product_name: str
    sku: str
    charges: tuple[CatalogCharge, ...]


class CatalogBuilder:
    """Turns specs into rows; afterwards `plans` finds a plan by (product's name, plan's name)."""

    def __init__(self, ids: ZuoraIds, *, sku_prefix: str, currencies: Sequence[str]) -> None:
        self.tables: Tables = {}
        self.plans: dict[tuple[str, str], CatalogPlan] = {}
        self._ids = ids
        self._currencies = tuple(currencies)
        self._sku_prefix = sku_prefix
        self._stamps = stamped(CATALOG_MADE)

    def add_units(self, names: Sequence[str]) -> None:
        """Units of measure."""
        for name in names:
            row: Row = {"Id": self._ids.next("UnitOfMeasure"), "UomName": name, "DisplayedAs": name}
            row |= {"Active": True, "DecimalPlaces": 0, "RoundingMode": "UP"} | self._stamps
            add(self.tables, "UnitOfMeasure", [row])

    def add_product(self, spec: ProductSpec) -> None:
        """A product with all that belongs to it."""
        product_id = self._ids.next("Product")
        sku = f"{self._sku_prefix}-{len(self.tables.get('Product', ())) + 1:08d}"
        row: Row = {
            "Id": product_id,
            "Name": spec.name,
            "SKU": sku,
            "Description": f"{spec.name}, {spec.family.lower()}",
            "Category": "Base Products",
            "AllowFeatureChanges": False,
            "EffectiveStartDate": CATALOG_MADE,
            "EffectiveEndDate": ENDS,
            "Family__c": spec.family,
        }
        add(self.tables, "Product", [row | self._stamps])
        for plan in spec.plans:
            self._add_plan(product_id, spec, sku, plan)

    def _add_plan(self, product_id: str, product: ProductSpec, sku: str, spec: PlanSpec) -> None:
        plan_id = self._ids.next("ProductRatePlan")
        row: Row = {
            "Id": plan_id,
            "ProductId": product_id,
            "Name": spec.name,
            "Description": f"{product.name}, {spec.name.lower()}",
            "ActiveCurrencies": ",".join(self._currencies),
            "EffectiveStartDate": CATALOG_MADE,
            "EffectiveEndDate": ENDS,
        }
        add(self.tables, "ProductRatePlan", [row | self._stamps])
        charges = tuple(self._add_charge(plan_id, charge) for charge in spec.charges)
        self.plans[product.name, spec.name] = CatalogPlan(plan_id, spec.name, product_id, product.name, sku, charges)

    def _add_charge(self, plan_id: str, spec: ChargeSpec) -> CatalogCharge:
        charge_id = self._ids.next("ProductRatePlanCharge")
        row: Row = {"Id": charge_id, "ProductRatePlanId": plan_id, "Name": spec.name}
        row |= {"Description": f"{spec.name}, {spec.model.lower()}", "Taxable": False}
        row |= {"DefaultQuantity": 1 if spec.unit and spec.kind != USAGE else None} | charge_terms(spec)
        row |= {"RevRecTriggerCondition": "ContractEffectiveDate", "UseTenantDefaultForPriceChange": True}
        row |= {"RevenueRecognitionRuleName": "Recognize upon invoicing"}
        add(self.tables, "ProductRatePlanCharge", [row | self._stamps])
        tiers = {currency: tiers_of(spec, currency) for currency in self._currencies}
        for currency, steps in tiers.items():
            add(self.tables, "ProductRatePlanChargeTier", self._tier_rows(charge_id, spec, currency, steps))
        return CatalogCharge(charge_id, spec, tiers)

    def _tier_rows(self, charge_id: str, spec: ChargeSpec, currency: str, steps: Sequence[Tier]) -> list[Row]:
        rows: list[Row] = []
        for number, step in enumerate(steps, 1):
            row: Row = {"Id": self._ids.next("ProductRatePlanChargeTier"), "ProductRatePlanChargeId": charge_id}
            row |= {"Currency": currency, "Active": True} | tier_fields(spec, number, step)
            rows.append(row | self._stamps)
        return rows


def charge_terms(spec: ChargeSpec) -> Row:
    """The fields that a charge of the catalog and a charge of a subscription share."""
    row: Row = {
        "ChargeModel": spec.model,
        "ChargeType": spec.kind,
        "UOM": spec.unit or None,
        "BillCycleType": "DefaultFromCustomer",
        "BillingPeriodAlignment": None if spec.kind == ONE_TIME else "AlignToCharge",
        "BillingPeriod": None if spec.kind == ONE_TIME else spec.period,
        "BillingTiming": "In Advance" if spec.kind == RECURRING else None,
        "EndDateCondition": None if spec.kind == ONE_TIME else "SubscriptionEnd",
        "ListPriceBase": "Per Billing Period" if spec.kind == RECURRING else None,
        "TriggerEvent": "ContractEffective",
        "PriceChangeOption": "NoChange" if spec.kind != ONE_TIME else None,
        "UsageRecordRatingOption": "EndOfBillingPeriod" if spec.kind == USAGE else None,
    }
    if spec.model in DISCOUNTS:
        row["DiscountLevel"] = "subscription"
        row["ApplyDiscountTo"] = "ONETIME" if spec.kind == ONE_TIME else "RECURRING"
    if spec.model == OVERAGE:
        row["IncludedUnits"] = Decimal(spec.included)
    if spec.model in {OVERAGE, TIERED_WITH_OVERAGE}:
        row["OverageCalculationOption"] = "EndOfSmoothingPeriod"
        row["OverageUnusedUnitsCreditOption"] = "NoCredit"
    return row


def tiers_of(spec: ChargeSpec, currency: str) -> tuple[Tier, ...]:
    """The steps of a charge's price in one currency; a percentage is the same in all of them."""
    steps: list[Tier] = []
    start = Decimal(0)
    last = len(spec.prices) - 1
    for place, (end, dollars) in enumerate(spec.prices):
        percentage = spec.model == DISCOUNT_PERCENTAGE
        price = Decimal(dollars) if percentage else in_currency(Decimal(dollars), currency)
        overage = spec.model == TIERED_WITH_OVERAGE and place == last
        per_unit = spec.model != FLAT_FEE and spec.model not in DISCOUNTS
        steps.append(Tier(start, None if end is None else Decimal(end), price, per_unit, overage))
        start = Decimal(0) if end is None else Decimal(end + 1)
    return tuple(steps)


def tier_fields(spec: ChargeSpec, number: int, step: Tier) -> Row:
    """What a tier says, in the catalog; only models with steps have units to begin and end at."""
    row: Row = {"Tier": number, "IsOveragePrice": step.overage}
    row["PriceFormat"] = "PerUnit" if step.per_unit else "FlatFee"
    if spec.model not in {FLAT_FEE, PER_UNIT, OVERAGE, *DISCOUNTS}:
        row |= {"StartingUnit": step.start, "EndingUnit": step.end}
    if spec.model == DISCOUNT_FIXED:
        row["DiscountAmount"] = step.price
    elif spec.model == DISCOUNT_PERCENTAGE:
        row["DiscountPercentage"] = step.price
    else:
        row["Price"] = step.price
    return row
