"""One line of what an account owes, before it is an invoice item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mock_zuora.billing.charges import Held
from mock_zuora.books import Row


@dataclass(frozen=True)
class Line:
    """One line to bill. `end` is the first day after it; `usage` the records it is for; `of` what a discount lowers.

    A `credit` gives back what was billed beyond a charge's end; one that is `reversed_` takes back what was billed of a
    segment that an amendment has replaced since, or has left out.
    """

    held: Held
    start: date
    end: date
    amount: Decimal
    quantity: Decimal
    share: Fraction = Fraction(1)
    usage: tuple[Row, ...] = ()
    of: Line | None = field(default=None, compare=False)
    credit: bool = False
    reversed_: bool = False

    @property
    def through(self) -> date:
        """The day up to which the charge is billed with this line."""
        return self.start if self.credit else self.end
