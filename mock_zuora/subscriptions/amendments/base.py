"""What every amendment stands on: the version it begins from, the one it makes, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.subscriptions.asked import AskedPlan
from mock_zuora.subscriptions.model import Plan, Version
from mock_zuora.subscriptions.terms import Triggers, later_triggers

NO_SUCH_PLAN = "Can't find the RatePlan by AmendmentSubscriptionRatePlanId."


@dataclass
class Change:
    """One amendment at work: `version` is the next version, to be changed; `before` stays as it is."""

    books: Books
    before: Version
    version: Version
    amendment: Row
    asked: AskedPlan | None = None
    amended: Plan | None = None
    """The rate plan the amendment is about, once it is known."""

    @property
    def effective(self) -> date:
        """The day from which the change counts."""
        day: date = self.amendment["ContractEffectiveDate"]
        return day

    @property
    def triggers(self) -> Triggers:
        """The days on which what is added or changed begins."""
        return later_triggers(self.amendment)

    def plan(self) -> AskedPlan:
        """The rate plan the amendment is about. Raises `RowError` when none was sent."""
        if self.asked is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: RatePlanData")
        return self.asked

    def held_plan(self) -> Plan:
        """The subscription's rate plan that the amendment names, marked as amended by it. Raises `RowError`."""
        plan_id = self.plan().row.get("AmendmentSubscriptionRatePlanId")
        found = self.version.find_plan(plan_id)
        if found is None:
            raise RowError("INVALID_VALUE", NO_SUCH_PLAN)
        self.mark(found)
        return found

    def mark(self, plan: Plan) -> None:
        """Let the plan say which amendment it came from, and which plan of the version before it is."""
        plan.row |= {
            "AmendmentType": self.amendment["Type"],
            "AmendmentSubscriptionRatePlanId": plan.row.get("Id"),
        }
        self.amended = plan


def refuse(message: str) -> RowError:
    """The row error for what cannot be amended so."""
    return RowError("INVALID_VALUE", message)


def on_a_day(day: date | None, name: str) -> date:
    """A day that must be given. Raises `RowError`."""
    if day is None:
        raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")
    return day
