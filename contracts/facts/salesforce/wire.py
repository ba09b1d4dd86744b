"""The shape of requests and replies over HTTP."""

from __future__ import annotations

import re

from contracts.judging import among, require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SOAP, SalesforceClient, element, row
from contracts.salesforce.scenarios import BILLING, EMPTY, KEY, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)


@fact(
    "salesforce.wire.ok-status",
    "A call that goes well is HTTP 200 with text/xml in UTF-8.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def ok_status(client: SalesforceClient) -> None:
    reply = client.call("getServerTimestamp")
    same((reply.status, len(reply.one("timestamp"))), (200, 24), "the status and the moment's length")
    kind = (reply.header("Content-Type") or "").lower().replace(" ", "")
    same(kind, "text/xml;charset=utf-8", "the content type")


@fact(
    "salesforce.wire.fault-status",
    "A fault is HTTP 500 with text/xml.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def fault_status(client: SalesforceClient) -> None:
    reply = client.query("SELECT Nothing FROM Account")
    same(reply.status, 500, "the status")
    require((reply.header("Content-Type") or "").startswith("text/xml"), "the content type is another")


@fact(
    "salesforce.wire.one-line",
    "A reply is one line, its prefix `soapenv`, its default namespace the partner's, `sf` the sobjects'.",
    source=sources.PHP_TEST,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def one_line(client: SalesforceClient) -> None:
    text = client.call("getServerTimestamp").text
    require("\n" not in text, "the reply has line breaks")
    start = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}" '
        'xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:sf="urn:sobject.partner.soap.sforce.com">'
    )
    require(text.startswith(start), f"the reply begins {text[:300]}")


@fact(
    "salesforce.wire.limit-info",
    "Nearly every reply has LimitInfoHeader with current, limit and the type API REQUESTS.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def limit_info(client: SalesforceClient) -> None:
    text = client.call("getServerTimestamp").text
    pattern = (
        r"<soapenv:Header><LimitInfoHeader><limitInfo><current>\d+</current><limit>\d+</limit>"
        r"<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
    )
    require(re.search(pattern, text), f"no such header in {text[:700]}")


@fact(
    "salesforce.wire.login-without-limit-info",
    "The reply to login has no LimitInfoHeader.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def login_without_limit_info(client: SalesforceClient) -> None:
    reply = client.login()
    require(reply.one("sessionId").startswith("00D"), "there is no session")
    require("LimitInfoHeader" not in reply.text, "it has one")


@fact(
    "salesforce.wire.soap-action-ignored",
    "SOAPAction says nothing: any text or none is taken.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def soap_action_ignored(client: SalesforceClient) -> None:
    body = client.envelope(
        "<p:getServerTimestamp/>", f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    )
    for action in ('""', "login", "Update", "c", ""):
        reply = client.post(body, headers={"SOAPAction": action})
        same(len(reply.one("timestamp")), 24, f"the moment's length with SOAPAction {action!r}")


@fact(
    "salesforce.wire.any-namespace",
    "Rows are taken with their children in the sobject's, the partner's or no namespace.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ORG,
    needs=WRITABLE,
)
def any_namespace(client: SalesforceClient) -> None:
    for prefix in ("o:", "p:", ""):
        inside = f"<p:sObjects><{prefix}type>Account</{prefix}type><{prefix}Name>New</{prefix}Name></p:sObjects>"
        same(client.call("create", inside).result["success"], "true", f"success with {prefix or 'no prefix'}")


@fact(
    "salesforce.wire.wrong-rows-namespace",
    "The sObjects elements themselves may be in the wrong namespace.",
    source=sources.JSFORCE,
    sure=Sure.INFERRED,
    scenario=ORG,
    needs=WRITABLE,
)
def wrong_rows_namespace(client: SalesforceClient) -> None:
    inside = "<o:sObjects><o:type>Account</o:type><o:Name>New</o:Name></o:sObjects>"
    same(client.call("create", inside).result["success"], "true", "success")


@fact(
    "salesforce.wire.id-for-ids",
    "`delete` takes `id` for `ids`.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ORG,
    needs=WRITABLE,
)
def id_for_ids(client: SalesforceClient) -> None:
    reply = client.call("delete", element("id", client.target.id("gamma")))
    same(reply.result["success"], "true", "success")


@fact(
    "salesforce.wire.any-order",
    "After the type, fields and fieldsToNull come in any order.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ORG,
    needs=WRITABLE,
)
def any_order(client: SalesforceClient) -> None:
    id_ = client.target.id("beta")
    inside = f"<p:sObjects><o:type>Account</o:type><o:Name>New</o:Name><o:fieldsToNull>Site</o:fieldsToNull><o:Id>{id_}</o:Id></p:sObjects>"
    same(client.call("update", inside).result["success"], "true", "success")


@fact(
    "salesforce.wire.version-bare",
    "A version is written bare in the path; `v64.0` is an invalid version.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def version_bare(client: SalesforceClient) -> None:
    for version in ("v64.0", "64", "nonsense"):
        fault = client.call("getServerTimestamp", version=version).fault
        same(fault.code, "UNSUPPORTED_API_VERSION", f"the code for {version}")
        same(fault.message, "Invalid Api version specified on URL", f"the words for {version}")


@fact(
    "salesforce.wire.versions",
    "Versions 31.0 to 68.0 answer; there is none after.",
    source=sources.END_OF_LIFE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def versions(client: SalesforceClient) -> None:
    for version in ("31.0", "50.0", "68.0"):
        same(client.call("getServerTimestamp", version=version).status, 200, f"the status at {version}")
    same(client.call("getServerTimestamp", version="69.0").fault.code, "UNSUPPORTED_API_VERSION", "the code at 69.0")


@fact(
    "salesforce.wire.retired",
    "Versions to 30.0 are retired: UNSUPPORTED_API_VERSION.",
    source=sources.END_OF_LIFE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def retired(client: SalesforceClient) -> None:
    same(client.call("getServerTimestamp", version="30.0").fault.code, "UNSUPPORTED_API_VERSION", "the code")


@fact(
    "salesforce.wire.server-url",
    "`serverUrl` and metadataServerUrl end in the version and the org's 15-character id.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def server_url(client: SalesforceClient) -> None:
    reply = client.login()
    org = reply.one("organizationId")[:15]
    require(reply.one("serverUrl").endswith(f"/services/Soap/u/64.0/{org}"), reply.one("serverUrl"))
    require(reply.one("metadataServerUrl").endswith(f"/services/Soap/m/64.0/{org}"), reply.one("metadataServerUrl"))


@fact(
    "salesforce.wire.org-in-path",
    "The path may carry the org's id after the version.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def org_in_path(client: SalesforceClient) -> None:
    path = "/services" + client.login().one("serverUrl").partition("/services")[2]
    body = client.envelope(
        "<p:getServerTimestamp/>", f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    )
    same(client.post(body, path=path).status, 200, "the status")


@fact(
    "salesforce.wire.control-characters",
    "A control character is not in a reply, whatever was sent.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def control_characters(client: SalesforceClient) -> None:
    reply = client.query("SELECT Id FROM Account WHERE Name = '\\b\\f'")
    same(reply.one("size"), "0", "the size")
    require(not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", reply.text), "there is one in the reply")


@fact(
    "salesforce.wire.describe-global",
    "`describeGlobal` says UTF-8 and a batch size of 200, and lists every object.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=ORG,
)
def describe_global(client: SalesforceClient) -> None:
    reply = client.call("describeGlobal")
    same(reply.one("encoding"), "UTF-8", "the encoding")
    same(reply.one("maxBatchSize"), "200", "the batch size")
    require({"Account", "Contact", BILLING} <= set(reply.texts("name")), "an object is missing")


@fact(
    "salesforce.wire.describe",
    "`describeSObject` tells fields with type, length, picklist and relationships, the key prefix and child relationships.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=ORG,
)
def describe(client: SalesforceClient) -> None:
    reply = client.call("describeSObject", element("sObjectType", "Account"))
    same(reply.one("keyPrefix"), "001", "the key prefix")
    fields = {each.findtext("{*}name"): each for each in reply.root.iter("{*}fields")}
    toto, parent, level = (fields[name] for name in ("TotoId__c", "ParentId", "Level__c"))
    same(toto.findtext("{*}length"), "5", "a text's length")
    same(parent.findtext("{*}referenceTo"), "Account", "a reference's target")
    same(parent.findtext("{*}relationshipName"), "Parent", "a reference's relationship")
    same([each.text for each in level.iter("{*}value")], ["Gold", "Silver"], "a picklist's values")
    same(level.findtext("{*}restrictedPicklist"), "true", "whether it is restricted")
    require("Contacts" in reply.texts("relationshipName"), "a child relationship is missing")


@fact(
    "salesforce.wire.describe-order",
    "`describeSObjects` answers in the order asked.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def describe_order(client: SalesforceClient) -> None:
    reply = client.call("describeSObjects", element("sObjectType", "Contact") + element("sObjectType", "Account"))
    same([each.findtext("{*}name") for each in reply.root.iter("{*}result")], ["Contact", "Account"], "the objects")


@fact(
    "salesforce.wire.truncate",
    "AllowFieldTruncationHeader cuts a text that is too long.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def truncate(client: SalesforceClient) -> None:
    header = "<p:AllowFieldTruncationHeader><p:allowFieldTruncation>true</p:allowFieldTruncation></p:AllowFieldTruncationHeader>"
    made = client.create("Account", {"Name": "New", "TotoId__c": "AzertyAzerty"}, header=header).result["id"]
    same(client.query(f"SELECT TotoId__c FROM Account WHERE Id = '{made}'").one("TotoId__c"), "Azert", "what is kept")


@fact(
    "salesforce.wire.all-or-none-default",
    "Without AllOrNoneHeader rows that are right are saved beside those that are not.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def all_or_none_default(client: SalesforceClient) -> None:
    client.create("Account", {"Name": "Right"}, {})
    same(client.query("SELECT Id FROM Account WHERE Name = 'Right'").one("size"), "1", "the size")


@fact(
    "salesforce.wire.headers-accepted",
    "Every header of a write in the WSDL is accepted.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=ORG,
    needs=WRITABLE,
)
def headers_accepted(client: SalesforceClient) -> None:
    blocks = (
        "<p:CallOptions><p:client>x</p:client></p:CallOptions>",
        "<p:AssignmentRuleHeader><p:useDefaultRule>true</p:useDefaultRule></p:AssignmentRuleHeader>",
        "<p:MruHeader><p:updateMru>true</p:updateMru></p:MruHeader>",
        "<p:DisableFeedTrackingHeader><p:disableFeedTracking>true</p:disableFeedTracking></p:DisableFeedTrackingHeader>",
        "<p:StreamingEnabledHeader><p:streamingEnabled>true</p:streamingEnabled></p:StreamingEnabledHeader>",
        "<p:DuplicateRuleHeader><p:allowSave>true</p:allowSave></p:DuplicateRuleHeader>",
        "<p:LocaleOptions><p:language>en_US</p:language></p:LocaleOptions>",
        (
            "<p:PackageVersionHeader><p:packageVersions><p:majorNumber>1</p:majorNumber><p:minorNumber>0</p:minorNumber>"
            "<p:namespace>Zuora</p:namespace></p:packageVersions></p:PackageVersionHeader>"
        ),
        "<p:EmailHeader><p:triggerUserEmail>false</p:triggerUserEmail></p:EmailHeader>",
        "<p:OwnerChangeOptions/>",
    )
    same(client.create("Account", {"Name": "New"}, header="".join(blocks)).result["success"], "true", "success")


@fact(
    "salesforce.wire.timestamp",
    "`getServerTimestamp` tells the server's moment in UTC.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def timestamp(client: SalesforceClient) -> None:
    moment = client.call("getServerTimestamp").one("timestamp")
    require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment), f"the moment is {moment}")


@fact(
    "salesforce.wire.retrieve-nil",
    "`retrieve` answers in the order of the ids, nil for one that is not there or deleted.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ORG,
)
def retrieve_nil(client: SalesforceClient) -> None:
    ids = client.target.id
    reply = client.retrieve("Account", "Id,Name", ids("beta"), ids("binned"), ids("alpha"))
    found = [each.findtext("{*}Name") for each in reply.root.iter("{*}result")]
    same(found, ["beta", None, "Alpha"], "the names")
    among(reply.inside.count('<result xsi:nil="true"/>'), (1,), "how many are nil")


@fact(
    "salesforce.wire.row-of-parent",
    "A parent may be named by an external id, in a nested sObject under the relationship's name.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def row_of_parent(client: SalesforceClient) -> None:
    nested = {"Zuora__BillingAccount__r": {"type": BILLING, KEY: "Key-1"}, "Name": "Method", KEY: "m-1"}
    same(client.call("create", row("Zuora__PaymentMethod__c", nested)).result["success"], "true", "success")
