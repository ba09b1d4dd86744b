"""Rate plans from the product catalogue: charges, prices in the account's currency, and what was asked otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from mock_zuora.billing.charges import Held
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.pricing import (
    DISCOUNT_FIXED,
    DISCOUNTS,
    FLAT_FEE,
    ONE_TIME,
    OVERAGE,
    PER_UNIT,
    STEPPED,
    TIERED_WITH_OVERAGE,
    USAGE,
)
from mock_zuora.subscriptions.asked import AskedCharge, AskedPlan
from mock_zuora.subscriptions.model import Plan, Segment, Version, blank
from mock_zuora.subscriptions.terms import Triggers, own_end

_TIER_FIELDS = ("Tier", "StartingUnit", "EndingUnit", "Price", "PriceFormat", "IsOveragePrice")
_SYSTEM_FIELDS = frozenset({"Id", "CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"})

PRICE_FIELDS = ("Price", "Quantity", "IncludedUnits", "DiscountAmount", "DiscountPercentage")
UPDATABLE = (*PRICE_FIELDS, "Description", "PriceChangeOption", "PriceIncreasePercentage")
"""What an UpdateProduct amendment may change of a charge."""

OVERRIDABLE = frozenset(
    {
        *UPDATABLE,
        *("BillCycleDay", "BillCycleType", "BillingPeriod", "BillingPeriodAlignment", "BillingTiming", "ChargeNumber"),
        *("EndDateCondition", "ExcludeItemBillingFromRevenueAccounting", "ExcludeItemBookingFromRevenueAccounting"),
        *("IsAllocationEligible", "IsUnbilled", "ListPriceBase", "ProductCategory", "ProductClass", "ProductFamily"),
        *("ProductLine", "RatingGroup", "RevRecCode", "RevRecTriggerCondition", "RevenueRecognitionRuleName"),
        *("SpecificBillingPeriod", "SpecificEndDate", "TriggerDate", "TriggerEvent", "UpToPeriods", "UpToPeriodsType"),
        "WeeklyBillCycleDay",
    }
)
"""What may be otherwise than in the catalogue when a plan is added; other fields that are sent are passed over."""


def add_plan(books: Books, version: Version, asked: AskedPlan, triggers: Triggers, effective: date | None) -> Plan:
    """Add a plan of the catalogue to a version. Raises `RowError` for what cannot be sold so."""
    product_plan = _product_plan(books, asked.row.get("ProductRatePlanId"), effective)
    name = asked.row.get("Name") or product_plan["Name"]
    row = blank(books, "RatePlan", Name=name, ProductRatePlanId=product_plan["Id"])
    plan = Plan(row | _custom(asked.row))
    version.plans.append(plan)
    waiting = list(asked.charges)
    numbers: set[str] = set()
    for product_charge in books.where("ProductRatePlanCharge", ProductRatePlanId=product_plan["Id"]):
        wanted = next((x for x in waiting if x.row.get("ProductRatePlanChargeId") == product_charge["Id"]), None)
        if wanted is not None:
            waiting.remove(wanted)
        segment = _charge(books, version, product_charge, wanted or AskedCharge({}), triggers)
        if segment.number in numbers:
            raise RowError("DUPLICATE_VALUE", f"The ChargeNumber {segment.number} is in use.")
        numbers.add(segment.number)
        plan.segments.append(segment)
    if waiting:
        charge_id = waiting[0].row.get("ProductRatePlanChargeId")
        if charge_id is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: ProductRatePlanChargeId")
        raise RowError("INVALID_VALUE", f"Invalid value for field ProductRatePlanChargeId: {charge_id}")
    plan.features.extend(_features(books, asked.features))
    return plan


def _product_plan(books: Books, plan_id: str | None, effective: date | None) -> Row:
    if plan_id is None:
        raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: ProductRatePlanId")
    found = books.get("ProductRatePlan", plan_id)
    if found is None:
        raise RowError("INVALID_VALUE", f"Invalid value for field ProductRatePlanId: {plan_id}")
    product = books.get("Product", found["ProductId"]) or {}
    for each in (found, product):
        start, end = each.get("EffectiveStartDate"), each.get("EffectiveEndDate")
        if effective is not None and ((start and effective < start) or (end and effective > end)):
            raise RowError(
                "INVALID_VALUE",
                f"The product rate plan {plan_id} is not effective on {effective}: it is from {start} to {end}.",
            )
    return found


def _charge(books: Books, version: Version, product_charge: Row, asked: AskedCharge, triggers: Triggers) -> Segment:
    """The first segment of a charge."""
    row = blank(books, "RatePlanCharge")
    inherited = set(row) - _SYSTEM_FIELDS
    row |= {k: v for k, v in product_charge.items() if k in inherited and not k.endswith("__c")}
    row["NumberOfPeriods"] = product_charge["NumberOfPeriod"]
    row["Quantity"] = _default_quantity(product_charge)
    row |= {name: value for name, value in asked.row.items() if name in OVERRIDABLE}
    row |= _custom(asked.row)
    row |= {"ProductRatePlanChargeId": product_charge["Id"], "Segment": 1, "Version": 1, "IsLastSegment": True}
    row["ChargeNumber"] = _charge_number(books, asked.row.get("ChargeNumber"))
    row["EndDateCondition"] = (
        "OneTime" if row["ChargeType"] == ONE_TIME else row["EndDateCondition"] or "SubscriptionEnd"
    )
    tiers = tiers_of(books, product_charge, version.account["Currency"], row, asked)
    segment = Segment(row, tiers)
    _check_quantity(segment, product_charge)
    _begin(version, segment, triggers)
    return segment


def _default_quantity(product_charge: Row) -> Decimal | None:
    if product_charge["ChargeModel"] in (FLAT_FEE, *DISCOUNTS) or product_charge["ChargeType"] == USAGE:
        return None
    quantity: Decimal | None = product_charge["DefaultQuantity"]
    return Decimal(1) if quantity is None and product_charge["ChargeModel"] == PER_UNIT else quantity


def _charge_number(books: Books, asked: str | None) -> str:
    if asked is None:
        return str(books.session.data.next_number(books.catalogue["RatePlanCharge"]))
    if books.where("RatePlanCharge", ChargeNumber=asked):
        raise RowError("DUPLICATE_VALUE", f"The ChargeNumber {asked} is in use.")
    return asked


def _check_quantity(segment: Segment, product_charge: Row) -> None:
    quantity = segment.row["Quantity"]
    if quantity is None:
        return
    least, most = product_charge.get("MinQuantity"), product_charge.get("MaxQuantity")
    if quantity < 0 or (least is not None and quantity < least) or (most is not None and quantity > most):
        bounds = f"it must lie between {least if least is not None else 0} and {most if most is not None else 'any'}"
        raise RowError("INVALID_VALUE", f"Invalid value for field Quantity: {quantity:f}; {bounds}.")
    if segment.row["ChargeModel"] in STEPPED and segment.tiers:
        end = segment.tiers[-1]["EndingUnit"]
        if end is not None and quantity > end:
            raise RowError(
                "INVALID_VALUE", f"Invalid value for field Quantity: {quantity:f}; the tiers end at {end:f}."
            )


def _begin(version: Version, segment: Segment, triggers: Triggers) -> None:
    row = segment.row
    event = row["TriggerEvent"] = row["TriggerEvent"] or "ContractEffective"
    if event == "SpecificDate":
        if row["TriggerDate"] is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: TriggerDate")
    else:
        if event not in triggers:
            raise RowError("INVALID_VALUE", f"Invalid value for field TriggerEvent: {event}")
        row["TriggerDate"] = triggers[event]
    start_charge(version, segment)


def start_charge(version: Version, segment: Segment) -> None:
    """Let a charge run from its trigger date to its end, once that date is known."""
    row = segment.row
    start = row["TriggerDate"]
    if start is None:
        return
    rhythm = Held(row, {}, version.row, version.account).rhythm
    row |= {"EffectiveStartDate": start, "EffectiveEndDate": own_end(row, start, rhythm, version.end)}
    row["BillCycleDay"] = _billing_day(version, row, start)


def _billing_day(version: Version, row: Row, start: date) -> int:
    kind = row["BillCycleType"]
    if kind == "SpecificDayofMonth":
        return int(row["BillCycleDay"] or start.day)
    if kind == "ChargeTriggerDay":
        return start.day
    if kind == "SubscriptionStartDay":
        return int((version.row["SubscriptionStartDate"] or start).day)
    return int(version.account["BillCycleDay"] or start.day)


def tiers_of(books: Books, product_charge: Row, currency: str, row: Row, asked: AskedCharge) -> list[Row]:
    """The steps of a charge's price in a currency, with what was asked otherwise; sets the price fields of `row`."""
    steps = _in_currency(books, product_charge, currency)
    model = row["ChargeModel"]
    if model in DISCOUNTS:
        name = "DiscountAmount" if model == DISCOUNT_FIXED else "DiscountPercentage"
        row[name] = asked.row.get(name, steps[0][name] if steps else None)
        return []
    tiers = [blank(books, "RatePlanChargeTier") | {name: each[name] for name in _TIER_FIELDS} for each in steps]
    reprice(books, row, tiers, asked)
    return tiers


