"""What describe calls tell about objects and fields, in the schema's order of elements."""

from __future__ import annotations

from collections.abc import Iterable

from mock_salesforce.schema import NUMBERS, TEXTS, ChildLink, Field, Kind, OnDelete, Schema, SObject
from simulator.soap import escape

_SOAP_TYPES = {
    Kind.ID: "tns:ID",
    Kind.REFERENCE: "tns:ID",
    Kind.BOOLEAN: "xsd:boolean",
    Kind.INT: "xsd:int",
    Kind.DATE: "xsd:date",
    Kind.DATETIME: "xsd:dateTime",
    **dict.fromkeys(NUMBERS - {Kind.INT}, "xsd:double"),
}
_BYTES_A_CHARACTER = 3
MAX_BATCH_SIZE = 200


def _element(name: str, value: object) -> bytes:
    text = escape(str(value).lower() if isinstance(value, bool) else str(value))
    tag = name.encode()
    return b"<" + tag + b">" + text + b"</" + tag + b">"


def _elements(pairs: Iterable[tuple[str, object]]) -> bytes:
    """Elements in order; a value of `None` leaves its element out, bytes are taken as they are."""
    return b"".join(
        value if isinstance(value, bytes) else _element(name, value) for name, value in pairs if value is not None
    )


def _nil(name: str) -> bytes:
    return b"<" + name.encode() + b' xsi:nil="true"/>'


def _picklist(field: Field) -> bytes:
    return b"".join(
        b"<picklistValues><active>true</active><defaultValue>false</defaultValue>"
        + _element("label", value)
        + _element("value", value)
        + b"</picklistValues>"
        for value in field.values
    )


def _field(field: Field) -> bytes:
    is_text = field.kind in TEXTS
    simple = not field.is_long_text
    nillable = not field.required and field.kind not in (Kind.BOOLEAN, Kind.ID) and not _always_set(field)
    pairs: list[tuple[str, object]] = [
        ("aggregatable", simple and field.kind is not Kind.BOOLEAN),
        ("aiPredictionField", False),
        ("autoNumber", bool(field.autonumber)),
        ("byteLength", field.length * _BYTES_A_CHARACTER if is_text else field.length),
        ("calculated", field.calculated),
        ("cascadeDelete", True if _is(field, OnDelete.CASCADE) else None),
        ("caseSensitive", field.case_sensitive),
        ("createable", field.createable),
        ("custom", field.custom),
        ("defaultValue", _default(field)),
        ("defaultedOnCreate", field.default is not None or field.system),
        ("deprecatedAndHidden", False),
        ("digits", field.precision if field.kind is Kind.INT else 0),
        ("externalId", True if field.external_id else None),
        ("extraTypeInfo", "plaintextarea" if field.kind is Kind.TEXTAREA else None),
        ("filterable", simple),
        ("groupable", field.is_groupable),
        ("idLookup", field.id_lookup),
        ("label", field.label),
        ("length", field.length),
        ("name", field.name),
        ("nameField", field.is_name),
        ("nillable", nillable),
        ("permissionable", field.custom and not field.required),
        ("picklistValues", _picklist(field)),
        ("polymorphicForeignKey", False),
        ("precision", 0 if field.kind is Kind.INT else field.precision),
        ("queryByDistance", False),
        ("referenceTo", field.refers_to or None),
        ("relationshipName", field.relationship or None),
        ("relationshipOrder", 0 if field.master_detail else None),
        ("restrictedDelete", True if _is(field, OnDelete.RESTRICT) else None),
        ("restrictedPicklist", field.restricted),
        ("scale", field.scale),
        ("searchPrefilterable", False),
        ("soapType", _SOAP_TYPES.get(field.kind, "xsd:string")),
        ("sortable", simple),
        ("type", field.kind.value),
        ("unique", field.unique),
        ("updateable", field.updateable),
        ("writeRequiresMasterRead", False if field.master_detail else None),
    ]
    return b"<fields>" + _elements(pairs) + b"</fields>"


