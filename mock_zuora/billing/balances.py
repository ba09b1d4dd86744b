"""Every calculated amount, derived from the rows it follows from, never added up as things happen.

The functions that end in `_figures` are pure; `settle` writes what they say where it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mock_zuora.books import Books, Row

ZERO = Decimal(0)


def total(rows: Iterable[Row], field: str) -> Decimal:
    """The sum of a number over rows; what is empty counts nothing."""
    return sum((each[field] or ZERO for each in rows), ZERO)


def item_figures(taxes: Iterable[Row]) -> Row:
    """What an invoice item says of its taxation items."""
    taxes = list(taxes)
    return {"TaxAmount": total(taxes, "TaxAmount"), "TaxExemptAmount": total(taxes, "ExemptAmount")}


def invoice_figures(
    invoice: Row,
    *,
    items: Iterable[Row],
    payments: Iterable[Row],
    refunds: Iterable[Row],
    adjustments: Iterable[Row],
    credit_rows: Iterable[Row],
) -> Row:
    """An invoice's amounts: from its items, and what counts of its payment and refund parts, adjustments and credit.

    An adjustment's charge and a transfer to the credit balance count upwards, their opposites downwards. Nothing is
    owed on a canceled invoice. One without any item, as only a tenant that was loaded so has, keeps its own amount.
    """
    items = list(items)
    without_tax, tax = total(items, "ChargeAmount"), total(items, "TaxAmount")
    exempt = total(items, "TaxExemptAmount")
    if not items:
        tax, exempt = invoice["TaxAmount"] or ZERO, invoice["TaxExemptAmount"] or ZERO
        without_tax = (invoice["Amount"] or ZERO) - tax
    adjusted = signed(adjustments, plus="Charge")
    credited = signed(credit_rows, plus="Increase")
    paid, refunded = total(payments, "Amount"), total(refunds, "RefundAmount")
    owed = without_tax + tax + adjusted + credited - paid + refunded
    return {
        "AmountWithoutTax": without_tax,
        "TaxAmount": tax,
        "TaxExemptAmount": exempt,
        "Amount": without_tax + tax,
        "PaymentAmount": paid,
        "RefundAmount": refunded,
        "AdjustmentAmount": adjusted,
        "CreditBalanceAdjustmentAmount": credited,
        "Balance": ZERO if invoice["Status"] == "Canceled" else owed,
    }


def account_figures(invoices: Iterable[Row], credit_rows: Iterable[Row]) -> Row:
    """An account's balances, from its invoices' balances and its credit balance adjustments."""
    posted = [each for each in invoices if each["Status"] == "Posted"]
    owed, credit = total(posted, "Balance"), signed(credit_rows, plus="Increase")
    return {
        "TotalInvoiceBalance": owed,
        "CreditBalance": credit,
        "Balance": owed - credit,
        "LastInvoiceDate": max((each["InvoiceDate"] for each in posted if each["InvoiceDate"]), default=None),
    }


def signed(rows: Iterable[Row], *, plus: str) -> Decimal:
    """The sum of the processed ones, those of the other type taken off."""
    counted = [each for each in rows if each["Status"] == "Processed"]
    return sum(((each["Amount"] or ZERO) * (1 if each["Type"] == plus else -1) for each in counted), ZERO)


def differing(row: Row, figures: Mapping[str, object]) -> Row:
    """Those figures that a row does not say, among the fields it has."""
    return {
        name: value
        for name, value in figures.items()
        if name in row and (row[name] if row[name] is not None or value is None else ZERO) != value
    }


def settle(books: Books, account_id: str | None, *, invoices: Iterable[str] = (), payments: Iterable[str] = ()) -> None:
    """Bring the calculated amounts of these invoices and payments up to date, then their account's if it is there."""
    for invoice_id in invoices:
        settle_invoice(books, invoice_id)
    for payment_id in payments:
        settle_payment(books, payment_id)
    if account_id is None or books.get("Account", account_id) is None:
        return
    credit_rows = books.where("CreditBalanceAdjustment", AccountId=account_id)
    _write(books, "Account", account_id, account_figures(books.where("Invoice", AccountId=account_id), credit_rows))


def settle_invoice(books: Books, invoice_id: str) -> None:
    """Derive an invoice's amounts, and those of its items."""
    items: list[Row] = []
    for item in books.where("InvoiceItem", InvoiceId=invoice_id):
        taxes = item_figures(books.where("TaxationItem", InvoiceItemId=item["Id"]))
        _write(books, "InvoiceItem", item["Id"], taxes)
        items.append({**item, **taxes})
    figures = invoice_figures(
        books.the("Invoice", invoice_id),
        items=items,
        payments=[
            each
            for each in books.where("InvoicePayment", InvoiceId=invoice_id)
            if counts(books.get("Payment", each["PaymentId"]))
        ],
        refunds=[
            each
            for each in books.where("RefundInvoicePayment", InvoiceId=invoice_id)
            if counts(books.get("Refund", each["RefundId"]))
        ],
        adjustments=books.where("InvoiceItemAdjustment", InvoiceId=invoice_id),
        credit_rows=books.where("CreditBalanceAdjustment", SourceTransactionId=invoice_id),
    )
    _write(books, "Invoice", invoice_id, figures)


def settle_payment(books: Books, payment_id: str) -> None:
    """Derive what of a payment is applied and refunded."""
    parts = books.where("InvoicePayment", PaymentId=payment_id)
    for part in parts:
        refunds = books.where("RefundInvoicePayment", InvoicePaymentId=part["Id"])
        back = total((each for each in refunds if counts(books.get("Refund", each["RefundId"]))), "RefundAmount")
        _write(books, "InvoicePayment", part["Id"], {"RefundAmount": back})
        part["RefundAmount"] = back
    _write(
        books,
        "Payment",
        payment_id,
        {"RefundAmount": total(parts, "RefundAmount"), "AppliedInvoiceAmount": total(parts, "Amount")},
    )


def counts(transaction: Row | None) -> bool:
    """Whether a payment or refund has taken effect: it is neither a draft nor failed, canceled or voided."""
    return transaction is not None and transaction["Status"] == "Processed"


def _write(books: Books, kind: str, row_id: str, figures: Mapping[str, object]) -> None:
    changes = differing(books.the(kind, row_id), figures)
    if changes:
        books.change(kind, row_id, changes)
