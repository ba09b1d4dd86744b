"""Reads the catalogue's files.

A file names its `service`. `[codes.NAME]` is one code, `[[codes.NAME.cases]]` what it means when the message holds a
certain text. A `[[families]]` entry is a number of codes that have the same class and the same cure; its `codes` give
each code's own words, put before the family's, or nothing where the family says all there is. Instead of codes a
family may have a `pattern`, and a `code` to list it by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sync_engine.catalogue.entry import Action, Entry, Reach

_FILES = (
    "zuora",
    "salesforce",
    "salesforce_automation",
    "salesforce_features",
    "salesforce_oauth",
    "connector",
    "http",
    "engine",
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Codes that are not listed one by one; `entry` speaks for each that the expression matches."""

    expression: re.Pattern[str]
    entry: Entry


def read() -> Iterator[Entry | Pattern]:
    """Everything in the files, in their order: by service, single codes before families."""
    folder = files("sync_engine.catalogue").joinpath("data")
    for file in _FILES:
        values = tomllib.loads(folder.joinpath(f"{file}.toml").read_text(encoding="utf-8"))
        service = values["service"]
        for code, item in values.get("codes", {}).items():
            yield _entry(code, service, item)
            for case in item.get("cases", ()):
                yield _entry(code, service, {"reach": item.get("reach", Reach.SYNC), **case})
        for family in values.get("families", ()):
            yield from _family(service, family)


def _family(service: str, family: Mapping[str, Any]) -> Iterator[Entry | Pattern]:
    if "pattern" in family:
        entry = _entry(family["code"], service, family)
        yield Pattern(re.compile(family["pattern"]), entry)
        return
    for code, words in family["codes"].items():
        yield _entry(code, service, {**family, "cause": f"{words} {family['cause']}".strip()})


def _entry(code: str, service: str, item: Mapping[str, Any]) -> Entry:
    return Entry(
        code=code,
        service=service,
        action=Action(item["action"]),
        cause=item["cause"],
        what_to_do=item["what_to_do"],
        when=item.get("when", ""),
        reach=Reach(item.get("reach", Reach.SYNC)),
        family=item.get("family", ""),
    )
