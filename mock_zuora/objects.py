"""The object model: which objects there are, their fields in wire order, and what may be done with each.

The facts are data (`fields.tsv`, `objects.toml`); a tenant adds its own `__c` fields with `Catalogue.extended`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from mock_zuora.parts import Sequences

NEWEST_VERSION = 153.0
"""The highest WSDL version the mock answers."""

FIRST_VERSION_WITH_DATES = 69.0
"""From this version on a `date` field is a date; before it, a date time without offset."""


class FieldType(StrEnum):
    """A field's type on the wire."""

    STRING = "string"
    ID = "id"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INT = "int"
    LONG = "long"
    SHORT = "short"
    DATE = "date"
    DATE_TIME = "dateTime"
    COMPLEX = "complex"

    @property
    def is_number(self) -> bool:
        """Whether values compare as numbers."""
        return self in (FieldType.DECIMAL, FieldType.INT, FieldType.LONG, FieldType.SHORT)

    @property
    def is_text(self) -> bool:
        """Whether values compare as text."""
        return self in (FieldType.STRING, FieldType.ID)


_PLAIN = frozenset(each.value for each in FieldType) - {FieldType.COMPLEX.value}
# How values of XML Schema's further types are kept; those that are not here are kept as text.
_SIMPLE = {
    "double": FieldType.DECIMAL,
    "float": FieldType.DECIMAL,
    "integer": FieldType.LONG,
    "nonNegativeInteger": FieldType.LONG,
    "positiveInteger": FieldType.LONG,
    "unsignedInt": FieldType.LONG,
    "unsignedShort": FieldType.INT,
    "byte": FieldType.SHORT,
}


@dataclass(frozen=True, slots=True)
class CustomField:
    """A tenant's own field: `name` ends in `__c`, `type` is "string" or "date"."""

    object: str
    name: str
    type: str = "string"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: since which WSDL version it exists, what may be done with it, what object it points at.

    `wsdl_type` is the name the WSDL gives its type where that is not the plain one of `type`, such as
    "zns:GatewayOptionData" or "base64Binary".
    """

    name: str
    type: FieldType
    since: float = 0.0
    creatable: bool = False
    updatable: bool = False
    queryable: bool = False
    filterable: bool = False
    refers: str = ""
    wsdl_type: str = ""
    nillable: bool = True

    @property
    def custom(self) -> bool:
        """Whether a tenant added the field."""
        return self.name.endswith("__c")


ID_FIELD = Field("Id", FieldType.ID, updatable=True, queryable=True, filterable=True)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A field the service fills with the next number, such as A00000012."""

    field: str
    prefix: str
    digits: int


@dataclass(frozen=True, slots=True)
class Children:
    """A list-typed field that carries child rows on create: their object, and its field for the parent."""

    field: str
    object: str
    parent: str


@dataclass(frozen=True)
class ObjectType:
    """One object; `fields` are in WSDL order and leave `Id` out, which always comes first."""

    name: str
    fields: tuple[Field, ...]
    calls: frozenset[str] = frozenset()
    calls_since: Mapping[str, float] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    owns: tuple[tuple[str, str], ...] = ()
    numbers: Numbers | None = None
    children: Children | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    masks: Mapping[str, str] = field(default_factory=dict)
    found_by: tuple[str, ...] = ()
    """Text fields that people look records up by, so that each has an index."""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields, `Id` among them, by their name in lower case."""
        return {each.name.lower(): each for each in (ID_FIELD, *self.fields)}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are stored, `Id` first: all but those with parts of their own and masked secrets."""
        stored = [f for f in self.fields if f.type is not FieldType.COMPLEX and f.name not in self.masks]
        return (ID_FIELD, *stored)

    def at(self, version: float) -> tuple[Field, ...]:
        """The fields this WSDL version knows, in order."""
        return tuple(each for each in self.fields if each.since <= version)

    def takes(self, call: str, version: float) -> bool:
        """Whether a call is offered for the object in this WSDL version."""
        return call in self.calls and self.calls_since.get(call, 0.0) <= version

    def find(self, name: str, version: float = NEWEST_VERSION) -> Field | None:
        """A field by its name in any capitalisation, if this version has it."""
        found = self.by_name.get(name.lower())
        return found if found is not None and found.since <= version else None


