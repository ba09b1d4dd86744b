"""The service's WSDL, written out from the object model and the messages in the vendor's shape.

The same model and version give the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from mock_zuora.messages import (
    ENTITY_ELEMENTS,
    ERROR_CODES,
    FAULTS,
    HEADER_PARTS,
    OperationShape,
    complex_types,
    elements,
    operation_shapes,
    reached,
)
from mock_zuora.objects import (
    FIRST_VERSION_WITH_DATES,
    NEWEST_VERSION,
    Catalogue,
    Field,
    FieldType,
    ObjectType,
    standard_catalogue,
)
from mock_zuora.operations import OPERATIONS
from mock_zuora.parts import Part, Sequences

_SCHEMA = (
    '    <schema attributeFormDefault="qualified" elementFormDefault="qualified"'
    ' xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://{}.zuora.com/">'
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What one WSDL tells: the objects, in order, the operations, and the types of the API namespace by name."""

    objects: tuple[ObjectType, ...]
    operations: tuple[OperationShape, ...]
    types: Sequences
    version: float
    multi_entity: bool


def render(
    catalogue: Catalogue | None = None,
    version: float = NEWEST_VERSION,
    address: str = "https://www.zuora.com/apps/services/a",
    *,
    multi_entity: bool = True,
    operations: Collection[str] = tuple(OPERATIONS),
) -> bytes:
    """The WSDL of this version for these objects (the standard ones by default), its port at address/version.

    `operations` are the elements that ask for one, by default those of every operation the mock has. login has
    elements for the entity only when `multi_entity`.
    """
    catalogue = catalogue or standard_catalogue()
    objects = sorted((each for each in catalogue if _exists(each, version)), key=lambda each: each.name.lower())
    known = {**complex_types(), **catalogue.types}
    shapes = tuple(each for each in operation_shapes() if each.request in operations)
    contents = Contents(tuple(objects), shapes, _needed(objects, shapes, known, version), version, multi_entity)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"',
        '    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"',
        '    xmlns:zns="http://api.zuora.com/"',
        '    xmlns:ons="http://object.api.zuora.com/"',
        '    xmlns:fns="http://fault.api.zuora.com/"',
        '    targetNamespace="http://api.zuora.com/">',
        "  <types>",
        *_object_schema(contents),
        *_api_schema(contents),
        *_fault_schema(),
        "  </types>",
        *_messages(shapes),
        *_port_type(shapes),
        *_binding(shapes),
        '  <service name="ZuoraService">',
        '    <port name="Soap" binding="zns:SoapBinding">',
        f"      <soap:address location={quoteattr(f'{address}/{version:.1f}')} />",
        "    </port>",
        "  </service>",
        "</definitions>",
        "",
    ]
    return "\n".join(lines).encode()


def _exists(target: ObjectType, version: float) -> bool:
    """Whether this version has the object: none does that has not one of its fields."""
    return bool(target.at(version)) or not target.fields


def _needed(
    objects: Sequence[ObjectType], shapes: Iterable[OperationShape], known: Sequences, version: float
) -> Sequences:
    """The types that an operation or an object's field leads to, in the order they are known in."""
    start = [part.type for shape in shapes for name in (shape.request, shape.response) for part in elements()[name]]
    start += [_kind(field, version) for each in objects for field in each.at(version)]
    names = reached(start, known)
    return {name: parts for name, parts in known.items() if name in names}


def _element(part: Part) -> str:
    bounds = (("minOccurs", part.least), ("maxOccurs", part.most.replace("n", "unbounded")))
    occurs = "".join(f'{name}="{bound}" ' for name, bound in bounds if bound != "1")
    occurs += 'nillable="true" ' if part.nillable else ""
    default = f" default={quoteattr(part.default)}" if part.default else ""
    return f'<element {occurs}name="{part.name}" type="{part.type}"{default} />'


def _sequence(parts: Iterable[Part], indent: int) -> list[str]:
    space = " " * indent
    inner = [f"{space}  {_element(part)}" for part in parts]
    return [f"{space}<sequence>", *inner, f"{space}</sequence>"] if inner else [f"{space}<sequence />"]


