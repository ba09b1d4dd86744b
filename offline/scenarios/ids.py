"""Ids that are the same on every run: in Zuora's layout and in Salesforce's, made from counters and never by chance."""

from __future__ import annotations

from collections import Counter

_HOST = "2c92c0f8"
_STARTED = 0x5F000000
_FIRST_MS = 0x0198_0000_0000
_CHECK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

KINDS = (
    "Tenant",
    "Entity",
    "User",
    "UnitOfMeasure",
    "Product",
    "ProductRatePlan",
    "ProductRatePlanCharge",
    "ProductRatePlanChargeTier",
    "Account",
    "Contact",
    "PaymentMethod",
    "Subscription",
    "Amendment",
    "RatePlan",
    "RatePlanCharge",
    "RatePlanChargeTier",
    "Invoice",
    "InvoiceItem",
    "Payment",
    "InvoicePayment",
    "Refund",
    "RefundInvoicePayment",
)


class ZuoraIds:
    """Makes ids of 32 lower-case hex digits: host, start of the service, milliseconds, counter.

    Every kind of object counts on its own, so that adding a product to a scenario moves no account's id. `series`
    keeps the ids of one entity apart from another's.
    """

    def __init__(self, series: int) -> None:
        self._series = series
        self._counts: Counter[str] = Counter()

    def next(self, kind: str) -> str:
        """The next id of a kind; raises `ValueError` for a kind that is not in `KINDS`."""
        started = _STARTED + (self._series << 8) + KINDS.index(kind)
        self._counts[kind] += 1
        count = self._counts[kind]
        return f"{_HOST}{started:08x}{_FIRST_MS + count:012x}{count & 0xFFFF:04x}"


class Numbers:
    """Makes the running numbers people see, such as `A-S00000001`; `letter` keeps entities' numbers apart."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self._counts: Counter[str] = Counter()

    def next(self, prefix: str) -> str:
        """The next number that begins with the entity's letter and this prefix."""
        self._counts[prefix] += 1
        return f"{self.letter}-{prefix}{self._counts[prefix]:08d}"


def salesforce_id(prefix: str, number: int) -> str:
    """The 18-character id of the record `number` of the type that `prefix` stands for, with a valid check."""
    short = f"{prefix}5eK0000Zq{number:03d}"
    return short + check_characters(short)


def check_characters(short: str) -> str:
    """The three characters that make a 15-character id safe where upper and lower case are the same."""
    found = ""
    for chunk in (short[0:5], short[5:10], short[10:15]):
        upper = sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())
        found += _CHECK_LETTERS[upper]
    return found
