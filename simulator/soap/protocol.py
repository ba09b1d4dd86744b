"""spyne's SOAP 1.1 protocol, taught to read what real clients send and to write a vendor's exact bytes."""

from __future__ import annotations

from http.client import responses
from typing import Any

from lxml import etree

from simulator.soap.compat import prepare

prepare()

from spyne.model.fault import Fault  # noqa: E402 - only after prepare()
from spyne.protocol.soap.soap11 import Soap11  # noqa: E402

from simulator.soap.message import Answer, Call, Dialect, SoapFault, escape, local  # noqa: E402

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
MAX_DEPTH = 100
IS_SOAP12 = "simulator.soap12"
"""The WSGI environment key that says whether the request came in a SOAP 1.2 envelope."""

_SOAP12_CODES = {"soapenv:Client": "soapenv:Sender", "soapenv:Server": "soapenv:Receiver"}


class CarriedFault(Fault):  # type: ignore[misc]  # spyne ships no types
    """A `SoapFault` on its way through spyne, which knows only faults of its own."""

    def __init__(self, fault: SoapFault) -> None:
        super().__init__(fault.code, fault.message)
        self.fault = fault


def parse(document: bytes) -> etree._Element:
    """Parse a request without touching anything outside of it.

    Raises `ValueError` with the parser's words when it is not well-formed, carries a document type, or is nested
    deeper than any client has reason to.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(error.msg or "the document is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        msg = "a document type declaration is not allowed in a SOAP message"
        raise ValueError(msg)
    depth, element = 0, root
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            msg = f"elements are nested more than {MAX_DEPTH} deep"
            raise ValueError(msg)
    return element


def _envelope_parts(root: etree._Element) -> tuple[etree._Element | None, etree._Element, bool]:
    """Header, the Body's first child, and whether this is SOAP 1.2. Raises `ValueError`."""
    for namespace in (SOAP11, SOAP12):
        if root.tag == f"{{{namespace}}}Envelope":
            body = root.find(f"{{{namespace}}}Body")
            if body is None or not len(body):
                msg = "the SOAP Body is missing or empty"
                raise ValueError(msg)
            return root.find(f"{{{namespace}}}Header"), body[0], namespace == SOAP12
    msg = f"the document's root is {root.tag}, not a SOAP Envelope"
    raise ValueError(msg)


class VendorSoap11(Soap11):  # type: ignore[misc]  # spyne ships no types
    """SOAP 1.1 (and 1.2, answered in kind) in one vendor's dialect."""

    def __init__(self, dialect: Dialect, names: frozenset[str]) -> None:
        super().__init__()
        self._dialect = dialect
        self._names = names
        self.mime_type = dialect.content_type

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """Read the request's bytes into an element tree."""
        del charset  # the XML declaration says it
        try:
            ctx.in_document = parse(b"".join(ctx.in_string))
        except ValueError as error:
            raise CarriedFault(self._dialect.malformed(str(error))) from error

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """Find the headers and the operation."""
        del message
        try:
            header, payload, soap12 = _envelope_parts(ctx.in_document)
        except ValueError as error:
            raise CarriedFault(self._dialect.malformed(str(error))) from error
        environ = ctx.transport.req_env
        environ[IS_SOAP12] = soap12
        name = etree.QName(payload)
        environ["simulator.operation"] = name.localname
        if name.namespace != self._dialect.namespace or name.localname not in self._names:
            raise CarriedFault(self._dialect.unknown_operation(str(payload.tag)))
        blocks = {} if header is None else {local(block): block for block in header if isinstance(block.tag, str)}
        ctx.in_body_doc = payload
        ctx.method_request_string = payload.tag
        ctx.udc = Call(
            operation=name.localname,
            payload=payload,
            headers=blocks,
            path=environ.get("PATH_INFO", ""),
            environ=environ,
            soap12=soap12,
        )

    def deserialize(self, ctx: Any, message: Any) -> None:
        """Hand the call to the handler as it is: vendors' messages are read leniently, by local name."""
        del message
        ctx.in_object = ctx.udc

    def serialize(self, ctx: Any, message: Any) -> None:
        """Write the reply's bytes around what the handler wrote, or the fault's."""
        del message
        soap12 = bool(ctx.transport.req_env.get(IS_SOAP12))
        headers = ctx.transport.resp_headers
        for name, value in self._dialect.response_headers:
            headers[name] = value
        if ctx.out_error is not None:
            fault = _as_soap_fault(ctx.out_error)
            for name, value in fault.headers:
                headers[name] = value
            body, header = fault_bytes(fault, soap12=soap12), b""
        else:
            (body,) = ctx.out_object
            header = ctx.udc.response_header
        of_faults = self._dialect.fault_envelope_attributes if ctx.out_error is not None else None
        if ctx.udc is not None and of_faults is None:
            header = ctx.udc.response_header
        attributes = self._dialect.envelope_attributes if of_faults is None else of_faults
        ctx.out_string = [self.envelope(body, header, attributes, soap12=soap12)]
        ctx.out_document = ()

    def envelope(self, body: Answer, header: bytes, attributes: bytes, *, soap12: bool) -> bytes:
        """A whole reply."""
        namespace = (SOAP12 if soap12 else SOAP11).encode()
        parts = [self._dialect.declaration, b'<soapenv:Envelope xmlns:soapenv="', namespace, b'"']
        parts += [attributes, b">"]
        if header or self._dialect.always_header:
            parts += [b"<soapenv:Header>", header, b"</soapenv:Header>"]
        inside = [body] if isinstance(body, bytes) else body
        parts += [b"<soapenv:Body>", *inside, b"</soapenv:Body></soapenv:Envelope>"]
        return b"".join(parts)

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:
        """Nothing is left to do: `serialize` wrote the bytes."""
        del ctx, charset

    def fault_to_http_response_code(self, fault: Any) -> str:
        """The HTTP status line for a fault."""
        status = _as_soap_fault(fault).http_status
        return f"{status} {responses.get(status, 'Error')}"


def _as_soap_fault(error: Any) -> SoapFault:
    fault = getattr(error, "fault", None)
    if isinstance(fault, SoapFault):
        return fault
    return SoapFault("soapenv:Server", str(getattr(error, "faultstring", error)))


def fault_bytes(fault: SoapFault, *, soap12: bool = False) -> bytes:
    """A fault as the envelope version writes it."""
    opening = b"<soapenv:Fault" + (b" " + fault.attributes if fault.attributes else b"") + b">"
    code, message = escape(fault.code), escape(fault.message)
    if soap12:
        code = escape(_SOAP12_CODES.get(fault.code, fault.code))
        detail = b"<soapenv:Detail>" + fault.detail + b"</soapenv:Detail>" if fault.detail else b""
        return (
            opening + b"<soapenv:Code><soapenv:Value>" + code + b"</soapenv:Value></soapenv:Code>"
            b'<soapenv:Reason><soapenv:Text xml:lang="en-US">' + message + b"</soapenv:Text></soapenv:Reason>"
            + detail + b"</soapenv:Fault>"
        )  # fmt: skip
    detail = b"<detail>" + fault.detail + b"</detail>" if fault.detail else b""
    return (
        opening + b"<faultcode>" + code + b"</faultcode><faultstring>" + message + b"</faultstring>"
        + detail + b"</soapenv:Fault>"
    )  # fmt: skip
