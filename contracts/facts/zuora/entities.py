"""Multi-entity: which entity a login enters, and that entities share nothing of their accounts."""

from __future__ import annotations

from contracts.facts.zuora.asking import PLAIN
from contracts.facts.zuora.description import Description
from contracts.facts.zuora.login import session_of
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element
from contracts.zuora.scenarios import ACCOUNTS, ENTITIES

fact = ZUORA.fact

MULTI_ENTITY = sources.soap_docs("coding-overview/sample-code-for-multi-entity")


def _seen_with(client: Client, extra: str, role: str = "api") -> set[str]:
    """What a session sees that was opened with these further elements."""
    other = client.another(role=role)
    key = session_of(other.login(extra=extra))
    reply = client.call(f"<api:query>{element('queryString', PLAIN)}</api:query>", session=key)
    known = {id_: name for name, id_ in client.target.ids().items()}
    return {known[each] for each in reply.page().ids if each in known}


@fact(
    "zuora.entities.home",
    "A login that names no entity enters the one the user was made in.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def home(client: Client) -> None:
    same(_seen_with(client, ""), {"maple"}, "what the user of the global entity sees")
    same(_seen_with(client, "", "stray"), {"oak"}, "what the user of the other entity sees")


@fact(
    "zuora.entities.by-id",
    "A login enters the entity whose id it gives.",
    source=MULTI_ENTITY,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def by_id(client: Client) -> None:
    same(_seen_with(client, element("entityId", client.target.entity("europe").id)), {"oak"}, "what is seen")


@fact(
    "zuora.entities.by-name",
    "A login enters the entity whose name it gives.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def by_name(client: Client) -> None:
    same(_seen_with(client, element("entityName", client.target.entity("europe").name)), {"oak"}, "what is seen")


@fact(
    "zuora.entities.not-both",
    "A login with an entity's id and name is refused, even when both mean the same.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def not_both(client: Client) -> None:
    require(client.session, "the plain login gives no session")
    entity = client.target.entity("europe")
    reply = client.login(extra=element("entityId", entity.id) + element("entityName", entity.name))
    same(reply.fault().kind, "LoginFault", "the fault")


@fact(
    "zuora.entities.permission",
    "A login to an entity that the user may not enter is refused.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def permission(client: Client) -> None:
    europe = element("entityId", client.target.entity("europe").id)
    require(session_of(client.login(extra=europe)), "the user with access gets no session")
    same(client.another(role="home").login(extra=europe).fault().kind, "LoginFault", "the fault")


@fact(
    "zuora.entities.unknown",
    "An entity that there is not gets the same refusal as one that may not be entered.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ENTITIES,
)
def unknown(client: Client) -> None:
    require(client.session, "the plain login gives no session")
    hidden = client.another(role="home").login(extra=element("entityName", "Europe")).fault()
    missing = client.another(role="home").login(extra=element("entityName", "Nowhere")).fault()
    same(missing.short, hidden.short, "the fault")
    same(missing.text.replace("Nowhere", "Europe"), hidden.text, "the message")


@fact(
    "zuora.entities.rows-apart",
    "Rows of one entity cannot be read, changed or deleted from another, not even by id.",
    source=sources.docs("multi-entity/multi-entity-overview"),
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
    needs=[Capability.WRITABLE],
)
def rows_apart(client: Client) -> None:
    oak, europe = client.target.id("oak"), client.another(entity="europe")
    same(client.query(f"select Id from Account where Id = '{oak}'").size, 0, "oak, seen from the global entity")
    require(not client.update("Account", {"Id": oak, "Name": "Taken"})[0].success, "oak is changed from outside")
    require(not client.delete("Account", oak)[0].success, "oak is deleted from outside")
    same(europe.row("Account", oak, "Name"), {"Name": "Oak"}, "oak, seen from its entity")


@fact(
    "zuora.entities.cursor-apart",
    "A locator of one entity is refused in another.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ENTITIES,
    needs=[Capability.WRITABLE],
)
def cursor_apart(client: Client) -> None:
    client.made("Account", {"Name": "M2", "Currency": "USD", "Batch": "Batch1", "BillCycleDay": 1})
    page = client.query(PLAIN, batch_size=1)
    require(client.more(page.locator).records, "the locator is no good in its own entity")
    fault = client.another(entity="europe").more_reply(page.locator or "").fault()
    same(fault.kind, "InvalidQueryLocatorFault", "the fault")


@fact(
    "zuora.entities.numbers-apart",
    "Each entity counts its account numbers by itself.",
    source=sources.docs("multi-entity/multi-entity-overview"),
    sure=Sure.INFERRED,
    scenario=ENTITIES,
    needs=[Capability.WRITABLE],
)
def numbers_apart(client: Client) -> None:
    values = {"Name": "N", "Currency": "USD", "Batch": "Batch1", "BillCycleDay": 1}
    europe = client.another(entity="europe")
    first, second = client.made("Account", values), europe.made("Account", values)
    one = client.row("Account", first, "AccountNumber")["AccountNumber"]
    same(europe.row("Account", second, "AccountNumber")["AccountNumber"], one, "the first number of each")
    next_ = client.row("Account", client.made("Account", values), "AccountNumber")["AccountNumber"]
    require(next_ > one, f"the number after {one} is {next_}")


@fact(
    "zuora.entities.single",
    "A tenant that is not multi-entity takes no entity at login.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def single(client: Client) -> None:
    require(session_of(client.login()), "the plain login gives no session")
    require(client.login(extra=element("entityId", "6337")).fault().code, "a login with an entity goes well")


@fact(
    "zuora.entities.in-wsdl",
    "The WSDL lists entityId and entityName for login in a multi-entity tenant only.",
    source=sources.LOGIN,
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def in_wsdl(client: Client) -> None:
    found = Description(client).names("element", "login")
    same(found, ["username", "password", "entityId", "entityName"], "what login takes")


@fact(
    "zuora.entities.not-in-wsdl",
    "The WSDL of a tenant that is not multi-entity has a login of username and password.",
    source=f"{sources.WSDL_83}; {sources.WSDL_78}",
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
)
def not_in_wsdl(client: Client) -> None:
    same(Description(client).names("element", "login"), ["username", "password"], "what login takes")


@fact(
    "zuora.entities.name-from-79",
    "Login takes entityName from WSDL 79 on.",
    source=sources.soap_docs("zuora-soap-api-version-history"),
    sure=Sure.DOCUMENTED,
    scenario=ENTITIES,
)
def name_from_79(client: Client) -> None:
    older, newer = (Description(client, version).names("element", "login") for version in ("78.0", "79.0"))
    same(("entityName" in older, "entityName" in newer), (False, True), "whether there is entityName at 78 and 79")
