"""Row locks."""

from __future__ import annotations

from contracts.judging import same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, KEY, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
LOCKS = (Capability.LOCKS, Capability.WRITABLE)


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
    scenario=ORG,
    needs=LOCKS,
)
def many(client: SalesforceClient) -> None:
    client.target.hold("alpha", 60)
    message = client.update("Account", {"Id": client.target.id("alpha"), "Name": "x"}).result["message"]
    same(message.count(client.target.id("alpha")), 1, "how often the id is named")


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
