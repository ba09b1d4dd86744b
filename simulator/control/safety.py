"""Who may ask a control plane, and in what form: this machine only, JSON only, and not without end."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Request

BODY_BYTES_MAX = 1024 * 1024
FILE_BYTES_MAX = 64 * 1024 * 1024
"""Of a request that brings records with it."""

FILE_TYPE = "application/zip"


def require_loopback(request: Request) -> None:
    """Refuse other machines, and pages on them that make a browser here ask."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    host = request.host
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if not local or name not in {"localhost", "127.0.0.1", "::1"}:
        raise Forbidden("The control plane answers this machine only.")


def json_body(request: Request, most: int = BODY_BYTES_MAX) -> dict[str, Any]:
    """The JSON object of a request. Only JSON is taken: a web page cannot send that elsewhere without being let."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    try:
        body = json.loads(_body(request, most) or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body is a JSON object.")
    return body


def file_body(request: Request) -> bytes:
    """The file that a request brings; its type is, like JSON, one that a web page elsewhere cannot send."""
    if request.mimetype != FILE_TYPE:
        raise UnsupportedMediaType(f"Send the file with the header Content-Type: {FILE_TYPE}.")
    return _body(request, FILE_BYTES_MAX)


def _body(request: Request, most: int) -> bytes:
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge(f"The body has {request.content_length} bytes; {most} are the most here.")
    body = request.get_data()
    if len(body) > most:
        raise RequestEntityTooLarge(f"The body has {len(body)} bytes; {most} are the most here.")
    return body
