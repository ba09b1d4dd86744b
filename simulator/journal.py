"""The journal: every exchange that a mock had, in order, with the secrets struck out."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from lxml import etree

from simulator.clock import Clock
from simulator.soap import SERVICE_TIME
from simulator.soap.compression import BrokenCompression, TooLarge, UnknownCompression, inflate
from simulator.soap.envelope import parse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

STRUCK = b"[struck out]"
NOT_READABLE = b"[not readable]"
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
# All that stands between the tags of an element with one of these names, in any prefix, is a secret on either wire:
# text, CDATA, comments and all. A tag that is never closed hides the rest of the message.
_SECRETS = re.compile(
    rb"(<(?:[^\s<>/:]+:)?(password|session|sessionId|sessionIds|newPassword|oldPassword)(?:\s[^<>]*)?(?<!/)>)(?!</)"
    rb".+?(?=</(?:[^\s<>/:]+:)?\2\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.-]+)")
# Encodings in which tags are spelled with the same bytes as in UTF-8.
_ASCII_BASED = re.compile(rb"utf-?8|(us-)?ascii|iso-8859-\d+|latin-?1|(windows-|cp)125\d", re.IGNORECASE)


def strike_secrets(message: bytes) -> bytes:
    """The message with the content of every element that carries a secret replaced.

    XML whose tags are not spelled as in UTF-8 (UTF-16, UTF-7) is put into UTF-8 first, or not kept at all.
    """
    return _SECRETS.sub(rb"\1" + STRUCK, _in_utf8(message))


def _in_utf8(message: bytes) -> bytes:
    declared = _DECLARED.match(message)
    known = declared is None or _ASCII_BASED.fullmatch(declared[1])
    if known and b"\0" not in message and not message.startswith((b"\xff\xfe", b"\xfe\xff")):
        return message
    try:
        return etree.tostring(parse(message), encoding="utf-8")
    except ValueError:
        return NOT_READABLE


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply. `at` is ISO 8601 on the mock's clock; bodies are inflated and free of secrets."""

    number: int
    at: str
    service: str
    path: str
    operation: str
    request: bytes
    status: int
    response: bytes


class Journal:
    """The latest exchanges, up to `limit` of them; safe to use from several threads."""

    def __init__(self, limit: int = 10_000) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self._lock = threading.Lock()
        self._count = 0

    def record(
        self,
        *,
        at: str,
        service: str,
        path: str,
        operation: str,
        request: bytes,
        status: int,
        response: bytes,
    ) -> None:
        """Add one exchange; its secrets are struck out here, so that none is ever kept."""
        with self._lock:
            self._count += 1
            self._exchanges.append(
                Exchange(
                    self._count,
                    at,
                    service,
                    path,
                    operation,
                    strike_secrets(request),
                    status,
                    strike_secrets(response),
                )
            )

    def exchanges(self) -> list[Exchange]:
        """What is kept, oldest first."""
        with self._lock:
            return list(self._exchanges)

    def clear(self) -> None:
        """Forget what is kept; numbers go on."""
        with self._lock:
            self._exchanges.clear()

    def to_bytes(self) -> bytes:
        """All of it as JSON lines, the same bytes for the same exchanges."""
        lines = []
        for exchange in self.exchanges():
            entry = asdict(exchange)
            entry["request"] = exchange.request.decode("utf-8", "replace")
            entry["response"] = exchange.response.decode("utf-8", "replace")
            lines.append(json.dumps(entry, sort_keys=True, ensure_ascii=False) + "\n")
        return "".join(lines).encode()


def journaled(app: WSGIApplication, journal: Journal, service: str, clock: Clock) -> WSGIApplication:
    """Record every POST that passes through `app`."""

    def recording(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return app(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or ""
        request = environ["wsgi.input"].read(int(length)) if length.isdigit() else environ["wsgi.input"].read()
        passed = {**environ, "wsgi.input": BytesIO(request), "CONTENT_LENGTH": str(len(request))}
        passed["simulator.request"] = passed
        started: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            started.update(status=status, encoding=dict(headers).get("Content-Encoding", ""))
            return start_response(status, headers, exc_info)

        at = clock.now().isoformat()
        response = b"".join(app(passed, note))
        if SERVICE_TIME in passed and "simulator.request" in environ:
            environ["simulator.request"][SERVICE_TIME] = passed[SERVICE_TIME]
        plain = _in_utf8(_inflated(request, environ.get("HTTP_CONTENT_ENCODING", "")))
        journal.record(
            at=at,
            service=service,
            path=environ.get("PATH_INFO", ""),
            operation=_operation(plain),
            request=plain,
            status=int(started["status"].split()[0]),
            response=_inflated(response, started["encoding"]),
        )
        return [response]

    return recording


_BODY_CHILD = re.compile(rb"<(?:[\w.-]+:)?Body(?:\s[^<>]*)?>\s*<(?:[\w.-]+:)?([\w.-]+)")


def _operation(request: bytes) -> str:
    found = _BODY_CHILD.search(request)
    return found.group(1).decode() if found else ""


def _inflated(body: bytes, encoding: str) -> bytes:
    try:
        return inflate(body, encoding, MAX_MESSAGE_BYTES)
    except (TooLarge, BrokenCompression, UnknownCompression):
        return NOT_READABLE
