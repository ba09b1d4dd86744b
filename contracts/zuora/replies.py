"""Replies of the service read from their bytes: envelopes, faults, query pages, records, results of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from contracts.judging import Broken, require
from contracts.target import Response

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
API = "http://api.zuora.com/"
OBJECT = "http://object.api.zuora.com/"
FAULT = "http://fault.api.zuora.com/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def is_nil(element: etree._Element) -> bool:
    """Whether the element says it has no value."""
    return element.get(f"{{{XSI}}}nil") in ("1", "true")


def only(element: etree._Element, name: str) -> etree._Element:
    """The one child with this local name."""
    found = [child for child in element if local(child) == name]
    require(len(found) == 1, f"{len(found)} elements {name} in {local(element)} where there should be one")
    return found[0]


def texts(element: etree._Element) -> list[tuple[str, str | None]]:
    """The children as (local name, text); the text is None for a nil one."""
    return [(local(child), None if is_nil(child) else child.text or "") for child in element]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `kind` is the detail's type, `fault_code` and `fault_message` what is inside; "" where absent."""

    code: str
    text: str
    kind: str = ""
    fault_code: str = ""
    fault_message: str = ""

    @property
    def short(self) -> tuple[str, str]:
        """The two things clients go by: type and code."""
        return self.kind, self.fault_code


class Fields(dict[str, str]):
    """Some fields of a row by name; raises `Broken` for one that is null or not there."""

    def __missing__(self, name: str) -> str:
        raise Broken(f"the row has no {name}, only {', '.join(self) or 'nothing'}")


@dataclass(frozen=True)
class Record:
    """One record of a page: its type as written, and its fields in the order they came."""

    type: str
    fields: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        for key, value in self.fields:
            if key == name:
                return value
        raise Broken(f"the record has no {name}, only {', '.join(self.names)}")

    def get(self, name: str) -> str | None:
        """A field's text; None when the record has it not."""
        return dict(self.fields).get(name)

    @property
    def names(self) -> list[str]:
        """The fields' names in order."""
        return [key for key, _ in self.fields]


@dataclass(frozen=True)
class Page:
    """One page of a query's result; a nil record is left out of `records` and counted in `nil_records`."""

    done: bool
    locator: str | None
    records: tuple[Record, ...]
    size: int
    nil_records: int
    children: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        """The records' ids in order."""
        return [each["Id"] for each in self.records]

    @property
    def one(self) -> Record:
        """The only record."""
        require(len(self.records) == 1, f"{len(self.records)} records where there should be one")
        return self.records[0]


@dataclass(frozen=True)
class Outcome:
    """One row's result, its children as (name, text) in order; errors as (code, message)."""

    names: tuple[str, ...]
    id: str | None
    success: bool
    errors: tuple[tuple[str, str], ...]
    error_parts: tuple[str, ...]
    element: etree._Element

    @property
    def done_id(self) -> str:
        """The id of a row that went well."""
        if not self.success or not self.id:
            raise Broken(f"the row failed: {self.errors}")
        return self.id

    @property
    def code(self) -> str:
        """The code of the first error."""
        require(not self.success and self.errors, "the row went well where it should have failed")
        return self.errors[0][0]

    @property
    def message(self) -> str:
        """The message of the first error."""
        require(not self.success and self.errors, "the row went well where it should have failed")
        return self.errors[0][1]

    def text(self, name: str) -> str:
        """The text of a child of the result; of a row that failed there is none."""
        require(not self.errors, f"the row failed: {self.errors}")
        return only(self.element, name).text or ""


