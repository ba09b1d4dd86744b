"""Limits of rate and concurrency, and what a tenant's policies do to logins and sessions."""

from __future__ import annotations

from contracts.facts.zuora.asking import PLAIN, answered
from contracts.facts.zuora.login import MINUTE, WRONG, session_of
from contracts.judging import among, require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.replies import Reply
from contracts.zuora.scenarios import ACCOUNTS, ENTITIES, EVENING, LOCKING, NOWHERE, PRODUCTION, kind_of_tenant

fact = ZUORA.fact

LOWERED = [Capability.LIMITS]
TIMED = [Capability.LIMITS, Capability.CLOCK]
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
OVER = (
    "The total number of concurrent requests has exceeded the limit allowed by the system. "
    "Please resubmit your request later."
)


def _over(reply: Reply, what: str) -> None:
    same(reply.status, 429, f"HTTP status of {what}")
    require(reply.fault().fault_code, f"{what} is no fault")


@fact(
    "zuora.limits.concurrency-40",
    "A tenant may have 40 requests in flight; one more is refused with HTTP 429.",
    source=f"{sources.CALLS}; {sources.RATE_LIMITS}",
    sure=Sure.DOCUMENTED,
    scenario=PRODUCTION,
    needs=[Capability.IN_FLIGHT, Capability.CLOCK],
)
def concurrency_40(client: Client) -> None:
    require(client.session, "the login gives no session")
    for _ in range(40):
        answered(client, PLAIN)
    _over(client.query_reply(PLAIN), "the forty-first request at once")
    client.target.advance(MINUTE)
    answered(client, PLAIN)


@fact(
    "zuora.limits.concurrency-by-entity",
    "Requests in flight count in each entity by itself.",
    source=sources.SECURITY,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
    needs=[*LOWERED, Capability.IN_FLIGHT],
)
def concurrency_by_entity(client: Client) -> None:
    europe = client.another(entity="europe")
    require(client.session and europe.session, "a login gives no session")
    client.target.set_limits(concurrent_requests=1)
    answered(client, PLAIN)
    _over(client.query_reply(PLAIN), "a second request in the entity")
    answered(europe, PLAIN)


@fact(
    "zuora.limits.retry-after-120",
    "A request over a limit is answered with `Retry-After: 120`.",
    source=sources.CALLS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=LOWERED,
)
def retry_after_120(client: Client) -> None:
    answered(client, PLAIN)
    client.target.set_limits(concurrent_requests=0)
    reply = client.query_reply(PLAIN)
    same((reply.status, reply.response.header("Retry-After")), (429, "120"), "status and Retry-After")


@fact(
    "zuora.limits.words",
    "The fault over a limit has the documented words.",
    source=sources.CALLS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=LOWERED,
)
def words(client: Client) -> None:
    answered(client, PLAIN)
    client.target.set_limits(concurrent_requests=0)
    same(client.query_reply(PLAIN).fault().text, OVER, "the message")


@fact(
    "zuora.limits.code-by-version",
    "Over a limit the code is REQUEST_EXCEEDED_LIMIT from WSDL 51 on, UNKNOWN_ERROR before.",
    source=f"{sources.CALLS}; {sources.ERRORS}",
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=LOWERED,
)
def code_by_version(client: Client) -> None:
    answered(client, PLAIN)
    client.target.set_limits(concurrent_requests=0)
    for version, code in (
        ("83.0", "REQUEST_EXCEEDED_LIMIT"),
        ("51.0", "REQUEST_EXCEEDED_LIMIT"),
        ("50.0", "UNKNOWN_ERROR"),
    ):
        same(client.query_reply(PLAIN, version=version).fault().fault_code, code, f"the code at {version}")


