"""The journal: every exchange that a mock had, in order, with the secrets struck out."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from simulator.clock import Clock
from simulator.soap.compression import BrokenCompression, TooLarge, UnknownCompression, inflate
from simulator.soap.envelope import parse
from simulator.wsgi import SERVICE_TIME, ask, body_of, tell

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

STRUCK = b"[struck out]"
NOT_READABLE = b"[not readable]"
FAULT = "simulator.fault"
"""The WSGI environment key under which a journal finds the faults that befall an exchange, in words."""
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
SECRET_NAMES = frozenset({"password", "session", "sessionid", "sessionids", "newpassword", "oldpassword"})
"""The names, in lower case, of the elements that carry secrets."""
MAX_KEPT_BYTES = 16 * 1024 * 1024
"""The longest message that is kept; of a longer one only its length is."""
# All that stands between the tags of an element with one of these names, in any prefix, is a secret on either wire:
# text, CDATA, comments and all. A tag that is never closed hides the rest of the message.
_SECRETS = re.compile(
    rb"(<(?:[^\s<>/:]+:)?("
    + b"|".join(name.encode() for name in sorted(SECRET_NAMES))
    + rb")(?:\s[^<>]*)?(?<!/)>)(?!</)"
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
    message = _in_utf8(message)
    if not _XML.match(message):
        message = _FORM_SECRETS.sub(rb"\1" + STRUCK, message)
        message = _JSON_SECRETS.sub(rb'\1"' + STRUCK + b'"', message)
    kept, done = [], 0
    for start in _tags_that_may_hide_secrets(message):
        found = _SECRETS.match(message, start) if start >= done else None
        if found:
            kept += [message[done : found.end(1)], STRUCK]
            done = found.end()
    return b"".join((*kept, message[done:])) if kept else message


# What is no XML is a form or JSON of an OAuth endpoint, with secrets of other names.
_XML = re.compile(rb"\s*<")
_FORM_SECRETS = re.compile(rb"((?:^|&)(?:client_secret|assertion|password|refresh_token|code)=)[^&]+")
_JSON_SECRETS = re.compile(rb'("(?:access_token|refresh_token|id_token|signature)"\s*:\s*)"(?:[^"\\]|\\.)*"')


# Every name of an element with a secret has one of these in it.
_PARTS_OF_NAMES = (b"password", b"session")


def _tags_that_may_hide_secrets(message: bytes) -> list[int]:
    """Where the tags begin that have part of such a name in them.

    Most replies are long and have none: searching them for two words costs a tenth of trying the pattern at each tag.
    """
    folded = message.lower()
    tags = set()
    for part in _PARTS_OF_NAMES:
        place, tag = folded.find(part), -1
        looked = 0
        while place >= 0:
            # The nearest "<" before the word; the search goes on where the last one ended, so that all stays linear.
            nearer = folded.rfind(b"<", looked, place)
            tag, looked = (nearer if nearer >= 0 else tag), place
            if tag >= 0:
                tags.add(tag)
            place = folded.find(part, place + len(part))
    return sorted(tags)


def _in_utf8(message: bytes) -> bytes:
    declared = _DECLARED.match(message)
    known = declared is None or _ASCII_BASED.fullmatch(declared[1])
    if known and b"\0" not in message and not message.startswith((b"\xff\xfe", b"\xfe\xff")):
        return message
    try:
        return etree.tostring(parse(message), encoding="utf-8")
    except ValueError:
        return NOT_READABLE


def _kept(message: bytes) -> bytes:
    if len(message) > MAX_KEPT_BYTES:
        return b"[%d bytes, too long to keep]" % len(message)
    return strike_secrets(message)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply. `at` is ISO 8601 on the mock's clock; bodies are inflated and free of secrets.

    `fault` names the fault rules that befell the exchange, each with its effect; the client may then have got another
    reply than this one, or none.
    """

    number: int
    at: str
    service: str
    path: str
    operation: str
    request: bytes
    status: int
    response: bytes
    fault: str = ""


class Journal:
    """The latest exchanges, up to `limit` of them and `limit_bytes` in all; safe to use from several threads."""

    def __init__(self, limit: int = 10_000, limit_bytes: int = 256 * 1024 * 1024) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self._limit_bytes = limit_bytes
        self._bytes = 0
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
        fault: str = "",
    ) -> None:
        """Add one exchange; its secrets are struck out here, so that none is ever kept."""
        request, response = _kept(request), _kept(response)
        with self._lock:
            self._count += 1
            self._make_room(len(request) + len(response))
            self._exchanges.append(
                Exchange(
                    self._count,
                    at,
                    service,
                    path,
                    operation,
                    request,
                    status,
                    response,
                    fault,
                )
            )

    def _make_room(self, size: int) -> None:
        kept = self._exchanges
        self._bytes += size
        while kept and (len(kept) == kept.maxlen or self._bytes > self._limit_bytes):
            oldest = kept.popleft()
            self._bytes -= len(oldest.request) + len(oldest.response)

    def exchanges(self) -> list[Exchange]:
        """What is kept, oldest first."""
        with self._lock:
            return list(self._exchanges)

    def clear(self) -> None:
        """Forget what is kept; numbers go on."""
        with self._lock:
            self._exchanges.clear()
            self._bytes = 0

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
        request = body_of(environ)
        at = clock.now().isoformat()
        reply = ask(app, environ, request)
        tell(environ, SERVICE_TIME, reply.service_time_s)
        encoding = dict(reply.headers).get("Content-Encoding", "")
        plain = _in_utf8(_inflated(request, environ.get("HTTP_CONTENT_ENCODING", "")))
        journal.record(
            at=at,
            service=service,
            path=environ.get("PATH_INFO", ""),
            operation=_operation(plain),
            request=plain,
            status=int(reply.status.split()[0]),
            response=_inflated(reply.body, encoding),
            fault=environ.get(FAULT, ""),
        )
        start_response(reply.status, reply.headers)
        return [reply.body]

    return recording


_BODY_CHILD = re.compile(rb"<(?:[\w.-]+:)?Body(?:\s[^<>]*)?>\s*<(?:[\w.-]+:)?([\w.-]+)")


_OPENING_BYTES = 1024 * 1024
"""How far into a message its Body is looked for."""


def _operation(request: bytes) -> str:
    found = _BODY_CHILD.search(request, 0, _OPENING_BYTES)
    return found.group(1).decode() if found else ""


def _inflated(body: bytes, encoding: str) -> bytes:
    try:
        return inflate(body, encoding, MAX_MESSAGE_BYTES)
    except (TooLarge, BrokenCompression, UnknownCompression):
        return NOT_READABLE
