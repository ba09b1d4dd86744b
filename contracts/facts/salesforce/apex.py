"""Apex web services over SOAP, and On-Demand Sync as one."""

from __future__ import annotations

from lxml import etree

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import APEX, APEX_PATH, SalesforceClient, element
from contracts.salesforce.scenarios import EMPTY, NINE, ORG, SYNCING
from contracts.target import Capability

fact = SALESFORCE.fact
CALLS = (Capability.CALLOUTS,)
IDS = [f"{n:032x}" for n in range(1, 13)]


def _zuora(*ids: str) -> str:
    return "".join(element("syncZuoraObjectIdSet", each) for each in ids)


@fact(
    "salesforce.apex.path",
    "A class answers at `/services/Soap/class/<namespace>/<Class>`.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
    needs=CALLS,
)
def path(client: SalesforceClient) -> None:
    same(client.apex("sendRequest", _zuora(IDS[0]), path=APEX_PATH).texts("success"), ["true"], "success")


@fact(
    "salesforce.apex.response",
    "A reply is `<methodResponse>` in the class's namespace, its results repeated elements.",
    source=sources.APEX_SERVICES,
    sure=Sure.INFERRED,
    scenario=EMPTY,
    needs=CALLS,
)
def response(client: SalesforceClient) -> None:
    reply = client.apex("sendRequest", _zuora(*IDS[:2]))
    found = reply.root.find(f".//{{{APEX}}}sendRequestResponse")
    require(found is not None, f"no sendRequestResponse in {reply.text[:600]}")
    assert found is not None  # noqa: S101 - required above
    same([each.tag for each in found], [f"{{{APEX}}}result"] * 2, "the elements")