class Catalogue:
    """All objects, found by name in any capitalisation.

    `types` are a tenant's own complex types: what its objects' fields consist of beyond the standard ones.
    """

    def __init__(self, objects: Iterable[ObjectType], types: Sequences | None = None) -> None:
        self._objects = {each.name.lower(): each for each in objects}
        self.types: Sequences = types or {}

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(self._objects.values())

    def find(self, name: str) -> ObjectType | None:
        """An object by its name in any capitalisation."""
        return self._objects.get(name.lower())

    def __getitem__(self, name: str) -> ObjectType:
        """An object that is known to exist; raises `KeyError` otherwise."""
        return self._objects[name.lower()]

    def references_to(self, name: str) -> list[tuple[ObjectType, Field]]:
        """Every field, of any object, that points at this object."""
        return [(each, f) for each in self for f in each.columns if f.refers == name]

    def extended(self, custom_fields: Iterable[CustomField]) -> Catalogue:
        """This catalogue with a tenant's own fields put where the WSDL lists them: in alphabetical order."""
        added: dict[str, list[Field]] = {}
        for custom in custom_fields:
            owner = self.find(custom.object)
            if owner is None:
                raise ValueError(f"there is no object {custom.object} to add {custom.name} to")
            if not custom.name.endswith("__c") or owner.find(custom.name):
                raise ValueError(f"{custom.object}.{custom.name} is not a new name ending in __c")
            if custom.type not in ("string", "date"):
                raise ValueError(f"{custom.object}.{custom.name}: a custom field is a string or a date")
            added.setdefault(owner.name, []).append(
                Field(custom.name, FieldType(custom.type), 0.0, True, True, True, True)  # noqa: FBT003
            )
        return Catalogue(
            (
                replace(each, fields=_merged(each.fields, added[each.name])) if each.name in added else each
                for each in self
            ),
            self.types,
        )


def _merged(fields: tuple[Field, ...], added: list[Field]) -> tuple[Field, ...]:
    return tuple(sorted((*fields, *added), key=lambda each: each.name.lower()))


def _read_fields() -> dict[str, list[Field]]:
    lines = files("mock_zuora").joinpath("fields.tsv").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[Field]] = {}
    for line in lines:
        if line.startswith(("#", "object\t")):
            continue
        owner, name, kind, since, flags, refers = line.split("\t")
        create, update, query, filter_ = (letter in flags for letter in "CUQF")
        parent = "" if refers == "-" else refers
        type_, wsdl_type = field_type(kind)
        found.setdefault(owner, []).append(
            Field(name, type_, float(since), create, update, query, filter_, parent, wsdl_type, "n" not in flags)
        )
    return found


def field_type(name: str) -> tuple[FieldType, str]:
    """A field's type for a type's name: ours, one of XML Schema's, or the capitalised one of a complex type.

    The second is the name for the WSDL where it differs, "" otherwise.
    """
    if name in _PLAIN:
        return FieldType(name), ""
    if name[:1].isupper():
        return FieldType.COMPLEX, f"zns:{name}"
    return _SIMPLE.get(name, FieldType.STRING), name


@cache
def standard_catalogue() -> Catalogue:
    """The standard objects and fields, with no tenant's own."""
    facts = tomllib.loads(files("mock_zuora").joinpath("objects.toml").read_text(encoding="utf-8"))
    return Catalogue(
        ObjectType(
            name=name,
            fields=tuple(fields),
            calls=frozenset(facts[name].get("calls", ())),
            calls_since=facts[name].get("calls_since", {}),
            required=tuple(facts[name].get("required", ())),
            owns=tuple(_pair(each) for each in facts[name].get("owns", ())),
            numbers=Numbers(**facts[name]["numbers"]) if "numbers" in facts[name] else None,
            children=Children(**facts[name]["children"]) if "children" in facts[name] else None,
            defaults=facts[name].get("defaults", {}),
            masks=facts[name].get("masks", {}),
            found_by=tuple(facts[name].get("found_by", ())),
        )
        for name, fields in _read_fields().items()
    )


def _pair(dotted: str) -> tuple[str, str]:
    owner, _, name = dotted.partition(".")
    return owner, name
