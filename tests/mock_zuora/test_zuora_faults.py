"""Fault rules around the Zuora mock: its own words, its rows, and who calls about what."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from mock_zuora import Tenant, ZuoraMock
from mock_zuora.fault_dialect import ROWS
from mock_zuora.operations import OPERATIONS
from mock_zuora.wsdl.document import ERROR_CODES
from simulator.clock import VirtualClock
from simulator.faults import FaultRules, faulted
from tests.mock_zuora.conftest import EUROPE, GLOBAL, OTHER_TENANT, TENANT, Caller, Reply, row_id

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
CONCURRENT = (
    "The total number of concurrent requests has exceeded the limit allowed by the system. Please resubmit your "
    "request later."
)
LOCKED = "Operation failed due to a lock competition, please retry later."


class FaultedMock:
    """The mock as a caller takes it, with rules in front."""

    def __init__(self, mock: ZuoraMock, clock: VirtualClock) -> None:
        self.rules = FaultRules(mock.fault_dialect, clock)
        self.wsgi = faulted(mock.wsgi, self.rules)

    def add(self, effect: Any, **rule: Any) -> None:
        self.rules.clear()
        self.rules.add({"effect": effect, **rule})

    @property
    def fired(self) -> int:
        return int(self.rules.list()[0]["fired"])


@pytest.fixture
def faulty(mock: ZuoraMock, clock: VirtualClock) -> FaultedMock:
    return FaultedMock(mock, clock)


@pytest.fixture
def caller(faulty: FaultedMock) -> Caller:
    caller = Caller(faulty)  # type: ignore[arg-type]
    assert caller.login().status == 200
    return caller


def products(*names: str) -> str:
    days = "<obj:EffectiveStartDate>2026-01-01</obj:EffectiveStartDate>"
    days += "<obj:EffectiveEndDate>2027-01-01</obj:EffectiveEndDate>"
    return "".join(
        f'<api:zObjects xsi:type="obj:Product"><obj:Name>{name}</obj:Name>{days}</api:zObjects>' for name in names
    )


def told(reply: Reply) -> tuple[str, str, str, str]:
    """A fault's code, words, and type with the code inside."""
    fault = etree.fromstring(reply.body).find(".//{*}Fault")
    assert fault is not None
    detail = fault.find("detail")
    assert detail is not None
    (inside,) = detail
    code = inside.findtext("{http://fault.api.zuora.com/}FaultCode")
    return (
        fault.findtext("faultcode") or "",
        fault.findtext("faultstring") or "",
        etree.QName(inside).localname,
        code or "",
    )


def results(reply: Reply) -> list[str]:
    """Each row's outcome: ok, or its code and words."""
    found = []
    for result in etree.fromstring(reply.body).iter("{*}result"):
        leaves = {etree.QName(leaf).localname.lower(): leaf.text or "" for leaf in result.iter() if not len(leaf)}
        assert set(leaves) in ({"id", "success"}, {"code", "message", "success"})
        found.append("ok" if leaves["success"] == "true" else f"{leaves['code']}: {leaves['message']}")
    return found


def test_a_fault_is_declared_and_in_the_services_words(faulty: FaultedMock, caller: Caller) -> None:
    faulty.add({"type": "soap_fault", "code": "LOCK_COMPETITION"})
    reply = caller.query("select Id from Account")
    assert reply.status == 500
    assert told(reply) == ("fns:LOCK_COMPETITION", LOCKED, "UnexpectedErrorFault", "LOCK_COMPETITION")
    assert reply.headers["Server"] == "Zuora App"


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ("<api:query/>", "MALFORMED_QUERY", "MalformedQueryFault"),
        ("<api:query/>", "INVALID_TYPE", "MalformedQueryFault"),
        ("<api:query/>", "INVALID_SESSION", "UnexpectedErrorFault"),
        ("<api:queryMore/>", "INVALID_VALUE", "InvalidQueryLocatorFault"),
        ("<api:create/>", "INVALID_TYPE", "InvalidTypeFault"),
        ("<api:delete/>", "INVALID_VALUE", "InvalidValueFault"),
        ("<api:login/>", "INVALID_VALUE", "LoginFault"),
        ("<api:login/>", "UNKNOWN_ERROR", "UnexpectedErrorFault"),
    ],
)
def test_a_fault_has_the_type_that_its_operation_declares(
    faulty: FaultedMock, caller: Caller, body: str, code: str, kind: str
) -> None:
    faulty.add({"type": "soap_fault", "code": code})
    assert told(caller.call(body))[2:] == (kind, code)


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_code_of_the_service_has_words(faulty: FaultedMock, caller: Caller, code: str) -> None:
    faulty.add({"type": "soap_fault", "code": code})
    assert told(caller.query("select Id from Account"))[1]


