"""A version of a subscription with its rate plans and the segments of their charges: read, changed, written anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mock_zuora.billing.charges import Held
from mock_zuora.books import Books, Row

REMOVED = "RemoveProduct"
"""The AmendmentType by which a plan is known to be removed; it stays on the plan in all later versions."""


@dataclass
class Segment:
    """A stretch of a charge with one price and quantity, and the steps of the price."""

    row: Row
    tiers: list[Row] = field(default_factory=list)

    @property
    def start(self) -> date | None:
        """The first day in force; None while what triggers the charge has not happened."""
        day: date | None = self.row["EffectiveStartDate"]
        return day

    @property
    def end(self) -> date | None:
        """The first day no longer in force, if it ends."""
        day: date | None = self.row["EffectiveEndDate"]
        return day

    @property
    def number(self) -> str:
        """The number of its charge, the same in all segments and versions."""
        return str(self.row["ChargeNumber"])

    def copy(self) -> Segment:
        """A segment that can be changed without changing this one."""
        return Segment(dict(self.row), [dict(each) for each in self.tiers])


@dataclass
class Plan:
    """A rate plan; `segments` are those of all its charges, each charge's own in order of time.

    `known_as` are the ids it had in the versions that one call has gone through.
    """

    row: Row
    segments: list[Segment] = field(default_factory=list)
    features: list[Row] = field(default_factory=list)
    known_as: set[str] = field(default_factory=set)

    @property
    def removed(self) -> bool:
        """Whether an amendment has removed it."""
        return bool(self.row["AmendmentType"] == REMOVED)

    def charges(self) -> dict[str, list[Segment]]:
        """The segments by the number of their charge."""
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.number, []).append(segment)
        return found


@dataclass
class Version:
    """One version of a subscription."""

    row: Row
    account: Row
    plans: list[Plan] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id, which no other version has."""
        return str(self.row["Id"])

    @property
    def end(self) -> date | None:
        """The first day it is no longer in force, if it ends."""
        day: date | None = self.row["SubscriptionEndDate"]
        return day

    @property
    def evergreen(self) -> bool:
        """Whether its term has no end of its own."""
        return bool(self.row["TermType"] == "EVERGREEN")

    def held(self) -> Iterator[tuple[Plan, Segment, Held]]:
        """Every segment as billing sees it."""
        for plan in self.plans:
            for segment in plan.segments:
                yield plan, segment, Held(segment.row, plan.row, self.row, self.account, tuple(segment.tiers))

    def find_plan(self, plan_id: object) -> Plan | None:
        """The plan that has this id, or had it before an earlier amendment of the same call, unless removed."""
        for plan in self.plans:
            if not plan.removed and plan_id and (plan.row.get("Id") == plan_id or plan_id in plan.known_as):
                return plan
        return None

    def successor(self) -> Version:
        """What the next version begins as."""
        plans = [
            Plan(
                dict(plan.row),
                [each.copy() for each in plan.segments],
                [dict(each) for each in plan.features],
                {*plan.known_as, plan.row["Id"]},
            )
            for plan in self.plans
        ]
        row = {**self.row, "Version": self.row["Version"] + 1, "PreviousSubscriptionId": self.id}
        return Version(row, self.account, plans)


def blank(books: Books, kind: str, **values: object) -> Row:
    """A record of the tenant's shape with no more than these values."""
    return {**{each.name: None for each in books.catalogue[kind].columns}, **values}


def load(books: Books, row: Row) -> Version:
    """The version this Subscription record stands for, with all that belongs to it."""
    plans = [
        Plan(
            plan,
            sorted(_segments(books, plan), key=lambda each: (each.number, each.row["Segment"] or 0)),
            books.where("SubscriptionProductFeature", RatePlanId=plan["Id"]),
        )
        for plan in books.where("RatePlan", SubscriptionId=row["Id"])
    ]
    account = books.the("Account", row["AccountId"])
    return Version({**row, "Version": row["Version"] or 1}, account, plans)


def _segments(books: Books, plan: Row) -> Iterator[Segment]:
    for row in books.where("RatePlanCharge", RatePlanId=plan["Id"]):
        charge = {**row, "ChargeNumber": row["ChargeNumber"] or row["OriginalId"] or row["Id"]}
        tiers = books.where("RatePlanChargeTier", RatePlanChargeId=row["Id"])
        yield Segment(charge, sorted(tiers, key=lambda tier: tier["Tier"] or Decimal(0)))


def write(books: Books, version: Version) -> None:
    """Write the version and all that belongs to it as new records; their new ids are put into its rows."""
    row = version.row
    row["Id"] = books.add("Subscription", _unwritten(row))
    first = row["OriginalId"] is None
    if first:
        _own(books, "Subscription", row, "OriginalId", "OriginalCreatedDate")
    row["Name"] = books.the("Subscription", row["Id"])["Name"]
    for plan in version.plans:
        _write_plan(books, version, plan)


def _write_plan(books: Books, version: Version, plan: Plan) -> None:
    row = plan.row
    owners = {"InvoiceOwnerId": version.row["InvoiceOwnerId"], "SubscriptionOwnerId": version.row["AccountId"]}
    row |= {"SubscriptionId": version.row["Id"], **owners}
    row["Id"] = books.add("RatePlan", _unwritten(row))
    if row["OriginalRatePlanId"] is None:
        _own(books, "RatePlan", row, "OriginalRatePlanId")
    originals: dict[str, str] = {}
    for segment in plan.segments:
        charge = segment.row
        charge |= {"RatePlanId": row["Id"], "SubscriptionId": version.row["Id"], **owners}
        charge["OriginalId"] = charge["OriginalId"] or originals.get(segment.number)
        charge["Id"] = books.add("RatePlanCharge", _unwritten(charge))
        if charge["OriginalId"] is None:
            _own(books, "RatePlanCharge", charge, "OriginalId")
        originals[segment.number] = charge["OriginalId"]
        for tier in segment.tiers:
            tier["RatePlanChargeId"] = charge["Id"]
            tier["Id"] = books.add("RatePlanChargeTier", _unwritten(tier))
    for feature in plan.features:
        feature["RatePlanId"] = row["Id"]
        feature["Id"] = books.add("SubscriptionProductFeature", _unwritten(feature))


def erase(books: Books, version: Version) -> None:
    """Remove the records of a version."""
    for plan in version.plans:
        for segment in plan.segments:
            for tier in segment.tiers:
                books.drop("RatePlanChargeTier", tier["Id"])
            books.drop("RatePlanCharge", segment.row["Id"])
        for feature in plan.features:
            books.drop("SubscriptionProductFeature", feature["Id"])
        books.drop("RatePlan", plan.row["Id"])
    books.drop("Subscription", version.id)


def _unwritten(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "Id"}


def _own(books: Books, kind: str, row: Row, *names: str) -> None:
    """The first of its kind: it is its own original."""
    own: Row = {name: books.now if name.endswith("Date") else row["Id"] for name in names}
    row |= own
    books.change(kind, row["Id"], own, quietly=True)
