"""One SOAP service at one address: sends a call, reads the reply, and puts every failure in the engine's terms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape

import httpx
import zeep
from zeep.exceptions import Error as ZeepError
from zeep.proxy import AsyncServiceProxy

from sync_engine.catalogue import explain, find
from sync_engine.clock import Clock
from sync_engine.errors import (
    OnDemandSyncError,
    ReplyLost,
    ServiceUnreachable,
    SettingsError,
    SoapFaultError,
    UnreadableReply,
)
from sync_engine.network import Network
from sync_engine.soap.reply import NotSoap, Reply, begins_envelope, excerpt, read_reply
from sync_engine.soap.transport import NOT_SENT, HttpReply, HttpxTransport, ReplyTooLarge
from sync_engine.soap.wsdl import ZEEP_SETTINGS, load_wsdl

# zeep's types stop at its constructors.
_AsyncClient: Any = zeep.AsyncClient
_Proxy: Any = AsyncServiceProxy
_BUSY_STATUSES = frozenset({429, 502, 503, 504})
_LOOKED_AT_BYTES = 8192
"""Twice of what an excerpt is taken from."""
_TELLING_CHARACTERS = 24
"""So much of a secret's beginning tells something of it; the first 16 of a session in Salesforce name the org."""
_STRUCK_OUT = "[secret]"
_FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_HEADERS = {"SOAPAction": '""', "Content-Type": "text/xml; charset=utf-8"}


class Busy(UnreadableReply):
    """An answer without SOAP in it that may come out right a little later.

    Its HTTP status says to come back, or its envelope broke off on the way.
    """

    retry_after_s: float | None = None


