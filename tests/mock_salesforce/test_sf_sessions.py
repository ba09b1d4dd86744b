from __future__ import annotations

import random

import pytest
from werkzeug.test import Client

from mock_salesforce import OrgSpec, OrgUser, SalesforceMock
from mock_salesforce.sessions import Sessions
from simulator.clock import VirtualClock


def test_login_gives_a_session_and_the_orgs_own_address(new_wire, org):
    reply = new_wire.login(username="Integration@Example.com")
    assert reply.texts("serverUrl") == ["http://localhost/services/Soap/u/64.0/00D5e000000AbCd"]
    assert reply.texts("metadataServerUrl") == ["http://localhost/services/Soap/m/64.0/00D5e000000AbCd"]
    assert new_wire.session.startswith("00D5e000000AbCd!")
    assert len(new_wire.session) > 100
    assert reply.texts("organizationId") == [org.id]
    assert reply.texts("sessionSecondsValid") == ["7200"]
    assert reply.texts("limitInfo") == []


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("integration@example.com", "wrong", "INVALID_LOGIN"),
        ("nobody@example.com", "password-01TOKEN01", "INVALID_LOGIN"),
        ("integration@example.com", "", "INVALID_LOGIN"),
        ("integration@example.com", "password-01", "LOGIN_MUST_USE_SECURITY_TOKEN"),
    ],
)
def test_logins_that_are_refused(new_wire, username, password, code):
    reply = new_wire.login(username, password)
    assert reply.status == 500
    assert reply.texts("faultcode") == [code]
    assert reply.texts("faultstring")[0].startswith(
        f"{code}: Invalid username, password, security token; or user locked out."
    )
    assert "<sf:LoginFault " in reply.inside


def test_login_is_gone_from_version_65_on(new_wire):
    assert new_wire.login(path="/services/Soap/u/65.0").texts("faultcode") == ["sf:UNSUPPORTED_API_VERSION"]


def test_parallel_logins_share_a_session_and_logout_ends_it_for_both(wire, new_wire):
    new_wire.login()
    assert new_wire.session == wire.session
    assert wire.send("logout").inside == "<logoutResponse/>"
    assert new_wire.send("getUserInfo").texts("faultcode") == ["sf:INVALID_SESSION_ID"]
    new_wire.login()
    assert new_wire.session != wire.session


def test_two_idle_hours_end_a_session_and_any_call_renews_it(wire, clock):
    clock.advance(7199)
    assert wire.send("getUserInfo").status == 200
    clock.advance(7199)
    assert wire.send("getUserInfo").status == 200
    clock.advance(7200)
    assert wire.send("getUserInfo").texts("faultcode") == ["sf:INVALID_SESSION_ID"]


def test_the_session_not_the_path_says_which_org(mock, wire, org):
    other = mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (OrgUser("second@example.com", "x"),)))
    org.load("Account", [{"Name": "First"}])
    other.load("Account", [{"Name": "Second"}])
    second = type(wire)(mock, "/services/Soap/u/64.0/00D5e000000AbCd")
    second.login("second@example.com", "x")
    assert second.query("SELECT Name FROM Account").texts("Name") == ["Second"]
    assert wire.query("SELECT Name FROM Account").texts("Name") == ["First"]


def test_calls_are_counted_by_org_and_forgotten_after_a_day(wire, org, clock):
    assert wire.send("getUserInfo").texts("current") == ["1"]
    assert wire.send("getUserInfo").texts("current") == ["2"]
    assert org.api_calls == 2
    clock.advance(24 * 3600 + 60)
    assert org.api_calls == 0
    wire.login()
    assert wire.send("getUserInfo").texts("current") == ["1"]


def test_the_daily_limit_refuses_calls_until_the_window_has_moved_on():
    clock = VirtualClock()
    mock = SalesforceMock(clock=clock, chance=random.Random(1))
    mock.add_org(OrgSpec("00D5e000000AbCd", "Org 01", (OrgUser("a@example.com", "x"),), daily_api_limit=2))
    client = Client(mock.wsgi)

    def call(inside, header=""):
        document = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">'
            f"<s:Header>{header}</s:Header><s:Body>{inside}</s:Body></s:Envelope>"
        )
        return client.post("/services/Soap/u/64.0", data=document.encode(), content_type="text/xml").get_data(
            as_text=True
        )

    def login():
        reply = call("<login><username>a@example.com</username><password>x</password></login>")
        session = reply.partition("<sessionId>")[2].partition("<")[0]
        return f"<SessionHeader><sessionId>{session}</sessionId></SessionHeader>"

    header = login()
    assert "timestamp" in call("<getServerTimestamp/>", header)
    assert "timestamp" in call("<getServerTimestamp/>", header)
    refused = call("<getServerTimestamp/>", header)
    assert "<faultstring>REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.</faultstring>" in refused
    clock.advance(24 * 3600 + 60)
    assert "timestamp" in call("<getServerTimestamp/>", login())
    mock.close()


@pytest.fixture
def many(org):
    return org.load("Account", [{"Name": f"Customer {n:03d}"} for n in range(450)])


def test_a_result_is_paged_by_locators_that_may_be_read_again(wire, many, org):
    first = wire.query("SELECT Name FROM Account ORDER BY Name", batch_size=200)
    (locator,) = first.texts("queryLocator")
    assert locator.startswith("0r8")
    assert len(locator) == 18
    assert (first.texts("done"), first.texts("size"), len(first.texts("Name"))) == (["false"], ["450"], 200)
    org.load("Account", [{"Name": "Customer 000a"}])
    second = wire.more(locator)
    assert second.texts("Name") == [f"Customer {n:03d}" for n in range(200, 400)]
    assert wire.more(locator).texts("Name") == second.texts("Name")
    last = wire.more(second.texts("queryLocator")[0])
    assert (last.texts("done"), len(last.texts("Name"))) == (["true"], 50)
    assert '<queryLocator xsi:nil="true"/>' in last.inside


def test_batch_sizes_are_kept_within_bounds(wire, many):
    assert len(wire.query("SELECT Name FROM Account", batch_size=1).texts("Name")) == 200
    assert len(wire.query("SELECT Name FROM Account", batch_size=9999).texts("Name")) == 450
    first = wire.query("SELECT Name FROM Account", batch_size=200)
    assert len(wire.more(first.texts("queryLocator")[0], batch_size=2000).texts("Name")) == 250


def test_a_locator_lives_two_days_and_belongs_to_its_user(wire, many, clock, mock):
    (locator,) = wire.query("SELECT Name FROM Account", batch_size=200).texts("queryLocator")
    mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (OrgUser("second@example.com", "x"),)))
    stranger = type(wire)(mock)
    stranger.login("second@example.com", "x")
    assert stranger.more(locator).texts("faultstring") == ["INVALID_QUERY_LOCATOR: invalid query locator"]
    clock.advance(47 * 3600)
    wire.login()
    assert wire.more(locator).status == 200
    clock.advance(3600)
    reply = wire.more(locator)
    assert "<sf:InvalidQueryLocatorFault " in reply.inside
    assert "<sf:row>" not in reply.inside


def test_same_seed_same_session(org):
    def session(seed):
        mock = SalesforceMock(clock=VirtualClock(), chance=random.Random(seed))
        made = mock.add_org(OrgSpec("00D5e000000AbCd", "Org 01", (OrgUser("a@example.com", "x"),)))
        identifier = Sessions(VirtualClock(), random.Random(seed)).open(made, made.users[0]).id
        mock.close()
        return identifier

    assert session(1) == session(1) != session(2)
