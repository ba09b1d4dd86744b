"""A SOAP service as a WSGI application, hosted by spyne: compression, size limits, and no tracebacks."""

from __future__ import annotations

import gzip
import io
import logging
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_options_header

from simulator.soap.compression import BrokenCompression, TooLarge, UnknownCompression, inflate
from simulator.soap.message import RAISED_FAULT, Answer, Call, Dialect, Operation, RaisedFault, SoapFault
from simulator.soap.protocol import IS_SOAP12, CarriedFault, VendorSoap11
from simulator.wsgi import SERVICE_TIME, tell

from spyne import Application, rpc  # isort: skip - importing the protocol above made spyne importable
from spyne.model.complex import ComplexModel  # isort: skip
from spyne.model.primitive import AnyXml  # isort: skip
from spyne.server.wsgi import WsgiApplication  # isort: skip
from spyne.service import ServiceBase  # isort: skip

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

WORTH_PACKING_BYTES = 1024
_PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, compresslevel=1, mtime=0),
    "deflate": partial(zlib.compress, level=1),
}

log = logging.getLogger(__name__)


def soap_app(name: str, operations: Sequence[Operation], dialect: Dialect) -> WSGIApplication:
    """Host `operations` with spyne under the dialect's namespace.

    The result accepts POST only, takes requests within the dialect's limits in gzip, deflate or plain, and compresses
    replies when asked to. A handler's `SoapFault` is the reply; any other exception is logged and answered as a
    server fault without its text.
    """
    service = _service(name, operations)
    names = frozenset(operation.name for operation in operations)
    application = Application(
        [service],
        dialect.namespace,
        name=name,
        in_protocol=VendorSoap11(dialect, names),
        out_protocol=VendorSoap11(dialect, names),
    )
    inner = WsgiApplication(application, chunked=True, max_content_length=dialect.limits.request_bytes)
    return _Outer(inner, dialect, application.out_protocol)


def _service(name: str, operations: Sequence[Operation]) -> type[Any]:
    members: dict[str, Any] = {}
    for operation in operations:
        # spyne wants a message with a member; the protocol hands the handler the request's own elements instead.
        shape = {"__namespace__": f"urn:simulator:{name}", "content": AnyXml}
        message = type(f"{operation.name}Message", (ComplexModel,), shape)
        members[operation.name] = rpc(
            message,
            _returns=message,
            _body_style="bare",
            _in_message_name=operation.name,
            _out_message_name=f"{operation.name}Response",
        )(_guarded(operation))
    return type(name, (ServiceBase,), members)


def _guarded(operation: Operation) -> Callable[[Any, Call], Answer]:
    def handle(ctx: Any, request: Call) -> Answer:
        del ctx
        try:
            return _handled(operation, request)
        except SoapFault as fault:
            raise CarriedFault(fault) from fault
        except Exception as error:
            log.exception("the handler of %s broke", operation.name)
            raise CarriedFault(SoapFault("soapenv:Server", "unknown")) from error
        finally:
            request.environ[SERVICE_TIME] = request.service_time_s

    handle.__name__ = operation.name
    return handle


def _handled(operation: Operation, request: Call) -> Answer:
    raised: RaisedFault | None = request.environ.get(RAISED_FAULT)
    if raised is None:
        return operation.handler(request)
    if raised.after_commit:
        operation.handler(request)
    raise raised.fault


class _Outer:
    """What surrounds spyne: method, size and compression."""

    def __init__(self, inner: WSGIApplication, dialect: Dialect, protocol: VendorSoap11) -> None:
        self._inner = inner
        self._dialect = dialect
        self._protocol = protocol

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            words = b"Send SOAP requests with POST.\n"
            return _plain(start_response, "405 Method Not Allowed", words, ("Allow", "GET, HEAD, POST"))
        media, _ = parse_options_header(environ.get("CONTENT_TYPE"))
        if media and self._dialect.media_types and media.lower() not in self._dialect.media_types:
            words = f"Send SOAP requests as {' or '.join(sorted(self._dialect.media_types))}.\n".encode()
            return _plain(start_response, "415 Unsupported Media Type", words)
        try:
            body = _request_body(environ, self._dialect.limits.request_bytes)
        except TooLarge:
            return self._too_large(start_response)
        except BrokenCompression:
            return _plain(start_response, "400 Bad Request", b"The request's compression is broken.\n")
        except UnknownCompression:
            return _plain(start_response, "415 Unsupported Media Type", b"Send gzip, deflate or plain requests.\n")
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.setdefault("CONTENT_TYPE", "text/xml")
        started: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            del exc_info
            started.update(status=status, headers=headers)
            return lambda _: None

        reply = b"".join(self._inner(environ, note))
        headers = [(n, v) for n, v in started["headers"] if n.lower() not in ("content-length", "content-type")]
        headers.append(("Content-Type", self._content_type(environ)))
        coding = _coding(environ.get("HTTP_ACCEPT_ENCODING", "")) if len(reply) >= WORTH_PACKING_BYTES else ""
        if coding:
            reply = _PACK[coding](reply)
            headers += [("Content-Encoding", coding), ("Vary", "Accept-Encoding")]
        headers.append(("Content-Length", str(len(reply))))
        if SERVICE_TIME in environ:
            tell(environ, SERVICE_TIME, environ[SERVICE_TIME])
        start_response(started["status"], headers)
        return [reply]

    def _too_large(self, start_response: StartResponse) -> Iterable[bytes]:
        dialect = self._dialect
        megabytes = dialect.limits.request_bytes / 2**20
        if dialect.too_large is None:
            words = f"The request is larger than {megabytes:.0f} MB.\n".encode()
            return _plain(start_response, "413 Request Entity Too Large", words)
        reply = self._protocol.fault(dialect.too_large(megabytes))
        head = [("Content-Type", dialect.content_type), ("Content-Length", str(len(reply)))]
        start_response("500 Internal Server Error", [*head, *dialect.response_headers])
        return [reply]

    def _content_type(self, environ: dict[str, Any]) -> str:
        """The dialect's, but for SOAP 1.2, which has a media type of its own that strict clients insist on."""
        kind = self._dialect.content_type
        return kind.replace("text/xml", "application/soap+xml", 1) if environ.get(IS_SOAP12) else kind


def _request_body(environ: dict[str, Any], most: int) -> bytes:
    stream = environ["wsgi.input"]
    declared = environ.get("CONTENT_LENGTH") or ""
    if declared.isdigit():
        if int(declared) > most:
            raise TooLarge
        raw = stream.read(int(declared))
    else:
        raw = stream.read(most + 1)  # chunked: the server ends the stream
    return inflate(bytes(raw), environ.get("HTTP_CONTENT_ENCODING", ""), most)


def _coding(accepted: str) -> str:
    """The first coding that an Accept-Encoding header takes and the service has, "" for none; weight zero is none."""
    for each in accepted.lower().split(","):
        coding, _, weight = each.partition(";")
        name = coding.strip().removeprefix("x-")
        if name in _PACK and re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None:
            return name
    return ""


def _plain(start_response: StartResponse, status: str, words: bytes, *more: tuple[str, str]) -> Iterable[bytes]:
    head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(words))), *more]
    start_response(status, head)
    return [words]
