"""ZOQL's operators and literals: text, numbers, booleans, null, dates and date times."""

from __future__ import annotations

from contracts.facts.zuora.asking import answered, compares, finds, refused
from contracts.judging import same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import ACCOUNTS, CUSTOM_FIELDS, SUBSCRIPTIONS

fact = ZUORA.fact

ALL = ("alder", "birch", "cedar", "dogwood", "elm")
MATCH = "select Id from Account where AccountNumber = 'CT-0001'"


compares(
    "zuora.values.number-comparisons",
    "Numbers compare with = != > >= < <=.",
    {
        "BillCycleDay = 10": ("birch",),
        "BillCycleDay != 10": ("alder", "cedar", "dogwood", "elm"),
        "BillCycleDay > 10": ("cedar", "dogwood"),
        "BillCycleDay >= 10": ("birch", "cedar", "dogwood"),
        "BillCycleDay < 5": ("alder",),
        "BillCycleDay <= 5": ("alder", "elm"),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.decimal-comparisons",
    "Decimals compare by value, negative ones too.",
    {
        "Balance = 19.99": ("cedar",),
        "Balance > 19.98 and Balance < 20": ("cedar",),
        "Balance < 0": ("elm",),
        "Balance = -3.25": ("elm",),
        "Balance = 50.00": ("birch",),
        "Balance >= 100": ("dogwood",),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.boolean-comparisons",
    "Booleans compare with = and !=, their literals `true` and `false` without quotes.",
    {
        "AutoPay = true": ("alder", "cedar", "elm"),
        "AutoPay = false": ("birch", "dogwood"),
        "AutoPay != true": ("birch", "dogwood"),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.string-comparisons",
    "Strings compare with = != > >= < <=.",
    {
        "AccountNumber = 'CT-0002'": ("birch",),
        "AccountNumber != 'CT-0002'": ("alder", "cedar", "dogwood", "elm"),
        "AccountNumber > 'CT-0003'": ("dogwood", "elm"),
        "AccountNumber >= 'CT-0003'": ("cedar", "dogwood", "elm"),
        "AccountNumber < 'CT-0002'": ("alder",),
        "AccountNumber <= 'CT-0002'": ("alder", "birch"),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.like-prefix",
    "`like 'a%'` finds what begins so.",
    {"AccountNumber like 'CT-000%'": ALL, "Name like 'Ced%'": ("cedar",)},
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.like-suffix",
    "`like '%a'` finds what ends so.",
    {"AccountNumber like '%0004'": ("dogwood",)},
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.like-underscore",
    "`_` in a like pattern stands for any one character, any number of times, anywhere.",
    {"AccountNumber like '_T-0_03'": ("cedar",), "PurchaseOrderNumber like 'PO_1'": ("alder", "birch")},
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.values.like-whole",
    "A like pattern without `%` fits the whole value.",
    {"AccountNumber like 'CT-0001'": ("alder",)},
    source=sources.ZOQL_FILTERS,
)


def _pattern_refused(name: str, pattern: str) -> None:
    def check(client: Client) -> None:
        zoql = "select Id from Account where AccountNumber like "
        finds(client, "AccountNumber like 'CT-0001%'", ["alder"])
        client.query_reply(f"{zoql}'{pattern}'").fault()
        kind = client.query_reply(f"{zoql}'{pattern}'").fault().kind
        same(kind, "MalformedQueryFault", f"the fault of like '{pattern}'")

    fact(
        f"zuora.values.like-{name}",
        f"The like pattern `{pattern}` is refused: `%` stands once, at the start or the end.",
        source=sources.ZOQL_FILTERS,
        sure=Sure.DOCUMENTED,
        scenario=ACCOUNTS,
    )(check)


_pattern_refused("percent-inside", "CT%1")
_pattern_refused("percent-twice", "%T-000%")


@fact(
    "zuora.values.boolean-order",
    "Booleans have no order: `>` on one is refused.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def boolean_order(client: Client) -> None:
    answered(client, "select Id from Account where AutoPay = true")
    fault = client.query_reply("select Id from Account where AutoPay > false").fault()
    same(fault.kind, "MalformedQueryFault", "the fault")


@fact(
    "zuora.values.case-blind",
    "Strings in conditions ignore case unless caseSensitive says otherwise.",
    source=sources.ZOQL,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def case_blind(client: Client) -> None:
    finds(client, "Name = 'BIRCH'", ["birch"])
    finds(client, "Name = 'elm'", ["elm"])
    finds(client, "Name like 'el%'", ["elm"])


@fact(
    "zuora.values.case-sensitive-true",
    "With caseSensitive true strings in conditions are exact.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def case_sensitive_true(client: Client) -> None:
    finds(client, "Name = 'BIRCH'", [], case_sensitive=True)
    finds(client, "Name = 'birch'", ["birch"], case_sensitive=True)
    finds(client, "Name like 'el%'", [], case_sensitive=True)
    finds(client, "Name like 'EL%'", ["elm"], case_sensitive=True)


@fact(
    "zuora.values.case-sensitive-false",
    "With caseSensitive false strings in conditions ignore case.",
    source=sources.QUERY_OPTIONS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def case_sensitive_false(client: Client) -> None:
    finds(client, "Name = 'BIRCH'", ["birch"], case_sensitive=False)
    finds(client, "Name like 'el%'", ["elm"], case_sensitive=False)


@fact(
    "zuora.values.null",
    "`= null` finds rows without a value, `!= null` those with one.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def null(client: Client) -> None:
    finds(client, "CrmId = null", ["birch", "dogwood", "elm"])
    finds(client, "CrmId != null", ["alder", "cedar"])
    finds(client, "LastInvoiceDate = null", ["cedar", "elm"])


@fact(
    "zuora.values.null-order",
    "`null` compares with = and != only.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def null_order(client: Client) -> None:
    finds(client, "CrmId = null and Batch = 'Batch3'", ["elm"])
    same(client.query_reply("select Id from Account where CrmId > null").fault().kind, "MalformedQueryFault", "fault")


@fact(
    "zuora.values.null-custom-date",
    "A custom field of type date cannot be compared with null.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=CUSTOM_FIELDS,
)
def null_custom_date(client: Client) -> None:
    finds(client, "Region__c != null", ["ash", "beech"])
    finds(client, "Since__c = '2020-05-01'", ["ash"])
    for operator in ("=", "!="):
        fault = client.query_reply(f"select Id from Account where Since__c {operator} null").fault()
        same(fault.kind, "MalformedQueryFault", f"the fault of {operator} null")


def _escape(name: str, what: str, written: str, character: str) -> None:
    def check(client: Client) -> None:
        value = f"before{character}after"
        made = client.made("Contact", {"AccountId": client.target.id("alder"), "FirstName": value, "LastName": "Z"})
        zoql = f"select FirstName from Contact where LastName = 'Z' and FirstName = 'before{written}after'"
        record = client.query(zoql).one
        same((record["Id"], record["FirstName"]), (made, value), "the row that is found")

    fact(
        f"zuora.values.escape-{name}",
        f"In a string {what} is written `{written}`.",
        source=sources.ZOQL_FILTERS,
        sure=Sure.DOCUMENTED,
        scenario=ACCOUNTS,
        needs=[Capability.WRITABLE],
    )(check)


_escape("quote", "a single quote", "\\'", "'")
_escape("double-quote", "a double quote", '\\"', '"')
_escape("backslash", "a backslash", "\\\\", "\\")
_escape("newline", "a line feed", "\\n", "\n")
_escape("tab", "a tab", "\\t", "\t")


@fact(
    "zuora.values.escape-all",
    "A string may hold several escapes.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def escape_all(client: Client) -> None:
    finds(client, "Name = 'Dogwood\\'s \\\"best\\\" \\\\ grove'", ["dogwood"])
    for escape in ("\\b", "\\f", "\\r"):
        finds(client, f"Name = 'x{escape}' or AccountNumber = 'CT-0001'", ["alder"])


@fact(
    "zuora.values.quote-unescaped",
    "A single quote that is not escaped ends the string.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def quote_unescaped(client: Client) -> None:
    refused(client, "select Id from Account where Name = 'Dogwood's'", "MALFORMED_QUERY", beside=MATCH)


@fact(
    "zuora.values.backslash-unescaped",
    "A backslash that begins no escape is refused.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def backslash_unescaped(client: Client) -> None:
    refused(client, "select Id from Account where Name = 'a\\q'", "MALFORMED_QUERY", beside=MATCH)


def _wrong_literal(name: str, what: str, condition: str) -> None:
    def check(client: Client) -> None:
        refused(client, f"select Id from Account where {condition}", "INVALID_VALUE", beside=MATCH)

    fact(
        f"zuora.values.{name}", what, source=sources.ERRORS, sure=Sure.INFERRED, scenario=ACCOUNTS
    )(check)  # fmt: skip


_wrong_literal("no-such-day", "A day that there is not is INVALID_VALUE.", "LastInvoiceDate = '2024-02-30'")
_wrong_literal("word-for-number", "A word compared with a number is INVALID_VALUE.", "BillCycleDay = 'soon'")
_wrong_literal("word-for-boolean", "A word compared with a boolean is INVALID_VALUE.", "AutoPay = 'perhaps'")


@fact(
    "zuora.values.one-time",
    "ChargeType is filtered by `One-Time`, while records say `OneTime`.",
    source=sources.object_page("RatePlanCharge"),
    sure=Sure.DOCUMENTED,
    scenario=SUBSCRIPTIONS,
)
def one_time(client: Client) -> None:
    finds(client, "ChargeType = 'One-Time'", ["c-setup"], of="RatePlanCharge")
    row = client.row("RatePlanCharge", client.target.id("c-setup"), "ChargeType")
    same(row, {"ChargeType": "OneTime"}, "ChargeType of the charge")
