"""Amendments that end a subscription, let it rest, and take it up again."""

from __future__ import annotations

from datetime import date

from mock_zuora.pricing import ONE_TIME
from mock_zuora.subscriptions import terms
from mock_zuora.subscriptions.amendments.base import Change, on_a_day, refuse
from mock_zuora.subscriptions.model import Plan, Segment, Version


def cancellation(change: Change) -> None:
    """End the subscription, and all its charges, on the effective day."""
    day: date = change.amendment["EffectiveDate"]
    row = change.version.row
    if row["TermEndDate"] is not None and day > row["TermEndDate"]:
        raise refuse(f"The subscription ends on {row['TermEndDate']}; it cannot be cancelled on {day}.")
    row |= {"Status": terms.CANCELLED, "CancelledDate": day, "SubscriptionEndDate": day, "TermEndDate": day}
    _end_charges(change.version, day)


def suspension(change: Change) -> None:
    """Let all charges rest from the day of suspension on."""
    day = on_a_day(change.amendment["SuspendDate"], "SuspendDate")
    row = change.version.row
    if row["SubscriptionStartDate"] is not None and day < row["SubscriptionStartDate"]:
        raise refuse(f"The SuspendDate {day} is before the subscription's start, {row['SubscriptionStartDate']}.")
    if row["TermEndDate"] is not None and day >= row["TermEndDate"]:
        raise refuse(f"The SuspendDate {day} is not before the end of the term, {row['TermEndDate']}.")
    resumed = _days(change, "ResumeSubscription", "ResumeDate")
    if resumed and day < max(resumed):
        raise refuse(f"The SuspendDate {day} is before the most recent resume date, {max(resumed)}.")
    row["Status"] = terms.SUSPENDED
    _end_charges(change.version, day)


def resumption(change: Change) -> None:
    """Take up again, in a segment of its own, every charge that the suspension ended."""
    day = on_a_day(change.amendment["ResumeDate"], "ResumeDate")
    row = change.version.row
    suspended = max(_days(change, "SuspendSubscription", "SuspendDate"), default=None)
    if suspended is None or day < suspended:
        raise refuse(f"The ResumeDate {day} is before the suspend date, {suspended}.")
    if row["TermEndDate"] is not None and day >= row["TermEndDate"]:
        raise refuse(f"The ResumeDate {day} is not before the end of the term, {row['TermEndDate']}.")
    row["Status"] = terms.ACTIVE
    for plan in change.version.plans:
        for segments in [] if plan.removed else list(plan.charges().values()):
            _take_up(change.version, plan, segments, suspended, day)


def _take_up(version: Version, plan: Plan, segments: list[Segment], suspended: date, day: date) -> None:
    last = segments[-1]
    begun = segments[0].row["TriggerDate"] or segments[0].start
    never_ran = last.start == last.end and last.start is not None and last.start >= suspended
    if last.row["ChargeType"] == ONE_TIME or begun is None or not (never_ran or last.end == suspended):
        return
    rhythm = next(held.rhythm for _, each, held in version.held() if each is last)
    end = terms.own_end(last.row, begun, rhythm, version.end)
    if end is not None and end <= day:
        return
    if never_ran or suspended == day:
        last.row["EffectiveEndDate"] = end
        if never_ran and last.start is not None:
            last.row["EffectiveStartDate"] = max(last.start, day)
        return
    later = last.copy()
    later.row |= {"EffectiveStartDate": day, "EffectiveEndDate": end, "Version": (last.row["Version"] or 1) + 1}
    later.row |= {"ChargedThroughDate": None, "ProcessedThroughDate": None}
    plan.segments.insert(plan.segments.index(last) + 1, later)
    terms.renumbered([*segments, later])


def _end_charges(version: Version, day: date) -> None:
    for plan in version.plans:
        for segments in plan.charges().values():
            if segments[0].row["ChargeType"] == ONE_TIME and segments[0].start is not None and segments[0].start < day:
                continue  # what was charged once stays charged
            for gone in terms.cut_off(segments, day):
                plan.segments.remove(gone)
                segments.remove(gone)
            terms.renumbered(segments)


def _days(change: Change, kind: str, name: str) -> list[date]:
    """The days of the completed amendments of a kind that the subscription has had."""
    original = change.before.row["OriginalId"]
    versions = change.books.where("Subscription", OriginalId=original)
    amendments = [
        each for row in versions for each in change.books.where("Amendment", SubscriptionId=row["Id"], Type=kind)
    ]
    return [each[name] for each in amendments if each["Status"] == "Completed" and each[name] is not None]
