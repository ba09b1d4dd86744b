"""On-Demand Sync as an org offers it: who may ask for what, a callout an object, and what comes back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from lxml import etree

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock, SyncConnection
from mock_salesforce.apex.callouts import CalloutReply
from mock_salesforce.apex.manager import NOT_SENT, OnDemandSyncManager, SyncRequest
from mock_salesforce.apex.wire import NAMESPACE as SERVICE
from mock_salesforce.apex.wsdl import NAMESPACE, render
from mock_salesforce.transactions import CalloutException, Transaction
from mock_salesforce.triggers import Appetite, Event, Trigger
from tests.mock_salesforce.conftest import ORG_ID, PASSWORD, USERNAME, Wire

PATH = "/services/Soap/class/Zuora/OnDemandSync"
ZUORA_IDS = [f"{n:032x}" for n in range(1, 12)]


class Service:
    """Stands for the sync service: notes what is asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.took_s = 0.0
        self.down = ""

    def __call__(self, url: str, headers: Any, body: bytes, timeout_s: float) -> CalloutReply:
        assert (url, headers["Content-Type"]) == ("http://sync.example.com/", "text/xml; charset=utf-8")
        assert timeout_s <= 120
        if self.down:
            raise CalloutException(self.down)
        root = etree.fromstring(body)
        (request,) = root.iter(f"{{{SERVICE}}}requestSync")
        self.asked.append({etree.QName(each).localname: each.text for each in request})
        assert root.findtext(f".//{{{SERVICE}}}token") == "secret-token"
        answer = f'<r xmlns="{SERVICE}"><accepted>true</accepted><message>Taken.</message></r>'
        return CalloutReply(200, answer.encode(), self.took_s)


@pytest.fixture
def service(mock: SalesforceMock) -> Service:
    mock.callout = made = Service()
    return made


def spec(**more: Any) -> OrgSpec:
    connection = SyncConnection("http://sync.example.com/", "secret-token")
    return OrgSpec(ORG_ID, "Org", (OrgUser(USERNAME, PASSWORD),), sync_service=connection, **more)


@pytest.fixture
def org(mock: SalesforceMock, service: Service) -> Org:
    return mock.add_org(spec())


@pytest.fixture
def wire(mock: SalesforceMock, org: Org) -> Wire:
    made = Wire(mock)
    made.login(USERNAME, PASSWORD)
    return made


def send(wire: Wire, inside: str, method: str = "sendRequest", path: str = PATH, namespace: str = NAMESPACE) -> Any:
    document = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:c="{namespace}"><e:Header><c:SessionHeader><c:sessionId>{wire.session}</c:sessionId></c:SessionHeader>'
        f"</e:Header><e:Body><c:{method}>{inside}</c:{method}></e:Body></e:Envelope>"
    )
    return wire.post(document.encode(), path=path)


def zuora(*ids: str) -> str:
    return "".join(f"<c:syncZuoraObjectIdSet>{each}</c:syncZuoraObjectIdSet>" for each in ids)


def billing_accounts(org: Org, count: int) -> tuple[str, list[str]]:
    (account,) = org.load("Account", [{"Name": "A"}])
    rows = [{"Name": f"B{n}", "Zuora__Account__c": account} for n in range(count)]
    return account, org.load("Zuora__CustomerAccount__c", rows)


def test_each_object_is_one_request_to_the_sync_service(wire, org, service):
    _, (billing,) = billing_accounts(org, 1)
    by_entity = (
        f"<c:syncZuoraObjectIdByEntity><c:entityId>e1</c:entityId><c:zuoraObjectId>{ZUORA_IDS[1]}</c:zuoraObjectId>"
        "</c:syncZuoraObjectIdByEntity>"
    )
    first = f"<c:syncObjectIdSet>{billing[:15]}</c:syncObjectIdSet>"
    reply = send(wire, first + zuora(ZUORA_IDS[0]) + by_entity)
    common = {"organizationId": org.id, "userName": USERNAME, "objectType": "BILLING_ACCOUNT"}
    assert service.asked == [
        {**common, "objectId": billing},
        {**common, "zuoraId": ZUORA_IDS[0]},
        {**common, "zuoraId": ZUORA_IDS[1], "entityId": "e1"},
    ]
    assert reply.texts("objectId") == [billing, *ZUORA_IDS[:2]]
    assert reply.texts("success") == ["true"] * 3
    assert reply.texts("statusMessage") == ["Taken."] * 3
    assert "secret-token" not in reply.body.decode()


