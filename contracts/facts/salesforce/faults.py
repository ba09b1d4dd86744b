"""Faults: their shape, their types, and what is said about messages that cannot be read."""

from __future__ import annotations

import re

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, element
from contracts.salesforce.scenarios import EMPTY, ORG

fact = SALESFORCE.fact


@fact(
    "salesforce.faults.shape",
    "A fault's string is its code, a colon and the message; its detail is an element of the fault's type, with xsi:type, code and message.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def shape(client: SalesforceClient) -> None:
    reply = client.call("getUserInfo", session="nonsense")
    pattern = (
        r"<soapenv:Fault><faultcode>sf:INVALID_SESSION_ID</faultcode><faultstring>INVALID_SESSION_ID: ([^<]*)</faultstring>"
        r'<detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault"><sf:exceptionCode>INVALID_SESSION_ID'
        r"</sf:exceptionCode><sf:exceptionMessage>([^<]*)</sf:exceptionMessage></sf:UnexpectedErrorFault></detail></soapenv:Fault>"
    )
    match = re.search(pattern, reply.text)
    require(match, f"the fault is {reply.text}")
    assert match is not None  # noqa: S101 - required above
    same(match[1], match[2], "the message in string and detail")


@fact(
    "salesforce.faults.session-words",
    "An unknown session is told with a hash of it, never with itself.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def session_words(client: SalesforceClient) -> None:
    message = client.call("getUserInfo", session="made-up-session").fault.message
    words = r"Invalid Session ID found in SessionHeader: Illegal Session\. Session not found, missing session hash: [A-Za-z0-9+/]+=\nThis error usually occurs after a session expires or a user logs out\. "
    require(re.fullmatch(words, message), f"the words are {message!r}")
    require("made-up-session" not in message, "the session is told")


@fact(
    "salesforce.faults.no-session",
    "A call without a session is INVALID_SESSION_ID.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def no_session(client: SalesforceClient) -> None:
    same(client.call("getUserInfo", session="").fault.code, "INVALID_SESSION_ID", "the code")


@fact(
    "salesforce.faults.query-place",
    "The faults of fields, objects and malformed queries have row and column.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def query_place(client: SalesforceClient) -> None:
    kinds = {
        "SELECT Nothing FROM Account": "InvalidFieldFault",
        "SELECT Id FROM Nothing__c": "InvalidSObjectFault",
        "SELECT Id FROM Account WHERE Name = '\\x'": "MalformedQueryFault",
    }
    for soql, kind in kinds.items():
        fault = client.query(soql).fault
        same(fault.kind, kind, f"the type for {soql}")
        require(fault.row and fault.column, f"no place for {soql}")


@fact(
    "salesforce.faults.locator-place",
    "InvalidQueryLocatorFault has no row and no column.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def locator_place(client: SalesforceClient) -> None:
    fault = client.more("nonsense").fault
    same((fault.kind, fault.row, fault.column), ("InvalidQueryLocatorFault", "", ""), "the fault")


@fact(
    "salesforce.faults.unknown-field",
    "An unknown field in a row fails the whole request: sf:INVALID_FIELD, row -1, column -1.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def unknown_field(client: SalesforceClient) -> None:
    for reply in (
        client.create("Account", {"Name": "Right"}, {"Name": "Wrong", "gecko": "x"}),
        client.update("Account", {"Id": client.target.id("alpha"), "gecko": "x"}),
        client.upsert("Id", "Account", {"gecko": "x"}),
    ):
        fault = reply.fault
        same(
            (fault.faultcode, fault.kind, fault.row, fault.column),
            ("sf:INVALID_FIELD", "InvalidFieldFault", "-1", "-1"),
            "the fault",
        )
    same(client.query("SELECT Id FROM Account WHERE Name = 'Right'").one("size"), "0", "the rows saved")


@fact(
    "salesforce.faults.unknown-field-words",
    "It says: No such column, on the entity, with what to do.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def unknown_field_words(client: SalesforceClient) -> None:
    message = client.create("Contact", {"LastName": "x", "gecko": "x"}).fault.message
    same(
        message,
        "No such column 'gecko' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the "
        "'__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        "the words",
    )


@fact(
    "salesforce.faults.unknown-type",
    "An unknown object in a row fails the whole request with INVALID_TYPE.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def unknown_type(client: SalesforceClient) -> None:
    fault = client.create("Nothing__c", {"Name": "x"}).fault
    same((fault.code, fault.kind), ("INVALID_TYPE", "InvalidSObjectFault"), "the fault")


@fact(
    "salesforce.faults.concrete-type",
    "A row of type sObject: Must send a concrete entity type.",
    source=sources.PHP_TOOLKIT,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def concrete_type(client: SalesforceClient) -> None:
    fault = client.create("sObject", {"Name": "x"}).fault
    same(fault.faultstring, "INVALID_TYPE: Must send a concrete entity type.", "the string")


@fact(
    "salesforce.faults.no-type",
    "A row without a type is a client's fault in the recorded words.",
    source=sources.JSFORCE,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def no_type(client: SalesforceClient) -> None:
    fault = client.call("create", "<p:sObjects><o:Name>x</o:Name></p:sObjects>").fault
    same(fault.faultcode, "soapenv:Client", "the code")
    same(
        fault.faultstring,
        "Missing entity type information. sObject requires a separate 'type' field be sent.",
        "the string",
    )


@fact(
    "salesforce.faults.element-in-value",
    "An element within a field's value is unexpected during simple type deserialization.",
    source=sources.JSFORCE,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def element_in_value(client: SalesforceClient) -> None:
    fault = client.call("create", "<p:sObjects><o:type>Account</o:type><o:Name><id>1</id></o:Name></p:sObjects>").fault
    require(
        re.fullmatch(r"Unexpected element \{[^}]*\}id during simple type deserialization", fault.faultstring),
        fault.faultstring,
    )


@fact(
    "salesforce.faults.ampersand",
    "A bare ampersand is told in the real parser's words, without detail.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def ampersand(client: SalesforceClient) -> None:
    fault = client.post(client.envelope("<p:query><p:queryString>a & b</p:queryString></p:query>")).fault
    same((fault.faultcode, fault.kind), ("soapenv:Client", ""), "the code and detail")
    same(fault.faultstring, "The entity name must immediately follow the '&' in the entity reference.", "the string")


@fact(
    "salesforce.faults.no-xml",
    "What is not XML is a soapenv:Client fault without detail.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def no_xml(client: SalesforceClient) -> None:
    for body in (b"", b"nonsense", b"<a><b></a>"):
        fault = client.post(body).fault
        same((fault.faultcode, fault.kind), ("soapenv:Client", ""), f"the fault for {body!r}")


@fact(
    "salesforce.faults.unknown-operation",
    "An unknown operation: No operation available for request {namespace}name, please check the WSDL for the service.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def unknown_operation(client: SalesforceClient) -> None:
    fault = client.call("doSomething").fault
    same(fault.faultcode, "soapenv:Client", "the code")
    same(
        fault.faultstring,
        "No operation available for request {urn:partner.soap.sforce.com}doSomething, please check the WSDL for the service.",
        "the string",
    )


@fact(
    "salesforce.faults.bad-boolean",
    "A header's boolean that is none: '…' is not a valid value for the type xsd:boolean.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def bad_boolean(client: SalesforceClient) -> None:
    header = "<p:AllOrNoneHeader><p:allOrNone>abc</p:allOrNone></p:AllOrNoneHeader>"
    fault = client.create("Account", {"Name": "x"}, header=header).fault
    same(fault.faultcode, "soapenv:Client", "the code")
    same(fault.faultstring, "'abc' is not a valid value for the type xsd:boolean", "the string")


@fact(
    "salesforce.faults.bad-int",
    "A batch size that is no number is refused by its type.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def bad_int(client: SalesforceClient) -> None:
    header = f"<p:QueryOptions>{element('batchSize', 'many')}</p:QueryOptions>"
    same(
        client.query("SELECT Id FROM Account", header=header).fault.faultstring,
        "'many' is not a valid value for the type xsd:int",
        "the string",
    )


@fact(
    "salesforce.faults.no-doctype",
    "A document type is refused, and no entity of it resolved.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=EMPTY,
)
def no_doctype(client: SalesforceClient) -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY e "expanded">]>'
        + client.envelope("<p:query><p:queryString>&e;</p:queryString></p:query>").partition(b"?>")[2]
    )
    reply = client.post(body)
    same(reply.status, 500, "the status")
    require("expanded" not in reply.text, "the entity was resolved")


@fact(
    "salesforce.faults.element-out-of-place",
    "An element that a request has no place for is invalid at this location.",
    source="GitHub davispeixoto/Laravel-5-Salesforce, issue 19",
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def element_out_of_place(client: SalesforceClient) -> None:
    fault = client.call("create", '<item xmlns="">x</item>').fault
    same(
        (fault.faultcode, fault.faultstring), ("soapenv:Client", "Element {}item invalid at this location"), "the fault"
    )


@fact(
    "salesforce.faults.enterprise-path",
    "The partner's namespace sent to the enterprise endpoint has no operation there.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def enterprise_path(client: SalesforceClient) -> None:
    fault = client.post(client.envelope("<p:describeSObjects/>"), path="/services/Soap/c/64.0").fault
    start = "No operation available for request {urn:partner.soap.sforce.com}describeSObjects"
    require(fault.faultcode == "soapenv:Client" and fault.faultstring.startswith(start), fault.faultstring)


@fact(
    "salesforce.faults.unexpected",
    "What has no fault type of its own is an UnexpectedErrorFault.",
    source=sources.LAZERBEEZ,
    sure=Sure.INFERRED,
    scenario=ORG,
)
def unexpected(client: SalesforceClient) -> None:
    found = {
        "INVALID_SESSION_ID": client.call("getUserInfo", session="nonsense"),
        "UNSUPPORTED_API_VERSION": client.call("getUserInfo", version="30.0"),
        "EXCEEDED_ID_LIMIT": client.by_ids("delete", *["001000000000001"] * 201),
        "INVALID_QUERY_FILTER_OPERATOR": client.query("SELECT Id FROM Account WHERE Id = 'x'"),
    }
    told = {code: (reply.fault.code, reply.fault.kind) for code, reply in found.items()}
    same(told, {code: (code, "UnexpectedErrorFault") for code in found}, "the codes and types")
