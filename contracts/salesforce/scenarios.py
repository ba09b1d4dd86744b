"""The orgs that facts are tried in."""

from __future__ import annotations

from contracts.salesforce.target import OrgScenario, Row
from mock_salesforce import CustomField
from mock_salesforce.access import ObjectAccess
from mock_salesforce.triggers import Appetite, Event, Trigger, TriggerContext, ValidationRule

BILLING = "Zuora__CustomerAccount__c"
KEY = "Zuora__External_Id__c"

BEFORE = Event.BEFORE_INSERT

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

TWELVE = OrgScenario(
    "an org with twelve accounts", tuple(Row(f"row {n}", "Account", {"Name": f"{n}"}) for n in range(12))
)
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

CHOICES = OrgScenario(
    "an org with accounts of several kinds",
    (
        Row("red", "Account", {"Name": "Red", "Colours__c": "Red"}),
        Row("both", "Account", {"Name": "Both", "Colours__c": "Red;Blue"}),
        Row("none", "Account", {"Name": "None"}),
    ),
    {"custom_fields": (CustomField("Account", "Colours__c", "MultiselectPicklist", values=("Red", "Blue", "Green")),)},
)
FAMILY = OrgScenario(
    "an org with 150 accounts of two contacts each",
    tuple(
        each
        for n in range(150)
        for each in (
            Row(f"row {n}", "Account", {"Name": f"{n}"}),
            Row(f"first of {n}", "Contact", {"LastName": "a", "AccountId": f"@row {n}"}),
            Row(f"second of {n}", "Contact", {"LastName": "b", "AccountId": f"@row {n}"}),
        )
    ),
)
MODEST = OrgScenario(
    "an org whose user does not see all data and must not write a field",
    _ACCOUNTS,
    {"custom_fields": (*FIELDS, CustomField("Account", "Key__c", external_id=True))},
    users={
        "api": {"view_all_data": False, "permissions": (ObjectAccess("Account", view_all=False, read_only=("Site",)),)}
    },
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


def _package(name: str, namespace: str, *, certified: bool, event: Event = BEFORE, **used: int) -> Trigger:
    return Trigger(name, "Account", (event,), namespace=namespace, certified=certified, per_batch=Appetite(**used))


TWO_PACKAGES = OrgScenario(
    "an org with the triggers of two certified packages and of its own",
    shape={
        "triggers": (
            _package("one", "alpha", certified=True, soql_queries=100),
            _package("two", "beta", certified=True, soql_queries=100),
            _package("own", "", certified=False, soql_queries=100),
        )
    },
    needs=("TRIGGERS",),
)
UNCERTIFIED = OrgScenario(
    "an org with the triggers of two packages that are not certified",
    shape={
        "triggers": (
            _package("one", "alpha", certified=False, soql_queries=60),
            _package("two", "beta", certified=False, soql_queries=60),
        )
    },
    needs=("TRIGGERS",),
)
SHARED_TIME = OrgScenario(
    "an org with the triggers of two certified packages that compute much",
    shape={
        "triggers": (
            _package("one", "alpha", certified=True, cpu_ms=6000),
            _package("two", "beta", certified=True, cpu_ms=6000),
        )
    },
    needs=("TRIGGERS",),
)
MANY_PACKAGES = OrgScenario(
    "an org with the triggers of twelve certified packages",
    shape={"triggers": tuple(_package("many", f"p{n}", certified=True, soql_queries=92) for n in range(12))},
    needs=("TRIGGERS",),
)


SYNCING = OrgScenario(
    "an org whose trigger asks for an On-Demand Sync",
    shape={
        "custom_fields": (CustomField("Account", "ZuoraId__c"),),
        "triggers": (Trigger("syncing", "Account", (Event.AFTER_INSERT,), sync_by="ZuoraId__c"),),
    },
    needs=("TRIGGERS",),
)
NINE = OrgScenario(
    "an org with an account that has nine billing accounts",
    (
        Row("account", "Account", {"Name": "Nine"}),
        *(Row(f"billing {n}", BILLING, {"Name": f"B{n}", "Zuora__Account__c": "@account"}) for n in range(9)),
    ),
)


def _refuse_bad(context: TriggerContext) -> None:
    """Refuse rows by their names, those of "later" only when the others are gone."""
    names = [str(row["Name"]) for row in context.rows]
    for row in context.rows:
        name = str(row["Name"])
        if name == "bad" or (name == "later" and "bad" not in names) or (name == "last" and "later" not in names):
            row.add_error(f"{name} is refused among {len(names)}")


PASSING = OrgScenario(
    "an org whose trigger refuses some rows",
    shape={
        "triggers": (Trigger("refusing", "Account", (BEFORE,), per_batch=Appetite(soql_queries=60), run=_refuse_bad),)
    },
    needs=("TRIGGERS",),
)


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
