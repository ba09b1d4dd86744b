"""Bill runs: the invoices of many accounts at once, posted or canceled together."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, refuse
from mock_zuora.behaviour.invoices import cancel
from mock_zuora.billing.invoicing import ALL_CHARGES, bill, post
from mock_zuora.books import Books, Row

NEEDED = "InvoiceDate and TargetDate are required fields"


class BillRunBehaviour(Behaviour):
    """A run bills every active account that it is for, at once: the real service takes its time."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check the dates, in the words that are recorded."""
        if values.get("InvoiceDate") is None or values.get("TargetDate") is None:
            raise refuse(NEEDED, "MISSING_REQUIRED_VALUE")

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """Bill, and post when the run says so."""
        left_out = (row["ChargeTypeToExclude"] or "").replace("-", "").lower()
        includes = [kind for kind in sorted(ALL_CHARGES) if kind.lower() not in left_out]
        accounts = _accounts(books, row)
        for account in accounts:
            bill(
                books.session,
                account["Id"],
                invoice_date=row["InvoiceDate"],
                target_date=row["TargetDate"],
                now=books.now,
                includes=includes,
                marks={"BillRunId": row["Id"], "Source": "BillRun", "SourceId": row["Id"]},
            )
        invoices = books.where("Invoice", BillRunId=row["Id"])
        done: Row = {"ExecutedDate": books.now, "NumberOfAccounts": len(accounts), "NumberOfInvoices": len(invoices)}
        books.change("BillRun", row["Id"], {**done, "Status": "Completed"}, quietly=True)
        if row["AutoPost"]:
            _post(books, row)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """A completed run can be posted or canceled."""
        status = changes.get("Status")
        if status is not None and (before["Status"], status) not in (
            ("Completed", "Posted"),
            ("Completed", "Canceled"),
        ):
            raise refuse(f"A bill run that is {before['Status']} cannot become {status}.")

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Post or cancel its invoices."""
        if row["Status"] == before["Status"]:
            return
        if row["Status"] == "Posted":
            _post(books, row)
        else:
            for invoice in reversed(books.where("Invoice", BillRunId=row["Id"], Status="Draft")):
                cancel(books, invoice)

    def deleting(self, books: Books, row: Row) -> None:
        """Only a canceled run can be deleted."""
        if row["Status"] != "Canceled":
            raise refuse(f"The bill run {row['BillRunNumber']} is {row['Status']}. Cancel it first.", "CANNOT_DELETE")


def _accounts(books: Books, run: Row) -> list[Row]:
    """The active accounts a run is for: one, or those of its batch and billing day."""
    found = [books.the("Account", run["AccountId"])] if run["AccountId"] else books.where("Account")
    batch, day = run["Batch"] or "AllBatches", run["BillCycleDay"] or "AllBillCycleDays"
    return [
        each
        for each in found
        if each["Status"] == "Active"
        and batch in ("AllBatches", each["Batch"])
        and day in ("AllBillCycleDays", str(each["BillCycleDay"]))
    ]


def _post(books: Books, run: Row) -> None:
    for invoice in books.where("Invoice", BillRunId=run["Id"], Status="Draft"):
        post(books.session, invoice["Id"], now=books.now)
    books.change("BillRun", run["Id"], {"Status": "Posted", "PostedDate": books.now}, quietly=True)
