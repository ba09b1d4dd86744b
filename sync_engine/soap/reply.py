"""One reply, read from its bytes with lxml: body, headers, or a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_GENERIC_CODES = frozenset({"Client", "Server", "Sender", "Receiver", ""})
_CODE_ELEMENTS = ("FaultCode", "exceptionCode")
_MESSAGE_ELEMENTS = ("FaultMessage", "exceptionMessage")
_EXCERPT_CHARACTERS = 120
_ENVELOPE_TAG = re.compile(r"<(?:[\w.-]+:)?Envelope\b")
_CURSOR_FAULT = "InvalidQueryLocatorFault"

CURSOR_GONE = "INVALID_QUERY_LOCATOR"
"""The code of a query cursor that has expired or never was, whichever code the service itself put in the fault."""


class NotSoap(ValueError):
    """The bytes are no SOAP envelope; the message is a short excerpt of what they are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault: `code` without its namespace prefix, `kind` the name of the element inside its detail."""

    code: str
    message: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `result` is the element inside the Body (None when the body is empty or holds a fault)."""

    status: int
    result: etree._Element | None
    header: etree._Element | None
    fault: Fault | None
    retry_after_s: float | None = None


def local(element: etree._Element) -> str:
    """The tag without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return _without_namespace(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4_096)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children of that local name, in order."""
    return (item for item in element if local(item) == name) if element is not None else iter(())


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next(children(element, name), None)


def child_text(element: etree._Element | None, name: str) -> str | None:
    """The text of the first child of that local name; None when it is missing or nil."""
    found = child(element, name)
    return None if found is None or is_nil(found) else found.text or ""


def is_nil(element: etree._Element) -> bool:
    """Whether the element says `xsi:nil`; both "true" and "1" mean so."""
    return element.get(_XSI_NIL) in ("true", "1")


def read_envelope(content: bytes) -> etree._Element:
    """The root of a SOAP envelope. Raises `NotSoap` for anything else, document types included."""
    # Entities and document types have no place in SOAP, and are how a hostile reply would blow up or read files.
    parser = etree.XMLParser(huge_tree=False, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotSoap(excerpt(content)) from None
    if local(root) != "Envelope" or _has_document_type(root):
        raise NotSoap(excerpt(content))
    return root


def _has_document_type(root: etree._Element) -> bool:
    docinfo: Any = root.getroottree().docinfo
    return bool(docinfo.doctype)


def read_reply(content: bytes, status: int, retry_after_s: float | None = None) -> Reply:
    """Read SOAP 1.1 or 1.2. Raises `NotSoap` when the bytes are no envelope with a body."""
    root = read_envelope(content)
    body = child(root, "Body")
    if body is None:
        raise NotSoap(excerpt(content))
    result = next((item for item in body if local(item)), None)
    header = child(root, "Header")
    if result is not None and local(result) == "Fault":
        return Reply(status, None, header, read_fault(result), retry_after_s)
    return Reply(status, result, header, None, retry_after_s)


def read_fault(element: etree._Element) -> Fault:
    """Read a fault of either SOAP version, with or without the vendor's own detail."""
    code = child_text(element, "faultcode") or child_text(child(element, "Code"), "Value") or ""
    message = child_text(element, "faultstring") or child_text(child(element, "Reason"), "Text") or ""
    detail = child(element, "detail")
    detail = detail if detail is not None else child(element, "Detail")
    inner = next((item for item in detail if local(item)), None) if detail is not None else None
    kind = local(inner) if inner is not None else ""
    code = code.strip().rpartition(":")[2]
    if code in _GENERIC_CODES:
        code = _first_text(inner, _CODE_ELEMENTS).rpartition(":")[2] or code or "Server"
    message = (message.strip() or _first_text(inner, _MESSAGE_ELEMENTS)).removeprefix(f"{code}: ")
    if kind == _CURSOR_FAULT:
        code = CURSOR_GONE
    return Fault(code, message, kind)


def begins_envelope(content: bytes) -> bool:
    """Whether this is an envelope, whole or not, and no page of something in between."""
    return _ENVELOPE_TAG.search(content[:4096].decode("utf-8", "replace")) is not None


def excerpt(content: bytes) -> str:
    """A few words of something that is not SOAP, for a person: an HTML page's title if it has one.

    What looks like an envelope is not repeated: one that broke off may hold a session nobody knows to strike out yet.
    """
    if begins_envelope(content):
        return f"an envelope that breaks off or cannot be used, of {len(content)} bytes"
    text = content[:4096].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    words = " ".join((title.group(1) if title else re.sub(r"<[^>]*>", " ", text)).split())
    if not words:
        return "an empty page"
    return words if len(words) <= _EXCERPT_CHARACTERS else words[:_EXCERPT_CHARACTERS] + "…"


def _first_text(element: etree._Element | None, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := child_text(element, name))), "").strip()
