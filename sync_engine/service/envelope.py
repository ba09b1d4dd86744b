"""The service's messages: reading a request, and writing its reply or a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

from sync_engine.service.wsdl import NAMESPACE

REQUEST_BYTES_MAX = 64 * 1024
"""A request is one object's ids; more than this is no request."""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Body>'
_TAIL = "</soapenv:Body></soapenv:Envelope>"


class RequestUnreadable(Exception):
    """The message is no request; its text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the org it comes from, who asked, and for what; "" for what was not sent."""

    token: str = field(repr=False)
    organization_id: str
    user_name: str
    object_type: str
    object_id: str
    zuora_id: str
    entity_id: str


def read(body: bytes) -> Asked:
    """A request. Raises `RequestUnreadable`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RequestUnreadable(f"The message is not XML: {error}.") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs have no doctype
        raise RequestUnreadable("The message has a document type, which SOAP does not allow.")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise RequestUnreadable("The message is no SOAP 1.1 envelope.")
    inside = root.find(f"{{{SOAP}}}Body")
    asked = None if inside is None else next((each for each in inside if isinstance(each.tag, str)), None)
    if asked is None or asked.tag != f"{{{NAMESPACE}}}requestSync":
        named = "nothing" if asked is None else str(asked.tag)
        raise RequestUnreadable(f"The only operation is {{{NAMESPACE}}}requestSync, and the body holds {named:.200}.")
    token = root.findtext(f"{{{SOAP}}}Header/{{{NAMESPACE}}}Credentials/{{{NAMESPACE}}}token") or ""

    def text(name: str) -> str:
        return (asked.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()

    return Asked(
        token=token.strip(),
        organization_id=text("organizationId"),
        user_name=text("userName"),
        object_type=text("objectType"),
        object_id=text("objectId"),
        zuora_id=text("zuoraId"),
        entity_id=text("entityId"),
    )


def reply(message: str, *, accepted: bool) -> bytes:
    """The answer to a request that was understood."""
    inside = f"<accepted>{str(accepted).lower()}</accepted><message>{escape(message)}</message>"
    wrapped = f'<requestSyncResponse xmlns="{NAMESPACE}"><result>{inside}</result></requestSyncResponse>'
    return f"{_HEAD}{wrapped}{_TAIL}".encode()


def fault(code: str, message: str) -> bytes:
    """A fault; `code` is Client or Server."""
    inside = f"<faultcode>soapenv:{code}</faultcode><faultstring>{escape(message)}</faultstring>"
    return f"{_HEAD}<soapenv:Fault>{inside}</soapenv:Fault>{_TAIL}".encode()
