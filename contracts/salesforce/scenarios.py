"""The orgs that facts are tried in."""

from __future__ import annotations

from contracts.salesforce.target import OrgScenario, Row
from mock_salesforce import CustomField
from mock_salesforce.triggers import Appetite, Event, Trigger, ValidationRule

BILLING = "Zuora__CustomerAccount__c"
KEY = "Zuora__External_Id__c"

EMPTY = OrgScenario("an empty org")

_ACCOUNTS = (
    Row("alpha", "Account", {"Name": "Alpha", "AnnualRevenue": 350000, "CreatedDate": "2026-01-01T10:00:00Z"}),
    Row("beta", "Account", {"Name": "beta", "Site": "a_b", "CreatedDate": "2026-01-14T10:00:00Z"}),
    Row("gamma", "Account", {"Name": "Gamma", "ParentId": "@alpha", "Site": "axb"}),
    Row("contact", "Contact", {"LastName": "Delta", "FirstName": "D", "AccountId": "@alpha"}),
    Row("orphan", "Contact", {"LastName": "Epsilon"}),
    Row("billing", BILLING, {"Name": "B1", "Zuora__Account__c": "@alpha", KEY: "Key-1"}),
    Row("second billing", BILLING, {"Name": "B2", "Zuora__Account__c": "@beta", KEY: "key-1"}),
    Row("binned", "Account", {"Name": "Binned", "IsDeleted": True}),
)
FIELDS = (
    CustomField("Account", "TotoId__c", length=5),
    CustomField("Account", "Level__c", "Picklist", values=("Gold", "Silver"), restricted=True),
    CustomField("Account", "Figure__c", "Number(4,2)"),
    CustomField("Account", "Since__c", "Date"),
    CustomField("Account", "Flag__c", "Checkbox"),
    CustomField("Account", "Mail__c", "Email"),
)
ORG = OrgScenario("an org with accounts", _ACCOUNTS, {"custom_fields": FIELDS})

PAGES = OrgScenario(
    "an org with two thousand accounts",
    tuple(Row(f"row {n}", "Account", {"Name": f"Row {n:04d}"}) for n in range(2001)),
    needs=("BULK",),
)

LONG_TEXTS = OrgScenario(
    "an org with two long text areas",
    tuple(Row(f"row {n}", "Account", {"Name": f"Row {n}"}) for n in range(201)),
    {"custom_fields": tuple(CustomField("Account", f"Long{n}__c", "LongTextArea", length=1000) for n in (1, 2))},
)

TWO_ORGS = OrgScenario(
    "two orgs on one host",
    (Row("mine", "Account", {"Name": "Mine"}),),
    second=OrgScenario("the other", (Row("theirs", "Account", {"Name": "Theirs"}),), users={"other": {}}),
    needs=("SECOND_TENANT",),
)

NO_SOAP_LOGIN = OrgScenario("an org without SOAP login", shape={"soap_login": False})
EXPIRED = OrgScenario("an org with an expired password", users={"api": {"password_expired": True}})
TRUSTING = OrgScenario("an org that trusts this network", shape={"trusted_ranges": ("127.0.0.0/8",)})
DEVELOPER = OrgScenario("a Developer Edition org", shape={"profile": "developer"})
ENTERPRISE = OrgScenario("an Enterprise org with 15 licences", shape={"profile": "enterprise", "licences": 15})
UNLIMITED = OrgScenario("an Unlimited org with 15 licences", shape={"profile": "unlimited", "licences": 15})
FULL_SANDBOX = OrgScenario("a full sandbox", shape={"profile": "full_sandbox", "sandbox": True})


def with_trigger(name: str, *events: Event, **more: object) -> OrgScenario:
    """An org with one trigger on Account."""
    code = {key: more.pop(key) for key in ("namespace", "certified") if key in more}
    appetite = Appetite(**{key: value for key, value in more.items() if isinstance(value, int)})
    error = str(more.get("error", ""))
    trigger = Trigger("accountTrigger", "Account", events, per_batch=appetite, error=error, **code)  # type: ignore[arg-type]  # by the names of Trigger
    return OrgScenario(f"an org with a trigger: {name}", shape={"triggers": (trigger,)}, needs=("TRIGGERS",))


RULED = OrgScenario(
    "an org with a validation rule",
    shape={
        "validation_rules": (
            ValidationRule("Account", "NoX", "Name LIKE 'X%'", "Names do not begin with X."),
            ValidationRule("Account", "NoY", "Name LIKE 'Y%'", "Nor with Y.", "Name"),
        )
    },
    needs=("TRIGGERS",),
)
