"""Every error code the two services answer with: what causes it, what to do, and what the engine does about it.

The entries are data, in `catalogue.toml` beside this module. A code that is not there gets an entry that says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).with_suffix(".toml")


class Action(StrEnum):
    """What the engine does when it meets a code."""

    RETRY_ROW = "retry row"
    """Send the same rows again after a pause."""
    SHRINK_BATCH = "shrink batch"
    """Send the same rows in smaller batches."""
    LOG_IN_AGAIN = "log in again"
    """Log in and repeat the call."""
    WAIT = "wait"
    """Repeat the whole call after a pause."""
    STOP_SESSION = "stop session"
    """Nothing more can succeed: end the session."""
    GIVE_UP_ROW = "give up row"
    """Report it; sending it again would give the same answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `when` is a text that the message must hold for the entry to apply, "" for any message.

    `known` is False for an entry made up for a code that the catalogue does not have.
    """

    code: str
    service: str
    action: Action
    cause: str
    what_to_do: str
    when: str = ""
    known: bool = True


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


def find(code: str) -> tuple[Entry, ...]:
    """Every entry of a code, whichever service it belongs to; the code in any case, with or without a prefix."""
    return _by_code().get(code.strip().rpartition(":")[2].upper(), ())


def entries() -> tuple[Entry, ...]:
    """The whole catalogue, in the order of its file."""
    return tuple(
        Entry(
            code=item["code"],
            service=service,
            action=Action(item["action"]),
            cause=item["cause"],
            what_to_do=item["what_to_do"],
            when=item.get("when", ""),
        )
        for service, items in tomllib.loads(_DATA.read_text(encoding="utf-8")).items()
        for item in items
    )


@lru_cache(maxsize=1)
def _by_code() -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in entries():
        key = entry.code.upper()
        found[key] = (*found.get(key, ()), entry)
    return found
