"""Reading what create, update and upsert were sent: lenient about namespaces and order, strict about names."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from mock_salesforce import faults
from mock_salesforce.dml.alike import Likeness, likeness
from mock_salesforce.dml.rows import SentParent, SentRow
from mock_salesforce.schema import Field, Kind, Schema, SObject
from simulator.soap import SoapFault, children, local

_ALIKE_FROM = 10
"""From so many rows on it is worth finding out what they have in common."""
_LIKENESSES = 4
"""So often is that tried: rows that are all different are read faster one by one."""
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def not_a_key(name: str, sobject: SObject) -> SoapFault:
    """A field is named as a key, and records cannot be found by it."""
    return faults.api_fault(
        "INVALID_FIELD",
        f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for "
        f"{sobject.name}",
        faults.INVALID_FIELD,
    )


_Known = dict[str, dict[str, Field]]
"""The fields that the elements of a request mean, by object and tag, as they are met: rows are much alike."""


def sent_rows(elements: Sequence[etree._Element], schema: Schema) -> list[SentRow]:
    """The rows of a request. An unknown type or field raises a `SoapFault`: nothing of the request is done then."""
    known: _Known = {}
    alike: Likeness | None = None
    made = 0
    rows = []
    for element in elements:
        row = None if alike is None else alike.read(element)
        if row is None:
            row = _row(element, schema, known)
            if len(elements) >= _ALIKE_FROM and made < _LIKENESSES:
                alike, made = likeness(row, element, schema), made + 1
        rows.append(row)
    return rows


def _type_of(element: etree._Element, schema: Schema) -> SObject:
    """The type a record or a nested parent says it is."""
    child = next((each for each in element.iterchildren("{*}type")), None)
    if child is None:
        raise faults.client_fault("Missing entity type information. sObject requires a separate 'type' field be sent.")
    name = (child.text or "").strip()
    if not name or name.lower() == "sobject":
        raise faults.api_fault("INVALID_TYPE", "Must send a concrete entity type.", faults.INVALID_SOBJECT)
    sobject = schema.sobject(name)
    if sobject is None:
        raise faults.invalid_type(name)
    return sobject


def _row(element: etree._Element, schema: Schema, known: _Known) -> SentRow:
    sobject = _type_of(element, schema)
    row = SentRow(sobject)
    fields, values = known.setdefault(sobject.name, {}), row.values
    for child in element.iterchildren("*"):
        named = fields.get(child.tag)
        if named is None:
            named = _named(row, child, schema)
            if named is None:
                continue
            fields[child.tag] = named
        text = child.text
        if len(child):
            _refuse_markup(child)
            text = "".join(map(str, child.itertext()))
        value = text.strip() if text else ""
        if value and child.get(_NIL) not in ("true", "1"):
            if named.kind is Kind.ID:
                row.id = value
            else:
                values[named.name] = value
    return row


def _named(row: SentRow, child: etree._Element, schema: Schema) -> Field | None:
    """The field that an element sets; None when it says something else of the row, which is taken in."""
    name = local(child)
    if name == "type":
        return None
    if name == "fieldsToNull":
        _null(row, (child.text or "").strip())
        return None
    named = row.sobject.field(name)
    if named is None:
        _parent(row, child, name, schema)
    return named


def _refuse_markup(element: etree._Element) -> None:
    """A field's value is text: an element inside it is a mistake in the message."""
    for inside in children(element):
        raise faults.client_fault(f"Unexpected element {_braced(inside)} during simple type deserialization")


def _braced(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{{{name.namespace or ''}}}{name.localname}"


def _null(row: SentRow, name: str) -> None:
    if not name:
        return
    named = row.sobject.field(name)
    if named is None:
        raise faults.invalid_column(name, row.sobject.name)
    # the same field is the same object; to compare fields by what they say takes very long for a row of many nulls
    if all(each is not named for each in row.nulls):
        row.nulls.append(named)


def _parent(row: SentRow, element: etree._Element, name: str, schema: Schema) -> None:
    """A nested sObject under a relationship's name, with its type and one key field."""
    reference = row.sobject.parent(name)
    if reference is None:
        raise faults.invalid_column(name, row.sobject.name)
    if element.get(_NIL) in ("true", "1"):
        return
    parent = _type_of(element, schema)
    if parent.name != reference.refers_to:
        raise _foreign_key(f"The external foreign key reference does not reference a valid entity: {name}")
    named: list[SentParent] = []
    for child in children(element):
        key_name = local(child)
        if key_name in ("type", "fieldsToNull"):
            continue
        key = parent.field(key_name)
        if key is None:
            raise faults.invalid_column(key_name, parent.name)
        if not key.id_lookup:
            raise not_a_key(key.name, parent)
        _refuse_markup(child)
        value = "" if child.get(_NIL) in ("true", "1") else (child.text or "").strip()
        named.append(SentParent(reference, parent, key, value))
    if any(each.value for each in named):  # toolkits send the Id along, empty
        named = [each for each in named if each.value]
    if len({each.key.name for each in named}) > 1:
        raise _foreign_key(f"More than 1 field provided in an external foreign key reference in entity: {parent.name}")
    row.parents.extend(named[-1:])


def _foreign_key(message: str) -> SoapFault:
    return faults.api_fault("INVALID_FIELD", message, faults.INVALID_FIELD)
