"""Whether a seed's rows fit a mock's objects: known objects and fields, values of their types, ids of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from offline.seeds.mistakes import Mistakes, meant
from offline.seeds.tables import Row, Table


class Schema(Protocol):
    """A mock's objects and fields, as far as loading is concerned."""

    def object_named(self, name: str) -> str | None:
        """The object's own name for one in any capitals, None when there is none."""

    def object_names(self) -> Iterable[str]:
        """All of them."""

    def field_named(self, object_name: str, name: str) -> str | None:
        """The field's own name, None when there is none that can be loaded."""

    def field_names(self, object_name: str) -> Iterable[str]:
        """All that can be loaded."""

    def problem(self, object_name: str, field_name: str, value: object) -> str:
        """Why the field cannot hold the value, "" when it can."""


Taken = Callable[[str, str, str], bool]
"""Whether an entity ("" for the only one) has a record of an object with an id already."""

Checked = dict[tuple[str, str], list[Row]]
"""Rows by entity and object, by the fields' own names."""


def check(tables: Iterable[Table], schema: Schema, taken: Taken, mistakes: Mistakes) -> Checked:
    """The rows as they can be loaded; what is wrong with them is in `mistakes`. Values stay as they were given."""
    checked: Checked = {}
    ids: dict[tuple[str, str, str], str] = {}
    for table in tables:
        name = schema.object_named(table.object)
        if name is None:
            mistakes.add(table.file, f"there is no object {table.object}{meant(table.object, schema.object_names())}")
            continue
        rows = checked.setdefault((table.entity, name), [])
        fields: dict[str, str | None] = {}
        for number, given in table.rows:
            row = _checked_row(table.file, number, name, given, schema, fields, mistakes)
            id_ = str(row.get("Id") or "")
            if id_:
                place = f"{table.file}, row {number}"
                earlier = ids.setdefault((table.entity, name, id_), place)
                if earlier is not place:
                    mistakes.add(table.file, f"the id {id_} is that of {earlier} too", row=number, field="Id")
                elif taken(table.entity, name, id_):
                    mistakes.add(table.file, f"there is a record with the id {id_} already", row=number, field="Id")
            rows.append(row)
    return checked


def _checked_row(
    file: str,
    number: int,
    object_name: str,
    given: Mapping[str, object],
    schema: Schema,
    fields: dict[str, str | None],
    mistakes: Mistakes,
) -> Row:
    row: Row = {}
    for key, value in given.items():
        if key not in fields:
            fields[key] = schema.field_named(object_name, key)
            if fields[key] is None:
                hint = meant(key, schema.field_names(object_name))
                mistakes.add(file, f"{object_name} has no such field{hint}", row=number, field=key)
        name = fields[key]
        if name is None:
            continue
        if name in row:
            mistakes.add(file, "the field is there twice", row=number, field=name)
        if isinstance(value, dict | list):
            mistakes.add(file, f"a field holds one value, not {value!r:.40}", row=number, field=name)
            continue
        if isinstance(value, bool):
            value = "true" if value else "false"  # noqa: PLW2901 - as the wire and CSV have it
        row[name] = value
        problem = "" if value is None else schema.problem(object_name, name, value)
        if problem:
            mistakes.add(file, problem, row=number, field=name)
    return row
