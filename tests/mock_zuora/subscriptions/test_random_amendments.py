"""Random amendments, one after the other: whatever is done, the versions of a subscription stay consistent."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_zuora import ZuoraMock
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock
from tests.mock_zuora.conftest import TENANT, Caller
from tests.mock_zuora.subscriptions.conftest import PLANS, Result, Shop, load_catalogue

DAYS = st.integers(0, 800).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
NOT_OF_A_CHARGE = {"OneTime"}


class Amending(RuleBasedStateMachine):
    """One subscription through its life."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.mock = ZuoraMock(clock=self.clock, chance=random.Random(7))
        tenant = self.mock.add_tenant(TENANT)
        load_catalogue(tenant)
        caller = Caller(self.mock)
        assert caller.login().status == 200
        self.shop = Shop(caller, tenant)
        self.latest = ""
        self.mrr = Decimal(0)
        self.done = 0

    def teardown(self) -> None:
        self.mock.close()

    @initialize(plans=st.lists(st.sampled_from(list(PLANS)), min_size=1, max_size=3), evergreen=st.booleans())
    def sell(self, plans: list[str], evergreen: bool) -> None:
        how: dict[str, Any] = {"TermType": "EVERGREEN", "InitialTerm": None} if evergreen else {}
        result = self.shop.sold(*plans, **how)
        self.latest, self.mrr = result["SubscriptionId"], Decimal(result["TotalMrr"])

    def attempt(self, kind: str, on: date, data: str = "", **fields: Any) -> None:
        """Done or refused, never half done; what changed is what the result says."""
        before = self.state()
        result: Result = self.shop.amend(self.latest, kind, on.isoformat(), data, **fields)
        if result["Success"] == "false":
            assert self.state() == before, result.text
            return
        self.done += 1
        self.latest = result["SubscriptionId"]
        self.mrr += Decimal(result["TotalDeltaMrr"])
        worth = [sum(self.tcv(each), Decimal(0)) for each in (self.previous, self.latest) if each]
        told = result.all("TotalDeltaTcv")
        assert not told or Decimal(told[0]) == worth[1] - worth[0], result.text

    def state(self) -> dict[str, list[dict[str, Any]]]:
        return {
            kind: self.shop.rows(kind)
            for kind in ("Subscription", "Amendment", "RatePlan", "RatePlanCharge", "RatePlanChargeTier")
        }

    @property
    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = self.shop.one("Subscription", Id=self.latest)
        return found

    @property
    def previous(self) -> str:
        return str(self.row["PreviousSubscriptionId"] or "")

    def tcv(self, subscription_id: str) -> list[Decimal]:
        return [each["TCV"] or Decimal(0) for each in self.shop.segments(subscription_id)]

    def a_plan(self, data: st.DataObject) -> dict[str, Any]:
        plan: dict[str, Any] = data.draw(st.sampled_from(self.shop.plans(self.latest)))
        return plan

    @rule(on=DAYS, plan=st.sampled_from(list(PLANS)))
    def add(self, on: date, plan: str) -> None:
        self.attempt("NewProduct", on, self.shop.new_data(plan))

    @rule(on=DAYS, data=st.data())
    def remove(self, on: date, data: st.DataObject) -> None:
        self.attempt("RemoveProduct", on, self.shop.remove_data(self.a_plan(data)["Id"]))

    @rule(on=DAYS, quantity=st.integers(1, 40), data=st.data(), specific=st.booleans())
    def update(self, on: date, quantity: int, data: st.DataObject, specific: bool) -> None:
        plan = self.a_plan(data)
        charge = PLANS[plan["Name"].lower()][0]
        fields: dict[str, Any] = {"Quantity": quantity} if charge in ("seats", "tiers") else {"Price": quantity}
        dates = {"SpecificUpdateDate": on.isoformat()} if specific else {}
        self.attempt("UpdateProduct", on, self.shop.update_data(plan["Id"], charge, **fields), **dates)

    @rule()
    def renew(self) -> None:
        self.attempt("Renewal", self.row["TermEndDate"] or date(2027, 1, 1))

    @rule(on=DAYS, months=st.integers(1, 36), evergreen=st.booleans())
    def change_terms(self, on: date, months: int, evergreen: bool) -> None:
        kind = {"TermType": "EVERGREEN"} if evergreen else {"TermType": "TERMED", "CurrentTerm": months}
        self.attempt("TermsAndConditions", on, **kind)

    @rule(on=DAYS)
    def suspend(self, on: date) -> None:
        self.attempt("SuspendSubscription", on, SuspendDate=on.isoformat())

    @rule(on=DAYS)
    def resume(self, on: date) -> None:
        self.attempt("ResumeSubscription", on, ResumeDate=on.isoformat())

    @precondition(lambda self: self.done > 3)
    @rule(on=DAYS)
    def cancel(self, on: date) -> None:
        self.attempt("Cancellation", on)

    @invariant()
    def the_records_agree(self) -> None:
        assert problems(self.shop.tenant) == []

    @invariant()
    def there_is_one_chain_with_one_latest_version(self) -> None:
        if not self.latest:
            return
        chain = sorted(self.shop.rows("Subscription"), key=lambda row: row["Version"])
        assert [row["Id"] for row in chain if row["IsLatestVersion"]] == [self.latest] == [chain[-1]["Id"]]
        assert [row["Version"] for row in chain] == list(range(1, self.done + 2))
        assert all(second["PreviousSubscriptionId"] == first["Id"] for first, second in pairwise(chain))
        assert {row["Status"] for row in chain[:-1]} <= {"Expired"}
        assert [row["SubscriptionId"] for row in self.shop.rows("Amendment")] == [row["Id"] for row in chain[:-1]]

    @invariant()
    def the_segments_of_a_charge_follow_one_another(self) -> None:
        rests = {row["SuspendDate"] for row in self.shop.rows("Amendment", Type="SuspendSubscription")}
        for row in self.shop.rows("Subscription"):
            charges: dict[str, list[dict[str, Any]]] = {}
            for segment in self.shop.segments(row["Id"]):
                charges.setdefault(segment["ChargeNumber"], []).append(segment)
                end = segment["EffectiveEndDate"]
                assert end is None or end >= segment["EffectiveStartDate"]
            for segments in charges.values():
                assert [each["Segment"] for each in segments] == list(range(1, len(segments) + 1))
                for first, second in pairwise(segments):
                    gap = second["EffectiveStartDate"] != first["EffectiveEndDate"]
                    assert not gap or first["EffectiveEndDate"] in rests

    @invariant()
    def mrr_is_that_of_the_last_segments_in_force(self) -> None:
        if not self.latest:
            return
        removed = {each["Id"] for each in self.shop.plans(self.latest) if each["AmendmentType"] == "RemoveProduct"}
        live = [
            each["MRR"]
            for each in self.shop.segments(self.latest)
            if each["IsLastSegment"] and each["RatePlanId"] not in removed
        ]
        expected = Decimal(0) if self.row["Status"] in ("Cancelled", "Suspended") else sum(live, Decimal(0))
        assert self.mrr == expected


TestAmending = Amending.TestCase
TestAmending.settings = settings(max_examples=15, stateful_step_count=12)
