"""SOQL: what it finds, and what it says of mistakes."""

from __future__ import annotations

from itertools import product

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, CHOICES, KEY, ORG

fact = SALESFORCE.fact

_FINDS = (
    ("equals", "Text is compared without regard to case.", "Account WHERE Name = 'ALPHA'", {"alpha"}),
    (
        "case-sensitive",
        "A field that is unique with regard to case tells case apart.",
        f"{BILLING} WHERE {KEY} = 'Key-1'",
        {"billing"},
    ),
    (
        "not-equals",
        "`!=` and `<>` leave out what is equal.",
        "Account WHERE Name != 'alpha' AND Name <> 'beta'",
        {"gamma"},
    ),
    (
        "compare",
        "`<`, `<=`, `>` and `>=` compare numbers.",
        "Account WHERE AnnualRevenue >= 350000 AND AnnualRevenue < 350001",
        {"alpha"},
    ),
    (
        "like",
        "LIKE takes `%` for any text and `_` for one character.",
        "Account WHERE Site LIKE 'a_b'",
        {"beta", "gamma"},
    ),
    (
        "like-escape",
        "`\\_` and `\\%` in LIKE are the characters themselves.",
        "Account WHERE Site LIKE 'a\\_b'",
        {"beta"},
    ),
    ("in", "IN takes a list.", "Account WHERE Name IN ('alpha', 'GAMMA', 'x')", {"alpha", "gamma"}),
    ("not-in", "NOT IN finds the rest, nulls among them.", "Account WHERE Site NOT IN ('a_b')", {"alpha", "gamma"}),
    ("null", "`= null` finds what is empty.", "Account WHERE Site = null", {"alpha"}),
    (
        "boolean",
        "TRUE and FALSE are written without quotes.",
        "Account WHERE Flag__c = FALSE",
        {"alpha", "beta", "gamma"},
    ),
    (
        "and-or",
        "AND, OR and NOT are grouped by parentheses.",
        "Account WHERE Name = 'beta' OR (Name = 'Gamma' AND (NOT Site = null))",
        {"beta", "gamma"},
    ),
    (
        "moment",
        "Moments are written without quotes, with Z or an offset.",
        "Account WHERE CreatedDate < 2026-01-01T12:00:00Z AND CreatedDate > 2026-01-01T10:59:59%2B01:00",
        {"alpha"},
    ),
    (
        "date-literal",
        "Date literals move with the clock.",
        "Account WHERE CreatedDate = LAST_N_DAYS:3 AND Name != 'gamma'",
        {"beta"},
    ),
    ("dotted", "A path of relationships reads parents' fields.", "Contact WHERE Account.Name = 'Alpha'", {"contact"}),
    ("semi-join", "IN takes a query of one field.", "Account WHERE Id IN (SELECT AccountId FROM Contact)", {"alpha"}),
    (
        "anti-join",
        "NOT IN takes a query of one field.",
        "Account WHERE Id NOT IN (SELECT AccountId FROM Contact)",
        {"beta", "gamma"},
    ),
    ("hides-deleted", "Query hides deleted records.", "Account", {"alpha", "beta", "gamma"}),
    (
        "escapes",
        "`\\u0041` and other escapes are the characters they name.",
        "Account WHERE Name = '\\u0041lpha'",
        {"alpha"},
    ),
    ("object-name", "The object's own name or an alias may begin a path.", "Account a WHERE a.Name = 'beta'", {"beta"}),
)


def _state(name: str, sentence: str, rest: str, expected: set[str]) -> None:
    @fact(f"salesforce.soql.{name}", sentence, source=sources.SOQL, sure=Sure.DOCUMENTED, scenario=ORG)
    def check(client: SalesforceClient) -> None:
        same(client.names(f"SELECT Id FROM {rest}".replace("%2B", "+")), expected, f"what `{rest}` finds")


for _each in _FINDS:
    _state(*_each)

_COLUMN = "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
_OBJECT = "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
_FAULTS = (
    (
        "no-column",
        "An unknown field is told under a caret, with row and column.",
        "SELECT Asdf FROM Contact",
        "INVALID_FIELD",
        "InvalidFieldFault",
        f"\nSELECT Asdf FROM Contact\n       ^\nERROR at Row:1:Column:8\nNo such column 'Asdf' on entity 'Contact'. {_COLUMN}",
        Sure.RECORDED,
    ),
    (
        "no-object",
        "An unknown object is told under a caret at its name.",
        "SELECT Id FROM no_such_object",
        "INVALID_TYPE",
        "InvalidSObjectFault",
        f"\nSELECT Id FROM no_such_object\n               ^\nERROR at Row:1:Column:16\nsObject type 'no_such_object' is not supported. {_OBJECT}",
        Sure.RECORDED,
    ),
    (
        "end-of-text",
        "A query that breaks off has an unexpected token '<EOF>', without a place.",
        "SELECT Id FROM",
        "MALFORMED_QUERY",
        "MalformedQueryFault",
        "unexpected token: '<EOF>'",
        Sure.RECORDED,
    ),
    (
        "unexpected",
        "A word out of place is an unexpected token.",
        "SELECT FROM Account",
        "MALFORMED_QUERY",
        "MalformedQueryFault",
        "unexpected token: 'FROM'",
        Sure.RECORDED,
    ),
    (
        "bad-id",
        "An id that is none is INVALID_QUERY_FILTER_OPERATOR, under a caret at the field.",
        "SELECT Id FROM Account WHERE Id = 'ZZZ'",
        "INVALID_QUERY_FILTER_OPERATOR",
        "UnexpectedErrorFault",
        "\nSELECT Id FROM Account WHERE Id = 'ZZZ'\n                             ^\nERROR at Row:1:Column:30\ninvalid ID field: ZZZ",
        Sure.RECORDED,
    ),
)


