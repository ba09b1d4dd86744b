"""MRR and TCV of a version, charge by charge, and what has changed of them since the version before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mock_zuora.books import Row
from mock_zuora.pricing import mrr, rounded, tcv
from mock_zuora.subscriptions.model import Plan, Segment, Version
from mock_zuora.subscriptions.terms import CANCELLED, SUSPENDED

ZERO = rounded(Decimal(0))
_CHANGES = ("EffectiveStartDate", "EffectiveEndDate", "MRR", "Segment")


@dataclass(frozen=True)
class ChargeDelta:
    """One charge as a version has it, and what has changed of it since the one before; TCV None: it has no end."""

    plan: Row
    charge: Row
    mrr: Decimal
    tcv: Decimal | None
    mrr_change: Decimal
    tcv_change: Decimal | None


def measure(version: Version, before: Version | None = None) -> None:
    """Fill in MRR and TCV of all segments, and DMRC and DTCV of those that have changed since the version before."""
    starts: dict[str, Segment] = {}
    for _, segment, held in version.held():
        first = starts.setdefault(segment.number, segment)
        segment.row["MRR"] = mrr(held.price, held.rhythm, held.quantity)
        value = None
        if not version.evergreen and segment.start is not None and first.start is not None:
            value = tcv(held.price, held.rhythm, held.quantity, segment.start, segment.end, anchor=first.start)
        segment.row["TCV"] = value
    old = {} if before is None else {number: each for plan in before.plans for number, each in plan.charges().items()}
    for plan in version.plans:
        for number, segments in plan.charges().items():
            _difference(version, before, plan, segments, old.get(number, []))


def totals(version: Version) -> tuple[Decimal, Decimal | None]:
    """MRR and TCV of a version; TCV is None while the subscription has no end."""
    live = sum((_live(version, plan, segments) for plan, segments in _charges(version)), ZERO)
    return live, _worth([segment for plan in version.plans for segment in plan.segments], version)


def deltas(version: Version, before: Version | None) -> list[ChargeDelta]:
    """What every charge is worth, and what has changed of it."""
    old = {} if before is None else {segments[0].number: (plan, segments) for plan, segments in _charges(before)}
    found: list[ChargeDelta] = []
    for plan, segments in _charges(version):
        had = old.get(segments[0].number)
        live, worth = _live(version, plan, segments), _worth(segments, version)
        was_live = _live(before, *had) if before and had else ZERO
        was_worth = _worth(had[1], before) if before and had else ZERO
        gained = None if worth is None or was_worth is None else worth - was_worth
        found.append(ChargeDelta(plan.row, segments[-1].row, live, worth, live - was_live, gained))
    return found


def _charges(version: Version) -> Iterator[tuple[Plan, list[Segment]]]:
    for plan in version.plans:
        for segments in plan.charges().values():
            yield plan, segments


def _live(version: Version, plan: Plan, segments: list[Segment]) -> Decimal:
    """What a charge adds to the subscription's MRR: nothing once its plan or the subscription is gone or rests."""
    if plan.removed or version.row["Status"] in (CANCELLED, SUSPENDED):
        return ZERO
    return segments[-1].row["MRR"] or ZERO


def _worth(segments: list[Segment], version: Version) -> Decimal | None:
    if version.evergreen:
        return None
    return sum((each.row["TCV"] or ZERO for each in segments), ZERO)


def _difference(
    version: Version, before: Version | None, plan: Plan, segments: list[Segment], old: list[Segment]
) -> None:
    was = {each.row["Segment"]: each for each in old}
    gone = sum((each.row["TCV"] or ZERO for each in old[len(segments) :]), ZERO)
    old_plan = (
        None if before is None else next((each for each in before.plans if old and old[0] in each.segments), None)
    )
    was_live = _live(before, old_plan, old) if before and old_plan else ZERO
    earlier = ZERO
    for segment in segments:
        row, last = segment.row, segment is segments[-1]
        known = was.get(row["Segment"])
        live_change = _live(version, plan, segments) - was_live if last else ZERO
        differs = known is None or any(known.row[name] != row[name] for name in _CHANGES)
        if differs or (last and (live_change or gone)):
            had = (known.row["TCV"] or ZERO) if known else ZERO
            row["DTCV"] = None if row["TCV"] is None else row["TCV"] - had - (gone if last else ZERO)
            row["DMRC"] = live_change if last else (ZERO if known else row["MRR"] - earlier)
        earlier = row["MRR"]
