"""A small SOAP client for facts about Salesforce: builds envelopes as text, and reads replies from their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from xml.sax.saxutils import escape

from lxml import etree

from contracts.judging import Broken, require
from contracts.salesforce.target import OrgTarget
from contracts.target import Request, Response

PARTNER = "urn:partner.soap.sforce.com"
APEX = "http://soap.sforce.com/schemas/class/Zuora/OnDemandSync"
APEX_PATH = "/services/Soap/class/Zuora/OnDemandSync"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
VERSION = "64.0"
"""The version that checks use unless they say otherwise: the last with login()."""

Values = Mapping[str, object]


def endpoint(version: str = VERSION) -> str:
    """The path of the Partner API of a version."""
    return f"/services/Soap/u/{version}"


def element(name: str, value: object, prefix: str = "p") -> str:
    """An element with text; True and False are XML's words."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{prefix}:{name}>{escape(text)}</{prefix}:{name}>"


def row(kind: str, values: Values | None = None, *, tag: str = "sObjects") -> str:
    """One sObject; a nested mapping is a parent named by one of its own fields, a list makes several elements."""
    return f"<p:{tag}>{_inside(kind, values or {})}</p:{tag}>"


def _inside(kind: str, values: Values) -> str:
    parts = [element("type", kind, "o")]
    for name, value in values.items():
        if isinstance(value, Mapping):
            parent = {key: each for key, each in value.items() if key != "type"}
            parts.append(f"<o:{name}>{_inside(str(value['type']), parent)}</o:{name}>")
        else:
            parts += [element(name, each, "o") for each in (value if isinstance(value, list) else [value])]
    return "".join(parts)