@fact(
    "zuora.limits.login-not-concurrent",
    "Logins do not count as requests in flight.",
    source=sources.knowledge_center("concurrent request limits"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=LOWERED,
)
def login_not_concurrent(client: Client) -> None:
    require(client.session, "the login gives no session")
    client.target.set_limits(concurrent_requests=0)
    _over(client.query_reply(PLAIN), "a query")
    require(session_of(client.login()), "the login gives no session")


def _window(name: str, seconds: float) -> None:
    def check(client: Client) -> None:
        require(client.session, "the login gives no session")
        client.target.set_limits(**{f"api_per_{name}": 3})
        for _ in range(3):
            answered(client, PLAIN)
        _over(client.query_reply(PLAIN), f"the fourth request of the {name}")
        client.target.advance(seconds)
        answered(client.forget(), PLAIN)

    fact(
        f"zuora.limits.api-{name}",
        f"API requests are counted by the {name}; over the limit they get HTTP 429 until the next.",
        source=sources.RATE_LIMITS,
        sure=Sure.DOCUMENTED,
        scenario=ACCOUNTS,
        needs=TIMED,
    )(check)


def _login_window(name: str, seconds: float) -> None:
    def check(client: Client) -> None:
        client.target.set_limits(**{f"auth_per_{name}": 2})
        for _ in range(2):
            require(session_of(client.login()), "the login gives no session")
        _over(client.login(), f"the third login of the {name}")
        client.target.advance(seconds)
        require(session_of(client.login()), f"the login of the next {name} gives no session")

    fact(
        f"zuora.limits.login-{name}",
        f"Logins are counted by the {name}, apart from API requests.",
        source=f"{sources.RATE_LIMITS}; {sources.developer('rest-api/general-concepts/rate-concurrency-limits')}",
        sure=Sure.DOCUMENTED,
        scenario=ACCOUNTS,
        needs=TIMED,
    )(check)


for _name, _seconds in (("minute", MINUTE), ("hour", HOUR), ("day", DAY)):
    _window(_name, _seconds)
    _login_window(_name, _seconds)


@fact(
    "zuora.limits.login-by-address",
    "Logins are counted by the minute for each address they come from, too.",
    source=sources.RATE_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=TIMED,
)
def login_by_address(client: Client) -> None:
    client.target.set_limits(auth_per_minute_per_ip=2)
    for _ in range(2):
        require(session_of(client.login()), "the login gives no session")
    _over(client.login(), "the third login from the address")


@fact(
    "zuora.limits.failures-count",
    "Requests that end in a fault count as well.",
    source=sources.RATE_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=LOWERED,
)
def failures_count(client: Client) -> None:
    require(client.session, "the login gives no session")
    client.target.set_limits(api_per_minute=2)
    for _ in range(2):
        same(client.query_reply("select Nothing from Account").fault().fault_code, "INVALID_FIELD", "the fault")
    _over(client.query_reply(PLAIN), "the third request")


def _headers(name: str, kind: str, expected: str) -> None:
    def check(client: Client) -> None:
        reply = client.get("/v1/entities", {"Authorization": f"ZSession {client.session}"})
        same(reply.status, 200, "HTTP status")
        nearest, _, windows = (reply.response.header("RateLimit-Limit") or "").partition(", ")
        same(windows, expected, "the windows in RateLimit-Limit")
        among(f"{nearest};", [each.partition("w=")[0] for each in windows.split(", ")], "the limit that is nearest")
        left, seconds = (reply.response.header(f"RateLimit-{name}") or "" for name in ("Remaining", "Reset"))
        require(left.isdigit() and 0 < int(left) < int(nearest), f"RateLimit-Remaining {left}")
        require(seconds.isdigit(), f"RateLimit-Reset {seconds}")

    fact(
        f"zuora.limits.figures-{name}",
        f"A tenant of kind {kind} has the limits `{expected}`, told by every REST reply.",
        source=sources.RATE_LIMITS,
        sure=Sure.DOCUMENTED,
        scenario=kind_of_tenant(kind),
    )(check)


@fact(
    "zuora.limits.timeout-set",
    "A tenant may let its sessions last longer, up to 8 hours.",
    source=sources.SECURITY,
    sure=Sure.DOCUMENTED,
    scenario=EVENING,
    needs=[Capability.CLOCK],
)
def timeout_set(client: Client) -> None:
    require(client.session, "the login gives no session")
    client.target.advance(7.9 * HOUR)
    answered(client, PLAIN)
    client.target.advance(8.1 * HOUR)
    same(client.query_reply(PLAIN).fault().fault_code, "INVALID_SESSION", "the fault after 8 hours")


@fact(
    "zuora.limits.address",
    "A login from an address that the tenant does not allow is a LoginFault in the documented words.",
    source=sources.FAULTS,
    sure=Sure.DOCUMENTED,
    scenario=NOWHERE,
)
def address(client: Client) -> None:
    fault = client.login().fault()
    same(fault.short, ("LoginFault", "INVALID_VALUE"), "the fault")
    text = "Your IP address may be restricted. Please contact the administrator at your company for help."
    same(fault.text, text, "the message")


@fact(
    "zuora.limits.lockout",
    "A user with too many wrong passwords in a row is locked out for a while, the right password refused too.",
    source=sources.SECURITY,
    sure=Sure.DOCUMENTED,
    scenario=LOCKING,
    needs=[Capability.CLOCK],
)
def lockout(client: Client) -> None:
    require(session_of(client.login()), "the login gives no session")
    for _ in range(3):
        client.login(password="wrong").fault()  # noqa: S106 - it is no secret
    same(client.login().fault().kind, "LoginFault", "the fault of the right password")
    client.target.advance(31 * MINUTE)
    require(session_of(client.login()), "the login after the lockout gives no session")


@fact(
    "zuora.limits.lockout-words",
    "A login during a lockout gets the words of a wrong password.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=LOCKING,
    needs=[Capability.CLOCK],
)
def lockout_words(client: Client) -> None:
    require(session_of(client.login()), "the login gives no session")
    for _ in range(3):
        client.login(password="wrong").fault()  # noqa: S106 - it is no secret
    fault = client.login().fault()
    same((fault.fault_code, fault.text), ("INVALID_VALUE", WRONG), "code and message")


@fact(
    "zuora.limits.lockout-in-a-row",
    "A right password in between begins the count of wrong ones anew.",
    source=sources.SECURITY,
    sure=Sure.INFERRED,
    scenario=LOCKING,
    needs=[Capability.CLOCK],
)
def lockout_in_a_row(client: Client) -> None:
    for _ in range(2):
        for _ in range(2):
            client.login(password="wrong").fault()  # noqa: S106 - it is no secret
        require(session_of(client.login()), "two wrong passwords lock the user out")


for _name, _kind, _expected in (
    ("production", "production", "50000;w=60, 2250000;w=3600, 27000000;w=86400"),
    ("developer", "developer", "12500;w=60, 25000;w=3600, 50000;w=86400"),
    ("api-sandbox", "api_sandbox", "2500;w=60, 5000;w=3600, 10000;w=86400"),
):
    _headers(_name, _kind, _expected)


@fact(
    "zuora.limits.concurrency-told",
    "REST replies tell the limit of requests in flight and what is left of it; SOAP replies do not.",
    source=sources.developer("rest-api/general-concepts/rate-concurrency-limits"),
    sure=Sure.DOCUMENTED,
    scenario=kind_of_tenant("production"),
)
def concurrency_told(client: Client) -> None:
    rest = client.get("/v1/entities", {"Authorization": f"ZSession {client.session}"}).response
    same(rest.header("Concurrency-Limit-Limit"), "40", "Concurrency-Limit-Limit of a REST reply")
    require((rest.header("Concurrency-Limit-Remaining") or "").isdigit(), "Concurrency-Limit-Remaining is no number")
    require(rest.header("Concurrency-Limit-Type"), "Concurrency-Limit-Type is absent")
    same(client.query_reply(PLAIN).response.header("Concurrency-Limit-Limit"), None, "the same of a SOAP reply")
