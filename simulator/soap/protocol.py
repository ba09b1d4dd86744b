"""spyne's SOAP 1.1 protocol, taught to read what real clients send and to write a vendor's exact bytes."""

from __future__ import annotations

from http.client import responses
from typing import Any

from lxml import etree
from werkzeug.http import parse_options_header

from simulator.soap.compat import prepare

prepare()

from spyne.model.fault import Fault  # noqa: E402 - only after prepare()
from spyne.protocol.soap.soap11 import Soap11  # noqa: E402

from simulator.soap.envelope import SOAP11, SOAP12, Envelope, Unreadable, envelope, must_be_understood, parse  # noqa: E402
from simulator.soap.message import Answer, Call, Dialect, SoapFault, escape  # noqa: E402

IS_SOAP12 = "simulator.soap12"
"""The WSGI environment key that says whether the request came in a SOAP 1.2 envelope."""

_SOAP12_CODES = {"soapenv:Client": "soapenv:Sender", "soapenv:Server": "soapenv:Receiver"}


class CarriedFault(Fault):  # type: ignore[misc]  # spyne ships no types
    """A `SoapFault` on its way through spyne, which knows only faults of its own."""

    def __init__(self, fault: SoapFault) -> None:
        super().__init__(fault.code, fault.message)
        self.fault = fault


class VendorSoap11(Soap11):  # type: ignore[misc]  # spyne ships no types
    """SOAP 1.1 (and 1.2, answered in kind) in one vendor's dialect."""

    def __init__(self, dialect: Dialect, names: frozenset[str]) -> None:
        super().__init__()
        self._dialect = dialect
        self._names = names
        self.mime_type = dialect.content_type

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """Read the request's bytes into an element tree, in the encoding that its Content-Type names, if any."""
        del charset
        environ = ctx.transport.req_env
        media, options = parse_options_header(environ.get("CONTENT_TYPE"))
        environ[IS_SOAP12] = media.lower() == "application/soap+xml"  # until the envelope says so itself
        document = b"".join(ctx.in_string)
        try:
            ctx.in_document = parse(document, self._dialect.limits, options.get("charset"))
        except LookupError as error:
            words = f"the charset {options.get('charset')!r} of the Content-Type is not known"
            raise CarriedFault(self._dialect.malformed(words, "encoding")) from error
        except Unreadable as error:
            raise self._malformed(error) from error

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """Find the headers and the operation."""
        del message
        dialect, environ = self._dialect, ctx.transport.req_env
        try:
            parts = envelope(ctx.in_document)
        except Unreadable as error:
            raise self._malformed(error) from error
        environ[IS_SOAP12] = parts.soap12
        name = etree.QName(parts.payload)
        environ["simulator.operation"] = name.localname
        if name.namespace != dialect.namespace or name.localname not in self._names:
            raise CarriedFault(dialect.unknown_operation(str(parts.payload.tag)))
        call = Call(
            operation=name.localname,
            payload=parts.payload,
            headers=self._headers(parts),
            path=environ.get("PATH_INFO", ""),
            environ=environ,
            soap12=parts.soap12,
        )
        if dialect.check is not None:
            try:
                dialect.check(call)
            except SoapFault as fault:
                raise CarriedFault(fault) from fault
        ctx.in_body_doc = parts.payload
        ctx.method_request_string = parts.payload.tag
        ctx.udc = call

    def _malformed(self, error: Unreadable) -> CarriedFault:
        return CarriedFault(self._dialect.malformed(str(error), error.flaw))

    def _headers(self, parts: Envelope) -> dict[str, etree._Element]:
        """The blocks by local name, the first of each; raises the fault for one that had to be understood."""
        understood = self._dialect.understands
        found: dict[str, etree._Element] = {}
        for block in parts.blocks:
            name = etree.QName(block)
            if understood is None or (name.namespace == self._dialect.namespace and name.localname in understood):
                found.setdefault(name.localname, block)
            elif must_be_understood(block):
                words = f"Must Understand check failed for header {name.namespace or ''} : {name.localname}"
                raise CarriedFault(SoapFault("soapenv:MustUnderstand", words))
        return found

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

    def fault(self, fault: SoapFault) -> bytes:
        """A whole reply that is a fault, for what was refused before it was read."""
        of_faults = self._dialect.fault_envelope_attributes
        attributes = self._dialect.envelope_attributes if of_faults is None else of_faults
        return self.envelope(fault_bytes(fault), b"", attributes, soap12=False)

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
