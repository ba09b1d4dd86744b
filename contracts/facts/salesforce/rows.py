"""Rows: what is taken, and what is said of each that is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, Values, all_or_none
from contracts.salesforce.scenarios import BILLING, KEY, ORG, RULED
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)
CREATE, UPDATE = "create", "update"

_READ_ONLY = "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is read/write for your profile or permission set."

Build = Callable[[SalesforceClient], Values]
_ERRORS: Sequence[tuple[str, str, str, str, Build, str, str, Sequence[str], Sure, str]] = (
    (
        "required",
        "A required field that is missing is REQUIRED_FIELD_MISSING, with the field.",
        CREATE,
        "Contact",
        lambda _: {"FirstName": "x"},
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [LastName]",
        ["LastName"],
        Sure.RECORDED,
        sources.LAZERBEEZ,
    ),
    (
        "no-id",
        "An update without Id is MISSING_ARGUMENT.",
        UPDATE,
        "Account",
        lambda _: {"Name": "x"},
        "MISSING_ARGUMENT",
        "Id not specified in an update call",
        ["Id"],
        Sure.INFERRED,
        sources.CLIENTS,
    ),
    (
        "too-long",
        "A text that is too long is STRING_TOO_LONG, its label first, then the value and the length.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "TotoId__c": "AzertyAzerty"},
        "STRING_TOO_LONG",
        "TotoId: data value too large: AzertyAzerty (max length=5)",
        ["TotoId__c"],
        Sure.RECORDED,
        sources.NET_TOOLKIT,
    ),
    (
        "read-only",
        "A field that cannot be written is INVALID_FIELD_FOR_INSERT_UPDATE, with the field.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "CreatedDate": "2026-01-01T00:00:00Z"},
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        _READ_ONLY.format("CreatedDate"),
        ["CreatedDate"],
        Sure.DOCUMENTED,
        sources.CREATE,
    ),
    (
        "wrong-prefix",
        "An id of another object is MALFORMED_ID: id value of incorrect type.",
        UPDATE,
        "Contact",
        lambda c: {"Id": c.target.id("alpha"), "FirstName": "x"},
        "MALFORMED_ID",
        "Contact ID: id value of incorrect type: {alpha}",
        ["Id"],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "no-record",
        "An id that no record has is INVALID_CROSS_REFERENCE_KEY, without fields.",
        UPDATE,
        "Account",
        lambda _: {"Id": "001000000000000AAA", "Name": "x"},
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        [],
        Sure.RECORDED,
        sources.CLIENTS,
    ),
    (
        "deleted",
        "A deleted record is ENTITY_IS_DELETED.",
        UPDATE,
        "Account",
        lambda c: {"Id": c.target.id("binned"), "Name": "x"},
        "ENTITY_IS_DELETED",
        "entity is deleted",
        [],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "restricted",
        "A value that a restricted picklist has not is refused.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "Level__c": "Bronze"},
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Level: bad value for restricted picklist field: Bronze",
        ["Level__c"],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "wrong-type",
        "A value of the wrong type is INVALID_TYPE_ON_FIELD_IN_RECORD.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "Figure__c": "many"},
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "Figure: value not of required type: many",
        ["Figure__c"],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "out-of-range",
        "A number with too many digits is NUMBER_OUTSIDE_VALID_RANGE.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "Figure__c": "100"},
        "NUMBER_OUTSIDE_VALID_RANGE",
        "Figure: value outside of valid range on numeric field: 100",
        ["Figure__c"],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "email",
        "A mail address that is none is INVALID_EMAIL_ADDRESS.",
        CREATE,
        "Account",
        lambda _: {"Name": "x", "Mail__c": "x"},
        "INVALID_EMAIL_ADDRESS",
        "Mail: invalid email address: x",
        ["Mail__c"],
        Sure.DOCUMENTED,
        sources.GUIDE,
    ),
    (
        "parent-key",
        "A parent's external id that is not there is INVALID_FIELD: Foreign key external ID not found.",
        CREATE,
        "Zuora__PaymentMethod__c",
        lambda _: {"Name": "x", KEY: "m", "Zuora__BillingAccount__r": {"type": BILLING, KEY: "0116"}},
        "INVALID_FIELD",
        f"Foreign key external ID: 0116 not found for field {KEY} in entity {BILLING}",
        [],
        Sure.RECORDED,
        sources.CAMEL,
    ),
    (
        "unique",
        "A unique value that another record has is DUPLICATE_VALUE, with that record's id and no fields.",
        CREATE,
        BILLING,
        lambda c: {"Name": "x", KEY: "Key-1", "Zuora__Account__c": c.target.id("alpha")},
        "DUPLICATE_VALUE",
        "duplicate value found: Zuora__External_Id__c duplicates value on record with id: {billing}",
        [],
        Sure.RECORDED,
        sources.GO_CLIENT,
    ),
)


def _state(
    name: str,
    sentence: str,
    operation: str,
    kind: str,
    values: Build,
    code: str,
    message: str,
    fields: Sequence[str],
    sure: Sure,
    source: str,
) -> None:
    @fact(f"salesforce.rows.{name}", sentence, source=source, sure=sure, scenario=ORG, needs=WRITABLE)
    def check(client: SalesforceClient) -> None:
        reply = getattr(client, operation)(kind, values(client))
        found = reply.result
        same((found["success"], found["statusCode"]), ("false", code), "success and status code")
        same(found["message"], message.format_map(_Ids(client)), "the message")
        same(reply.texts("fields"), list(fields), "the fields")


class _Ids(dict[str, str]):
    """Ids by the scenario's names, for messages."""

    def __init__(self, client: SalesforceClient) -> None:
        super().__init__()
        self._client = client

    def __missing__(self, name: str) -> str:
        return self._client.target.id(name)


