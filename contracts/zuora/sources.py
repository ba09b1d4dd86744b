"""Where facts come from: public pages, real service descriptions, and recordings in public repositories."""

from __future__ import annotations

WSDL_83 = "WSDL 83.0 of a tenant, GitHub guardian/zuora-creditor"
WSDL_78 = "WSDL 78.0 of a tenant, GitHub zuorasc/zuora"
CASSETTES = "recordings of an API sandbox, GitHub contactually/zuora-ruby, spec/cassettes/soap"
FIXTURES = "replies of the service, GitHub zuorasc/zuora, spec/fixtures/responses"
SAMPLES = "the vendor's samples of requests and replies, GitHub node-zuora/nuora, sample-xml"
LOGIN_GEM = "the vendor's gem zuora_api, lib/zuora_api/login.rb"
IRON_BANK = "GitHub zendesk/iron_bank"
NODE_CLIENT = "GitHub TritonDataCenter/node_zuora, npm zuora-soap"
GO_CLIENT = "GitHub hyeomans/zuora, its tests"
CLIENTS = "how several public clients behave"
SCRIPTS = "public scripts over zeep that list what queries refuse"
NO_SOURCE = "no public source"


def docs(page: str) -> str:
    """A page of docs.zuora.com, by the end of its address."""
    return f"docs.zuora.com: {page}"


def soap_docs(page: str) -> str:
    """A page of the SOAP API's part of docs.zuora.com."""
    return docs(f"soap-api/{page}")


def developer(page: str) -> str:
    """A page of developer.zuora.com."""
    return f"developer.zuora.com: {page}"


def knowledge_center(page: str) -> str:
    """An older page of knowledgecenter.zuora.com."""
    return f"knowledgecenter.zuora.com: {page}"


ZOQL = docs("data/legacy-query-methods/zoql")
ZOQL_FILTERS = docs("data/legacy-query-methods/zoql/filter-statements")
ZOQL_EXAMPLES = docs("data/legacy-query-methods/zoql/query-statement-examples")
LOGIN = soap_docs("soap-api-calls/login")
SESSIONS = soap_docs("coding-overview/sessions")
SECURITY = docs("administrator-settings/security-policies")
QUERY_MORE = soap_docs("soap-api-calls/querymore")
QUERY_OPTIONS = soap_docs("soap-api-complex-types/queryoptions")
ERRORS = soap_docs("error-handling/errors")
FAULTS = soap_docs("error-handling/faults")
CALLS = soap_docs("soap-api-calls/soap-api-calls-overview")
DATES = soap_docs("date-field-changes-in-the-wsdl")
RATE_LIMITS = developer("docs/guides/rate-limits")
FIELD_TYPES = soap_docs("soap-api-object-reference/field-types")


def object_page(name: str) -> str:
    """The page of docs.zuora.com that describes an object's fields."""
    return soap_docs(f"soap-api-object-reference/{name.lower()}/field-descriptions-of-{name.lower()}")