def test_a_fault_can_be_untyped_as_an_unhandled_error_is(faulty: FaultedMock, caller: Caller) -> None:
    faulty.add({"type": "soap_fault", "code": "soapenv:Server"})
    body = caller.query("select Id from Account").body
    assert b"<faultcode>soapenv:Server</faultcode><faultstring>unknown</faultstring></soapenv:Fault>" in body


def test_a_fault_answers_soap_12_in_kind(faulty: FaultedMock, caller: Caller) -> None:
    faulty.add({"type": "soap_fault", "code": "TEMPORARY_ERROR"})
    message = f'<e:Envelope xmlns:e="{SOAP12}"><e:Body><api:getUserInfo xmlns:api="http://api.zuora.com/"/></e:Body></e:Envelope>'
    fault = etree.fromstring(caller.raw(message.encode()).body).find(f".//{{{SOAP12}}}Fault")
    assert fault is not None
    assert fault.findtext(f".//{{{SOAP12}}}Value") == "fns:TEMPORARY_ERROR"


@pytest.mark.parametrize(
    ("version", "code"),
    [("50.0", "UNKNOWN_ERROR"), ("51.0", "REQUEST_EXCEEDED_LIMIT"), ("83.0", "REQUEST_EXCEEDED_LIMIT")],
)
@pytest.mark.parametrize("effect", ["too_many_requests", {"type": "soap_fault", "code": "REQUEST_EXCEEDED_LIMIT"}])
def test_too_many_requests_is_told_as_the_wsdl_version_has_it(
    faulty: FaultedMock, caller: Caller, version: str, code: str, effect: Any
) -> None:
    faulty.add(effect)
    reply = caller.query("select Id from Account", version=version)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "120")
    assert told(reply) == (f"fns:{code}", CONCURRENT, "UnexpectedErrorFault", code)


def test_the_service_says_itself_that_it_is_down(faulty: FaultedMock, caller: Caller) -> None:
    faulty.add({"type": "unavailable", "retry_after_s": 30})
    reply = caller.query("select Id from Account")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "30")
    assert told(reply)[0] == "fns:SERVER_UNAVAILABLE"


def test_rows_that_fail_are_not_written_and_the_others_are(faulty: FaultedMock, caller: Caller, tenant: Tenant) -> None:
    faulty.add({"type": "row_error", "code": "LOCK_COMPETITION", "records": ["B"]})
    reply = caller.call(f"<api:create>{products('A', 'B', 'C')}</api:create>")
    assert results(reply) == ["ok", f"LOCK_COMPETITION: {LOCKED}", "ok"]
    assert {row["Name"] for row in tenant.rows(GLOBAL, "Product")} == {"A", "C"}


def test_a_row_that_fails_fails_its_transaction(faulty: FaultedMock, caller: Caller, tenant: Tenant) -> None:
    faulty.add({"type": "row_error", "code": "INVALID_VALUE", "message": "no", "rows": [1]})
    options = "<api:CallOptions><api:useSingleTransaction>true</api:useSingleTransaction></api:CallOptions>"
    reply = caller.call(f"<api:create>{products('A', 'B', 'C')}</api:create>", headers=options)
    assert [each.partition(":")[0] for each in results(reply)] == [
        "TRANSACTION_FAILED",
        "INVALID_VALUE",
        "TRANSACTION_FAILED",
    ]
    assert tenant.rows(GLOBAL, "Product") == []


