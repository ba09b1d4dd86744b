"""upsert: what its key finds, and what is said when it finds nothing or too much."""

from __future__ import annotations

from contracts.judging import same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, KEY, MODEST, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)

_NO_KEY = "Field name provided, Site does not match an External ID, Salesforce Id, or indexed field for Account"


@fact(
    "salesforce.rows.upsert-one",
    "An upsert changes the record its key finds, and makes one where there is none.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_one(client: SalesforceClient) -> None:
    new = {KEY: "new", "Name": "x", "Zuora__Account__c": client.target.id("alpha")}
    first, second = client.upsert(KEY, BILLING, {KEY: "Key-1", "Name": "Changed"}, new).pair
    same((first["created"], first["id"]), ("false", client.target.id("billing")), "the record found")
    same(second["created"], "true", "the other")


@fact(
    "salesforce.rows.upsert-many",
    "A key that several records have is DUPLICATE_EXTERNAL_ID, with their ids.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_many(client: SalesforceClient) -> None:
    ids = sorted(client.made("Contact", {"LastName": "x", "Email": "same@example.com"}) for _ in range(2))
    found = client.upsert("Email", "Contact", {"LastName": "y", "Email": "same@example.com"}).result
    same(
        (found["statusCode"], found["message"]),
        ("DUPLICATE_EXTERNAL_ID", f"Email: more than one record found for external id field: [{', '.join(ids)}]"),
        "the error",
    )


@fact(
    "salesforce.rows.upsert-twice",
    "A key given twice in a call fails every row that has it, and none is saved.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_twice(client: SalesforceClient) -> None:
    values = {KEY: "twice", "Name": "x", "Zuora__Account__c": client.target.id("alpha")}
    for found in client.upsert(KEY, BILLING, values, values).results:
        same(
            (found["statusCode"], found["message"]),
            ("DUPLICATE_VALUE", "Duplicate external id specified: twice"),
            "the error",
        )
    same(client.query(f"SELECT Id FROM {BILLING} WHERE {KEY} = 'twice'").one("size"), "0", "the rows saved")


@fact(
    "salesforce.rows.upsert-no-key",
    "A row without the key is MISSING_ARGUMENT: … not specified.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_no_key(client: SalesforceClient) -> None:
    found = client.upsert(KEY, BILLING, {"Name": "x"}).result
    same((found["statusCode"], found["message"]), ("MISSING_ARGUMENT", f"{KEY} not specified"), "the error")


@fact(
    "salesforce.rows.upsert-not-a-key",
    "A field that is no key fails the request: it does not match an External ID, Salesforce Id, or indexed field.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ORG,
)
def upsert_not_a_key(client: SalesforceClient) -> None:
    same(client.upsert("Site", "Account", {"Name": "x", "Site": "x"}).fault.message, _NO_KEY, "the message")


@fact(
    "salesforce.rows.upsert-by-id",
    "Id is a key of every object.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_by_id(client: SalesforceClient) -> None:
    same(
        client.upsert("Id", "Account", {"Id": client.target.id("alpha"), "Name": "x"}).result["created"],
        "false",
        "created",
    )


@fact(
    "salesforce.rows.upsert-case",
    "A key that tells case apart finds its own case only.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def upsert_case(client: SalesforceClient) -> None:
    same(
        client.upsert(KEY, BILLING, {KEY: "key-1", "Name": "x"}).result["id"],
        client.target.id("second billing"),
        "the record",
    )


@fact(
    "salesforce.rows.upsert-one-type",
    "An upsert takes one type only.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def upsert_one_type(client: SalesforceClient) -> None:
    inside = "<p:externalIDFieldName>Id</p:externalIDFieldName><p:sObjects><o:type>Account</o:type></p:sObjects><p:sObjects><o:type>Contact</o:type></p:sObjects>"
    same(client.call("upsert", inside).status, 500, "the status")


# delete and undelete


@fact(
    "salesforce.rows.upsert-needs-view",
    "An upsert by a field that is not unique needs a user who sees all data.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=MODEST,
    needs=(Capability.WRITABLE,),
)
def upsert_needs_view(client: SalesforceClient) -> None:
    found = client.upsert("Key__c", "Account", {"Name": "x", "Key__c": "k"}).result
    saved = client.query("SELECT Id FROM Account WHERE Key__c = 'k'").one("size")
    same((found["success"], saved), ("false", "0"), "what became of it")


@fact(
    "salesforce.rows.child-first",
    "A child that comes before its parent in one call does not find it.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=(Capability.WRITABLE,),
)
def child_first(client: SalesforceClient) -> None:
    parent, child = _family(client)
    first, second = client.create(BILLING, child, parent).pair
    same((first["success"], second["success"]), ("false", "true"), "the successes of a child and its parent")


@fact(
    "salesforce.rows.same-type",
    "Two rows of one type in one batch do not find each other.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=(Capability.WRITABLE,),
)
def same_type(client: SalesforceClient) -> None:
    parent, child = _family(client)
    first, second = client.create(BILLING, parent, child).pair
    same((first["success"], second["success"]), ("true", "false"), "the successes of a parent and its child")
    same(second["statusCode"], "INVALID_FIELD", "the code")


def _family(client: SalesforceClient) -> tuple[dict[str, object], dict[str, object]]:
    """A parent, and a child that names it by its key."""
    account = {"Zuora__Account__c": client.target.id("alpha")}
    parent: dict[str, object] = {"Name": "p", KEY: "parent", **account}
    return parent, {"Name": "c", KEY: "child", "Zuora__Parent__r": {"type": BILLING, KEY: "parent"}, **account}
