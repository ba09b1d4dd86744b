"""A subscription in two versions: a plan added, a plan removed, and charges of every model that hides rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from contracts.zuora.scenarios.catalog import CUSTOMER
from contracts.zuora.scenarios.catalog import ROWS as CATALOG_ROWS
from contracts.zuora.scenarios.model import Ref, Row, Scenario

_START, _SECOND = date(2024, 1, 1), date(2024, 4, 1)


def _version(name: str, number: int, status: str, previous: str | None, **values: object) -> Row:
    usual: dict[str, object] = {
        "AccountId": Ref("hazel"),
        "InvoiceOwnerId": Ref("hazel"),
        "CreatorAccountId": Ref("hazel"),
        "CreatorInvoiceOwnerId": Ref("hazel"),
        "Name": "S-CT-1",
        "Version": number,
        "Status": status,
        "OriginalId": Ref("first"),
        "PreviousSubscriptionId": Ref(previous) if previous else None,
        "TermType": "TERMED",
        "InitialTerm": 12,
        "InitialTermPeriodType": "Month",
        "CurrentTerm": 12,
        "CurrentTermPeriodType": "Month",
        "RenewalTerm": 12,
        "AutoRenew": False,
        "ContractEffectiveDate": _START,
        "ContractAcceptanceDate": _START,
        "ServiceActivationDate": _START,
        "SubscriptionStartDate": _START,
        "TermStartDate": _START,
        "TermEndDate": date(2025, 1, 1),
        "OriginalCreatedDate": datetime(2024, 1, 1, 9, 0, tzinfo=UTC),
    }
    return Row(name, "Subscription", {**usual, **values})


def _plan(name: str, of: str, plan: str, **values: object) -> Row:
    return Row(
        name,
        "RatePlan",
        {"SubscriptionId": Ref(of), "ProductRatePlanId": Ref(plan), "Name": plan, **values},
    )


def _charge(name: str, plan: str, of: str, model: str, number: str, **values: object) -> Row:
    usual: dict[str, object] = {
        "RatePlanId": Ref(plan),
        "ProductRatePlanChargeId": Ref(of),
        "OriginalId": Ref(name),
        "ChargeNumber": number,
        "Name": of,
        "ChargeModel": model,
        "ChargeType": "Recurring",
        "BillingPeriod": "Month",
        "Segment": 1,
        "IsLastSegment": True,
        "Version": 1,
        "EffectiveStartDate": _START,
        "EffectiveEndDate": date(2025, 1, 1),
        "TriggerEvent": "ContractEffective",
        "BillCycleType": "DefaultFromCustomer",
        "MRR": Decimal(0),
        "TCV": Decimal(0),
    }
    return Row(name, "RatePlanCharge", {**usual, **values})


def _tier(name: str, charge: str, price: str) -> Row:
    return Row(
        name,
        "RatePlanChargeTier",
        {"RatePlanChargeId": Ref(charge), "Tier": 1, "StartingUnit": Decimal(0), "Price": Decimal(price)},
    )


SUBSCRIBED = (
    _version("first", 1, "Expired", None),
    _version("second", 2, "Active", "first"),
    Row(
        "swap",
        "Amendment",
        {
            "Code": "A-CT-1",
            "Name": "Swap",
            "SubscriptionId": Ref("first"),
            "Type": "RemoveProduct",
            "Status": "Completed",
            "ContractEffectiveDate": _SECOND,
            "EffectiveDate": _SECOND,
        },
    ),
    _plan("first-flat", "first", "lamp-monthly"),
    _plan("plain", "second", "lamp-extra"),
    _plan("added", "second", "lamp-extra", AmendmentId=Ref("swap"), AmendmentType="NewProduct"),
    _plan(
        "removed",
        "second",
        "lamp-monthly",
        AmendmentId=Ref("swap"),
        AmendmentType="RemoveProduct",
        AmendmentSubscriptionRatePlanId=Ref("first-flat"),
    ),
    _charge("c-flat", "plain", "flat", "Flat Fee Pricing", "C-CT-1", Price=Decimal(59), MRR=Decimal(59)),
    _charge(
        "c-seats-1",
        "plain",
        "seats",
        "Per Unit Pricing",
        "C-CT-2",
        Price=Decimal("2.5"),
        Quantity=Decimal(5),
        IsLastSegment=False,
        EffectiveEndDate=_SECOND,
    ),
    _charge(
        "c-seats-2",
        "plain",
        "seats",
        "Per Unit Pricing",
        "C-CT-2",
        Price=Decimal("2.5"),
        Quantity=Decimal(8),
        Segment=2,
        OriginalId=Ref("c-seats-1"),
        EffectiveStartDate=_SECOND,
    ),
    _charge("c-over", "added", "seats", "Overage Pricing", "C-CT-3", ChargeType="Usage", OveragePrice=Decimal(3)),
    _charge("c-volume", "added", "seats", "Volume Pricing", "C-CT-4", Quantity=Decimal(7)),
    _charge("c-tiered", "added", "seats", "Tiered Pricing", "C-CT-5", Quantity=Decimal(9)),
    _charge("c-rebate", "added", "rebate", "Discount-Percentage", "C-CT-6", DiscountPercentage=Decimal(10)),
    _charge("c-off", "added", "rebate", "Discount-Fixed Amount", "C-CT-7", DiscountAmount=Decimal(5)),
    _charge("c-setup", "added", "setup", "Flat Fee Pricing", "C-CT-8", ChargeType="OneTime", Price=Decimal(100)),
    _tier("t-flat", "c-flat", "59"),
    _tier("t-seats", "c-seats-2", "2.5"),
    _tier("t-setup", "c-setup", "100"),
)

SUBSCRIPTIONS = Scenario("subscriptions", (*CATALOG_ROWS, *CUSTOMER, *SUBSCRIBED))

_JANUARY, _NEXT = date(2026, 1, 1), date(2027, 1, 1)

RENTED = Scenario(
    "a lamp rented for a year",
    (
        *CATALOG_ROWS,
        *CUSTOMER,
        _version(
            "rental",
            1,
            "Active",
            None,
            Name="S-CT-2",
            OriginalId=Ref("rental"),
            ContractEffectiveDate=_JANUARY,
            ContractAcceptanceDate=_JANUARY,
            ServiceActivationDate=_JANUARY,
            SubscriptionStartDate=_JANUARY,
            TermStartDate=_JANUARY,
            TermEndDate=_NEXT,
        ),
        _plan("rental-plan", "rental", "lamp-monthly"),
        _charge(
            "rental-fee",
            "rental-plan",
            "flat",
            "Flat Fee Pricing",
            "C-CT-20",
            BillingPeriodAlignment="AlignToCharge",
            EffectiveStartDate=_JANUARY,
            EffectiveEndDate=_NEXT,
            MRR=Decimal(59),
            Price=Decimal(59),
            TCV=Decimal(708),
            TriggerDate=_JANUARY,
        ),
        _tier("rental-tier", "rental-fee", "59"),
    ),
)
"""One termed subscription of a flat fee, billed by the month and not billed yet."""
