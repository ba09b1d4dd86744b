"""One field of an object in metadata: a `<fields>` element or a `.field-meta.xml` file."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from mock_salesforce.shape.documents import Unusable, flag, number, word
from mock_salesforce.shape.model import TYPES, ShapeField, ShapeFilter, ShapeSummary
from mock_salesforce.shape.picklists import Values, of_field
from mock_salesforce.soql.rollup_filters import OPERATIONS
from simulator.soap import children

_DELETES = {"": "set_null", "SetNull": "set_null", "Cascade": "cascade", "Restrict": "restrict"}
_SAME = {"Hierarchy": "Lookup"}
_NOT_IN_THE_MOCK = frozenset({"ExternalLookup", "IndirectLookup", "MetadataRelationship", "Array", "File"})
_FORMULA_LENGTH = 1300


def name_of(root: etree._Element) -> str:
    """A component's own name. Raises `Unusable`."""
    name = word(root, "fullName")
    if not name:
        raise Unusable("it has no <fullName>; retrieve it again from the org")
    return name


def fields_of(root: etree._Element, sets: dict[str, Values], sobject: str) -> list[ShapeField]:
    """The field, or the two that a location is kept in. Raises `Unusable` with what to do."""
    name, type_ = name_of(root), word(root, "type")
    if type_ == "Location":
        return _location(root, name)
    type_ = _SAME.get(type_, type_)
    if not type_:
        raise Unusable(
            "it has no <type>, as standard fields have none in metadata; give the object's describe with --describe"
        )
    if type_ in _NOT_IN_THE_MOCK or type_ not in TYPES:
        raise Unusable(f"<type> is {type_[:60]!r}, a type that the mock has not")
    precision = number(root, "precision")
    made = ShapeField(
        name=name,
        type=type_,
        label=word(root, "label"),
        length=number(root, "length"),
        precision=precision,
        scale=number(root, "scale") if precision else 0,
        required=flag(root, "required"),
        external_id=flag(root, "externalId"),
        unique=flag(root, "unique"),
        case_sensitive=flag(root, "caseSensitive"),
        format=word(root, "displayFormat"),
    )
    if word(root, "formula"):
        return [_formula(root, made)]
    if type_ in ("Lookup", "MasterDetail"):
        return [_reference(root, made, sobject)]
    if type_ == "Summary":
        return [replace(made, calculated=True, summary=_summary(root))]
    if type_ in ("Picklist", "MultiselectPicklist"):
        return [_picklist(root, made, of_field(root, sets))]
    return [_with_default(root, made)]


def _location(root: etree._Element, name: str) -> list[ShapeField]:
    """A location is kept as two numbers; the third, which puts them together, is not readable over SOAP's queries."""
    base = name.removesuffix("__c")
    label, scale = word(root, "label") or base, number(root, "scale")
    return [
        ShapeField(
            f"{base}__{part}__s",
            "Number",
            f"{label} ({part})",
            precision=min(3 + scale, 18),
            scale=min(scale, 15),
            required=flag(root, "required"),
        )
        for part in ("Latitude", "Longitude")
    ]


def _formula(root: etree._Element, made: ShapeField) -> ShapeField:
    blanks = word(root, "formulaTreatBlanksAs") == "BlankAsZero"
    length = _FORMULA_LENGTH if made.type == "Text" else 0
    precision = 18 if made.type in ("Number", "Currency", "Percent") else 0
    return replace(
        made,
        calculated=True,
        formula=word(root, "formula"),
        blanks_as_zero=blanks,
        length=length,
        precision=precision,
        scale=min(number(root, "scale"), precision),
        required=False,
    )


def _reference(root: etree._Element, made: ShapeField, sobject: str) -> ShapeField:
    target = word(root, "referenceTo") or (sobject if word(root, "type") == "Hierarchy" else "")
    if not target:
        raise Unusable("it has no <referenceTo>, so nothing tells what it points at; retrieve it again from the org")
    constraint = word(root, "deleteConstraint")
    if constraint not in _DELETES:
        raise Unusable(f"<deleteConstraint> is {constraint[:40]!r}; it must be SetNull, Restrict or Cascade")
    children_name = word(root, "relationshipName")
    if children_name and made.name.endswith("__c"):
        children_name += "__r"
    detail = made.type == "MasterDetail"
    return replace(
        made,
        refers_to=(target,),
        children=children_name,
        delete="cascade" if detail else _DELETES[constraint],
        reparentable=flag(root, "reparentableMasterDetail"),
        required=made.required or detail,
    )


def _summary(root: etree._Element) -> ShapeSummary:
    operation, points = word(root, "summaryOperation"), word(root, "summaryForeignKey")
    if operation not in ("sum", "count", "min", "max"):
        raise Unusable(f"<summaryOperation> is {operation[:40]!r}; it must be sum, count, min or max")
    child, _, reference = points.partition(".")
    if not reference:
        raise Unusable(f"<summaryForeignKey> is {points[:80]!r}; it must be Child__c.Field__c")
    filters = []
    for each in children(root, "summaryFilterItems"):
        compared = word(each, "operation")
        if word(each, "valueField"):
            raise Unusable("a <summaryFilterItems> compares with another field, which the mock does not do")
        if compared not in OPERATIONS:
            raise Unusable(f"the <operation> of a <summaryFilterItems> is {compared[:40]!r}, which the mock has not")
        filters.append(ShapeFilter(word(each, "field").rpartition(".")[2], compared, word(each, "value")))
    summed = word(root, "summarizedField").rpartition(".")[2]
    if operation != "count" and not summed:
        raise Unusable("it has no <summarizedField>; retrieve it again from the org")
    return ShapeSummary(operation, child, reference, summed, tuple(filters))


def _picklist(root: etree._Element, made: ShapeField, values: Values) -> ShapeField:
    return replace(
        made,
        values=values.values,
        inactive_values=values.inactive,
        restricted=values.restricted,
        default=values.default,
        default_formula="" if values.default else word(root, "defaultValue"),
    )


def _with_default(root: etree._Element, made: ShapeField) -> ShapeField:
    """A default value is a formula, even when it is as plain as `false`."""
    said = word(root, "defaultValue")
    if made.type == "Checkbox" and said.lower() in ("", "true", "false"):
        return replace(made, default=said.lower())
    return replace(made, default_formula=said)
