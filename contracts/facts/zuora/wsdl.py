"""The service description: schemas, types, operations, headers and faults."""

from __future__ import annotations

import re

from contracts.facts.zuora.description import API, FAULT, OBJECT, Description, S, W, X
from contracts.judging import one, require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import OLD_DATES, Client, endpoint
from contracts.zuora.scenarios import CUSTOM_FIELDS, EMPTY

fact = ZUORA.fact

BOTH = f"{sources.WSDL_83}; {sources.WSDL_78}"

CODES = """
API_DISABLED CANNOT_DELETE CREDIT_CARD_PROCESSING_FAILURE DUPLICATE_VALUE INVALID_FIELD INVALID_LOGIN INVALID_SESSION
INVALID_TYPE INVALID_ID INVALID_VALUE INVALID_VERSION LOCK_COMPETITION MALFORMED_QUERY MAX_RECORDS_EXCEEDED
MISSING_REQUIRED_VALUE NO_PERMISSION SERVER_UNAVAILABLE UNKNOWN_ERROR TRANSACTION_FAILED INVALID_TEMPLATE
ACCOUNTING_PERIOD_CLOSED BATCH_FAIL_ERROR PDF_QUERY_ERROR REQUEST_EXCEEDED_LIMIT REQUEST_EXCEEDED_RATE
REQUEST_REJECTED TEMPORARY_ERROR TRANSACTION_TERMINATED TRANSACTION_TIMEOUT
"""

UNEXPECTED, TYPE, VALUE = "UnexpectedErrorFault", "InvalidTypeFault", "InvalidValueFault"