def test_rows_of_updates_and_deletes_fail_too(faulty: FaultedMock, caller: Caller, tenant: Tenant) -> None:
    tenant.load(GLOBAL, "Product", [{"Id": row_id(n), "Name": str(n)} for n in range(3)])
    faulty.add({"type": "row_error", "code": "LOCK_COMPETITION"}, match={"record": row_id(1)})
    rows = "".join(
        f'<api:zObjects xsi:type="obj:Product"><obj:Id>{row_id(n)}</obj:Id><obj:Name>new</obj:Name></api:zObjects>'
        for n in range(3)
    )
    assert [each[:2] for each in results(caller.call(f"<api:update>{rows}</api:update>"))] == ["ok", "LO", "ok"]
    assert [row["Name"] for row in tenant.rows(GLOBAL, "Product")] == ["new", "1", "new"]
    ids = "".join(f"<api:ids>{row_id(n)}</api:ids>" for n in range(3))
    reply = caller.call(f"<api:delete><api:type>Product</api:type>{ids}</api:delete>")
    assert [each[:2] for each in results(reply)] == ["ok", "LO", "ok"]
    assert [row["Id"] for row in tenant.rows(GLOBAL, "Product")] == [row_id(1)]


ONE_ROW = {
    "create": '<api:zObjects xsi:type="obj:Product"/>',
    "update": '<api:zObjects xsi:type="obj:Product"/>',
    "generate": '<api:zObjects xsi:type="obj:Invoice"/>',
    "delete": "<api:type>Product</api:type><api:ids>1</api:ids>",
    "subscribe": "<api:subscribes/>",
    "amend": "<api:requests/>",
}


@pytest.mark.parametrize("operation", sorted(ROWS.keys() & OPERATIONS.keys()))
def test_every_operation_that_writes_rows_asks_for_their_faults(
    faulty: FaultedMock, caller: Caller, operation: str
) -> None:
    """One that writes rows gives `row_fault(call, number)` to `one`, or raises it as that row's error itself."""
    faulty.add({"type": "row_error", "code": "LOCK_COMPETITION", "message": "asked for"})
    reply = caller.call(f"<api:{operation}>{ONE_ROW[operation]}</api:{operation}>")
    assert (reply.status, reply.body.count(b"asked for")) == (200, 1)
    assert b"LOCK_COMPETITION" in reply.body


@pytest.mark.parametrize(
    ("match", "fires"),
    [
        ({"user": "API@tenant-01.example.com"}, True),
        ({"user": "home@tenant-01.example.com"}, False),
        ({"tenant": "10001"}, True),
        ({"tenant": "Tenant 01"}, True),
        ({"tenant": "10002"}, False),
        ({"entity": "Global"}, True),
        ({"entity": GLOBAL}, True),
        ({"entity": "Europe"}, False),
        ({"object": "product"}, True),
        ({"object": "Account"}, False),
        ({"operation": "create", "record": "A"}, True),
        ({"path": "/apps/services/a/83.0"}, True),
        ({"path": "/apps/services/a/78*"}, False),
    ],
)
def test_a_rule_asks_who_calls_about_what(
    faulty: FaultedMock, caller: Caller, match: dict[str, Any], fires: bool
) -> None:
    faulty.add({"type": "soap_fault", "code": "UNKNOWN_ERROR"}, match=match)
    assert (caller.call(f"<api:create>{products('A')}</api:create>").status == 500) is fires


