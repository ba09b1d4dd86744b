"""What passes between the SOAP protocol and a mock's handlers: calls, faults, operations, dialects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree


class SoapFault(Exception):
    """A fault to answer with.

    `code` is the faultcode as on the wire, prefix included; `detail` the XML inside `<detail>`, left out when empty;
    `attributes` raw bytes for the Fault element's own tag, such as a namespace declaration.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        detail: bytes = b"",
        http_status: int = 500,
        attributes: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.detail = detail
        self.http_status = http_status
        self.attributes = attributes
        self.headers = headers


@dataclass(frozen=True, slots=True)
class RaisedFault:
    """A fault that a call is to end with, put on it from outside: before anything is done, or after all of it is."""

    fault: SoapFault
    after_commit: bool = False


RAISED_FAULT = "simulator.raised_fault"
"""The WSGI environment key under which the SOAP host finds a `RaisedFault`, if there is one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest request a service takes.

    In bytes when inflated, in elements and attributes together, in depth, and in bytes between the ends of two tags.
    """

    request_bytes: int = 50 * 1024 * 1024
    nodes: int = 1_000_000
    depth: int = 100
    bytes_between_tags: int = 12 * 1024 * 1024


@dataclass(slots=True)
class Call:
    """One request, parsed: the Body's child, the header blocks by local name, and where it came in."""

    operation: str
    payload: etree._Element
    headers: Mapping[str, etree._Element]
    path: str
    environ: dict[str, Any]
    soap12: bool = False
    service_time_s: float = 0.0
    """Set by a handler: how long the real service would take. The host waits that long, on its clock."""
    response_header: bytes = b""
    """Set by a handler: XML for the reply's `<soapenv:Header>`."""


Answer = bytes | list[bytes]
"""The XML inside a reply's Body; long ones in pieces, which are joined once, at the very end."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a service: its name, and the handler that answers with the XML inside the reply's Body."""

    name: str
    handler: Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one vendor writes its envelopes and says what it did not understand.

    `declaration` opens every reply; `envelope_attributes` follow the soapenv declaration in the Envelope's tag;
    `unknown_operation` takes the Body child's `{namespace}name`, `malformed` why a message could not be read and what
    kind of flaw that is (`simulator.soap.envelope.Flaw`).
    """

    namespace: str
    declaration: bytes
    envelope_attributes: bytes = b""
    fault_envelope_attributes: bytes | None = None
    """The same for faults where they differ; a vendor that has them sends its faults without a Header."""
    content_type: str = "text/xml; charset=utf-8"
    response_headers: tuple[tuple[str, str], ...] = ()
    always_header: bool = False
    limits: Limits = Limits()
    media_types: frozenset[str] = frozenset()
    """The types of content that are read, in lower case; any when there are none."""
    understands: frozenset[str] | None = None
    """The header blocks of the dialect's namespace that are read, and no others are; None reads all, of any name."""
    check: Callable[[Call], None] | None = None
    """Looks a call over before its operation does; raises `SoapFault`."""
    unknown_operation: Callable[[str], SoapFault] = field(
        default=lambda name: SoapFault("soapenv:Client", f"No operation available for request {name}")
    )
    too_large: Callable[[float], SoapFault] | None = None
    """The fault for a request of more than so many megabytes; without it HTTP 413 says so in plain words."""
    malformed: Callable[[str, str], SoapFault] = field(default=lambda words, flaw: SoapFault("soapenv:Client", words))


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The child elements with one of these local names, in any namespace; all of them when none is named."""
    return [child for child in element if isinstance(child.tag, str) and (not names or local(child) in names)]


def text(element: etree._Element, name: str) -> str | None:
    """The text of the first child with this local name; None when there is no such child, "" when it is empty."""
    for child in children(element, name):
        return child.text or ""
    return None


# A bare carriage return would reach the reader as a line feed.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xd;"})
# What XML 1.0 cannot carry at all is dropped from replies, as both services do.
_FORBIDDEN = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
_FORBIDDEN |= dict.fromkeys(range(0xD800, 0xE000))


def escape(value: str) -> bytes:
    """Text as element content, in UTF-8."""
    if value.isascii() and value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
        return value.encode()
    return value.translate(_FORBIDDEN).translate(_ESCAPES).encode()
