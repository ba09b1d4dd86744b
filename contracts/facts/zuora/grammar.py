"""ZOQL's grammar: what is a query, and what is refused."""

from __future__ import annotations

from contracts.facts.zuora.asking import answered, finds, refused
from contracts.judging import same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import ACCOUNTS

fact = ZUORA.fact

SYNTAX_ERROR = "You have an error in your ZOQL syntax"
ALDER = "AccountNumber = 'CT-0001'"
BIRCH = "AccountNumber = 'CT-0002'"


@fact(
    "zuora.zoql.select-from",
    "A query without a where clause finds every row of its object.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def select_from(client: Client) -> None:
    same(client.names("select Id from Account"), {"alder", "birch", "cedar", "dogwood", "elm"}, "accounts found")
    same(client.names("select Id from Contact"), {"anna", "ben"}, "contacts found")


@fact(
    "zuora.zoql.and-binds-tighter",
    "`and` binds tighter than `or`.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def and_binds_tighter(client: Client) -> None:
    finds(client, f"{BIRCH} or Batch = 'Batch2' and AutoPay = true", ["birch", "cedar"])
    finds(client, f"Batch = 'Batch2' and AutoPay = true or {BIRCH}", ["cedar", "birch"])


@fact(
    "zuora.zoql.and",
    "`and` finds the rows that fit both conditions.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def and_(client: Client) -> None:
    finds(client, "Batch = 'Batch1' and AutoPay = true", ["alder"])


@fact(
    "zuora.zoql.or",
    "`or` finds the rows that fit either condition.",
    source=sources.ZOQL_FILTERS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def or_(client: Client) -> None:
    finds(client, f"{ALDER} or Batch = 'Batch3'", ["alder", "elm"])


@fact(
    "zuora.zoql.keywords-any-case",
    "Keywords may be written in any case.",
    source=f"{sources.CASSETTES}; {sources.IRON_BANK}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def keywords_any_case(client: Client) -> None:
    found = client.names(f"SELECT Id FROM Account WHERE {ALDER} OR Batch = 'Batch2' AND AutoPay = TRUE")
    same(found, {"alder", "cedar"}, "what is found")
    same(client.names("Select Id From Account Where Name Like 'Ald%'"), {"alder"}, "what is found")
    finds(client, "PurchaseOrderNumber = NULL", ["dogwood", "elm"])


@fact(
    "zuora.zoql.names-any-case",
    "Names of objects and fields may be written in any case.",
    source=f"{sources.ZOQL}; {sources.CASSETTES}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def names_any_case(client: Client) -> None:
    same(client.names("select ID, nAME from ACCOUNT where ACCOUNTNUMBER = 'CT-0001'"), {"alder"}, "what is found")


@fact(
    "zuora.zoql.white-space",
    "A query may run over several lines.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
)
def white_space(client: Client) -> None:
    same(client.names(f"\n  select Id,\n\tName\n from Account\n  where\n{ALDER}\n"), {"alder"}, "what is found")
    same(client.names("select Id,Name from Account where AccountNumber='CT-0001'"), {"alder"}, "what is found")


@fact(
    "zuora.zoql.semicolon",
    "A semicolon at the end is passed over.",
    source=sources.ZOQL_EXAMPLES,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def semicolon(client: Client) -> None:
    same(client.names(f"select Id from Account where {ALDER};"), {"alder"}, "what is found")


def _no(name: str, what: str, zoql: str, *, source: str = sources.ZOQL, sure: Sure = Sure.DOCUMENTED) -> None:
    def check(client: Client) -> None:
        refused(client, zoql, "MALFORMED_QUERY", beside=f"select Id, Name from Account where {ALDER}")

    fact(f"zuora.zoql.no-{name}", what, source=source, sure=sure, scenario=ACCOUNTS)(check)


_no(
    "parentheses",
    "There are no parentheses.",
    f"select Id from Account where ({ALDER} or Batch = 'Batch2') and AutoPay = true",
)
_no("star", "There is no `*` for all fields.", "select * from Account", source=sources.NODE_CLIENT, sure=Sure.RECORDED)
_no("in", "There is no `in`.", "select Id from Account where AccountNumber in ('CT-0001', 'CT-0002')")
_no("order-by", "There is no `order by`.", "select Id from Account order by Name")
_no("joins", "There are no joins: a query has one object.", "select Id from Account, Contact")
_no("aggregates", "There are no aggregate functions.", "select count(Id) from Account")
_no("field-to-field", "A field cannot be compared with a field.", "select Id from Account where Name = AccountNumber")
_no("alias", "An object cannot have an alias.", "select a.Id from Account a")
_no("quoted-fields", "Field names are not quoted.", "select 'Id' from Account")
_no("limit", "There is no `limit`.", "select Id from Account limit 1", sure=Sure.INFERRED)
_no("group-by", "There is no `group by`.", "select Batch from Account group by Batch", sure=Sure.INFERRED)
_no("offset", "There is no `offset`.", "select Id from Account offset 1", sure=Sure.INFERRED)
_no("not", "`not` before a condition is refused.", f"select Id from Account where not {ALDER}", sure=Sure.INFERRED)
_no("empty-where", "A where clause holds at least one condition.", "select Id from Account where", sure=Sure.INFERRED)
_no("empty-select", "A select clause names at least one field.", "select from Account", sure=Sure.INFERRED)
_no("no-from", "A query names its object.", "select Id", sure=Sure.INFERRED)
_no("dangling-and", "A condition stands on both sides of `and`.", f"select Id from Account where {ALDER} and")
_no("open-string", "A string must be closed.", "select Id from Account where Name = 'Alder", sure=Sure.INFERRED)
_no("bare-text", "A string stands in quotes.", "select Id from Account where Name = Alder", sure=Sure.INFERRED)


@fact(
    "zuora.zoql.empty-text",
    "An empty query is MALFORMED_QUERY.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
)
def empty_text(client: Client) -> None:
    refused(client, "", "MALFORMED_QUERY")


@fact(
    "zuora.zoql.conditions-200",
    "A where clause may hold 200 conditions.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def conditions_200(client: Client) -> None:
    finds(client, _conditions(200), ["alder"])


@fact(
    "zuora.zoql.conditions-201",
    "A where clause of 201 conditions is MALFORMED_QUERY.",
    source=sources.ZOQL,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def conditions_201(client: Client) -> None:
    whole = f"select Id from Account where {_conditions(200)}"
    refused(client, f"select Id from Account where {_conditions(201)}", "MALFORMED_QUERY", beside=whole)


@fact(
    "zuora.zoql.characters-10000",
    "A query may be 10,000 characters long.",
    source=sources.FAULTS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def characters_10000(client: Client) -> None:
    same(client.names(_long(10_000)), {"alder"}, "what is found")


@fact(
    "zuora.zoql.characters-10001",
    "A query of 10,001 characters is MALFORMED_QUERY in a MalformedQueryFault.",
    source=sources.FAULTS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def characters_10001(client: Client) -> None:
    refused(client, _long(10_001), "MALFORMED_QUERY", beside=_long(9_999))


@fact(
    "zuora.zoql.repeated-field",
    "A field that is selected twice comes once.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=ACCOUNTS,
)
def repeated_field(client: Client) -> None:
    same(client.query(f"select Name, Name from Account where {ALDER}").one.names, ["Id", "Name"], "fields")


@fact(
    "zuora.zoql.every-field-filters",
    "A field can be filtered by without being selected.",
    source=sources.ZOQL_EXAMPLES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def every_field_filters(client: Client) -> None:
    answered(client, "select Name from Account where BillCycleDay = 20")
    finds(client, "BillCycleDay = 20", ["cedar"])


def _conditions(many: int) -> str:
    return " or ".join([ALDER, *(f"Name = 'n{number}'" for number in range(many - 1))])


def _long(characters: int) -> str:
    """A query of this length that finds one account; blanks would be a poor filling, they might be cut off."""
    start = f"select Id from Account where {ALDER} or Name = '"
    return f"{start}{'x' * (characters - len(start) - 1)}'"
