"""A new subscription: its term, its status by its dates, and its plans from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError
from mock_zuora.subscriptions import terms
from mock_zuora.subscriptions.activation import DATES, default_dates
from mock_zuora.subscriptions.asked import AskedPlan
from mock_zuora.subscriptions.building import add_plan
from mock_zuora.subscriptions.metrics import measure
from mock_zuora.subscriptions.model import Version, blank, write

_SENT = (
    *("AutoRenew", "ContractAcceptanceDate", "ContractEffectiveDate", "ExternallyManagedBy", "InitialTerm"),
    *("InitialTermPeriodType", "InvoiceOwnerId", "IsInvoiceSeparate", "Name", "Notes", "RenewalSetting"),
    *("RenewalTerm", "RenewalTermPeriodType", "ServiceActivationDate", "TermStartDate", "TermType"),
)


def subscribe(books: Books, account: Row, asked: Row, plans: Sequence[AskedPlan]) -> Version:
    """Write a new subscription of an account; returns its first version. Raises `RowError`."""
    if not plans:
        raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: RatePlanData")
    row = blank(books, "Subscription", **{name: asked.get(name) for name in _SENT})
    row |= {name: value for name, value in asked.items() if name.endswith(("__c", "__QT"))}
    _name(books, row)
    _own(books, row, account)
    _date(books, row)
    terms.begin_term(row)
    version = Version(row, account)
    for plan in plans:
        add_plan(books, version, plan, terms.triggers_of(row), row["ContractEffectiveDate"])
    _check_numbers(version)
    measure(version)
    write(books, version)
    return version


def _name(books: Books, row: Row) -> None:
    if row["Name"] is not None and books.where("Subscription", Name=row["Name"]):
        raise RowError("DUPLICATE_VALUE", f"The subscription name {row['Name']} is in use.")


def _own(books: Books, row: Row, account: Row) -> None:
    owner = row["InvoiceOwnerId"] or account["Id"]
    found = account if owner == account["Id"] else books.get("Account", owner)
    if found is None:
        raise RowError("INVALID_VALUE", f"Invalid value for field InvoiceOwnerId: {owner}")
    if found["Currency"] != account["Currency"]:
        raise RowError("INVALID_VALUE", f"The invoice owner {owner} has another currency than the account.")
    row |= {"AccountId": account["Id"], "CreatorAccountId": account["Id"]}
    row |= {"InvoiceOwnerId": owner, "CreatorInvoiceOwnerId": owner}
    row |= {"Version": 1, "IsLatestVersion": True, "Revision": "1.0", "LastBookingDate": books.now}
    row |= {"Currency": account["Currency"], "PaymentTerm": account["PaymentTerm"]}
    row["IsInvoiceSeparate"] = bool(row["IsInvoiceSeparate"])


def _date(books: Books, row: Row) -> None:
    """Set the status by the dates; what the tenant does not require is the contract's date."""
    spec = books.session.tenant.spec
    activation, acceptance = spec.requires_service_activation, spec.requires_customer_acceptance
    terms.check_order(*(row[name] for name in DATES))
    row["Status"] = terms.status_by_dates(row, activation=activation, acceptance=acceptance)
    default_dates(row, activation=activation, acceptance=acceptance)


def _check_numbers(version: Version) -> None:
    numbers = [number for plan in version.plans for number in plan.charges()]
    for number in numbers:
        if numbers.count(number) > 1:
            raise RowError("DUPLICATE_VALUE", f"The ChargeNumber {number} is in use.")
