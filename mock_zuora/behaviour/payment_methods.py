"""Payment methods: what a number must look like, what is kept of it, and closing."""

from __future__ import annotations

from collections.abc import Sequence

from mock_zuora.behaviour.base import Behaviour, refuse
from mock_zuora.books import Books, Row

ELECTRONIC_METHODS = frozenset(
    {"ACH", "BankTransfer", "CreditCard", "CreditCardReferenceTransaction", "DebitCard", "PayPal"}
)
"""Types whose payments go through a gateway; the others are recorded by hand."""

BANK_DIGITS = 6
ROUTING_DIGITS = 9


class PaymentMethodBehaviour(Behaviour):
    """A method belongs to one account for good, and can be closed but not opened again."""

    def creating(self, books: Books, values: Row, parts: Sequence[Row]) -> None:
        """Check the routing number of a bank account; a name for people, as the service gives one."""
        check_routing_number(values.get("AchAbaCode"))

    def updating(self, books: Books, before: Row, changes: Row) -> None:
        """Refuse to move a method to another account, and to change one that is closed."""
        check_routing_number(changes.get("AchAbaCode"))
        if before["AccountId"] is not None and "AccountId" in changes:
            raise refuse(f"The payment method {before['Id']} already belongs to the account {before['AccountId']}.")
        if before["PaymentMethodStatus"] == "Closed":
            raise refuse(f"The payment method {before['Id']} is closed and cannot be changed.")
        if changes.get("PaymentMethodStatus") == "Closed":
            users = books.where("Account", DefaultPaymentMethodId=before["Id"], AutoPay=True)
            if users:
                raise refuse(
                    f"The payment method {before['Id']} is the default of the account {users[0]['Id']}, which pays "
                    "automatically, and cannot be closed."
                )
            changes["Active"] = False


def check_card_number(number: str) -> None:
    """Refuse a text that cannot be a card's number; the text itself is not repeated."""
    digits = number.replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or not 12 <= len(digits) <= 19 or _luhn(digits) % 10:
        raise refuse("Invalid value for field CreditCardNumber: it is no card's number.")


def check_routing_number(code: str | None) -> None:
    """Refuse a bank routing number that has not its nine digits."""
    if code is not None and not (code.isascii() and code.isdigit() and len(code) == ROUTING_DIGITS):
        raise refuse(f"Invalid value for field AchAbaCode: {code}. It has nine digits.")


def _luhn(digits: str) -> int:
    """The checksum that ends in 0 for every real card."""
    doubled = [sum(divmod(2 * int(each), 10)) for each in digits[-2::-2]]
    return sum(doubled) + sum(int(each) for each in digits[-1::-2])