def _state_fault(name: str, sentence: str, soql: str, code: str, kind: str, message: str, sure: Sure) -> None:
    @fact(f"salesforce.soql.{name}", sentence, source=sources.LAZERBEEZ, sure=sure, scenario=ORG)
    def check(client: SalesforceClient) -> None:
        fault = client.query(soql).fault
        same((fault.code, fault.kind, fault.message), (code, kind, message), f"the fault of `{soql}`")


for _fault in _FAULTS:
    _state_fault(*_fault)


@fact(
    "salesforce.soql.no-relationship",
    "An unknown relationship: Didn't understand relationship '…' in field path.",
    source=sources.CLIENTS,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def no_relationship(client: SalesforceClient) -> None:
    fault = client.query("SELECT Id, Owner__r.Name FROM Account").fault
    same(fault.code, "INVALID_FIELD", "the code")
    require(
        "Didn't understand relationship 'Owner__r' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name."
        in fault.message,
        fault.message,
    )


@fact(
    "salesforce.soql.duplicate",
    "A field selected twice: duplicate field selected.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def duplicate(client: SalesforceClient) -> None:
    fault = client.query("SELECT Id, Id FROM Account").fault
    same(fault.code, "INVALID_FIELD", "the code")
    require(fault.message.endswith("duplicate field selected: Id"), fault.message)


@fact(
    "salesforce.soql.star",
    "There is no SELECT of everything by a star.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def star(client: SalesforceClient) -> None:
    same(client.query("SELECT * FROM Account").fault.code, "MALFORMED_QUERY", "the code")


@fact(
    "salesforce.soql.bad-escape",
    "Any other backslash than the listed ones is an error.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def bad_escape(client: SalesforceClient) -> None:
    for escaped in ("\\x", "\\a", "\\ "):
        same(
            client.query(f"SELECT Id FROM Account WHERE Name = '{escaped}'").fault.code,
            "MALFORMED_QUERY",
            f"the code for {escaped!r}",
        )


@fact(
    "salesforce.soql.order",
    "ORDER BY sorts; nulls come first unless NULLS LAST.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def order(client: SalesforceClient) -> None:
    for clause, names in (
        ("Site", ["Alpha", "beta", "Gamma"]),
        ("Site NULLS LAST", ["beta", "Gamma", "Alpha"]),
        ("Name DESC", ["Gamma", "beta", "Alpha"]),
    ):
        same(client.query(f"SELECT Name FROM Account ORDER BY {clause}").texts("Name"), names, f"the order by {clause}")


@fact(
    "salesforce.soql.limit-offset",
    "LIMIT and OFFSET cut the result.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def limit_offset(client: SalesforceClient) -> None:
    same(client.query("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1").texts("Name"), ["beta"], "the row")


@fact(
    "salesforce.soql.offset-most",
    "OFFSET beyond 2,000 is NUMBER_OUTSIDE_VALID_RANGE.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def offset_most(client: SalesforceClient) -> None:
    same(client.query("SELECT Id FROM Account OFFSET 2001").fault.code, "NUMBER_OUTSIDE_VALID_RANGE", "the code")


@fact(
    "salesforce.soql.count",
    "COUNT() gives the size and no records.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def count(client: SalesforceClient) -> None:
    reply = client.query("SELECT COUNT() FROM Account")
    same((reply.one("size"), reply.records), ("3", []), "size and records")


@fact(
    "salesforce.soql.levels",
    "A path goes five parents up, and no further.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def levels(client: SalesforceClient) -> None:
    same(client.query(f"SELECT {'Parent.' * 5}Name FROM Account").status, 200, "the status of five")
    same(client.query(f"SELECT {'Parent.' * 6}Name FROM Account").status, 500, "the status of six")


@fact(
    "salesforce.soql.characters",
    "A query of more than 100,000 characters is MALFORMED_QUERY.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def characters(client: SalesforceClient) -> None:
    same(client.query("SELECT Id FROM Account" + " " * 100_000).fault.code, "MALFORMED_QUERY", "the code")


@fact(
    "salesforce.soql.literal",
    "A text in WHERE has at most 4,000 characters.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def literal(client: SalesforceClient) -> None:
    for length, status in ((4_000, 200), (4_001, 500)):
        same(
            client.query(f"SELECT Id FROM Account WHERE Name = '{'x' * length}'").status,
            status,
            f"the status of {length}",
        )


@fact(
    "salesforce.soql.everything",
    "`queryAll` shows deleted records with IsDeleted true.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def everything(client: SalesforceClient) -> None:
    reply = client.query("SELECT Name FROM Account WHERE IsDeleted = true", everything=True)
    same(reply.texts("Name"), ["Binned"], "what is deleted")


@fact(
    "salesforce.soql.groups",
    "GROUP BY gives AggregateResult records, functions as expr0 and on, or by their alias.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def groups(client: SalesforceClient) -> None:
    reply = client.query("SELECT IsDeleted, COUNT(Id), MAX(Name) last FROM Account GROUP BY IsDeleted")
    record = reply.record
    same((record["type"], record["expr0"], record["last"]), ("AggregateResult", "3", "Gamma"), "the record")


@fact("salesforce.soql.having", "HAVING filters groups.", source=sources.SOQL, sure=Sure.DOCUMENTED, scenario=ORG)
def having(client: SalesforceClient) -> None:
    soql = "SELECT AccountId, COUNT(Id) FROM Contact GROUP BY AccountId HAVING COUNT(Id) > 1"
    same(client.query(soql).one("size"), "0", "the size")


@fact(
    "salesforce.soql.ungrouped",
    "A field that is neither grouped nor aggregated is MALFORMED_QUERY.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def ungrouped(client: SalesforceClient) -> None:
    fault = client.query("SELECT Name, COUNT(Id) FROM Account").fault
    same(fault.code, "MALFORMED_QUERY", "the code")
    require("Field must be grouped or aggregated: Name" in fault.message, fault.message)


@fact(
    "salesforce.soql.fields-all",
    "FIELDS(ALL) needs a LIMIT of at most 200.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def fields_all(client: SalesforceClient) -> None:
    same(client.query("SELECT FIELDS(ALL) FROM Account LIMIT 200").status, 200, "the status with it")
    same(client.query("SELECT FIELDS(ALL) FROM Account").fault.code, "MALFORMED_QUERY", "the code without")


@fact(
    "salesforce.soql.retrieve",
    "A bad field in retrieve is told as in a query.",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def retrieve(client: SalesforceClient) -> None:
    fault = client.retrieve("Contact", "BadFieldName", client.target.id("contact")).fault
    same(fault.code, "INVALID_FIELD", "the code")
    require(
        fault.message.startswith(
            "\nSELECT BadFieldName FROM Contact\n       ^\nERROR at Row:1:Column:8\nNo such column 'BadFieldName'"
        ),
        fault.message,
    )


@fact(
    "salesforce.soql.for-update",
    "FOR UPDATE is not to be had over the data API.",
    source=sources.CLIENTS,
    sure=Sure.INFERRED,
    scenario=ORG,
)
def for_update(client: SalesforceClient) -> None:
    same(client.query("SELECT Id FROM Account FOR UPDATE").fault.code, "MALFORMED_QUERY", "the code")


@fact(
    "salesforce.soql.includes",
    "INCLUDES finds rows by the choices of a multi-select picklist: `;` is and, `,` is or.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=CHOICES,
)
def includes(client: SalesforceClient) -> None:
    start = "SELECT Id FROM Account WHERE Colours__c"
    same(client.names(f"{start} INCLUDES ('Red')"), {"red", "both"}, "those with red")
    same(client.names(f"{start} INCLUDES ('Red;Blue')"), {"both"}, "those with both")
    same(client.names(f"{start} INCLUDES ('Blue', 'Green')"), {"both"}, "those with blue or green")


@fact(
    "salesforce.soql.excludes",
    "EXCLUDES finds the rows without a choice.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=CHOICES,
)
def excludes(client: SalesforceClient) -> None:
    same(
        client.names("SELECT Id FROM Account WHERE Colours__c EXCLUDES ('Blue')"), {"red", "none"}, "those without blue"
    )


@fact(
    "salesforce.soql.relationships",
    "A query goes up at most 55 relationships.",
    source=sources.SOQL,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def relationships(client: SalesforceClient) -> None:
    ups = [f"{'.'.join(path)}.Id" for n in range(1, 6) for path in product(("CreatedBy", "LastModifiedBy"), repeat=n)]
    statuses = [client.query(f"SELECT {', '.join(ups[:count])} FROM Account").status for count in (55, 56)]
    same(statuses, [200, 500], "the statuses of 55 and of 56")
