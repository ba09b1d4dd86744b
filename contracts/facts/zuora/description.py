"""A service description that was fetched, with readers for its parts."""

from __future__ import annotations

from lxml import etree

from contracts.judging import Broken, same
from contracts.zuora.client import Client, endpoint

W, X, S = (
    "{http://schemas.xmlsoap.org/wsdl/}",
    "{http://www.w3.org/2001/XMLSchema}",
    "{http://schemas.xmlsoap.org/wsdl/soap/}",
)
API, OBJECT, FAULT = (f"http://{part}api.zuora.com/" for part in ("", "object.", "fault."))


class Description:
    """A WSDL that was fetched, with readers for its parts."""

    def __init__(self, client: Client, version: str = "83.0") -> None:
        reply = client.get(f"{endpoint(version)}?wsdl")
        same(reply.status, 200, "HTTP status of the WSDL")
        self.root = reply.root
        same(self.root.tag, f"{W}definitions", "the WSDL's root")

    def schema(self, namespace: str) -> etree._Element:
        """The schema of a namespace."""
        for each in self.root.iter(f"{X}schema"):
            if each.get("targetNamespace") == namespace:
                return each
        raise Broken(f"there is no schema of {namespace}")

    def named(self, kind: str, name: str, namespace: str = API) -> etree._Element:
        """The top-level element, complexType or simpleType of a name."""
        for each in self.schema(namespace):
            if each.tag == f"{X}{kind}" and each.get("name") == name:
                return each
        raise Broken(f"there is no {kind} {name} in {namespace}")

    def parts(self, kind: str, name: str, namespace: str = API) -> list[etree._Element]:
        """The elements in a type or element, in order."""
        return list(self.named(kind, name, namespace).iter(f"{X}element"))[1 if kind == "element" else 0 :]

    def names(self, kind: str, name: str, namespace: str = API) -> list[str]:
        """The names of the elements in a type or element, in order."""
        return [each.get("name") or "" for each in self.parts(kind, name, namespace)]

    def fields(self, object_name: str) -> dict[str, str]:
        """An object's own fields: type without prefix by name, in order."""
        parts = self.parts("complexType", object_name, OBJECT)
        return {each.get("name") or "": (each.get("type") or "").rpartition(":")[2] for each in parts}

    def binding(self, operation: str) -> etree._Element:
        """An operation in the binding."""
        for each in self.root.findall(f"{W}binding/{W}operation"):
            if each.get("name") == operation:
                return each
        raise Broken(f"the binding has no operation {operation}")
