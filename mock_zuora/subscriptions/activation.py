"""What a draft or pending subscription does when it gets a date it waited for."""

from __future__ import annotations

from mock_zuora.books import Books, Row
from mock_zuora.subscriptions import terms
from mock_zuora.subscriptions.building import start_charge
from mock_zuora.subscriptions.metrics import measure
from mock_zuora.subscriptions.model import load

DATES = ("ContractEffectiveDate", "ServiceActivationDate", "ContractAcceptanceDate")
WAITING = frozenset({terms.DRAFT, terms.PENDING_ACTIVATION, terms.PENDING_ACCEPTANCE})


def advance(books: Books, row: Row) -> None:
    """Set the subscription's status and term anew, and start the charges whose trigger has happened."""
    spec = books.session.tenant.spec
    required = {"activation": spec.requires_service_activation, "acceptance": spec.requires_customer_acceptance}
    version = load(books, row)
    before = dict(version.row)
    version.row["Status"] = terms.status_by_dates(version.row, **required)
    default_dates(version.row, **required)
    if before["Status"] == terms.DRAFT:
        terms.begin_term(version.row)
    triggers = terms.triggers_of(version.row)
    for plan in version.plans:
        for segment in plan.segments:
            event = segment.row["TriggerEvent"]
            if event in triggers:
                segment.row["TriggerDate"] = triggers[event]
            start_charge(version, segment)
    measure(version)
    books.change("Subscription", version.id, {k: v for k, v in version.row.items() if v != before.get(k)})
    for plan in version.plans:
        for segment in plan.segments:
            was = books.the("RatePlanCharge", segment.row["Id"])
            changes = {name: value for name, value in segment.row.items() if value != was[name]}
            if changes:
                books.change("RatePlanCharge", segment.row["Id"], changes)
    if version.row["Status"] != terms.DRAFT and version.account["Status"] == "Draft":
        books.change("Account", version.account["Id"], {"Status": "Active"})


def default_dates(row: Row, *, activation: bool, acceptance: bool) -> None:
    """Where a date is not required and was not given, it is that of the step before."""
    if row["ServiceActivationDate"] is None and not activation:
        row["ServiceActivationDate"] = row["ContractEffectiveDate"]
    if row["ContractAcceptanceDate"] is None and not acceptance:
        row["ContractAcceptanceDate"] = row["ServiceActivationDate"]
