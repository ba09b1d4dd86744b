"""Row locks."""

from __future__ import annotations

from contracts.judging import one, require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, KEY, ORG, TWELVE
from contracts.target import Capability

fact = SALESFORCE.fact
LOCKS = (Capability.LOCKS, Capability.WRITABLE)


def _renamed(ids: list[str]) -> list[dict[str, str]]:
    return [{"Id": each, "Name": "x"} for each in ids]


def _code(found: dict[str, str]) -> str:
    return found.get("statusCode", "saved")


@fact(
    "salesforce.locks.waits",
    "A write waits for a lock that ends within ten seconds.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def waits(client: SalesforceClient) -> None:
    client.target.hold("alpha", 10)
    same(
        _code(client.update("Account", {"Id": client.target.id("alpha"), "Name": "x"}).result),
        "saved",
        "what became of it",
    )


@fact(
    "salesforce.locks.fails",
    "A write fails when a lock lasts longer: UNABLE_TO_LOCK_ROW, with the record's id.",
    source=sources.DRIVER_LOG,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=LOCKS,
)
def fails(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    client.target.hold("alpha", 11)
    found = client.update("Account", {"Id": id_, "Name": "x"}).result
    same(
        (_code(found), found["message"]),
        ("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {id_}"),
        "the error",
    )


@fact(
    "salesforce.locks.whole-batch",
    "One row that cannot be locked fails the whole batch.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def whole_batch(client: SalesforceClient) -> None:
    client.target.hold("alpha", 60)
    rows = [{"Id": client.target.id(each), "Name": "x"} for each in ("alpha", "beta")]
    same([_code(each) for each in client.update("Account", *rows).results], ["UNABLE_TO_LOCK_ROW"] * 2, "the codes")


@fact(
    "salesforce.locks.master",
    "A detail that is made, changed or deleted locks its master.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def master(client: SalesforceClient) -> None:
    ids = client.target.id
    client.target.hold("alpha", 3600)
    new = {"Name": "x", KEY: "new", "Zuora__Account__c": ids("alpha")}
    same(_code(client.create(BILLING, new).result), "UNABLE_TO_LOCK_ROW", "a new one")
    same(
        _code(client.update(BILLING, {"Id": ids("billing"), "Name": "x"}).result), "UNABLE_TO_LOCK_ROW", "a changed one"
    )
    same(_code(client.by_ids("delete", ids("billing")).result), "UNABLE_TO_LOCK_ROW", "a deleted one")


@fact(
    "salesforce.locks.reparent",
    "A detail that moves locks both masters.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def reparent(client: SalesforceClient) -> None:
    ids = client.target.id
    for held in ("alpha", "beta"):
        client.target.hold(held, 60)
        moved = {"Id": ids("billing"), "Zuora__Account__c": ids("beta")}
        same(_code(client.update(BILLING, moved).result), "UNABLE_TO_LOCK_ROW", f"with {held} held")
        client.target.hold(held, 0)


@fact(
    "salesforce.locks.lookup",
    "A lookup that a delete would empty does not lock its target.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def lookup(client: SalesforceClient) -> None:
    client.target.hold("alpha", 60)
    same(
        _code(client.create("Account", {"Name": "x", "ParentId": client.target.id("alpha")}).result),
        "saved",
        "what became of it",
    )


@fact(
    "salesforce.locks.many",
    "Of more than ten ids the message names ten and counts the others.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=TWELVE,
    needs=LOCKS,
)
def many(client: SalesforceClient) -> None:
    names = [each.name for each in TWELVE.rows]
    for each in names:
        client.target.hold(each, 60)
    ids = [client.target.id(each) for each in names]
    message = one({each["message"] for each in client.update("Account", *_renamed(ids)).results}, "the messages")
    start = "unable to obtain exclusive access to this record or 12 records: "
    require(message.startswith(start) and message.endswith(", ... (2 more)"), message)
    named = message.removeprefix(start).removesuffix(", ... (2 more)").split(",")
    require(len(set(named)) == 10 and set(named) <= set(ids), f"the ids named are {named}")


@fact(
    "salesforce.locks.guarded-lookup",
    "A lookup that does not just become empty when its target is deleted locks the target when it is set.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LOCKS,
)
def guarded_lookup(client: SalesforceClient) -> None:
    client.target.hold("alpha", 60)
    new = {"LastName": "x", "AccountId": client.target.id("alpha")}
    same(_code(client.create("Contact", new).result), "UNABLE_TO_LOCK_ROW", "a contact of the account")
    orphan = client.target.id("orphan")
    same(_code(client.update("Contact", {"Id": orphan, "LastName": "x"}).result), "saved", "another contact")


@fact(
    "salesforce.locks.ends",
    "A lock that has ended holds nobody up.",
    source=sources.LOCKING,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=(*LOCKS, Capability.CLOCK),
)
def ends(client: SalesforceClient) -> None:
    client.target.hold("alpha", 60)
    client.target.advance(60)
    same(
        _code(client.update("Account", {"Id": client.target.id("alpha"), "Name": "x"}).result),
        "saved",
        "what became of it",
    )
