"""One mock with one org, and a client that sends plain SOAP and looks at the very bytes that come back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from lxml import etree
from werkzeug.test import Client

from mock_salesforce import CustomField, Org, OrgSpec, OrgUser, SalesforceMock
from simulator.clock import VirtualClock

ORG_ID = "00D5e000000AbCd"
USERNAME, PASSWORD, TOKEN = "integration@example.com", "password-01", "TOKEN01"


@dataclass
class Reply:
    status: int
    body: bytes

    @property
    def inside(self) -> str:
        """What stands inside the Body, as sent."""
        return self.body.partition(b"<soapenv:Body>")[2].rpartition(b"</soapenv:Body>")[0].decode()

    def texts(self, name: str) -> list[str]:
        return [element.text or "" for element in etree.fromstring(self.body).iter(f"{{*}}{name}")]

    @property
    def results(self) -> list[dict[str, str]]:
        """Each result of a write: its leaves by name."""
        return [
            {etree.QName(leaf).localname: leaf.text or "" for leaf in result.iter() if not len(leaf)}
            for result in etree.fromstring(self.body).iter("{*}result")
        ]


class Wire:
    """Sends requests as the simplest of clients does."""

    def __init__(self, mock: SalesforceMock, path: str = "/services/Soap/u/64.0") -> None:
        self.http = Client(mock.wsgi)
        self.path = path
        self.session = ""

    @staticmethod
    def row(
        type_: str,
        parents: Mapping[str, tuple[str, str, str]] | None = None,
        nulls: Sequence[str] = (),
        **fields: str,
    ) -> str:
        """A row: `parents` maps a relationship to its type, key field and value."""
        inside = "".join(f"<o:fieldsToNull>{name}</o:fieldsToNull>" for name in nulls)
        inside += "".join(f"<o:{name}>{value}</o:{name}>" for name, value in fields.items())
        for relationship, (parent_type, key, value) in (parents or {}).items():
            nested = f"<o:type>{parent_type}</o:type><o:{key}>{value}</o:{key}>"
            inside += f"<o:{relationship}>{nested}</o:{relationship}>"
        return f"<p:sObjects><o:type>{type_}</o:type>{inside}</p:sObjects>"

    @staticmethod
    def document(operation: str, inside: str = "", *, session: str = "", headers: str = "") -> bytes:
        """A whole request."""
        return (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com" '
            'xmlns:o="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<s:Header><p:SessionHeader><p:sessionId>{session}</p:sessionId></p:SessionHeader>{headers}</s:Header>"
            f"<s:Body><p:{operation}>{inside}</p:{operation}></s:Body></s:Envelope>"
        ).encode()

    def send(self, operation: str, inside: str = "", *, headers: str = "", path: str | None = None) -> Reply:
        document = self.document(operation, inside, session=self.session, headers=headers)
        return self.post(document, path=path)

    def post(self, document: bytes, *, path: str | None = None) -> Reply:
        answer = self.http.post(path or self.path, data=document, content_type="text/xml; charset=utf-8")
        return Reply(answer.status_code, answer.get_data())

    def login(self, username: str = USERNAME, password: str = PASSWORD + TOKEN, *, path: str | None = None) -> Reply:
        inside = f"<p:username>{username}</p:username><p:password>{password}</p:password>"
        reply = self.send("login", inside, path=path)
        if reply.status == 200:
            (self.session,) = reply.texts("sessionId")
        return reply

    def query(self, soql: str, *, operation: str = "query", batch_size: int | None = None) -> Reply:
        escaped = soql.replace("&", "&amp;").replace("<", "&lt;")
        return self.send(operation, f"<p:queryString>{escaped}</p:queryString>", headers=_batch(batch_size))

    def more(self, locator: str, *, batch_size: int | None = None) -> Reply:
        return self.send("queryMore", f"<p:queryLocator>{locator}</p:queryLocator>", headers=_batch(batch_size))

    def save(self, operation: str, *rows: str, key: str = "", all_or_none: bool = False, headers: str = "") -> Reply:
        if all_or_none:
            headers += "<p:AllOrNoneHeader><p:allOrNone>true</p:allOrNone></p:AllOrNoneHeader>"
        first = f"<p:externalIDFieldName>{key}</p:externalIDFieldName>" if key else ""
        return self.send(operation, first + "".join(rows), headers=headers)

    def by_ids(self, operation: str, *ids: str, tag: str = "ids") -> Reply:
        return self.send(operation, "".join(f"<p:{tag}>{identifier}</p:{tag}>" for identifier in ids))


def _batch(size: int | None) -> str:
    return "" if size is None else f"<p:QueryOptions><p:batchSize>{size}</p:batchSize></p:QueryOptions>"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def mock(clock: VirtualClock) -> Iterator[SalesforceMock]:
    made = SalesforceMock(clock=clock, chance=random.Random(1))
    yield made
    made.close()


@pytest.fixture
def org(mock: SalesforceMock) -> Org:
    return mock.add_org(
        OrgSpec(
            ORG_ID,
            "Org 01",
            (OrgUser(USERNAME, PASSWORD, TOKEN, "Integration User", "user01@example.com"),),
            custom_fields=(
                CustomField("Zuora__CustomerAccount__c", "Region__c", length=5),
                CustomField("Zuora__CustomerAccount__c", "Tier__c", "Picklist", values=("Gold", "Silver")),
                CustomField("Zuora__CustomerAccount__c", "Since__c", "Date"),
            ),
        )
    )


@pytest.fixture
def wire(mock: SalesforceMock, org: Org) -> Wire:
    made = Wire(mock)
    made.login()
    return made


@pytest.fixture
def new_wire(mock: SalesforceMock, org: Org) -> Wire:
    """A client that has not logged in."""
    return Wire(mock)
