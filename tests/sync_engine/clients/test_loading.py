from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from lxml import etree

from sync_engine.errors import LeaseLost, LimitWouldBeExceeded, OnDemandSyncError, ServiceUnreachable, SoapFaultError
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.batches import AHEAD_MAX
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import DoomedRow
from sync_engine.salesforce.loading import load, remove
from sync_engine.salesforce.messages import ROWS_MAX
from tests.sync_engine.clients.fakes import (
    NotingClock,
    Service,
    bad,
    ok,
    outcomes_of,
    row,
    salesforce,
    salesforce_fault,
    salesforce_login,
    salesforce_page,
    saved,
    texts,
)

Enter = Callable[..., Awaitable[SalesforceClient]]
LOCKED = bad("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: a00")
HEAVY = bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: System.LimitException: Too many SOQL queries: 101")
TRIGGER = bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: execution of AfterInsert")
KEY = "Zuora__External_Id__c"


class Guard:
    """Leases that are lost once given up; notes when it was asked."""

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.asked: list[str] = []

    async def __call__(self, root_id: str) -> None:
        self.asked.append(root_id)
        if root_id in self.lost:
            raise LeaseLost(f"the hold on {root_id} ran out")


class Run:
    """One `load`, with what was told on the way."""

    def __init__(self, enter: Enter, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self.told: list[RowOutcome] = []
        self._enter = enter

    def __call__(self, rows: Sequence[Any], write: Callable[..., Awaitable[None]] = load) -> list[RowOutcome]:
        async def work() -> list[RowOutcome]:
            client = await self._enter()
            return await outcomes_of(client, rows, lease_guard=self.guard, write=write, told=self.told)

        return asyncio.run(work())


def keys(envelope: etree._Element) -> list[str]:
    return [
        next(item.iterchildren(f"{{*}}{KEY}")).text or ""
        for item in envelope.iter("{urn:partner.soap.sforce.com}sObjects")
    ]


def states(outcomes: Sequence[RowOutcome]) -> list[str]:
    return [outcome.state.value for outcome in outcomes]


class Org(Service):
    """Saves every row it is sent, but for what `refuse` says of it."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.refuse: Callable[[str, int], str | None] = lambda _key, _size: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        operation, _, envelope = self.asked[-1]
        if operation != "upsert" or response.content != b"auto":
            return response
        sent = keys(envelope)
        self.sizes.append(len(sent))
        content = saved(*(self.refuse(key, len(sent)) or ok(f"id-{key}") for key in sent))
        return httpx.Response(200, content=content, request=request)


@pytest.fixture
def org() -> Org:
    org = Org()
    org.on("login", salesforce_login()).on("upsert", b"auto")
    return org


def test_every_row_has_one_outcome(org: Org, enter_org: Enter) -> None:
    rows = [row(f"k{number:03}", root=f"r{number % 7}") for number in range(450)]
    run = Run(enter_org)
    outcomes = run(rows)
    assert {outcome.state for outcome in outcomes} == {RowState.CREATED}
    assert outcomes[3].salesforce_id == "id-k003"
    assert outcomes[3].root_id == "r3"
    assert org.sizes == [200, 200, 50]


def test_no_rows_make_no_call(org: Org, enter_org: Enter) -> None:
    assert Run(enter_org)([]) == []
    assert org.operations() == ["login"]


def test_rows_are_taken_only_as_they_are_sent(org: Org, enter_org: Enter) -> None:
    taken = 0
    held: list[int] = []

    def rows() -> Iterator[TargetRow]:
        nonlocal taken
        for taken in range(1, 20_001):
            yield row(f"k{taken:06}")

    async def note(operation: str) -> None:
        if operation == "upsert":
            held.append(taken - sum(org.sizes))

    org.on_request = note

    async def work() -> None:
        async def on_outcome(done: Sequence[tuple[TargetRow, RowOutcome]]) -> None:
            del done

        await load(await enter_org(), rows(), lease_guard=Guard(), on_outcome=on_outcome)

    asyncio.run(work())
    assert sum(org.sizes) == 20_000
    assert max(held) <= ROWS_MAX * (AHEAD_MAX + 1)


def test_an_update_is_told_from_a_creation(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda key, _: ok("x", created=False) if key == "b" else None
    assert states(Run(enter_org)([row("a"), row("b")])) == ["created", "updated"]


def test_the_lease_of_every_root_is_checked_immediately_before_each_call(org: Org, enter_org: Enter) -> None:
    run = Run(enter_org)
    at_send: list[list[str]] = []

    async def note(operation: str) -> None:
        if operation == "upsert":
            at_send.append(run.guard.asked[-2:])

    org.on_request = note
    run([row("a", root="r1"), row("b", root="r2")])
    assert at_send == [["r1", "r2"]]


def test_rows_whose_lease_is_lost_are_never_sent_and_the_others_are(org: Org, enter_org: Enter) -> None:
    guard = Guard()
    guard.lost = {"r2"}
    outcomes = Run(enter_org, guard)([row("a", root="r1"), row("b", root="r2"), row("c", root="r3")])
    assert states(outcomes) == ["created", "blocked", "created"]
    assert outcomes[1].code == "LEASE_LOST"
    assert outcomes[1].what_to_do
    assert [keys(each) for each in org.envelopes("upsert")] == [["a", "c"]]


def test_a_lease_lost_between_planning_and_sending_stops_only_its_rows(org: Org, enter_org: Enter) -> None:
    class Late(Guard):
        async def __call__(self, root_id: str) -> None:
            if len(self.asked) == 3:
                self.lost = {"r2"}
            await super().__call__(root_id)

    outcomes = Run(enter_org, Late())([row("a", root="r1"), row("b", root="r2")])
    assert states(outcomes) == ["created", "blocked"]
    assert [keys(each) for each in org.envelopes("upsert")] == [["a"]]


def test_a_lease_that_is_lost_only_at_the_moment_of_sending_is_not_asked_for_ever(org: Org, enter_org: Enter) -> None:
    class Flickering(Guard):
        async def __call__(self, root_id: str) -> None:
            self.lost = {root_id} if len(self.asked) % 2 else set()
            await super().__call__(root_id)

    (outcome,) = Run(enter_org, Flickering())([row("a")])
    assert (outcome.state, outcome.code) == (RowState.BLOCKED, "LEASE_LOST")
    assert org.envelopes("upsert") == []


def test_an_error_of_the_guard_that_is_not_a_lost_lease_ends_the_load(org: Org, enter_org: Enter) -> None:
    class Broken(Guard):
        async def __call__(self, root_id: str) -> None:
            raise OnDemandSyncError("the store is gone")

    with pytest.raises(OnDemandSyncError, match="store is gone"):
        Run(enter_org, Broken())([row("a")])
    assert org.envelopes("upsert") == []


def test_a_row_that_fails_says_why_and_what_to_do(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda key, _: bad("STRING_TOO_LONG", "Name: too large", ("Name", "X__c")) if key == "b" else None
    outcomes = Run(enter_org)([row("a"), row("b"), row("c")])
    assert states(outcomes) == ["created", "failed", "created"]
    assert (outcomes[1].code, outcomes[1].message) == ("STRING_TOO_LONG", "Name: too large (fields: X__c)")
    assert "Shorten" in (outcomes[1].what_to_do or "")
    assert len(org.envelopes("upsert")) == 1


def test_locked_rows_are_sent_again_alone_after_a_pause(org: Org, enter_org: Enter, clock: NotingClock) -> None:
    tries: list[str] = []

    def refuse(key: str, _size: int) -> str | None:
        tries.append(key)
        return LOCKED if key == "b" and tries.count("b") < 3 else None

    org.refuse = refuse
    assert states(Run(enter_org)([row("a"), row("b"), row("c")])) == ["created"] * 3
    assert [keys(each) for each in org.envelopes("upsert")] == [["a", "b", "c"], ["b"], ["b"]]
    assert len(clock.slept) == 2
    assert clock.slept[1] >= 1


def test_rows_that_stay_locked_fail_in_the_end(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda *_: LOCKED
    (outcome,) = Run(enter_org)([row("a")])
    assert (outcome.state, outcome.code) == (RowState.FAILED, "UNABLE_TO_LOCK_ROW")
    assert len(org.envelopes("upsert")) == 5


def test_one_locked_row_does_not_hold_the_others_of_its_call_for_ever(org: Org, enter_org: Enter) -> None:
    # A call that holds the locked row fails whole, as the service does it.
    def refuse(_key: str, size: int) -> str | None:
        return LOCKED if size > 1 or "k3" in keys(org.asked[-1][2]) else None

    org.refuse = refuse
    outcomes = Run(enter_org)([row(f"k{number}") for number in range(4)])
    assert states(outcomes) == ["created", "created", "created", "failed"]


def test_a_batch_too_heavy_for_the_triggers_is_halved_until_it_goes(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda _, size: HEAVY if size > 60 else None
    outcomes = Run(enter_org)([row(f"k{number:03}") for number in range(200)])
    assert {outcome.state for outcome in outcomes} == {RowState.CREATED}
    assert org.sizes == [200, 100, 50, 50, 100, 50, 50]


def test_a_row_too_heavy_by_itself_fails_and_the_others_go(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda *_: HEAVY if "k5" in keys(org.asked[-1][2]) else None
    outcomes = Run(enter_org)([row(f"k{number}") for number in range(8)])
    assert [outcome.key for outcome in outcomes if outcome.state is RowState.FAILED] == ["k5"]
    assert org.sizes == [8, 4, 4, 2, 1, 1, 2]


def test_another_trigger_error_is_the_rows_own(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda key, _: TRIGGER if key == "a" else None
    assert states(Run(enter_org)([row("a"), row("b")])) == ["failed", "created"]
    assert len(org.envelopes("upsert")) == 1


def test_a_call_refused_whole_for_its_size_is_halved(org: Org, enter_org: Enter) -> None:
    org.on("upsert", salesforce_fault("EXCEEDED_MAX_SIZE_REQUEST", "too large"), b"auto")
    assert states(Run(enter_org)([row("a"), row("b"), row("c")])) == ["created"] * 3
    assert org.sizes == [2, 1]


def test_a_field_the_org_does_not_know_fails_only_the_rows_that_have_it(org: Org, enter_org: Enter) -> None:
    unknown = salesforce_fault("INVALID_FIELD", "No such column 'X__c'", "InvalidFieldFault")
    org.on("upsert", unknown, b"auto", unknown)
    outcomes = Run(enter_org)([row("a"), row("b", fields={"X__c": "1"}), row("c")])
    assert states(outcomes) == ["created", "failed", "created"]
    assert outcomes[1].code == "INVALID_FIELD"


@pytest.mark.parametrize("code", ["SERVER_UNAVAILABLE", "TOO_MANY_APEX_REQUESTS", "UNKNOWN_EXCEPTION"])
def test_a_passing_fault_is_waited_out(org: Org, enter_org: Enter, clock: NotingClock, code: str) -> None:
    org.on("upsert", salesforce_fault(code, "later"), b"auto")
    assert states(Run(enter_org)([row("a")])) == ["created"]
    assert len(clock.slept) == 1


def test_a_service_that_stays_away_ends_the_load(org: Org, enter_org: Enter) -> None:
    org.on("upsert", salesforce_fault("SERVER_UNAVAILABLE", "later"))
    with pytest.raises(SoapFaultError, match="SERVER_UNAVAILABLE"):
        Run(enter_org)([row("a")])
    assert len(org.envelopes("upsert")) == 5


def test_a_service_that_does_not_answer_the_connection_is_tried_again(org: Org, enter_org: Enter) -> None:
    refused = httpx.ConnectError("refused")
    org.on("upsert", refused, refused, b"auto")
    assert states(Run(enter_org)([row("a")])) == ["created"]
    org.on("upsert", refused)
    with pytest.raises(ServiceUnreachable):
        Run(enter_org)([row("a")])


def test_the_daily_limit_stops_the_load_after_what_was_saved_is_told(org: Org, enter_org: Enter) -> None:
    org.on("upsert", b"auto", salesforce_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    run = Run(enter_org)
    with pytest.raises(LimitWouldBeExceeded, match="TotalRequests"):
        run([row("a", sobject="A__c"), row("b", sobject="B__c")])
    assert [(outcome.key, outcome.state) for outcome in run.told] == [("a", RowState.CREATED)]


def test_full_storage_stops_the_load_and_every_row_of_the_call_is_told(org: Org, enter_org: Enter) -> None:
    org.refuse = lambda key, _: bad("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded") if key == "b" else None
    run = Run(enter_org)
    with pytest.raises(LimitWouldBeExceeded, match="storage"):
        run([row("a"), row("b")])
    assert {outcome.key: outcome.state.value for outcome in run.told} == {"a": "created", "b": "failed"}


def test_calls_go_side_by_side_within_the_bound_and_siblings_one_by_one(org: Org, enter_org: Enter) -> None:
    running: list[int] = [0]
    most: list[int] = [0]

    async def watch(operation: str) -> None:
        if operation == "upsert":
            running[0] += 1
            most[0] = max(most[0], running[0])
            await asyncio.sleep(0)
            running[0] -= 1

    org.on_request = watch
    Run(enter_org)([row(f"k{number:04}", root=f"r{number}", parent="p") for number in range(800)])
    assert most == [1]
    most[0] = 0
    apart = [row(f"k{number:04}", root="r1", parent=f"p{number // 200}") for number in range(1600)]
    Run(enter_org)(apart)
    assert most == [5]


# A reply that never came.


FIELDS = "".join(
    f"<fields><createable>true</createable><length>255</length><name>{name}</name><type>{kind}</type></fields>"
    for name, kind in (("Name", "string"), ("CreatedDate", "datetime"), ("LastModifiedDate", "datetime"))
)
DESCRIBED = salesforce(f"<describeSObjectResponse><result>{FIELDS}<name>X</name></result></describeSObjectResponse>")


def record(key: str, name: str, *, changed: bool = False) -> str:
    when = "2026-01-15T08:00:05.000Z" if changed else "2026-01-15T08:00:00.000Z"
    return (
        f'<records xsi:type="sf:sObject"><sf:type>X</sf:type><sf:Id>id-{key}</sf:Id><sf:Id>id-{key}</sf:Id>'
        f"<sf:{KEY}>{key.upper()}</sf:{KEY}><sf:Name>{name}</sf:Name>"
        f"<sf:CreatedDate>2026-01-15T08:00:00.000Z</sf:CreatedDate><sf:LastModifiedDate>{when}</sf:LastModifiedDate>"
        "</records>"
    )


def test_a_lost_reply_is_settled_by_reading_back_and_only_what_is_missing_is_sent_again(
    org: Org, enter_org: Enter, clock: NotingClock
) -> None:
    org.on("describeSObject", DESCRIBED).on("upsert", httpx.ReadTimeout(""), b"auto")
    there = record("a", "Customer a") + record("b", "Customer b", changed=True) + record("c", "older name")
    org.on("query", salesforce_page(there, size=3))
    outcomes = Run(enter_org)([row("a"), row("b"), row("c"), row("d")])
    assert states(outcomes) == ["created", "updated", "created", "created"]
    assert outcomes[0].salesforce_id == "id-a"
    assert [keys(each) for each in org.envelopes("upsert")] == [["a", "b", "c", "d"], ["c", "d"]]
    assert clock.slept, "the service may still be working on the call"
    (soql,) = texts(org.envelopes("query")[0], "queryString")
    assert soql == (
        f"SELECT Id, {KEY}, Name, CreatedDate, LastModifiedDate FROM Zuora__CustomerAccount__c"
        f" WHERE {KEY} IN ('a', 'b', 'c', 'd')"
    )


@pytest.mark.parametrize(
    ("target", "parent", "same"),
    [
        (row("a", nulls=("Zuora__Notes__c",)), "", True),
        (row("a", fields={}, nulls=("Name",)), "", False),
        (
            row("a", parent="P1"),
            '<sf:Zuora__Parent__r xsi:type="sf:sObject"><sf:type>P</sf:type>{}</sf:Zuora__Parent__r>',
            True,
        ),
        (
            row("a", parent="p2"),
            '<sf:Zuora__Parent__r xsi:type="sf:sObject"><sf:type>P</sf:type>{}</sf:Zuora__Parent__r>',
            False,
        ),
        (row("a", parent="p1"), '<sf:Zuora__Parent__r xsi:nil="true"/>', False),
    ],
)
def test_blanks_and_parents_are_compared_too(
    org: Org, enter_org: Enter, target: TargetRow, parent: str, same: bool
) -> None:
    found = record("a", "Customer a").replace(
        "</records>",
        '<sf:Zuora__Notes__c xsi:nil="true"/>' + parent.format(f"<sf:{KEY}>p1</sf:{KEY}>") + "</records>",
    )
    org.on("describeSObject", DESCRIBED).on("upsert", httpx.ReadTimeout(""), b"auto")
    org.on("query", salesforce_page(found, size=1))
    Run(enter_org)([target])
    assert len(org.envelopes("upsert")) == (1 if same else 2)


def test_rows_that_cannot_be_read_back_are_in_doubt(org: Org, enter_org: Enter) -> None:
    org.on("describeSObject", DESCRIBED).on("upsert", httpx.ReadError("reset"))
    org.on("query", httpx.ConnectError("refused"))
    run = Run(enter_org)
    (outcome,) = run([row("a")])
    assert (outcome.state, outcome.code) == (RowState.IN_DOUBT, "REPLY_LOST")
    assert outcome.what_to_do
    assert run.told == [outcome]


def test_replies_that_are_lost_every_time_leave_the_row_in_doubt(org: Org, enter_org: Enter) -> None:
    org.on("describeSObject", DESCRIBED).on("upsert", httpx.ReadError("reset"))
    org.on("query", salesforce_page("", size=0))
    (outcome,) = Run(enter_org)([row("a")])
    assert outcome.state is RowState.IN_DOUBT
    assert len(org.envelopes("upsert")) == 5


# Deleting.


def doomed(key: str, root: str = "r1") -> DoomedRow:
    return DoomedRow("X__c", key, root, f"a0{key}".ljust(15, "0") + "AAA")


def test_what_is_gone_already_counts_as_deleted(org: Org, enter_org: Enter) -> None:
    results = [
        "<result><id>x</id><success>true</success></result>",
        bad("ENTITY_IS_DELETED", "entity is deleted"),
        bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        bad("DELETE_FAILED", "it is associated with others"),
    ]
    org.on("delete", saved(*results, operation="delete"))
    outcomes = Run(enter_org)([doomed(key) for key in "abcd"], remove)
    assert states(outcomes) == ["deleted", "deleted", "deleted", "failed"]
    assert outcomes[3].salesforce_id == doomed("d").salesforce_id
    assert outcomes[3].code == "DELETE_FAILED"


def test_a_lost_reply_of_a_delete_is_settled_by_looking(org: Org, enter_org: Enter) -> None:
    one = "<result><id>x</id><success>true</success></result>"
    org.on("delete", httpx.ReadTimeout(""), saved(one, operation="delete"))
    left = f'<records xsi:type="sf:sObject"><sf:type>X__c</sf:type><sf:Id>{doomed("b").salesforce_id}</sf:Id></records>'
    org.on("query", salesforce_page(left, size=1))
    assert states(Run(enter_org)([doomed("a"), doomed("b")], remove)) == ["deleted", "deleted"]
    assert [texts(each, "ids") for each in org.envelopes("delete")] == [
        [doomed("a").salesforce_id, doomed("b").salesforce_id],
        [doomed("b").salesforce_id],
    ]


def test_nothing_is_deleted_without_its_lease(org: Org, enter_org: Enter) -> None:
    guard = Guard()
    guard.lost = {"r1"}
    assert states(Run(enter_org, guard)([doomed("a")], remove)) == ["blocked"]
    assert org.envelopes("delete") == []
