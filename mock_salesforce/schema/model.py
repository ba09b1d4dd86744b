"""What an org's objects are made of: fields, relationships and their rules. Pure data, made once per org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
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


_WHEN = frozenset({"CreatedDate", "LastModifiedDate", "SystemModstamp"})
_WHO = frozenset({"CreatedById", "LastModifiedById"})


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
        if self.calculated or not self.is_sortable:
            return False
        return self.kind not in NUMBERS - {Kind.INT} and self.kind is not Kind.DATETIME

    @property
    def is_filterable(self) -> bool:
        """Whether WHERE takes it."""
        return not self.is_long_text and self.kind not in (Kind.BASE64, Kind.ENCRYPTED)

    @property
    def is_sortable(self) -> bool:
        """Whether ORDER BY takes it."""
        return self.is_filterable and self.kind is not Kind.MULTIPICKLIST

    @property
    def is_indexed(self) -> bool:
        """Whether records are found by it without reading all of them."""
        if self.kind is Kind.REFERENCE:
            return self.name not in _WHO
        return self.external_id or self.unique or self.is_name or self.name in _WHEN

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
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    links: tuple[ChildLink, ...] = ()
    derived: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What other modules worked out from it, once, by their own names."""
    _by_name: Mapping[str, Field] = field(init=False, repr=False)
    _by_relationship: Mapping[str, Field] = field(init=False, repr=False)
    _by_child: Mapping[str, ChildLink] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {f.name.lower(): f for f in self.fields})
        by_relationship = {f.relationship.lower(): f for f in self.fields if f.relationship}
        object.__setattr__(self, "_by_relationship", by_relationship)
        object.__setattr__(self, "_by_child", {link.name.lower(): link for link in reversed(self.links)})

    @property
    def custom(self) -> bool:
        """Whether a package or the org's admin added it."""
        return self.name.endswith("__c")

    def in_namespace(self, prefix: str) -> SObject:
        """The same, whose fields and relationships are found without this prefix too; in lower case."""
        made = copy(self)
        for attribute in ("_by_name", "_by_relationship", "_by_child"):
            names: Mapping[str, object] = getattr(self, attribute)
            short = {name.removeprefix(prefix): each for name, each in names.items()}
            object.__setattr__(made, attribute, {**short, **names})
        return made

    def field(self, name: str) -> Field | None:
        """The field of this name, in any case."""
        return self._by_name.get(name.lower())

    def parent(self, relationship: str) -> Field | None:
        """The reference field whose parent goes by this relationship name, in any case."""
        return self._by_relationship.get(relationship.lower())

    def child(self, relationship: str) -> ChildLink | None:
        """The child relationship of this name, in any case."""
        return self._by_child.get(relationship.lower())

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
    def settable_references(self) -> tuple[Field, ...]:
        """Fields in which rows may send ids of records: lookups, masters and the owner."""
        return tuple(f for f in self.stored_fields if f.kind is Kind.REFERENCE and (f.createable or f.updateable))

    @cached_property
    def hierarchies(self) -> tuple[Field, ...]:
        """Standard references to records of the object itself, which lead up and never round."""
        return tuple(f for f in self.references if f.refers_to == self.name and f.children and not f.custom)

    @cached_property
    def masters(self) -> tuple[Field, ...]:
        """References to records with which this object's records are deleted."""
        return tuple(f for f in self.references if f.on_delete is OnDelete.CASCADE)

    @cached_property
    def fixed_masters(self) -> tuple[Field, ...]:
        """References to masters that records keep for good."""
        return tuple(f for f in self.references if f.master_detail and not f.reparentable)

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
    """All object types of one org, found by name in any case.

    One that shows a part only, as a user may see it, tells where the `whole` is: formulas reach what is hidden.
    """

    def __init__(self, sobjects: Iterable[SObject], whole: Schema | None = None) -> None:
        self.sobjects = tuple(sobjects)
        self.whole = whole or self
        self.prefix = ""
        """In lower case, the prefix that names may leave out."""
        self._by_name = {s.name.lower(): s for s in self.sobjects}
        self._by_prefix = {s.key_prefix: s for s in self.sobjects if s.key_prefix}

    def sobject(self, name: str) -> SObject | None:
        """The object type of this name, in any case."""
        return self._by_name.get(name.lower())

    def keeps(self, sobject: SObject, made: Field) -> bool:
        """Whether a roll-up has a column that is kept right. One of fields that are computed themselves has none."""
        return (sobject.name, made.name) in self.whole.kept_rollups

    @cached_property
    def kept_rollups(self) -> frozenset[tuple[str, str]]:
        """The roll-ups that have a column, by object and field."""
        return frozenset(self._keepable())

    def _keepable(self) -> Iterator[tuple[str, str]]:
        for sobject in self.sobjects:
            for made in sobject.rollups:
                rollup = made.rollup
                child = None if rollup is None else self.sobject(rollup.child)
                if rollup is None or child is None:
                    continue
                names = [rollup.field] if rollup.field else []
                read = [child.field(name) for name in (*names, *(each.field for each in rollup.filters))]
                if all(each is not None and each.has_column for each in read):
                    yield sobject.name, made.name

    def in_namespace(self, namespace: str) -> Schema:
        """The same, in which names of a package may leave its prefix out; itself for a package it has nothing of."""
        known = self._namespaced.get(namespace.lower())
        if known is None:
            prefix = f"{namespace.lower()}__"
            if not namespace or not any(name.startswith(prefix) for name in self._by_name):
                return self
            known = Schema((each.in_namespace(prefix) for each in self.sobjects), self.whole)
            for name, sobject in list(known._by_name.items()):
                known._by_name.setdefault(name.removeprefix(prefix), sobject)
            known.prefix = prefix
            self._namespaced[namespace.lower()] = known
        return known

    def shown(self, name: str) -> str:
        """A name as replies have it: without the prefix of the package whose names may leave it out."""
        if self.prefix and name[: len(self.prefix)].lower() == self.prefix:
            return name[len(self.prefix) :]
        return name

    @cached_property
    def _namespaced(self) -> dict[str, Schema]:
        return {}

    def required(self, name: str) -> SObject:
        """The object type a catalogue names. Raises `KeyError` when the catalogue is inconsistent."""
        return self._by_name[name.lower()]

    def of_id(self, identifier: str) -> SObject | None:
        """The object type an id's key prefix belongs to."""
        return self._by_prefix.get(identifier[:3])
