"""The service's dialect of SOAP: its envelopes, its limits, and how strictly it takes what it is sent.

Strict is what the WSDL says: headers and elements by their namespace and exact name. Loose takes them by local name,
whatever their namespace, as clients need that were written against a more forgiving service.
"""

from __future__ import annotations

from lxml import etree

from mock_zuora.faults import type_fault, unreadable
from mock_zuora.limits import REQUEST_BYTES_MAX
from simulator.soap import Call, Dialect, Limits, SoapFault, local

API_NAMESPACE = "http://api.zuora.com/"
OBJECT_NAMESPACE = "http://object.api.zuora.com/"

HEADERS = {
    "SessionHeader": frozenset({"session"}),
    "QueryOptions": frozenset({"batchSize", "caseSensitive", "fastQuery"}),
    "CallOptions": frozenset({"useSingleTransaction"}),
    "DummyHeader": frozenset[str](),
}
"""The header blocks the service knows, and the elements in each."""

LIMITS = Limits(request_bytes=REQUEST_BYTES_MAX, nodes=100_000, depth=64, bytes_between_tags=1024 * 1024)
"""Far above the largest call there is reason for."""

_API = f"{{{API_NAMESPACE}}}"
_EITHER = (_API, f"{{{OBJECT_NAMESPACE}}}")
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# The names of the XML reader's exceptions, which the service lets through to its clients.
_READER_ERRORS = {
    "end": "WstxEOFException",
    "encoding": "WstxIOException",
    "character": "WstxUnexpectedCharException",
    "syntax": "WstxParsingException",
    "limit": "WstxParsingException",
}


def dialect(*, loose: bool = False) -> Dialect:
    """The dialect, strict or loose."""
    return Dialect(
        namespace=API_NAMESPACE,
        declaration=b"<?xml version='1.0' encoding='UTF-8'?>",
        content_type="text/xml;charset=UTF-8",
        response_headers=(
            ("Server", "Zuora App"),
            ("Cache-Control", "max-age=0, no-cache, no-store"),
            ("Pragma", "no-cache"),
        ),
        limits=LIMITS,
        media_types=frozenset({"text/xml", "application/soap+xml"}),
        understands=None if loose else frozenset(HEADERS),
        check=None if loose else check,
        unknown_operation=unknown_operation,
        malformed=_malformed,
    )


def check(call: Call) -> None:
    """Look a call over strictly: raises the service's fault for an element of another namespace.

    What a known header block holds beside its own elements is taken out of it, as if it were not there.
    """
    for name, block in call.headers.items():
        names = {_API + each for each in HEADERS[name]}
        for child in list(block):
            if child.tag not in names:
                block.remove(child)
    for child in call.payload.iterchildren(etree.Element):
        if not child.tag.startswith(_API):
            raise unreadable(f"Unexpected subelement {local(child)}")
        for below in child.iterdescendants(etree.Element):
            if not below.tag.startswith(_EITHER):
                raise unreadable(f"Unexpected subelement {local(below)}")
        if local(child) == "zObjects":
            _check_type(child)


def _check_type(element: etree._Element) -> None:
    """A zObject's xsi:type names an object: its prefix must stand for their namespace."""
    prefix, colon, kind = element.get(_XSI_TYPE, "").strip().rpartition(":")
    if kind and element.nsmap.get(prefix if colon else None) != OBJECT_NAMESPACE:
        raise type_fault(kind)


def unknown_operation(name: str) -> SoapFault:
    """The fault for an operation the service does not have; `name` is `{namespace}name`."""
    return SoapFault(
        "soapenv:Client",
        f"The endpoint reference (EPR) for the Operation not found: the WSDL action is empty, the element {name}",
    )


def _malformed(words: str, flaw: str) -> SoapFault:
    if flaw == "version":
        return SoapFault("soapenv:VersionMismatch", words)
    name = _READER_ERRORS.get(flaw)
    return unreadable(words if name is None else f"com.ctc.wstx.exc.{name}: {words}")
