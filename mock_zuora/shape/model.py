"""A tenant's shape: its objects with their fields, as its own WSDL tells them, and the file that keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_zuora.parts import Part, Sequences

FORMAT = 1
MAX_OBJECTS = 2000
MAX_FIELDS = 1900
"""Per object: a table of the record store has at most 2,000 columns."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_TYPE = re.compile(r"(?:ons:|zns:)?[A-Za-z_][A-Za-z0-9_]{0,254}")


class UnusableShape(ValueError):
    """A shape file that is none, or that names what the mock cannot have."""


@dataclass(frozen=True, slots=True)
class ShapeField:
    """A field: `type` is "id", one of XML Schema's types, or a complex type's name with its prefix."""

    name: str
    type: str
    nillable: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """`version` is the WSDL's, `objects` have their fields in its order, `types` are complex types the fields name.

    `operations` are those that the WSDL has, whether or not the mock has them too.
    """

    version: float
    objects: Mapping[str, tuple[ShapeField, ...]]
    types: Sequences = field(default_factory=dict)
    operations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises `UnusableShape` for names that clash or cannot be names, and for more than the mock can have."""
        if len(self.objects) > MAX_OBJECTS:
            raise UnusableShape(f"it has {len(self.objects)} objects; the mock takes {MAX_OBJECTS}")
        _check_names("objects", list(self.objects))
        for name, fields in self.objects.items():
            if name.lower().startswith("sqlite_"):
                raise UnusableShape(f"{name} cannot be an object of the mock: its record store reserves such names")
            if len(fields) > MAX_FIELDS:
                raise UnusableShape(f"{name} has {len(fields)} fields; the mock takes {MAX_FIELDS}")
            _check_names(f"fields of {name}", [each.name for each in fields])
            for each in fields:
                _check_type(f"{name}.{each.name}", each.type)
        for name, parts in self.types.items():
            _check_names("types", [name])
            _check_names(f"elements of {name}", [part.name for part in parts])
            for part in parts:
                _check_type(f"{name}.{part.name}", part.type)
                if not re.fullmatch(r"\d{1,9}", part.least) or not re.fullmatch(r"\d{1,9}|n", part.most):
                    raise UnusableShape(f"{name}.{part.name} occurs {part.least} to {part.most} times")


def to_json(shape: Shape) -> str:
    """The shape as a file: one line a field, so that people can read and change it."""
    objects = {name: {each.name: each.type for each in fields} for name, fields in shape.objects.items()}
    fixed = [f"{name}.{each.name}" for name, fields in shape.objects.items() for each in fields if not each.nillable]
    types = {
        name: [[p.name, p.type, p.least, p.most, p.nillable, p.default] for p in parts]
        for name, parts in shape.types.items()
    }
    kept = {
        "zuora_shape": FORMAT,
        "version": shape.version,
        "objects": objects,
        "not_nillable": fixed,
        "types": types,
        "operations": list(shape.operations),
    }
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Shape:
    """A shape from its file; raises `UnusableShape`."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableShape(f"it is no JSON: {error}") from None
    if not isinstance(kept, dict) or kept.get("zuora_shape") != FORMAT:
        raise UnusableShape(f'it is no tenant\'s shape: it has no "zuora_shape": {FORMAT}')
    try:
        fixed = set(kept.get("not_nillable", []))
        objects = {
            str(owner): tuple(_field(owner, name, kind, fixed) for name, kind in fields.items())
            for owner, fields in kept["objects"].items()
        }
        types = {
            name: tuple(Part(str(p[0]), str(p[1]), str(p[2]), str(p[3]), bool(p[4]), str(p[5])) for p in parts)
            for name, parts in kept.get("types", {}).items()
        }
        operations = tuple(str(each) for each in kept.get("operations", ()))
        return Shape(float(kept["version"]), objects, types, operations)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if isinstance(error, UnusableShape):
            raise
        raise UnusableShape(f"something in it is missing or of another kind than it should be: {error!r}") from None


def _field(owner: str, name: str, kind: Any, fixed: set[str]) -> ShapeField:
    if not isinstance(kind, str):
        raise UnusableShape(f"the type of {owner}.{name} is {kind!r} where a name is expected")
    return ShapeField(name, kind, nillable=f"{owner}.{name}" not in fixed)


def _check_names(what: str, names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not _NAME.fullmatch(name):
            raise UnusableShape(f"among the {what}, {name[:60]!r} cannot be a name in the mock")
        if name.lower() in seen:
            raise UnusableShape(f"among the {what}, {seen[name.lower()]} and {name} are one name to a query")
        seen[name.lower()] = name


def _check_type(what: str, kind: str) -> None:
    if not _TYPE.fullmatch(kind):
        raise UnusableShape(f"the type of {what}, {kind[:60]!r}, cannot be the name of a type")
