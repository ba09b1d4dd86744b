"""Logging in through a connected app: the JWT bearer and the client-credentials flow of Salesforce's token endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from pydantic import SecretStr

from sync_engine.catalogue import explain
from sync_engine.clock import Clock
from sync_engine.errors import LoginRefused, SettingsError, UnreadableReply
from sync_engine.salesforce.logins import SERVICE, Entered, endpoint, refuse_jwt, version_of
from sync_engine.salesforce.private_keys import private_key
from sync_engine.soap import SoapService
from sync_engine.soap.service import Busy, moved_address
from sync_engine.soap.transport import HttpReply

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
OAUTH = "Salesforce OAuth"
"""The name of the token endpoint's codes in the catalogue."""

ASSERTION_LIVES = timedelta(minutes=3)
SKEW_WORTH_TELLING_S = 60.0

_OPERATION = "the token request"
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")
_IDENTITY = re.compile(r"/id/(00D\w{12}(?:\w{3})?)/(005\w{12}(?:\w{3})?)$")
_SANDBOX = re.compile(r"^test\.|\.sandbox\.|--|^cs\d+\.")
_PASSING = frozenset({"server_error", "temporarily_unavailable", "unknown_error"})
_SCOPES_FOR_SOAP = frozenset({"api", "full"})


@dataclass(slots=True)
class JwtLogin:
    """The JWT bearer flow: an assertion signed with the connected app's private key stands for the user.

    `audience` is the `aud` of the assertion; "" takes login.salesforce.com or, for a sandbox, test.salesforce.com.
    The key is read at every login, so that one that was replaced is taken up.
    """

    url: str
    client_id: str
    username: str
    key_file: Path | None
    key: SecretStr
    key_password: SecretStr
    api_version: str
    clock: Clock
    audience: str = ""
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = endpoint(self.url, self.api_version)

    @property
    def who(self) -> str:
        """The user."""
        return self.username

    async def enter(self, service: SoapService) -> Entered:
        """Sign an assertion and have it exchanged for a token."""
        service.keep_secret(self.key.get_secret_value(), self.key_password.get_secret_value())
        assertion = self._assertion()
        service.keep_secret(assertion)
        answer = await service.post_form(
            _OPERATION, token_address(self.url), {"grant_type": _JWT_BEARER, "assertion": assertion}
        )
        return _entered(service, answer, self.url, self.api_version, self.who, _skew_s(answer, self.clock))

    def _assertion(self) -> str:
        expires = self.clock.now() + ASSERTION_LIVES
        claims = {
            "iss": self.client_id,
            "sub": self.username,
            "aud": self.audience or audience(self.url),
            "exp": int(expires.timestamp()),
        }
        return jwt.encode(claims, private_key(self.key_file, self.key, self.key_password), algorithm="RS256")


@dataclass(slots=True)
class ClientCredentialsLogin:
    """The client-credentials flow: the connected app's own secret, as the user that the app is set to run as.

    `url` must be the org's own. Raises `SettingsError` for the addresses that all orgs share.
    """

    url: str
    client_id: str
    client_secret: SecretStr
    api_version: str
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = endpoint(self.url, self.api_version)
        host = urlsplit(self.url).hostname or ""
        if host in _LOGIN_HOSTS:
            raise SettingsError(
                f"Salesforce does not take client credentials at {host}, which all orgs share.",
                "Set [salesforce] url to the org's own address, such as https://NAME.my.salesforce.com"
                " (Setup, My Domain).",
            )

    @property
    def who(self) -> str:
        """The connected app, by as much of its consumer key as tells it from others."""
        return f"the connected app {self.client_id[:8]}…{self.client_id[-4:]}"

    async def enter(self, service: SoapService) -> Entered:
        """Have the secret exchanged for a token."""
        secret = self.client_secret.get_secret_value()
        service.keep_secret(secret)
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": secret}
        answer = await service.post_form(_OPERATION, token_address(self.url), form)
        return _entered(service, answer, self.url, self.api_version, self.who, 0.0)


def token_address(url: str) -> str:
    """Where the host of a login address gives tokens."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{TOKEN_PATH}"


def audience(url: str) -> str:
    """Whom an assertion for this login address is meant for."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.endswith((".salesforce.com", ".force.com")):
        return f"{parts.scheme}://{parts.netloc}"
    return f"https://{_LOGIN_HOSTS[1] if _SANDBOX.search(host) else _LOGIN_HOSTS[0]}"


def _entered(service: SoapService, answer: HttpReply, url: str, api_version: str, who: str, skew_s: float) -> Entered:
    told = _json(answer.content)
    if "error" in told:
        raise _refused(service, answer, told, who, skew_s)
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        # JSON may hold a token that nobody knows to strike out yet, and is not repeated.
        is_json = answer.content.lstrip()[:1] in (b"{", b"[")
        words = f"JSON without a token in it, of {len(answer.content)} bytes" if is_json else ""
        raise UnreadableReply(SERVICE, _OPERATION, answer.status, words or service.excerpt(answer.content))
    service.keep_secret(token)
    refuse_jwt(token, who)
    scopes = str(told.get("scope") or "").split()
    if scopes and _SCOPES_FOR_SOAP.isdisjoint(scopes):
        raise LoginRefused(
            SERVICE,
            who,
            f"the token it gave is for {', '.join(scopes)} and not for its APIs",
            what_to_do="Add the scope api (Manage user data via APIs) to the connected app.",
        )
    identity = _IDENTITY.search(_text(told, "id"))
    org_id, user_id = identity.groups() if identity else ("", "")
    home = urlsplit(moved_address(SERVICE, token_address(url), _text(told, "instance_url")))
    host = f"{home.scheme}://{home.netloc}"
    return Entered(SecretStr(token), endpoint(host, version_of(url, api_version)), org_id, user_id)


def _refused(
    service: SoapService, answer: HttpReply, told: Mapping[str, Any], who: str, skew_s: float
) -> LoginRefused | Busy:
    code, words = service.redact(_text(told, "error")), service.redact(_text(told, "error_description"))
    if code in _PASSING:
        return Busy(SERVICE, _OPERATION, answer.status, f"{code}: {words}")
    said = f"{words} ({code})" if words else code
    if code == "invalid_grant" and abs(skew_s) > SKEW_WORTH_TELLING_S:
        off = "behind" if skew_s > 0 else "ahead of"
        return LoginRefused(
            SERVICE,
            who,
            f"{said}; this machine's clock is {abs(skew_s):.0f} s {off} Salesforce's",
            code,
            "Set this machine's clock: what it signs is good for three minutes by Salesforce's.",
        )
    return LoginRefused(SERVICE, who, said, code, explain(code, OAUTH, words).what_to_do)


def _skew_s(answer: HttpReply, clock: Clock) -> float:
    """By how many seconds the service's clock is ahead of this one; 0.0 when it does not tell."""
    try:
        return (parsedate_to_datetime(answer.headers.get("Date", "")) - clock.now()).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _json(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