def _object_schema(contents: Contents) -> list[str]:
    base = [Part("fieldsToNull", "string", most="n"), Part("Id", "zns:ID")]
    lines = [
        _SCHEMA.format("object.api"),
        '      <import namespace="http://api.zuora.com/" />',
        '      <complexType name="zObject">',
        *_sequence(base, 8),
        "      </complexType>",
    ]
    version = contents.version
    for each in contents.objects:
        parts = [Part(field.name, _kind(field, version), nillable=field.nillable) for field in each.at(version)]
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
    if field.wsdl_type:
        return field.wsdl_type
    if field.type is FieldType.ID:
        return "zns:ID"
    if field.type is FieldType.DATE and version < FIRST_VERSION_WITH_DATES:
        return FieldType.DATE_TIME.value
    return field.type.value


def _api_schema(contents: Contents) -> list[str]:
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
    for name, parts in contents.types.items():
        lines += [f'      <complexType name="{name}">', *_sequence(_at(parts, contents), 8), "      </complexType>"]
    for name, parts in _elements(contents).items():
        lines += [
            f'      <element name="{name}">',
            "        <complexType>",
            *_sequence(_at(parts, contents), 10),
            "        </complexType>",
            "      </element>",
        ]
    return [*lines, "    </schema>"]


def _elements(contents: Contents) -> dict[str, tuple[Part, ...]]:
    names = [name for shape in contents.operations for name in (shape.request, shape.response)]
    # DummyHeader is never sent: it names every object, so that tools that write classes write one for each.
    dummy = tuple(Part(each.name, f"ons:{each.name}") for each in contents.objects)
    return {**{name: elements()[name] for name in (*names, *HEADER_PARTS)}, "DummyHeader": dummy}


def _at(parts: Iterable[Part], contents: Contents) -> list[Part]:
    return [
        part
        for part in parts
        if part.since <= contents.version and (contents.multi_entity or part.name not in ENTITY_ELEMENTS)
    ]


def _fault_schema() -> list[str]:
    lines = [
        _SCHEMA.format("fault.api"),
        '      <import namespace="http://api.zuora.com/" />',
        '      <complexType name="ApiFault">',
        *_sequence([Part("FaultCode", "zns:ErrorCode"), Part("FaultMessage", "string")], 8),
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


def _messages(shapes: Iterable[OperationShape]) -> list[str]:
    lines = _message("ApiFault", [("fault", "fns:fault")])
    for fault in FAULTS:
        lines += _message(fault, [("fault", f"fns:{fault}")])
    lines += _message("Header", [(part, f"zns:{part}") for part in HEADER_PARTS])
    for shape in shapes:
        lines += _message(f"{shape.name}Request", [("parameters", f"zns:{shape.request}")])
        lines += _message(f"{shape.name}Response", [("parameters", f"zns:{shape.response}")])
    return lines


def _port_type(shapes: Iterable[OperationShape]) -> list[str]:
    lines = ['  <portType name="Soap">']
    for shape in shapes:
        lines += [
            f'    <operation name="{shape.name}">',
            f'      <input message="zns:{shape.name}Request" />',
            f'      <output message="zns:{shape.name}Response" />',
            *(f'      <fault message="zns:{fault}" name="{fault}" />' for fault in shape.faults),
            "    </operation>",
        ]
    return [*lines, "  </portType>"]


def _binding(shapes: Iterable[OperationShape]) -> list[str]:
    lines = [
        '  <binding name="SoapBinding" type="zns:Soap">',
        '    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http" />',
    ]
    for shape in shapes:
        lines += [
            f'    <operation name="{shape.name}">',
            '      <soap:operation soapAction="" />',
            "      <input>",
            *(f'        <soap:header use="literal" message="zns:Header" part="{part}" />' for part in shape.headers),
            '        <soap:body use="literal" />',
            "      </input>",
            "      <output>",
            '        <soap:body use="literal" />',
            "      </output>",
        ]
        for fault in shape.faults:
            lines += [
                f'      <fault name="{fault}">',
                f'        <soap:fault name="{fault}" use="literal" />',
                "      </fault>",
            ]
        lines.append("    </operation>")
    return [*lines, "  </binding>"]
