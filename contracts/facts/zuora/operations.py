"""The operations of the service description: what each takes, answers and declares."""

from __future__ import annotations

from contracts.facts.zuora.description import Description, S, W
from contracts.judging import one, require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import EMPTY

fact = ZUORA.fact

BOTH = f"{sources.WSDL_83}; {sources.WSDL_78}"

UNEXPECTED, TYPE, VALUE = "UnexpectedErrorFault", "InvalidTypeFault", "InvalidValueFault"
OPERATIONS: dict[str, tuple[str, str, str]] = {
    "login": ("username password", "", f"LoginFault {UNEXPECTED}"),
    "query": (
        "queryString",
        "QueryOptions SessionHeader",
        f"MalformedQueryFault InvalidQueryLocatorFault {UNEXPECTED}",
    ),
    "queryMore": ("queryLocator", "QueryOptions SessionHeader", f"InvalidQueryLocatorFault {UNEXPECTED}"),
    "create": ("zObjects", "CallOptions SessionHeader", f"{TYPE} {UNEXPECTED}"),
    "update": ("zObjects", "SessionHeader", f"{TYPE} {UNEXPECTED}"),
    "generate": ("zObjects", "SessionHeader", f"{TYPE} {UNEXPECTED}"),
    "delete": ("type ids", "SessionHeader", f"{TYPE} {VALUE} {UNEXPECTED}"),
    "execute": ("type synchronous ids", "SessionHeader", f"{TYPE} {VALUE} {UNEXPECTED}"),
    "subscribe": ("subscribes", "SessionHeader", UNEXPECTED),
    "amend": ("requests", "SessionHeader", UNEXPECTED),
    "getUserInfo": ("", "SessionHeader", UNEXPECTED),
    "rasd": ("", "SessionHeader", UNEXPECTED),
}
"""Each operation's request children, header parts and declared faults."""

RESULTS: dict[str, str] = {
    "login": "result",
    "query": "result",
    "queryMore": "result",
    "create": "result",
    "update": "result",
    "generate": "result",
    "delete": "result",
    "execute": "result",
    "subscribe": "result",
    "amend": "results",
    "getUserInfo": "TenantId TenantName UserEmail UserFullName UserId Username",
    "rasd": "overlap startDate updatedBy updatedOn",
}

TYPES: dict[str, str] = {
    "LoginResult": "Session ServerUrl",
    "QueryResult": "done queryLocator records size",
    "SaveResult": "Errors Id Success",
    "ExecuteResult": "Errors Id Success",
    "DeleteResult": "errors id success",
    "Error": "Code Message Field",
}


def _operation(name: str) -> None:
    children, parts, declared = (text.split() for text in OPERATIONS[name])
    request = "rasdRequest" if name == "rasd" else name

    def check(client: Client) -> None:
        wsdl = Description(client)
        found = wsdl.names("element", request)
        extra = ["entityId", "entityName"] if name == "login" else []
        require(found in (children, children + extra), f"the request of {name} holds {found}")
        bound = wsdl.binding(name)
        headers = [each.get("part") for each in bound.findall(f"{W}input/{S}header")]
        same(headers, parts, f"the header parts of {name}")
        same(sorted(str(e.get("name")) for e in bound.findall(f"{W}fault")), sorted(declared), f"the faults of {name}")

    fact(
        f"zuora.wsdl.operation-{name.lower()}",
        f"The operation {name} takes {_listed(children)}, with {_listed(parts, 'header part')}, and declares "
        f"{_listed(declared)}.",
        source=sources.WSDL_83,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )(check)


def _response(name: str) -> None:
    def check(client: Client) -> None:
        same(Description(client).names("element", f"{name}Response"), RESULTS[name].split(), f"the answer to {name}")

    fact(
        f"zuora.wsdl.response-{name.lower()}",
        f"The answer to {name} holds {_listed(RESULTS[name].split())}.",
        source=sources.WSDL_83,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )(check)


def _type(name: str) -> None:
    def check(client: Client) -> None:
        same(Description(client).names("complexType", name), TYPES[name].split(), f"what {name} holds")

    fact(
        f"zuora.wsdl.type-{name.lower()}",
        f"The type {name} holds {_listed(TYPES[name].split())}, in this order.",
        source=BOTH,
        sure=Sure.WSDL,
        scenario=EMPTY,
    )(check)


def _listed(words: list[str], what: str = "") -> str:
    return f"{what + ' ' if what and words else ''}{', '.join(words)}" if words else f"no {what or 'elements'}"


for _name in OPERATIONS:
    _operation(_name)
    _response(_name)
for _name in TYPES:
    _type(_name)


@fact(
    "zuora.wsdl.query-result-nillable",
    "In a QueryResult done and size are required; queryLocator and each record may be nil.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def query_result_nillable(client: Client) -> None:
    parts = Description(client).parts("complexType", "QueryResult")
    found = {
        each.get("name"): (each.get("minOccurs", "1"), each.get("maxOccurs", "1"), each.get("nillable", "false"))
        for each in parts
    }
    expected = {
        "done": ("1", "1", "false"),
        "queryLocator": ("1", "1", "true"),
        "records": ("0", "unbounded", "true"),
        "size": ("1", "1", "false"),
    }
    same(found, expected, "the elements' occurrence")


@fact(
    "zuora.wsdl.headers",
    "The headers are SessionHeader with session, QueryOptions with batchSize and caseSensitive, CallOptions with "
    "useSingleTransaction.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def headers(client: Client) -> None:
    wsdl = Description(client)
    found = {name: wsdl.names("element", name) for name in ("SessionHeader", "QueryOptions", "CallOptions")}
    expected = {
        "SessionHeader": ["session"],
        "QueryOptions": ["batchSize", "caseSensitive"],
        "CallOptions": ["useSingleTransaction"],
    }
    same(found, expected, "the headers")


@fact(
    "zuora.wsdl.subscribe-fifty",
    "The element subscribe takes at most 50 requests.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def subscribe_fifty(client: Client) -> None:
    part = one(Description(client).parts("element", "subscribe"))
    same((part.get("name"), part.get("maxOccurs")), ("subscribes", "50"), "what it takes")


@fact(
    "zuora.wsdl.most-parts",
    "One payment method takes up to 200 gateway options, one amend request up to 30 amendments.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def most_parts(client: Client) -> None:
    wsdl = Description(client)
    found = [
        (each.get("name"), each.get("maxOccurs"))
        for name in ("GatewayOptionData", "AmendRequest")
        for each in wsdl.parts("complexType", name)[:1]
    ]
    same(found, [("GatewayOption", "200"), ("Amendments", "30")], "the most there may be")