def test_a_rule_about_an_entity_meets_its_logins_and_sessions_only(faulty: FaultedMock, caller: Caller) -> None:
    faulty.add({"type": "soap_fault", "code": "UNKNOWN_ERROR"}, match={"entity": "Europe"})
    assert caller.login(extra=f"<api:entityId>{EUROPE}</api:entityId>").status == 500
    assert caller.login().status == 200
    faulty.rules.clear()
    assert caller.login(extra="<api:entityName>Europe</api:entityName>").status == 200
    faulty.add({"type": "soap_fault", "code": "UNKNOWN_ERROR"}, match={"entity": "Europe"})
    assert caller.query("select Id from Account").status == 500


def test_asking_who_has_a_session_does_not_prolong_it(faulty: FaultedMock, caller: Caller, clock: VirtualClock) -> None:
    faulty.add({"type": "soap_fault", "code": "LOCK_COMPETITION"}, match={"tenant": "10001"})
    for _ in range(2):
        clock.advance(400)
        assert told(caller.query("select Id from Account"))[0] == "fns:LOCK_COMPETITION"
    clock.advance(100)
    assert told(caller.query("select Id from Account"))[0] == "fns:INVALID_SESSION"


def test_the_next_page_is_about_the_object_of_its_query(faulty: FaultedMock, caller: Caller, tenant: Tenant) -> None:
    tenant.load(GLOBAL, "Product", [{"Id": row_id(n), "Name": str(n)} for n in range(3)])
    first = caller.query("select Id from Product", options="<api:batchSize>2</api:batchSize>")
    locator = etree.fromstring(first.body).findtext(".//{*}queryLocator")
    faulty.add({"type": "soap_fault", "code": "UNKNOWN_ERROR"}, match={"object": "Product", "operation": "queryMore"})
    more = f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"
    assert caller.call(more).status == 500
    faulty.add({"type": "soap_fault", "code": "UNKNOWN_ERROR"}, match={"object": "Account"})
    assert caller.call(more).status == 200


def test_subscribing_is_about_the_objects_that_are_sent(faulty: FaultedMock) -> None:
    inside = "<api:subscribes><api:Account/><api:SubscriptionData><api:Subscription/></api:SubscriptionData>"
    inside += "</api:subscribes>"
    payload = etree.fromstring(f'<api:subscribe xmlns:api="http://api.zuora.com/">{inside}</api:subscribe>')
    assert set(faulty.rules.dialect.objects("subscribe", payload)) == {"Account", "Subscription"}
    payload = etree.fromstring("<amend><requests><Amendments/><PreviewOptions/></requests></amend>")
    assert set(faulty.rules.dialect.objects("amend", payload)) == {"Amendment"}


def test_a_rule_names_operations_of_the_service(faulty: FaultedMock) -> None:
    with pytest.raises(ValueError, match=r"match\.operation: zuora has no operation 'upsert'; .*Allowed: .*query"):
        faulty.rules.add({"match": {"operation": "upsert"}, "effect": "reset"})
    with pytest.raises(
        ValueError, match=r"effect\.code: zuora has no fault code 'LOCK_COMPETITON'; did you mean 'LOCK_C"
    ):
        faulty.rules.add({"effect": {"type": "soap_fault", "code": "LOCK_COMPETITON"}})


@pytest.fixture
def two_tenants(clock: VirtualClock) -> Iterator[tuple[FaultedMock, Caller, Caller]]:
    mock = ZuoraMock(clock=clock, chance=random.Random(3))
    mock.add_tenant(TENANT)
    mock.add_tenant(OTHER_TENANT)
    faulty = FaultedMock(mock, clock)
    one, other = Caller(faulty), Caller(faulty)  # type: ignore[arg-type]
    one.login()
    other.login("api@tenant-02.example.com", "other-password")
    yield faulty, one, other
    mock.close()


def test_a_rule_about_one_tenant_never_meets_another(two_tenants: tuple[FaultedMock, Caller, Caller]) -> None:
    faulty, one, other = two_tenants
    faulty.add("unavailable", match={"tenant": "10002"})
    assert one.query("select Id from Account").status == 200
    assert other.query("select Id from Account").status == 503
    assert faulty.fired == 1
