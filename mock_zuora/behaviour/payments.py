"""Payments: applied to invoices, to the credit balance, sent to a gateway, canceled, voided and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from mock_zuora.behaviour.base import Behaviour, missing, refuse
from mock_zuora.behaviour.payment_methods import ELECTRONIC_METHODS
from mock_zuora.behaviour.periods import check_open
from mock_zuora.billing import credit
from mock_zuora.billing.balances import ZERO, settle, total
from mock_zuora.books import Books, Row
from mock_zuora.objects import ObjectType

MOST_PARTS = 200
DECLINED_CARD = "0002"
"""A card whose number ends so is declined by the mock's gateway, as such test cards are."""

DEFAULT_GATEWAY = "Gateway 01"

_UNDONE_BY = {"Electronic": "Voided", "External": "Canceled"}
"""What a processed payment becomes when it is taken back, by its type."""


class PaymentBehaviour(Behaviour):
    """A processed payment lowers the invoices it is applied to; what is not applied becomes credit.

    A payment that the gateway declines is made all the same, with status Error: creating it succeeds.
    """

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Find the invoice and the amounts, and check that they fit together."""
        account = books.the("Account", values["AccountId"])
        if account["Status"] == "Canceled":
            raise refuse(f"The account {account['Id']} is canceled; it takes no payments.")
        if values["Status"] not in ("Draft", "Processed"):
            raise refuse(f"Invalid value for field Status: {values['Status']}. A new payment is Draft or Processed.")
        if len(parts) > MOST_PARTS:
            raise refuse(f"At most {MOST_PARTS} invoices can be paid at once.", "MAX_RECORDS_EXCEEDED")
        check_open(books, values["EffectiveDate"])
        _name_invoice(books, values)
        _method(books, account, values)
        _amounts(values, parts)

    def make(self, books: Books, target: ObjectType, values: Row, parts: Sequence[Row]) -> str:
        """Write the payment as the gateway leaves it."""
        if values["Status"] == "Processed" and values["Type"] == "Electronic":
            values |= charged(books, values)
        if values["Status"] == "Error":
            values |= {"AppliedInvoiceAmount": ZERO, "AppliedCreditBalanceAmount": ZERO}
        return books.add(target.name, values)

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """Apply it to its invoices, and the rest to the credit balance."""
        if row["Status"] == "Error":
            return
        wanted = [(each["InvoiceId"], each["Amount"]) for each in parts]
        if row["InvoiceId"] is not None and row["AppliedInvoiceAmount"]:
            wanted.append((row["InvoiceId"], row["AppliedInvoiceAmount"]))
        for invoice_id, amount in wanted:
            apply(books, row, invoice_id, amount)
        if row["Status"] == "Processed":
            process(books, row)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check the way from one status to another."""
        status = changes.get("Status")
        if status is None:
            return
        check_open(books, before["EffectiveDate"])
        if books.the("Account", before["AccountId"])["Status"] == "Canceled":
            raise refuse(f"The account {before['AccountId']} is canceled; its payments cannot be changed.")
        if (before["Status"], status) == ("Draft", "Processed"):
            if before["Type"] == "Electronic":
                changes |= charged(books, before)
        elif before["Status"] == "Processed" and status == _UNDONE_BY[before["Type"]]:
            if before["RefundAmount"]:
                raise refuse(f"The payment {before['PaymentNumber']} is refunded in part and cannot be taken back.")
            credit.withdraw(books, before["AccountId"], before["Id"])
            changes["CancelledOn"] = books.now
        elif (before["Status"], status) != ("Draft", "Canceled"):
            raise refuse(f"A payment that is {before['Type']} and {before['Status']} cannot become {status}.")

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Bring everything it is applied to up to date."""
        if row["Status"] == "Processed" and before["Status"] == "Draft":
            for invoice_id, amount in _by_invoice(books, row).items():
                check_applicable(books, row, books.the("Invoice", invoice_id), amount)
            process(books, row)
        elif row["Status"] != before["Status"]:
            settle_all(books, row)

    def deleting(self, books: Books, row: Row) -> None:
        """Only what has no effect can be deleted."""
        if row["Status"] in ("Processed", "Processing"):
            raise refuse(
                f"The payment {row['PaymentNumber']} is {row['Status']} and cannot be deleted. "
                f"Set its Status to {_UNDONE_BY.get(row['Type'], 'Canceled')} first.",
                "CANNOT_DELETE",
            )


class InvoicePaymentBehaviour(Behaviour):
    """The part of a payment that pays one invoice; made apart from the payment while that is a draft."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check that the payment has as much left, and the invoice as much to pay."""
        payment = books.the("Payment", values["PaymentId"])
        _check_draft(payment)
        _check_part(books, payment, values["InvoiceId"], values["Amount"])

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """The payment now says how much is applied."""
        settle_all(books, books.the("Payment", row["PaymentId"]))

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Another amount is checked as a new one would be."""
        if "Amount" not in changes:
            return
        payment = books.the("Payment", before["PaymentId"])
        _check_draft(payment)
        _check_part(books, payment, before["InvoiceId"], changes["Amount"], instead_of=before["Amount"])

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """The payment now says how much is applied."""
        settle_all(books, books.the("Payment", row["PaymentId"]))


def collect(books: Books, invoice_id: str, *, method_id: str | None = None) -> str:
    """Pay what is left of a posted invoice electronically, by the account's default method unless another is named.

    Returns the payment's id; its Status is Error when the gateway declined. Raises `RowError` when the account has no
    electronic method, or nothing is left to pay.
    """
    invoice = books.the("Invoice", invoice_id)
    values: Row = {
        "AccountId": invoice["AccountId"],
        "Amount": invoice["Balance"],
        "EffectiveDate": books.today,
        "InvoiceId": invoice_id,
        "PaymentMethodId": method_id,
        "Status": "Processed",
        "Type": "Electronic",
    }
    return pay(books, values)


def pay(books: Books, values: Row) -> str:
    """Make a payment with these values, as `create` would; returns its id. Raises `RowError`."""
    target, behaviour = books.catalogue["Payment"], PaymentBehaviour()
    complete: Row = {**target.defaults, **values}
    behaviour.creating(books, complete, ())
    payment_id = behaviour.make(books, target, complete, ())
    behaviour.created(books, books.the("Payment", payment_id), ())
    return payment_id


def apply(books: Books, payment: Row, invoice_id: str, amount: Decimal) -> None:
    """Use some of a payment for an invoice."""
    _check_part(books, payment, invoice_id, amount)
    books.add("InvoicePayment", {"InvoiceId": invoice_id, "PaymentId": payment["Id"], "Amount": amount})
    settle_all(books, payment)


def process(books: Books, payment: Row) -> None:
    """Let a payment take effect: its parts count, and what is not applied becomes credit."""
    payment = books.the("Payment", payment["Id"])
    if payment["Status"] == "Processed":
        applied = total(books.where("InvoicePayment", PaymentId=payment["Id"]), "Amount")
        rest = (payment["Amount"] or ZERO) - applied
        if rest < 0:
            raise refuse(f"More is applied of the payment {payment['PaymentNumber']} than its Amount.")
        if rest:
            credit.increase(books, payment["AccountId"], rest, source=payment, kind="Payment")
        books.change("Payment", payment["Id"], {"AppliedCreditBalanceAmount": rest})
    settle_all(books, payment)


def settle_all(books: Books, payment: Row) -> None:
    """Derive the amounts of a payment, of its invoices, and of its account."""
    settle(books, payment["AccountId"], invoices=_by_invoice(books, payment), payments=[payment["Id"]])


def check_applicable(books: Books, payment: Row, invoice: Row, amount: Decimal | None) -> None:
    """Refuse to pay an invoice that is another account's, not posted, or has less to pay."""
    if invoice["AccountId"] != payment["AccountId"]:
        raise refuse(f"The invoice {invoice['InvoiceNumber']} belongs to another account than the payment.")
    if invoice["Status"] != "Posted":
        raise refuse(f"The invoice {invoice['InvoiceNumber']} is {invoice['Status']}; only a posted one can be paid.")
    if amount is None or amount <= 0:
        raise refuse("Invalid value for field Amount: it must be greater than zero.")
    if amount > invoice["Balance"]:
        raise refuse(
            f"The amount {amount} is more than the balance {invoice['Balance']} of the invoice "
            f"{invoice['InvoiceNumber']}."
        )


