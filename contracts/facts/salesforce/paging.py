"""Pages of results, and their locators."""

from __future__ import annotations

import re

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import FAMILY, LONG_TEXTS, ORG, PAGES
from contracts.target import Capability

fact = SALESFORCE.fact
PLAIN = "SELECT Id FROM Account"
CLOCK = (Capability.CLOCK,)


def _locator(client: SalesforceClient, size: int | None = None) -> str:
    return client.query(PLAIN, batch_size=size).one("queryLocator")


@fact(
    "salesforce.paging.default",
    "A page has 2,000 rows unless asked otherwise, and no more.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def default(client: SalesforceClient) -> None:
    for size in (None, 5_000):
        reply = client.query(PLAIN, batch_size=size)
        same(
            (len(reply.records), reply.one("done"), reply.one("size")), (2000, "false", "2001"), f"the page with {size}"
        )


@fact(
    "salesforce.paging.least",
    "A page has at least 200 rows.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def least(client: SalesforceClient) -> None:
    same(len(client.query(PLAIN, batch_size=1).records), 200, "the rows")


@fact(
    "salesforce.paging.all-once",
    "The pages of a query have every row once.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def all_once(client: SalesforceClient) -> None:
    reply = client.query(PLAIN, batch_size=700)
    found = [each["Id"] for each in reply.records]
    while reply.one("done") == "false":
        reply = client.more(reply.one("queryLocator"))
        found += [each["Id"] for each in reply.records]
    same((len(found), len(set(found))), (2001, 2001), "rows and different rows")


@fact(
    "salesforce.paging.locator-form",
    "A locator has 18 characters and begins with 0r8.",
    source=sources.CURSORS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def locator_form(client: SalesforceClient) -> None:
    require(re.fullmatch(r"0r8\w{15}", _locator(client)), "the form is another")


@fact(
    "salesforce.paging.two-days",
    "A result is kept for two days.",
    source=sources.CURSORS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
    needs=CLOCK,
)
def two_days(client: SalesforceClient) -> None:
    locator = _locator(client)
    client.target.advance(47 * 3600)
    same(client.forget().more(locator).status, 200, "the status after 47 hours")
    client.target.advance(3600)
    same(client.forget().more(locator).fault.code, "INVALID_QUERY_LOCATOR", "the code after 48")


@fact(
    "salesforce.paging.unlimited",
    "A user may have more than ten results open.",
    source=sources.CURSORS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def unlimited(client: SalesforceClient) -> None:
    locators = [_locator(client) for _ in range(12)]
    same(client.more(locators[0]).status, 200, "the status of the first")


@fact(
    "salesforce.paging.legacy",
    "Where the older rule holds, the eleventh result lets go of the first.",
    source=sources.CURSORS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
    needs=(Capability.LIMITS,),
)
def legacy(client: SalesforceClient) -> None:
    client.target.set_limits(cursors_per_user=10)
    locators = [_locator(client) for _ in range(11)]
    same(client.more(locators[0]).fault.code, "INVALID_QUERY_LOCATOR", "the code of the first")
    same(client.more(locators[1]).status, 200, "the status of the second")


@fact(
    "salesforce.paging.bad-locator",
    "A locator that is none: INVALID_QUERY_LOCATOR, invalid query locator.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def bad_locator(client: SalesforceClient) -> None:
    fault = client.more("nonsense").fault
    same((fault.code, fault.message), ("INVALID_QUERY_LOCATOR", "invalid query locator"), "the fault")


@fact(
    "salesforce.paging.groups",
    "A grouped query has one page only.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=PAGES,
)
def groups(client: SalesforceClient) -> None:
    reply = client.query("SELECT Name, COUNT(Id) FROM Account GROUP BY Name")
    require("Aggregate query does not support queryMore()" in reply.fault.message, reply.fault.message)


@fact(
    "salesforce.paging.long-texts",
    "With two long text areas of its own selected a page has at most 200 rows.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=LONG_TEXTS,
)
def long_texts(client: SalesforceClient) -> None:
    same(len(client.query("SELECT Long1__c FROM Account").records), 201, "the rows with one")
    same(len(client.query("SELECT Long1__c, Long2__c FROM Account").records), 200, "the rows with two")


@fact(
    "salesforce.paging.children-count",
    "Children count towards the size of a page.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=FAMILY,
)
def children_count(client: SalesforceClient) -> None:
    reply = client.query("SELECT Id, (SELECT Id FROM Contacts) FROM Account", batch_size=200)
    parents = reply.root.findall(".//{*}queryResponse/{*}result/{*}records")
    rows = len(list(reply.root.iter("{*}records")))
    require(len(parents) < 150 and rows <= 200, f"the first page has {len(parents)} parents and {rows} rows")
    same(reply.texts("size")[-1:], ["150"], "the size")
