"""Writing the WSDL of what the mock serves, in the Partner API's shape."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from mock_salesforce.wsdl.codes import EXCEPTION, STATUS, codes
from mock_salesforce.wsdl.model import EXTENDED, FAULTS, HEADERS, OPERATIONS, TYPES, WsdlOperation

DEFAULT_VERSION = 64.0
"""The last version with login(), whose WSDL is the engine's."""
DEFAULT_LOCATION = f"https://login.salesforce.com/services/Soap/u/{DEFAULT_VERSION}"

_START = """<?xml version="1.0" encoding="UTF-8"?>
<definitions targetNamespace="urn:partner.soap.sforce.com" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:fns="urn:fault.partner.soap.sforce.com" xmlns:tns="urn:partner.soap.sforce.com"
    xmlns:ens="urn:sobject.partner.soap.sforce.com">
  <types>
    <schema elementFormDefault="qualified" xmlns="http://www.w3.org/2001/XMLSchema"
        targetNamespace="urn:sobject.partner.soap.sforce.com">
      <import namespace="urn:partner.soap.sforce.com"/>
      <complexType name="sObject">
        <sequence>
          <element name="type" type="xsd:string"/>
          <element name="fieldsToNull" type="xsd:string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>
          <element name="Id" type="tns:ID" nillable="true"/>
          <any namespace="##targetNamespace" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
        </sequence>
      </complexType>
    </schema>
    <schema elementFormDefault="qualified" xmlns="http://www.w3.org/2001/XMLSchema"
        targetNamespace="urn:partner.soap.sforce.com">
      <import namespace="urn:sobject.partner.soap.sforce.com"/>
      <simpleType name="ID">
        <restriction base="xsd:string">
          <length value="18"/>
          <pattern value="[a-zA-Z0-9]{18}"/>
        </restriction>
      </simpleType>
      <simpleType name="QueryLocator">
        <restriction base="xsd:string"/>
      </simpleType>
      <simpleType name="differenceType">
        <restriction base="xsd:string">
          <enumeration value="DIFFERENT"/>
          <enumeration value="NULL"/>
          <enumeration value="SAME"/>
          <enumeration value="SIMILAR"/>
        </restriction>
      </simpleType>
"""

_FAULT_SCHEMA = """    <schema elementFormDefault="qualified" xmlns="http://www.w3.org/2001/XMLSchema"
        targetNamespace="urn:fault.partner.soap.sforce.com">
      <import namespace="urn:partner.soap.sforce.com"/>
{codes}      <complexType name="ApiFault">
        <sequence>
          <element name="exceptionCode" type="fns:ExceptionCode"/>
          <element name="exceptionMessage" type="xsd:string"/>
          <element name="extendedErrorDetails" type="tns:ExtendedErrorDetails" nillable="true" minOccurs="0"
              maxOccurs="unbounded"/>
        </sequence>
      </complexType>
      <element name="fault" type="fns:ApiFault"/>
      <complexType name="ApiQueryFault">
        <complexContent>
          <extension base="fns:ApiFault">
            <sequence>
              <element name="row" type="xsd:int"/>
              <element name="column" type="xsd:int"/>
            </sequence>
          </extension>
        </complexContent>
      </complexType>
"""


def _element(written: str) -> str:
    name, type_, *marks = written.split()
    type_ = type_ if ":" in type_ else f"xsd:{type_}"
    nillable = ' nillable="true"' if "nil" in marks else ""
    most = next((mark[1:] or "unbounded" for mark in marks if mark.startswith("*")), None)
    if "one" in marks:  # said in so many words
        return f'<element name="{name}" type="{type_}" nillable="false" minOccurs="1" maxOccurs="1"/>'
    occurs = f' minOccurs="0" maxOccurs="{most}"' if most else ' minOccurs="0"' if "?" in marks else ""
    return f'<element name="{name}" type="{type_}"{nillable}{occurs}/>'


def _sequence(elements: Iterable[str], indent: str) -> str:
    inside = "".join(f"{indent}  {_element(element)}\n" for element in elements)
    return f"{indent}<sequence>\n{inside}{indent}</sequence>\n" if inside else f"{indent}<sequence/>\n"


def _type(name: str, elements: tuple[str, ...]) -> str:
    return f'      <complexType name="{name}">\n{_sequence(elements, " " * 8)}      </complexType>\n'


def _extended(name: str, base: str, elements: tuple[str, ...]) -> str:
    return (
        f'      <complexType name="{name}">\n        <complexContent>\n          <extension base="tns:{base}">\n'
        f"{_sequence(elements, ' ' * 12)}          </extension>\n        </complexContent>\n      </complexType>\n"
    )


