"""Refunds: of a payment, in part or whole, or of credit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mock_zuora.behaviour.base import Behaviour, missing, refuse
from mock_zuora.behaviour.payment_methods import ELECTRONIC_METHODS
from mock_zuora.behaviour.payments import DEFAULT_GATEWAY, settle_all
from mock_zuora.behaviour.periods import check_open
from mock_zuora.billing import credit
from mock_zuora.billing.balances import ZERO, settle, total
from mock_zuora.books import Books, Row
from mock_zuora.objects import ObjectType


class RefundBehaviour(Behaviour):
    """A refund of a payment opens the invoices that it paid again; a refund of credit lowers the credit balance."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Find what is refunded, and complete the rest from it."""
        amount = values["Amount"]
        if amount <= 0:
            raise refuse("Invalid value for field Amount: it must be greater than zero.")
        if values.get("SourceType") is None:
            of_credit = values.get("PaymentId") is None and values.get("AccountId") is not None
            values["SourceType"] = "CreditBalance" if of_credit else "Payment"
        values["RefundDate"] = values.get("RefundDate") or books.today
        values["RefundTransactionTime"] = books.now
        check_open(books, values["RefundDate"])
        if values["SourceType"] == "Payment":
            _of_payment(books, values, parts)
        else:
            _of_credit(books, values)
        if values["Type"] == "Electronic":
            values |= {"GatewayResponse": "Approved", "GatewayResponseCode": "00", "GatewayState": "Submitted"}
            values["SubmittedOn"] = books.now

    def make(self, books: Books, target: ObjectType, values: Row, parts: Sequence[Row]) -> str:
        """Only the refund itself; its parts follow from it."""
        return books.add(target.name, values)

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """Take the amount off what was paid, or off the credit balance."""
        if row["SourceType"] == "CreditBalance":
            credit.decrease(books, row["AccountId"], row["Amount"], source=row, kind="Refund")
            settle(books, row["AccountId"])
            return
        payment = books.the("Payment", row["PaymentId"])
        for paid, amount in _shares(books, payment, row["Amount"], parts):
            part = {"InvoiceId": paid["InvoiceId"], "InvoicePaymentId": paid["Id"], "RefundId": row["Id"]}
            books.add("RefundInvoicePayment", {**part, "RefundAmount": amount})
        settle_all(books, payment)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """A processed refund can be canceled; nothing else happens to its status."""
        status = changes.get("Status")
        if status is None:
            return
        if (before["Status"], status) != ("Processed", "Canceled"):
            raise refuse(f"A refund that is {before['Status']} cannot become {status}.")
        check_open(books, before["RefundDate"])
        if before["SourceType"] == "CreditBalance":
            credit.withdraw(books, before["AccountId"], before["Id"])
        else:
            _check_payable(books, before)
        changes["CancelledOn"] = books.now

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Bring what it had opened up to date."""
        if row["Status"] == before["Status"]:
            return
        payment = books.get("Payment", row["PaymentId"])
        if payment is None:
            settle(books, row["AccountId"])
        else:
            settle_all(books, payment)

    def deleting(self, books: Books, row: Row) -> None:
        """Only what has no effect can be deleted."""
        if row["Status"] in ("Processed", "Processing"):
            raise refuse(
                f"The refund {row['RefundNumber']} is {row['Status']} and cannot be deleted. Cancel it first.",
                "CANNOT_DELETE",
            )


def _of_payment(books: Books, values: Row, parts: Sequence[Row]) -> None:
    if values.get("PaymentId") is None:
        raise missing("PaymentId")
    payment = books.the("Payment", values["PaymentId"])
    if values.get("AccountId") not in (None, payment["AccountId"]):
        raise refuse(f"The payment {payment['PaymentNumber']} belongs to another account than the refund.")
    if payment["Status"] != "Processed":
        raise refuse(
            f"The payment {payment['PaymentNumber']} is {payment['Status']}; only a processed one is refunded."
        )
    if values["Type"] == "Electronic" and payment["Type"] != "Electronic":
        raise refuse(f"The payment {payment['PaymentNumber']} is External; its refund must be External too.")
    left = total(books.where("InvoicePayment", PaymentId=payment["Id"]), "Amount") - (payment["RefundAmount"] or ZERO)
    if values["Amount"] > left:
        raise refuse(
            f"The amount {values['Amount']} is more than the {left} of the payment {payment['PaymentNumber']} that "
            "can be refunded."
        )
    if parts and total(parts, "RefundAmount") != values["Amount"]:
        raise refuse("The parts in RefundInvoicePaymentData must add up to the Amount.")
    values["AccountId"] = payment["AccountId"]
    method = books.get("PaymentMethod", values.get("PaymentMethodId") or payment["PaymentMethodId"]) or {}
    _method(values, method, gateway=payment["Gateway"])


def _of_credit(books: Books, values: Row) -> None:
    if values.get("AccountId") is None:
        raise missing("AccountId")
    account = books.the("Account", values["AccountId"])
    credit.check_available(books, account["Id"], values["Amount"])
    method_id = values.get("PaymentMethodId") or account["DefaultPaymentMethodId"]
    method = books.get("PaymentMethod", method_id) or {}
    if values["Type"] == "Electronic" and not method:
        raise missing("PaymentMethodId")
    _method(values, method, gateway=account["PaymentGateway"])


def _method(values: Row, method: Row, *, gateway: str | None) -> None:
    if values["Type"] == "Electronic" and method and method["Type"] not in ELECTRONIC_METHODS:
        raise refuse(f"The payment method {method['Id']} is {method['Type']}; an electronic refund needs another.")
    values["PaymentMethodId"] = method.get("Id")
    values["MethodType"] = values.get("MethodType") or method.get("Type")
    if values["Type"] == "Electronic":
        values["Gateway"] = gateway or DEFAULT_GATEWAY
    if values["MethodType"] is None:
        raise missing("MethodType")


def _shares(books: Books, payment: Row, amount: Decimal, parts: Sequence[Row]) -> list[tuple[Row, Decimal]]:
    """Which of the payment's parts are refunded, and by how much: as asked for, or from the first part on."""
    paid = books.where("InvoicePayment", PaymentId=payment["Id"])
    shares: list[tuple[Row, Decimal]] = []
    for part in parts:
        found = [each for each in paid if part.get("InvoiceId") in (None, each["InvoiceId"])]
        found = [each for each in found if part.get("InvoicePaymentId") in (None, each["Id"])]
        if not found:
            raise refuse(f"The payment {payment['PaymentNumber']} has not paid the invoice {part.get('InvoiceId')}.")
        shares.append((found[0], part["RefundAmount"] or ZERO))
    if not parts:
        for each in paid:
            share = min(amount, each["Amount"] - (each["RefundAmount"] or ZERO))
            if share > 0:
                shares.append((each, share))
                amount -= share
    for each in paid:
        taken = sum((share for row, share in shares if row["Id"] == each["Id"]), ZERO)
        if taken > each["Amount"] - (each["RefundAmount"] or ZERO) or any(share <= 0 for _, share in shares):
            raise refuse(
                f"The refund takes more than was paid of the invoice {each['InvoiceId']}, or less than nothing."
            )
    return shares


def _check_payable(books: Books, refund: Row) -> None:
    """Canceling pays the invoices again: refused where they have been paid, or credited, otherwise since."""
    for part in books.where("RefundInvoicePayment", RefundId=refund["Id"]):
        invoice = books.the("Invoice", part["InvoiceId"])
        if part["RefundAmount"] > invoice["Balance"]:
            raise refuse(
                f"The refund {refund['RefundNumber']} cannot be canceled: only {invoice['Balance']} of the invoice "
                f"{invoice['InvoiceNumber']} is left to pay."
            )
