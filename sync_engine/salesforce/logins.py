"""The ways into an org: by SOAP login, and by a token that somebody else was given. Those by OAuth are in `oauth`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from sync_engine.catalogue import explain
from sync_engine.errors import LoginRefused, SettingsError, UnreadableReply
from sync_engine.soap import SoapService, child, child_text
from sync_engine.soap.service import moved_address

SERVICE = "Salesforce"
LAST_VERSION_WITH_LOGIN = 64.0

_SOAP_PATH = re.compile(r"/services/Soap/u/(\d+\.\d)")
_JWT = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*")
_EXPIRED = "INVALID_OPERATION_WITH_EXPIRED_PASSWORD"
_LOST_SESSION = "INVALID_SESSION_ID"


@dataclass(frozen=True, slots=True)
class Entered:
    """A session in an org, and where to send its calls; "" for an id that the login did not tell."""

    session: SecretStr
    address: str
    org_id: str = ""
    user_id: str = ""


class Login(Protocol):
    """One way into an org. `address` is the SOAP address to begin with, `who` is whom an error names."""

    @property
    def address(self) -> str: ...  # noqa: D102 - said above

    @property
    def who(self) -> str: ...  # noqa: D102 - said above

    async def enter(self, service: SoapService) -> Entered:
        """Get a session, the first or, once it has run out, another one.

        Raises `LoginRefused` when there is none to be had, and what `SoapService.call` raises.
        """


@dataclass(slots=True)
class PasswordLogin:
    """SOAP login with username, password and security token. Raises `SettingsError` for versions without it."""

    url: str
    username: str
    password: SecretStr
    security_token: SecretStr
    api_version: str
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = endpoint(self.url, self.api_version)
        version = version_of(self.address, self.api_version)
        if float(version) > LAST_VERSION_WITH_LOGIN:
            raise SettingsError(
                f"SOAP logins end with API version {LAST_VERSION_WITH_LOGIN}, and {version} is set.",
                "Set api_version to 64.0, or log in by OAuth: an access token, a connected app, or what sf has.",
            )

    @property
    def who(self) -> str:
        """The user."""
        return self.username

    async def enter(self, service: SoapService) -> Entered:
        """Call login(), at the address of the settings whatever an earlier login told."""
        password, token = self.password.get_secret_value(), self.security_token.get_secret_value()
        service.keep_secret(password + token, password, token)
        reply = await service.call(
            "login", {"username": self.username, "password": password + token}, address=self.address
        )
        error = service.failure(reply, "login")
        if error is not None:
            if reply.fault is not None and (reply.fault.kind == "LoginFault" or "LOGIN" in error.code):
                raise LoginRefused(SERVICE, self.username, error.fault_message, error.code, error.what_to_do)
            raise error
        result = child(reply.result, "result")
        session = child_text(result, "sessionId")
        if not session:
            raise UnreadableReply(SERVICE, "login", reply.status, "a login reply without a session")
        service.keep_secret(session)
        if child_text(result, "passwordExpired") == "true":
            raise LoginRefused(
                SERVICE,
                self.username,
                "the password has expired and must be changed first",
                _EXPIRED,
                explain(_EXPIRED, SERVICE).what_to_do,
            )
        return Entered(
            SecretStr(session),
            moved_address(SERVICE, self.address, child_text(result, "serverUrl")),
            child_text(child(result, "userInfo"), "organizationId") or "",
            child_text(result, "userId") or "",
        )


@dataclass(slots=True)
class TokenLogin:
    """An OAuth access token, or the session id of a login made elsewhere. It cannot be renewed from here.

    `url` is the org's own address. Raises `SettingsError` for a token that SOAP does not accept.
    """

    url: str
    token: SecretStr
    api_version: str
    who: str = "the access token"
    address: str = field(init=False)
    _given: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.address = endpoint(self.url, self.api_version)
        if _JWT.fullmatch(self.token.get_secret_value()):
            raise SettingsError(
                "The access token is a JWT, and Salesforce's SOAP API does not accept those.",
                "Have the connected app issue opaque access tokens.",
            )

    async def enter(self, service: SoapService) -> Entered:
        """The token, once: whoever asks again was told that it is not valid, or not any more."""
        service.keep_secret(self.token.get_secret_value())
        if self._given:
            raise LoginRefused(
                SERVICE,
                self.who,
                "it has run out, or was never valid, and cannot be renewed from here",
                _LOST_SESSION,
                "Put a fresh token in the settings, then resume the session. A JWT or client-credentials login renews"
                " itself.",
            )
        self._given = True
        return Entered(self.token, self.address)


def endpoint(url: str, api_version: str) -> str:
    """The SOAP address for a setting: as given when it names one, else the Partner API's path on that host."""
    url = url.rstrip("/")
    return url if _SOAP_PATH.search(url) else f"{url}/services/Soap/u/{api_version}"


def version_of(url: str, api_version: str) -> str:
    """The version that an address names, or the one that is set."""
    named = _SOAP_PATH.search(url)
    return named[1] if named else api_version


def refuse_jwt(token: str, who: str) -> None:
    """Raise `LoginRefused` for a token fresh from Salesforce that its SOAP API does not accept."""
    if _JWT.fullmatch(token):
        raise LoginRefused(
            SERVICE,
            who,
            "the token it gave is a JWT, which its SOAP API does not accept",
            what_to_do="Have the connected app issue opaque access tokens.",
        )
