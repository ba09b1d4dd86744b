"""A seed's files as tables of rows: CSV with field names in its first row, or a JSON array of objects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from offline.seeds.mistakes import Mistakes

SPEC_NAMES = ("tenant.json", "org.json")
"""The files that say what a tenant or org is, rather than what it holds."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one object, each with its number in the file; `entity` is the folder's name, "" without one."""

    file: str
    entity: str
    object: str
    rows: list[tuple[int, Row]] = field(default_factory=list)


def read_tables(files: Mapping[str, str], mistakes: Mistakes) -> list[Table]:
    """Every file's table; what cannot be read is a mistake."""
    tables = []
    for file, text in files.items():
        path = PurePosixPath(file)
        if path.name.lower() in SPEC_NAMES:
            continue
        if len(path.parts) > 2:
            mistakes.add(file, "it is in a folder too deep: files are at the top, or in a folder for each entity")
            continue
        read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
        table = Table(file, path.parts[0] if len(path.parts) == 2 else "", path.stem)
        table.rows.extend(read(file, text, mistakes))
        tables.append(table)
    return tables


def tables_in(records: Mapping[str, Any], mistakes: Mistakes) -> list[Table]:
    """The tables of records given as JSON: lists by object, or by entity and object."""
    tables = []
    for name, value in records.items():
        if isinstance(value, list):
            place = f"records.{name}"
            tables.append(Table(place, "", name, list(_objects(place, value, mistakes))))
        elif isinstance(value, Mapping):
            for object_name, rows in value.items():
                place = f"records.{name}.{object_name}"
                if isinstance(rows, list):
                    tables.append(Table(place, name, object_name, list(_objects(place, rows, mistakes))))
                else:
                    mistakes.add(place, "it is a list of objects")
        else:
            mistakes.add(f"records.{name}", "it is a list of objects, or such lists by object")
    return tables


def _csv_rows(file: str, text: str, mistakes: Mistakes) -> Iterator[tuple[int, Row]]:
    """Rows are counted as a spreadsheet counts them: the field names are row 1."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    names: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                names = [cell.strip() for cell in cells]
                _check_names(file, names, mistakes)
            elif not any(cell.strip() for cell in cells):
                continue
            elif len(cells) > len(names):
                mistakes.add(file, f"it has {len(cells)} values for {len(names)} fields", row=number)
            else:
                yield number, {name: value or None for name, value in zip(names, cells, strict=False)}
    except csv.Error as error:
        mistakes.add(file, f"it is not CSV: {error}", row=number + 1)
    if not number:
        mistakes.add(file, "it is empty: the first row names the fields")


def _check_names(file: str, names: list[str], mistakes: Mistakes) -> None:
    lower = [name.lower() for name in names]
    for place, name in enumerate(lower):
        if not name:
            mistakes.add(file, f"column {place + 1} has no name", row=1)
        elif name in lower[:place]:
            mistakes.add(file, "the field is there twice", row=1, field=names[place])


def _json_rows(file: str, text: str, mistakes: Mistakes) -> Iterator[tuple[int, Row]]:
    try:
        values = json.loads(text, parse_float=Decimal, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        mistakes.add(file, f"it is not JSON: {error}")
        return
    if not isinstance(values, list):
        mistakes.add(file, "it is not a JSON array of objects")
        return
    yield from _objects(file, values, mistakes)


def _pairs(pairs: list[tuple[str, Any]]) -> Row:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return made


def _objects(place: str, values: list[Any], mistakes: Mistakes) -> Iterator[tuple[int, Row]]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield number, value
        else:
            mistakes.add(place, "it is not a JSON object", row=number)
