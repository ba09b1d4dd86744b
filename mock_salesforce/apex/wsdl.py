"""The class's WSDL, in the shape of those that an org gives for its Apex web services."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

CLASS = "Zuora/OnDemandSync"
NAMESPACE = f"http://soap.sforce.com/schemas/class/{CLASS}"

_LEVELS = ("None", "Finest", "Finer", "Fine", "Debug", "Info", "Warn", "Error")
_CATEGORIES = (
    "Db",
    "Workflow",
    "Validation",
    "Callout",
    "Apex_code",
    "Apex_profiling",
    "Visualforce",
    "System",
    "Wave",
    "Nba",
    "Data_access",
    "All",
)
_LOG_TYPES = ("None", "Debugonly", "Db", "Profiling", "Callout", "Detail")

_SYNC_RESULT = (
    ("objectId", "xsd:string", False),
    ("statusMessage", "xsd:string", False),
    ("success", "xsd:boolean", False),
)
_METHODS = {
    "sendRequest": (
        ("syncObjectType", "xsd:string", False),
        ("syncObjectIdSet", "xsd:string", True),
        ("syncZuoraObjectIdSet", "xsd:string", True),
        ("syncZuoraObjectIdByEntity", "tns:ZuoraObjectOfEntity", True),
        ("emailNotificationEnabled", "xsd:boolean", False),
    ),
    "syncAccount": (("accountId", "tns:ID", False),),
}
"""Each method's parameters: name, type, whether it is a list."""


def _element(name: str, kind: str, *, many: bool) -> str:
    if many:
        return f'      <xsd:element name="{name}" minOccurs="0" maxOccurs="unbounded" type="{kind}"/>\n'
    optional = "" if name == "accountId" else ' minOccurs="0"'
    return f'      <xsd:element name="{name}"{optional} type="{kind}" nillable="true"/>\n'


def _sequence(elements: tuple[tuple[str, str, bool], ...]) -> str:
    inside = "".join(_element(name, kind, many=many) for name, kind, many in elements)
    return f"     <xsd:sequence>\n{inside}     </xsd:sequence>\n"


def _wrapped(name: str, inside: str) -> str:
    return f'   <xsd:element name="{name}">\n    <xsd:complexType>\n{inside}    </xsd:complexType>\n   </xsd:element>\n'


def _enumeration(name: str, values: tuple[str, ...]) -> str:
    listed = "".join(f'     <xsd:enumeration value="{value}"/>\n' for value in values)
    head = f'   <xsd:simpleType name="{name}">\n    <xsd:restriction base="xsd:string">\n'
    return f"{head}{listed}    </xsd:restriction>\n   </xsd:simpleType>\n"


def _single(name: str, kind: str) -> str:
    return f'     <xsd:sequence>\n      <xsd:element name="{name}" type="{kind}"/>\n     </xsd:sequence>\n'


_ID = (
    '   <xsd:simpleType name="ID">\n    <xsd:restriction base="xsd:string">\n     <xsd:length value="18"/>\n'
    '     <xsd:pattern value="[a-zA-Z0-9]{18}"/>\n    </xsd:restriction>\n   </xsd:simpleType>\n'
)


def _types() -> str:
    log_info = (
        '     <xsd:sequence>\n      <xsd:element name="category" type="tns:LogCategory"/>\n'
        '      <xsd:element name="level" type="tns:LogCategoryLevel"/>\n     </xsd:sequence>\n'
    )
    debugging = (
        '     <xsd:sequence>\n      <xsd:element name="categories" minOccurs="0" maxOccurs="unbounded" '
        'type="tns:LogInfo"/>\n      <xsd:element name="debugLevel" type="tns:LogType"/>\n     </xsd:sequence>\n'
    )
    of_entity = (("entityId", "xsd:string", False), ("zuoraObjectId", "xsd:string", False))
    parts = [
        _wrapped("AllowFieldTruncationHeader", _single("allowFieldTruncation", "xsd:boolean")),
        _wrapped("CallOptions", _single("client", "xsd:string")),
        _wrapped("DebuggingHeader", debugging),
        f'   <xsd:complexType name="LogInfo">\n{log_info}   </xsd:complexType>\n',
        _enumeration("LogCategory", _CATEGORIES),
        _enumeration("LogCategoryLevel", _LEVELS),
        _enumeration("LogType", _LOG_TYPES),
        _wrapped("DebuggingInfo", _single("debugLog", "xsd:string")),
        _ID,
        _wrapped("SessionHeader", _single("sessionId", "xsd:string")),
        f'   <xsd:complexType name="SyncResult">\n{_sequence(_SYNC_RESULT)}   </xsd:complexType>\n',
        f'   <xsd:complexType name="ZuoraObjectOfEntity">\n{_sequence(of_entity)}   </xsd:complexType>\n',
    ]
    for method, parameters in _METHODS.items():
        parts.append(_wrapped(method, _sequence(parameters)))
        results = (
            '     <xsd:sequence>\n      <xsd:element name="result" minOccurs="0" maxOccurs="unbounded" '
            'type="tns:SyncResult"/>\n     </xsd:sequence>\n'
        )
        parts.append(_wrapped(f"{method}Response", results))
    return "".join(parts)


_IN = ("SessionHeader", "CallOptions", "DebuggingHeader", "AllowFieldTruncationHeader")


def _bound(method: str) -> str:
    headers = "".join(f'    <soap:header use="literal" part="{name}" message="tns:Header"/>\n' for name in _IN)
    return (
        f'  <operation name="{method}">\n   <soap:operation soapAction=""/>\n   <input>\n{headers}'
        '    <soap:body use="literal" parts="parameters"/>\n   </input>\n   <output>\n'
        '    <soap:header use="literal" part="DebuggingInfo" message="tns:Header"/>\n'
        '    <soap:body use="literal"/>\n   </output>\n  </operation>\n'
    )


def render(location: str) -> bytes:
    """The WSDL of the class at this address."""
    header_parts = "".join(f'  <part name="{name}" element="tns:{name}"/>\n' for name in (*_IN, "DebuggingInfo"))
    messages = f' <message name="Header">\n{header_parts} </message>\n'
    ports = bound = ""
    for method in _METHODS:
        for suffix, element in (("Request", method), ("Response", f"{method}Response")):
            part = f'  <part element="tns:{element}" name="parameters"/>\n'
            messages += f' <message name="{method}{suffix}">\n{part} </message>\n'
        inputs = f'   <input message="tns:{method}Request"/>\n   <output message="tns:{method}Response"/>\n'
        ports += f'  <operation name="{method}">\n{inputs}  </operation>\n'
        bound += _bound(method)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions targetNamespace="{NAMESPACE}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        f' xmlns:tns="{NAMESPACE}">\n <types>\n  <xsd:schema elementFormDefault="qualified"'
        f' targetNamespace="{NAMESPACE}">\n{_types()}  </xsd:schema>\n </types>\n{messages}'
        f' <portType name="OnDemandSyncPortType">\n{ports} </portType>\n'
        ' <binding name="OnDemandSyncBinding" type="tns:OnDemandSyncPortType">\n'
        '  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n'
        f'{bound} </binding>\n <service name="OnDemandSyncService">\n  <documentation></documentation>\n'
        '  <port binding="tns:OnDemandSyncBinding" name="OnDemandSync">\n'
        f"   <soap:address location={quoteattr(location)}/>\n  </port>\n </service>\n</definitions>\n"
    ).encode()
