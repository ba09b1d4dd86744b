"""Subscriptions and amendments as records: what a subscription waits for, and an amendment without amend()."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, fixed, refuse
from mock_zuora.books import Books, Row
from mock_zuora.subscriptions import activation, terms
from mock_zuora.subscriptions.amending import complete, undo

_ONLY_OF_A_DRAFT = (
    *("AccountId", "AutoRenew", "ContractEffectiveDate", "InitialTerm", "InitialTermPeriodType", "InvoiceOwnerId"),
    *("Name", "RenewalSetting", "RenewalTerm", "RenewalTermPeriodType", "TermStartDate", "TermType"),
)
_COMPLETED = "Completed"


class SubscriptionBehaviour(Behaviour):
    """A draft may change in all ways; a pending subscription gets the date it waits for."""

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Refuse what the state does not allow."""
        status = before["Status"]
        if status != terms.DRAFT:
            fixed(before, changes, *_ONLY_OF_A_DRAFT, when=f"while it is {status}, only while it is Draft")
        if status not in (terms.DRAFT, terms.PENDING_ACTIVATION):
            fixed(before, changes, "ServiceActivationDate", when=f"while it is {status}")
        if status not in (terms.DRAFT, terms.PENDING_ACTIVATION, terms.PENDING_ACCEPTANCE):
            fixed(before, changes, "ContractAcceptanceDate", when=f"while it is {status}")
        after = {**before, **changes}
        terms.check_order(*(after[name] for name in activation.DATES))

    def updated(self, books: Books, before: Row, row: Row) -> None:
        """Let what waited for a date begin."""
        if before["Status"] in activation.WAITING and any(before[name] != row[name] for name in _CALCULATED_FROM):
            activation.advance(books, row)

    def deleting(self, books: Books, row: Row) -> None:
        """Refuse a version that an amendment made, or that was amended."""
        versions = books.where("Subscription", OriginalId=row["OriginalId"]) if row["OriginalId"] else [row]
        if len(versions) > 1:
            raise refuse(
                f"The subscription {row['Id']} was amended. Delete its amendments first, the latest one first.",
                "CANNOT_DELETE",
            )


_CALCULATED_FROM = (*_ONLY_OF_A_DRAFT, "ServiceActivationDate", "ContractAcceptanceDate")


class AmendmentBehaviour(Behaviour):
    """An amendment that is created as Completed takes effect at once; deleting it takes its version back."""

    def created(self, books: Books, row: Row, parts: Sequence[Row]) -> None:
        """Make the new version. An amendment of products needs its RatePlanData, which only amend() brings."""
        if row["Status"] == _COMPLETED:
            complete(books, row)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """A completed amendment stays as it is."""
        if before["Status"] == _COMPLETED:
            fixed(before, changes, *(name for name in changes if not name.endswith("__c")), when="once it is Completed")

    def deleting(self, books: Books, row: Row) -> None:
        """Take back the version that the amendment made. Refused unless it is the latest, and not invoiced."""
        if row["Status"] == _COMPLETED:
            undo(books, row)
