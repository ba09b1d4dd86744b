"""Usage records: whose they are, and that a billed one stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, missing, refuse
from mock_zuora.billing.charges import current_versions
from mock_zuora.books import Books, Row


class UsageBehaviour(Behaviour):
    """A record is of an account, and may name the subscription or the charge it is for."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Find account and subscription by whichever of id and number was given."""
        account = _account(books, values)
        values |= {"AccountId": account["Id"], "AccountNumber": account["AccountNumber"]}
        _subscription(books, account, values)
        _charge(books, values)
        _check_times(values)
        if values.get("UniqueKey") is not None and books.where("Usage", UniqueKey=values["UniqueKey"]):
            raise refuse(f"The UniqueKey {values['UniqueKey']} is in use.", "DUPLICATE_VALUE")
        values |= {"RbeStatus": "Pending", "SourceType": "API", "SubmissionDateTime": books.now}

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Only what is not billed can be changed."""
        if before["InvoiceId"] is not None:
            raise refuse(f"The usage record {before['Id']} is on the invoice {before['InvoiceNumber']}.")
        _check_times({**before, **changes})

    def deleting(self, books: Books, row: Row) -> None:
        """Only what is not billed can be deleted."""
        if row["InvoiceId"] is not None:
            raise refuse(f"The usage record {row['Id']} is on the invoice {row['InvoiceNumber']}.", "CANNOT_DELETE")


def _account(books: Books, values: Row) -> Row:
    account_id, number = values.get("AccountId"), values.get("AccountNumber")
    if account_id is None and number is None:
        raise missing("AccountId")
    found = [books.the("Account", account_id)] if account_id else books.where("Account", AccountNumber=number)
    if not found or number not in (None, found[0]["AccountNumber"]):
        raise refuse(f"The account number {number} is invalid.")
    return found[0]


def _subscription(books: Books, account: Row, values: Row) -> None:
    subscription_id, number = values.get("SubscriptionId"), values.get("SubscriptionNumber")
    if subscription_id is None and number is None:
        return
    found = (
        [books.the("Subscription", subscription_id)] if subscription_id else books.where("Subscription", Name=number)
    )
    if not found or number not in (None, found[0]["Name"]) or found[0]["AccountId"] != account["Id"]:
        raise refuse(f"The subscription {number or subscription_id} is not the account's.")
    version = current_versions(found)[0]
    values |= {"SubscriptionId": version["Id"], "SubscriptionNumber": version["Name"]}


def _charge(books: Books, values: Row) -> None:
    charge_id, number = values.get("ChargeId"), values.get("ChargeNumber")
    found: list[Row] = []
    if number is not None:
        found = books.where("RatePlanCharge", ChargeNumber=number)
    elif charge_id is not None:
        one = books.get("RatePlanCharge", charge_id)
        found = [one] if one else books.where("RatePlanCharge", OriginalId=charge_id)
    else:
        return
    if not found:
        raise refuse(f"There is no charge {number or charge_id}.")
    if found[0]["ChargeType"] != "Usage":
        raise refuse(f"The charge {found[0]['ChargeNumber']} is {found[0]['ChargeType']}, not Usage.")
    if values["UOM"] != found[0]["UOM"]:
        raise refuse(f"The charge {found[0]['ChargeNumber']} counts in {found[0]['UOM']}, not in {values['UOM']}.")
    values |= {"ChargeId": found[0]["OriginalId"] or found[0]["Id"], "ChargeNumber": found[0]["ChargeNumber"]}


def _check_times(values: Row) -> None:
    end = values.get("EndDateTime")
    if end is not None and end < values["StartDateTime"]:
        raise refuse("The EndDateTime of a usage record must not be before its StartDateTime.")
