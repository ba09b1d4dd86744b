"""login, sessions, and what a tenant's policies do to them."""

from __future__ import annotations

from contracts.facts.zuora.asking import PLAIN, answered, password_first
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element
from contracts.zuora.replies import Fault, Reply, only
from contracts.zuora.scenarios import ACCOUNTS, EMPTY, ENTITIES, TWO_TENANTS

fact = ZUORA.fact

MINUTE = 60.0
WRONG = "Invalid login. User name and password do not match."


def session_of(reply: Reply) -> str:
    """The session a login gave."""
    return only(only(reply.answer("login"), "result"), "Session").text or ""


def _login_fault(reply: Reply) -> Fault:
    fault = reply.fault()
    same(fault.short, ("LoginFault", "INVALID_VALUE"), "the fault")
    same(reply.status, 500, "HTTP status")
    return fault


def _usable(client: Client, session: str) -> bool:
    body = f"<api:query>{element('queryString', PLAIN)}</api:query>"
    reply = client.call(body, session=session)
    if b"Fault>" in reply.bytes:
        same(reply.fault().fault_code, "INVALID_SESSION", "the fault of a session that cannot be used")
        return False
    return bool(reply.page().records)


@fact(
    "zuora.login.session",
    "A login gives a session that further calls are made in.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def session(client: Client) -> None:
    require(_usable(client, session_of(client.login())), "the session cannot be used")


@fact(
    "zuora.login.session-length",
    "A session id has at most 512 characters.",
    source=sources.soap_docs("soap-api-complex-types/loginresult"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def session_length(client: Client) -> None:
    key = session_of(client.login())
    require(0 < len(key) <= 512, f"the session id has {len(key)} characters")
    require(_usable(client, key), "the session cannot be used")


@fact(
    "zuora.login.wrong-password",
    "A wrong password is a LoginFault with INVALID_VALUE, not INVALID_LOGIN, in the recorded words.",
    source=f"{sources.CASSETTES}; {sources.FIXTURES}; {sources.NODE_CLIENT}",
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def wrong_password(client: Client) -> None:
    require(client.session, "the right password gives no session")
    same(_login_fault(client.login(password="wrong")).text, WRONG, "the message")  # noqa: S106 - it is no secret


@fact(
    "zuora.login.unknown-user",
    "An unknown user gets the same fault as a wrong password.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def unknown_user(client: Client) -> None:
    require(client.session, "the known user gets no session")
    same(_login_fault(client.login(username="nobody@example.com")).text, WRONG, "the message")


@fact(
    "zuora.login.order-password-first",
    "A login whose password comes before its username is refused: `Unexpected subelement username`.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def order_password_first(client: Client) -> None:
    require(client.session, "the right order gives no session")
    reply = password_first(client)
    same(reply.fault().text, "Unexpected subelement username", "the message")
    same(reply.status, 500, "HTTP status")


@fact(
    "zuora.login.order-server-fault",
    "A login out of order is a server fault without detail.",
    source=sources.LOGIN,
    sure=Sure.INFERRED,
    scenario=EMPTY,
)
def order_server_fault(client: Client) -> None:
    require(client.session, "the right order gives no session")
    fault = password_first(client).fault()
    same((fault.code, fault.kind), ("soapenv:Server", ""), "faultcode and detail")


def _entity_before(name: str) -> None:
    def check(client: Client) -> None:
        require(client.session, "the right order gives no session")
        who, entity = client.target.who("api"), client.target.entity("europe")
        value = entity.id if name == "entityId" else entity.name
        last = element("password", who.password)
        body = f"<api:login>{element('username', who.username)}{element(name, value)}{last}</api:login>"
        same(client.call(body, session="").fault().text, "Unexpected subelement password", "the message")

    fact(
        f"zuora.login.order-{name.lower()}",
        f"A login whose {name} comes before its password is refused: `Unexpected subelement password`.",
        source=sources.LOGIN,
        sure=Sure.DOCUMENTED,
        scenario=ENTITIES,
    )(check)


for _name in ("entityId", "entityName"):
    _entity_before(_name)


@fact(
    "zuora.login.no-session",
    "A call without a session is refused with INVALID_SESSION.",
    source=sources.SESSIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def no_session(client: Client) -> None:
    answered(client, PLAIN)
    reply = client.call(f"<api:query>{element('queryString', PLAIN)}</api:query>", session="")
    same(reply.fault().fault_code, "INVALID_SESSION", "FaultCode")


@fact(
    "zuora.login.invalid-session-code",
    "An unknown session is a fault whose faultcode is `fns:INVALID_SESSION`.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def invalid_session_code(client: Client) -> None:
    answered(client, PLAIN)
    body = f"<api:query>{element('queryString', PLAIN)}</api:query>"
    same(client.call(body, session="bogus").fault().code, "fns:INVALID_SESSION", "faultcode")


@fact(
    "zuora.login.invalid-session-kind",
    "An unknown session is an UnexpectedErrorFault, the only fault that all operations declare.",
    source=sources.WSDL_83,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def invalid_session_kind(client: Client) -> None:
    answered(client, PLAIN)
    row = f'<api:zObjects xsi:type="obj:Account">{element("Name", "x", "obj")}</api:zObjects>'
    for body in (
        f"<api:query>{element('queryString', PLAIN)}</api:query>",
        f"<api:create>{row}</api:create>",
        f"<api:delete>{element('type', 'Account')}{element('ids', '1')}</api:delete>",
        "<api:getUserInfo/>",
    ):
        fault = client.call(body, session="bogus").fault()
        same(fault.short, ("UnexpectedErrorFault", "INVALID_SESSION"), f"the fault of {body[:12]}")


@fact(
    "zuora.login.fifteen-minutes",
    "A session ends 15 minutes after it was last used, unless the tenant says otherwise.",
    source=f"{sources.SESSIONS}; {sources.SECURITY}",
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=[Capability.CLOCK],
)
def fifteen_minutes(client: Client) -> None:
    for minutes, usable in ((14.9, True), (15.1, False)):
        key = session_of(client.login())
        client.target.advance(minutes * MINUTE)
        same(_usable(client, key), usable, f"whether a session can be used after {minutes} minutes")


@fact(
    "zuora.login.use-prolongs",
    "Using a session begins its time anew.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ACCOUNTS,
    needs=[Capability.CLOCK],
)
def use_prolongs(client: Client) -> None:
    key = session_of(client.login())
    for _ in range(3):
        client.target.advance(10 * MINUTE)
        require(_usable(client, key), "the session ended though it was used every 10 minutes")
    client.target.advance(15.1 * MINUTE)
    require(not _usable(client, key), "the session outlasts 15 idle minutes")


@fact(
    "zuora.login.several-sessions",
    "A user may have several sessions at once.",
    source=sources.SESSIONS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def several_sessions(client: Client) -> None:
    first, second = (session_of(client.login()) for _ in range(2))
    require(first != second, "two logins give one session")
    require(_usable(client, first) and _usable(client, second), "one of two sessions cannot be used")


@fact(
    "zuora.login.created-by-user",
    "Rows carry the session's user as the one who made them.",
    source=sources.SESSIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def created_by_user(client: Client) -> None:
    made = client.made("Contact", {"AccountId": client.target.id("alder"), "FirstName": "A", "LastName": "B"})
    info = client.call("<api:getUserInfo/>").answer("getUserInfo")
    same(client.row("Contact", made, "CreatedById")["CreatedById"], only(info, "UserId").text, "CreatedById")


@fact(
    "zuora.login.session-other-version",
    "A session is good for every WSDL version.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def session_other_version(client: Client) -> None:
    for version in ("68.0", "115.0"):
        answered(client.at(version), PLAIN)


@fact(
    "zuora.login.tenants-apart",
    "A session sees its own tenant's rows and no other's, ids and numbers alike.",
    source=sources.LOGIN,
    sure=Sure.INFERRED,
    scenario=TWO_TENANTS,
)
def tenants_apart(client: Client) -> None:
    same(client.names(PLAIN) & {"alder", "yew"}, {"alder"}, "what the first tenant sees")
    other = client.another(role="neighbour")
    same(other.names(PLAIN) & {"alder", "yew"}, {"yew"}, "what the second tenant sees")
    same(other.query("select Name from Account where AccountNumber = 'CT-0001'").one["Name"], "Yew", "its CT-0001")
    same(client.query(f"select Id from Account where Id = '{client.target.id('yew')}'").size, 0, "the other's by id")
