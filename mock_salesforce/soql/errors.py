"""How SOQL's mistakes read: the text around the place, a caret under it, and what is wrong."""

from __future__ import annotations

from mock_salesforce import faults
from mock_salesforce.soql.tree import Place
from simulator.soap import SoapFault

_WINDOW = 80


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


def _excerpt(text: str, at: Place) -> tuple[str, int]:
    """The line of the place, cut to a window when it is long, and the caret's column in it (from 0)."""
    lines = text.splitlines() or [""]
    line = lines[min(at.row, len(lines)) - 1]
    caret = at.column - 1
    if len(line) <= _WINDOW:
        return line, caret
    start = max(0, min(caret - _WINDOW // 2, len(line) - _WINDOW))
    return line[start : start + _WINDOW], caret - start


def as_fault(error: SoqlError, text: str) -> SoapFault:
    """The fault for a query's text and its mistake."""
    kind = _KINDS.get(error.code, faults.UNEXPECTED)
    if error.at is None:
        return faults.api_fault(error.code, error.message, kind)
    excerpt, caret = _excerpt(text, error.at)
    message = f"\n{excerpt}\n{' ' * caret}^\nERROR at Row:{error.at.row}:Column:{error.at.column}\n{error.message}"
    return faults.api_fault(error.code, message, kind, row=error.at.row, column=error.at.column)
