"""Adjustments of invoice items and of the credit balance, and taxes on invoice items."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, missing, refuse
from mock_zuora.behaviour.periods import check_open
from mock_zuora.billing import credit
from mock_zuora.billing.balances import ZERO, settle, signed
from mock_zuora.books import Books, Row


class InvoiceItemAdjustmentBehaviour(Behaviour):
    """A credit lowers what an item of a posted invoice costs, or its tax; a charge raises it."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Find the invoice and the item, and check the amount."""
        if values["Amount"] <= 0:
            raise refuse("Invalid value for field Amount: it must be greater than zero.")
        kind = "InvoiceItem" if values["SourceType"] == "InvoiceDetail" else "TaxationItem"
        source = books.get(kind, values["SourceId"])
        if source is None:
            raise refuse(f"There is no {kind} with the id {values['SourceId']}, given as SourceId.", "INVALID_ID")
        item = source if kind == "InvoiceItem" else books.the("InvoiceItem", source["InvoiceItemId"])
        invoice = books.the("Invoice", item["InvoiceId"])
        if values.get("InvoiceId") not in (None, invoice["Id"]) or values.get("InvoiceNumber") not in (
            None,
            invoice["InvoiceNumber"],
        ):
            raise refuse(f"The {kind} {source['Id']} is of the invoice {invoice['InvoiceNumber']}, not of another.")
        if invoice["Status"] != "Posted":
            raise refuse(
                f"The invoice {invoice['InvoiceNumber']} is {invoice['Status']}; only a posted one is adjusted."
            )
        check_open(books, values["AdjustmentDate"])
        earlier = signed(books.where("InvoiceItemAdjustment", SourceId=source["Id"]), plus="Charge")
        worth = (source["ChargeAmount" if kind == "InvoiceItem" else "TaxAmount"] or ZERO) + earlier
        if values["Type"] == "Credit" and values["Amount"] > min(worth, invoice["Balance"]):
            raise refuse(
                f"The amount {values['Amount']} is more than can be credited: the item is worth {worth}, the invoice's "
                f"balance is {invoice['Balance']}."
            )
        account = books.the("Account", invoice["AccountId"])
        values |= {"AccountId": account["Id"], "InvoiceId": invoice["Id"], "InvoiceNumber": invoice["InvoiceNumber"]}
        values |= {"CustomerName": account["Name"], "CustomerNumber": account["AccountNumber"]}
        values |= {"InvoiceItemName": item["ChargeName"], "ServiceStartDate": item["ServiceStartDate"]}
        values["ServiceEndDate"] = item["ServiceEndDate"]
        values["AccountingCode"] = values.get("AccountingCode") or item["AccountingCode"]

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """The invoice's balance with it."""
        settle(books, row["AccountId"], invoices=[row["InvoiceId"]])

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """It can be canceled while that leaves the invoice's balance at nothing or above."""
        if "Status" not in changes:
            return
        _only_to_canceled(before, changes)
        check_open(books, before["AdjustmentDate"])
        invoice = books.the("Invoice", before["InvoiceId"])
        if before["Type"] == "Charge" and before["Amount"] > invoice["Balance"]:
            raise refuse(f"The charge {before['AdjustmentNumber']} is paid already and cannot be canceled.")
        changes |= {"CancelledById": books.user_id, "CancelledDate": books.now}

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """The invoice's balance without it."""
        settle(books, row["AccountId"], invoices=[row["InvoiceId"]])

    def deleting(self, books: Books, row: Row) -> None:
        """Only what is canceled can be deleted."""
        if row["Status"] != "Canceled":
            raise refuse(f"The adjustment {row['AdjustmentNumber']} is not canceled.", "CANNOT_DELETE")


