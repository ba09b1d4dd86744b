"""Finds codes in the catalogue, whole or nearly."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from sync_engine.catalogue.entry import Action, Entry
from sync_engine.catalogue.reading import Pattern, read

_HTTP_STATUS = re.compile(r"(?:HTTP[ _-]?)?([1-5]\d\d)")
_LIKE_ENOUGH = 0.72


@dataclass(frozen=True, slots=True)
class _Catalogue:
    entries: tuple[Entry, ...]
    by_code: Mapping[str, tuple[Entry, ...]]
    patterns: tuple[Pattern, ...]


def explain(code: str, service: str = "", message: str = "") -> Entry:
    """The entry for a code, in the given service ("Zuora", "Salesforce") or the first that knows it.

    Among entries of one code, one whose `when` is in the message comes before the general one. An unknown code gives
    an entry with `known` False whose action is to give up the row.
    """
    entries = [entry for entry in find(code) if not service or entry.service == service]
    fitting = [entry for entry in entries if entry.when and entry.when in message]
    fitting += [entry for entry in entries if not entry.when]
    if fitting:
        return fitting[0]
    return Entry(
        code,
        service,
        Action.GIVE_UP_ROW,
        f"{service or 'The service'} has a code {code} that this catalogue does not describe.",
        "Read the message that came with it; if it names a rule of your org or tenant, correct the record there and"
        " sync it again.",
        known=False,
    )


def action_of(code: str | None, message: str | None = None) -> str | None:
    """The class of a code that was reported, as reports show it; None for what came without a code."""
    return explain(code, message=message or "").action.value if code else None


def find(code: str) -> tuple[Entry, ...]:
    """Every entry of a code, whichever service it belongs to.

    The code may be written in any case, with or without a prefix; an HTTP status as 503, HTTP 503 or HTTP_503.
    """
    key = _key(code)
    known = _catalogue().by_code.get(key)
    if known is not None:
        return known
    return tuple(
        replace(each.entry, code=key) for each in _catalogue().patterns if each.expression.fullmatch(key) is not None
    )


def near(code: str, at_most: int = 3) -> list[str]:
    """Codes that may have been meant, the likeliest first: those that begin alike, then those spelled alike."""
    key = _key(code)
    known = _catalogue().by_code
    begin = sorted((each for each in known if key and each.startswith(key)), key=len)
    alike = get_close_matches(key, known, at_most, cutoff=_LIKE_ENOUGH)
    return [known[each][0].code for each in dict.fromkeys([*begin, *alike])][:at_most]


def entries() -> Sequence[Entry]:
    """The whole catalogue, in the order of its files; codes known by a pattern stand as one entry."""
    return _catalogue().entries


def _key(code: str) -> str:
    key = code.strip().rpartition(":")[2].strip().upper()
    status = _HTTP_STATUS.fullmatch(key)
    return key if status is None else f"HTTP_{status.group(1)}"


@lru_cache(maxsize=1)
def _catalogue() -> _Catalogue:
    everything = list(read())
    by_code: dict[str, tuple[Entry, ...]] = defaultdict(tuple)
    for each in everything:
        if isinstance(each, Entry):
            by_code[each.code.upper()] += (each,)
    return _Catalogue(
        tuple(each if isinstance(each, Entry) else each.entry for each in everything),
        dict(by_code),
        tuple(each for each in everything if isinstance(each, Pattern)),
    )
