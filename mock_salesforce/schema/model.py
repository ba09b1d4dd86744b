"""What an org's objects are made of: fields, relationships and their rules. Pure data, made once per org."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class Kind(StrEnum):
    """A field's type in the words of describe."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
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
    REFERENCE = "reference"
    ENCRYPTED = "encryptedstring"
    TIME = "time"
    BASE64 = "base64"
    ANY = "anyType"


NUMBERS = frozenset({Kind.INT, Kind.DOUBLE, Kind.CURRENCY, Kind.PERCENT})
TEXTS = frozenset(
    {
        Kind.STRING,
        Kind.TEXTAREA,
        Kind.PICKLIST,
        Kind.MULTIPICKLIST,
        Kind.EMAIL,
        Kind.PHONE,
        Kind.URL,
        Kind.ENCRYPTED,
        Kind.ANY,
    }
)
LONG_TEXT_FROM = 256
"""A text area of this length or more is a long one: it can be neither filtered nor sorted by."""


class OnDelete(StrEnum):
    """What becomes of a child when the parent that a reference points at is deleted."""

    SET_NULL = "set_null"
    CASCADE = "cascade"
    RESTRICT = "restrict"


class Summed(StrEnum):
    """What a roll-up summary makes of the children's values."""

    SUM = "sum"
    COUNT = "count"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class RollupFilter:
    """Which children count: a field of theirs, the metadata's word for a comparison, and the values, parted by commas.

    The words are `equals notEqual lessThan greaterThan lessOrEqual greaterOrEqual contains notContain startsWith
    includes excludes`.
    """

    field: str
    operation: str
    value: str


@dataclass(frozen=True, slots=True)
class Rollup:
    """A summary of the children that point here: their object, the field summed up (none for a count), the field
    that points, and which of them count.
    """

    child: str
    field: str
    reference: str
    operation: Summed = Summed.SUM
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
    inactive_values: tuple[str, ...] = ()
    restricted: bool = False
    html: bool = False
    default: str | None = None
    default_formula: str = ""
    autonumber: str = ""
    is_name: bool = False
    compound: tuple[str, ...] = ()
    """The fields whose values, with blanks between, make this one."""
    system: bool = False

    @property
    def custom(self) -> bool:
        """Whether a package or the org's admin added it."""
        return self.name.endswith(("__c", "__s"))

    @property
    def is_long_text(self) -> bool:
        """Whether it is a long text area, which cannot be filtered, sorted or grouped by."""
        return self.kind is Kind.TEXTAREA and self.length >= LONG_TEXT_FROM

    @property
    def is_groupable(self) -> bool:
        """Whether GROUP BY takes it."""
        return not self.is_long_text and self.kind not in NUMBERS and self.kind is not Kind.DATETIME

    @property
    def is_indexed(self) -> bool:
        """Whether records are found by it without reading all of them."""
        return self.external_id or self.unique or bool(self.children) or self.name == "SystemModstamp"

    @property
    def stored(self) -> bool:
        """Whether records carry it themselves; formulas, roll-ups and compound names follow from others."""
        return not self.calculated and not self.compound

    @property
    def has_column(self) -> bool:
        """Whether the store has a column for it: what records carry, and what is kept up to date beside it."""
        return self.stored or bool(self.compound)

    @property
    def nillable(self) -> bool:
        """Whether a record may be without it."""
        return not (self.required or self.kind in (Kind.BOOLEAN, Kind.ID) or (self.system and not self.is_name))

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
    mergeable: bool = False
    links: tuple[ChildLink, ...] = ()
    derived: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What other modules worked out from it, once, by their own names."""
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
    def rollups(self) -> tuple[Field, ...]:
        """Fields that sum up children."""
        return tuple(f for f in self.fields if f.rollup is not None)

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
