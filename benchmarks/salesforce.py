"""A Salesforce org to measure: its rows, made from numbers alone, and requests to it as bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.measure import Client
from mock_salesforce import CustomField, Org, OrgSpec, OrgUser, SalesforceMock
from simulator.clock import VirtualClock
from simulator.soap import escape

PATH = "/services/Soap/u/64.0"
FIELDS = 38
"""With Name and the key a row has 40 fields."""
OBJECT, KEY = "Account", "Key__c"
_USER, _PASSWORD = "api@benchmark.example.com", "benchmark"


def new_mock() -> tuple[SalesforceMock, Org, VirtualClock]:
    """A mock with one empty org, on a clock that lets the service's own time pass at once."""
    clock = VirtualClock()
    mock = SalesforceMock(clock=clock, chance=random.Random(1))
    kinds = ("Text", "Number", "Date", "DateTime", "Checkbox")
    fields = tuple(CustomField(OBJECT, f"F{n}__c", kinds[n % len(kinds)]) for n in range(FIELDS))
    key = CustomField(OBJECT, KEY, "Text", external_id=True)
    spec = OrgSpec("00D5e000000BENC", "Benchmark", (OrgUser(_USER, _PASSWORD),), (key, *fields), profile="none")
    return mock, mock.add_org(spec), clock


def names() -> list[str]:
    """The 40 fields, in the order they are asked for."""
    return ["Name", KEY, *(f"F{n}__c" for n in range(FIELDS))]


def values(number: int) -> dict[str, str]:
    """The values of one row, as they are sent."""
    row = {"Name": f"Account {number}", KEY: f"key-{number}"}
    for place in range(FIELDS):
        row[f"F{place}__c"] = (
            f"Text {number} of {place}",
            f"{number % 1000}.5",
            f"2026-01-{number % 28 + 1:02d}",
            f"2026-02-{number % 28 + 1:02d}T08:30:00.000Z",
            "true" if number % 2 else "false",
        )[place % 5]
    return row


def loaded(count: int) -> Iterator[dict[str, object]]:
    """Rows to put into the org outside of the API."""
    for number in range(count):
        yield dict(values(number))


def login(url: str) -> str:
    """A session of the org's user at a server."""
    inside = f"<p:username>{_USER}</p:username><p:password>{_PASSWORD}</p:password>"
    reply = Client(url + PATH).post(envelope("", f"<p:login>{inside}</p:login>"))
    return reply.split(b"<sessionId>")[1].split(b"<")[0].decode()


def query(session: str, soql: str) -> bytes:
    """The request of a query."""
    return envelope(session, f"<p:query><p:queryString>{escape(soql).decode()}</p:queryString></p:query>")


def upsert(session: str, first: int, count: int, mark: str = "") -> bytes:
    """The request of an upsert by the key; `mark` makes names differ from one request to the next."""
    rows = []
    for number in range(first, first + count):
        row = values(number) | {"Name": f"Account {number} {mark}"}
        inside = "".join(f"<o:{name}>{value}</o:{name}>" for name, value in row.items())
        rows.append(f"<p:sObjects><o:type>{OBJECT}</o:type>{inside}</p:sObjects>")
    key = f"<p:externalIDFieldName>{KEY}</p:externalIDFieldName>"
    return envelope(session, f"<p:upsert>{key}{''.join(rows)}</p:upsert>")


def envelope(session: str, body: str) -> bytes:
    """A request around the Body's child."""
    header = f"<p:SessionHeader><p:sessionId>{session}</p:sessionId></p:SessionHeader>" if session else ""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:p="urn:partner.soap.sforce.com" xmlns:o="urn:sobject.partner.soap.sforce.com">'
        f"<soapenv:Header>{header}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()
