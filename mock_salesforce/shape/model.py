"""An org's own shape: objects, fields and validation rules, as data, and the file that keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

FORMAT = 1
MAX_OBJECTS = 2_000
MAX_FIELDS = 900
"""Per object, as Salesforce has it at most."""
MAX_RULES = 5_000

TYPES = frozenset(
    {
        "Text",
        "TextArea",
        "LongTextArea",
        "Html",
        "EncryptedText",
        "Picklist",
        "MultiselectPicklist",
        "Checkbox",
        "Int",
        "Number",
        "Currency",
        "Percent",
        "Date",
        "DateTime",
        "Time",
        "Email",
        "Phone",
        "Url",
        "AutoNumber",
        "Lookup",
        "MasterDetail",
        "Summary",
    }
)
"""The metadata's words for a field's type; a formula field has the type of its result. Int is a describe's."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_LARGEST = 200_000


class UnusableShape(ValueError):
    """A shape file that is none, or that names what the mock cannot have."""


@dataclass(frozen=True, slots=True)
class ShapeFilter:
    """Which children a roll-up counts: a field of theirs, the metadata's word for a comparison, values with commas."""

    field: str
    operation: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ShapeSummary:
    """A roll-up: sum, count, min or max of a child object's field, over those whose `reference` points here."""

    operation: str
    child: str
    reference: str
    field: str = ""
    filters: tuple[ShapeFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class ShapeField:
    """One field. `length` in characters, `precision` (all digits) and `scale` in digits; 0 is the type's own.

    `refers_to` are the objects that a lookup may point at; `relationship` is the parent's name in a query, "" for the
    usual one; `children` the children's name from the parent's side; `delete` what the parent's deletion does:
    set_null, cascade or restrict. `format` is an auto-number's. `default` is a value, `default_formula` a formula.
    `file` is where the field was read, "" for nowhere.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    required: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    createable: bool = True
    updateable: bool = True
    refers_to: tuple[str, ...] = ()
    relationship: str = ""
    children: str = ""
    delete: str = "set_null"
    reparentable: bool = False
    values: tuple[str, ...] = ()
    inactive_values: tuple[str, ...] = ()
    restricted: bool = False
    default: str = ""
    default_formula: str = ""
    calculated: bool = False
    formula: str = ""
    blanks_as_zero: bool = False
    summary: ShapeSummary | None = None
    format: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ShapeObject:
    """One object: whole, or what an org adds to one that it has already. `name_field` None keeps that one's."""

    name: str
    label: str = ""
    plural: str = ""
    key_prefix: str = ""
    setting: bool = False
    name_field: ShapeField | None = None
    fields: tuple[ShapeField, ...] = ()
    whole: bool = False
    """Whether all of it is known, so that an object the mock lacks can be made from it."""


@dataclass(frozen=True, slots=True)
class ShapeRule:
    """A validation rule: a record that meets the formula is refused with the message, at `field` or the page's top."""

    sobject: str
    name: str
    formula: str
    message: str
    field: str = ""
    active: bool = True
    file: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not part of the mock's org: what, why, and the file it came from, "" for none."""

    what: str
    why: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an org has of its own. `left_out` is what the sources held and nothing was made of."""

    objects: tuple[ShapeObject, ...] = ()
    rules: tuple[ShapeRule, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        """Raises `UnusableShape` for names that clash or cannot be names, and for more than the mock can have."""
        _at_most("objects", len(self.objects), MAX_OBJECTS)
        _at_most("validation rules", len(self.rules), MAX_RULES)
        _check_names("objects", [each.name for each in self.objects])
        for made in self.objects:
            _at_most(f"fields of {made.name}", len(made.fields), MAX_FIELDS)
            _check_names(f"fields of {made.name}", [each.name for each in made.fields])
            if made.key_prefix and not re.fullmatch("[A-Za-z0-9]{3}", made.key_prefix):
                raise UnusableShape(
                    f"the key prefix of {made.name}, {made.key_prefix[:20]!r}, has not three characters"
                )
            for each in (*made.fields, *((made.name_field,) if made.name_field else ())):
                _check_field(f"{made.name}.{each.name}", each)
        for rule in self.rules:
            _check_names("objects of rules", [rule.sobject])

    def object_named(self, name: str) -> ShapeObject | None:
        """The object of this name, in any case."""
        return next((each for each in self.objects if each.name.lower() == name.lower()), None)


def _at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise UnusableShape(f"there are {count} {what}; the mock takes {most}")


def _check_names(what: str, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not _NAME.fullmatch(name):
            raise UnusableShape(f"among the {what}, {name[:60]!r} cannot be a name in the mock")
        if name.lower() in seen:
            raise UnusableShape(f"among the {what}, {seen[name.lower()]} and {name} are one name to a query")
        seen[name.lower()] = name


def _check_field(what: str, field: ShapeField) -> None:
    if field.type not in TYPES:
        raise UnusableShape(f"{what} has the type {field.type[:40]!r}, which is none of {', '.join(sorted(TYPES))}")
    if not (0 <= field.length <= _LARGEST and 0 <= field.scale <= field.precision <= 18):
        raise UnusableShape(f"{what} has a length or precision that no field has")
    if field.delete not in ("set_null", "cascade", "restrict"):
        raise UnusableShape(f"{what}: the parent's deletion cannot {field.delete[:40]!r}")
    if field.summary is not None and field.summary.operation not in ("sum", "count", "min", "max"):
        raise UnusableShape(f"{what} summarises by {field.summary.operation[:40]!r}")
    for name in (field.relationship, field.children):
        if name and not _NAME.fullmatch(name):
            raise UnusableShape(f"{what} has a relationship {name[:60]!r}, which cannot be a name in the mock")


def to_json(shape: Shape) -> str:
    """The shape as a file, without what is as it is by default."""
    return json.dumps({"salesforce_shape": FORMAT, **_plain(shape)}, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        held = {each.name: (getattr(value, each.name), each.default) for each in fields(value)}
        return {name: _plain(each) for name, (each, usual) in held.items() if each != usual or usual is MISSING}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def from_json(text: str) -> Shape:
    """A shape from its file; raises `UnusableShape`."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableShape(f"it is no JSON: {error}") from None
    if not isinstance(kept, Mapping) or kept.get("salesforce_shape") != FORMAT:
        raise UnusableShape(f'it is no org\'s shape: it has no "salesforce_shape": {FORMAT}')
    values = {name: value for name, value in kept.items() if name != "salesforce_shape"}
    try:
        shape: Shape = TypeAdapter(Shape).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, UnusableShape):
            raise cause from None
        place = ".".join(str(part) for part in first["loc"])
        raise UnusableShape(f"{place or 'it'}: {first['msg'][:200]}") from None
    return shape