def charged(books: Books, payment: Row) -> Row:
    """What the gateway makes of an electronic payment: its status and response."""
    method = books.get("PaymentMethod", payment["PaymentMethodId"]) or {}
    account = books.the("Account", payment["AccountId"])
    why = _declined(method, books.today)
    answer: Row = {
        "Gateway": payment.get("Gateway") or account["PaymentGateway"] or DEFAULT_GATEWAY,
        "GatewayResponse": why or "Approved",
        "GatewayResponseCode": "05" if why else "00",
        "GatewayState": "NotSubmitted" if why else "Submitted",
        "Status": "Error" if why else "Processed",
        "SubmittedOn": books.now,
    }
    if method:
        failures = (method["NumConsecutiveFailures"] or 0) + 1 if why else 0
        count = "TotalNumberOfErrorPayments" if why else "TotalNumberOfProcessedPayments"
        last = {"LastTransactionStatus": answer["GatewayResponse"], "LastTransactionDateTime": books.now}
        if why:
            last["LastFailedSaleTransactionDate"] = books.now
        numbers = {"NumConsecutiveFailures": failures, count: (method[count] or 0) + 1}
        books.change("PaymentMethod", method["Id"], {**numbers, **last})
    return answer


def _declined(method: Row, today: date) -> str:
    if (method.get("CreditCardMaskNumber") or "").endswith(DECLINED_CARD):
        return "The card was declined."
    year, month = method.get("CreditCardExpirationYear"), method.get("CreditCardExpirationMonth")
    if year is not None and (year, month or 12) < (today.year, today.month):
        return "The card has expired."
    return ""


