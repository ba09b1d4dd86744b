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


def require_this_machine(request: Request) -> None:
    """Refuse other machines, and pages on them that make a browser here ask.

    A caller is here whose address is a loopback one, or the very address that the server is bound to. The name that it
    asked by must be such an address too, or localhost: any other name may have been made to lead here.
    """
    caller, host, bound = request.remote_addr or "", request.host, str(request.environ.get("SERVER_NAME", ""))
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if not _is_here(caller, bound) or not (name == "localhost" or _is_here(name, bound)):
        raise Forbidden("The control plane answers this machine only.")


def _is_here(address: str, bound: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    # On a socket for both versions an IPv4 caller has an IPv6 address.
    plain = getattr(found, "ipv4_mapped", None) or found
    return bool(plain.is_loopback) or address == bound


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
