"""Texts in a query: their escapes, and how long one may be."""

from __future__ import annotations

import re

from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.tree import Literal, Place

MAX_CHARACTERS = 4_000
"""Of one text."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "B": "\b", "f": "\f", "F": "\f"}
_PLAIN |= {'"': '"', "'": "'", "\\": "\\", "_": "_", "%": "%"}


def literal_of(body: str, at: Place) -> Literal:
    """A text, what stands between its quotes given. Raises `SoqlError`."""
    if len(body) > MAX_CHARACTERS:
        raise SoqlError("MALFORMED_QUERY", f"string literal is longer than {MAX_CHARACTERS} characters", at)
    if "\\" not in body:
        return Literal("string", body, body)
    return Literal("string", _unescaped(body, at, pattern=False), _unescaped(body, at, pattern=True))


def _unescaped(body: str, at: Place, *, pattern: bool) -> str:
    """A text without its escapes; in a pattern of LIKE those of its own special characters stay."""

    def resolve(match: re.Match[str]) -> str:
        mark = match[1]
        if len(mark) > 1:
            return chr(int(mark[1:], 16))
        if mark not in _PLAIN:
            raise SoqlError("MALFORMED_QUERY", f"Invalid string literal '{body}'. Illegal character sequence", at)
        if pattern and mark in "_%\\":
            return "\\" + mark
        return _PLAIN[mark]

    resolved = _ESCAPE.sub(resolve, body)
    # Two escapes may make one character beyond the first 65,536; half of such a pair is no text, and is dropped.
    return resolved.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