class SoapService:
    """zeep wired to one address over an injected transport.

    `name` is the service's own ("Zuora", "Salesforce"), `namespace` its WSDL's. `calls` counts every request sent.
    """

    def __init__(
        self,
        name: str,
        *,
        wsdl: Path,
        namespace: str,
        address: str,
        transport: httpx.AsyncBaseTransport | None,
        clock: Clock,
        timeout_s: float,
        compress_over_bytes: int | None = None,
        network: Network | None = None,
    ) -> None:
        network = network or Network()
        self.name = name
        self.calls = 0
        self.address = checked_address(name, address)
        self._namespace = namespace
        self._clock = clock
        self._timeout_s = timeout_s
        self._secrets: set[str] = set(network.secrets())
        self._transport = HttpxTransport(
            transport, timeout_s=timeout_s, compress_over_bytes=compress_over_bytes, network=network
        )
        self._zeep = _AsyncClient(load_wsdl(wsdl), transport=self._transport, settings=ZEEP_SETTINGS)
        self._binding = next(iter(self._zeep.wsdl.bindings.values()))

    def keep_secret(self, *secrets: str) -> None:
        """Strike these out of every message that leaves here, however the service spells what it repeats of them."""
        self._secrets.update(spelt for secret in secrets if secret for spelt in _spellings(secret))

    def redact(self, text: str) -> str:
        """`text` without the secrets."""
        # Longest first: a password that ends in the security token must not leave its first half behind.
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _STRUCK_OUT)
        return _without_beginnings(text, self._secrets)

    def excerpt(self, content: bytes) -> str:
        """A few words, without secrets, of something that is not SOAP."""
        if begins_envelope(content):
            return excerpt(content)
        # Before it is cut short: half a secret is not struck out any more.
        return excerpt(self.redact(content[:_LOOKED_AT_BYTES].decode("utf-8", "replace")).encode())

    def element(self, name: str, **values: Any) -> Any:
        """A header block (or any global element) of the WSDL, filled."""
        return self._zeep.get_element(f"{{{self._namespace}}}{name}")(**values)

    async def call(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        headers: Sequence[Any] = (),
        *,
        writes: bool = False,
        address: str | None = None,
    ) -> Reply:
        """Send one call that zeep builds, to `address` or where the login said; the reply may hold a fault.

        Raises `ServiceUnreachable` when nothing was done, `ReplyLost` for a write that may have been done,
        `UnreadableReply` for an answer that is not SOAP.
        """
        proxy = _Proxy(self._zeep, self._binding, address=address or self.address)
        try:
            send = proxy[operation]
        except AttributeError:
            raise self._not_in_wsdl(operation, "it is not there") from None
        try:
            return await self._exchange(send(**arguments, _soapheaders=list(headers)), operation, writes=writes)
        except (ZeepError, TypeError) as error:
            raise self._not_in_wsdl(operation, self.redact(str(error))) from None

    async def post(self, operation: str, message: bytes, *, writes: bool = False) -> Reply:
        """Send one call whose envelope is ready; else as `call`."""
        return await self._exchange(self._transport.post(self.address, message, _HEADERS), operation, writes=writes)

    async def post_form(self, operation: str, address: str, form: Mapping[str, str]) -> HttpReply:
        """Send a form to `address`, which changes nothing and is answered with something other than SOAP.

        Raises `ServiceUnreachable`, and `Busy` for an answer that says to come back.
        """
        address = checked_address(self.name, address)
        sending = self._transport.post(address, urlencode(form).encode(), _FORM_HEADERS, plain=True)
        answer = await self._send(sending, operation, address, writes=False)
        if answer.status in _BUSY_STATUSES:
            raise self._busy(operation, answer, self.excerpt(answer.content))
        return answer

    def failure(self, reply: Reply, operation: str) -> SoapFaultError | None:
        """The error for a reply that holds a fault, with what to do about it."""
        if reply.fault is None:
            return None
        message = self.redact(reply.fault.message)
        what_to_do = explain(reply.fault.code, self.name, message).what_to_do
        return SoapFaultError(self.name, reply.fault.code, message, operation, what_to_do)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def _not_in_wsdl(self, operation: str, why: str) -> SettingsError:
        return SettingsError(
            f"The WSDL for {self.name} does not allow {operation}: {why}.",
            "Use the WSDL that comes with the engine, or one with that operation.",
        )

    async def _exchange(self, sending: Any, operation: str, *, writes: bool) -> Reply:
        return self._read(await self._send(sending, operation, self.address, writes=writes), operation, writes=writes)

    async def _send(self, sending: Any, operation: str, address: str, *, writes: bool) -> HttpReply:
        self.calls += 1
        failed: OnDemandSyncError
        try:
            answer: HttpReply = await sending
        except NOT_SENT as error:
            failed = ServiceUnreachable(self.name, address, self._cause(error))
        except (httpx.RequestError, TimeoutError, ReplyTooLarge) as error:
            cause = self._cause(error)
            lost = ReplyLost(self.name, operation, cause) if writes else None
            failed = lost or ServiceUnreachable(self.name, address, cause)
        else:
            return answer
        # Errors of httpx carry the request, and with it the password or session: raised from out here, the new one
        # does not even hold the old one as its context.
        raise failed

    def _read(self, answer: HttpReply, operation: str, *, writes: bool) -> Reply:
        retry_after_s = self._retry_after_s(answer.headers.get("Retry-After"))
        broke_off = False
        try:
            reply = read_reply(answer.content, answer.status, retry_after_s)
        except NotSoap:
            text = self.excerpt(answer.content)
            broke_off = begins_envelope(answer.content)
        else:
            if reply.fault is not None or (answer.status == httpx.codes.OK and reply.result is not None):
                return reply
            text = self.excerpt(answer.content)
        # A gateway that gave up may have passed the call on; one that said no with 4xx did not.
        if writes and (answer.status >= httpx.codes.INTERNAL_SERVER_ERROR or answer.status == httpx.codes.OK):
            raise ReplyLost(self.name, operation, f"HTTP {answer.status} and no SOAP: {text}")
        if answer.status in _BUSY_STATUSES or broke_off:
            raise self._busy(operation, answer, text)
        raise UnreadableReply(self.name, operation, answer.status, text, _about_status(answer.status))

    def _busy(self, operation: str, answer: HttpReply, text: str) -> Busy:
        busy = Busy(self.name, operation, answer.status, text, _about_status(answer.status))
        busy.retry_after_s = self._retry_after_s(answer.headers.get("Retry-After"))
        return busy

    def _retry_after_s(self, value: str | None) -> float | None:
        """The header `Retry-After` in seconds, whether it came as seconds or as a date."""
        if not value:
            return None
        if value.strip().isdecimal():
            return float(value)
        try:
            return max(0.0, (parsedate_to_datetime(value) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None

    def _cause(self, error: Exception) -> str:
        if isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout):
            return f"no answer within {self._timeout_s:g} s"
        if isinstance(error, httpx.ConnectTimeout):
            return "the connection was not accepted in time"
        return self.redact(str(error)) or type(error).__name__


def _about_status(status: int) -> str:
    """What to do about an HTTP status that came without SOAP; "" for one that says nothing by itself."""
    return next((entry.what_to_do for entry in find(f"HTTP {status}")), "")


def _without_beginnings(text: str, secrets: Iterable[str]) -> str:
    """The text without what a service repeated of long secrets before it cut its words short."""
    openings: dict[str, list[str]] = {}
    for secret in secrets:
        if len(secret) >= _TELLING_CHARACTERS:
            openings.setdefault(secret[:_TELLING_CHARACTERS], []).append(secret)
    for opening, alike in openings.items():
        start = text.find(opening)
        while start >= 0:
            rest = text[start:]
            text = text[:start] + _STRUCK_OUT + rest[max(_in_common(each, rest) for each in alike) :]
            start = text.find(opening)
    return text


def _in_common(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _spellings(secret: str) -> set[str]:
    """A secret as it stands in text, XML, JSON, addresses and forms."""
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_xml = {escape(secret), escape(secret, {'"': "&quot;", "'": "&apos;"})}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)} | in_json | in_xml


def checked_address(service: str, address: str) -> str:
    """The address if it is one that can be posted to; raises `SettingsError` that does not repeat a password in it."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise SettingsError(f"The address of {service} is not a URL: {error}.", "Write it with https://.") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        shown = url.copy_with(username=None, password=None) if url.userinfo else url
        raise SettingsError(
            f"The address of {service}, {shown}, is not one to post to.",
            "Write it with https:// and a host, and without a user or password in it.",
        )
    return str(url)


def moved_address(service: str, asked: str, told: str | None) -> str:
    """Where to send what follows a login: the address the login's reply told, or the one asked without one.

    Raises `SettingsError` when an encrypted login is answered with an unencrypted address.
    """
    if not told:
        return asked
    address = checked_address(service, told)
    if httpx.URL(asked).scheme == "https" and httpx.URL(address).scheme != "https":
        raise SettingsError(
            f"{service} answered a login over https with the unencrypted address {address}.",
            "Nothing was sent there; check that the address in the settings is the service's own.",
        )
    return address