@fact(
    "salesforce.apex.session",
    "The session is the Partner API's, in a header of the class's namespace.",
    source=sources.APEX_SERVICES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def session(client: SalesforceClient) -> None:
    same(client.apex("sendRequest", _zuora(IDS[0])).status, 200, "the status")
    same(
        client.apex("sendRequest", _zuora(IDS[0]), session="nonsense").fault.code,
        "INVALID_SESSION_ID",
        "the code without",
    )


@fact(
    "salesforce.apex.counts",
    "A call of a web service counts as an API request.",
    source=sources.APEX_SERVICES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=(*CALLS, Capability.WRITABLE),
)
def counts(client: SalesforceClient) -> None:
    before = int(client.call("getUserInfo").one("current"))
    client.apex("sendRequest", _zuora(IDS[0]))
    same(int(client.call("getUserInfo").one("current")), before + 2, "the count")


@fact(
    "salesforce.apex.wsdl",
    "The class's WSDL has one namespace, the usual headers, service, port and binding named after the class, and no declared fault.",
    source=sources.CLIENTS,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def wsdl(client: SalesforceClient) -> None:
    root = client.get("/services/wsdl/class/Zuora/OnDemandSync").root
    space = "{http://schemas.xmlsoap.org/wsdl/}"
    same(root.get("targetNamespace"), APEX, "the namespace")
    names = [root.find(f"{space}{tag}").get("name") for tag in ("binding", "service")]  # type: ignore[union-attr]  # Broken says what is missing
    same(names, ["OnDemandSyncBinding", "OnDemandSyncService"], "the names")
    same(list(root.iter(f"{space}fault")), [], "the declared faults")
    headers = {each.get("part") for each in root.iter("{http://schemas.xmlsoap.org/wsdl/soap/}header")}
    same(
        headers,
        {"SessionHeader", "CallOptions", "DebuggingHeader", "AllowFieldTruncationHeader", "DebuggingInfo"},
        "the headers",
    )


@fact(
    "salesforce.apex.no-overloads",
    "No method is overloaded.",
    source=sources.APEX_SERVICES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def no_overloads(client: SalesforceClient) -> None:
    root = client.get("/services/wsdl/class/Zuora/OnDemandSync").root
    port = root.find("{http://schemas.xmlsoap.org/wsdl/}portType")
    names = [each.get("name") for each in (port if port is not None else etree.Element("none"))]
    require(names and len(names) == len(set(names)), f"the methods are {names}")


@fact(
    "salesforce.apex.exception",
    "An exception that nothing catches is a SOAP fault with its type, its message and where it was.",
    source=sources.APEX_SERVICES,
    sure=Sure.INFERRED,
    scenario=EMPTY,
    needs=CALLS,
)
def exception(client: SalesforceClient) -> None:
    fault = client.apex("sendRequest").fault
    require(fault.faultstring.startswith("Zuora.OnDemandSyncManager.OnDemandSyncException: "), fault.faultstring)
    require("\n\nClass.Zuora.OnDemandSyncManager" in fault.faultstring, fault.faultstring)


@fact(
    "salesforce.apex.one-callout",
    "Each object is one callout.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def one_callout(client: SalesforceClient) -> None:
    client.apex("sendRequest", _zuora(*IDS[:3]))
    same(len(client.target.callouts()), 3, "the callouts")


@fact(
    "salesforce.apex.ten",
    "Ten accounts go in one request, and no more.",
    source=sources.ON_DEMAND,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def ten(client: SalesforceClient) -> None:
    same(client.apex("sendRequest", _zuora(*IDS[:11])).status, 500, "the status of eleven")
    same(client.target.callouts(), [], "the callouts of eleven")
    same(client.apex("sendRequest", _zuora(*IDS[:10])).texts("success"), ["true"] * 10, "the successes of ten")


@fact(
    "salesforce.apex.default-type",
    "The object type is BILLING_ACCOUNT unless another is named.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def default_type(client: SalesforceClient) -> None:
    client.apex("sendRequest", _zuora(IDS[0]))
    client.apex("sendRequest", element("syncObjectType", "ZPRODUCT") + _zuora(IDS[0]))
    sent = client.target.callouts()
    same(len(sent), 2, "the callouts")
    first, second = sent
    require("BILLING_ACCOUNT" in first and "ZPRODUCT" in second, "the types are others")


@fact(
    "salesforce.apex.ids",
    "Salesforce ids of 15 or 18 characters name billing accounts.",
    source=sources.ON_DEMAND_SAMPLE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=CALLS,
)
def ids(client: SalesforceClient) -> None:
    billing = client.target.id("billing")
    reply = client.apex("sendRequest", element("syncObjectIdSet", billing[:15]) + element("syncObjectIdSet", billing))
    same(reply.texts("objectId"), [billing], "the objects")


@fact(
    "salesforce.apex.callouts-used-up",
    "When the transaction's callouts are used up, the remaining objects fail and the others are sent.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=(*CALLS, Capability.LIMITS),
)
def callouts_used_up(client: SalesforceClient) -> None:
    client.target.set_limits(apex_callouts=2)
    reply = client.apex("sendRequest", _zuora(*IDS[:3]))
    same(reply.texts("success"), ["true", "true", "false"], "the successes")
    start = "An error occurred while sending on-demand sync request to ZBilling. The error details are :"
    require(reply.texts("statusMessage")[2].startswith(start), reply.texts("statusMessage")[2])


@fact(
    "salesforce.apex.mail",
    "A mail goes to the user when the request was sent, unless it is switched off.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def mail(client: SalesforceClient) -> None:
    client.apex("sendRequest", _zuora(IDS[0]) + element("emailNotificationEnabled", value=False))
    same(client.target.mails(), [], "the mails")
    client.apex("sendRequest", _zuora(IDS[0]))
    same(len(client.target.mails()), 1, "the mails")


@fact(
    "salesforce.apex.page",
    "The Account page's button syncs all billing accounts of the Account.",
    source=sources.ON_DEMAND,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=CALLS,
)
def page(client: SalesforceClient) -> None:
    reply = client.apex("syncAccount", element("accountId", client.target.id("alpha")))
    same(reply.texts("objectId"), [client.target.id("billing")], "the objects")


@fact(
    "salesforce.apex.older-path",
    "It answers at the older path too, in the older namespace: `package` instead of `class`.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
    needs=CALLS,
)
def older_path(client: SalesforceClient) -> None:
    older = APEX.replace("/class/", "/package/")
    header = f"<p:SessionHeader>{element('sessionId', client.session)}</p:SessionHeader>"
    body = client.envelope(f"<p:sendRequest>{_zuora(IDS[0])}</p:sendRequest>", header, older)
    reply = client.post(body, path="/services/Soap/package/Zuora/OnDemandSync")
    same(reply.texts("success"), ["true"], "success")


@fact(
    "salesforce.apex.fault-shape",
    "A fault of a class has a code, a string, and no detail of the Partner API's.",
    source=sources.APEX_SERVICES,
    sure=Sure.INFERRED,
    scenario=EMPTY,
    needs=CALLS,
)
def fault_shape(client: SalesforceClient) -> None:
    fault = client.apex("sendRequest").fault
    same((fault.faultcode, fault.kind), ("soapenv:Client", ""), "the code and the detail's type")


@fact(
    "salesforce.apex.result",
    "A SyncResult says success and statusMessage, of the request and not of the data.",
    source=sources.IATA,
    sure=Sure.RECORDED,
    scenario=EMPTY,
    needs=CALLS,
)
def result(client: SalesforceClient) -> None:
    found = client.apex("sendRequest", _zuora(IDS[0])).result
    same(found["success"], "true", "success")
    require(found["statusMessage"], "there is no statusMessage")


@fact(
    "salesforce.apex.zuora-ids",
    "Zuora ids of 32 characters name accounts, or products when ZPRODUCT is asked for.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def zuora_ids(client: SalesforceClient) -> None:
    same(client.apex("sendRequest", _zuora(IDS[0])).texts("objectId"), [IDS[0]], "the account")
    product = client.apex("sendRequest", element("syncObjectType", "ZPRODUCT") + _zuora(IDS[1]))
    same(product.texts("objectId"), [IDS[1]], "the product")
    same(client.apex("sendRequest", _zuora("not-an-id")).status, 500, "the status of what is no id")


@fact(
    "salesforce.apex.products-uncapped",
    "More than ten products go in one request: each is a callout, and there are a hundred.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def products_uncapped(client: SalesforceClient) -> None:
    ids = [f"{n:032x}" for n in range(1, 102)]
    reply = client.apex("sendRequest", element("syncObjectType", "ZPRODUCT") + _zuora(*ids))
    same(reply.texts("success"), ["true"] * 100 + ["false"], "the successes")


@fact(
    "salesforce.apex.by-entity",
    "`syncZuoraObjectIdByEntity` names the entity of each Zuora id.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CALLS,
)
def by_entity(client: SalesforceClient) -> None:
    inside = element("entityId", IDS[1]) + element("zuoraObjectId", IDS[0])
    entry = f"<p:syncZuoraObjectIdByEntity>{inside}</p:syncZuoraObjectIdByEntity>"
    same(client.apex("sendRequest", entry).texts("objectId"), [IDS[0]], "the objects")
    sent = client.target.callouts()
    require(len(sent) == 1 and IDS[0] in sent[0] and IDS[1] in sent[0], f"what was sent: {sent}")


@fact(
    "salesforce.apex.page-eight",
    "The Account page asks for eight accounts at most.",
    source=sources.ON_DEMAND,
    sure=Sure.DOCUMENTED,
    scenario=NINE,
    needs=CALLS,
)
def page_eight(client: SalesforceClient) -> None:
    reply = client.apex("syncAccount", element("accountId", client.target.id("account")))
    same((reply.status, client.target.callouts()), (500, []), "the status and the callouts for nine")
    client.by_ids("delete", client.target.id("billing 8"))
    reply = client.apex("syncAccount", element("accountId", client.target.id("account")))
    same(reply.texts("success"), ["true"] * 8, "the successes of eight")


@fact(
    "salesforce.apex.from-trigger",
    "From a trigger the request goes out afterwards, and a mail tells the user.",
    source=sources.ON_DEMAND_CLASSES,
    sure=Sure.DOCUMENTED,
    scenario=SYNCING,
    needs=(*CALLS, Capability.TRIGGERS, Capability.WRITABLE),
)
def from_trigger(client: SalesforceClient) -> None:
    found = client.create("Account", {"Name": "x", "ZuoraId__c": IDS[0]}).result
    same(found["success"], "true", "the success of the write")
    sent = client.target.callouts()
    require(len(sent) == 1 and IDS[0] in sent[0], f"what was sent: {sent}")
    same(len(client.target.mails()), 1, "the mails")
