"""One request as the rules see it: operation, objects, rows, text, and who makes it, each read when first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lxml import etree

from simulator.faults.dialect import Caller, FaultDialect
from simulator.journal import SECRET_NAMES
from simulator.soap import children, local, text
from simulator.soap.compression import BrokenCompression, TooLarge, UnknownCompression, inflate
from simulator.soap.envelope import parse

MAX_BYTES = 64 * 1024 * 1024

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
_FROM = re.compile(r"\bfrom\s+([A-Za-z_]\w*)", re.IGNORECASE)


class Request:
    """What was asked. A POST whose body is no SOAP message has no operation, objects or rows."""

    def __init__(self, environ: Mapping[str, Any], body: bytes, dialect: FaultDialect) -> None:
        self.method = str(environ.get("REQUEST_METHOD", "")).upper()
        self.path = str(environ.get("PATH_INFO", ""))
        self._encoding = str(environ.get("HTTP_CONTENT_ENCODING", ""))
        self._raw = body
        self._dialect = dialect

    @property
    def is_soap(self) -> bool:
        """Whether it is a message to the SOAP endpoint, readable or not."""
        return self.method == "POST" and self.path.startswith(self._dialect.soap_path)

    @cached_property
    def operation(self) -> str:
        """The name of the Body's child."""
        return "" if self._payload is None else local(self._payload)

    @cached_property
    def objects(self) -> frozenset[str]:
        """The object types it is about, in lower case."""
        payload = self._payload
        if payload is None:
            return frozenset()
        named = [*_types(payload), *_queried(payload), *self._dialect.objects(self.operation, payload)]
        return frozenset(name.strip().lower() for name in named if name.strip())

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The text of each row it writes, in order."""
        payload = self._payload
        names = self._dialect.rows.get(self.operation)
        return tuple(_text(row) for row in children(payload, *names)) if payload is not None and names else ()

    @cached_property
    def text(self) -> str:
        """The text inside the Body, without what is secret."""
        return "" if self._payload is None else _text(self._payload)

    @cached_property
    def caller(self) -> Caller:
        """Who makes it, as far as the session, or at login the username, tells."""
        payload = self._payload
        if payload is None:
            return Caller()
        if self.operation == "login":
            entity = (text(payload, "entityId") or text(payload, "entityName") or "").strip()
            return self._dialect.caller_of_login((text(payload, "username") or "").strip(), entity)
        return self._dialect.caller_of_session(self._session)

    @cached_property
    def _root(self) -> etree._Element | None:
        if not self.is_soap:
            return None
        try:
            return parse(inflate(self._raw, self._encoding, MAX_BYTES))
        except (ValueError, TooLarge, BrokenCompression, UnknownCompression):
            return None

    @cached_property
    def _payload(self) -> etree._Element | None:
        for body in children(self._root, "Body") if self._root is not None else ():
            for payload in children(body):
                return payload
        return None

    @cached_property
    def _session(self) -> str:
        for header in children(self._root, "Header") if self._root is not None else ():
            for block in children(header):
                for each in children(block):
                    if local(each).lower() in ("session", "sessionid"):
                        return (each.text or "").strip()
        return ""


def _types(payload: etree._Element) -> Iterator[str]:
    """What says of itself that it is an object, or names one."""
    for element in payload.iter():
        declared = element.get(_TYPE)
        if declared:
            yield declared.rpartition(":")[2]
        if local(element) in ("type", "sObjectType"):
            yield element.text or ""


def _queried(payload: etree._Element) -> Iterator[str]:
    query = text(payload, "queryString")
    if query:
        yield from _FROM.findall(_QUOTED.sub("''", query))


def _text(element: etree._Element) -> str:
    """All text inside, a space between elements; what a secret's element holds is left out."""
    parts: list[str] = []
    waiting = [element]
    while waiting:
        here = waiting.pop()
        if not isinstance(here.tag, str) or local(here).lower() in SECRET_NAMES:
            continue
        if here.text and here.text.strip():
            parts.append(here.text.strip())
        waiting.extend(reversed(here))
    return " ".join(parts)
