"""The service as a WSGI application: requests by POST, its WSDL and its health by GET."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from sync_engine.service.desk import Answer, CredentialsWrong, RequestDesk
from sync_engine.service.envelope import REQUEST_BYTES_MAX, RequestUnreadable, fault, read, reply
from sync_engine.service.wsdl import render

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

log = logging.getLogger(__name__)

_XML = "text/xml; charset=utf-8"


class SyncService:
    """Answers requests over a desk; `wait` does what the desk says on its event loop."""

    def __init__(self, desk: RequestDesk, wait: Callable[[Awaitable[Answer]], Answer]) -> None:
        self._desk = desk
        self._wait = wait

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        status, kind, body = self._answer(environ)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, str, bytes]:
        method = environ.get("REQUEST_METHOD", "GET")
        if method == "GET" and environ.get("PATH_INFO", "").rstrip("/").endswith("/health"):
            return "200 OK", "application/json", json.dumps({"status": "ok"}).encode()
        if method == "GET" and environ.get("QUERY_STRING", "").lower() == "wsdl":
            return "200 OK", _XML, render(_location(environ))
        if method != "POST":
            words = b"Send requests with POST; the WSDL is at ?wsdl, and /health says whether the service is there.\n"
            return "405 Method Not Allowed", "text/plain; charset=utf-8", words
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdigit() or int(length) > REQUEST_BYTES_MAX:
            return "413 Content Too Large", _XML, fault("Client", f"A request has at most {REQUEST_BYTES_MAX} bytes.")
        try:
            asked = read(environ["wsgi.input"].read(int(length)))
            answer = self._wait(self._desk.ask(asked))
        except RequestUnreadable as unreadable:
            return "500 Internal Server Error", _XML, fault("Client", str(unreadable))
        except CredentialsWrong:
            log.warning("a request with a wrong token was refused")
            return (
                "500 Internal Server Error",
                _XML,
                fault("Client", "The token is not the one this service was given."),
            )
        except Exception:
            log.exception("a request broke")
            return (
                "500 Internal Server Error",
                _XML,
                fault("Server", "The service has met an error; its log says more."),
            )
        verdict = "accepted" if answer.accepted else "refused"
        log.info("%s %s of %s: %s", asked.object_type, asked.zuora_id or asked.object_id, asked.user_name, verdict)
        return "200 OK", _XML, reply(answer.message, accepted=answer.accepted)


def _location(environ: dict[str, Any]) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "http")
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    return f"{scheme}://{host}{environ.get('PATH_INFO', '/') or '/'}"
