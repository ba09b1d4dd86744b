"""login, logout and what a session tells about its user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_salesforce import faults
from mock_salesforce.orgs import Org
from mock_salesforce.sessions import Sessions
from mock_salesforce.users import OrgUser, within
from simulator.soap import Call, SoapFault, escape, text

LAST_VERSION_WITH_LOGIN = 64.0
REFUSED = "Invalid username, password, security token; or user locked out."
TOO_MANY = "Login Rate Exceeded"
LOGIN_DISABLED = (
    "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login()."
)
_NEW_PLACE = (
    " Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of "
    "your company’s trusted networks, you must add a security token to your password to log in. To get your new "
    "security token, log in to Salesforce. From your personal settings, enter Reset My Security Token in the Quick "
    "Find box, then select Reset My Security Token."
)
_ATTACHMENT_BYTES_MAX = 5_242_880


def login_fault(code: str, message: str) -> SoapFault:
    """A login that is refused."""
    fault = faults.api_fault(code, message, faults.LOGIN)
    # Login's own faults come without the prefix that all other operations' codes have.
    fault.code = code
    return fault


def login(call: Call, version: float, orgs: Iterable[Org], sessions: Sessions) -> bytes:
    """Answer a login: a session in the org whose user has this name. Raises `SoapFault`."""
    if version > LAST_VERSION_WITH_LOGIN:
        raise faults.api_fault(
            "UNSUPPORTED_API_VERSION", f"login() is not available from API version 65.0 on, and this is {version}"
        )
    username = (text(call.payload, "username") or "").strip().lower()
    password = text(call.payload, "password") or ""
    found = next(((org, user) for org in orgs for user in org.users if user.username.lower() == username), None)
    if found is None:
        raise login_fault("INVALID_LOGIN", REFUSED)
    org, user = found
    _admit(call, org, user, password)
    return _welcome(call, version, sessions, org, user)


def _admit(call: Call, org: Org, user: OrgUser, password: str) -> None:
    """Raise the fault of a login that does not get in. Wrong passwords, a lockout and an inactive user read alike."""
    profile, now = org.limits.profile, org.now()
    if not org.spec.soap_login:
        raise login_fault("INVALID_OPERATION", LOGIN_DISABLED)
    if int(call.environ.get("CONTENT_LENGTH") or 0) > profile.login_request_bytes:
        raise login_fault("INVALID_LOGIN", REFUSED)
    if org.logins.too_many(user.username, profile, now):
        raise login_fault("INVALID_LOGIN", TOO_MANY)
    trusted = within(str(call.environ.get("REMOTE_ADDR") or ""), org.spec.trusted_ranges)
    alone = org.passwords.matches_without_token(user, password)
    right = org.passwords.matches(user, password) or (alone and trusted)
    # A right password without its token is no guess: it does not count as a wrong one.
    if alone and not right:
        raise login_fault("LOGIN_MUST_USE_SECURITY_TOKEN", REFUSED + _NEW_PLACE)
    if not org.logins.attempt(user.username, profile, now, right=right) or not user.active:
        raise login_fault("INVALID_LOGIN", REFUSED)
    if not org.spec.api_enabled:
        raise login_fault("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
    if not user.api_enabled:
        raise login_fault("API_DISABLED_FOR_ORG", "API is disabled for this User")


def _welcome(call: Call, version: float, sessions: Sessions, org: Org, user: OrgUser) -> bytes:
    session = sessions.open(org, user)
    base = base_url(call)
    tail = f"{version:.1f}/{org.id[:15]}"
    return b"".join(
        (
            b"<loginResponse><result><metadataServerUrl>",
            escape(f"{base}/services/Soap/m/{tail}"),
            b"</metadataServerUrl><passwordExpired>",
            b"true" if org.passwords.expired(user) else b"false",
            b"</passwordExpired><sandbox>",
            b"true" if org.spec.sandbox else b"false",
            b"</sandbox><serverUrl>",
            escape(f"{base}/services/Soap/u/{tail}"),
            b"</serverUrl><sessionId>",
            escape(session.id),
            b"</sessionId><userId>",
            session.user_id.encode(),
            b"</userId><userInfo>",
            user_info(org, user),
            b"</userInfo></result></loginResponse>",
        )
    )


def base_url(call: Call) -> str:
    """Scheme and host as the client reached them."""
    return base_url_of(call.environ)


def base_url_of(environ: Mapping[str, Any]) -> str:
    """Scheme and host as the client reached them."""
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "http")
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    return f"{scheme}://{host}"


def user_info(org: Org, user: OrgUser) -> bytes:
    """The inside of a GetUserInfoResult."""
    user_id = org.user_id(user)
    profile_id = org.profile_id
    currencies = org.currencies.user_info(user.currency)
    pairs: tuple[tuple[str, str | None], ...] = (
        ("accessibilityMode", "false"),
        ("chatterExternal", "false"),
        ("currencySymbol", currencies["currencySymbol"]),
        ("orgAttachmentFileSizeLimit", str(_ATTACHMENT_BYTES_MAX)),
        ("orgDefaultCurrencyIsoCode", currencies["orgDefaultCurrencyIsoCode"]),
        ("orgDefaultCurrencyLocale", "en_US"),
        ("orgDisallowHtmlAttachments", "false"),
        ("orgHasPersonAccounts", "false"),
        ("organizationId", org.id),
        ("organizationMultiCurrency", currencies["organizationMultiCurrency"]),
        ("organizationName", org.name),
        ("profileId", profile_id),
        ("roleId", None),
        ("sessionSecondsValid", str(org.limits.profile.session_idle_s)),
        ("userDefaultCurrencyIsoCode", currencies["userDefaultCurrencyIsoCode"]),
        ("userEmail", user.email),
        ("userFullName", user.full_name),
        ("userId", user_id),
        ("userLanguage", "en_US"),
        ("userLocale", "en_US"),
        ("userName", user.username),
        ("userTimeZone", org.spec.time_zone),
        ("userType", "Standard"),
        ("userUiSkin", "Theme3"),
    )
    return b"".join(
        f'<{name} xsi:nil="true"/>'.encode()
        if value is None
        else b"<%b>%b</%b>" % (name.encode(), escape(value), name.encode())
        for name, value in pairs
    )
