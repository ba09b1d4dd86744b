"""Amendments of products: one more, one less, one changed from a day on."""

from __future__ import annotations

from datetime import date

from mock_zuora.books import Row
from mock_zuora.faults import RowError
from mock_zuora.pricing import ONE_TIME
from mock_zuora.subscriptions.amendments.base import Change, refuse
from mock_zuora.subscriptions.asked import AskedCharge
from mock_zuora.subscriptions.building import add_plan, next_segment
from mock_zuora.subscriptions.model import Plan, Segment
from mock_zuora.subscriptions.terms import cut_off, renumbered


def new_product(change: Change) -> None:
    """Add a rate plan of the catalogue."""
    end = change.version.end
    if end is not None and change.effective > end:
        raise refuse(f"The subscription ends on {end}; a product cannot be added on {change.effective}.")
    plan = add_plan(change.books, change.version, change.plan(), change.triggers, change.effective)
    change.mark(plan)


def remove_product(change: Change) -> None:
    """End a rate plan; it stays in all later versions, marked as removed."""
    plan = change.held_plan()
    for segments in plan.charges().values():
        if segments[0].row["ChargeType"] == ONE_TIME and (segments[0].start or change.effective) < change.effective:
            continue  # what was charged once stays charged
        for each in cut_off(segments, change.effective):
            plan.segments.remove(each)
    for segments in plan.charges().values():
        renumbered(segments)


def update_product(change: Change) -> None:
    """Change charges of a rate plan from a day on: each gets a segment more."""
    asked = change.plan()
    plan = change.held_plan()
    plan.row |= {name: value for name, value in asked.row.items() if name.endswith(("__c", "__QT"))}
    for wanted in asked.charges:
        segments = _charge_of(plan, wanted)
        if segments[0].row["ChargeType"] == ONE_TIME:
            raise refuse(f"The one-time charge {segments[0].number} cannot be updated.")
        split(change, plan, segments, wanted, _day(change, segments))


def _day(change: Change, segments: list[Segment]) -> date:
    """The day from which a charge is different."""
    specific: date | None = change.amendment["SpecificUpdateDate"]
    if specific is not None:
        return specific
    day = change.triggers.get(segments[0].row["TriggerEvent"]) or change.effective
    if any(each.start is not None and each.start > day for each in segments):
        raise refuse(
            f"The charge {segments[0].number} has an update that begins after {day}. "
            "Give the SpecificUpdateDate to update it before."
        )
    return day


def _charge_of(plan: Plan, wanted: AskedCharge) -> list[Segment]:
    """The segments of the charge that is named by its number, its id or its product charge."""
    named: Row = {
        name: wanted.row[name] for name in ("ChargeNumber", "ProductRatePlanChargeId", "Id") if name in wanted.row
    }
    for segments in plan.charges().values():
        if named and any(_fits(each.row, named) for each in segments):
            return segments
    for name in ("ChargeNumber", "ProductRatePlanChargeId", "Id"):
        if name in named:
            raise refuse(f"Invalid value for field {name}: {named[name]}")
    raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: ProductRatePlanChargeId")


def _fits(row: Row, named: Row) -> bool:
    return all(row[name] == value for name, value in named.items() if name != "Id") and (
        "Id" not in named or row["Id"] == named["Id"] or len(named) > 1
    )


def split(change: Change, plan: Plan, segments: list[Segment], wanted: AskedCharge, day: date) -> None:
    """From a day on a charge is as asked: the segment in force then ends, and the next one goes on to its end."""
    current = next((each for each in reversed(segments) if each.start is not None and each.start <= day), None)
    if current is None or (current.end is not None and day > current.end):
        begun, end = segments[0].start, segments[-1].end
        raise refuse(f"The charge {segments[0].number} is not in force on {day}: it runs from {begun} to {end}.")
    later = next_segment(change.books, change.version, current, wanted, day)
    later.row["Version"] = max(each.row["Version"] or 1 for each in segments) + 1
    place = plan.segments.index(current)
    if current.start == day:
        for name in ("ChargedThroughDate", "ProcessedThroughDate", "OriginalId"):
            later.row[name] = current.row[name]
        plan.segments[place] = later
        segments[segments.index(current)] = later
    else:
        current.row["EffectiveEndDate"] = day
        plan.segments.insert(place + 1, later)
        segments.insert(segments.index(current) + 1, later)
    renumbered(segments)