def _listed(name: str, values: Iterable[str]) -> str:
    inside = "".join(f'          <enumeration value="{value}"/>\n' for value in values)
    return (
        f'      <simpleType name="{name}">\n        <restriction base="xsd:string">\n{inside}'
        "        </restriction>\n      </simpleType>\n"
    )


def _wrapper(name: str, elements: tuple[str, ...]) -> str:
    return (
        f'      <element name="{name}">\n        <complexType>\n{_sequence(elements, " " * 10)}'
        "        </complexType>\n      </element>\n"
    )


def _fault_types() -> str:
    return "".join(
        f'      <complexType name="{name}">\n        <complexContent>\n          <extension base="fns:{base}"/>\n'
        f'        </complexContent>\n      </complexType>\n      <element name="{name}" type="fns:{name}"/>\n'
        for name, base in FAULTS.items()
    )


def _messages() -> str:
    parts = "".join(f'    <part element="tns:{name}" name="{name}"/>\n' for name in HEADERS)
    made = [f'  <message name="Header">\n{parts}  </message>\n']
    made += [
        f'  <message name="{name}">\n    <part name="fault" element="fns:{name}"/>\n  </message>\n' for name in FAULTS
    ]
    for operation in OPERATIONS:
        for message, element in (("Request", operation.name), ("Response", f"{operation.name}Response")):
            made.append(
                f'  <message name="{operation.name}{message}">\n    <part element="tns:{element}" '
                'name="parameters"/>\n  </message>\n'
            )
    return "".join(made)


def _port_operation(operation: WsdlOperation) -> str:
    faults = "".join(f'      <fault message="tns:{name}" name="{name}"/>\n' for name in operation.faults)
    return (
        f'    <operation name="{operation.name}">\n      <input message="tns:{operation.name}Request"/>\n'
        f'      <output message="tns:{operation.name}Response"/>\n{faults}    </operation>\n'
    )


def _header(name: str) -> str:
    return f'        <soap:header use="literal" message="tns:Header" part="{name}"/>\n'


def _bound_operation(operation: WsdlOperation) -> str:
    sent = "".join(_header(name) for name in operation.headers)
    told = ("DebuggingInfo",) if "DebuggingHeader" in operation.headers else ()
    received = "".join(map(_header, told if operation.name == "login" else (*told, "LimitInfoHeader")))
    faults = "".join(
        f'      <fault name="{name}">\n        <soap:fault name="{name}" use="literal"/>\n      </fault>\n'
        for name in operation.faults
    )
    return (
        f'    <operation name="{operation.name}">\n      <soap:operation soapAction=""/>\n      <input>\n{sent}'
        f'        <soap:body parts="parameters" use="literal"/>\n      </input>\n      <output>\n{received}'
        f'        <soap:body use="literal"/>\n      </output>\n{faults}    </operation>\n'
    )


def render(location: str = DEFAULT_LOCATION, version: float = DEFAULT_VERSION) -> bytes:
    """The WSDL of a version, the same bytes for the same location every time."""
    parts = [_START, _listed(STATUS, codes(STATUS, version))]
    parts += [_type(name, elements) for name, elements in TYPES.items()]
    parts += [_extended(name, base, elements) for name, (base, elements) in EXTENDED.items()]
    for operation in OPERATIONS:
        parts.append(_wrapper(operation.name, operation.request))
        parts.append(_wrapper(f"{operation.name}Response", operation.reply))
    parts += [_wrapper(name, elements) for name, elements in HEADERS.items()]
    parts += [
        "    </schema>\n",
        _FAULT_SCHEMA.format(codes=_listed(EXCEPTION, codes(EXCEPTION, version))),
        _fault_types(),
        "    </schema>\n  </types>\n",
        _messages(),
    ]
    parts.append('  <portType name="Soap">\n')
    parts += [_port_operation(operation) for operation in OPERATIONS]
    parts.append('  </portType>\n  <binding name="SoapBinding" type="tns:Soap">\n')
    parts.append('    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n')
    parts += [_bound_operation(operation) for operation in OPERATIONS]
    parts.append('  </binding>\n  <service name="SforceService">\n    <port binding="tns:SoapBinding" name="Soap">\n')
    parts.append(f"      <soap:address location={quoteattr(location)}/>\n")
    parts.append("    </port>\n  </service>\n</definitions>\n")
    return "".join(parts).encode()
