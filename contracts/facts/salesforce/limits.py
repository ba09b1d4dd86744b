"""Limits of one call and of the whole org."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient, element, many
from contracts.salesforce.scenarios import (
    DEVELOPER,
    EMPTY,
    ENTERPRISE,
    FULL_SANDBOX,
    ORG,
    SYNCING,
    UNLIMITED,
    with_trigger,
)
from contracts.salesforce.target import OrgScenario
from contracts.target import Capability
from mock_salesforce.triggers import Event

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)
LIMITS = (Capability.LIMITS, Capability.WRITABLE)
CLOCKED = (*LIMITS, Capability.CLOCK)
DAY = 24 * 3600.0


def _allocation(client: SalesforceClient) -> int:
    return int(client.call("getServerTimestamp").one("limit"))


def _state_allocation(name: str, sentence: str, scenario: OrgScenario, calls: int) -> None:
    @fact(f"salesforce.limits.{name}", sentence, source=sources.LIMITS_SHEET, sure=Sure.DOCUMENTED, scenario=scenario)
    def check(client: SalesforceClient) -> None:
        same(_allocation(client), calls, "the allocation")


_state_allocation("developer", "A Developer Edition org has 15,000 API calls a day.", DEVELOPER, 15_000)
_state_allocation("enterprise", "An Enterprise org has 100,000 calls and 1,000 for each licence.", ENTERPRISE, 115_000)
_state_allocation("unlimited", "An Unlimited org has 100,000 calls and 5,000 for each licence.", UNLIMITED, 175_000)
_state_allocation("sandbox", "A full sandbox has 5,000,000 calls.", FULL_SANDBOX, 5_000_000)


def _state_most(name: str, operation: str) -> None:
    @fact(
        f"salesforce.limits.{name}",
        f"More than 200 rows in {operation} are EXCEEDED_ID_LIMIT in the recorded words, and none is done.",
        source=sources.BEATBOX,
        sure=Sure.RECORDED,
        scenario=EMPTY,
    )
    def check(client: SalesforceClient) -> None:
        if operation == "delete":
            reply = client.by_ids("delete", *["001000000000000AAA"] * 201)
        elif operation == "upsert":
            reply = client.upsert("Id", "Account", *many("Account", 201))
        else:
            reply = getattr(client, operation)("Account", *many("Account", 201))
        fault = reply.fault
        same(
            fault.faultstring,
            "EXCEEDED_ID_LIMIT: record limit reached. cannot submit more than 200 records into this call",
            "the string",
        )
        same(client.query("SELECT Id FROM Account").one("size"), "0", "the rows saved")


for _operation in ("create", "update", "upsert", "delete"):
    _state_most(f"most-{_operation}", _operation)


@fact(
    "salesforce.limits.two-hundred",
    "Two hundred rows in a call are taken.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=WRITABLE,
)
def two_hundred(client: SalesforceClient) -> None:
    same(
        len([each for each in client.create("Account", *many("Account", 200)).results if each["success"] == "true"]),
        200,
        "the successes",
    )


@fact(
    "salesforce.limits.retrieve",
    "More than 2,000 ids in retrieve are EXCEEDED_ID_LIMIT.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def retrieve(client: SalesforceClient) -> None:
    same(client.retrieve("Account", "Id", *["001000000000000AAA"] * 2001).fault.code, "EXCEEDED_ID_LIMIT", "the code")


@fact(
    "salesforce.limits.describe",
    "More than 100 objects in describeSObjects are EXCEEDED_MAX_TYPES_LIMIT.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def describe(client: SalesforceClient) -> None:
    same(
        client.call("describeSObjects", element("sObjectType", "Account") * 101).fault.code,
        "EXCEEDED_MAX_TYPES_LIMIT",
        "the code",
    )


def _chunks(count: int) -> str:
    rows = (
        "<p:sObjects><o:type>Account</o:type><o:Name>x</o:Name></p:sObjects>",
        "<p:sObjects><o:type>Contact</o:type><o:LastName>x</o:LastName></p:sObjects>",
    )
    return "".join(rows[n % 2] for n in range(count))


@fact(
    "salesforce.limits.chunks",
    "More than ten chunks of neighbours of one type are refused in the recorded words.",
    source=sources.EDA,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def chunks(client: SalesforceClient) -> None:
    require(
        "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        in client.call("create", _chunks(11)).fault.message,
        "the words are others",
    )


@fact(
    "salesforce.limits.ten-chunks",
    "Ten chunks are taken.",
    source=sources.CREATE,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=WRITABLE,
)
def ten_chunks(client: SalesforceClient) -> None:
    same({each["success"] for each in client.call("create", _chunks(10)).results}, {"true"}, "the successes")


@fact(
    "salesforce.limits.message",
    "A message of more than 50 MB is refused.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
)
def message(client: SalesforceClient) -> None:
    reply = client.post(b" " * (50 * 1024 * 1024 + 1))
    require(reply.status >= 400, f"the status is {reply.status}")


@fact(
    "salesforce.limits.total",
    "When the day's calls are used up: REQUEST_LIMIT_EXCEEDED, TotalRequests Limit exceeded.",
    source=sources.ORG_CHECK,
    sure=Sure.RECORDED,
    scenario=EMPTY,
    needs=LIMITS,
)
def total(client: SalesforceClient) -> None:
    client.target.set_limits(daily_api_calls=2)
    same([client.call("getUserInfo").status for _ in range(2)], [200, 200], "the statuses within")
    fault = client.call("getUserInfo").fault
    same(
        (fault.faultstring, fault.kind),
        ("REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", "UnexpectedErrorFault"),
        "the fault",
    )


@fact(
    "salesforce.limits.rolling",
    "The day is the last 24 hours, not the calendar's.",
    source=sources.LIMITS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=CLOCKED,
)
def rolling(client: SalesforceClient) -> None:
    client.target.set_limits(daily_api_calls=1)
    same(client.call("getUserInfo").status, 200, "the first")
    client.target.advance(DAY - 600)
    same(client.forget().call("getUserInfo").status, 500, "the status ten minutes before")
    client.target.advance(700)
    same(client.forget().call("getUserInfo").status, 200, "the status after a day")


@fact(
    "salesforce.limits.counts",
    "LimitInfoHeader counts each call.",
    source=sources.IMPLEMENTATION,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=WRITABLE,
)
def counts(client: SalesforceClient) -> None:
    found = [int(client.call("getUserInfo").one("current")) for _ in range(3)]
    same([each - found[0] for each in found], [0, 1, 2], "the counts")


@fact(
    "salesforce.limits.login-free",
    "A login is not among the calls.",
    source=sources.NO_SOURCE,
    sure=Sure.ASSUMED,
    scenario=EMPTY,
    needs=WRITABLE,
)
def login_free(client: SalesforceClient) -> None:
    before = int(client.call("getUserInfo").one("current"))
    client.login()
    same(int(client.call("getUserInfo").one("current")), before + 1, "the count")


@fact(
    "salesforce.limits.overrun",
    "A paid org may go beyond its allocation, up to a cap.",
    source=sources.LIMITS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=ENTERPRISE,
    needs=LIMITS,
)
def overrun(client: SalesforceClient) -> None:
    client.target.set_limits(daily_api_calls=10, daily_api_calls_per_licence=0)
    statuses = [client.call("getUserInfo").status for _ in range(14)]
    require(statuses[:11] == [200] * 11 and statuses[-1] == 500, f"the statuses are {statuses}")


@fact(
    "salesforce.limits.debugging",
    "Calls with DebuggingHeader have a thousand a day of their own.",
    source=sources.LIMITS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=LIMITS,
)
def debugging(client: SalesforceClient) -> None:
    client.target.set_limits(daily_debugging_calls=1)
    header = "<p:DebuggingHeader><p:debugLevel>None</p:debugLevel></p:DebuggingHeader>"
    same(client.create("Account", {"Name": "x"}, header=header).status, 200, "the first")
    same(
        client.create("Account", {"Name": "x"}, header=header).fault.code, "REQUEST_LIMIT_EXCEEDED", "the second's code"
    )
    same(client.create("Account", {"Name": "x"}).status, 200, "one without it")


_SLOW = with_trigger("a slow one", Event.BEFORE_INSERT, cpu_ms=5_000)


def _run_long(client: SalesforceClient, calls: int) -> None:
    client.target.set_limits(call_ms=60_000)
    for _ in range(calls):
        client.call("getUserInfo")
    client.target.advance(20)


@fact(
    "salesforce.limits.concurrent",
    "With 25 calls under way for 20 s and longer, another is REQUEST_LIMIT_EXCEEDED: ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    source=sources.ORG_CHECK,
    sure=Sure.RECORDED,
    scenario=ENTERPRISE,
    needs=(*CLOCKED, Capability.IN_FLIGHT),
)
def concurrent(client: SalesforceClient) -> None:
    _run_long(client, 25)
    same(
        client.call("getUserInfo").fault.faultstring,
        "REQUEST_LIMIT_EXCEEDED: ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        "the string",
    )


@fact(
    "salesforce.limits.concurrent-developer",
    "Developer Edition allows five such calls.",
    source=sources.LIMITS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=DEVELOPER,
    needs=(*CLOCKED, Capability.IN_FLIGHT),
)
def concurrent_developer(client: SalesforceClient) -> None:
    _run_long(client, 5)
    same(client.call("getUserInfo").fault.code, "REQUEST_LIMIT_EXCEEDED", "the code")


@fact(
    "salesforce.limits.short-calls",
    "Calls of less than 20 s are not limited in number.",
    source=sources.LIMITS_SHEET,
    sure=Sure.DOCUMENTED,
    scenario=DEVELOPER,
    needs=(*CLOCKED, Capability.IN_FLIGHT),
)
def short_calls(client: SalesforceClient) -> None:
    client.target.set_limits(call_ms=19_000)
    for _ in range(30):
        same(client.call("getUserInfo").one("userId")[:3], "005", "the user's prefix")


@fact(
    "salesforce.limits.ten-minutes",
    "A call of more than ten minutes is REQUEST_RUNNING_TOO_LONG, and nothing of it is done.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=LIMITS,
)
def ten_minutes(client: SalesforceClient) -> None:
    client.target.set_limits(row_ms=601_000)
    same(client.create("Account", {"Name": "Slow"}).fault.code, "REQUEST_RUNNING_TOO_LONG", "the code")
    client.target.set_limits(row_ms=0)
    same(client.query("SELECT Id FROM Account WHERE Name = 'Slow'").one("size"), "0", "the rows saved")


@fact(
    "salesforce.limits.storage",
    "Rows beyond the org's storage are STORAGE_LIMIT_EXCEEDED.",
    source=sources.CORE_TYPES,
    sure=Sure.DOCUMENTED,
    scenario=EMPTY,
    needs=LIMITS,
)
def storage(client: SalesforceClient) -> None:
    client.target.set_limits(storage_kb=2, storage_kb_per_record=2)
    first, second = client.create("Account", {"Name": "One"}, {"Name": "Two"}).pair
    same((first["success"], second.get("statusCode")), ("true", "STORAGE_LIMIT_EXCEEDED"), "success and code")


@fact(
    "salesforce.limits.async-apex",
    "When the day's asynchronous Apex is used up: AsyncApexExecutions Limit exceeded.",
    source=sources.APEX_LIMITS,
    sure=Sure.DOCUMENTED,
    scenario=SYNCING,
    needs=(*LIMITS, Capability.CALLOUTS, Capability.TRIGGERS),
)
def async_apex(client: SalesforceClient) -> None:
    client.target.set_limits(daily_async_apex=1)
    ids = [f"{n:032x}" for n in (1, 2)]
    for each in ids:
        client.create("Account", {"Name": "x", "ZuoraId__c": each})
    same(len(client.target.callouts()), 1, "the callouts")
    told = client.target.mails()
    require(any("AsyncApexExecutions Limit exceeded" in each for each in told), f"the mails say {told}")
