"""The invoice and the payment that subscribe and amend may ask for, for real or only to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from mock_zuora.behaviour.payments import collect, pay
from mock_zuora.billing import invoicing
from mock_zuora.billing.invoicing import Bill
from mock_zuora.books import Books, Row
from mock_zuora.calendar import add_months
from mock_zuora.faults import RowError
from mock_zuora.subscriptions.asked import AskedBilling, AskedPreview
from mock_zuora.subscriptions.model import Version


@dataclass
class Settled:
    """The invoices that were posted, and the payment of the first; the bills of a preview."""

    invoices: list[Row] = field(default_factory=list)
    payment: Row | None = None
    bills: list[Bill] = field(default_factory=list)


def settle(books: Books, version: Version, asked: AskedBilling) -> Settled:
    """Invoice what is due, post it, and collect it where that was asked for. Raises `RowError`.

    A subscription that begins in the future is not invoiced yet.
    """
    begun = version.row["ContractEffectiveDate"]
    target = asked.target_date or books.today
    if not asked.invoice or begun is None or begun > target:
        return Settled()
    account_id = version.row["InvoiceOwnerId"] or version.row["AccountId"]
    known = {each["Id"] for each in books.where("Invoice", AccountId=account_id)}
    invoicing.bill(
        books.session,
        account_id,
        invoice_date=asked.invoice_date or books.today,
        target_date=target,
        now=books.now,
        subscription_ids=None if asked.account_wide else [version.id],
    )
    made = [each["Id"] for each in books.where("Invoice", AccountId=account_id) if each["Id"] not in known]
    for invoice_id in made:
        invoicing.post(books.session, invoice_id, now=books.now)
    settled = Settled([books.the("Invoice", each) for each in made])
    if asked.collect:
        _collect(books, settled, asked)
    return settled


def _collect(books: Books, settled: Settled, asked: AskedBilling) -> None:
    for invoice in settled.invoices:
        if (invoice["Balance"] or 0) <= 0:
            continue
        if asked.external:
            payment_id = _pay_externally(books, invoice, asked.external)
        else:
            payment_id = collect(books, invoice["Id"], method_id=asked.method_id or None)
        payment = books.the("Payment", payment_id)
        if payment["Status"] == "Error":
            raise RowError(
                "CREDIT_CARD_PROCESSING_FAILURE", f"The payment was declined: {payment['GatewayResponse'] or 'unknown'}"
            )
        settled.payment = settled.payment or payment


def _pay_externally(books: Books, invoice: Row, external: Row) -> str:
    values: Row = {
        "AccountId": invoice["AccountId"],
        "Amount": invoice["Balance"],
        "EffectiveDate": books.today,
        "InvoiceId": invoice["Id"],
        "Status": "Processed",
        "Type": "External",
        **external,
    }
    return pay(books, values)


def foresee(books: Books, version: Version, asked: AskedPreview, billing: AskedBilling) -> Settled:
    """The invoices that would be due; for PreviewType ChargeMetrics, none."""
    if not asked.kind.startswith("InvoiceItem"):
        return Settled()
    account_id = version.row["InvoiceOwnerId"] or version.row["AccountId"]
    bills = invoicing.preview(
        books.session,
        account_id,
        invoice_date=billing.invoice_date or books.today,
        target_date=_target(books, version, asked, billing),
        now=books.now,
        subscription_ids=[version.id],
    )
    return Settled(bills=bills)


def _target(books: Books, version: Version, asked: AskedPreview, billing: AskedBilling) -> date:
    if billing.target_date is not None:
        return billing.target_date
    ends: date | None = version.row["TermEndDate"]
    if asked.through_term_end and ends is not None:
        return ends - timedelta(days=1)
    begun: date = version.row["ContractEffectiveDate"] or books.today
    if asked.periods is not None and asked.periods > 0:
        try:
            return max(books.today, begun, add_months(begun, asked.periods) - timedelta(days=1))
        except OverflowError:
            raise RowError("INVALID_VALUE", f"Invalid value for field NumberOfPeriods: {asked.periods}") from None
    return max(books.today, begun)
