"""What an org's objects are made of: fields, relationships and their rules. Pure data, made once per org."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """A field's type in the words of describe."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    PICKLIST = "picklist"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    TIME = "time"
    MULTIPICKLIST = "multipicklist"
    ENCRYPTED = "encryptedstring"
    REFERENCE = "reference"


NUMBERS = frozenset({Kind.INT, Kind.DOUBLE, Kind.CURRENCY, Kind.PERCENT})
TEXTS = frozenset(
    {
        Kind.STRING,
        Kind.TEXTAREA,
        Kind.PICKLIST,
        Kind.MULTIPICKLIST,
        Kind.ENCRYPTED,
        Kind.EMAIL,
        Kind.PHONE,
        Kind.URL,
    }
)
LONG_TEXT_FROM = 256
"""A text area of this length or more is a long one: it can be neither filtered nor sorted by."""


class OnDelete(StrEnum):
    """What becomes of a child when the parent that a reference points at is deleted."""

    SET_NULL = "set_null"
    CASCADE = "cascade"
    RESTRICT = "restrict"


@dataclass(frozen=True, slots=True)
class RollupFilter:
    """Which children a roll-up counts: a field of theirs, the metadata's word for how to compare, the values."""

    field: str
    operation: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """What is made of the children that point here: their object, the field added up, the field that points.

    `operation` is sum, count, min or max; all filters must let a child through.
    """

    child: str
    field: str
    reference: str
    operation: str = "sum"
    filters: tuple[RollupFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculation:
    """A formula in the formula language. `paths` are the fields it reads, in turn, which SQL hands to `function`."""

    text: str
    function: str
    paths: tuple[tuple[str, ...], ...]
    blanks_as_zero: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `length` in characters; `precision` and `scale` in decimal digits."""

    name: str
    label: str
    kind: Kind
    length: int = 0
    precision: int = 0
    scale: int = 0
    external_id: bool = False
    id_lookup: bool = False
    unique: bool = False
    case_sensitive: bool = False
    required: bool = False
    createable: bool = True
    updateable: bool = True
    refers_to: str = ""
    relationship: str = ""
    children: str = ""
    on_delete: OnDelete = OnDelete.SET_NULL
    master_detail: bool = False
    reparentable: bool = False
    calculated: bool = False
    formula: tuple[str, ...] | None = None
    rollup: Rollup | None = None
    calculation: Calculation | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    default: str | None = None
    default_formula: str = ""
    autonumber: str = ""
    is_name: bool = False
    system: bool = False

    @property
    def custom(self) -> bool:
        """Whether a package or the org's admin added it."""
        return self.name.endswith("__c")

    @property
    def is_long_text(self) -> bool:
        """Whether it is a long text area, which cannot be filtered, sorted or grouped by."""
        return self.kind is Kind.TEXTAREA and self.length >= LONG_TEXT_FROM

    @property
    def stored(self) -> bool:
        """Whether it has a column of its own; formulas and sums are computed when read."""
        return not self.calculated

    @property
    def folds_case(self) -> bool:
        """Whether comparisons ignore case: all text does, except case-sensitive unique fields."""
        return self.kind in TEXTS and not self.case_sensitive


@dataclass(frozen=True, slots=True)
class ChildLink:
    """A relationship seen from the parent: the child's object and field, and the name a subquery uses."""

    child: str
    field: Field
    name: str


@dataclass(frozen=True)
class SObject:
    """One object type. `fields` in the order describe lists them: system fields first."""

    name: str
    label: str
    plural: str
    key_prefix: str
    fields: tuple[Field, ...]
    setting: bool = False
    read_only: bool = False
    links: tuple[ChildLink, ...] = ()
    _by_name: Mapping[str, Field] = field(init=False, repr=False)
    _by_relationship: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {f.name.lower(): f for f in self.fields})
        by_relationship = {f.relationship.lower(): f for f in self.fields if f.relationship}
        object.__setattr__(self, "_by_relationship", by_relationship)

    @property
    def custom(self) -> bool:
        """Whether a package or the org's admin added it."""
        return self.name.endswith("__c")

    def field(self, name: str) -> Field | None:
        """The field of this name, in any case."""
        return self._by_name.get(name.lower())

    def parent(self, relationship: str) -> Field | None:
        """The reference field whose parent goes by this relationship name, in any case."""
        return self._by_relationship.get(relationship.lower())

    def child(self, relationship: str) -> ChildLink | None:
        """The child relationship of this name, in any case."""
        wanted = relationship.lower()
        return next((link for link in self.links if link.name.lower() == wanted), None)

    @cached_property
    def name_field(self) -> Field:
        """The field people know a record by."""
        return next(f for f in self.fields if f.is_name)

    @cached_property
    def is_person(self) -> bool:
        """Whether its records are named after their first and last names."""
        return not self.name_field.required and {"firstname", "lastname"} <= self._by_name.keys()

    @property
    def can_be_named(self) -> bool:
        """Whether its records' names are written, rather than numbered or put together."""
        return not (self.name_field.autonumber or self.read_only or self.is_person)

    def person_name(self, values: Mapping[str, object]) -> str:
        """The name of a person's record with these values."""
        return " ".join(str(values[part]) for part in ("FirstName", "LastName") if values.get(part))

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """Fields with a column."""
        return tuple(f for f in self.fields if f.stored)

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """Fields that point at records, those that every object has left out."""
        return tuple(f for f in self.stored_fields if f.kind is Kind.REFERENCE and not f.system)

    @cached_property
    def required_fields(self) -> tuple[Field, ...]:
        """Fields a new record must carry; those that fill themselves are none of them."""
        return tuple(f for f in self.fields if f.required and f.createable and f not in self.defaults)

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        """Fields whose values no two living records share."""
        return tuple(f for f in self.fields if f.unique)

    @cached_property
    def defaults(self) -> tuple[Field, ...]:
        """Fields that fill themselves on create when nothing is sent."""
        return tuple(f for f in self.fields if (f.default is not None or f.default_formula) and not f.system)


class Schema:
    """All object types of one org, found by name in any case."""

    def __init__(self, sobjects: Iterable[SObject]) -> None:
        self.sobjects = tuple(sobjects)
        self._by_name = {s.name.lower(): s for s in self.sobjects}
        self._by_prefix = {s.key_prefix: s for s in self.sobjects if s.key_prefix}

    def sobject(self, name: str) -> SObject | None:
        """The object type of this name, in any case."""
        return self._by_name.get(name.lower())

    def required(self, name: str) -> SObject:
        """The object type a catalogue names. Raises `KeyError` when the catalogue is inconsistent."""
        return self._by_name[name.lower()]

    def of_id(self, identifier: str) -> SObject | None:
        """The object type an id's key prefix belongs to."""
        return self._by_prefix.get(identifier[:3])
