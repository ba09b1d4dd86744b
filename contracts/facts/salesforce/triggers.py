"""Triggers: the limits of a transaction, and what their failures read like."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, all_or_none, many, row
from contracts.salesforce.scenarios import (
    MANY_PACKAGES,
    PASSING,
    SHARED_TIME,
    TWO_PACKAGES,
    UNCERTIFIED,
    with_trigger,
)
from contracts.target import Capability
from mock_salesforce.triggers import Event

fact = SALESFORCE.fact
NEEDS = (Capability.TRIGGERS, Capability.WRITABLE)
BEFORE, AFTER = Event.BEFORE_INSERT, Event.AFTER_INSERT

_LIMITS = (
    ("soql", "soql_queries", 101, "Too many SOQL queries: 101", Sure.RECORDED),
    ("query-rows", "rows_queried", 50_001, "Too many query rows: 50001", Sure.RECORDED),
    ("dml", "dml_statements", 151, "Too many DML statements: 151", Sure.RECORDED),
    ("dml-rows", "dml_rows", 10_001, "Too many DML rows: 10001", Sure.RECORDED),
    ("future", "future_calls", 51, "Too many future calls: 51", Sure.RECORDED),
    ("cpu", "cpu_ms", 10_001, "Apex CPU time limit exceeded", Sure.INFERRED),
    ("heap", "heap_bytes", 6_000_001, "Apex heap size too large: 6000001", Sure.INFERRED),
)


def _state(name: str, figure: str, count: int, words: str, sure: Sure) -> None:
    @fact(
        f"salesforce.triggers.{name}",
        f"A trigger that uses too much fails with `System.LimitException: {words}`.",
        source=f"{sources.NPSP}; {sources.APEX_LIMITS}",
        sure=sure,
        scenario=with_trigger(f"too much of {figure}", BEFORE, **{figure: count}),
        needs=NEEDS,
    )
    def check(client: SalesforceClient) -> None:
        results = client.create("Account", *many("Account", 3)).results
        same({each["statusCode"] for each in results}, {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}, "the codes")
        same({each["message"] for each in results}, {f"accountTrigger: System.LimitException: {words}"}, "the messages")

    @fact(
        f"salesforce.triggers.{name}-most",
        f"A trigger may use as much as the limit of {figure}.",
        source=sources.APEX_LIMITS,
        sure=Sure.DOCUMENTED,
        scenario=with_trigger(f"as much of {figure} as there is", BEFORE, **{figure: count - 1}),
        needs=NEEDS,
    )
    def check_most(client: SalesforceClient) -> None:
        same(client.create("Account", {"Name": "x"}).result["success"], "true", "success")


for _each in _LIMITS:
    _state(*_each)


@fact(
    "salesforce.triggers.namespace",
    "A package's trigger is named with its namespace, and so are its limits.",
    source=sources.NPSP,
    sure=Sure.RECORDED,
    scenario=with_trigger("of a package", BEFORE, namespace="npsp", certified=True, soql_queries=101),
    needs=NEEDS,
)
def namespace(client: SalesforceClient) -> None:
    same(
        client.create("Account", {"Name": "x"}).result["message"],
        "npsp.accountTrigger: System.LimitException: npsp:Too many SOQL queries: 101",
        "the message",
    )


@fact(
    "salesforce.triggers.exception",
    "Another exception reads `<Trigger>: execution of AfterInsert`, then what caused it, then where.",
    source=sources.EDA,
    sure=Sure.RECORDED,
    scenario=with_trigger(
        "that throws", AFTER, error="System.NullPointerException: Attempt to de-reference a null object"
    ),
    needs=NEEDS,
)
def exception(client: SalesforceClient) -> None:
    message = client.create("Account", {"Name": "x"}).result["message"]
    start = "accountTrigger: execution of AfterInsert\n\ncaused by: System.NullPointerException: Attempt to de-reference a null object\n\n"
    same(message[: len(start)], start, "the message")


@fact(
    "salesforce.triggers.callout",
    "No trigger calls out synchronously.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=with_trigger("that calls out", BEFORE, callouts=1),
    needs=NEEDS,
)
def callout(client: SalesforceClient) -> None:
    same(client.create("Account", {"Name": "x"}).result["success"], "false", "success")


@fact(
    "salesforce.triggers.nothing-saved",
    "When a limit is passed after rows were saved, none of them stays.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=with_trigger("too much afterwards", AFTER, soql_queries=101),
    needs=NEEDS,
)
def nothing_saved(client: SalesforceClient) -> None:
    client.create("Account", *many("Account", 3))
    same(client.query("SELECT Id FROM Account").one("size"), "0", "the rows saved")


@fact(
    "salesforce.triggers.status",
    "A trigger's failure is in the rows' results, with HTTP 200.",
    source=sources.NPSP,
    sure=Sure.RECORDED,
    scenario=with_trigger("too much", BEFORE, soql_queries=102),
    needs=NEEDS,
)
def status(client: SalesforceClient) -> None:
    same(client.create("Account", {"Name": "x"}, header=all_or_none()).result["success"], "false", "success")


@fact(
    "salesforce.triggers.debugging",
    "DebuggingHeader on a write brings DebuggingInfo, a log of what its triggers used of their limits.",
    source=sources.WSDL_66,
    sure=Sure.WSDL,
    scenario=with_trigger("with a log", BEFORE, soql_queries=3),
    needs=NEEDS,
)
def debugging(client: SalesforceClient) -> None:
    header = "<p:DebuggingHeader><p:debugLevel>Detail</p:debugLevel></p:DebuggingHeader>"
    log = client.create("Account", {"Name": "x"}, header=header).one("debugLog")
    require("  Number of SOQL queries: 3 out of 100\n" in log, f"the log is {log!r}")
    same(client.create("Account", {"Name": "y"}).texts("debugLog"), [], "the log without the header")


@fact(
    "salesforce.triggers.own-budgets",
    "Each certified package has queries and rows of its own, and so has the org.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=TWO_PACKAGES,
    needs=NEEDS,
)
def own_budgets(client: SalesforceClient) -> None:
    same(client.create("Account", {"Name": "x"}).result["success"], "true", "success with 100 queries each")


@fact(
    "salesforce.triggers.shared-budget",
    "Packages that are not certified use the org's.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=UNCERTIFIED,
    needs=NEEDS,
)
def shared_budget(client: SalesforceClient) -> None:
    message = client.create("Account", {"Name": "x"}).result["message"]
    same(message, "beta.two: System.LimitException: beta:Too many SOQL queries: 101", "the message")


@fact(
    "salesforce.triggers.shared-time",
    "Processor time is shared by all, certified or not.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=SHARED_TIME,
    needs=NEEDS,
)
def shared_time(client: SalesforceClient) -> None:
    message = client.create("Account", {"Name": "x"}).result["message"]
    require(message.endswith("Apex CPU time limit exceeded"), message)


@fact(
    "salesforce.triggers.all-packages",
    "All certified packages together have eleven times the org's.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=MANY_PACKAGES,
    needs=NEEDS,
)
def all_packages(client: SalesforceClient) -> None:
    # Twelve times 92 are more than 1,100, and eleven times 92 are not.
    message = client.create("Account", {"Name": "x"}).result["message"]
    same(message, "p11.many: System.LimitException: p11:Too many SOQL queries: 1101", "the message")


@fact(
    "salesforce.triggers.passes",
    "When rows fail the rest is tried again, triggers and all, with limits that begin anew.",
    source=sources.APEX_BULK,
    sure=Sure.DOCUMENTED,
    scenario=PASSING,
    needs=NEEDS,
)
def passes(client: SalesforceClient) -> None:
    found = client.create("Account", {"Name": "good"}, {"Name": "bad"}, {"Name": "later"}).results
    same([each["success"] for each in found], ["true", "false", "false"], "the successes")
    told = [each["message"] for each in found[1:]]
    same(told, ["bad is refused among 3", "later is refused among 2"], "the messages")


@fact(
    "salesforce.triggers.three-passes",
    "A failure in the third pass fails what is left: Too many batch retries.",
    source=sources.APEX_BULK,
    sure=Sure.DOCUMENTED,
    scenario=PASSING,
    needs=NEEDS,
)
def three_passes(client: SalesforceClient) -> None:
    found = client.create("Account", *({"Name": name} for name in ("good", "bad", "later", "last"))).results
    words = "Too many batch retries in the presence of Apex triggers and partial failures."
    require(found and found[0].get("message", "").endswith(words), f"the rows say {found}")
    same({each["success"] for each in found}, {"false"}, "the successes")


@fact(
    "salesforce.triggers.chunks",
    "Neighbours of one type are one batch of a trigger: the same type further on is another.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=PASSING,
    needs=NEEDS,
)
def chunks(client: SalesforceClient) -> None:
    rows = [row("Account", {"Name": "bad"}), row("Contact", {"LastName": "x"}), row("Account", {"Name": "bad"})]
    found = client.call("create", "".join(rows)).results
    same(
        [each.get("message") for each in found], ["bad is refused among 1", None, "bad is refused among 1"], "the rows"
    )
