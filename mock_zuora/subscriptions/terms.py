"""Terms and states of a subscription: when its term ends, when its charges begin and end, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from mock_zuora.books import Row
from mock_zuora.calendar import add_months, add_period
from mock_zuora.faults import RowError
from mock_zuora.pricing import ONE_TIME, Rhythm
from mock_zuora.subscriptions.model import Segment, Version

TERMED, EVERGREEN = "TERMED", "EVERGREEN"
RENEW_TO_EVERGREEN = "RENEW_TO_EVERGREEN"
RENEWAL_SETTINGS = ("RENEW_WITH_SPECIFIC_TERM", RENEW_TO_EVERGREEN)

ACTIVE, CANCELLED, DRAFT, EXPIRED, SUSPENDED = "Active", "Cancelled", "Draft", "Expired", "Suspended"
PENDING_ACTIVATION, PENDING_ACCEPTANCE = "Pending Activation", "Pending Acceptance"

_EVENT_DATES = {
    "ContractEffective": "ContractEffectiveDate",
    "ServiceActivation": "ServiceActivationDate",
    "CustomerAcceptance": "ContractAcceptanceDate",
}

Triggers = Mapping[str, date | None]
"""The day of each trigger event, None for one that has not happened."""


def triggers_of(subscription: Row) -> Triggers:
    """The trigger dates of a new subscription."""
    return {event: subscription[name] for event, name in _EVENT_DATES.items()}


def later_triggers(amendment: Row) -> Triggers:
    """The trigger dates of what an amendment adds or changes: its effective date unless it says otherwise."""
    effective = amendment["ContractEffectiveDate"]
    return {
        "ContractEffective": effective,
        "ServiceActivation": amendment["ServiceActivationDate"] or effective,
        "CustomerAcceptance": amendment["CustomerAcceptanceDate"] or effective,
    }


def check_order(first: date | None, second: date | None, third: date | None) -> None:
    """Refuse dates that are not in the order of contract, activation and acceptance."""
    given = [day for day in (first, second, third) if day is not None]
    if given != sorted(given):
        raise RowError(
            "INVALID_VALUE",
            "The dates must follow the rule ContractEffectiveDate <= ServiceActivationDate <= ContractAcceptanceDate.",
        )


def status_by_dates(subscription: Row, *, activation: bool, acceptance: bool) -> str:
    """What a subscription waits for; `activation` and `acceptance` say what the tenant requires."""
    if subscription["ContractEffectiveDate"] is None:
        return DRAFT
    if activation and subscription["ServiceActivationDate"] is None:
        return PENDING_ACTIVATION
    if acceptance and subscription["ContractAcceptanceDate"] is None:
        return PENDING_ACCEPTANCE
    return ACTIVE


def term_end(start: date, length: int, kind: str) -> date:
    """The first day after a term. Raises `RowError` for a kind of period that is none, or an end out of reach."""
    try:
        return add_period(start, length, kind)
    except (ValueError, OverflowError):
        raise RowError("INVALID_VALUE", f"A term of {length} {kind} from {start} on cannot be counted.") from None


def begin_term(row: Row) -> None:
    """Set the term of a new subscription from what was asked for. Raises `RowError`."""
    kind = row["TermType"] or TERMED
    if kind not in (TERMED, EVERGREEN):
        raise RowError("INVALID_VALUE", f"Invalid value for field TermType: {kind}. TERMED and EVERGREEN are known.")
    start = row["TermStartDate"] or row["ContractEffectiveDate"]
    row |= {"TermType": kind, "TermStartDate": start, "SubscriptionStartDate": row["ContractEffectiveDate"]}
    for name in ("InitialTermPeriodType", "RenewalTermPeriodType"):
        row[name] = row[name] or "Month"
    if kind == EVERGREEN:
        row |= {"InitialTerm": 0, "CurrentTerm": 0, "RenewalTerm": 0, "AutoRenew": False}
    else:
        if (row["InitialTerm"] or 0) <= 0:
            raise RowError("INVALID_VALUE", "Initial Term should be greater than zero")
        check_renewal(row)
        row |= {"CurrentTerm": row["InitialTerm"], "RenewalTerm": row["RenewalTerm"] or 0}
        row["AutoRenew"] = bool(row["AutoRenew"])
    row["CurrentTermPeriodType"] = row["InitialTermPeriodType"]
    set_end(row)


def check_renewal(row: Row) -> None:
    """Refuse a renewal that cannot be: its setting, or a length below zero."""
    if row["RenewalSetting"] is None:
        row["RenewalSetting"] = RENEWAL_SETTINGS[0]
    if row["RenewalSetting"] not in RENEWAL_SETTINGS:
        raise RowError("INVALID_VALUE", f"Invalid value for field RenewalSetting: {row['RenewalSetting']}.")
    if (row["RenewalTerm"] or 0) < 0:
        raise RowError("INVALID_VALUE", f"Invalid value for field RenewalTerm: {row['RenewalTerm']}.")


def set_end(row: Row) -> None:
    """Let the subscription end where its current term does."""
    end = None
    if row["TermType"] == TERMED and row["TermStartDate"] is not None:
        end = term_end(row["TermStartDate"], row["CurrentTerm"], row["CurrentTermPeriodType"] or "Month")
    row |= {"TermEndDate": end, "SubscriptionEndDate": end}


def own_end(charge: Row, begun: date, rhythm: Rhythm, subscription_end: date | None) -> date | None:
    """The first day a charge that began on a day is no longer in force: its own end, or the subscription's."""
    if charge["ChargeType"] == ONE_TIME:
        return begun + timedelta(days=1)
    end: date | None = None
    if charge["EndDateCondition"] == "FixedPeriod" and charge["UpToPeriods"]:
        end = _fixed_end(charge, begun, rhythm)
    elif charge["EndDateCondition"] == "SpecificEndDate":
        end = charge["SpecificEndDate"]
    ends = [day for day in (end, subscription_end) if day is not None]
    return max(begun, min(ends)) if ends else None


