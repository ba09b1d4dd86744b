"""Ids, orgs that are kept apart, and who is logged in."""

from __future__ import annotations

from contracts.judging import same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import EMPTY, ORG, TWO_ORGS
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)


@fact(
    "salesforce.wire.id-case",
    "Ids of 15 characters mean the same records as those of 18.",
    source=sources.IDS,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def id_case(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    same(client.names(f"SELECT Id FROM Account WHERE Id = '{id_[:15]}'"), {"alpha"}, "what is found")


@fact(
    "salesforce.wire.checksum",
    "The last three characters of an id tell the case of each five before.",
    source=sources.IDS,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def checksum(client: SalesforceClient) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    found = [each["Id"] for each in client.query("SELECT Id FROM Account").records]
    same(len(found), 3, "the records")
    for id_ in found:
        tail = "".join(
            letters[sum(1 << n for n, mark in enumerate(id_[at : at + 5]) if mark.isupper())] for at in (0, 5, 10)
        )
        same(id_[15:], tail, f"the checksum of {id_}")


@fact(
    "salesforce.wire.prefixes",
    "Ids begin with their object's prefix: 001 Account, 003 Contact, 005 User, 00D the org, a custom object a letter.",
    source=sources.IDS,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def prefixes(client: SalesforceClient) -> None:
    reply = client.call("getUserInfo")
    same(client.target.id("alpha")[:3], "001", "Account")
    same(client.target.id("contact")[:3], "003", "Contact")
    same(reply.one("userId")[:3], "005", "User")
    same(reply.one("organizationId")[:3], "00D", "the org")
    same(client.target.id("billing")[0], "a", "a custom object")


@fact(
    "salesforce.wire.orgs-apart",
    "A record of another org is not there.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=TWO_ORGS,
)
def orgs_apart(client: SalesforceClient) -> None:
    theirs = client.target.id("theirs")
    same(client.query(f"SELECT Id FROM Account WHERE Id = '{theirs}'").one("size"), "0", "the size")
    same(client.by_ids("delete", theirs).result["statusCode"], "INVALID_CROSS_REFERENCE_KEY", "the code of a delete")


@fact(
    "salesforce.wire.user-info",
    "`getUserInfo` tells the user, the org, Theme3, Standard, 7200 seconds and 5242880 bytes.",
    source="GitHub IlluminatedCloud, issue 1980",
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def user_info(client: SalesforceClient) -> None:
    reply = client.call("getUserInfo")
    same(reply.one("userName"), client.target.who("api").username, "the user's name")
    expected = {
        "userUiSkin": "Theme3",
        "userType": "Standard",
        "sessionSecondsValid": "7200",
        "orgAttachmentFileSizeLimit": "5242880",
        "currencySymbol": "$",
    }
    for name, value in expected.items():
        same(reply.one(name), value, name)
