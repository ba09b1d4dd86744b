"""Metadata files as elements: read within limits, without entities, and their values by name."""

from __future__ import annotations

from lxml import etree

from simulator.soap import children, local
from simulator.soap.envelope import Unreadable, parse
from simulator.soap.message import Limits, text

MAX_FILE_BYTES = 16 * 1024 * 1024
_LIMITS = Limits(request_bytes=MAX_FILE_BYTES, nodes=500_000, depth=30, bytes_between_tags=512 * 1024)


class Unusable(ValueError):
    """A file, or something in it, from which nothing can be made; the message says why and what to do."""


def document(content: bytes, root: str) -> etree._Element:
    """A file's root, which must have this name. Raises `Unusable`."""
    if len(content) > MAX_FILE_BYTES:
        raise Unusable(f"it is larger than {MAX_FILE_BYTES // 2**20} MB; retrieve it again from the org")
    try:
        found = parse(content, _LIMITS)
    except Unreadable as error:
        raise Unusable(f"it cannot be read as XML: {error}; retrieve it again from the org") from None
    if local(found) != root:
        raise Unusable(f"its root is {local(found)[:60]!r} where {root!r} is expected")
    return found


def word(element: etree._Element, name: str) -> str:
    """The text of a child, "" when there is none."""
    return (text(element, name) or "").strip()


def flag(element: etree._Element, name: str) -> bool:
    """Whether a child says true. Raises `Unusable` when it says neither."""
    said = word(element, name).lower()
    if said not in ("", "true", "false"):
        raise Unusable(f"<{name}> is {said[:40]!r}; it must be true or false")
    return said == "true"


def number(element: etree._Element, name: str) -> int:
    """The whole number in a child, 0 when there is none. Raises `Unusable`."""
    said = word(element, name)
    if said and not (said.isascii() and said.isdigit() and len(said) <= 9):
        raise Unusable(f"<{name}> is {said[:40]!r}; it must be a whole number")
    return int(said or 0)


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of a name."""
    return next(iter(children(element, name)), None)