def _fixed_end(charge: Row, begun: date, rhythm: Rhythm) -> date:
    length, kind = int(charge["UpToPeriods"]), charge["UpToPeriodsType"] or "Billing Periods"
    if kind.replace("_", " ") != "Billing Periods":
        return term_end(begun, length, kind)
    if charge["BillingPeriod"] in ("Week", "Specific Weeks"):
        return term_end(begun, length * (charge["SpecificBillingPeriod"] or 1), "Week")
    try:
        return add_months(begun, int(rhythm.months * length))
    except OverflowError:
        raise RowError("INVALID_VALUE", f"Invalid value for field UpToPeriods: {length}.") from None


def refit(version: Version) -> None:
    """Let the charges end anew after the subscription's end has moved; removed plans stay as they are."""
    for plan in version.plans:
        if plan.removed:
            continue
        for segments in plan.charges().values():
            last = segments[-1]
            begun = segments[0].row["TriggerDate"] or segments[0].start
            if begun is None or last.row["ChargeType"] == ONE_TIME or segments[0].start is None:
                continue
            rhythm = next(held.rhythm for _, each, held in version.held() if each is last)
            last.row["EffectiveEndDate"] = own_end(last.row, begun, rhythm, version.end)
            for each in cut_off(segments, last.end):
                plan.segments.remove(each)


def cut_off(segments: Sequence[Segment], end: date | None) -> list[Segment]:
    """Let a charge end no later than a day; returns its segments that would only have begun then."""
    if end is None:
        return []
    gone = [each for each in segments[1:] if each.start is not None and each.start >= end]
    for each in segments:
        if each not in gone and (each.end is None or each.end > end):
            each.row["EffectiveEndDate"] = max(end, each.start) if each.start is not None else end
    return gone


def renumbered(segments: Sequence[Segment]) -> None:
    """Number a charge's segments in order of time, and mark the last."""
    for number, segment in enumerate(segments, start=1):
        segment.row |= {"Segment": number, "IsLastSegment": number == len(segments)}


def changed(row: Row, amendment: Row, names: Sequence[str]) -> dict[str, Any]:
    """What an amendment asks for of these fields, where it asks for something else."""
    return {name: amendment[name] for name in names if amendment[name] is not None and amendment[name] != row[name]}