def test_it_is_an_api_request_of_the_same_session(wire, org):
    before = org.api_calls
    assert send(wire, zuora(ZUORA_IDS[0])).status == 200
    assert org.api_calls == before + 1
    wire.send("logout")
    reply = send(wire, zuora(ZUORA_IDS[0]))
    assert reply.status == 500
    assert "sf:INVALID_SESSION_ID" in reply.inside


def test_the_older_address_leads_there_too_in_the_older_namespace(wire):
    older = {"path": PATH.replace("/class/", "/package/"), "namespace": NAMESPACE.replace("/class/", "/package/")}
    assert send(wire, zuora(ZUORA_IDS[0]), **older).status == 200
    assert send(wire, zuora(ZUORA_IDS[0]), path=older["path"]).status == 500


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("", "No object was named"),
        (zuora(*ZUORA_IDS[:11]), "11 billing accounts were named, and one request synchronizes at most 10"),
        (zuora("nonsense"), "'nonsense' is no Zuora id"),
        ("<c:syncObjectIdSet>001000000000000AAA</c:syncObjectIdSet>", "is no id of a Billing Account"),
        ("<c:syncObjectType>INVOICE</c:syncObjectType>" + zuora(ZUORA_IDS[0]), "Unknown object type 'INVOICE'"),
    ],
)
def test_a_request_that_cannot_be_is_an_exception_and_sends_nothing(wire, service, inside, words):
    reply = send(wire, inside)
    assert reply.status == 500
    told = reply.texts("faultstring")[0]
    assert told.startswith("Zuora.OnDemandSyncManager.OnDemandSyncException: ")
    assert words in told
    assert service.asked == []


def test_products_have_no_cap_of_their_own(wire, service):
    reply = send(wire, "<c:syncObjectType>ZPRODUCT</c:syncObjectType>" + zuora(*ZUORA_IDS[:11]))
    assert reply.texts("success") == ["true"] * 11
    assert len(service.asked) == 11


def test_past_the_transactions_callouts_the_rest_fails_and_the_others_are_sent(wire, org, service):
    org.limits.change(org.limits.profile.changed({"apex_callouts": 2}))
    reply = send(wire, zuora(*ZUORA_IDS[:3]))
    assert reply.texts("success") == ["true", "true", "false"]
    assert reply.texts("statusMessage")[2] == f"{NOT_SENT}Zuora:Too many callouts: 3"
    assert len(service.asked) == 2


def test_after_uncommitted_work_nothing_is_sent_and_the_result_says_why(org, service):
    manager = OnDemandSyncManager(org, org.users[0], service)
    request = SyncRequest(zuora_ids=ZUORA_IDS[:1])
    transaction = Transaction(org.limits.profile)
    transaction.spend("dml_statements")
    (result,) = manager.send(manager.admit(request), request, transaction)
    assert result.status_message == (
        "An error occurred while sending on-demand sync request to ZBilling. The error details are :You have "
        "uncommitted work pending. Please commit or rollback before calling out"
    )
    assert not result.success
    assert service.asked == []


def test_a_service_that_is_down_is_a_failed_result(wire, service):
    service.down = "Read timed out"
    assert send(wire, zuora(ZUORA_IDS[0])).texts("statusMessage") == [f"{NOT_SENT}Read timed out"]


def test_a_callout_that_takes_too_long_times_out(wire, service):
    service.took_s = 121
    assert send(wire, zuora(ZUORA_IDS[0])).texts("statusMessage") == [f"{NOT_SENT}Read timed out"]


def test_all_callouts_together_have_two_minutes(wire, service):
    service.took_s = 60
    words = send(wire, zuora(*ZUORA_IDS[:3])).texts("statusMessage")
    assert words[0] == "Taken."
    assert words[2] == f"{NOT_SENT}Exceeded maximum time allotted for callouts"


def test_the_user_is_mailed_unless_told_not_to(wire, org):
    send(wire, zuora(ZUORA_IDS[0]) + "<c:emailNotificationEnabled>false</c:emailNotificationEnabled>")
    assert org.outbox.mails() == []
    send(wire, zuora(ZUORA_IDS[0]))
    (mail,) = org.outbox.mails()
    assert (mail.to, mail.sent_at) == ("integration@example.com", "2026-01-15T08:00:00.000Z")
    assert ZUORA_IDS[0] in mail.body