@fact(
    "zuora.wsdl.document-literal",
    "The binding is document/literal over HTTP, with an empty soapAction for every operation.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def document_literal(client: Client) -> None:
    wsdl = Description(client)
    binding = one(wsdl.root.iter(f"{S}binding"))
    same(binding.get("transport"), "http://schemas.xmlsoap.org/soap/http", "the transport")
    operations = list(wsdl.root.iter(f"{S}operation"))
    require(operations, "the binding has no operations")
    same({each.get("soapAction") for each in operations}, {""}, "soapAction")
    same({each.get("use") for each in wsdl.root.iter(f"{S}body")}, {"literal"}, "the use of bodies")
    styles = {each.get("style") for each in (binding, *operations)} - {None}
    same(styles, {"document"}, "the style")


@fact(
    "zuora.wsdl.names",
    "There is one service ZuoraService with port Soap, binding SoapBinding and portType Soap.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def names(client: Client) -> None:
    root = Description(client).root
    found = {
        kind: [each.get("name") for each in root.iter(f"{W}{kind}")]
        for kind in ("service", "port", "binding", "portType")
    }
    expected = {"service": ["ZuoraService"], "port": ["Soap"], "binding": ["SoapBinding"], "portType": ["Soap"]}
    same(found, expected, "the names")


@fact(
    "zuora.wsdl.address",
    "The WSDL's address is the endpoint of its own version.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def address(client: Client) -> None:
    for version in ("83.0", "78.0"):
        place = one(Description(client, version).root.iter(f"{S}address"))
        require((place.get("location") or "").endswith(endpoint(version)), f"the address is {place.get('location')}")


@fact(
    "zuora.wsdl.schemas",
    "Three schemas, of the api, object and fault namespaces, qualify elements and attributes.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def schemas(client: Client) -> None:
    wsdl = Description(client)
    same({each.get("targetNamespace") for each in wsdl.root.iter(f"{X}schema")}, {API, OBJECT, FAULT}, "the schemas")
    forms = {
        each.get(name)
        for each in wsdl.root.iter(f"{X}schema")
        for name in ("elementFormDefault", "attributeFormDefault")
    }
    same(forms, {"qualified"}, "the forms")


@fact(
    "zuora.wsdl.imports",
    "The schemas import one another without a location.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def imports(client: Client) -> None:
    found = list(Description(client).root.iter(f"{X}import"))
    require(found, "there are no imports")
    same([each.get("schemaLocation") for each in found], [None] * len(found), "the locations")


@fact(
    "zuora.wsdl.id-pattern",
    "An ID is a string of 32 letters and digits, or of digits only.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def id_pattern(client: Client) -> None:
    pattern = one(Description(client).named("simpleType", "ID").iter(f"{X}pattern"))
    same(pattern.get("value"), r"[a-zA-Z0-9]{32}|\d+", "the pattern")


@fact(
    "zuora.wsdl.query-locator",
    "A QueryLocator is a string.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def query_locator(client: Client) -> None:
    base = one(Description(client).named("simpleType", "QueryLocator").iter(f"{X}restriction"))
    same((base.get("base") or "").rpartition(":")[2], "string", "its base")


@fact(
    "zuora.wsdl.error-codes",
    "ErrorCode lists 29 codes.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def error_codes(client: Client) -> None:
    listed = Description(client).named("simpleType", "ErrorCode").iter(f"{X}enumeration")
    found = [each.get("value") for each in listed]
    same(sorted(map(str, found)), sorted(CODES.split()), "the codes")
    same(len(found), 29, "how many codes there are")


@fact(
    "zuora.wsdl.api-fault",
    "An ApiFault holds an optional FaultCode of type ErrorCode and an optional FaultMessage.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def api_fault(client: Client) -> None:
    parts = Description(client).parts("complexType", "ApiFault", FAULT)
    found = [(each.get("name"), (each.get("type") or "").rpartition(":")[2], each.get("minOccurs")) for each in parts]
    same(found, [("FaultCode", "ErrorCode", "0"), ("FaultMessage", "string", "0")], "what it holds")


@fact(
    "zuora.wsdl.faults",
    "Six types of fault extend ApiFault and add nothing.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def faults(client: Client) -> None:
    wsdl = Description(client)
    for name in ("LoginFault", TYPE, VALUE, "MalformedQueryFault", "InvalidQueryLocatorFault", UNEXPECTED):
        extension = one(wsdl.named("complexType", name, FAULT).iter(f"{X}extension"))
        same((extension.get("base") or "").rpartition(":")[2], "ApiFault", f"what {name} extends")
        same(wsdl.names("complexType", name, FAULT), [], f"what {name} adds")


@fact(
    "zuora.wsdl.fault-element",
    "The fault schema has an element `fault`.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def fault_element(client: Client) -> None:
    same(Description(client).named("element", "fault", FAULT).get("name"), "fault", "the element")


@fact(
    "zuora.wsdl.z-object",
    "Every object extends zObject, which holds fieldsToNull, any number of times, and Id.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def z_object(client: Client) -> None:
    wsdl = Description(client)
    nulls, id_ = wsdl.parts("complexType", "zObject", OBJECT)
    same(
        (nulls.get("name"), nulls.get("maxOccurs"), nulls.get("minOccurs")), ("fieldsToNull", "unbounded", "0"), "nulls"
    )
    same((id_.get("name"), (id_.get("type") or "").rpartition(":")[2]), ("Id", "ID"), "the id")
    for name in ("Account", "Subscription", "RatePlanCharge", "Invoice"):
        extension = one(wsdl.named("complexType", name, OBJECT).iter(f"{X}extension"))
        same((extension.get("base") or "").rpartition(":")[2], "zObject", f"what {name} extends")


@fact(
    "zuora.wsdl.alphabetical",
    "The fields of an object are listed in alphabetical order, capitals not looked at.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def alphabetical(client: Client) -> None:
    wsdl = Description(client)
    for name in ("Account", "Contact", "Subscription", "RatePlan", "Invoice", "Product"):
        found = list(wsdl.fields(name))
        same(found, sorted(found, key=str.lower), f"the fields of {name}")
        require(len(found) > 5, f"{name} has {len(found)} fields")


@fact(
    "zuora.wsdl.optional-fields",
    "Every field of an object is optional.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def optional_fields(client: Client) -> None:
    parts = Description(client).parts("complexType", "Account", OBJECT)
    require(parts, "Account has no fields")
    same({each.get("minOccurs") for each in parts}, {"0"}, "minOccurs")


@fact(
    "zuora.wsdl.dates-by-version",
    "Date fields are of type date from WSDL 69 on, dateTime before.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def dates_by_version(client: Client) -> None:
    for version, kind in ((OLD_DATES, "dateTime"), ("69.0", "date")):
        wsdl = Description(client, version)
        same(wsdl.fields("Invoice").get("InvoiceDate"), kind, f"the type of InvoiceDate at {version}")
        same(wsdl.fields("Subscription").get("TermEndDate"), kind, f"the type of TermEndDate at {version}")
        same(wsdl.fields("Invoice").get("PostedDate"), "dateTime", f"the type of PostedDate at {version}")


@fact(
    "zuora.wsdl.fields-by-version",
    "A WSDL lists the fields of its version and none that came later.",
    source=sources.object_page("Subscription"),
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def fields_by_version(client: Client) -> None:
    older, newer = (Description(client, version).fields("Subscription") for version in ("106.0", "107.0"))
    same(("Revision" in older, "Revision" in newer), (False, True), "whether there is Revision at 106 and 107")


@fact(
    "zuora.wsdl.custom-fields",
    "A tenant's custom fields stand in its WSDL, in order, as strings or dates of the object namespace.",
    source=f"{sources.soap_docs('custom-fields')}; {sources.WSDL_83}",
    sure=Sure.WSDL,
    scenario=CUSTOM_FIELDS,
)
def custom_fields(client: Client) -> None:
    found = Description(client).fields("Account")
    same((found.get("Region__c"), found.get("Since__c")), ("string", "date"), "the types")
    same(list(found), sorted(found, key=str.lower), "the order")


@fact(
    "zuora.wsdl.no-such-operations",
    "The WSDL has no upsert, logout, describe, queryAll or retrieve.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def no_such_operations(client: Client) -> None:
    found = {each.get("name") for each in Description(client).root.findall(f"{W}portType/{W}operation")}
    require("query" in found, "there is no operation query")
    same(found & {"upsert", "logout", "describe", "queryAll", "retrieve"}, set(), "operations that should not be")


@fact(
    "zuora.wsdl.generate-wsdl",
    "A WSDL is served at /apps/servlet/GenerateWsdl, its version asked for.",
    source=sources.soap_docs("zuora-wsdl"),
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def generate_wsdl(client: Client) -> None:
    reply = client.get("/apps/servlet/GenerateWsdl?version=83.0")
    same((reply.status, reply.root.tag), (200, f"{W}definitions"), "status and root")
    place = one(reply.root.iter(f"{S}address"))
    require(re.search(r"/apps/services/a/83\.0$", place.get("location") or ""), f"address {place.get('location')}")


@fact(
    "zuora.wsdl.dummy-header",
    "An element DummyHeader, bound to no operation, lists the types of objects.",
    source=BOTH,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def dummy_header(client: Client) -> None:
    wsdl = Description(client)
    kinds = {(each.get("type") or "").rpartition(":")[2] for each in wsdl.parts("element", "DummyHeader")}
    require({"Account", "Subscription", "RatePlanCharge", "Invoice"} <= kinds, f"it lists {sorted(kinds)[:5]}…")
    same([e for e in wsdl.root.iter(f"{S}header") if e.get("part") == "DummyHeader"], [], "where it is bound")
