"""A request's bytes to the parts of its envelope, within limits and without touching anything outside of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lxml import etree

from simulator.soap.message import Limits

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

_CHUNK_BYTES = 65_536
# A document type can only stand before the root, behind a declaration, comments and instructions. Refused as text,
# before the parser reads any of its entities; what hides it in another encoding is found after parsing.
_DOCTYPE = re.compile(rb"(?>\xef\xbb\xbf)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL)
# The parser's advice to its programmer is no business of who sent the message.
_OPTION = re.compile(r", (?:use|try) XML_PARSE_HUGE(?: option)?|, see xmlCtxtSetMaxAmplification\.")
_FLAWS = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: "end",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: "end",
    etree.ErrorTypes.ERR_GT_REQUIRED: "end",
    etree.ErrorTypes.ERR_INVALID_ENCODING: "encoding",
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING: "encoding",
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: "encoding",
    etree.ErrorTypes.ERR_INVALID_CHAR: "character",
    etree.ErrorTypes.ERR_INVALID_CHARREF: "character",
}


class Flaw(StrEnum):
    """What is wrong with a message that cannot be read."""

    SYNTAX = "syntax"
    CHARACTER = "character"
    ENCODING = "encoding"
    END = "end"
    LIMIT = "limit"
    VERSION = "version"
    SHAPE = "shape"


class Unreadable(ValueError):
    """The message is no SOAP envelope that the service reads; its text says why."""

    def __init__(self, words: str, flaw: Flaw = Flaw.SHAPE) -> None:
        super().__init__(words)
        self.flaw = flaw


_SMALL_BYTES = 1024 * 1024
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """The header blocks, in order, the Body's one child, and whether the envelope is SOAP 1.2's."""

    blocks: tuple[etree._Element, ...]
    payload: etree._Element
    soap12: bool


def parse(document: bytes, limits: Limits | None = None, charset: str | None = None) -> etree._Element:
    """Parse a request; `charset`, when given, overrules the document's own declaration.

    Counts while it reads, so that a document over its limits is refused before it is built. Raises `Unreadable`.
    """
    limits = limits or Limits()
    if _DOCTYPE.match(document):
        raise _doctype()
    small = _parse_small(document, limits, charset)
    if small is not None:
        return small
    parser = etree.XMLPullParser(events=("start", "end"), encoding=charset, **_OPTIONS)
    count = _Count(limits)
    try:
        for start in range(0, max(1, len(document)), _CHUNK_BYTES):
            chunk = document[start : start + _CHUNK_BYTES]
            parser.feed(chunk)
            count.take(parser, len(chunk))
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        raise _syntax(error, parser) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    return root


def _parse_small(document: bytes, limits: Limits, charset: str | None) -> etree._Element | None:
    """A document that is so small that it can be built before it is counted; None for any other, and for a bad one.

    There are no more elements than opening angles, and no more attributes than equals signs.
    """
    if len(document) > min(_SMALL_BYTES, limits.bytes_between_tags):
        return None
    if document.count(b"<") + document.count(b"=") > limits.nodes:
        return None
    try:
        root: etree._Element = etree.fromstring(document, etree.XMLParser(encoding=charset, **_OPTIONS))
    except (etree.XMLSyntaxError, ValueError):
        return None
    # A step a level: to count each element's ancestors takes longer than to parse the document.
    too_deep = etree.XPath(f"boolean({'/*' * (limits.depth + 1)})")
    return None if root.getroottree().docinfo.internalDTD is not None or too_deep(root) else root


class _Count:
    """Elements and attributes, depth, and bytes since the last tag, which is an event only when all of it is there."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._nodes = self._depth = self._bytes = 0

    def take(self, parser: etree.XMLPullParser, size: int) -> None:
        """Count what came of another `size` bytes; raises `Unreadable`."""
        limits, nodes, depth, seen = self._limits, self._nodes, self._depth, False
        for event, element in parser.read_events():
            seen = True
            if event == "end":
                depth -= 1
                continue
            nodes += 1 + len(element.attrib)  # type: ignore[union-attr]  # of these events it is always an element
            depth += 1
            if depth > limits.depth:
                raise Unreadable(f"elements are nested more than {limits.depth} deep", Flaw.LIMIT)
            if nodes > limits.nodes:
                raise Unreadable(f"the document has more than {limits.nodes} elements and attributes", Flaw.LIMIT)
        self._nodes, self._depth = nodes, depth
        self._bytes = 0 if seen else self._bytes + size
        if self._bytes > limits.bytes_between_tags:
            raise Unreadable(f"a tag or text is longer than {limits.bytes_between_tags} bytes", Flaw.LIMIT)


def envelope(root: etree._Element) -> Envelope:
    """The parts of an envelope of either version; raises `Unreadable`."""
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise Unreadable(f"the document's root is {root.tag}, not a SOAP Envelope")
    if name.namespace not in (SOAP11, SOAP12):
        raise Unreadable("Only SOAP 1.1 or SOAP 1.2 messages are supported in the system", Flaw.VERSION)
    space = f"{{{name.namespace}}}"
    parts = [child.tag for child in root if child.tag in (f"{space}Header", f"{space}Body")]
    if parts not in ([f"{space}Header", f"{space}Body"], [f"{space}Body"]):
        raise Unreadable("a SOAP Envelope holds at most one Header and then one Body")
    body, header = root.find(f"{space}Body"), root.find(f"{space}Header")
    inside = [] if body is None else [child for child in body if isinstance(child.tag, str)]
    if not inside:
        raise Unreadable("the SOAP Body is missing or empty")
    if len(inside) > 1:
        raise Unreadable(f"the SOAP Body holds {len(inside)} elements where one operation is expected")
    blocks = () if header is None else tuple(block for block in header if isinstance(block.tag, str))
    return Envelope(blocks, inside[0], name.namespace == SOAP12)


def must_be_understood(block: etree._Element) -> bool:
    """Whether a header block is for this receiver and insists on being understood, in its envelope's version."""
    for space, receivers in (
        (SOAP11, ("", "http://schemas.xmlsoap.org/soap/actor/next")),
        (SOAP12, ("", f"{SOAP12}/role/next", f"{SOAP12}/role/ultimateReceiver")),
    ):
        role = "actor" if space == SOAP11 else "role"
        if block.get(f"{{{space}}}mustUnderstand", "").strip() in ("1", "true"):
            return block.get(f"{{{space}}}{role}", "").strip() in receivers
    return False


def _doctype() -> Unreadable:
    return Unreadable("a document type declaration is not allowed in a SOAP message", Flaw.SYNTAX)


def _syntax(error: etree.XMLSyntaxError, parser: etree.XMLPullParser) -> Unreadable:
    # Of an entity that is not declared the exception says nothing, but the parser's log does.
    logged = list(parser.feed_error_log)
    words = logged[-1].message if logged else error.msg
    code = logged[-1].type if logged else 0
    return Unreadable(_OPTION.sub("", " ".join(words.split())), Flaw(_FLAWS.get(code, "syntax")))
