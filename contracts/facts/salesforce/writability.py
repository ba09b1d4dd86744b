"""What may be written, and by whom."""

from __future__ import annotations

from contracts.judging import same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import MODEST, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)


@fact(
    "salesforce.rows.hidden-from-user",
    "A field that this user may not write is refused like one that nobody may.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=MODEST,
    needs=WRITABLE,
)
def hidden_from_user(client: SalesforceClient) -> None:
    found = client.create("Account", {"Name": "x", "Site": "y"}).result
    same((found["statusCode"], found["fields"]), ("INVALID_FIELD_FOR_INSERT_UPDATE", "Site"), "the error")


@fact(
    "salesforce.rows.system-fields",
    "CreatedDate, LastModifiedDate, SystemModstamp and those who did it cannot be set.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def system_fields(client: SalesforceClient) -> None:
    who = client.target.id("alpha")
    for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp", "CreatedById", "LastModifiedById"):
        value = "2026-01-01T00:00:00Z" if not name.endswith("Id") else who
        found = client.update("Account", {"Id": client.target.id("beta"), name: value}).result
        same((found["statusCode"], found["fields"]), ("INVALID_FIELD_FOR_INSERT_UPDATE", name), "the error")


@fact(
    "salesforce.rows.null-required",
    "`fieldsToNull` does not empty a field that must have a value.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def null_required(client: SalesforceClient) -> None:
    found = client.update("Contact", {"Id": client.target.id("contact"), "fieldsToNull": "LastName"}).result
    same(found["success"], "false", "success")
