"""Invoices: drafted from what is due, posted, canceled, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, fixed, refuse
from mock_zuora.behaviour.periods import check_open
from mock_zuora.billing.balances import counts, settle
from mock_zuora.billing.invoicing import ALL_CHARGES, bill, post, take_back
from mock_zuora.books import Books, Row
from mock_zuora.objects import ObjectType

NOTHING_DUE = "No charges are due on the account {account} by {day}: no invoice was generated."
ONLY_THE_PDF = (
    "When field RegenerateInvoicePDF is set to true to regenerate the invoice PDF file, "
    "changes on other fields of the invoice are not allowed."
)


class InvoiceBehaviour(Behaviour):
    """An invoice is generated from charges; posted, it counts in its account's balances; canceled, nothing is owed."""

    def make(self, books: Books, target: ObjectType, values: Row, parts: Sequence[Row]) -> str:
        """Bill the account; of several invoices the first one's id is answered."""
        account = books.the("Account", values["AccountId"])
        if account["Status"] != "Active":
            raise refuse(f"The account {account['Id']} is {account['Status']}; invoices need an active one.")
        includes = [kind for kind in sorted(ALL_CHARGES) if values.get(f"Includes{kind}") is not False]
        invoice_id = bill(
            books.session,
            account["Id"],
            invoice_date=values["InvoiceDate"],
            target_date=values["TargetDate"],
            now=books.now,
            includes=includes,
        )
        if invoice_id is None:
            raise refuse(NOTHING_DUE.format(account=account["Id"], day=values["TargetDate"]))
        return invoice_id

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check the way from one status to another, and that a posted invoice keeps its dates."""
        if changes.pop("RegenerateInvoicePDF", False) and changes:
            raise refuse(ONLY_THE_PDF)
        if before["Status"] == "Canceled":
            fixed(before, changes, *changes, when="once the invoice is canceled")
        if "TransferredToAccounting" in changes and (changes.get("Status") or before["Status"]) != "Posted":
            raise refuse("The TransferredToAccounting of an invoice can be changed only once it is posted.")
        status = changes.get("Status")
        if status == "Draft":
            raise refuse(f"The invoice {before['InvoiceNumber']} is posted and cannot become a draft again.")
        if status is not None:
            check_open(books, before["InvoiceDate"])
        if status == "Canceled":
            check_untouched(books, before)
            take_back(books, before["Id"])

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Post it, or bring the balances up to date."""
        if row["Status"] == "Posted" and before["Status"] == "Draft":
            post(books.session, row["Id"], now=books.now)
        elif row["Status"] != before["Status"]:
            settle(books, row["AccountId"], invoices=[row["Id"]])

    def deleting(self, books: Books, row: Row) -> None:
        """Only what is not posted can be deleted."""
        if row["Status"] == "Posted":
            raise refuse(f"The invoice {row['InvoiceNumber']} is posted and cannot be deleted.", "CANNOT_DELETE")
        if row["Status"] != "Canceled":
            take_back(books, row["Id"])

    def deleted(self, books: Books, row: Row) -> None:
        """The account's balances without it."""
        settle(books, row["AccountId"])


def cancel(books: Books, invoice: Row) -> None:
    """Cancel a draft by itself, as a bill run that is canceled does."""
    take_back(books, invoice["Id"])
    books.change("Invoice", invoice["Id"], {"Status": "Canceled"})
    settle(books, invoice["AccountId"], invoices=[invoice["Id"]])


def check_untouched(books: Books, invoice: Row) -> None:
    """Refuse to cancel an invoice on which something else stands."""
    payments = books.where("InvoicePayment", InvoiceId=invoice["Id"])
    users = [
        ("payment", any(counts(books.get("Payment", each["PaymentId"])) for each in payments)),
        ("adjustment", _any_processed(books.where("InvoiceItemAdjustment", InvoiceId=invoice["Id"]))),
        (
            "credit balance adjustment",
            _any_processed(books.where("CreditBalanceAdjustment", SourceTransactionId=invoice["Id"])),
        ),
    ]
    for name, there in users:
        if there:
            raise refuse(
                f"The invoice {invoice['InvoiceNumber']} cannot be canceled: a {name} is applied to it. "
                f"Cancel the {name} first."
            )


def _any_processed(rows: Sequence[Row]) -> bool:
    return any(each["Status"] == "Processed" for each in rows)
