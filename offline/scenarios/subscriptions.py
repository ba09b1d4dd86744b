"""Subscriptions and their versions: each amendment makes a new version with new ids, as Zuora does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from mock_zuora.calendar import add_months
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
from offline.scenarios.accounts import BuiltAccount
from offline.scenarios.catalog import DISCOUNTS, CatalogCharge, CatalogPlan, charge_terms, tier_fields
from offline.scenarios.ids import Numbers, ZuoraIds
from offline.scenarios.model import Row, Tables, add
from offline.scenarios.pricing import Tier, amount_for, money
from offline.scenarios.stamps import BILLED_TO, months_between, noon, stamped


@dataclass
class Segment:
    """A stretch of a charge with one quantity; it ends where the next one begins, or with its plan."""

    start: date
    quantity: Decimal


@dataclass
class HeldCharge:
    """A charge through all versions of its subscription."""

    catalog: CatalogCharge
    number: str
    segments: list[Segment]
    original_id: str = ""


@dataclass
class HeldPlan:
    """A rate plan through all versions of its subscription; `last_id` is its id in the latest one."""

    plan: CatalogPlan
    charges: list[HeldCharge]
    ended: date | None = None
    last_id: str = ""


@dataclass(frozen=True)
class VersionCharge:
    """One segment of a charge as one version has it. `end` is the first day it is no longer in force, or None."""

    id: str
    held: HeldCharge
    plan: CatalogPlan
    segment: int
    start: date
    end: date | None
    quantity: Decimal
    row: Row


@dataclass(frozen=True)
class Version:
    """A version of a subscription: in force from `made_on` until the next one is made."""

    id: str
    made_on: date
    row: Row
    charges: list[VersionCharge] = field(default_factory=list)


class SubscriptionBuilder:
    """One subscription of an account: begin it with plans, then amend it; `versions` grows with each step."""

    def __init__(
        self,
        account: BuiltAccount,
        start: date,
        *,
        ids: ZuoraIds,
        numbers: Numbers,
        term_months: int | None = 12,
    ) -> None:
        self.account = account
        self.tables: Tables = {}
        self.versions: list[Version] = []
        self.name = numbers.next("S")
        self._currency = account.spec.currency
        self._ids, self._numbers = ids, numbers
        self._start = start
        self._term_start = start
        self._term_months = term_months
        self._cancelled: date | None = None
        self._plans: list[HeldPlan] = []

    @property
    def billable(self) -> bool:
        """Whether it may appear on an invoice: neither a draft nor waiting to be activated."""
        return self.versions[-1].row["Status"] in {"Active", "Cancelled"}

    def begin(self, plans: Iterable[tuple[CatalogPlan, int]], *, status: str = "Active") -> None:
        """The first version, with these plans and quantities."""
        for plan, quantity in plans:
            self._hold(plan, quantity, self._start)
        self._make_version(self._start, status)

    def add_product(self, plan: CatalogPlan, quantity: int, on: date) -> None:
        """Amend: another rate plan."""
        self._hold(plan, quantity, on)
        self._amend("NewProduct", on, changed=self._plans[-1])

    def change_quantity(self, quantity: int, on: date) -> None:
        """Amend: a new quantity of the first plan's recurring charges, as a new segment of each."""
        for charge in self._plans[0].charges:
            if charge.catalog.spec.kind == RECURRING:
                charge.segments.append(Segment(on, Decimal(quantity)))
        self._amend("UpdateProduct", on, changed=self._plans[0])

    def remove_product(self, on: date) -> None:
        """Amend: the last rate plan ends."""
        self._plans[-1].ended = on
        self._amend("RemoveProduct", on, changed=self._plans[-1])

    def renew(self, on: date) -> None:
        """Amend: another term as long as the one that ends on this day."""
        self._term_start = on
        self._amend("Renewal", on)

    def cancel(self, on: date) -> None:
        """Amend: everything ends on this day."""
        self._cancelled = on
        self._amend("Cancellation", on)

    @property
    def _term_end(self) -> date | None:
        return None if self._term_months is None else add_months(self._term_start, self._term_months)

    def _hold(self, plan: CatalogPlan, quantity: int, start: date) -> None:
        charges = [
            HeldCharge(charge, self._numbers.next("C"), [Segment(start, Decimal(quantity))]) for charge in plan.charges
        ]
        self._plans.append(HeldPlan(plan, charges))

    def _amend(self, kind: str, on: date, changed: HeldPlan | None = None) -> None:
        amendment_id = self._ids.next("Amendment")
        row: Row = {
            "Id": amendment_id,
            "SubscriptionId": self.versions[-1].id,
            "Name": f"Amendment {len(self.versions)}",
            "Code": self._numbers.next("AM"),
            "Type": kind,
            "Status": "Completed",
            "ContractEffectiveDate": on,
            "EffectiveDate": on,
            "ServiceActivationDate": on,
            "CustomerAcceptanceDate": on,
        }
        add(self.tables, "Amendment", [row | stamped(on)])
        self.versions[-1].row["Status"] = "Expired"
        status = "Cancelled" if kind == "Cancellation" else "Active"
        self._make_version(on, status, amendment=(amendment_id, kind), changed=changed)

    def _make_version(
        self,
        made_on: date,
        status: str,
        *,
        amendment: tuple[str, str] | None = None,
        changed: HeldPlan | None = None,
    ) -> None:
        version_id = self._ids.next("Subscription")
        row = self._subscription_row(version_id, made_on, status)
        add(self.tables, "Subscription", [row])
        version = Version(version_id, made_on, row)
        for held in self._plans:
            marks = _plan_marks(held, amendment if held is changed else None)
            plan_id = self._ids.next("RatePlan")
            plan_row: Row = {"Id": plan_id, "SubscriptionId": version_id, "Name": held.plan.name}
            plan_row |= {"ProductRatePlanId": held.plan.id} | marks | stamped(made_on)
            add(self.tables, "RatePlan", [plan_row])
            held.last_id = plan_id
            for charge in held.charges:
                version.charges.extend(self._emit_charge(charge, held, plan_id, made_on))
        self.versions.append(version)

    def _subscription_row(self, version_id: str, made_on: date, status: str) -> Row:
        ends = self._cancelled or self._term_end
        draft = status == "Draft"
        active = status in {"Active", "Cancelled"}
        termed = self._term_months is not None
        row: Row = {
            "Id": version_id,
            "AccountId": self.account.id,
            "Name": self.name,
            "Version": len(self.versions) + 1,
            "Status": status,
            "OriginalId": self.versions[0].id if self.versions else version_id,
            "PreviousSubscriptionId": self.versions[-1].id if self.versions else None,
            "OriginalCreatedDate": noon(self._start),
            "TermType": "TERMED" if termed else "EVERGREEN",
            "InitialTerm": self._term_months,
            "InitialTermPeriodType": "Month" if termed else None,
            "CurrentTerm": self._term_months,
            "CurrentTermPeriodType": "Month" if termed else None,
            "RenewalTerm": self._term_months,
            "RenewalTermPeriodType": "Month" if termed else None,
            "RenewalSetting": "RENEW_WITH_SPECIFIC_TERM" if termed else None,
            "AutoRenew": termed and status == "Active",
            "ContractEffectiveDate": None if draft else self._start,
            "ServiceActivationDate": self._start if active or status == "Pending Acceptance" else None,
            "ContractAcceptanceDate": self._start if active else None,
            "SubscriptionStartDate": None if draft else self._start,
            "SubscriptionEndDate": None if draft else ends,
            "TermStartDate": None if draft else self._term_start,
            "TermEndDate": None if draft else ends,
            "CancelledDate": self._cancelled,
            "IsInvoiceSeparate": False,
            "Notes": "A subscription of the demonstration.",
            "GoLiveDate__c": add_months(self._start, 1) if active else None,
        }
        return row | stamped(made_on)

    def _emit_charge(self, held: HeldCharge, plan: HeldPlan, plan_id: str, made_on: date) -> list[VersionCharge]:
        made: list[VersionCharge] = []
        ends = min((day for day in (plan.ended, self._cancelled, self._term_end) if day), default=None)
        earlier_mrr = Decimal(0)
        for number, segment in enumerate(held.segments, 1):
            last = number == len(held.segments)
            end = ends if last else held.segments[number].start
            if held.catalog.spec.kind == ONE_TIME:
                end = segment.start + timedelta(days=1)
            charge_id = self._ids.next("RatePlanCharge")
            held.original_id = held.original_id or charge_id
            row = self._charge_row(held, segment, number, end)
            mrr = Decimal(str(row["MRR"]))
            row |= {"Id": charge_id, "RatePlanId": plan_id, "OriginalId": held.original_id}
            row |= {"IsLastSegment": last, "DMRC": mrr - earlier_mrr} | stamped(made_on)
            row["DTCV"] = self._contract_value(held.catalog, mrr - earlier_mrr, segment.start, end, row)
            earlier_mrr = mrr
            add(self.tables, "RatePlanCharge", [row])
            add(self.tables, "RatePlanChargeTier", self._tier_rows(held.catalog, charge_id, made_on))
            made.append(VersionCharge(charge_id, held, plan.plan, number, segment.start, end, segment.quantity, row))
        return made

    def _charge_row(self, held: HeldCharge, segment: Segment, number: int, end: date | None) -> Row:
        charge = held.catalog
        spec = charge.spec
        tiers = charge.tiers[self._currency]
        counted = spec.kind != USAGE and spec.model not in {FLAT_FEE, *DISCOUNTS}
        amount = money(amount_for(spec.model, tiers, segment.quantity, charge.included), self._currency)
        mrr = money(amount / charge.months, self._currency) if spec.kind == RECURRING else Decimal(0)
        row: Row = {"Name": spec.name, "ChargeNumber": held.number, "Segment": number, "Version": number}
        row |= charge_terms(spec) | price_fields(charge, tiers) | {"ProductRatePlanChargeId": charge.id}
        row |= {
            "Description": f"{spec.name}, {spec.model.lower()}",
            "Quantity": segment.quantity if counted else None,
            "BillCycleDay": 1,
            "EffectiveStartDate": segment.start,
            "EffectiveEndDate": end,
            "TriggerDate": held.segments[0].start,
            "MRR": mrr,
        }
        row["TCV"] = amount if spec.kind == ONE_TIME else self._contract_value(charge, mrr, segment.start, end, row)
        return row

    def _contract_value(self, charge: CatalogCharge, mrr: Decimal, start: date, end: date | None, row: Row) -> Decimal:
        """MRR over the segment's months; without an end, over what is billed by now. A one-time charge is its price."""
        if charge.spec.kind == ONE_TIME:
            return Decimal(str(row["TCV"]))
        if charge.spec.kind == USAGE:
            return Decimal(0)
        return money(mrr * months_between(start, end or BILLED_TO), self._currency)

    def _tier_rows(self, charge: CatalogCharge, charge_id: str, made_on: date) -> list[Row]:
        if charge.spec.model in DISCOUNTS:
            return []
        rows: list[Row] = []
        for number, tier in enumerate(charge.tiers[self._currency], 1):
            row: Row = {"Id": self._ids.next("RatePlanChargeTier"), "RatePlanChargeId": charge_id}
            rows.append(row | tier_fields(charge.spec, number, tier) | stamped(made_on))
        return rows


def _plan_marks(held: HeldPlan, amendment: tuple[str, str] | None) -> Row:
    """What a rate plan says about the amendment that this version came from, when it was the one amended."""
    if amendment is None:
        return {"AmendmentType": "RemoveProduct"} if held.ended else {}
    amendment_id, kind = amendment
    return {
        "AmendmentId": amendment_id,
        "AmendmentType": kind,
        "AmendmentSubscriptionRatePlanId": held.last_id or None,
    }


def price_fields(charge: CatalogCharge, tiers: tuple[Tier, ...]) -> Row:
    """The price fields that the charge's model fills; the others stay empty."""
    model = charge.spec.model
    row: Row = {}
    if model in {FLAT_FEE, PER_UNIT, OVERAGE}:
        row["Price"] = tiers[0].price
    if model in {OVERAGE, TIERED_WITH_OVERAGE}:
        row["OveragePrice"] = tiers[-1].price
    if model == DISCOUNT_FIXED:
        row["DiscountAmount"] = tiers[0].price
    if model == DISCOUNT_PERCENTAGE:
        row["DiscountPercentage"] = tiers[0].price
    return row
