"""One map: how rows of one Zuora object become rows of one Salesforce object, as its file in `maps/` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sync_engine.mapping.paths import Path, parse
from sync_engine.mapping.transforms import TRANSFORMS, Transform


@dataclass(frozen=True)
class FieldRule:
    """One target field: where its value comes from and how it changes."""

    target: str
    sources: tuple[Path, ...]
    transform: Transform
    options: Mapping[str, Any]

    @cached_property
    def plain(self) -> str | None:
        """The row's own field that it comes from alone, if there is one."""
        only = self.sources[0] if len(self.sources) == 1 else None
        return None if only is None or only.steps or only.constant else only.field


@dataclass(frozen=True, slots=True)
class ParentRule:
    """One relationship: the map of the parent and the path to its handle (its Zuora id, or its name).

    A `required` parent that is not written keeps the row from being written; any other is blanked. `outside` parents
    may also be rows that are already in Salesforce. `second_pass` ones are set once every row is there.
    `otherwise` finds a successor for a parent that is no longer current: by a field of this row that equals the
    field `matches` of the parent's source.
    """

    relationship: str
    parent: str
    sources: tuple[Path, ...]
    required: bool = False
    outside: bool = False
    second_pass: bool = False
    otherwise: str = ""
    matches: str = ""

    @property
    def column(self) -> str:
        """The field behind the relationship."""
        return self.relationship.removesuffix("__r") + "__c"


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """How rows of one Zuora object become rows of one Salesforce object.

    `key` fills the external id; `number_key` takes its place when records are kept by number. `handle` is what
    children name the rows by, a Zuora id or a name. `under` is the path in Salesforce from a row to the external id
    of its root, "" for rows that belong to no root alone. `prefer` is the field that says, highest wins, which of
    several rows with one key is written.
    """

    name: str
    sobject: str
    source: str
    key: FieldRule
    handle: Path
    number_key: FieldRule | None
    parents: tuple[ParentRule, ...]
    fields: tuple[FieldRule, ...]
    under: str
    prefer: str
    custom: bool
    currency: Path | None


def object_map(name: str, data: Mapping[str, Any], wording: Mapping[str, Any]) -> ObjectMap:
    """One file of the map."""
    try:
        key = _field_rule(data["key"]["field"], data["key"], wording)
        number = data.get("number_key")
        return ObjectMap(
            name=name,
            sobject=data["sobject"],
            source=data["source"],
            key=key,
            handle=key.sources[-1],
            number_key=_field_rule(number["field"], number, wording) if number else None,
            parents=tuple(_parent_rule(field, each) for field, each in data.get("parents", {}).items()),
            fields=tuple(_field_rule(field, each, wording) for field, each in data["fields"].items()),
            under=data.get("under", ""),
            prefer=data.get("prefer", ""),
            custom=data.get("custom", False),
            currency=parse(data["currency"]) if "currency" in data else None,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the field map {name}.toml cannot be understood: {error}") from error


def _field_rule(target: str, spec: str | Mapping[str, Any], wording: Mapping[str, Any]) -> FieldRule:
    """`"Name"` for a plain copy, or a table with `from`, `as` and the transform's options."""
    table = {"from": spec} if isinstance(spec, str) else dict(spec)
    table.pop("field", None)
    sources = _sources(table.pop("from"))
    transform = TRANSFORMS[table.pop("as", "text")]
    if "words" in table:
        table["words"] = wording[table["words"]]
    return FieldRule(target, sources, transform, table)


def _parent_rule(relationship: str, spec: Mapping[str, Any]) -> ParentRule:
    """One line of `[parents]`."""
    table = dict(spec)
    rule = ParentRule(relationship, table.pop("to"), _sources(table.pop("from")), **table)
    if rule.required and rule.outside:
        # which rows are written is settled before Salesforce is asked which parents it has
        raise ValueError(f"the field map: {relationship} cannot be both required and outside")
    return rule


def _sources(spec: str | Sequence[str]) -> tuple[Path, ...]:
    """One path or several."""
    return (parse(spec),) if isinstance(spec, str) else tuple(parse(each) for each in spec)
