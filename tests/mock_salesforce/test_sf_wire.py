from __future__ import annotations

import gzip
import re

import pytest
from lxml import etree
from werkzeug.test import Client

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:sf="urn:sobject.partner.soap.sforce.com">'
)


@pytest.fixture
def account(org):
    (made,) = org.load("Account", [{"Name": "Customer & <01>", "AnnualRevenue": 350000, "IsDeleted": False}])
    return made


@pytest.fixture
def billing(org, account):
    (made,) = org.load("Zuora__CustomerAccount__c", [{"Name": "B1", "Zuora__Account__c": account}])
    return made


def test_a_query_reply_to_the_byte(wire, account):
    soql = "SELECT Id, AnnualRevenue, Fax, Name, CreatedDate, IsDeleted FROM Account"
    assert wire.query(soql).body.decode() == (
        HEAD + "<soapenv:Header><LimitInfoHeader><limitInfo><current>1</current><limit>15000</limit>"
        "<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header><soapenv:Body><queryResponse>"
        '<result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/>'
        '<records xsi:type="sf:sObject"><sf:type>Account</sf:type>'
        f"<sf:Id>{account}</sf:Id><sf:Id>{account}</sf:Id>"
        '<sf:AnnualRevenue>350000.0</sf:AnnualRevenue><sf:Fax xsi:nil="true"/>'
        "<sf:Name>Customer &amp; &lt;01&gt;</sf:Name><sf:CreatedDate>2026-01-15T08:00:00.000Z</sf:CreatedDate>"
        "<sf:IsDeleted>false</sf:IsDeleted></records><size>1</size></result></queryResponse></soapenv:Body>"
        "</soapenv:Envelope>"
    )


def test_an_id_that_was_not_selected_is_nil_once(wire, account):
    assert (
        '<sf:type>Account</sf:type><sf:Id xsi:nil="true"/><sf:Fax xsi:nil="true"/></records>'
        in wire.query("SELECT Fax FROM Account").inside
    )


def test_a_parent_is_a_record_in_its_place_and_a_missing_one_is_nil(wire, billing, account):
    reply = wire.query(
        "SELECT Zuora__Account__r.Name, Name, Zuora__Account__r.Id, Zuora__Parent__r.Name "
        "FROM Zuora__CustomerAccount__c"
    )
    assert (
        '<sf:Id xsi:nil="true"/><sf:Zuora__Account__r xsi:type="sf:sObject"><sf:type>Account</sf:type>'
        f"<sf:Id>{account}</sf:Id><sf:Name>Customer &amp; &lt;01&gt;</sf:Name><sf:Id>{account}</sf:Id>"
        '</sf:Zuora__Account__r><sf:Name>B1</sf:Name><sf:Zuora__Parent__r xsi:nil="true"/></records>'
    ) in reply.inside


def test_children_are_a_query_result_and_no_children_are_nil(wire, billing):
    reply = wire.query(
        "SELECT (SELECT Id FROM Zuora__R00N40000001kyLcEAI__r), (SELECT Id FROM ChildAccounts) FROM Account"
    )
    assert (
        '<sf:Zuora__R00N40000001kyLcEAI__r xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/>'
        '<records xsi:type="sf:sObject"><sf:type>Zuora__CustomerAccount__c</sf:type>'
        f"<sf:Id>{billing}</sf:Id><sf:Id>{billing}</sf:Id></records><size>1</size>"
        '</sf:Zuora__R00N40000001kyLcEAI__r><sf:ChildAccounts xsi:nil="true"/>'
    ) in reply.inside


def test_an_empty_result(wire):
    assert wire.query("SELECT Id FROM Account").inside == (
        '<queryResponse><result xsi:type="QueryResult"><done>true</done><queryLocator xsi:nil="true"/><size>0</size>'
        "</result></queryResponse>"
    )


def test_a_session_fault_to_the_letter(new_wire):
    new_wire.session = "no such session"
    reply = new_wire.query("SELECT Id FROM Account")
    assert reply.status == 500
    words = (
        r"Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: "
        r"[A-Za-z0-9+/]{43}=\nThis error usually occurs after a session expires or a user logs out. "
    )
    assert re.fullmatch(
        r"<soapenv:Fault>"
        r"<faultcode>sf:INVALID_SESSION_ID</faultcode>"
        rf"<faultstring>INVALID_SESSION_ID: {words}</faultstring><detail><sf:UnexpectedErrorFault "
        r'xsi:type="sf:UnexpectedErrorFault"><sf:exceptionCode>INVALID_SESSION_ID</sf:exceptionCode>'
        rf"<sf:exceptionMessage>{words}</sf:exceptionMessage></sf:UnexpectedErrorFault></detail></soapenv:Fault>",
        reply.inside,
    )


def test_query_faults_carry_row_and_column(wire):
    reply = wire.query("SELECT Id FROM Nothing")
    assert "</sf:exceptionMessage><sf:row>1</sf:row><sf:column>16</sf:column></sf:InvalidSObjectFault>" in reply.inside
    assert "LimitInfoHeader" not in reply.inside


def test_retrieve_gives_nil_for_what_is_not_there(wire, account):
    reply = wire.send(
        "retrieve",
        "<p:fieldList>Id, Name</p:fieldList><p:sObjectType>Account</p:sObjectType>"
        f"<p:ids>001000000000001</p:ids><p:ids>{account[:15]}</p:ids>",
    )
    assert reply.inside == (
        '<retrieveResponse><result xsi:nil="true"/><result xsi:type="sf:sObject"><sf:type>Account</sf:type>'
        f"<sf:Id>{account}</sf:Id><sf:Id>{account}</sf:Id><sf:Name>Customer &amp; &lt;01&gt;</sf:Name></result>"
        "</retrieveResponse>"
    )