class Told(dict[str, str]):
    """Leaves by name; asking for one that is not there raises `Broken`."""

    def __missing__(self, name: str) -> str:
        raise Broken(f"no {name} in {dict(self)}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as it came: code and string, and of its detail the type, code, message and place."""

    faultcode: str
    faultstring: str
    kind: str = ""
    code: str = ""
    message: str = ""
    row: str = ""
    column: str = ""


class Reply:
    """One reply."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status
        self.body = response.body

    @property
    def text(self) -> str:
        """The whole body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def root(self) -> etree._Element:
        """The body's document; raises `Broken` when it is none."""
        try:
            return etree.fromstring(self.body)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Broken(f"the reply is not XML: {error}") from None

    @property
    def inside(self) -> str:
        """What stands inside the Body, as sent."""
        return self.text.partition("<soapenv:Body>")[2].rpartition("</soapenv:Body>")[0]

    def texts(self, name: str) -> list[str]:
        """The texts of all elements of a name."""
        return [each.text or "" for each in self.root.iter(f"{{*}}{name}")]

    def one(self, name: str) -> str:
        """The text of the only element of a name; raises `Broken` when there is none, or several."""
        found = self.texts(name)
        require(len(found) == 1, f"{len(found)} elements {name} where there should be one, in {self.text[:800]}")
        return found[0]

    @property
    def fault(self) -> Fault:
        """The fault; raises `Broken` when the reply is none."""
        found = self.root.find(f".//{{{SOAP}}}Fault")
        require(found is not None, f"no fault, but HTTP {self.status}: {self.text[:800]}")
        assert found is not None  # noqa: S101 - required above
        detail = found.find("detail")
        inner = detail[0] if detail is not None and len(detail) else None

        def text(name: str) -> str:
            return (inner.findtext(f"{{*}}{name}") or "") if inner is not None else ""

        return Fault(
            found.findtext("faultcode") or "",
            found.findtext("faultstring") or "",
            etree.QName(inner).localname if inner is not None else "",
            text("exceptionCode"),
            text("exceptionMessage"),
            text("row"),
            text("column"),
        )

    @property
    def results(self) -> list[dict[str, str]]:
        """The leaves of each result by name; raises `Broken` for a fault."""
        require(self.status == 200, f"HTTP {self.status}: {self.text[:800]}")
        return [
            Told({etree.QName(leaf).localname: leaf.text or "" for leaf in result.iter() if not len(leaf)})
            for result in self.root.iter("{*}result")
        ]

    @property
    def pair(self) -> tuple[dict[str, str], dict[str, str]]:
        """The only two results' leaves."""
        every = self.results
        require(len(every) == 2, f"{len(every)} results where there should be two")
        return every[0], every[1]

    @property
    def record(self) -> dict[str, str]:
        """The only record's fields."""
        every = self.records
        require(len(every) == 1, f"{len(every)} records where there should be one")
        return every[0]

    @property
    def result(self) -> dict[str, str]:
        """The only result's leaves."""
        every = self.results
        require(len(every) == 1, f"{len(every)} results where there should be one")
        return every[0]

    @property
    def records(self) -> list[dict[str, str]]:
        """The fields of each record of a page by name."""
        require(self.status == 200, f"HTTP {self.status}: {self.text[:800]}")
        return [
            Told({etree.QName(leaf).localname: leaf.text or "" for leaf in record})
            for record in self.root.iter("{*}records")
        ]

    def header(self, name: str) -> str | None:
        """An HTTP header."""
        return self.response.header(name)


class SalesforceClient:
    """Speaks to an org as one user in one API version; logs in when a call first needs it."""

    def __init__(self, target: OrgTarget, *, role: str = "api", version: str = VERSION) -> None:
        self.target = target
        self.role = role
        self.version = version
        self._session = ""

    def another(self, *, role: str = "", version: str = "") -> SalesforceClient:
        """A second client for the same target."""
        return SalesforceClient(self.target, role=role or self.role, version=version or self.version)

    @property
    def session(self) -> str:
        """The session id; logs in when there is none yet."""
        if not self._session:
            reply = self.login()
            require(reply.status == 200, f"the login was refused: {reply.text[:600]}")
            self._session = reply.one("sessionId")
        return self._session

    def forget(self) -> Self:
        """Drop the session, so that the next call logs in anew."""
        self._session = ""
        return self

    def post(self, body: bytes, *, path: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """Send bytes as they are; `headers` replace the usual ones, an empty value leaves one out."""
        sent = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', **(headers or {})}
        kept = {name: value for name, value in sent.items() if value}
        return Reply(self.target.send(Request(path or endpoint(self.version), body, headers=kept)))

    @staticmethod
    def envelope(body: str, header: str = "", space: str = PARTNER) -> bytes:
        """An envelope around a body and header blocks."""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:p="{space}"'
            ' xmlns:o="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soapenv:Header>{header}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
        ).encode()

    def call(
        self, operation: str, inside: str = "", *, header: str = "", session: str | None = None, version: str = ""
    ) -> Reply:
        """Call an operation; `session` "" sends no SessionHeader, None the client's own."""
        key = self.session if session is None else session
        block = f"<p:SessionHeader>{element('sessionId', key)}</p:SessionHeader>" if key else ""
        document = self.envelope(f"<p:{operation}>{inside}</p:{operation}>", block + header)
        return self.post(document, path=endpoint(version or self.version))

    def apex(self, method: str, inside: str = "", *, path: str = APEX_PATH, session: str | None = None) -> Reply:
        """Call a method of the On-Demand Sync class."""
        key = self.session if session is None else session
        block = f"<p:SessionHeader>{element('sessionId', key)}</p:SessionHeader>"
        return self.post(self.envelope(f"<p:{method}>{inside}</p:{method}>", block, APEX), path=path)

    def login(self, *, username: str | None = None, password: str | None = None, version: str = "") -> Reply:
        """Log in as the client's role, or as said. Keeps no session."""
        who = self.target.who(self.role)
        name = who.username if username is None else username
        word = who.password if password is None else password
        inside = element("username", name) + element("password", word)
        return self.call("login", inside, session="", version=version)

    def query(self, soql: str, *, everything: bool = False, batch_size: int | None = None, header: str = "") -> Reply:
        """query, or queryAll."""
        return self.call(
            "queryAll" if everything else "query", element("queryString", soql), header=header + _batch(batch_size)
        )

    def more(self, locator: str, *, batch_size: int | None = None) -> Reply:
        """queryMore."""
        return self.call("queryMore", element("queryLocator", locator), header=_batch(batch_size))

    def names(self, soql: str) -> set[str]:
        """The scenario's names of the records a query finds; others are passed over."""
        known = {id_: name for name, id_ in self.target.ids().items()}
        return {known[each["Id"]] for each in self.query(soql).records if each["Id"] in known}

    def create(self, kind: str, *rows: Values, header: str = "") -> Reply:
        """create."""
        return self.call("create", "".join(row(kind, each) for each in rows), header=header)

    def made(self, kind: str, values: Values) -> str:
        """The id of a new record."""
        result = self.create(kind, values).result
        require(result.get("success") == "true", f"could not create a {kind}: {result}")
        return result["id"]

    def update(self, kind: str, *rows: Values, header: str = "") -> Reply:
        """update."""
        return self.call("update", "".join(row(kind, each) for each in rows), header=header)

    def upsert(self, key: str, kind: str, *rows: Values, header: str = "") -> Reply:
        """upsert."""
        inside = element("externalIDFieldName", key) + "".join(row(kind, each) for each in rows)
        return self.call("upsert", inside, header=header)

    def by_ids(self, operation: str, *ids: str, header: str = "") -> Reply:
        """delete, undelete, emptyRecycleBin."""
        return self.call(operation, "".join(element("ids", each) for each in ids), header=header)

    def retrieve(self, kind: str, fields: str, *ids: str) -> Reply:
        """retrieve."""
        inside = element("fieldList", fields) + element("sObjectType", kind)
        return self.call("retrieve", inside + "".join(element("ids", each) for each in ids))

    def get(self, path: str) -> Reply:
        """A plain GET."""
        return Reply(self.target.send(Request(path, method="GET")))


def _batch(size: int | None) -> str:
    return "" if size is None else f"<p:QueryOptions>{element('batchSize', size)}</p:QueryOptions>"


def all_or_none() -> str:
    """The header that asks for all or none."""
    return "<p:AllOrNoneHeader><p:allOrNone>true</p:allOrNone></p:AllOrNoneHeader>"


def many(kind: str, count: int, name: str = "Row") -> Iterable[Values]:
    """Rows that differ in their names."""
    return [{"Name": f"{name} {n}"} for n in range(count)]
