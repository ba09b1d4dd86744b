"""Amendments of terms: renewal, terms and conditions, and the transfer to another owner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mock_zuora.faults import RowError
from mock_zuora.pricing import DISCOUNTS, ONE_TIME
from mock_zuora.subscriptions import terms
from mock_zuora.subscriptions.amendments.base import Change, refuse
from mock_zuora.subscriptions.amendments.products import split
from mock_zuora.subscriptions.asked import AskedCharge
from mock_zuora.subscriptions.building import tiers_of
from mock_zuora.subscriptions.model import Plan, Segment


def renewal(change: Change) -> None:
    """Begin the renewal term where the current one ends; prices change as each charge says."""
    row = change.version.row
    begins: date | None = row["TermEndDate"]
    if change.version.evergreen or begins is None:
        raise refuse("Only a termed subscription can be renewed.")
    row["TermStartDate"] = begins
    if row["RenewalSetting"] == terms.RENEW_TO_EVERGREEN:
        row |= {"TermType": terms.EVERGREEN, "AutoRenew": False, "CurrentTerm": 0, "RenewalTerm": 0}
    else:
        length = row["RenewalTerm"] or 0
        if length <= 0:
            raise refuse("Renewal Term should be greater than zero")
        row |= {"CurrentTerm": length, "CurrentTermPeriodType": row["RenewalTermPeriodType"] or "Month"}
    terms.set_end(row)
    terms.refit(change.version)
    _change_prices(change, begins)


def terms_and_conditions(change: Change) -> None:
    """Set the current term, the renewal and whether it is automatic, each where it was sent."""
    row, amendment = change.version.row, change.amendment
    kind = amendment["TermType"] or row["TermType"]
    if kind not in (terms.TERMED, terms.EVERGREEN):
        raise refuse(f"Invalid value for field TermType: {kind}. TERMED and EVERGREEN are known.")
    becomes_termed = kind == terms.TERMED and change.version.evergreen
    if becomes_termed and amendment["CurrentTerm"] is None:
        raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: CurrentTerm")
    names = ("CurrentTerm", "CurrentTermPeriodType", "RenewalTerm", "RenewalTermPeriodType", "AutoRenew")
    moved = terms.changed(row, amendment, ("CurrentTerm", "CurrentTermPeriodType", "TermStartDate"))
    row |= terms.changed(row, amendment, (*names, "RenewalSetting", "TermStartDate"))
    if becomes_termed and amendment["TermStartDate"] is None:
        row["TermStartDate"] = change.effective
    changes_kind = kind != row["TermType"]
    row["TermType"] = kind
    if kind == terms.EVERGREEN:
        row |= {"AutoRenew": False, "CurrentTerm": 0, "RenewalTerm": 0}
    elif (row["CurrentTerm"] or 0) <= 0:
        raise refuse("Current Term should be greater than zero")
    terms.check_renewal(row)
    if moved or changes_kind:
        terms.set_end(row)
        terms.refit(change.version)
        for plan in change.version.plans:
            for segments in plan.charges().values():
                terms.renumbered(segments)


def owner_transfer(change: Change) -> None:
    """Give the subscription, or its invoices, to another account."""
    row, amendment = change.version.row, change.amendment
    owner, invoiced = amendment["DestinationAccountId"], amendment["DestinationInvoiceOwnerId"]
    if owner is None and invoiced is None:
        raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: DestinationAccountId")
    for name in ("DestinationAccountId", "DestinationInvoiceOwnerId"):
        if amendment[name] is not None:
            _check_account(change, name)
    if owner is not None:
        if invoiced is None and row["InvoiceOwnerId"] in (None, row["AccountId"]):
            row["InvoiceOwnerId"] = owner
        row["AccountId"] = owner
        change.version.account = change.books.the("Account", owner)
    if invoiced is not None:
        row["InvoiceOwnerId"] = invoiced


def _check_account(change: Change, name: str) -> None:
    account = change.books.get("Account", change.amendment[name])
    if account is None:
        raise refuse(f"Invalid value for field {name}: {change.amendment[name]}")
    if account["Status"] != "Active":
        raise refuse(f"The account {account['Id']}, given as {name}, is {account['Status']}; it must be Active.")
    if account["Currency"] != change.before.account["Currency"]:
        raise refuse(f"The account {account['Id']}, given as {name}, has another currency than the subscription.")


def _change_prices(change: Change, begins: date) -> None:
    """What the charges that go on into the renewal term say of their price."""
    for plan in change.version.plans:
        for segments in [] if plan.removed else list(plan.charges().values()):
            last = segments[-1]
            goes_on = last.start is not None and last.start < begins and (last.end is None or last.end > begins)
            if goes_on and last.row["ChargeType"] != ONE_TIME and last.row["ChargeModel"] not in DISCOUNTS:
                _change_price(change, plan, segments, begins)


def _change_price(change: Change, plan: Plan, segments: list[Segment], begins: date) -> None:
    last = segments[-1]
    option = last.row["PriceChangeOption"]
    if option == "SpecificPercentageValue" and last.row["PriceIncreasePercentage"]:
        factor = 1 + last.row["PriceIncreasePercentage"] / Decimal(100)
        raised = [
            {"Tier": each["Tier"], "Price": round(each["Price"] * factor, 9)}
            for each in last.tiers
            if each["Price"] is not None
        ]
        split(change, plan, segments, AskedCharge({}, tuple(raised)), begins)
    elif option == "UseLatestProductCatalogPricing":
        catalog = change.books.get("ProductRatePlanCharge", last.row["ProductRatePlanChargeId"])
        if catalog is None:
            return
        currency = change.version.account["Currency"]
        latest = tiers_of(change.books, catalog, currency, dict(last.row), AskedCharge({}))
        if [each["Price"] for each in latest] != [each["Price"] for each in last.tiers]:
            split(change, plan, segments, AskedCharge({}, tuple(latest)), begins)
