"""The message that On-Demand Sync sends to the sync service, and what is understood of its reply."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from mock_salesforce.transactions import CalloutException

NAMESPACE = "http://ondemand-sync/service"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object that is asked for: by its Salesforce id or its Zuora id, of an entity where one is named."""

    object_id: str = ""
    zuora_id: str = ""
    entity_id: str = ""


def request(wanted: Wanted, *, token: str, organization_id: str, user_name: str, object_type: str) -> bytes:
    """The request for one object."""
    pairs = (
        ("organizationId", organization_id),
        ("userName", user_name),
        ("objectType", object_type),
        ("objectId", wanted.object_id),
        ("zuoraId", wanted.zuora_id),
        ("entityId", wanted.entity_id),
    )
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in pairs if value)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Header>'
        f'<Credentials xmlns="{NAMESPACE}"><token>{escape(token)}</token></Credentials></soapenv:Header>'
        f'<soapenv:Body><requestSync xmlns="{NAMESPACE}">{inside}</requestSync></soapenv:Body></soapenv:Envelope>'
    ).encode()


def answer(status: int, body: bytes) -> tuple[bool, str]:
    """Whether a request was accepted, and the service's words. Raises `CalloutException` for what is no answer."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        raise CalloutException(f"Web service callout failed: Unexpected response, HTTP status {status}") from None
    fault = root.findtext(".//faultstring")
    if fault is not None:
        raise CalloutException(f"Web service callout failed: WebService returned a SOAP Fault: {fault}")
    accepted = root.findtext(f".//{{{NAMESPACE}}}accepted")
    if accepted is None:
        raise CalloutException("Web service callout failed: Unexpected element in the response")
    return accepted.strip() == "true", root.findtext(f".//{{{NAMESPACE}}}message") or ""