def _in_currency(books: Books, product_charge: Row, currency: str) -> list[Row]:
    tiers = books.where("ProductRatePlanChargeTier", ProductRatePlanChargeId=product_charge["Id"])
    found = [each for each in tiers if each["Currency"] == currency]
    found = found or [each for each in tiers if each["Currency"] is None]
    if tiers and not found:
        raise RowError(
            "INVALID_VALUE", f"The product rate plan charge {product_charge['Id']} has no price in {currency}."
        )
    return sorted(found, key=lambda each: each["Tier"] or 0)


def reprice(books: Books, row: Row, tiers: list[Row], asked: AskedCharge) -> None:
    """Put the prices asked for into a charge and its tiers; tiers are told apart by their number, or their place."""
    model = row["ChargeModel"]
    for place, wanted in enumerate(asked.tiers, start=1):
        number = wanted.get("Tier") or place
        tier = next((each for each in tiers if each["Tier"] == number), None)
        if tier is None:
            tier = blank(books, "RatePlanChargeTier", Tier=number, IsOveragePrice=False)
            tiers.append(tier)
        tier |= {k: v for k, v in wanted.items() if k in tier and k not in ("Id", "RatePlanChargeId")}
    tiers.sort(key=lambda each: each["Tier"])
    price = asked.row.get("Price")
    if price is not None and model not in STEPPED:
        if not tiers:
            tiers.append(blank(books, "RatePlanChargeTier", Tier=1, IsOveragePrice=False))
        tiers[0]["Price"] = price
    row["Price"] = tiers[0]["Price"] if tiers and model in (FLAT_FEE, PER_UNIT, OVERAGE) else None
    if model in (OVERAGE, TIERED_WITH_OVERAGE):
        beyond = [each for each in tiers if each["IsOveragePrice"]] or tiers[-1:]
        row["OveragePrice"] = beyond[0]["Price"] if beyond else None
    for number, tier in enumerate(tiers, start=1):
        if tier["Price"] is not None and tier["Price"] < 0 and model in STEPPED:
            raise RowError("INVALID_VALUE", f"Invalid value for field Price: {tier['Price']:f}, tier {number}")


