"""`/services/oauth2/token`: sessions for connected apps, by a signed assertion or by their own secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt

from mock_salesforce.connected_apps import ConnectedApp
from mock_salesforce.login import base_url_of
from mock_salesforce.users import OrgUser
from simulator.clock import Clock
from simulator.wsgi import body_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

    from mock_salesforce.orgs import Org
    from mock_salesforce.sessions import Sessions

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SHARED_HOSTS = ("login.salesforce.com", "test.salesforce.com")
NOT_APPROVED = "user hasn't approved this consumer"
WRONG_SECRET = "invalid client credentials"  # noqa: S105 - the words of a refusal


class Refusal(Exception):
    """The endpoint's answer no: an OAuth error and its words."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(error)
        self.error = error
        self.words = words


class TokenEndpoint:
    """The endpoint over all orgs of a mock; a WSGI app."""

    def __init__(self, orgs: Callable[[], Iterable[Org]], sessions: Sessions, clock: Clock) -> None:
        self._orgs = orgs
        self._sessions = sessions
        self._clock = clock

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request for a token."""
        status, told = HTTPStatus.OK, {}
        try:
            told = self._answer(environ, _form(environ))
        except Refusal as refusal:
            status, told = HTTPStatus.BAD_REQUEST, {"error": refusal.error, "error_description": refusal.words}
        body = json.dumps(told).encode()
        head = [
            ("Date", self._clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")),
            ("Content-Type", "application/json;charset=UTF-8"),
            ("Cache-Control", "no-cache, no-store"),
            ("Content-Length", str(len(body))),
        ]
        start_response(f"{status.value} {status.phrase}", head)
        return [body]

    def _answer(self, environ: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, str]:
        base = base_url_of(environ)
        grant = form.get("grant_type", "")
        if grant == JWT_BEARER:
            return self._welcome(*self._by_assertion(form.get("assertion", ""), base), base, signed=False)
        if grant == "client_credentials":
            return self._welcome(*self._by_secret(form, base), base, signed=True)
        raise Refusal("unsupported_grant_type", "grant type not supported")

    def _by_assertion(self, assertion: str, base: str) -> tuple[Org, ConnectedApp, OrgUser]:
        try:
            claimed = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise Refusal("invalid_grant", "invalid assertion") from None
        found = self._apps(str(claimed.get("iss", "")))
        allowed = [(org, app) for org, app in found if app.certificate]
        if not allowed:
            raise Refusal("invalid_request", "flow not enabled")
        wanted = str(claimed.get("sub", "")).lower()
        org, app = next(((org, app) for org, app in allowed if _user(org, wanted)), allowed[0])
        try:
            # Its time is judged by the mock's clock, and its audience has words of its own.
            jwt.decode(
                assertion,
                app.public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_aud": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise Refusal("invalid_grant", "invalid assertion") from None
        if claimed.get("aud") not in (base, *(f"https://{host}" for host in SHARED_HOSTS)):
            raise Refusal("invalid_grant", "audience is invalid")
        expires = claimed.get("exp")
        if not isinstance(expires, int | float) or expires <= self._clock.now().timestamp():
            raise Refusal("invalid_grant", "expired authorization code")
        user = _user(org, wanted)
        if user is None or wanted not in [each.lower() for each in app.approved]:
            raise Refusal("invalid_grant", NOT_APPROVED)
        return org, app, user

    def _by_secret(self, form: Mapping[str, str], base: str) -> tuple[Org, ConnectedApp, OrgUser]:
        if base.partition("://")[2] in SHARED_HOSTS:
            raise Refusal("invalid_grant", "request not supported on this domain")
        org, app = self._apps(form.get("client_id", ""))[0]
        sent = form.get("client_secret", "").encode()
        if not app.client_secret or not hmac.compare_digest(sent, app.client_secret.encode()):
            raise Refusal("invalid_client", WRONG_SECRET)
        user = _user(org, app.run_as.lower())
        if user is None:
            raise Refusal("invalid_grant", "no client credentials user enabled")
        return org, app, user

    def _apps(self, client_id: str) -> list[tuple[Org, ConnectedApp]]:
        found = [(org, app) for org in self._orgs() for app in org.spec.connected_apps if app.client_id == client_id]
        if not client_id or not found:
            raise Refusal("invalid_client_id", "client identifier invalid")
        return found

    def _welcome(self, org: Org, app: ConnectedApp, user: OrgUser, base: str, *, signed: bool) -> dict[str, str]:
        if not user.active:
            raise Refusal("inactive_user", "user is inactive")
        session = self._sessions.open(org, user, app.client_id)
        told = {
            "access_token": session.id,
            "scope": " ".join(app.scopes),
            "instance_url": base,
            "id": f"{base}/id/{org.id}/{org.user_id(user)}",
            "token_type": "Bearer",
        }
        if signed:
            issued = str(int(self._clock.now().timestamp() * 1000))
            digest = hmac.digest(app.client_secret.encode(), (told["id"] + issued).encode(), hashlib.sha256)
            told.update(issued_at=issued, signature=base64.b64encode(digest).decode())
        return told


def _form(environ: Mapping[str, Any]) -> dict[str, str]:
    if environ.get("REQUEST_METHOD") != "POST":
        raise Refusal("invalid_request", "must use HTTP POST")
    try:
        return {name: values[-1] for name, values in parse_qs(body_of(environ).decode(), max_num_fields=50).items()}
    except ValueError:
        raise Refusal("invalid_request", "the body is no form") from None


def _user(org: Org, username: str) -> OrgUser | None:
    return next((user for user in org.users if user.username.lower() == username), None)
