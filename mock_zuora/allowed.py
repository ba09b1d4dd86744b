"""What a field's value may be beyond its type: one of some texts, within a range, not too long. Kept as data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from mock_zuora.faults import RowError
from mock_zuora.values import Stored, number_text

CUSTOM_FIELD_CHARACTERS = 255

_NUMBERED = re.compile(r"(?P<stem>\D+)(?P<first>\d+)\.\.(?P=stem)(?P<last>\d+)")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one field takes: `choices` () takes any text; `least` and `most` None any number."""

    choices: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    characters: int | None = None


def check(object_name: str, field_name: str, value: Stored) -> None:
    """Raise the INVALID_VALUE row error for a value that the field does not take; null passes."""
    if value is None:
        return
    default = CUSTOM_FIELD_CHARACTERS if field_name.endswith("__c") else None
    allowed = _allowed().get((object_name, field_name), Allowed(characters=default))
    if allowed.choices and value not in allowed.choices:
        raise _invalid(field_name, str(value), f"Use one of: {_listed(allowed.choices)}.")
    if allowed.least is not None and Decimal(str(value)) < allowed.least:
        raise _invalid(field_name, number_text(value), f"It must be {number_text(allowed.least)} or more.")
    if allowed.most is not None and Decimal(str(value)) > allowed.most:
        raise _invalid(field_name, number_text(value), f"It must be {number_text(allowed.most)} or less.")
    if isinstance(value, str) and allowed.characters is not None and len(value) > allowed.characters:
        shown = value[:20] + "..."
        raise _invalid(field_name, shown, f"It has {len(value)} characters; {allowed.characters} are allowed.")


def _invalid(field_name: str, value: str, why: str) -> RowError:
    return RowError("INVALID_VALUE", f"Invalid value for field {field_name}: {value}. {why}")


def _listed(choices: Iterable[str]) -> str:
    """All of a short list, the ends of a long one."""
    texts = list(choices)
    return ", ".join(texts) if len(texts) <= 16 else f"{texts[0]} to {texts[-1]}"


@cache
def _allowed() -> dict[tuple[str, str], Allowed]:
    found: dict[tuple[str, str], Allowed] = {}
    for owner, fields in _table("choices.toml").items():
        for name, given in fields.items():
            found[owner, name] = _read(given)
    for owner, fields in _table("lengths.toml").items():
        for name, characters in fields.items():
            found[owner, name] = Allowed(characters=characters)
    return found


def _read(given: str | list[str] | list[float]) -> Allowed:
    if isinstance(given, str):
        match = _NUMBERED.fullmatch(given)
        if match is None:
            raise ValueError(f"{given} does not name a row of numbered texts")
        return Allowed(tuple(f"{match['stem']}{n}" for n in range(int(match["first"]), int(match["last"]) + 1)))
    if isinstance(given[0], str):
        return Allowed(tuple(str(each) for each in given))
    least, most = (Decimal(str(each)) for each in given)
    return Allowed(least=least, most=most)


def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("mock_zuora").joinpath(name).read_text(encoding="utf-8"))