def test_an_account_page_syncs_all_its_billing_accounts_up_to_eight(wire, org, service):
    account, ids = billing_accounts(org, 8)
    assert send(wire, f"<c:accountId>{account}</c:accountId>", "syncAccount").texts("objectId") == ids
    many, _ = billing_accounts(org, 9)
    reply = send(wire, f"<c:accountId>{many}</c:accountId>", "syncAccount")
    assert "at most 8" in reply.texts("faultstring")[0]
    (none,) = org.load("Account", [{"Name": "None"}])
    assert "no billing accounts" in send(wire, f"<c:accountId>{none}</c:accountId>", "syncAccount").inside


def test_an_org_without_a_service_says_what_to_set(mock, service):
    mock.add_org(OrgSpec(ORG_ID, "Org", (OrgUser(USERNAME, PASSWORD),)))
    wire = Wire(mock)
    wire.login(USERNAME, PASSWORD)
    assert "connection settings of this org name no sync service" in send(wire, zuora(ZUORA_IDS[0])).inside


def test_from_a_trigger_it_goes_out_after_the_transaction_and_only_a_mail_comes_of_it(mock, service):
    trigger = Trigger("AccountSync", "Account", (Event.AFTER_UPDATE,), sync_by="AccountNumber")
    org = mock.add_org(spec(triggers=(trigger,)))
    wire = Wire(mock)
    wire.login(USERNAME, PASSWORD)
    made = wire.save("create", wire.row("Account", Name="A")).results[0]["id"]
    changed = wire.save("update", wire.row("Account", Id=made, AccountNumber=ZUORA_IDS[0]))
    assert changed.results[0]["success"] == "true"
    assert [each["zuoraId"] for each in service.asked] == [ZUORA_IDS[0]]
    assert "1 of 1 requests" in org.outbox.mails()[0].subject
    wire.save("update", wire.row("Account", Id=made, Name="B"))
    assert len(service.asked) == 1
    org.limits.change(org.limits.profile.changed({"daily_async_apex": 1}))
    wire.save("update", wire.row("Account", Id=made, AccountNumber=ZUORA_IDS[1]))
    assert "AsyncApexExecutions Limit exceeded" in org.outbox.mails()[-1].body


def test_a_transaction_that_is_undone_sends_nothing(mock, service):
    asks = Trigger("AccountSync", "Account", (Event.AFTER_INSERT,), sync_by="AccountNumber")
    fails = Trigger("Other", "Account", (Event.AFTER_INSERT,), per_batch=Appetite(soql_queries=101))
    mock.add_org(spec(triggers=(asks, fails)))
    wire = Wire(mock)
    wire.login(USERNAME, PASSWORD)
    wire.save("create", wire.row("Account", Name="A", AccountNumber=ZUORA_IDS[0]))
    assert service.asked == []


def test_the_wsdl_is_an_apex_classs_own(wire):
    for path in (f"{PATH}?wsdl", "/services/wsdl/class/Zuora/OnDemandSync"):
        reply = wire.http.get(path)
        assert reply.status_code == 200
        assert f'targetNamespace="{NAMESPACE}"'.encode() in reply.data


def test_the_wsdls_schema_is_valid_and_the_replies_are_of_it(wire, org):
    document = etree.parse(BytesIO(render("http://localhost/x")))
    (schema_element,) = document.iter("{http://www.w3.org/2001/XMLSchema}schema")
    schema = etree.XMLSchema(etree.fromstring(etree.tostring(schema_element)))
    reply = etree.fromstring(send(wire, zuora(ZUORA_IDS[0])).body)
    (inside,) = reply.iter(f"{{{NAMESPACE}}}sendRequestResponse")
    schema.assertValid(etree.fromstring(etree.tostring(inside)))


def test_the_wsdl_has_the_shape_of_a_real_one(shared_dir):
    theirs = etree.parse(str(shared_dir / "wsdl" / "salesforce-apex-class-example.wsdl"))
    ours = etree.parse(BytesIO(render("http://localhost/x")))
    xsd = "{http://www.w3.org/2001/XMLSchema}"

    def named(tree: Any, tag: str) -> set[str]:
        return {each.get("name") for each in tree.iter(f"{xsd}{tag}") if each.getparent().tag == f"{xsd}schema"}

    for tag in ("simpleType",):
        assert named(theirs, tag) <= named(ours, tag)
    headers = {"AllowFieldTruncationHeader", "CallOptions", "DebuggingHeader", "DebuggingInfo", "SessionHeader"}
    assert headers <= named(theirs, "element") & named(ours, "element")