for _each in _ERRORS:
    _state(*_each)


def _value(client: SalesforceClient, id_: str, field: str) -> Any:
    record = client.query(f"SELECT {field} FROM Account WHERE Id = '{id_}'").record
    return record[field]


@fact(
    "salesforce.rows.trimmed",
    "Text is trimmed at both ends.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def trimmed(client: SalesforceClient) -> None:
    made = client.made("Account", {"Name": "  New  "})
    same(_value(client, made, "Name"), "New", "the name")


@fact(
    "salesforce.rows.owner",
    "The owner is who made the record, unless named.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def owner(client: SalesforceClient) -> None:
    made = client.made("Account", {"Name": "New"})
    same(_value(client, made, "OwnerId"), client.call("getUserInfo").one("userId"), "the owner")


@fact(
    "salesforce.rows.nulls",
    "`fieldsToNull` empties fields.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def nulls(client: SalesforceClient) -> None:
    id_ = client.target.id("beta")
    same(client.update("Account", {"fieldsToNull": ["Site", "Phone"], "Id": id_}).result["success"], "true", "success")
    same(client.query("SELECT Id FROM Account WHERE Name = 'beta' AND Site = null").one("size"), "1", "the size")


@fact(
    "salesforce.rows.empty-element",
    "An empty element leaves its field as it is.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def empty_element(client: SalesforceClient) -> None:
    id_ = client.target.id("beta")
    client.update("Account", {"Id": id_, "Site": ""})
    same(_value(client, id_, "Site"), "a_b", "the site")


@fact(
    "salesforce.rows.dates",
    "CreatedDate, LastModifiedDate and SystemModstamp are the service's, the last never before the second.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=(Capability.WRITABLE, Capability.CLOCK),
)
def dates(client: SalesforceClient) -> None:
    made = client.made("Account", {"Name": "New"})
    client.target.advance(60)
    client.update("Account", {"Id": made, "Name": "Changed"})
    record = client.query(
        f"SELECT CreatedDate, LastModifiedDate, SystemModstamp FROM Account WHERE Id = '{made}'"
    ).record
    require(record["CreatedDate"] < record["LastModifiedDate"] <= record["SystemModstamp"], f"the dates are {record}")


@fact(
    "salesforce.rows.rule",
    "A validation rule that is met is FIELD_CUSTOM_VALIDATION_EXCEPTION in its own words, without fields at the top of the page.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=RULED,
    needs=WRITABLE,
)
def rule(client: SalesforceClient) -> None:
    reply = client.create("Account", {"Name": "Xavier"})
    same(
        (reply.result["statusCode"], reply.result["message"]),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Names do not begin with X."),
        "the error",
    )
    same(reply.texts("fields"), [], "the fields")


@fact(
    "salesforce.rows.rule-field",
    "A rule that is shown at a field names it.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=RULED,
    needs=WRITABLE,
)
def rule_field(client: SalesforceClient) -> None:
    same(client.create("Account", {"Name": "Yves"}).texts("fields"), ["Name"], "the fields")


@fact(
    "salesforce.rows.all-or-none",
    "With AllOrNoneHeader rows that are right are ALL_OR_NONE_OPERATION_ROLLED_BACK when another is not.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def rolled_back(client: SalesforceClient) -> None:
    right, wrong = client.create("Account", {"Name": "Right"}, {}, header=all_or_none()).pair
    same(
        (right["statusCode"], right["message"]),
        (
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
        ),
        "the innocent row",
    )
    same(wrong["statusCode"], "REQUIRED_FIELD_MISSING", "the other")
    same(right["id"], "", "the innocent row's id")
    same(client.query("SELECT Id FROM Account WHERE Name = 'Right'").one("size"), "0", "the rows saved")


@fact(
    "salesforce.rows.all-or-none-id",
    "An update that is rolled back keeps the ids of innocent rows in its results.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def all_or_none_id(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    right, _ = client.update(
        "Account", {"Id": id_, "Name": "x"}, {"Id": "001000000000000AAA"}, header=all_or_none()
    ).pair
    same(right["id"], id_, "the id")


@fact(
    "salesforce.rows.parent-and-child",
    "One create makes a parent and, after it, its child by external id.",
    source=sources.UPSERT,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def parent_and_child(client: SalesforceClient) -> None:
    parent = {"Name": "P", KEY: "p-1", "Zuora__Account__c": client.target.id("alpha")}
    child = {"Name": "C", KEY: "c-1", "Zuora__BillingAccount__r": {"type": BILLING, KEY: "p-1"}}
    inside = [
        client.create(BILLING, parent).result["success"],
        client.create("Zuora__PaymentMethod__c", child).result["success"],
    ]
    same(inside, ["true", "true"], "the successes")


# upsert


@fact(
    "salesforce.rows.default-namespace",
    "With a default namespace, names in rows and queries may leave that package's prefix out.",
    source=sources.WSDL_66,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def default_namespace(client: SalesforceClient) -> None:
    header = "<p:CallOptions><p:client>x</p:client><p:defaultNamespace>Zuora</p:defaultNamespace></p:CallOptions>"
    found = client.query(
        "SELECT External_Id__c, Account__r.Name FROM CustomerAccount__c WHERE External_Id__c = 'Key-1'", header=header
    )
    same(found.one("size"), "1", "the size")
    changed = client.upsert(
        "External_Id__c", "CustomerAccount__c", {"External_Id__c": "Key-1", "Name": "x"}, header=header
    )
    same(changed.result["id"], client.target.id("billing"), "the record")
    same(client.query("SELECT Id FROM CustomerAccount__c").status, 500, "the status without it")