def _name_invoice(books: Books, values: Row) -> None:
    """An invoice given by its number is the one given by its id."""
    number = values.get("InvoiceNumber")
    if number is None:
        return
    found = books.where("Invoice", InvoiceNumber=number)
    if not found or values.get("InvoiceId") not in (None, found[0]["Id"]):
        raise refuse(f"The invoice number {number} is invalid.")
    values["InvoiceId"] = found[0]["Id"]


def _method(books: Books, account: Row, values: Row) -> None:
    """The account's default method pays when none is named."""
    electronic = values["Type"] == "Electronic"
    method_id = values.get("PaymentMethodId") or account["DefaultPaymentMethodId"]
    method = books.get("PaymentMethod", method_id)
    if method is None:
        if electronic:
            raise missing("PaymentMethodId")
        return
    if method["AccountId"] not in (None, account["Id"]):
        raise refuse(f"The payment method {method['Id']} belongs to another account.")
    if method["PaymentMethodStatus"] == "Closed":
        raise refuse(f"The payment method {method['Id']} is closed.")
    if electronic and method["Type"] not in ELECTRONIC_METHODS:
        raise refuse(f"The payment method {method['Id']} is {method['Type']}; an electronic payment needs another.")
    values["PaymentMethodId"] = method_id


def _amounts(values: Row, parts: Sequence[Row]) -> None:
    """Amount is what is applied to invoices and what goes to the credit balance; one that is left out follows."""
    for part in parts:
        for name in ("InvoiceId", "Amount"):
            if part.get(name) is None:
                raise missing(name)
    given, credited = values.get("Amount"), values.get("AppliedCreditBalanceAmount")
    applied = total(parts, "Amount") if parts else values.get("AppliedInvoiceAmount")
    if given is None:
        if applied is None and credited is None:
            raise missing("Amount")
        given = (applied or ZERO) + (credited or ZERO)
    if given <= 0 or (applied or ZERO) < 0 or (credited or ZERO) < 0:
        raise refuse("Invalid value for field Amount: it must be greater than zero.")
    if applied is None:
        if values.get("InvoiceId") is None:
            applied = ZERO if credited is None else given - credited
        else:
            applied = given - (credited or ZERO)
    if values["Status"] == "Draft" and credited is None:
        credited = ZERO  # the rest is applied later
    elif credited is None:
        credited = given - applied
    whole = applied + credited == given or (values["Status"] == "Draft" and applied + credited < given)
    if not whole or credited < 0:
        raise refuse(
            f"The Amount {given} must be what is applied to invoices, {applied}, and to the credit balance, {credited}."
        )
    if applied and not parts and values.get("InvoiceId") is None:
        raise missing("InvoiceId")
    values |= {"Amount": given, "AppliedInvoiceAmount": applied, "AppliedCreditBalanceAmount": credited}


def _check_draft(payment: Row) -> None:
    if payment["Status"] != "Draft":
        raise refuse(
            f"The payment {payment['PaymentNumber']} is {payment['Status']}; only a draft can be applied anew."
        )


def _by_invoice(books: Books, payment: Row) -> dict[str, Decimal]:
    """How much of a payment is applied to each invoice."""
    applied: dict[str, Decimal] = {}
    for part in books.where("InvoicePayment", PaymentId=payment["Id"]):
        applied[part["InvoiceId"]] = applied.get(part["InvoiceId"], ZERO) + (part["Amount"] or ZERO)
    return applied


def _check_part(
    books: Books, payment: Row, invoice_id: str, amount: Decimal | None, *, instead_of: Decimal = ZERO
) -> None:
    """Refuse a part that its invoice or its payment has no room for; of a draft the other parts do not count yet."""
    applied = _by_invoice(books, payment)
    others = applied.get(invoice_id, ZERO) - instead_of if payment["Status"] == "Draft" else ZERO
    check_applicable(books, payment, books.the("Invoice", invoice_id), None if amount is None else amount + others)
    left = (payment["Amount"] or ZERO) - sum(applied.values(), ZERO) + instead_of
    if amount is not None and amount > left:
        raise refuse(f"The payment {payment['PaymentNumber']} has only {left} left to apply.")
