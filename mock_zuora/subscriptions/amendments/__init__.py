"""The kinds of amendment, each a function that changes the next version of a subscription."""

from __future__ import annotations

from collections.abc import Callable

from mock_zuora.subscriptions.amendments.base import Change
from mock_zuora.subscriptions.amendments.endings import cancellation, resumption, suspension
from mock_zuora.subscriptions.amendments.products import new_product, remove_product, update_product
from mock_zuora.subscriptions.amendments.terms import owner_transfer, renewal, terms_and_conditions

__all__ = ["KINDS", "Change"]

KINDS: dict[str, Callable[[Change], None]] = {
    "Cancellation": cancellation,
    "NewProduct": new_product,
    "OwnerTransfer": owner_transfer,
    "RemoveProduct": remove_product,
    "Renewal": renewal,
    "ResumeSubscription": resumption,
    "SuspendSubscription": suspension,
    "TermsAndConditions": terms_and_conditions,
    "UpdateProduct": update_product,
}
"""What each Amendment.Type does; each may raise `RowError`."""
