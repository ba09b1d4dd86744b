"""The service's WSDL, written out from the object model in the vendor's shape.

The same model and version give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from mock_zuora.objects import (
    FIRST_VERSION_WITH_DATES,
    NEWEST_VERSION,
    Catalogue,
    Field,
    FieldType,
    ObjectType,
    standard_catalogue,
)

ERROR_CODES = (
    "API_DISABLED",
    "CANNOT_DELETE",
    "CREDIT_CARD_PROCESSING_FAILURE",
    "DUPLICATE_VALUE",
    "INVALID_FIELD",
    "INVALID_LOGIN",
    "INVALID_SESSION",
    "INVALID_TYPE",
    "INVALID_ID",
    "INVALID_VALUE",
    "INVALID_VERSION",
    "LOCK_COMPETITION",
    "MALFORMED_QUERY",
    "MAX_RECORDS_EXCEEDED",
    "MISSING_REQUIRED_VALUE",
    "NO_PERMISSION",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_ERROR",
    "TRANSACTION_FAILED",
    "INVALID_TEMPLATE",
    "ACCOUNTING_PERIOD_CLOSED",
    "BATCH_FAIL_ERROR",
    "PDF_QUERY_ERROR",
    "REQUEST_EXCEEDED_LIMIT",
    "REQUEST_EXCEEDED_RATE",
    "REQUEST_REJECTED",
    "TEMPORARY_ERROR",
    "TRANSACTION_TERMINATED",
    "TRANSACTION_TIMEOUT",
)

FAULTS = (
    "LoginFault",
    "InvalidTypeFault",
    "InvalidValueFault",
    "MalformedQueryFault",
    "InvalidQueryLocatorFault",
    "UnexpectedErrorFault",
)

# operation: (header parts, declared faults)
OPERATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "login": ((), ("LoginFault", "UnexpectedErrorFault")),
    "create": (("CallOptions", "SessionHeader"), ("InvalidTypeFault", "UnexpectedErrorFault")),
    "update": (("SessionHeader",), ("InvalidTypeFault", "UnexpectedErrorFault")),
    "generate": (("SessionHeader",), ("InvalidTypeFault", "UnexpectedErrorFault")),
    "delete": (("SessionHeader",), ("InvalidTypeFault", "InvalidValueFault", "UnexpectedErrorFault")),
    "query": (
        ("QueryOptions", "SessionHeader"),
        ("MalformedQueryFault", "InvalidQueryLocatorFault", "UnexpectedErrorFault"),
    ),
    "queryMore": (("QueryOptions", "SessionHeader"), ("InvalidQueryLocatorFault", "UnexpectedErrorFault")),
    "getUserInfo": (("SessionHeader",), ("UnexpectedErrorFault",)),
}

_MANY = 'minOccurs="0" maxOccurs="unbounded"'
_MAYBE = 'minOccurs="0"'
_NIL = 'minOccurs="0" nillable="true"'

# An element's occurrence, name and type.
_Part = tuple[str, str, str]

_TYPES: dict[str, tuple[_Part, ...]] = {
    "LoginResult": (('nillable="true"', "Session", "string"), ('nillable="true"', "ServerUrl", "string")),
    "SaveResult": (
        (_MANY + ' nillable="true"', "Errors", "zns:Error"),
        (_NIL, "Id", "zns:ID"),
        (_MAYBE, "Success", "boolean"),
    ),
    "DeleteResult": (
        (_MANY + ' nillable="true"', "errors", "zns:Error"),
        (_NIL, "id", "zns:ID"),
        (_MAYBE, "success", "boolean"),
    ),
    "QueryResult": (
        ("", "done", "boolean"),
        ('nillable="true"', "queryLocator", "zns:QueryLocator"),
        (_MANY + ' nillable="true"', "records", "ons:zObject"),
        ("", "size", "int"),
    ),
    "Error": ((_NIL, "Code", "zns:ErrorCode"), (_NIL, "Message", "string"), (_NIL, "Field", "string")),
}

_ELEMENTS: dict[str, tuple[_Part, ...]] = {
    "login": tuple((_MAYBE, name, "string") for name in ("username", "password", "entityId", "entityName")),
    "loginResponse": ((_MAYBE, "result", "zns:LoginResult"),),
    "create": ((_MANY, "zObjects", "ons:zObject"),),
    "createResponse": ((_MANY, "result", "zns:SaveResult"),),
    "update": ((_MANY, "zObjects", "ons:zObject"),),
    "updateResponse": ((_MANY, "result", "zns:SaveResult"),),
    "generate": ((_MANY, "zObjects", "ons:zObject"),),
    "generateResponse": ((_MANY, "result", "zns:SaveResult"),),
    "delete": (("", "type", "string"), (_MANY, "ids", "zns:ID")),
    "deleteResponse": ((_MANY, "result", "zns:DeleteResult"),),
    "query": (("", "queryString", "string"),),
    "queryResponse": (("", "result", "zns:QueryResult"),),
    "queryMore": (("", "queryLocator", "zns:QueryLocator"),),
    "queryMoreResponse": (("", "result", "zns:QueryResult"),),
    "getUserInfo": (),
    "getUserInfoResponse": tuple(
        ("", name, "string") for name in ("TenantId", "TenantName", "UserEmail", "UserFullName", "UserId", "Username")
    ),
    "SessionHeader": (("", "session", "string"),),
    "QueryOptions": ((_MAYBE, "batchSize", "int"), (_MAYBE, "caseSensitive", "boolean")),
    "CallOptions": ((_NIL, "useSingleTransaction", "boolean"),),
}

_SCHEMA = (
    '    <schema attributeFormDefault="qualified" elementFormDefault="qualified"'
    ' xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://{}.zuora.com/">'
)


def render(
    catalogue: Catalogue | None = None,
    version: float = NEWEST_VERSION,
    address: str = "https://www.zuora.com/apps/services/a",
) -> bytes:
    """The WSDL of this version for these objects (the standard ones by default), its port at address/version."""
    objects = sorted(catalogue or standard_catalogue(), key=lambda each: each.name.lower())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"',
        '    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"',
        '    xmlns:zns="http://api.zuora.com/"',
        '    xmlns:ons="http://object.api.zuora.com/"',
        '    xmlns:fns="http://fault.api.zuora.com/"',
        '    targetNamespace="http://api.zuora.com/">',
        "  <types>",
        *_object_schema(objects, version),
        *_api_schema(objects),
        *_fault_schema(),
        "  </types>",
        *_messages(),
        *_port_type(),
        *_binding(),
        '  <service name="ZuoraService">',
        '    <port name="Soap" binding="zns:SoapBinding">',
        f"      <soap:address location={quoteattr(f'{address}/{version:.1f}')} />",
        "    </port>",
        "  </service>",
        "</definitions>",
        "",
    ]
    return "\n".join(lines).encode()


def _element(occurs: str, name: str, kind: str) -> str:
    return f'<element {occurs + " " if occurs else ""}name="{name}" type="{kind}" />'


def _sequence(parts: Iterable[_Part], indent: int) -> list[str]:
    space = " " * indent
    inner = [f"{space}  {_element(*part)}" for part in parts]
    return [f"{space}<sequence>", *inner, f"{space}</sequence>"] if inner else [f"{space}<sequence />"]


def _object_schema(objects: Sequence[ObjectType], version: float) -> list[str]:
    base = [(_MANY + ' nillable="true"', "fieldsToNull", "string"), (_NIL, "Id", "zns:ID")]
    lines = [
        _SCHEMA.format("object.api"),
        '      <import namespace="http://api.zuora.com/" />',
        '      <complexType name="zObject">',
        *_sequence(base, 8),
        "      </complexType>",
    ]
    for each in objects:
        parts = [(_NIL, field.name, _kind(field, version)) for field in each.at(version)]
        lines += [
            f'      <complexType name="{each.name}">',
            "        <complexContent>",
            '          <extension base="ons:zObject">',
            *_sequence(parts, 12),
            "          </extension>",
            "        </complexContent>",
            "      </complexType>",
        ]
    return [*lines, "    </schema>"]


def _kind(field: Field, version: float) -> str:
    if field.type is FieldType.ID:
        return "zns:ID"
    if field.type is FieldType.TIERS:
        return f"zns:{field.name}"
    if field.type is FieldType.DATE and version < FIRST_VERSION_WITH_DATES:
        return FieldType.DATE_TIME.value
    return field.type.value


def _api_schema(objects: Sequence[ObjectType]) -> list[str]:
    lines = [
        _SCHEMA.format("api"),
        '      <import namespace="http://object.api.zuora.com/" />',
        '      <simpleType name="ID">',
        '        <restriction base="string">',
        r'          <pattern value="[a-zA-Z0-9]{32}|\d+" />',
        "        </restriction>",
        "      </simpleType>",
        '      <simpleType name="QueryLocator">',
        '        <restriction base="string" />',
        "      </simpleType>",
        '      <simpleType name="ErrorCode">',
        '        <restriction base="string">',
        *(f'          <enumeration value="{code}" />' for code in ERROR_CODES),
        "        </restriction>",
        "      </simpleType>",
    ]
    lists = {
        each.children.field: ((_MANY + ' nillable="true"', each.children.object, f"ons:{each.children.object}"),)
        for each in objects
        if each.children is not None
    }
    for name, parts in {**_TYPES, **lists}.items():
        lines += [f'      <complexType name="{name}">', *_sequence(parts, 8), "      </complexType>"]
    # Never sent: it names every object, so that tools that write classes write one for each.
    dummy = tuple((_NIL, each.name, f"ons:{each.name}") for each in objects)
    for name, parts in {**_ELEMENTS, "DummyHeader": dummy}.items():
        lines += [
            f'      <element name="{name}">',
            "        <complexType>",
            *_sequence(parts, 10),
            "        </complexType>",
            "      </element>",
        ]
    return [*lines, "    </schema>"]


def _fault_schema() -> list[str]:
    lines = [
        _SCHEMA.format("fault.api"),
        '      <import namespace="http://api.zuora.com/" />',
        '      <complexType name="ApiFault">',
        *_sequence([(_NIL, "FaultCode", "zns:ErrorCode"), (_NIL, "FaultMessage", "string")], 8),
        "      </complexType>",
        '      <element name="fault" type="fns:ApiFault" />',
    ]
    for name in FAULTS:
        lines += [
            f'      <complexType name="{name}">',
            "        <complexContent>",
            '          <extension base="fns:ApiFault" />',
            "        </complexContent>",
            "      </complexType>",
            f'      <element name="{name}" type="fns:{name}" />',
        ]
    return [*lines, "    </schema>"]


def _message(name: str, parts: Iterable[tuple[str, str]]) -> list[str]:
    inner = [f'    <part name="{part}" element="{element}" />' for part, element in parts]
    return [f'  <message name="{name}">', *inner, "  </message>"]


def _messages() -> list[str]:
    lines = _message("ApiFault", [("fault", "fns:fault")])
    for fault in FAULTS:
        lines += _message(fault, [("fault", f"fns:{fault}")])
    headers = ("CallOptions", "QueryOptions", "SessionHeader")
    lines += _message("Header", [(part, f"zns:{part}") for part in headers])
    for name in OPERATIONS:
        lines += _message(f"{name}Request", [("parameters", f"zns:{name}")])
        lines += _message(f"{name}Response", [("parameters", f"zns:{name}Response")])
    return lines


def _port_type() -> list[str]:
    lines = ['  <portType name="Soap">']
    for name, (_, faults) in OPERATIONS.items():
        lines += [
            f'    <operation name="{name}">',
            f'      <input message="zns:{name}Request" />',
            f'      <output message="zns:{name}Response" />',
            *(f'      <fault message="zns:{fault}" name="{fault}" />' for fault in faults),
            "    </operation>",
        ]
    return [*lines, "  </portType>"]


def _binding() -> list[str]:
    lines = [
        '  <binding name="SoapBinding" type="zns:Soap">',
        '    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http" />',
    ]
    for name, (headers, faults) in OPERATIONS.items():
        lines += [
            f'    <operation name="{name}">',
            '      <soap:operation soapAction="" />',
            "      <input>",
            *(f'        <soap:header use="literal" message="zns:Header" part="{part}" />' for part in headers),
            '        <soap:body use="literal" />',
            "      </input>",
            "      <output>",
            '        <soap:body use="literal" />',
            "      </output>",
        ]
        for fault in faults:
            lines += [
                f'      <fault name="{fault}">',
                f'        <soap:fault name="{fault}" use="literal" />',
                "      </fault>",
            ]
        lines.append("    </operation>")
    return [*lines, "  </binding>"]