@dataclass(frozen=True)
class Reply:
    """A response with readers for what may be in it; each raises `Broken` when it is not there."""

    response: Response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def bytes(self) -> bytes:
        """The body."""
        return self.response.body

    @cached_property
    def root(self) -> etree._Element:
        """The envelope."""
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
            return etree.fromstring(self.response.body, parser)
        except etree.XMLSyntaxError as error:
            raise Broken(f"HTTP {self.status}, and no XML: {self.response.body[:200]!r}") from error

    @property
    def envelope(self) -> str:
        """The envelope's namespace."""
        require(local(self.root) == "Envelope", f"{self.root.tag} where an Envelope was expected")
        return etree.QName(self.root).namespace or ""

    @property
    def payload(self) -> etree._Element:
        """The one element in the Body, whatever it is."""
        body = [child for child in self.root if local(child) == "Body"]
        require(len(body) == 1 and len(body[0]) == 1, f"the reply has no Body with one element: {self.bytes[:300]!r}")
        return body[0][0]

    def answer(self, operation: str) -> etree._Element:
        """The response element of an operation that went well."""
        element = self.payload
        if local(element) == "Fault":
            raise Broken(f"HTTP {self.status}, a fault: {self.fault()}")
        require(element.tag == f"{{{API}}}{operation}Response", f"{element.tag} answers {operation}")
        require(self.status == 200, f"HTTP {self.status} with an answer that went well")
        return element

    def fault(self) -> Fault:
        """The fault, of either SOAP version."""
        element = self.payload
        require(local(element) == "Fault", f"{local(element)} where a fault was expected: {self.bytes[:300]!r}")
        if self.envelope == SOAP_12:
            code = "".join(_text(element, "Code", "Value"))
            words = "".join(_text(element, "Reason", "Text"))
            detail = [child for child in element if local(child) == "Detail"]
        else:
            code, words = "".join(_text(element, "faultcode")), "".join(_text(element, "faultstring"))
            detail = [child for child in element if local(child) == "detail"]
        if not detail or not len(detail[0]):
            return Fault(code, words)
        inner = detail[0][0]
        values = dict(texts(inner))
        return Fault(
            code, words, local(inner), str(values.get("FaultCode") or ""), str(values.get("FaultMessage") or "")
        )

    def page(self, operation: str = "query") -> Page:
        """The page in the answer to query or queryMore."""
        result = only(self.answer(operation), "result")
        found = [child for child in result if local(child) == "records"]
        locator = only(result, "queryLocator")
        return Page(
            done=(only(result, "done").text or "") == "true",
            locator=None if is_nil(locator) else locator.text or "",
            records=tuple(read_record(each) for each in found if not is_nil(each)),
            size=int(only(result, "size").text or "-1"),
            nil_records=sum(is_nil(each) for each in found),
            children=tuple(local(child) for child in result),
        )

    def outcomes(self, operation: str, rows: int = 1, *, name: str = "result") -> list[Outcome]:
        """The results of a write: as many as there were rows."""
        found = [_outcome(each) for each in self.answer(operation) if local(each) == name]
        require(len(found) == rows, f"{len(found)} elements {name} for {rows} rows")
        return found


def read_record(element: etree._Element) -> Record:
    """A `records` element as a record."""
    kind = (element.get(f"{{{XSI}}}type") or "").rpartition(":")[2]
    return Record(kind, tuple((local(child), child.text or "") for child in element))


def _text(element: etree._Element, *path: str) -> Iterator[str]:
    for name in path:
        found = [child for child in element if local(child) == name]
        if not found:
            return
        element = found[0]
    yield (element.text or "").strip()


def _outcome(element: etree._Element) -> Outcome:
    children = {local(child).lower(): child for child in element}
    failures = [child for child in element if local(child).lower() == "errors" and not is_nil(child)]
    success, id_ = children.get("success"), children.get("id")
    return Outcome(
        names=tuple(local(child) for child in element),
        id=None if id_ is None or is_nil(id_) else id_.text,
        success=success is not None and success.text == "true",
        errors=tuple(("".join(_text(each, "Code")), "".join(_text(each, "Message"))) for each in failures),
        error_parts=tuple(local(part) for each in failures[:1] for part in each),
        element=element,
    )
