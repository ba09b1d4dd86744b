"""queryMore: pages, locators, and how long a result is kept."""

from __future__ import annotations

import re

from contracts.facts.zuora.asking import PLAIN
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.replies import only
from contracts.zuora.scenarios import ACCOUNTS, EVENING, MANY, TWO_TENANTS

fact = ZUORA.fact

MINUTE = 60.0
QUERY_R180 = sources.docs("release notes R180: results of queries")


@fact(
    "zuora.paging.batch-size",
    "A page holds as many rows as batchSize says.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def batch_size(client: Client) -> None:
    for rows in (1, 2, 4):
        page = client.query(PLAIN, batch_size=rows)
        same(len(page.records), rows, f"rows with batchSize {rows}")
        require(not page.done, "the first of several pages is done")


@fact(
    "zuora.paging.locator-form",
    "A locator is 32 hex digits, a dash, and the number of the next row.",
    source=f"{sources.CASSETTES}; {sources.QUERY_MORE}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def locator_form(client: Client) -> None:
    first = client.query(PLAIN, batch_size=2).locator or ""
    require(re.fullmatch(r"[0-9a-f]{32}-2", first), f"the first locator is {first!r}")
    second = client.more(first, batch_size=2).locator or ""
    same(second, first[:-1] + "4", "the second locator")


@fact(
    "zuora.paging.all-rows-once",
    "The pages of a query hold every row once.",
    source=sources.QUERY_MORE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def all_rows_once(client: Client) -> None:
    whole = client.query(PLAIN).ids
    page = client.query(PLAIN, batch_size=2)
    found = list(page.ids)
    while not page.done:
        page = client.more(page.locator, batch_size=2)
        found += page.ids
    require(len(found) >= 5, f"{len(found)} rows")
    same(sorted(found), sorted(whole), "the rows of all pages")


@fact(
    "zuora.paging.batch-size-changes",
    "Each queryMore may ask for a page of another size.",
    source=sources.QUERY_MORE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def batch_size_changes(client: Client) -> None:
    page = client.query(PLAIN, batch_size=1)
    page = client.more(page.locator, batch_size=3)
    same((len(page.records), (page.locator or "").rpartition("-")[2]), (3, "4"), "rows and next row")


@fact(
    "zuora.paging.exact-page",
    "A result that fills its page exactly is done.",
    source=sources.QUERY_MORE,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def exact_page(client: Client) -> None:
    rows = client.query(PLAIN).size
    page = client.query(PLAIN, batch_size=rows)
    same((page.done, page.locator, len(page.records)), (True, None, rows), "done, locator and rows")
    require(rows > 0, "there are no rows")


@fact(
    "zuora.paging.two-thousand",
    "A page holds 2,000 rows when batchSize is absent or 0.",
    source=f"{sources.QUERY_OPTIONS}; {sources.CASSETTES}",
    sure=Sure.RECORDED,
    scenario=MANY,
)
def two_thousand(client: Client) -> None:
    for size in (None, 0):
        page = client.query(PLAIN, batch_size=size)
        same((len(page.records), page.done), (2000, False), f"rows with batchSize {size}, and done")
    same((page.locator or "").rpartition("-")[2], "2000", "the next row")


@fact(
    "zuora.paging.more-than-two-thousand",
    "A batchSize above 2,000 counts as 2,000.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=MANY,
)
def more_than_two_thousand(client: Client) -> None:
    page = client.query(PLAIN, batch_size=5000)
    same((len(page.records), page.done), (2000, False), "rows and done")
    require(client.more(page.locator).done, "the second page is not the last")


@fact(
    "zuora.paging.hundred-before-6",
    "Up to WSDL 5 a page holds 100 rows.",
    source=sources.QUERY_MORE,
    sure=Sure.DOCUMENTED,
    scenario=MANY,
)
def hundred_before_6(client: Client) -> None:
    same(len(client.query(PLAIN, version="5.0").records), 100, "rows at WSDL 5")
    same(len(client.query(PLAIN, version="6.0").records), 2000, "rows at WSDL 6")


@fact(
    "zuora.paging.fifteen-minutes",
    "A locator ends after 15 minutes without use, with an InvalidQueryLocatorFault.",
    source=sources.QUERY_MORE,
    sure=Sure.DOCUMENTED,
    scenario=EVENING,
    needs=[Capability.CLOCK],
)
def fifteen_minutes(client: Client) -> None:
    locator = client.query(PLAIN, batch_size=1).locator
    client.target.advance(14.9 * MINUTE)
    locator = client.more(locator, batch_size=1).locator
    client.target.advance(15.1 * MINUTE)
    fault = client.more_reply(locator or "").fault()
    same(fault.kind, "InvalidQueryLocatorFault", "the fault after 15 minutes")


@fact(
    "zuora.paging.use-prolongs",
    "Each page that is read begins the locator's 15 minutes anew.",
    source=sources.QUERY_MORE,
    sure=Sure.INFERRED,
    scenario=EVENING,
    needs=[Capability.CLOCK],
)
def use_prolongs(client: Client) -> None:
    page = client.query(PLAIN, batch_size=1)
    for _ in range(3):
        client.target.advance(10 * MINUTE)
        page = client.more(page.locator, batch_size=1)
    require(page.records, "the last page is empty")


@fact(
    "zuora.paging.bad-locator",
    "A locator that is none is an InvalidQueryLocatorFault.",
    source=sources.ERRORS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def bad_locator(client: Client) -> None:
    require(client.more(client.query(PLAIN, batch_size=2).locator).records, "a good locator finds nothing")
    for locator in ("", "nonsense", f"{'0' * 32}-2"):
        same(client.more_reply(locator).fault().kind, "InvalidQueryLocatorFault", f"the fault of {locator!r}")


@fact(
    "zuora.paging.snapshot",
    "A result does not change while it is read, whatever is created or deleted meanwhile.",
    source=sources.QUERY_MORE,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE],
)
def snapshot(client: Client) -> None:
    whole = client.query("select Id from Contact").ids
    page = client.query("select Id from Contact", batch_size=1)
    client.delete("Contact", client.target.id("ben"))
    client.made("Contact", {"AccountId": client.target.id("alder"), "FirstName": "A", "LastName": "New"})
    found, size = list(page.ids), page.size
    while not page.done:
        page = client.more(page.locator, batch_size=1)
        found += page.ids
        same(page.size, size, "size")
    same(sorted(found), sorted(whole), "the rows of all pages")
    require(len(whole) > 1, "there is one page only")


@fact(
    "zuora.paging.again",
    "A locator may be used again, for the same page.",
    source=sources.QUERY_MORE,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def again(client: Client) -> None:
    locator = client.query(PLAIN, batch_size=2).locator
    first, second = (client.more(locator, batch_size=2).ids for _ in range(2))
    same((len(first), second), (2, first), "the page, read twice")


@fact(
    "zuora.paging.other-offset",
    "The number after a locator's dash says at which row its page begins.",
    source=sources.QUERY_MORE,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def other_offset(client: Client) -> None:
    whole = client.query(PLAIN).ids
    page = client.query(PLAIN, batch_size=1)
    head = (page.locator or "").rpartition("-")[0]
    require(len(whole) > 3, f"{len(whole)} rows")
    same(client.more(f"{head}-3").ids, whole[3:], "the rows from the fourth on")


@fact(
    "zuora.paging.own-session",
    "A locator is good in its own session only, not in another of the same user.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ACCOUNTS,
)
def own_session(client: Client) -> None:
    locator = client.query(PLAIN, batch_size=2).locator or ""
    fault = client.another().more_reply(locator).fault()
    same(fault.kind, "InvalidQueryLocatorFault", "the fault")
    require(client.more(locator).records, "the locator is no good to its own session")


@fact(
    "zuora.paging.other-tenant",
    "A locator of another tenant's session is an InvalidQueryLocatorFault.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=TWO_TENANTS,
)
def other_tenant(client: Client) -> None:
    locator = client.query(PLAIN, batch_size=2).locator or ""
    fault = client.another(role="neighbour").more_reply(locator).fault()
    same(fault.kind, "InvalidQueryLocatorFault", "the fault")
    require(client.more(locator).records, "the locator is no good to its own session")


@fact(
    "zuora.paging.answer-name",
    "The answer to queryMore is a `queryMoreResponse`, its result like that of query.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
)
def answer_name(client: Client) -> None:
    reply = client.more_reply(client.query(PLAIN, batch_size=2).locator or "", batch_size=2)
    only(reply.answer("queryMore"), "result")
    same(reply.page("queryMore").children, ("done", "queryLocator", "records", "records", "size"), "children")


@fact(
    "zuora.paging.five-days",
    "What lies beyond the first page is kept for five days at most, however often it is read.",
    source=QUERY_R180,
    sure=Sure.DOCUMENTED,
    scenario=EVENING,
    needs=[Capability.CLOCK],
)
def five_days(client: Client) -> None:
    locator = client.query(PLAIN, batch_size=1).locator
    for _ in range(24 * 4):
        client.target.advance(14 * MINUTE)
        require(client.more(locator, batch_size=1).records, "the locator ends within a day")
    for _ in range(24 * 4 * 5):
        client.target.advance(14 * MINUTE)
        reply = client.more_reply(locator or "", batch_size=1)
        if b"Fault>" in reply.bytes:
            same(reply.fault().kind, "InvalidQueryLocatorFault", "the fault")
            return
    require(None, "the locator outlasts five days")
