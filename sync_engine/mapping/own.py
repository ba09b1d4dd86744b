"""The user's own rows of the map: a TOML file with a section for each map, laid over those that come with the engine.

    [charge.fields]
    Zuora__Description__c = false                                    # never write it
    Margin__c = { from = "Margin__c", as = "number", scale = 2 }     # write one more
    Zuora__UOM__c = "ProductRatePlanCharge.UOM"                      # take it from elsewhere

A section is called as the map is (`sync_engine/mapping/maps/`); what it says of a field or a parent takes the place
of what the map says, and `false` takes the row out. Keys cannot be changed: records would be found no more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sync_engine.errors import SettingsError

_SECTIONS = ("fields", "parents")


def overridden(maps: Mapping[str, dict[str, Any]], own: Path) -> dict[str, dict[str, Any]]:
    """The maps with the rows of the user's file. Raises `SettingsError` for what it cannot mean."""
    try:
        told = tomllib.loads(own.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The field map {own} cannot be read: {error.strerror}.", "Correct [sync] map.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The field map {own} is no TOML: {error}.", "Correct it there.") from None
    made = dict(maps)
    for name, sections in told.items():
        if name not in maps:
            raise _unknown(own, f"there is no map {name}", name, list(maps))
        if not isinstance(sections, dict):
            raise SettingsError(f"The field map {own}: {name} is no section.", f"Write [{name}.fields].")
        made[name] = dict(maps[name])
        for section, rows in sections.items():
            if section not in _SECTIONS:
                raise _unknown(own, f"{name} has no section {section} that can be changed", section, _SECTIONS)
            merged = {**maps[name].get(section, {}), **rows}
            made[name][section] = {field: row for field, row in merged.items() if row is not False}
    return made


def _unknown(own: Path, what: str, name: str, there: Any) -> SettingsError:
    near = get_close_matches(name, there, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(there)}."
    return SettingsError(f"The field map {own}: {what}.", hint)