def next_segment(books: Books, version: Version, segment: Segment, asked: AskedCharge, start: date) -> Segment:
    """What a segment becomes from a day on: the same charge, with what was asked otherwise."""
    later = segment.copy()
    row = later.row
    row |= {name: value for name, value in asked.row.items() if name in UPDATABLE and name != "Price"}
    row |= _custom(asked.row)
    if row["ChargeModel"] not in DISCOUNTS:
        reprice(books, row, later.tiers, asked)
    row |= {"EffectiveStartDate": start, "OriginalId": segment.row["OriginalId"]}
    row |= {"ChargedThroughDate": None, "ProcessedThroughDate": None}
    product_charge = books.get("ProductRatePlanCharge", row["ProductRatePlanChargeId"]) or {}
    _check_quantity(later, product_charge)
    return later


def _features(books: Books, asked: Sequence[Row]) -> Iterator[Row]:
    for each in asked:
        feature = books.get("Feature", each.get("FeatureId"))
        if feature is None:
            raise RowError("INVALID_VALUE", f"Invalid value for field FeatureId: {each.get('FeatureId')}")
        told = {name: feature[name] for name in ("FeatureCode", "Name", "Description") if name in feature}
        yield blank(books, "SubscriptionProductFeature", FeatureId=feature["Id"]) | told


def _custom(asked: Row) -> Row:
    """A tenant's own fields, and those of Zuora Quotes."""
    return {name: value for name, value in asked.items() if name.endswith(("__c", "__QT"))}
