"""A product catalog: charges of several models with their tiers, and a plan in two currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from contracts.zuora.scenarios.accounts import account, contact
from contracts.zuora.scenarios.model import Ref, Row, Scenario

FROM, UNTIL = date(2020, 1, 1), date(2040, 1, 1)


def _plan(name: str, product: str, **values: object) -> Row:
    usual = {"ProductId": Ref(product), "Name": name, "EffectiveStartDate": FROM, "EffectiveEndDate": UNTIL}
    return Row(name, "ProductRatePlan", {**usual, **values})


def _charge(name: str, plan: str, model: str, kind: str, **values: object) -> Row:
    usual: dict[str, object] = {
        "ProductRatePlanId": Ref(plan),
        "Name": name,
        "ChargeModel": model,
        "ChargeType": kind,
        "BillCycleType": "DefaultFromCustomer",
        "TriggerEvent": "ContractEffective",
        "EndDateCondition": "Subscription_End",
        "UpToPeriodsType": "Billing_Periods",
    }
    if kind == "Recurring":
        usual |= {"BillingPeriod": "Month", "BillingTiming": "IN_ADVANCE", "BillingPeriodAlignment": "AlignToCharge"}
    return Row(name, "ProductRatePlanCharge", {**usual, **values})


def _tier(name: str, charge: str, **values: object) -> Row:
    usual: dict[str, object] = {
        "ProductRatePlanChargeId": Ref(charge),
        "Currency": "USD",
        "Tier": 1,
        "StartingUnit": Decimal(0),
        "IsOveragePrice": False,
        "Active": True,
    }
    return Row(name, "ProductRatePlanChargeTier", {**usual, **values})


ROWS = (
    Row(
        "lamp",
        "Product",
        {"Name": "Lamp", "SKU": "SKU-LAMP", "EffectiveStartDate": FROM, "EffectiveEndDate": UNTIL},
    ),
    _plan("lamp-monthly", "lamp", ActiveCurrencies="USD,EUR"),
    _plan("lamp-extra", "lamp", ActiveCurrencies="USD"),
    _charge("flat", "lamp-monthly", "Flat Fee Pricing", "Recurring"),
    _charge("setup", "lamp-extra", "Flat Fee Pricing", "OneTime"),
    _charge("seats", "lamp-extra", "Per Unit Pricing", "Recurring", UOM="Each", DefaultQuantity=Decimal(5)),
    _charge(
        "rebate",
        "lamp-extra",
        "Discount-Percentage",
        "Recurring",
        ApplyDiscountTo="RECURRING",
        DiscountLevel="rateplan",
    ),
    _tier("flat-usd", "flat", Price=Decimal(59), PriceFormat="Flat Fee"),
    _tier("flat-eur", "flat", Price=Decimal(49), PriceFormat="Flat Fee", Currency="EUR"),
    _tier("setup-usd", "setup", Price=Decimal(100), PriceFormat="Flat Fee"),
    _tier("seats-usd", "seats", Price=Decimal("2.5"), PriceFormat="Per Unit"),
    _tier("rebate-usd", "rebate", DiscountPercentage=Decimal(10)),
)

CUSTOMER = (
    account("hazel", "CT-0301", AutoPay=False, BillToId=Ref("hugo"), SoldToId=Ref("hugo")),
    contact("hugo", "hazel", "Hugo", "Hazel", WorkEmail="hugo@example.com", Country="United States"),
    account("iris", "CT-0302", AutoPay=False, BillToId=Ref("ida"), SoldToId=Ref("ida")),
    contact("ida", "iris", "Ida", "Iris", WorkEmail="ida@example.com", Country="United States"),
)

CATALOG = Scenario("catalog", (*ROWS, *CUSTOMER))
"""The catalog, and two accounts without subscriptions."""
