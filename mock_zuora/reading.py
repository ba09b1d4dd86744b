"""Request elements to plain values, by local name.

login's elements must stand in their order; a record's fields may stand in any: recorded requests that the service
took have them in an order of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from mock_zuora.faults import api_fault, type_fault, unreadable
from mock_zuora.objects import NEWEST_VERSION, Catalogue, FieldType, ObjectType
from simulator.soap import Call, children, local

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_PATH = re.compile(r"/apps/services/a/(\d{1,3}(?:\.\d{1,2})?)/?")
_DATE_TIME_CHARACTERS = len("2026-01-31T00:00:00")
_BASE_FIELDS = ("fieldstonull", "id")


@dataclass(slots=True)
class SentRow:
    """One zObject as sent: texts by the field's name in lower case, names to null, child rows by list field."""

    target: ObjectType
    id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    fields_to_null: list[str] = field(default_factory=list)
    children: dict[str, list[SentRow]] = field(default_factory=dict)


def version_in(path: str) -> float | None:
    """The WSDL version a request's path names; None for any other path."""
    match = _PATH.fullmatch(path)
    return float(match[1]) if match else None


def version_of(call: Call) -> float:
    """The WSDL version the call is made with; raises the INVALID_VERSION fault for one not out yet."""
    version = version_in(call.path)
    if version is None or not 1 <= version <= NEWEST_VERSION:
        raise api_fault("UnexpectedErrorFault", "INVALID_VERSION", f"invalid version: {call.path}")
    return version


def header_text(call: Call, header: str, name: str) -> str:
    """A value in a header block, both found whatever their capitals and namespace; "" when it is not there."""
    for key, block in call.headers.items():
        if key.lower() == header.lower():
            for child in children(block):
                if local(child).lower() == name.lower():
                    return (child.text or "").strip()
    return ""


def in_order(element: etree._Element, names: tuple[str, ...]) -> dict[str, str]:
    """The children's texts by name; raises the service's fault for one out of order, unknown, or sent twice."""
    found: dict[str, str] = {}
    position = 0
    for child in children(element):
        name = local(child)
        if name not in names[position:]:
            raise unreadable(f"Unexpected subelement {name}")
        position = names.index(name) + 1
        found[name] = child.text or ""
    return found


def sent_rows(elements: list[etree._Element], catalogue: Catalogue, version: float, call: str) -> list[SentRow]:
    """The zObjects of a create or update.

    All must be of one type, and of one that `call` is offered for: InvalidTypeFault otherwise.
    """
    rows: list[SentRow] = []
    for element in elements:
        kind = element.get(_XSI + "type", "").strip().rpartition(":")[2]
        target = catalogue.find(kind)
        if target is None or not target.takes(call, version):
            raise type_fault(kind)
        if rows and rows[0].target is not target:
            raise api_fault("InvalidTypeFault", "INVALID_TYPE", "all objects in one call must be of the same type")
        rows.append(sent_row(element, target, catalogue, version))
    return rows


def named(element: etree._Element, name: str) -> etree._Element | None:
    """The first child with this local name that is not nil."""
    return next(iter(named_all(element, name)), None)


def named_all(element: etree._Element, name: str) -> list[etree._Element]:
    """The children with this local name that are not nil."""
    return [each for each in children(element, name) if each.get(_XSI + "nil") not in ("true", "1")]


def sent_text(element: etree._Element, name: str) -> str:
    """The text of the first child with this local name; "" when there is none, or it is nil."""
    found = named(element, name)
    return "" if found is None else (found.text or "").strip()


def sent_row(element: etree._Element, target: ObjectType, catalogue: Catalogue, version: float) -> SentRow:
    """One zObject as sent, of a type that is known from where it stands."""
    row = SentRow(target)
    known = {each.name.lower() for each in target.at(version)}.union(_BASE_FIELDS)
    for child in children(element):
        name = local(child).lower()
        if name not in known:
            continue  # the service passes over elements it does not know
        if child.get(_XSI + "nil") in ("true", "1"):
            continue  # only fieldsToNull empties a field
        if name == "fieldstonull":
            row.fields_to_null.append((child.text or "").strip())
        elif name == "id":
            row.id = (child.text or "").strip()
        elif target.children is not None and name == target.children.field.lower():
            kind = catalogue[target.children.object]
            row.children[name] = [sent_row(each, kind, catalogue, version) for each in children(child, kind.name)]
        elif target.by_name[name].type is not FieldType.COMPLEX:  # of what else has parts, nothing is kept
            row.values[name] = _sent_value(target.by_name[name].type, child.text or "")
    return row


def _sent_value(kind: FieldType, text: str) -> str:
    """A field's text. One that is too short for a date time breaks the whole call, with the service's own spelling."""
    if kind is FieldType.DATE_TIME and 0 < len(text.strip()) < _DATE_TIME_CHARACTERS:
        raise unreadable("date string can not be less than 19 charactors")
    return text
