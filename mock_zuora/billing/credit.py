"""The credit balance of an account: each way in and out of it is a credit balance adjustment."""

from __future__ import annotations

from decimal import Decimal

from mock_zuora.billing.balances import signed
from mock_zuora.books import Books, Row
from mock_zuora.faults import RowError

_NUMBERS = {"Invoice": "InvoiceNumber", "Payment": "PaymentNumber", "Refund": "RefundNumber"}


def available(books: Books, account_id: str) -> Decimal:
    """How much credit an account has."""
    return signed(books.where("CreditBalanceAdjustment", AccountId=account_id), plus="Increase")


def increase(books: Books, account_id: str, amount: Decimal, *, source: Row, kind: str) -> str:
    """Add credit that comes from a payment; returns the adjustment's id."""
    return _adjust(books, account_id, amount, source=source, kind=kind, way="Increase")


def decrease(books: Books, account_id: str, amount: Decimal, *, source: Row, kind: str) -> str:
    """Use credit for a refund; returns the adjustment's id. Raises `RowError` when there is not as much."""
    check_available(books, account_id, amount)
    return _adjust(books, account_id, amount, source=source, kind=kind, way="Decrease")


def check_available(books: Books, account_id: str, amount: Decimal) -> None:
    """Refuse to use more credit than there is."""
    there = available(books, account_id)
    if amount > there:
        raise RowError("INVALID_VALUE", f"The amount {amount} is more than the credit balance {there}.")


def withdraw(books: Books, account_id: str, source_id: str) -> None:
    """Undo what a payment or refund did to the credit balance. Raises `RowError` when its credit is used up."""
    adjustments = books.where("CreditBalanceAdjustment", SourceTransactionId=source_id, Status="Processed")
    for each in adjustments:
        if each["Type"] == "Increase":
            check_available(books, account_id, each["Amount"])
        books.change("CreditBalanceAdjustment", each["Id"], {"Status": "Canceled", "CancelledOn": books.now})


def _adjust(books: Books, account_id: str, amount: Decimal, *, source: Row, kind: str, way: str) -> str:
    return books.add(
        "CreditBalanceAdjustment",
        {
            "AccountId": account_id,
            "AdjustmentDate": books.today,
            "Amount": amount,
            "SourceTransactionId": source["Id"],
            "SourceTransactionNumber": source[_NUMBERS[kind]],
            "SourceTransactionType": kind,
            "Type": way,
        },
    )
