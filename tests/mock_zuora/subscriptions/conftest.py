"""A catalogue to sell from, and a shop that subscribes and amends over SOAP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mock_zuora import Tenant, ZuoraMock
from simulator.clock import VirtualClock

GLOBAL = "0" * 31 + "1"
START = "2026-01-01"

CHARGES: dict[str, dict[str, Any]] = {
    "flat": {"ChargeModel": "Flat Fee Pricing", "ChargeType": "Recurring", "BillingPeriod": "Month", "prices": ["59"]},
    "seats": {
        "ChargeModel": "Per Unit Pricing",
        "ChargeType": "Recurring",
        "BillingPeriod": "Month",
        "UOM": "Seat",
        "DefaultQuantity": Decimal(2),
        "MinQuantity": Decimal(1),
        "MaxQuantity": Decimal(1000),
        "prices": ["10"],
    },
    "yearly": {
        "ChargeModel": "Flat Fee Pricing",
        "ChargeType": "Recurring",
        "BillingPeriod": "Annual",
        "prices": ["1200"],
        "PriceChangeOption": "SpecificPercentageValue",
        "PriceIncreasePercentage": Decimal(10),
    },
    "setup": {"ChargeModel": "Flat Fee Pricing", "ChargeType": "OneTime", "prices": ["100"]},
    "tiers": {
        "ChargeModel": "Tiered Pricing",
        "ChargeType": "Recurring",
        "BillingPeriod": "Month",
        "UOM": "Seat",
        "DefaultQuantity": Decimal(15),
        "prices": ["4", "3"],
    },
    "usage": {
        "ChargeModel": "Per Unit Pricing",
        "ChargeType": "Usage",
        "BillingPeriod": "Month",
        "UOM": "Call",
        "prices": ["0.5"],
    },
    "discount": {
        "ChargeModel": "Discount-Percentage",
        "ChargeType": "Recurring",
        "BillingPeriod": "Month",
        "off": "10",
    },
}
PLANS = {
    "basic": ("flat",),
    "team": ("seats", "setup"),
    "yearly": ("yearly",),
    "tiers": ("tiers", "usage"),
    "discount": ("discount",),
}


def catalogue_id(kind: int, number: int) -> str:
    return f"2c92c0f8{kind:08x}{number:016x}"


PLAN_IDS = {name: catalogue_id(2, number) for number, name in enumerate(PLANS)}
CHARGE_IDS = {name: catalogue_id(3, number) for number, name in enumerate(CHARGES)}
PRODUCT = catalogue_id(1, 1)


def load_catalogue(tenant: Tenant) -> None:
    effective = {"EffectiveStartDate": date(2020, 1, 1), "EffectiveEndDate": date(2040, 1, 1)}
    tenant.load(GLOBAL, "Product", [{"Id": PRODUCT, "Name": "Product 01", "SKU": "SKU-00000001", **effective}])
    tiers = 0
    for name, charges in PLANS.items():
        plan = {"Id": PLAN_IDS[name], "ProductId": PRODUCT, "Name": name.title(), **effective}
        tenant.load(GLOBAL, "ProductRatePlan", [plan])
        for charge in charges:
            fields = {k: v for k, v in CHARGES[charge].items() if k not in ("prices", "off")}
            row = {"Id": CHARGE_IDS[charge], "ProductRatePlanId": plan["Id"], "Name": charge, **fields}
            row |= {"BillCycleType": "DefaultFromCustomer", "TriggerEvent": "ContractEffective"}
            tenant.load(GLOBAL, "ProductRatePlanCharge", [row])
            prices = CHARGES[charge].get("prices", [""])
            for number, price in enumerate(prices, start=1):
                tiers += 1
                tier: dict[str, Any] = {"Id": catalogue_id(4, tiers), "ProductRatePlanChargeId": row["Id"]}
                tier |= {"Tier": number, "Currency": "USD", "IsOveragePrice": False}
                tier["PriceFormat"] = "FlatFee" if "Flat" in fields["ChargeModel"] else "PerUnit"
                if len(prices) > 1:
                    tier |= {"StartingUnit": Decimal((number - 1) * 10), "EndingUnit": Decimal(number * 10)}
                    tier["EndingUnit"] = None if number == len(prices) else tier["EndingUnit"]
                tier |= {"Price": Decimal(price)} if price else {"DiscountPercentage": Decimal(CHARGES[charge]["off"])}
                tenant.load(GLOBAL, "ProductRatePlanChargeTier", [tier])


def record(tag: str, fields: dict[str, Any]) -> str:
    inner = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
    return f"<api:{tag}>{inner}</api:{tag}>"


def charge_data(fields: dict[str, Any], tiers: tuple[dict[str, Any], ...] = ()) -> str:
    steps = "".join(record("RatePlanChargeTier", each) for each in tiers)
    return f"<api:RatePlanChargeData>{record('RatePlanCharge', fields)}{steps}</api:RatePlanChargeData>"


def plan_data(fields: dict[str, Any], *charges: str, tag: str = "api:RatePlanData") -> str:
    return f"<{tag}>{record('RatePlan', fields)}{''.join(charges)}</{tag}>"


@dataclass
class Result:
    """One result: its texts by name (the last of each), all amendment ids, and the whole."""

    text: str

    def __getitem__(self, name: str) -> str:
        found = re.findall(rf"<ns1:{name}>([^<]*)</ns1:{name}>", self.text)
        assert found, (name, self.text)
        return found[-1]

    def all(self, name: str) -> list[str]:
        return re.findall(rf"<ns[12]:{name}>([^<]*)</ns[12]:{name}>", self.text)

    @property
    def error(self) -> tuple[str, str]:
        return self["Code"], self["Message"]


class Shop:
    """Sells the catalogue over SOAP, and looks at the rows that are left."""

    def __init__(self, caller: Any, tenant: Tenant) -> None:
        self.caller = caller
        self.tenant = tenant

    def request(
        self,
        *plans: str,
        account: dict[str, Any] | str | None = None,
        options: str = "",
        contact: str | None = None,
        method: str = "",
        **subscription: Any,
    ) -> str:
        new = {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "USD", "Name": "Customer 01"}
        owner = {"Id": account} if isinstance(account, str) else (account or new)
        terms = {"ContractEffectiveDate": START, "InitialTerm": 12, "RenewalTerm": 12, "TermType": "TERMED"}
        terms |= subscription
        sent = record("Subscription", {name: value for name, value in terms.items() if value is not None})
        people = record("BillToContact", {"FirstName": "First", "LastName": "Last"}) if contact is None else contact
        data = "".join(
            each if each.startswith("<") else plan_data({"ProductRatePlanId": PLAN_IDS[each]}) for each in plans
        )
        return (
            f"<api:subscribes>{record('Account', owner)}{method}{people}{options}"
            f"<api:SubscriptionData>{sent}{data}</api:SubscriptionData></api:subscribes>"
        )

    def call(self, operation: str, *requests: str, version: str = "83.0") -> list[Result]:
        reply = self.caller.call(f"<api:{operation}>{''.join(requests)}</api:{operation}>", version=version)
        assert reply.status == 200, reply.body
        tag = "results" if operation == "amend" else "result"
        return [Result(each) for each in re.findall(rf"<ns1:{tag}>(.*?)</ns1:{tag}>", reply.body.decode(), re.DOTALL)]

    def subscribe(self, *plans: str, version: str = "83.0", **how: Any) -> Result:
        (result,) = self.call("subscribe", self.request(*plans, **how), version=version)
        return result

    def sold(self, *plans: str, **how: Any) -> Result:
        result = self.subscribe(*plans, **how)
        assert result["Success"] == "true", result.text
        return result

    def amendments(self, *amendments: tuple[dict[str, Any], str], options: str = "") -> str:
        inner = ""
        for fields, data in amendments:
            body = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
            inner += f"<api:Amendments>{body}{data}</api:Amendments>"
        return f"<api:requests>{inner}{options}</api:requests>"

    def amend(
        self,
        subscription_id: str,
        kind: str,
        on: str = "2026-04-01",
        data: str = "",
        *,
        options: str = "",
        version: str = "83.0",
        **fields: Any,
    ) -> Result:
        row = {"Name": f"{kind} 01", "SubscriptionId": subscription_id, "Type": kind, "ContractEffectiveDate": on}
        request = self.amendments(({**row, **fields}, data), options=options)
        (result,) = self.call("amend", request, version=version)
        return result

    def amended(self, subscription_id: str, kind: str, on: str = "2026-04-01", data: str = "", **how: Any) -> Result:
        result = self.amend(subscription_id, kind, on, data, **how)
        assert result["Success"] == "true", result.text
        return result

    def rows(self, kind: str, **equal: Any) -> list[dict[str, Any]]:
        return [
            row for row in self.tenant.rows(GLOBAL, kind) if all(row[name] == value for name, value in equal.items())
        ]

    def one(self, kind: str, **equal: Any) -> dict[str, Any]:
        (row,) = self.rows(kind, **equal)
        return row

    def plans(self, subscription_id: str) -> list[dict[str, Any]]:
        return self.rows("RatePlan", SubscriptionId=subscription_id)

    def segments(self, subscription_id: str, charge: str | None = None) -> list[dict[str, Any]]:
        plans = {each["Id"] for each in self.plans(subscription_id)}
        found = [each for each in self.rows("RatePlanCharge") if each["RatePlanId"] in plans]
        named = [each for each in found if charge is None or each["Name"] == charge]
        return sorted(named, key=lambda each: (each["ChargeNumber"], each["Segment"]))

    def update_data(self, plan_id: str, charge: str, tiers: tuple[dict[str, Any], ...] = (), **fields: Any) -> str:
        asked = {"ProductRatePlanChargeId": CHARGE_IDS[charge], **fields}
        return plan_data(
            {"AmendmentSubscriptionRatePlanId": plan_id}, charge_data(asked, tiers), tag="obj:RatePlanData"
        )

    def new_data(self, plan: str) -> str:
        return plan_data({"ProductRatePlanId": PLAN_IDS[plan]}, tag="obj:RatePlanData")

    def remove_data(self, plan_id: str) -> str:
        return plan_data({"AmendmentSubscriptionRatePlanId": plan_id}, tag="obj:RatePlanData")


@pytest.fixture
def shop(caller: Any, tenant: Tenant, mock: ZuoraMock, clock: VirtualClock) -> Shop:
    del mock, clock
    load_catalogue(tenant)
    return Shop(caller, tenant)


@pytest.fixture
def charge_ids() -> dict[str, str]:
    return CHARGE_IDS


@pytest.fixture
def plan_ids() -> dict[str, str]:
    return PLAN_IDS