class CreditBalanceAdjustmentBehaviour(Behaviour):
    """Credit is used for an invoice (decrease), or made from an invoice below zero (increase)."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Find the invoice, and check that it and the credit balance have as much."""
        amount = values["Amount"]
        if amount <= 0:
            raise refuse("Invalid value for field Amount: it must be greater than zero.")
        invoice = _source(books, values)
        if invoice["Status"] != "Posted":
            raise refuse(f"The invoice {invoice['InvoiceNumber']} is {invoice['Status']}; it must be posted.")
        check_open(books, books.today)
        decrease = values["Type"] == "Decrease"
        if amount > (invoice["Balance"] if decrease else -invoice["Balance"]):
            raise refuse(f"The amount {amount} is more than the balance {invoice['Balance']} of the invoice allows.")
        if decrease:
            credit.check_available(books, invoice["AccountId"], amount)
        values |= {"AccountId": invoice["AccountId"], "AdjustmentDate": books.today}
        values |= {"SourceTransactionId": invoice["Id"], "SourceTransactionNumber": invoice["InvoiceNumber"]}
        values["SourceTransactionType"] = "Invoice"

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """The balances with it."""
        settle(books, row["AccountId"], invoices=[row["SourceTransactionId"]])

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """One made for an invoice can be canceled, while its credit is not used up."""
        if "Status" not in changes:
            return
        _only_to_canceled(before, changes)
        if before["SourceTransactionType"] != "Invoice":
            raise refuse(
                f"The adjustment {before['Number']} follows from the {before['SourceTransactionType']} "
                f"{before['SourceTransactionNumber']}. Cancel that."
            )
        check_open(books, before["AdjustmentDate"])
        if before["Type"] == "Increase":
            credit.check_available(books, before["AccountId"], before["Amount"])
        changes["CancelledOn"] = books.now

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """The balances without it."""
        if row["SourceTransactionType"] == "Invoice":
            settle(books, row["AccountId"], invoices=[row["SourceTransactionId"]])


class TaxationItemBehaviour(Behaviour):
    """A tax on an item of a draft invoice."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check that the invoice may still change."""
        values["InvoiceId"] = _draft_invoice(books, values["InvoiceItemId"])["Id"]

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """The invoice's amounts with it."""
        _settle_invoice(books, row)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check that the invoice may still change."""
        _draft_invoice(books, before["InvoiceItemId"])

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """The invoice's amounts with it as it is now."""
        _settle_invoice(books, row)

    def deleting(self, books: Books, row: Row) -> None:
        """Check that the invoice may still change."""
        _draft_invoice(books, row["InvoiceItemId"])

    def deleted(self, books: Books, row: Row) -> None:
        """The invoice's amounts without it."""
        _settle_invoice(books, row)


def _source(books: Books, values: Row) -> Row:
    """The invoice an adjustment of the credit balance is for, by its id or its number."""
    invoice_id, number = values.get("SourceTransactionId"), values.get("SourceTransactionNumber")
    if invoice_id is None and number is None:
        raise missing("SourceTransactionId")
    found = [books.get("Invoice", invoice_id)] if invoice_id else books.where("Invoice", InvoiceNumber=number)
    invoice = found[0] if found else None
    if invoice is None or number not in (None, invoice["InvoiceNumber"]):
        raise refuse(f"There is no invoice {invoice_id or number} to adjust the credit balance for.")
    return invoice


def _only_to_canceled(before: Row, changes: Row) -> None:
    if (before["Status"], changes["Status"]) != ("Processed", "Canceled"):
        raise refuse(f"An adjustment that is {before['Status']} cannot become {changes['Status']}.")


def _draft_invoice(books: Books, item_id: str) -> Row:
    invoice = books.the("Invoice", books.the("InvoiceItem", item_id)["InvoiceId"])
    if invoice["Status"] != "Draft":
        raise refuse(f"The invoice {invoice['InvoiceNumber']} is {invoice['Status']}; taxes belong to a draft.")
    return invoice


def _settle_invoice(books: Books, tax: Row) -> None:
    invoice = books.the("Invoice", books.the("InvoiceItem", tax["InvoiceItemId"])["InvoiceId"])
    settle(books, invoice["AccountId"], invoices=[invoice["Id"]])
