"""login, sessions, and what becomes of both."""

from __future__ import annotations

import re

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, element
from contracts.salesforce.scenarios import EMPTY, EXPIRED, NO_SOAP_LOGIN, TRUSTING, TWO_ORGS
from contracts.target import Capability

fact = SALESFORCE.fact
CLOCK, LIMITS = (Capability.CLOCK,), (Capability.CLOCK, Capability.LIMITS)
REFUSED = "Invalid username, password, security token; or user locked out."
HOUR = 3600.0
WRONG = "wrong"


@fact(
    "salesforce.login.result",
    "A LoginResult has its elements in the order of the WSDL.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def result(client: SalesforceClient) -> None:
    inside = client.login().inside
    names = re.findall(r"<(metadataServerUrl|passwordExpired|sandbox|serverUrl|sessionId|userId|userInfo)>", inside)
    same(
        names[:7],
        ["metadataServerUrl", "passwordExpired", "sandbox", "serverUrl", "sessionId", "userId", "userInfo"],
        "the elements",
    )


@fact(
    "salesforce.login.session-form",
    "A session id is the org's 15 characters, an exclamation mark and about 96 more.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def session_form(client: SalesforceClient) -> None:
    reply = client.login()
    org = reply.one("organizationId")[:15]
    require(re.fullmatch(re.escape(org) + r"![A-Za-z0-9._-]{90,110}", reply.one("sessionId")), "the form is another")


@fact(
    "salesforce.login.wrong",
    "A wrong name or password is INVALID_LOGIN, in the same words.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def wrong(client: SalesforceClient) -> None:
    for reply in (client.login(password=WRONG), client.login(username="nobody@example.com")):
        fault = reply.fault
        same((fault.kind, fault.code, fault.message), ("LoginFault", "INVALID_LOGIN", REFUSED), "the fault")
        require(fault.faultcode in ("INVALID_LOGIN", "sf:INVALID_LOGIN"), f"the code is {fault.faultcode}")


@fact(
    "salesforce.login.token",
    "The password without its security token is LOGIN_MUST_USE_SECURITY_TOKEN, in its long words.",
    source=sources.JSFORCE,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def token(client: SalesforceClient) -> None:
    password = client.target.who("api").password.removesuffix(client.target.token("api"))
    fault = client.login(password=password).fault
    same(fault.code, "LOGIN_MUST_USE_SECURITY_TOKEN", "the code")
    same(
        fault.message,
        f"{REFUSED} Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from "
        "outside of your company’s trusted networks, you must add a security token to your password to log in. To get "
        "your new security token, log in to Salesforce. From your personal settings, enter Reset My Security Token in the "
        "Quick Find box, then select Reset My Security Token.",
        "the words",
    )


@fact(
    "salesforce.login.trusted",
    "From a trusted network no token is needed.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=TRUSTING,
)
def trusted(client: SalesforceClient) -> None:
    password = client.target.who("api").password.removesuffix(client.target.token("api"))
    require(client.login(password=password).one("sessionId").startswith("00D"), "there is no session")


@fact(
    "salesforce.login.until-64",
    "There is login() in versions 31.0 to 64.0, and none from 65.0 on.",
    source=sources.END_OF_LIFE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def until_64(client: SalesforceClient) -> None:
    for version in ("31.0", "64.0"):
        same(client.login(version=version).status, 200, f"the status at {version}")
    for version in ("65.0", "68.0"):
        same(client.login(version=version).fault.code, "UNSUPPORTED_API_VERSION", f"the code at {version}")


@fact(
    "salesforce.login.disabled",
    "An org with SOAP login disabled says INVALID_OPERATION and whom to ask.",
    source=sources.JSFORCE,
    sure=Sure.RECORDED,
    scenario=NO_SOAP_LOGIN,
)
def disabled(client: SalesforceClient) -> None:
    fault = client.login().fault
    same(fault.code, "INVALID_OPERATION", "the code")
    same(
        fault.message,
        "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().",
        "the words",
    )


@fact(
    "salesforce.login.expired",
    "With an expired password login succeeds, passwordExpired true, and other calls do not.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=EXPIRED,
)
def expired(client: SalesforceClient) -> None:
    same(client.login().one("passwordExpired"), "true", "passwordExpired")
    fault = client.call("getUserInfo").fault
    same(fault.code, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "the code")
    same(
        fault.message,
        "The users password has expired, you must call SetPassword before attempting any other API operations",
        "the words",
    )


@fact(
    "salesforce.login.shared",
    "Logging in again gives the same session while it lives.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def shared(client: SalesforceClient) -> None:
    first = client.login().one("sessionId")
    require(first.startswith("00D"), "there is no session")
    same(client.login().one("sessionId"), first, "the second session")


@fact(
    "salesforce.login.logout",
    "`logout` ends the session for everyone who shares it.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=(Capability.WRITABLE,),
)
def logout(client: SalesforceClient) -> None:
    other = client.another()
    same(client.session, other.session, "the session of the second login")
    client.call("logout")
    same(other.call("getUserInfo").fault.code, "INVALID_SESSION_ID", "the other's code")


@fact(
    "salesforce.login.idle",
    "A session ends after two hours without a call.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CLOCK,
)
def idle(client: SalesforceClient) -> None:
    same(client.call("getUserInfo").status, 200, "the status at once")
    client.target.advance(2 * HOUR)
    same(client.call("getUserInfo").fault.code, "INVALID_SESSION_ID", "the code after two hours")


@fact(
    "salesforce.login.renewed",
    "Every call gives the session two hours more.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CLOCK,
)
def renewed(client: SalesforceClient) -> None:
    for _ in range(5):
        same(client.call("getUserInfo").one("userId")[:3], "005", "the user's prefix")
        client.target.advance(1.9 * HOUR)
    same(client.call("getUserInfo").status, 200, "the status at the end")


@fact(
    "salesforce.login.rate",
    "After 3,600 logins in an hour a user is refused for an hour: Login Rate Exceeded.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=LIMITS,
)
def rate(client: SalesforceClient) -> None:
    client.target.set_limits(logins_per_hour=3)
    for _ in range(3):
        same(client.login().status, 200, "the status below the limit")
    fault = client.login().fault
    same((fault.code, fault.message), ("INVALID_LOGIN", "Login Rate Exceeded"), "the fault")
    client.target.advance(HOUR - 1)
    same(client.login().status, 500, "the status within the hour")
    client.target.advance(2)
    same(client.login().status, 200, "the status after it")


@fact(
    "salesforce.login.lockout",
    "After ten wrong passwords the right one is refused too, in the same words, for fifteen minutes.",
    source=sources.GUIDE,
    sure=Sure.INFERRED,
    scenario=EMPTY,
    needs=CLOCK,
)
def lockout(client: SalesforceClient) -> None:
    for _ in range(10):
        client.login(password=WRONG)
    same(client.login().fault.message, REFUSED, "the words")
    client.target.advance(15 * 60)
    same(client.login().status, 200, "the status after a quarter of an hour")


@fact(
    "salesforce.login.large",
    "A login request of more than 10 KB is refused.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def large(client: SalesforceClient) -> None:
    same(client.login(password="x" * 11_000).status, 500, "the status")


@fact(
    "salesforce.login.invalidate",
    "`invalidateSessions` ends sessions by id, a result for each.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=EMPTY,
    needs=(Capability.WRITABLE,),
)
def invalidate(client: SalesforceClient) -> None:
    reply = client.call("invalidateSessions", element("sessionIds", "nonsense") + element("sessionIds", client.session))
    same(reply.texts("success"), ["false", "true"], "the successes")
    same(client.call("getUserInfo").fault.code, "INVALID_SESSION_ID", "the code afterwards")


@fact(
    "salesforce.login.invalidate-most",
    "More than 200 sessions in a call are EXCEEDED_ID_LIMIT.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def invalidate_most(client: SalesforceClient) -> None:
    reply = client.call("invalidateSessions", element("sessionIds", "x") * 201)
    same(reply.fault.code, "EXCEEDED_ID_LIMIT", "the code")


@fact(
    "salesforce.login.oauth-place",
    "SessionHeader takes whatever token is a session; one in the form of a JWT is INVALID_SESSION_ID.",
    source=sources.JSFORCE,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def oauth_place(client: SalesforceClient) -> None:
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    reply = client.call("getUserInfo", session=jwt)
    same((reply.status, reply.fault.code), (500, "INVALID_SESSION_ID"), "the fault")


@fact(
    "salesforce.login.chooses-org",
    "Who logs in chooses the org, and a session is good for its own org only.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=TWO_ORGS,
)
def chooses_org(client: SalesforceClient) -> None:
    other = client.another(role="other")
    require(client.login().one("organizationId") != other.login().one("organizationId"), "both are one org")
    same(client.names("SELECT Id FROM Account"), {"mine"}, "what the one sees")
    same(other.names("SELECT Id FROM Account"), {"theirs"}, "what the other sees")


@fact(
    "salesforce.login.password-of-another",
    "A user's name with another's password is refused.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=TWO_ORGS,
)
def password_of_another(client: SalesforceClient) -> None:
    same(client.login(password=client.target.who("other").password).fault.code, "INVALID_LOGIN", "the code")
