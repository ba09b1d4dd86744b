"""An org's schema together with its own shape.

What the catalogue has stays, because what the mock does relies on it; of a field that both have, the catalogue's facts
hold, but for a picklist's values. Objects that the catalogue lacks are made when all of them is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from mock_salesforce.schema import ChildLink, Field, Kind, Schema, SObject
from mock_salesforce.shape.computing import computed, usable_rules
from mock_salesforce.shape.making import made_of
from mock_salesforce.shape.model import LeftOut, Shape, ShapeField, ShapeObject
from mock_salesforce.triggers.model import ValidationRule

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHOICES = frozenset({Kind.PICKLIST, Kind.MULTIPICKLIST})
_MODEL = "Account"
"""The object whose system fields every other one has too."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A schema with a shape in it, the rules that came along, what was left out, and where the catalogue differs."""

    schema: Schema
    rules: tuple[ValidationRule, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    kept: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def joined(base: Schema, shape: Shape) -> Joined:
    """The schema with the shape's objects, fields and rules added to it."""
    joining = _Joining(base, shape)
    schema, troubles = computed(joining.schema(), shape)
    rules, unusable = usable_rules(schema, shape)
    left_out = (*shape.left_out, *joining.left_out, *troubles, *unusable)
    return Joined(schema, rules, left_out, tuple(joining.kept))


class _Joining:
    """One joining: fields object by object, references once all objects are known."""

    def __init__(self, base: Schema, shape: Shape) -> None:
        self._base = base
        self._shape = shape
        self.left_out: list[LeftOut] = []
        self.kept: list[str] = []
        self._names = {each.name.lower(): each.name for each in base.sobjects}
        self._names |= {each.name.lower(): each.name for each in shape.objects if self._can_be_made(each)}
        self._prefixes = {each.key_prefix for each in base.sobjects}

    def _can_be_made(self, theirs: ShapeObject) -> bool:
        return theirs.whole and self._base.sobject(theirs.name) is None

    def schema(self) -> Schema:
        """All objects, with formulas and roll-ups that read as null so far."""
        sobjects = []
        for each in self._base.sobjects:
            theirs = self._shape.object_named(each.name)
            sobjects.append(each if theirs is None else self._extended(each, theirs))
        for theirs in self._shape.objects:
            if self._can_be_made(theirs):
                sobjects.append(self._made(theirs))
            elif self._base.sobject(theirs.name) is None and (theirs.fields or theirs.whole):
                self.left_out.append(LeftOut(theirs.name, _unknown_object(theirs.name)))
        return Schema(_linked(sobjects, self._base))

    def _extended(self, own: SObject, theirs: ShapeObject) -> SObject:
        fields = [self._adjusted(own, each, theirs) for each in own.fields]
        fields += self._fields(own.name, [each for each in theirs.fields if own.field(each.name) is None])
        return replace(own, fields=tuple(fields), derived={})

    def _adjusted(self, own: SObject, known: Field, theirs: ShapeObject) -> Field:
        """A field that both have: the org's picklist values, and everything else as it was."""
        sent = next((each for each in theirs.fields if each.name.lower() == known.name.lower()), None)
        if sent is None or known.system:
            return known
        kind = made_of(sent, known.refers_to).kind
        if kind in _CHOICES and known.kind is kind:
            if not sent.values:
                return known
            return replace(
                known,
                values=sent.values,
                inactive_values=sent.inactive_values,
                restricted=sent.restricted,
                default=sent.default or None,
            )
        if kind is not known.kind and sent.type != "Summary":
            self.kept.append(
                f"{own.name}.{known.name} stays {known.kind.value}, which the mock relies on; theirs is {kind.value}"
            )
        return known

    def _made(self, theirs: ShapeObject) -> SObject:
        everyones = {each.name.lower() for each in self._base.required(_MODEL).fields if each.system}
        fields = self._fields(theirs.name, [each for each in theirs.fields if each.name.lower() not in everyones])
        detail = any(each.master_detail for each in fields)
        plural = theirs.plural or f"{theirs.label or theirs.name}s"
        return SObject(
            theirs.name,
            theirs.label or theirs.name,
            plural,
            self._prefix(theirs),
            (*self._system_fields(theirs, owned=not detail and not theirs.setting), *fields),
            setting=theirs.setting,
        )

    def _prefix(self, theirs: ShapeObject) -> str:
        """Their own key prefix when it is free, or else the next one of custom objects."""
        free = (f"a{high}{low}" for high in _BASE36 for low in _BASE36)
        wanted = theirs.key_prefix if theirs.key_prefix and theirs.key_prefix not in self._prefixes else ""
        prefix = wanted or next(each for each in free if each not in self._prefixes)
        self._prefixes.add(prefix)
        return prefix

    def _system_fields(self, theirs: ShapeObject, *, owned: bool) -> Iterator[Field]:
        name_field = None if theirs.name_field is None else made_of(theirs.name_field)
        for each in self._base.required(_MODEL).fields:
            if not each.system or (each.name == "OwnerId" and not owned):
                continue
            if each.is_name:
                if name_field is not None:
                    custom = theirs.name.endswith("__c")
                    yield replace(name_field, is_name=True, system=True, id_lookup=custom or name_field.id_lookup)
            elif each.kind is Kind.ID:
                yield replace(each, label=f"{theirs.label or theirs.name} ID", is_name=name_field is None)
            else:
                yield each

    def _fields(self, owner: str, sent: Iterable[ShapeField]) -> list[Field]:
        made = []
        for each in sent:
            target = next((self._names[name.lower()] for name in each.refers_to if name.lower() in self._names), "")
            if each.type in ("Lookup", "MasterDetail") and not target:
                aims = ", ".join(each.refers_to[:5]) or "nothing"
                self.left_out.append(
                    LeftOut(
                        f"{owner}.{each.name}", f"it points at {aims}, which is not in the org: {_how_to_add(aims)}"
                    )
                )
            else:
                made.append(made_of(each, target))
        return made


def _unknown_object(name: str) -> str:
    if name.endswith("__c"):
        return (
            "the folder has fields or rules of it, but not the object itself: retrieve it too "
            f"(`sf project retrieve start --metadata CustomObject:{name}`), or {_how_to_add(name)}"
        )
    return f"the mock has no such standard object, and metadata does not have its standard fields: {_how_to_add(name)}"


def _how_to_add(name: str) -> str:
    return f"give its describe (`sf sobject describe --sobject {name} --json`) with --describe"


def _linked(sobjects: list[SObject], base: Schema) -> Iterator[SObject]:
    """The objects with their children's names; one that is taken already stays with who has it."""
    links: dict[str, list[ChildLink]] = {each.name: list(each.links) for each in sobjects}
    for child in sobjects:
        own = base.sobject(child.name)
        for made in child.fields:
            known = None if own is None else own.field(made.name)
            if known is None and made.children and not made.system and made.refers_to in links:
                taken = {each.name.lower() for each in links[made.refers_to]}
                if made.children.lower() not in taken:
                    links[made.refers_to].append(ChildLink(child.name, made, made.children))
    for each in sobjects:
        yield replace(each, links=tuple(links[each.name]), derived={})
