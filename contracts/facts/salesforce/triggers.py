"""Triggers: the limits of a transaction, and what their failures read like."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, all_or_none, many
from contracts.salesforce.scenarios import with_trigger
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
