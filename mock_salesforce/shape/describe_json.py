"""Reads an org's shape out of what describe calls answer as JSON: of one object or several.

A describe may stand alone, under "result" as `sf sobject describe --json` prints it, in a list, or under "sobjects".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mock_salesforce.shape.model import LeftOut, Shape, ShapeField, ShapeObject

MAX_DESCRIBE_BYTES = 64 * 1024 * 1024

_TYPES = {
    "string": "Text",
    "textarea": "LongTextArea",
    "picklist": "Picklist",
    "combobox": "Picklist",
    "multipicklist": "MultiselectPicklist",
    "boolean": "Checkbox",
    "int": "Int",
    "long": "Int",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "date": "Date",
    "datetime": "DateTime",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
    "encryptedstring": "EncryptedText",
    "reference": "Lookup",
    "id": "Text",
}
_SYSTEM = frozenset(
    {
        "Id",
        "IsDeleted",
        "OwnerId",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    }
)
_SHORT_TEXT = 255
_NUMBERS = frozenset({"Number", "Currency", "Percent"})


class UnusableDescribe(ValueError):
    """The text is no describe of objects."""


def read_describes(text: str, file: str = "") -> Shape:
    """The shape that describes tell. Raises `UnusableDescribe`, and `UnusableShape` for names that clash."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableDescribe(f"it is no JSON: {error}") from None
    found = list(_describes(told))
    if not found:
        raise UnusableDescribe(
            'it holds no describe of an object, which has "name" and "fields"; make one with '
            "`sf sobject describe --sobject Account --json`"
        )
    links = _children(found)
    left_out: list[LeftOut] = []
    return Shape(tuple(_object(each, links, left_out, file) for each in found), (), tuple(left_out))


def _describes(told: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if depth > 3:
        return
    if isinstance(told, list):
        for each in told:
            yield from _describes(each, depth + 1)
    elif isinstance(told, Mapping):
        if isinstance(told.get("fields"), list) and isinstance(told.get("name"), str):
            yield told
            return
        for key in ("result", "sobjects", "describes", "results"):
            yield from _describes(told.get(key), depth + 1)


def _children(found: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """The children's names from the parents' side, by child object and field in lower case."""
    links = {}
    for each in found:
        for link in _list(each, "childRelationships"):
            child, made, name = _word(link, "childSObject"), _word(link, "field"), _word(link, "relationshipName")
            if child and made and name:
                links[child.lower(), made.lower()] = name
    return links


def _list(told: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = told.get(key)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _word(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""


def _flag(told: Mapping[str, Any], key: str) -> bool:
    return told.get(key) is True


def _figure(told: Mapping[str, Any], key: str) -> int:
    value = told.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


def _object(
    told: Mapping[str, Any], links: Mapping[tuple[str, str], str], left_out: list[LeftOut], file: str
) -> ShapeObject:
    name, made, name_field = _word(told, "name"), [], None
    for each in _list(told, "fields"):
        field_name = _word(each, "name")
        if field_name in _SYSTEM:
            continue
        why = _why_not(each)
        if why:
            left_out.append(LeftOut(f"{name}.{field_name or '?'}", why, file))
            continue
        one = _field(each)
        one = replace(one, children=links.get((name.lower(), field_name.lower()), ""))
        if _flag(each, "nameField") and name_field is None:
            name_field = one
        else:
            made.append(one)
    return ShapeObject(
        name,
        _word(told, "label"),
        _word(told, "labelPlural"),
        _word(told, "keyPrefix"),
        _flag(told, "customSetting"),
        name_field,
        tuple(made),
        whole=True,
    )


def _why_not(told: Mapping[str, Any]) -> str:
    kind = _word(told, "type")
    if not _word(told, "name"):
        return "a field has no name"
    if kind in ("address", "location"):
        return f"it is of the type {kind}, which puts other fields together; those are there"
    if kind not in _TYPES:
        return f"it is of the type {kind[:40]!r}, which the mock has not"
    if kind == "reference" and not _targets(told):
        return "it is a reference to nothing"
    return ""


def _targets(told: Mapping[str, Any]) -> tuple[str, ...]:
    value = told.get("referenceTo")
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _field(told: Mapping[str, Any]) -> ShapeField:
    type_ = _type(told)
    calculated = _flag(told, "calculated")
    values = [each for each in _list(told, "picklistValues") if _word(each, "value")]
    createable = _flag(told, "createable")
    precision = min(_figure(told, "precision") or 18, 18)
    # A name or a number that the service gives is none that a client must send.
    required = told.get("nillable") is False and createable and not _flag(told, "defaultedOnCreate")
    made = ShapeField(
        name=_word(told, "name"),
        type=type_,
        label=_word(told, "label"),
        length=_figure(told, "length") if type_ not in ("Lookup", "MasterDetail") else 0,
        precision=precision if type_ in _NUMBERS else 0,
        scale=min(_figure(told, "scale"), precision) if type_ in _NUMBERS else 0,
        required=required and type_ != "Checkbox",
        external_id=_flag(told, "externalId"),
        unique=_flag(told, "unique"),
        case_sensitive=_flag(told, "caseSensitive"),
        id_lookup=_flag(told, "idLookup"),
        createable=createable,
        updateable=_flag(told, "updateable"),
        values=tuple(dict.fromkeys(_word(each, "value") for each in values)),
        inactive_values=tuple(_word(each, "value") for each in values if each.get("active") is False),
        restricted=_flag(told, "restrictedPicklist"),
        default=next((_word(each, "value") for each in values if _flag(each, "defaultValue")), ""),
        default_formula=_word(told, "defaultValueFormula"),
        calculated=calculated,
        formula=_word(told, "calculatedFormula") if calculated else "",
        blanks_as_zero=_flag(told, "formulaTreatNullNumberAsZero"),
        format="{0}" if type_ == "AutoNumber" else "",
    )
    if type_ == "Checkbox" and isinstance(told.get("defaultValue"), bool) and not made.default_formula:
        made = replace(made, default=str(told["defaultValue"]).lower())
    return _reference(told, made) if type_ in ("Lookup", "MasterDetail") else made


def _type(told: Mapping[str, Any]) -> str:
    type_ = _TYPES[_word(told, "type")]
    if _flag(told, "autoNumber"):
        return "AutoNumber"
    if type_ == "LongTextArea":
        if _word(told, "extraTypeInfo") == "richtextarea":
            return "Html"
        return "TextArea" if _figure(told, "length") <= _SHORT_TEXT else type_
    order = told.get("relationshipOrder")
    if type_ == "Lookup" and isinstance(order, int) and not isinstance(order, bool):
        return "MasterDetail"
    return type_


def _reference(told: Mapping[str, Any], made: ShapeField) -> ShapeField:
    delete = "set_null"
    if _flag(told, "cascadeDelete") or made.type == "MasterDetail":
        delete = "cascade"
    elif _flag(told, "restrictedDelete"):
        delete = "restrict"
    return replace(
        made,
        refers_to=_targets(told),
        relationship=_word(told, "relationshipName"),
        delete=delete,
        reparentable=made.updateable and made.type == "MasterDetail",
    )
