"""getUpdated, getDeleted and search."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import Reply, SalesforceClient, element
from contracts.salesforce.scenarios import EMPTY, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
CHANGING = (Capability.WRITABLE, Capability.CLOCK)


def _changes(client: SalesforceClient, operation: str, start: str, end: str) -> Reply:
    inside = element("sObjectType", "Account") + element("startDate", start) + element("endDate", end)
    return client.call(operation, inside)


@fact(
    "salesforce.replication.updated",
    "`getUpdated` tells the ids of what was made or changed in a span.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CHANGING,
)
def updated(client: SalesforceClient) -> None:
    now = client.call("getServerTimestamp").one("timestamp")
    made = client.made("Account", {"Name": "New"})
    client.target.advance(3600)
    later = client.call("getServerTimestamp").one("timestamp")
    same(_changes(client, "getUpdated", now, later).texts("ids"), [made], "the ids")


@fact(
    "salesforce.replication.deleted",
    "`getDeleted` tells the ids of what was deleted, and when.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CHANGING,
)
def deleted(client: SalesforceClient) -> None:
    now = client.call("getServerTimestamp").one("timestamp")
    made = client.made("Account", {"Name": "New"})
    client.by_ids("delete", made)
    client.target.advance(3600)
    later = client.call("getServerTimestamp").one("timestamp")
    reply = _changes(client, "getDeleted", now, later)
    same(reply.texts("id"), [made], "the ids")
    same(reply.one("deletedDate"), f"{now[:-5]}.000Z", "the moment")


@fact(
    "salesforce.replication.thirty-days",
    "A span begins within the last 30 days, or is INVALID_REPLICATION_DATE.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def thirty_days(client: SalesforceClient) -> None:
    same(
        _changes(client, "getUpdated", "2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z").fault.code,
        "INVALID_REPLICATION_DATE",
        "the code",
    )


@fact(
    "salesforce.replication.order",
    "A span begins before it ends, or is INVALID_REPLICATION_DATE.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def order(client: SalesforceClient) -> None:
    now = client.call("getServerTimestamp").one("timestamp")
    same(_changes(client, "getDeleted", now, now).fault.code, "INVALID_REPLICATION_DATE", "the code")


@fact(
    "salesforce.replication.seconds",
    "The seconds of a span are ignored.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CHANGING,
)
def seconds(client: SalesforceClient) -> None:
    client.target.advance(30)
    made = client.made("Account", {"Name": "New"})
    now = client.call("getServerTimestamp").one("timestamp")
    client.target.advance(3600)
    later = client.call("getServerTimestamp").one("timestamp")
    same(_changes(client, "getUpdated", now[:17] + "59.000Z", later).texts("ids"), [made], "the ids")


@fact(
    "salesforce.replication.most",
    "More ids than are told are EXCEEDED_ID_LIMIT.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=(*CHANGING, Capability.LIMITS),
)
def most(client: SalesforceClient) -> None:
    client.target.set_limits(replicated_ids=1)
    now = client.call("getServerTimestamp").one("timestamp")
    client.create("Account", {"Name": "One"}, {"Name": "Two"})
    client.target.advance(3600)
    later = client.call("getServerTimestamp").one("timestamp")
    same(_changes(client, "getUpdated", now, later).fault.code, "EXCEEDED_ID_LIMIT", "the code")


@fact(
    "salesforce.replication.search",
    "`search` finds records by words in their names.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def search(client: SalesforceClient) -> None:
    reply = client.call(
        "search", element("searchString", "FIND {gam*} IN NAME FIELDS RETURNING Account(Id, Name), Contact")
    )
    same(reply.texts("Name"), ["Gamma"], "the names")


@fact(
    "salesforce.replication.bad-search",
    "A search that cannot be read is MalformedSearchFault.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=ORG,
)
def bad_search(client: SalesforceClient) -> None:
    same(client.call("search", element("searchString", "gamma")).fault.kind, "MalformedSearchFault", "the type")


@fact(
    "salesforce.replication.covered",
    "Both tell until when the answer holds, and getDeleted from when on there is one.",
    source=sources.GET_UPDATED,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def covered_until(client: SalesforceClient) -> None:
    now = client.call("getServerTimestamp").one("timestamp")
    span = ("2026-01-14T00:00:00Z", now)
    updated, deleted = (_changes(client, name, *span) for name in ("getUpdated", "getDeleted"))
    covered = {updated.one("latestDateCovered"), deleted.one("latestDateCovered")}
    same(covered, {f"{now[:16]}:00.000Z"}, "what is covered")
    require(deleted.one("earliestDateAvailable") < span[0], f"from {deleted.one('earliestDateAvailable')} on")
