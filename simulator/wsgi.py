"""What everything that stands in front of a WSGI app does: read its request, hand it on, take its whole reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SERVICE_TIME = "simulator.service_time_s"
"""The WSGI environment key under which a host finds how long the real service would have taken."""

REQUEST = "simulator.request"
"""The WSGI environment key of the environment as its sender knows it, in which what is said about a reply is noted."""


@dataclass(slots=True)
class Answered:
    """An app's whole reply, and how long the real service would have taken for it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    service_time_s: float = 0.0


def body_of(environ: Mapping[str, Any]) -> bytes:
    """The request's body as it came, to its declared length or its end."""
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    return bytes(stream.read(int(length)) if length.isdigit() else stream.read())


def ask(app: WSGIApplication, environ: Mapping[str, Any], body: bytes) -> Answered:
    """Have an app answer the request with this body; its environment is its own."""
    passed = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    passed[REQUEST] = passed
    passed.pop(SERVICE_TIME, None)
    started: dict[str, Any] = {}

    def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        del exc_info
        started.update(status=status, headers=headers)
        return lambda _: None

    reply = b"".join(app(passed, note))
    return Answered(started["status"], started["headers"], reply, float(passed.get(SERVICE_TIME, 0.0)))


def tell(environ: Mapping[str, Any], key: str, value: Any) -> None:
    """Note something about the reply where the sender of the request will find it."""
    environ.get(REQUEST, environ)[key] = value
