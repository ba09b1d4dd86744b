"""What may be wrong with a formula.

FormulaError
├── NotUnderstood    when it is read: its grammar, its types, or what the mock has not
└── CannotCompute    when it is computed: a division by zero, a text that is no number
"""

from __future__ import annotations


class FormulaError(ValueError):
    """The base."""


class NotUnderstood(FormulaError):
    """The text is no formula that can be computed here; the message says why."""


class CannotCompute(FormulaError):
    """The formula has no value for these records; the message says why."""
