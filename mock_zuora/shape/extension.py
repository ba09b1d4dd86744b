"""The standard objects together with a tenant's own.

Standard objects and fields that the tenant's WSDL leaves out stay: what the mock does relies on them, and a WSDL of an
older version lacks them only by its age. Of a field that both have, the standard's facts hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mock_zuora.messages import complex_types
from mock_zuora.objects import Catalogue, Field, FieldType, ObjectType, field_type
from mock_zuora.parts import Part, Sequences
from mock_zuora.shape.model import Shape, ShapeField

_CALLS = frozenset({"create", "update", "delete"})
_STAMPS = (
    Field("CreatedById", FieldType.ID, math.inf),
    Field("CreatedDate", FieldType.DATE_TIME, math.inf),
    Field("UpdatedById", FieldType.ID, math.inf),
    Field("UpdatedDate", FieldType.DATE_TIME, math.inf),
)
"""What is noted of every row, though no version shows it of an object whose WSDL leaves it out."""
_STAMP_NAMES = frozenset(each.name for each in _STAMPS)


def shaped(catalogue: Catalogue, shape: Shape) -> Catalogue:
    """The catalogue with the shape's objects, fields and types added to it."""
    theirs = {name.lower(): (name, fields) for name, fields in shape.objects.items()}
    names = {each.name.lower(): each.name for each in catalogue} | {key: name for key, (name, _) in theirs.items()}
    objects = [
        replace(each, fields=_merged(each.fields, _new(theirs[each.name.lower()][1], each, names)))
        if each.name.lower() in theirs
        else each
        for each in catalogue
    ]
    for name, fields in shape.objects.items():
        if catalogue.find(name) is None:
            own = tuple(_field(each, names) for each in fields)
            present = {each.name for each in own}
            objects.append(ObjectType(name, (*own, *(s for s in _STAMPS if s.name not in present)), _CALLS))
    return Catalogue(objects, _types(shape))


def differences(catalogue: Catalogue, shape: Shape) -> Iterator[str]:
    """The standard fields to which the shape gives another type than the catalogue does, which keeps its own."""
    for name, fields in shape.objects.items():
        standard = catalogue.find(name)
        for each in fields:
            known = None if standard is None else standard.find(each.name)
            if known is not None and not _same(known, each.type):
                yield f"{name}.{each.name}"


def _same(known: Field, kind: str) -> bool:
    wanted = known.wsdl_type or known.type.value
    return kind == wanted or (known.type is FieldType.DATE and kind == FieldType.DATE_TIME.value)


def _new(fields: Iterable[ShapeField], standard: ObjectType, names: dict[str, str]) -> list[Field]:
    return [_field(each, names) for each in fields if each.name.lower() not in standard.by_name]


def _field(sent: ShapeField, names: dict[str, str]) -> Field:
    """A field of which only name and type are known: it may be read and written, unless it is the service's own."""
    kind, wsdl_type = (FieldType.COMPLEX, sent.type) if ":" in sent.type else field_type(sent.type)
    plain, system = kind is not FieldType.COMPLEX, sent.name in _STAMP_NAMES
    parent = names.get(sent.name[:-2].lower(), "") if kind is FieldType.ID and sent.name.endswith("Id") else ""
    return Field(
        sent.name,
        kind,
        creatable=not system,
        updatable=plain and not system,
        queryable=plain,
        filterable=plain,
        refers="" if system else parent,
        wsdl_type=wsdl_type,
        nillable=sent.nillable,
    )


def _merged(standard: tuple[Field, ...], added: list[Field]) -> tuple[Field, ...]:
    return tuple(sorted((*standard, *added), key=lambda each: each.name.lower()))


def _types(shape: Shape) -> Sequences:
    """Their types; a standard one of the same name adds what theirs leaves out."""
    return {name: (*parts, *_left_out(complex_types().get(name, ()), parts)) for name, parts in shape.types.items()}


def _left_out(standard: Iterable[Part], theirs: Iterable[Part]) -> list[Part]:
    present = {part.name for part in theirs}
    return [part for part in standard if part.name not in present]
