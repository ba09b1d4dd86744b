"""How SOQL's mistakes read: the text around the place, a caret under it, and what is wrong."""

from __future__ import annotations

import re

from mock_salesforce import faults
from mock_salesforce.soql.tree import Place
from simulator.soap import SoapFault

_AROUND = 31
"""How far to either side of the place the line is shown, in characters, and from there on to the end of a word."""
_WORD_MAX = 80
"""No name is longer; of a longer word no more is shown."""
_BETWEEN_WORDS = re.compile(r"[\s,]")


class SoqlError(Exception):
    """A query that cannot be answered. `code` is the API's; `at` is None when the message shows no place."""

    def __init__(self, code: str, message: str, at: Place | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at


_KINDS = {
    "INVALID_FIELD": faults.INVALID_FIELD,
    "INVALID_TYPE": faults.INVALID_SOBJECT,
    "MALFORMED_QUERY": faults.MALFORMED_QUERY,
}


def excerpt(text: str, at: Place) -> tuple[str, int]:
    """The part of its line around a place that the service shows, and the caret's column in it (from 0)."""
    lines = text.split("\n")
    line, caret = lines[min(at.row, len(lines)) - 1], at.column - 1
    first, last = max(0, caret - _AROUND - _WORD_MAX), caret + _AROUND + _WORD_MAX
    before = [match.end() for match in _BETWEEN_WORDS.finditer(line, first, max(first, caret - _AROUND + 1))]
    start = before[-1] if before else first
    after = _BETWEEN_WORDS.search(line, caret + _AROUND, last)
    return line[start : after.start() if after else last], caret - start


def as_fault(error: SoqlError, text: str) -> SoapFault:
    """The fault for a query's text and its mistake."""
    kind = _KINDS.get(error.code, faults.UNEXPECTED)
    if error.at is None:
        return faults.api_fault(error.code, error.message, kind)
    shown, caret = excerpt(text, error.at)
    message = f"\n{shown}\n{' ' * caret}^\nERROR at Row:{error.at.row}:Column:{error.at.column}\n{error.message}"
    return faults.api_fault(error.code, message, kind, row=error.at.row, column=error.at.column)