@pytest.mark.parametrize(
    ("fields", "type_", "identifier", "fault"),
    [
        ("Asdf", "Account", "001000000000001", "InvalidFieldFault"),
        ("Id", "Nothing", "001000000000001", "InvalidSObjectFault"),
        ("Id", "Account", "xyz", "InvalidIdFault"),
    ],
)
def test_retrieve_faults(wire, fields, type_, identifier, fault):
    reply = wire.send(
        "retrieve",
        f"<p:fieldList>{fields}</p:fieldList><p:sObjectType>{type_}</p:sObjectType><p:ids>{identifier}</p:ids>",
    )
    assert f"<sf:{fault} " in reply.inside


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/services/Soap/u/30.0", "UNSUPPORTED_API_VERSION"),
        ("/services/Soap/u/v64.0", "UNSUPPORTED_API_VERSION"),
        ("/services/Soap/u/99.0", "UNSUPPORTED_API_VERSION"),
        ("/services/Soap/u/", "UNSUPPORTED_API_VERSION"),
        ("/services/Soap/u/31.0", None),
        ("/services/Soap/u/66.0/00D5e000000AbCd", None),
    ],
)
def test_versions_of_the_path(wire, path, code):
    reply = wire.send("getServerTimestamp", path=path)
    assert reply.texts("exceptionCode") == ([] if code is None else [code])


def test_other_paths_and_methods_are_not_served(mock, org):
    client = Client(mock.wsgi)
    assert client.post("/services/Soap/m/64.0", data=b"").status_code == 404
    assert client.get("/services/Soap/u/64.0").status_code == 405


def test_an_unknown_operation(wire):
    reply = wire.send("describeTabs")
    assert reply.texts("faultcode") == ["soapenv:Client"]
    assert reply.texts("faultstring") == [
        (
            "No operation available for request {urn:partner.soap.sforce.com}describeTabs, please check the WSDL for "
            "the service."
        )
    ]
    assert "<detail>" not in reply.inside


def test_broken_xml_is_the_clients_fault(wire):
    reply = wire.post(b"<s:Envelope>&")
    assert (reply.status, reply.texts("faultcode")) == (500, ["soapenv:Client"])


def test_requests_and_replies_may_be_compressed(mock, wire, org):
    org.load("Account", [{"Name": f"Customer {n:03d}"} for n in range(50)])
    document = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Header>'
        f"<SessionHeader><sessionId>{wire.session}</sessionId></SessionHeader></s:Header><s:Body><query>"
        "<queryString>SELECT Name FROM Account</queryString></query></s:Body></s:Envelope>"
    )
    answer = wire.http.post(
        wire.path,
        data=gzip.compress(document.encode()),
        headers={"Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
        content_type="text/xml",
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(etree.fromstring(gzip.decompress(answer.get_data())).findall(".//{*}records")) == 50


def test_describe_tells_what_a_loader_must_know(wire):
    reply = wire.send("describeSObject", "<p:sObjectType>zuora__customeraccount__c</p:sObjectType>")
    tree = etree.fromstring(reply.body)
    fields = {f.findtext("{*}name"): {etree.QName(e).localname: e.text for e in f} for f in tree.iter("{*}fields")}
    master = fields["Zuora__Account__c"]
    assert (master["referenceTo"], master["relationshipName"], master["type"]) == (
        "Account", "Zuora__Account__r", "reference",
    )  # fmt: skip
    assert (master["nillable"], master["createable"], master["updateable"]) == ("false", "true", "true")
    assert fields["Zuora__CreditCardType__c"]["calculated"] == "true"
    assert fields["Zuora__CreditCardType__c"]["createable"] == "false"
    assert fields["Zuora__External_Id__c"]["externalId"] == "true"
    assert fields["Zuora__External_Id__c"]["idLookup"] == "true"
    assert fields["SystemModstamp"]["updateable"] == "false"
    assert fields["Name"]["createable"] == "true"
    assert fields["Region__c"]["length"] == "5"
    assert fields["Tier__c"]["type"] == "picklist"
    assert "Zuora__Subscriptions__r" in reply.texts("relationshipName")


def test_describe_of_many_and_of_none(wire):
    many = wire.send(
        "describeSObjects", "<p:sObjectType>Account</p:sObjectType><p:sObjectType>Product2</p:sObjectType>"
    )
    assert len(etree.fromstring(many.body).findall(".//{*}result")) == 2
    unknown = wire.send("describeSObject", "<p:sObjectType>Nothing</p:sObjectType>")
    assert unknown.texts("faultcode") == ["sf:INVALID_TYPE"]
    too_many = wire.send("describeSObjects", "<p:sObjectType>Account</p:sObjectType>" * 101)
    assert too_many.texts("faultcode") == ["sf:EXCEEDED_MAX_TYPES_LIMIT"]


def test_describe_global_lists_every_object(wire, org):
    reply = wire.send("describeGlobal")
    assert sorted(reply.texts("name")) == sorted(sobject.name for sobject in org.schema.sobjects)
    assert reply.texts("maxBatchSize") == ["200"]


def test_the_server_tells_its_time(wire, clock):
    clock.advance(1.5)
    assert wire.send("getServerTimestamp").texts("timestamp") == ["2026-01-15T08:00:01.500Z"]
