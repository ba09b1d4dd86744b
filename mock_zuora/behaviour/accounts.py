"""Accounts and contacts: activation, cancelling, and how many contacts an account may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from mock_zuora.behaviour.base import Behaviour, fixed, missing, refuse
from mock_zuora.behaviour.payment_methods import ELECTRONIC_METHODS
from mock_zuora.billing.charges import current_versions
from mock_zuora.books import Books, Row

MOST_CONTACTS = 100
TOO_MANY_CONTACTS = (
    "You cannot create more than 100 contacts for each customer account. "
    "If you need to create this contact, please delete some others first."
)

_CURRENCY = re.compile(r"[A-Z]{3}")
_LIVE_STATUSES = frozenset({"Active", "Pending Activation", "Pending Acceptance", "Suspended"})


class AccountBehaviour(Behaviour):
    """A draft account becomes active once it can be billed, and is canceled once it has no live subscription."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check the currency and, of an account made active at once, that it can be."""
        _check(books, values, set(values) | {"Currency"}, account_id=None)

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Check what the changes touch: a record that was loaded with less than the service asks for can be mended."""
        account_id = before["Id"]
        if before["Status"] != "Draft" and changes.get("Status") == "Draft":
            raise refuse(f"The account {account_id} is {before['Status']} and cannot become a draft again.")
        if changes.get("Status") == "Canceled":
            _check_no_live_subscription(books, account_id)
        if before["Status"] != "Draft" or books.where("Subscription", AccountId=account_id):
            fixed(before, changes, "Currency", when="once the account is active or has subscriptions")
        if "AccountNumber" in changes and books.where("Invoice", AccountId=account_id, Status="Posted"):
            raise refuse(f"The AccountNumber of {account_id} cannot be changed once it has posted invoices.")
        if changes.get("ParentId") is not None:
            _check_hierarchy(books, account_id, changes["ParentId"])
        _check(books, {**before, **changes}, set(changes), account_id=account_id)


class ContactBehaviour(Behaviour):
    """An account has a hundred contacts at most."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Count the account's contacts."""
        if len(books.where("Contact", AccountId=values["AccountId"])) >= MOST_CONTACTS:
            raise refuse(TOO_MANY_CONTACTS)


_ACTIVE_ON = frozenset({"Status", "BillToId", "SoldToId", "AutoPay", "DefaultPaymentMethodId"})
"""What decides whether an account can be active."""


def _check(books: Books, account: Row, changed: AbstractSet[str], *, account_id: str | None) -> None:
    """Whether an account may be given these fields; `account_id` is None while it is being made."""
    currency = account["Currency"]
    if "Currency" in changed and not _CURRENCY.fullmatch(currency or ""):
        raise refuse(f"Invalid value for field Currency: {currency}. Give a currency's code of three capital letters.")
    for name in sorted(changed & {"BillToId", "SoldToId"}):
        contact = books.get("Contact", account.get(name))
        if contact is not None and contact["AccountId"] != account_id:
            raise refuse(f"The contact {contact['Id']}, given as {name}, belongs to another account.")
    method = books.get("PaymentMethod", account.get("DefaultPaymentMethodId"))
    if "DefaultPaymentMethodId" in changed and method is not None and method["AccountId"] not in (None, account_id):
        raise refuse(f"The payment method {method['Id']} belongs to another account.")
    if account.get("Status") == "Active" and changed & _ACTIVE_ON:
        _check_can_be_active(account, method)


def _check_can_be_active(account: Row, method: Row | None) -> None:
    for name in ("BillToId", "SoldToId"):
        if account.get(name) is None:
            raise missing(name)
    if account.get("AutoPay") and (method is None or method["Type"] not in ELECTRONIC_METHODS):
        raise refuse("AutoPay can be true only when the default payment method is an electronic one.")


def _check_no_live_subscription(books: Books, account_id: str) -> None:
    for subscription in current_versions(books.where("Subscription", AccountId=account_id)):
        if subscription["Status"] in _LIVE_STATUSES:
            raise refuse(
                f"The account {account_id} cannot be canceled: its subscription {subscription['Name']} is "
                f"{subscription['Status']}. Cancel the subscription first."
            )


def _check_hierarchy(books: Books, account_id: str, parent_id: str) -> None:
    """No account may come to stand above itself."""
    above: str | None = parent_id
    seen: set[str] = set()
    while above is not None and above not in seen:
        if above == account_id:
            raise refuse(f"The account {parent_id} cannot be the parent of {account_id}: it is below it.")
        seen.add(above)
        above = (books.get("Account", above) or {}).get("ParentId")
