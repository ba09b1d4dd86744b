"""Fault rules around the Salesforce mock: its own words, its rows, and who calls about what."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from mock_salesforce import Org, SalesforceMock
from simulator.clock import VirtualClock
from simulator.faults import FaultRules, faulted
from tests.mock_salesforce.conftest import ORG_ID, USERNAME, Wire

LOCKED = "unable to obtain exclusive access to this record"


@pytest.fixture
def rules(mock: SalesforceMock, clock: VirtualClock) -> FaultRules:
    return FaultRules(mock.fault_dialect, clock)


@pytest.fixture
def wire(mock: SalesforceMock, org: Org, rules: FaultRules) -> Wire:
    made = Wire(mock)
    made.http = Client(faulted(mock.wsgi, rules))
    made.login()
    return made


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "UnexpectedErrorFault"),
        ("SERVER_UNAVAILABLE", "The server is temporarily unavailable", "UnexpectedErrorFault"),
        ("INVALID_QUERY_LOCATOR", "invalid query locator", "InvalidQueryLocatorFault"),
        ("SOME_CODE_OF_LATER", "some code of later", "UnexpectedErrorFault"),
    ],
)
def test_a_fault_is_typed_and_in_the_services_words(
    rules: FaultRules, wire: Wire, code: str, words: str, kind: str
) -> None:
    rules.add({"effect": {"type": "soap_fault", "code": code}})
    reply = wire.query("SELECT Id FROM Account")
    assert reply.status == 500
    assert reply.inside.startswith(
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {words}",
    )
    assert f'<sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{code}</sf:exceptionCode>' in reply.inside


def test_a_refused_login_carries_its_code_without_a_prefix(rules: FaultRules, wire: Wire) -> None:
    rules.add({"effect": {"type": "soap_fault", "code": "INVALID_LOGIN"}, "match": {"operation": "login"}})
    reply = wire.login()
    assert "<faultcode>INVALID_LOGIN</faultcode>" in reply.inside
    assert '<sf:LoginFault xsi:type="sf:LoginFault">' in reply.inside


def test_one_call_too_many_is_a_fault_as_this_service_has_it(rules: FaultRules, wire: Wire) -> None:
    rules.add({"effect": "too_many_requests"})
    reply = wire.query("SELECT Id FROM Account")
    assert reply.status == 500
    assert "REQUEST_LIMIT_EXCEEDED: ConcurrentRequests (Concurrent API Requests) Limit exceeded." in reply.inside


def test_the_service_says_itself_that_it_is_down(rules: FaultRules, wire: Wire) -> None:
    rules.add({"effect": {"type": "unavailable", "retry_after_s": 8}})
    reply = wire.query("SELECT Id FROM Account")
    assert reply.status == 503
    assert "<faultcode>sf:SERVER_UNAVAILABLE</faultcode>" in reply.inside


def accounts(org: Org) -> list[str]:
    return sorted(str(row["Name"]) for row in org.rows("Account") if row["Name"] in ("A", "B", "C", "new"))


def test_rows_that_are_locked_are_not_written_and_the_others_are(rules: FaultRules, wire: Wire, org: Org) -> None:
    effect = {"type": "row_error", "code": "UNABLE_TO_LOCK_ROW", "records": ["B"]}
    rules.add({"effect": effect})
    reply = wire.save("create", *(wire.row("Account", Name=name) for name in "ABC"))
    assert [each.get("statusCode", each["success"]) for each in reply.results] == [
        "true",
        "UNABLE_TO_LOCK_ROW",
        "true",
    ]
    error = f"<errors><message>{LOCKED}</message><statusCode>UNABLE_TO_LOCK_ROW</statusCode></errors>"
    assert f'<result>{error}<id xsi:nil="true"/><success>false</success></result>' in reply.inside
    assert accounts(org) == ["A", "C"]


def test_a_locked_row_rolls_back_all_when_that_is_asked(rules: FaultRules, wire: Wire, org: Org) -> None:
    rules.add({"effect": {"type": "row_error", "code": "UNABLE_TO_LOCK_ROW", "rows": [2]}})
    reply = wire.save("create", *(wire.row("Account", Name=name) for name in "ABC"), all_or_none=True)
    assert [each["statusCode"] for each in reply.results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "UNABLE_TO_LOCK_ROW",
    ]
    assert accounts(org) == []


def test_rows_of_every_write_can_be_locked(rules: FaultRules, wire: Wire, org: Org) -> None:
    made = wire.save("create", *(wire.row("Account", Name=name) for name in "ABC"))
    ids = [each["id"] for each in made.results]
    rules.add({"effect": {"type": "row_error", "code": "UNABLE_TO_LOCK_ROW"}, "match": {"record": ids[1][:15]}})
    rows = [wire.row("Account", Id=each, Name="new") for each in ids]
    for reply in (
        wire.save("update", *rows),
        wire.save("upsert", *rows, key="Id"),
        wire.by_ids("delete", *ids),
    ):
        assert [each.get("statusCode", "") for each in reply.results] == ["", "UNABLE_TO_LOCK_ROW", ""]
    assert accounts(org) == ["B"]
    rules.clear()
    rules.add({"effect": {"type": "row_error", "code": "UNABLE_TO_LOCK_ROW", "records": [ids[0]]}})
    reply = wire.by_ids("undelete", ids[0], ids[2])
    assert [each.get("statusCode", "") for each in reply.results] == ["UNABLE_TO_LOCK_ROW", ""]
    assert accounts(org) == ["B", "new"]


@pytest.mark.parametrize(
    ("match", "fires"),
    [
        ({"user": USERNAME.upper()}, True),
        ({"user": "nobody@example.com"}, False),
        ({"tenant": ORG_ID}, True),
        ({"tenant": "Org 01"}, True),
        ({"tenant": "Org 02"}, False),
        ({"object": "account"}, True),
        ({"object": "Contact"}, False),
        ({"operation": ["create", "upsert"]}, True),
        ({"operation": "query"}, False),
    ],
)
def test_a_rule_asks_who_calls_about_what(rules: FaultRules, wire: Wire, match: dict[str, Any], fires: bool) -> None:
    rules.add({"effect": {"type": "soap_fault", "code": "SERVER_UNAVAILABLE"}, "match": match})
    assert (wire.save("create", wire.row("Account", Name="A")).status == 500) is fires


def test_a_delete_and_a_next_page_are_about_the_objects_they_stand_for(rules: FaultRules, wire: Wire, org: Org) -> None:
    made = wire.save("create", *(wire.row("Account", Name=str(number)) for number in range(201)), key="")
    assert made.status == 500  # one more than a call takes
    for start in (0, 150):
        wire.save("create", *(wire.row("Account", Name=str(number)) for number in range(start, start + 150)))
    page = wire.query("SELECT Id FROM Account", batch_size=200)
    (locator,) = page.texts("queryLocator")
    rules.add({"effect": {"type": "soap_fault", "code": "SERVER_UNAVAILABLE"}, "match": {"object": "Account"}})
    assert wire.more(locator).status == 500
    assert wire.by_ids("delete", page.texts("Id")[0]).status == 500
    assert wire.by_ids("delete", "003000000000001AAA").status == 200
    rules.clear()
    assert wire.more(locator).status == 200


def test_a_rule_names_operations_of_the_service(rules: FaultRules) -> None:
    with pytest.raises(
        ValueError, match=r"match\.operation: salesforce has no operation 'upsrt'; did you mean 'upsert'"
    ):
        rules.add({"match": {"operation": "upsrt"}, "effect": "reset"})
