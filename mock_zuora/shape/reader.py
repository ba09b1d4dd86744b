"""Reads a tenant's shape out of its own WSDL, of any version.

What is read is what a tenant's WSDL differs in: objects, fields, types, operations. Nothing outside of the document
is touched, and one that is too large, too deep or no Zuora WSDL is refused with one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from mock_zuora.messages import complex_types
from mock_zuora.objects import NEWEST_VERSION
from mock_zuora.parts import Part
from mock_zuora.shape.model import Shape, ShapeField
from simulator.soap.envelope import Unreadable, parse
from simulator.soap.message import Limits

API = "http://api.zuora.com/"
OBJECTS = "http://object.api.zuora.com/"
MAX_WSDL_BYTES = 32 * 1024 * 1024

_XS = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
_VERSION = re.compile(r"/(\d{1,3}\.\d{1,2})/?$")
_BASE = "zObject"
_LIMITS = Limits(request_bytes=MAX_WSDL_BYTES, nodes=1_000_000, depth=40, bytes_between_tags=1024 * 1024)
_MAX_BASES = 20
_BOUND = re.compile(r"\d{1,9}")


class UnusableWsdl(ValueError):
    """The document is not the WSDL of a Zuora tenant."""


def read_wsdl(document: bytes) -> Shape:
    """The shape that a WSDL tells; raises `UnusableWsdl`, or `UnusableShape` for names the mock cannot have."""
    if len(document) > MAX_WSDL_BYTES:
        raise UnusableWsdl(f"it is larger than {MAX_WSDL_BYTES // 2**20} MB")
    try:
        root = parse(document, _LIMITS)
    except Unreadable as error:
        raise UnusableWsdl(f"it cannot be read as XML: {error}") from None
    if root.tag != f"{_WSDL}definitions":
        raise UnusableWsdl(f"its root is {root.tag[:100]}, not that of a WSDL")
    return _Reader(root).shape()


class _Reader:
    """One WSDL, read."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._objects = self._complex_types(OBJECTS)
        self._types = self._complex_types(API)
        self._simple = {
            (str(schema.get("targetNamespace")), str(kind.get("name"))): kind
            for schema in root.iter(f"{_XS}schema")
            for kind in schema.iterchildren(f"{_XS}simpleType")
        }

    def shape(self) -> Shape:
        """All of it."""
        if _BASE not in self._objects:
            target = self._root.get("targetNamespace", "none")
            raise UnusableWsdl(
                f"it is no Zuora WSDL: it has no {_BASE} in {OBJECTS} (its own namespace is {target[:100]})"
            )
        objects = {name: tuple(self._fields(name)) for name in self._objects if name != _BASE and self._is_object(name)}
        if not objects:
            raise UnusableWsdl("it has no objects")
        standard = complex_types()
        types = {name: tuple(self._parts(kind)) for name, kind in self._types.items()}
        added = {
            name: parts
            for name, parts in types.items()
            if {part.name for part in parts} - {part.name for part in standard.get(name, ())} or name not in standard
        }
        return Shape(self._version(), objects, added, self._operations())

    def _complex_types(self, namespace: str) -> dict[str, etree._Element]:
        return {
            str(kind.get("name")): kind
            for schema in self._root.iter(f"{_XS}schema")
            if schema.get("targetNamespace") == namespace
            for kind in schema.iterchildren(f"{_XS}complexType")
        }

    def _version(self) -> float:
        """What the port's address says; the newest where it does not."""
        for address in self._root.iter(_ADDRESS):
            found = _VERSION.search(address.get("location", ""))
            if found and 1 <= float(found[1]) <= NEWEST_VERSION:
                return float(found[1])
        return NEWEST_VERSION

    def _operations(self) -> tuple[str, ...]:
        ports = self._root.iterchildren(f"{_WSDL}portType")
        return tuple(str(each.get("name")) for port in ports for each in port.iterchildren(f"{_WSDL}operation"))

    def _bases(self, name: str) -> Iterator[str]:
        """The object and what it extends, one after another."""
        for _ in range(_MAX_BASES):
            yield name
            kind = self._objects.get(name)
            extension = None if kind is None else kind.find(f"{_XS}complexContent/{_XS}extension")
            if extension is None:
                return
            name = extension.get("base", "").rpartition(":")[2]
        raise UnusableWsdl(f"the objects under {name[:100]} extend each other without end")

    def _is_object(self, name: str) -> bool:
        return _BASE in self._bases(name)

    def _fields(self, name: str) -> Iterator[ShapeField]:
        """An object's own fields behind those of what it extends; Id and fieldsToNull are every object's."""
        for each in reversed(list(self._bases(name))):
            if each != _BASE and each in self._objects:
                for part in self._parts(self._objects[each]):
                    if part.name in ("Id", "fieldsToNull"):
                        continue
                    kind = "id" if part.type == "zns:ID" else part.type
                    yield ShapeField(part.name, kind, part.nillable)

    def _parts(self, kind: etree._Element) -> Iterator[Part]:
        for element in kind.iterdescendants(f"{_XS}element"):
            name = element.get("name") or element.get("ref", "").rpartition(":")[2]
            least, most = element.get("minOccurs", "1"), element.get("maxOccurs", "1")
            yield Part(
                name,
                self._type(element),
                least if _BOUND.fullmatch(least) else "0",
                most if _BOUND.fullmatch(most) else "n",
                element.get("nillable") in ("true", "1"),
                element.get("default", ""),
            )

    def _type(self, element: etree._Element) -> str:
        """The type by the prefixes this project uses; a simple type of the WSDL's own is what it restricts."""
        given, place = element.get("type", ""), element
        for _ in range(_MAX_BASES):
            prefix, colon, name = given.rpartition(":")
            namespace = str(place.nsmap.get(prefix if colon else None))
            if namespace == API and name in ("ID", "QueryLocator", "ErrorCode"):
                return f"zns:{name}"
            if namespace in (API, OBJECTS) and name in (self._types if namespace == API else self._objects):
                return f"{'zns' if namespace == API else 'ons'}:{name}"
            simple = self._simple.get((namespace, name))
            restriction = None if simple is None else simple.find(f"{_XS}restriction")
            if restriction is None:
                return name if namespace == _XS.strip("{}") and name else "string"
            given, place = restriction.get("base", ""), restriction
        return "string"
