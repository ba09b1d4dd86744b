"""Broken, hostile and oversized requests: each gets a fault or a plain HTTP error, and harms nothing."""

from __future__ import annotations

import gzip
import logging
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.soql.errors import SoqlError
from mock_salesforce.soql.parser import parse
from simulator.clock import VirtualClock
from tests.mock_salesforce.conftest import Wire

MB = 2**20


def _rows(inside: str) -> str:
    return f"<p:create><p:sObjects><o:type>Account</o:type>{inside}</p:sObjects></p:create>"


def _attributes(count: int) -> str:
    return "".join(f' a{number}="u"' for number in range(count))


def _soql(text: str) -> str:
    return f"<p:query><p:queryString>{text}</p:queryString></p:query>"


BODIES: dict[str, Callable[[], str]] = {
    "elements": lambda: _rows("<o:X/>" * (5 * MB // 6)),
    "rows": lambda: "<p:create>" + "<p:sObjects><o:type>Account</o:type></p:sObjects>" * 40_000 + "</p:create>",
    "ids": lambda: "<p:delete>" + "<p:ids>x</p:ids>" * 90_000 + "</p:delete>",
    "ids to retrieve": lambda: "<p:retrieve>" + "<p:ids>x</p:ids>" * 90_000 + "</p:retrieve>",
    "objects to describe": lambda: (
        "<p:describeSObjects>" + "<p:sObjectType>x</p:sObjectType>" * 90_000 + "</p:describeSObjects>"
    ),
    "fields to null": lambda: _rows("<o:fieldsToNull>x</o:fieldsToNull>" * 90_000),
    "attributes": lambda: f"<p:query {_attributes(MB)}/>",
    "text": lambda: _soql("x" * 15 * MB),
    "a long name": lambda: _rows(f"<o:{'n' * 5 * MB}/>"),
    "a long field": lambda: _rows(f"<o:Name>{'&#65;' * 100_000}</o:Name>"),
    "a long number": lambda: _rows(f"<o:AnnualRevenue>{'9' * 900_000}</o:AnnualRevenue>"),
    "a large exponent": lambda: _rows("<o:AnnualRevenue>1e999999999</o:AnnualRevenue>"),
    "a long locator": lambda: f"<p:queryMore><p:queryLocator>{'0' * 900_000}</p:queryLocator></p:queryMore>",
    "depth": lambda: "<o:X>" * (5 * MB // 5),
    "a deep record": lambda: _rows("<o:Parent><o:type>Account</o:type>" * 90 + "</o:Parent>" * 90),
    "comments": lambda: _rows("<!---->" * (5 * MB // 7)),
    "parentheses": lambda: _soql(f"SELECT Id FROM Account WHERE {'(' * 40_000}Name = 'x'{')' * 40_000}"),
    "negations": lambda: _soql(f"SELECT Id FROM Account WHERE {'NOT ' * 20_000}Name = 'x'"),
    "conditions": lambda: _soql("SELECT Id FROM Account WHERE " + " OR ".join(["Name = 'x'"] * 6_000)),
    "a list": lambda: _soql("SELECT Id FROM Account WHERE Name IN (" + ", ".join(["'x'"] * 15_000) + ")"),
    "fields": lambda: _soql(f"SELECT {', '.join(['Name'] * 15_000)} FROM Account"),
    "subqueries": lambda: _soql("SELECT Id" + ", (SELECT Id FROM Contacts)" * 2_000 + " FROM Account"),
    "semi-joins": lambda: _soql(
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE AccountId"
        + " IN (SELECT Id FROM Account WHERE Id" * 300
        + ")" * 301
    ),
    "a search": lambda: f"<p:search><p:searchString>FIND {{{'x ' * 30_000}}}</p:searchString></p:search>",
    "an open search": lambda: f"<p:search><p:searchString>FIND {{{'{' * 90_000}</p:searchString></p:search>",
    "sessions": lambda: (
        "<p:invalidateSessions>" + "<p:sessionIds>x</p:sessionIds>" * 90_000 + "</p:invalidateSessions>"
    ),
    "dates": lambda: (
        "<p:getUpdated><p:sObjectType>Account</p:sObjectType><p:startDate>0001-01-01T00:00:00Z</p:startDate><p:endDate>9999-12-31T23:59:59Z</p:endDate></p:getUpdated>"
    ),
    "moving dates": lambda: _soql(
        "SELECT Id FROM Account WHERE CreatedDate = LAST_N_YEARS:99999999999 OR CreatedDate = NEXT_N_DAYS:99999999999"
    ),
}
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"SELECT Id FROM Account",
    "zeros": lambda: b"\0" * 5 * MB,
    "angles": lambda: b"<" * 5 * MB,
    "a prolog that does not end": lambda: b"<!--" * MB,
    "an entity bomb": lambda: (
        b'<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx">'
        + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><r>&j;</r>"
    ),
}


@pytest.fixture
def held(org: Org) -> Org:
    org.load("Account", [{"Name": "First"}])
    return org


def works(wire: Wire) -> bool:
    return wire.query("SELECT Name FROM Account").texts("Name") == ["First"]


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_gets_an_answer_and_changes_nothing(wire, held, name, caplog):
    document = Wire.document("X", session=wire.session).replace(b"<p:X></p:X>", BODIES[name]().encode())
    reply = wire.post(document)
    assert reply.status in (200, 413, 500)
    assert works(wire)
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_gets_an_answer_and_changes_nothing(wire, held, name, caplog):
    reply = wire.post(DOCUMENTS[name]())
    assert reply.status in (400, 413, 500)
    assert works(wire)
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_packed_bomb_is_refused(wire, held):
    bomb = gzip.compress(b" " * 200 * MB)
    reply = wire.http.post(wire.path, data=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/xml"})
    assert reply.status_code == 500
    assert b"<faultcode>sf:EXCEEDED_MAX_SIZE_REQUEST</faultcode>" in reply.data
    assert works(wire)


def test_broken_packing_is_refused(wire, held):
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/xml"}
    assert wire.http.post(wire.path, data=gzip.compress(b"<a/>")[:-9], headers=headers).status_code == 400
    assert works(wire)


def test_a_session_that_another_ended_is_over(wire, new_wire, held):
    new_wire.login()
    assert new_wire.session == wire.session
    wire.send("logout")
    assert "INVALID_SESSION_ID" in new_wire.send("getUserInfo").inside


def test_a_locator_of_another_org_or_user_is_refused(wire, mock, held):
    held.load("Account", [{"Name": f"A{n}"} for n in range(250)])
    locator = wire.query("SELECT Id FROM Account", batch_size=200).texts("queryLocator")[0]
    mock.add_org(OrgSpec("00D5e000000ZZZZ", "Other", (OrgUser("other@example.com", "other-pass"),)))
    other = Wire(mock)
    other.login("other@example.com", "other-pass")
    assert "INVALID_QUERY_LOCATOR" in other.more(locator).inside


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    mock = SalesforceMock(clock=VirtualClock(), chance=random.Random(1))
    assert Wire(mock).post(data).status in (400, 413, 500)
    mock.close()


@given(st.text(max_size=120))
def test_any_query_is_read_or_refused(text: str) -> None:
    with suppress(SoqlError):
        parse(text)
