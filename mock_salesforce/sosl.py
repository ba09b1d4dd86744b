"""SOSL, as far as searching records by name goes: FIND, IN, RETURNING with fields, WHERE, ORDER BY and LIMIT."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mock_salesforce import faults

MAX_FOUND = 2_000
_FIND = re.compile(r"\s*FIND\s*\{((?:[^{}\\]|\\.)*)\}\s*", re.IGNORECASE | re.DOTALL)
_IN = re.compile(r"IN\s+(ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\s*", re.IGNORECASE)
_RETURNING = re.compile(r"RETURNING\s+", re.IGNORECASE)
_NAME = re.compile(r"([A-Za-z_]\w*)\s*")
_LIMIT = re.compile(r"LIMIT\s+(\d+)\s*\Z", re.IGNORECASE)
_TAIL = re.compile(r"\b(WHERE|ORDER\s+BY|LIMIT)\b", re.IGNORECASE)
_WILDCARDS = str.maketrans({"*": "%", "?": "_"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object of RETURNING: its name, the fields, and what follows them, as in SOQL."""

    sobject: str
    fields: str = "Id"
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: words as LIKE patterns, all of which must be there; in which fields, of which objects."""

    patterns: tuple[str, ...]
    group: str
    wanted: tuple[Wanted, ...]
    limit: int


def malformed(words: str) -> Exception:
    """The fault of a search that cannot be read."""
    return faults.api_fault("MALFORMED_SEARCH", words, faults.MALFORMED_SEARCH)


def parse(text: str) -> Search:
    """Read a search. Raises the fault of one that cannot be read."""
    match = _FIND.match(text)
    if match is None:
        raise malformed("line 1:0 expecting FIND {words}")
    words = re.sub(r"\\(.)", r"\1", match[1]).replace('"', " ").split()
    if not any(len(word.strip("*?")) > 1 for word in words):
        raise malformed("search term must be longer than one character: " + match[1])
    rest, group = text[match.end() :], "ALL"
    if (found := _IN.match(rest)) is not None:
        group, rest = found[1].upper(), rest[found.end() :]
    wanted: list[Wanted] = []
    if (found := _RETURNING.match(rest)) is not None:
        rest = rest[found.end() :]
        while True:
            made, rest = _one(rest)
            wanted.append(made)
            if not rest.startswith(","):
                break
            rest = rest[1:].lstrip()
    most = MAX_FOUND
    if rest.strip():
        if (found := _LIMIT.match(rest)) is None:
            raise malformed(f"unexpected token: {rest.split()[0]}")
        most = min(int(found[1]), MAX_FOUND)
    patterns = tuple(_like(word) for word in words if word.upper() != "AND")
    return Search(patterns, group, tuple(wanted), most)


def _like(word: str) -> str:
    escaped = re.sub(r"([\\'%_])", r"\\\1", word)
    return f"%{escaped.translate(_WILDCARDS)}%"


def _one(text: str) -> tuple[Wanted, str]:
    """The first object of RETURNING, and what comes after it."""
    match = _NAME.match(text)
    if match is None:
        raise malformed(f"unexpected token: {text.split(maxsplit=1)[0] if text.split() else '<EOF>'}")
    rest = text[match.end() :]
    if not rest.startswith("("):
        return Wanted(match[1]), rest
    depth, quoted, end = 0, False, -1
    for place, mark in enumerate(rest):
        if mark == "'" and rest[place - 1] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (mark == "(") - (mark == ")")
            if depth == 0:
                end = place
                break
    if end < 0:
        raise malformed("unexpected token: <EOF>")
    inside = rest[1:end]
    tail = _TAIL.search(inside)
    fields, more = (inside, "") if tail is None else (inside[: tail.start()], inside[tail.start() :])
    return Wanted(match[1], fields.strip() or "Id", more.strip()), rest[end + 1 :].lstrip()
