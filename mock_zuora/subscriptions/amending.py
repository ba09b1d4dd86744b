"""Amendments at work: one after the other, each leaving a version of the subscription more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.subscriptions import terms
from mock_zuora.subscriptions.amendments import KINDS, Change
from mock_zuora.subscriptions.asked import AskedPlan
from mock_zuora.subscriptions.metrics import measure
from mock_zuora.subscriptions.model import Version, blank, erase, load, write

_REQUIRED = ("Type", "Name", "SubscriptionId", "ContractEffectiveDate")


@dataclass
class Amended:
    """What became of a subscription: where it began, where it is now, and the amendments on the way."""

    before: Version
    version: Version
    amendment_ids: list[str] = field(default_factory=list)


def amend(books: Books, asked: Sequence[tuple[Row, AskedPlan | None]]) -> Amended:
    """Make and complete amendments of one subscription, in order. Raises `RowError`; nothing is taken back here."""
    if not asked:
        raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: Amendments")
    for row, _ in asked:
        for name in _REQUIRED:
            if row.get(name) is None:
                raise RowError("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")
    subscription_id = asked[0][0]["SubscriptionId"]
    if any(row["SubscriptionId"] != subscription_id for row, _ in asked):
        raise RowError("INVALID_VALUE", "The amendments of one request must have the same SubscriptionId.")
    done = _begun(books, subscription_id)
    for row, plan in asked:
        amendment = blank(books, "Amendment") | {**row, "Id": None, "SubscriptionId": done.version.id}
        done.amendment_ids.append(_complete(books, done, amendment, plan))
    return done


def complete(books: Books, amendment: Row) -> Version:
    """Let an amendment that is a record already take effect. Raises `RowError`."""
    done = _begun(books, amendment["SubscriptionId"])
    _complete(books, done, dict(amendment), None)
    return done.version


def undo(books: Books, amendment: Row) -> None:
    """Take back the version that a completed amendment made. Raises `RowError` unless it is the latest, unbilled."""
    row = books.get("Subscription", amendment["SubscriptionId"])
    made = [] if row is None else books.where("Subscription", PreviousSubscriptionId=row["Id"])
    if row is None or not made:
        return
    version = load(books, made[0])
    if books.where("Subscription", PreviousSubscriptionId=version.id):
        raise RowError(
            "CANNOT_DELETE", f"The amendment {amendment['Id']} is not the latest of {row['Name']}. Delete that first."
        )
    if books.where("InvoiceItem", SubscriptionId=version.id):
        raise RowError("CANNOT_DELETE", f"The amendment {amendment['Id']} has been invoiced.")
    erase(books, version)
    status = terms.SUSPENDED if amendment["Type"] == "ResumeSubscription" else terms.ACTIVE
    books.change("Subscription", row["Id"], {"Status": status, "IsLatestVersion": True})


def _begun(books: Books, subscription_id: str) -> Amended:
    row = books.get("Subscription", subscription_id)
    if row is None:
        raise RowError("INVALID_VALUE", f"Invalid value for field SubscriptionId: {subscription_id}")
    versions = books.where("Subscription", OriginalId=row["OriginalId"]) if row["OriginalId"] else [row]
    latest = max(versions, key=lambda each: each["Version"] or 0)
    if latest["Id"] != row["Id"]:
        raise RowError(
            "INVALID_VALUE",
            f"The subscription {subscription_id} is version {row['Version']} of {row['Name']}; only the latest, "
            f"version {latest['Version']}, can be amended.",
        )
    version = load(books, row)
    return Amended(version, version)


def _complete(books: Books, done: Amended, amendment: Row, asked: AskedPlan | None) -> str:
    before = done.version
    kind = amendment["Type"]
    act = KINDS.get(kind)
    if act is None:
        raise RowError("INVALID_VALUE", f"Invalid value for field Type: {kind}")
    _check_status(before, kind)
    _check_dates(before, amendment)
    change = Change(books, before, before.successor(), amendment, asked)
    act(change)
    version = change.version
    measure(version, before)
    amendment_id = _write_amendment(books, amendment)
    if change.amended is not None:
        change.amended.row["AmendmentId"] = amendment_id
    _close(books, before)
    booked = {"LastBookingDate": amendment["BookingDate"] or books.now, "IsLatestVersion": True}
    version.row |= booked | {"Revision": f"{version.row['Version']}.0"}
    write(books, version)
    done.version = version
    return amendment_id


def _check_status(before: Version, kind: str) -> None:
    needed = terms.SUSPENDED if kind == "ResumeSubscription" else terms.ACTIVE
    status = before.row["Status"]
    if status != needed:
        hint = "Resume it first." if status == terms.SUSPENDED else f"It must be {needed}."
        raise RowError("INVALID_VALUE", f"The subscription {before.id} is {status} and cannot be amended so. {hint}")


def _check_dates(before: Version, amendment: Row) -> None:
    """Complete the dates of an amendment, and refuse those before the subscription began, or out of order."""
    effective: date = amendment["ContractEffectiveDate"]
    for name in ("EffectiveDate", "ServiceActivationDate", "CustomerAcceptanceDate"):
        if amendment[name] is None:
            amendment[name] = effective
    terms.check_order(effective, amendment["ServiceActivationDate"], amendment["CustomerAcceptanceDate"])
    begun = before.row["ContractEffectiveDate"]
    for name in ("ContractEffectiveDate", "EffectiveDate", "SpecificUpdateDate"):
        if begun is not None and amendment[name] is not None and amendment[name] < begun:
            raise RowError(
                "INVALID_VALUE",
                f"The {name} {amendment[name]} is before the subscription's ContractEffectiveDate, {begun}.",
            )


def _write_amendment(books: Books, amendment: Row) -> str:
    amendment["Status"] = "Completed"
    if amendment.get("Id"):
        amendment_id = str(amendment["Id"])
        books.change("Amendment", amendment_id, {k: v for k, v in amendment.items() if k != "Id"})
        return amendment_id
    return books.add("Amendment", {name: value for name, value in amendment.items() if name not in ("Id", "Code")})


def _close(books: Books, before: Version) -> None:
    """The version that was in force is kept, as expired."""
    books.change("Subscription", before.id, {"Status": terms.EXPIRED, "IsLatestVersion": False})
