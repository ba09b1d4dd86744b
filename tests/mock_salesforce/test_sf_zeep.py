"""A plain zeep client, made from the vendor's own WSDL or from the mock's, over a real connection."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from zeep import Client
from zeep.exceptions import Fault

from mock_salesforce import wsdl
from simulator.hosting import Host

BINDING = "{urn:partner.soap.sforce.com}SoapBinding"
ENS = "{urn:sobject.partner.soap.sforce.com}"
FNS = "{urn:fault.partner.soap.sforce.com}"


@pytest.fixture
def url(mock, org, clock) -> Iterator[str]:
    with Host(mock.wsgi, clock) as host:
        yield f"{host.url}/services/Soap/u/64.0"


@pytest.fixture(params=["the vendor's", "the mock's"])
def client(request, url) -> Client:
    if request.param == "the mock's":
        return Client(f"{url}?wsdl")
    return Client(str(request.getfixturevalue("shared_dir") / "wsdl" / "salesforce-partner-64.0.wsdl"))


def reply(answer):
    """The body: zeep pairs it with the headers where the WSDL declares some."""
    return answer.body.result if hasattr(answer, "body") else answer


def leaf(name, value):
    element = etree.Element(ENS + name)
    element.text = value
    return element


def nested(name, **leaves):
    element = etree.Element(ENS + name)
    element.extend([leaf(key, value) for key, value in leaves.items()])
    return element


@pytest.fixture
def session(client, url):
    result = client.create_service(BINDING, url).login("integration@example.com", "password-01TOKEN01")
    result = reply(result)
    headers = {"SessionHeader": {"sessionId": result.sessionId}}
    return client.create_service(BINDING, result.serverUrl), headers


def test_write_read_page_and_delete(client, session):
    service, headers = session
    record = client.get_type(ENS + "sObject")
    rows = [record(type="Account", _value_1=[leaf("Name", f"Customer {n:03d}")]) for n in range(200)]
    for _ in range(2):
        made = reply(service.create(sObjects=rows, _soapheaders=headers))
        assert all(result.success and len(result.id) == 18 for result in made)
    page = reply(
        service.query(
            "SELECT Id, Name FROM Account ORDER BY Id", _soapheaders={**headers, "QueryOptions": {"batchSize": 200}}
        )
    )
    assert (page.done, page.size, len(page.records)) == (False, 400, 200)
    assert page.records[0].Id == page.records[0]["_value_1"][0].text
    assert page.records[0].type == "Account"
    rest = reply(service.queryMore(page.queryLocator, _soapheaders=headers))
    assert (rest.done, rest.queryLocator, len(rest.records)) == (True, None, 200)
    gone = reply(service.delete([page.records[0].Id], _soapheaders=headers))
    assert gone[0].success
    assert reply(service.query("SELECT COUNT() FROM Account", _soapheaders=headers)).size == 399


def test_upsert_with_a_parent_by_external_id(client, session, org):
    service, headers = session
    (account,) = org.load("Account", [{"Name": "Customer 01"}])
    org.load("Zuora__CustomerAccount__c", [{"Zuora__Account__c": account, "Zuora__External_Id__c": "k1"}])
    record = client.get_type(ENS + "sObject")
    parent = nested("Zuora__BillingAccount__r", type="Zuora__CustomerAccount__c", Zuora__External_Id__c="k1")
    lost = nested("Zuora__BillingAccount__r", type="Zuora__CustomerAccount__c", Zuora__External_Id__c="k2")
    rows = [
        record(type="Zuora__ZInvoice__c", _value_1=[leaf("Zuora__External_Id__c", key), link])
        for key, link in (("i1", parent), ("i2", lost))
    ]
    for created in (True, False):
        good, bad = reply(service.upsert("Zuora__External_Id__c", rows, _soapheaders=headers))
        assert (good.success, good.created, good.errors) == (True, created, [])
        assert (bad.success, bad.id, bad.errors[0].statusCode) == (False, None, "INVALID_FIELD")


def test_faults_are_typed(client, session):
    service, headers = session
    with pytest.raises(Fault) as caught:
        service.query("SELECT Asdf FROM Account", _soapheaders=headers)
    assert caught.value.code == "sf:INVALID_FIELD"
    (detail,) = caught.value.detail
    assert detail.tag == f"{FNS}InvalidFieldFault"
    parsed = client.get_type(f"{FNS}InvalidFieldFault").parse_xmlelement(detail, client.wsdl.types)
    assert (parsed.exceptionCode, parsed.row, parsed.column) == ("INVALID_FIELD", 1, 8)


def test_describe_and_user_info(client, session, org):
    service, headers = session
    described = reply(service.describeSObject("Zuora__CustomerAccount__c", _soapheaders=headers))
    assert len(described.fields) == len(org.schema.required("Zuora__CustomerAccount__c").fields)
    assert described.keyPrefix.startswith("a0")
    many = reply(service.describeSObjects(["Account", "Product2"], _soapheaders=headers))
    assert [one.name for one in many] == ["Account", "Product2"]
    listed = reply(service.describeGlobal(_soapheaders=headers))
    assert len(listed.sobjects) == len(org.schema.sobjects)
    assert reply(service.getUserInfo(_soapheaders=headers)).organizationId == org.id
    found = reply(service.retrieve("Id,Name", "User", [org.user_id(org.users[0])], _soapheaders=headers))
    assert found[0].type == "User"


def test_logout(session):
    service, headers = session
    service.logout(_soapheaders=headers)
    with pytest.raises(Fault, match="INVALID_SESSION_ID"):
        service.getServerTimestamp(_soapheaders=headers)


def test_a_wrong_password_is_a_login_fault(client, url):
    with pytest.raises(Fault) as caught:
        client.create_service(BINDING, url).login("integration@example.com", "wrong")
    assert caught.value.code == "INVALID_LOGIN"
    assert caught.value.detail[0].tag == f"{FNS}LoginFault"


def test_the_wsdl_is_the_same_bytes_every_time_and_names_its_own_address(url):
    assert wsdl.render("http://localhost/x") == wsdl.render("http://localhost/x")
    client = Client(f"{url}?wsdl")
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    assert port.binding_options["address"] == url


def test_the_wsdl_is_a_command():
    repository = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-m", "mock_salesforce.wsdl"]
    assert subprocess.run(command, cwd=repository, check=True, capture_output=True).stdout == wsdl.render()


def test_the_mocks_types_are_the_vendors_in_the_same_order(shared_dir):
    """Every element the mock declares is the vendor's, at the vendor's place."""
    schema = "{http://www.w3.org/2001/XMLSchema}"
    theirs = etree.parse(str(shared_dir / "wsdl" / "salesforce-partner-64.0.wsdl"))
    ours = etree.parse(BytesIO(wsdl.render()))

    def shapes(tree):
        named = [*tree.iter(f"{schema}complexType"), *tree.iter(f"{schema}element")]
        return {
            (node.tag, node.get("name")): [
                (e.get("name"), e.get("nillable"), e.get("maxOccurs")) for e in node.iter(f"{schema}element")
            ]
            for node in named
            if node.get("name") and node.getparent().tag == f"{schema}schema"
        }

    vendor = shapes(theirs)
    for key, elements in shapes(ours).items():
        assert key in vendor
        remaining = iter(vendor[key])
        assert all(element in remaining for element in elements), key