def _is(field: Field, rule: OnDelete) -> bool:
    return field.kind is Kind.REFERENCE and field.on_delete is rule


def _always_set(field: Field) -> bool:
    return field.system and not field.is_name


def _default(field: Field) -> bytes | None:
    if field.kind is not Kind.BOOLEAN or field.default is None:
        return None
    declared = b'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="xsd:boolean"'
    return b"<defaultValue " + declared + b">" + field.default.encode() + b"</defaultValue>"


def _link(link: ChildLink) -> bytes:
    pairs: list[tuple[str, object]] = [
        ("cascadeDelete", link.field.on_delete is OnDelete.CASCADE),
        ("childSObject", link.child),
        ("deprecatedAndHidden", False),
        ("field", link.field.name),
        ("relationshipName", link.name),
        ("restrictedDelete", True if link.field.on_delete is OnDelete.RESTRICT else None),
    ]
    return b"<childRelationships>" + _elements(pairs) + b"</childRelationships>"


# What a describe of one object tells and the list of all objects leaves out.
_NOT_LISTED = frozenset(
    {
        "childRelationships",
        "compactLayoutable",
        "defaultImplementation",
        "fields",
        "implementedBy",
        "implementsInterfaces",
        "networkScopeFieldName",
        "urlDetail",
        "urlEdit",
        "urlNew",
    }
)


def sobject_xml(sobject: SObject) -> bytes:
    """The inside of a DescribeSObjectResult."""
    lists = {
        "childRelationships": b"".join(_link(link) for link in sobject.links),
        "fields": b"".join(_field(field) for field in sobject.fields),
    }
    return _elements([(name, lists.get(name, value)) for name, value in _properties(sobject)])


def global_xml(schema: Schema) -> bytes:
    """The inside of a DescribeGlobalResult; objects in the order of their names."""
    listed = b"".join(_listed(sobject) for sobject in sorted(schema.sobjects, key=lambda s: s.name.lower()))
    return _element("encoding", "UTF-8") + _element("maxBatchSize", MAX_BATCH_SIZE) + listed


def _listed(sobject: SObject) -> bytes:
    told = [(name, value) for name, value in _properties(sobject) if name not in _NOT_LISTED]
    return b"<sobjects>" + _elements(told) + b"</sobjects>"


def _properties(sobject: SObject) -> list[tuple[str, object]]:
    """An object's properties in the order of the WSDL, with the places of its fields and links left empty."""
    writable = not sobject.read_only
    return [
        ("activateable", False),
        ("associateEntityType", _nil("associateEntityType")),
        ("associateParentEntity", _nil("associateParentEntity")),
        ("childRelationships", None),
        ("compactLayoutable", True),
        ("createable", writable and sobject.createable),
        ("custom", sobject.custom),
        ("customSetting", sobject.setting),
        ("deepCloneable", False),
        ("defaultImplementation", _nil("defaultImplementation")),
        ("deletable", writable and sobject.deletable),
        ("deprecatedAndHidden", False),
        ("feedEnabled", False),
        ("fields", None),
        ("hasSubtypes", False),
        ("idEnabled", True),
        ("implementedBy", _nil("implementedBy")),
        ("implementsInterfaces", _nil("implementsInterfaces")),
        ("isInterface", False),
        ("isSubtype", False),
        ("keyPrefix", sobject.key_prefix),
        ("label", sobject.label),
        ("labelPlural", sobject.plural),
        ("layoutable", not sobject.setting),
        ("mergeable", sobject.name == "Account"),
        ("mruEnabled", not sobject.setting),
        ("name", sobject.name),
        ("networkScopeFieldName", _nil("networkScopeFieldName")),
        ("queryable", True),
        ("replicateable", True),
        ("retrieveable", True),
        ("searchable", not sobject.setting),
        ("triggerable", True),
        ("undeletable", writable and sobject.deletable),
        ("updateable", writable and sobject.updateable),
        ("urlDetail", _nil("urlDetail")),
        ("urlEdit", _nil("urlEdit")),
        ("urlNew", _nil("urlNew")),
    ]
