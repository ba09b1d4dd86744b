"""The engine against both mocks over a wire that fails: whatever goes wrong, nothing it says is untrue.

Each fault strikes at every place of one account's sync, then drawn combinations strike several accounts. After the
wire has healed one more sync must bring both sides to agree, with no record there twice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import Scenario, scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from sync_engine.admission import SyncRequest
from sync_engine.agreement import Agreement, compare_accounts
from sync_engine.engine import Engine
from sync_engine.errors import OnDemandSyncError
from sync_engine.mapping import FieldMap
from sync_engine.mapping.field_map import ORDER
from sync_engine.model import ObjectKind
from sync_engine.results import SyncResult
from sync_engine.sessions import END_STATES
from sync_engine.settings import Settings, rules
from tests.offline.faulty_wire import (
    FAULTS,
    REFUSED,
    REPLY_LOST,
    SALESFORCE,
    ZUORA,
    Fault,
    FaultyWire,
    Mocks,
    Plan,
    strikes,
)

DEMO = scenario("demo")
HOME = DEMO.tenant.entities[0].id
ACCOUNTS = DEMO.ids("Account", HOME)[:3]
FIELD_MAP = FieldMap.load()
HISTORY = "Zuora__Sync_History__c"
MAPS = [FIELD_MAP[name] for name in ORDER[ObjectKind.BILLING_ACCOUNT]]
KEYS = {each.sobject: each.key.target for each in MAPS}
"""The external id that each object's records are known by."""

STAMPS = {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "LastViewedDate", "LastReferencedDate"}
NAMED = {each.sobject for each in MAPS if any(rule.target == "Name" for rule in each.fields)}
OWN = {sobject: STAMPS if sobject in NAMED else STAMPS | {"Name"} for sobject in KEYS}
"""What an org gives each record itself; the names of the others are numbers that it counts."""


def only(accounts: Sequence[str]) -> Scenario:
    """The demo with these accounts and without the other entity's records."""
    tables = dict(DEMO.zuora[HOME])
    tables["Account"] = [row for row in tables["Account"] if row["Id"] in accounts]
    kept = set(accounts)
    for name, rows in tables.items():
        if name != "Account" and any("AccountId" in row for row in rows):
            tables[name] = [row for row in rows if row.get("AccountId") in kept]
    return replace(DEMO, zuora={HOME: tables})


@dataclass
class World:
    """Both mocks, one wire to them, and what the org should hold once everything of the accounts is synced."""

    accounts: Sequence[str]
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.scenario = only(self.accounts)
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        self._org_side = SalesforceSide(self.salesforce)
        for side in (ZuoraSide(self.zuora), self._org_side):
            side.admit(self.scenario)
            side.fill(self.scenario)
        self._mocks = Mocks(self.zuora, self.salesforce, self.clock)
        self.wire = FaultyWire(self._mocks)
        self.settled = self._a_good_sync()

    def _a_good_sync(self) -> list[str]:
        with self.engine() as engine:
            assert all(result.success for result in self.sync(engine))
            calls = self.wire.seen.copy()
            agreement = self.compare(engine)
            assert agreement.rows > 20
            assert not agreement.differences
        self.calls = list({call.identity: call for call in calls}.values())
        return self.rows()

    def afresh(self, plan: Plan) -> None:
        """An org before its first sync, and a wire with other faults."""
        self._org_side.fill(self.scenario)
        self.wire = FaultyWire(self._mocks, {call.identity: place for place, call in enumerate(self.calls)})
        self.wire.plan = plan

    def engine(self) -> Engine:
        told = settings_for(self.scenario, f"http://{ZUORA}/apps/services/a/83.0", f"http://{SALESFORCE}", "sqlite://")
        settings = Settings.model_validate(told)
        return Engine(settings, clock=self.clock, chance=random.Random(3), transport=self.wire)

    def sync(self, engine: Engine) -> list[SyncResult]:
        request = SyncRequest(zuora_ids=list(self.accounts), email_notification=False)
        results: list[SyncResult] = run_virtual(engine.request(request), self.clock)
        return results

    def compare(self, engine: Engine, accounts: Sequence[str] = ()) -> Agreement:
        """What `sync_engine.agreement` finds, over the wire as it is."""

        async def work() -> Agreement:
            async with engine.connections() as connections:
                return await compare_accounts(
                    accounts or self.accounts,
                    zuora=await connections.zuora(HOME),
                    salesforce=await connections.salesforce(),
                    field_map=FIELD_MAP,
                    rules=rules(engine.settings, HOME, self.scenario.tenant.entities[0].name),
                )

        agreement: Agreement = run_virtual(work(), self.clock)
        return agreement

    def records(self, sobjects: Iterable[str]) -> Iterator[tuple[str, dict[str, object]]]:
        """The org's records of these objects that a sync wrote."""
        for sobject in sobjects:
            for row in self.salesforce.orgs[0].rows(sobject):
                if row.get(KEYS[sobject]):
                    yield sobject, row

    def rows(self) -> list[str]:
        """What a sync wrote, without what differs between two equal syncs: the org's own ids, numbers and stamps."""
        kept = list(self.records(sorted(KEYS)))
        known = {row["Id"]: f"{name} {row[KEYS[name]]}" for name, row in kept}
        return sorted(
            f"{name} {[(key, known.get(row[key], row[key])) for key in sorted(row) if key not in OWN[name]]}"
            for name, row in kept
        )

    def close(self) -> None:
        self.zuora.close()
        self.salesforce.close()


def attempt(world: World, engine: Engine) -> tuple[list[SyncResult], str]:
    """Sync; what was answered, and the text of the error that ended it. Any other exception fails the test."""
    try:
        return world.sync(engine), ""
    except OnDemandSyncError as error:
        return [], f"{error!r} {error} {vars(error)!r} {error.__cause__!r}"


def check(world: World, engine: Engine, results: Sequence[SyncResult], said: str, *, heal: bool) -> None:
    """Every rule, after a sync that met faults."""
    world.wire.plan = lambda number, place: None
    assert run_virtual(engine.leases.all(), world.clock) == []
    for session in run_virtual(engine.ledger.sessions(), world.clock):
        assert session.state in END_STATES
        assert all(each.state in END_STATES for each in session.objects)
    assert said or [result.zuora_id for result in results] == list(world.accounts)
    assert all(result.status_message for result in results)
    check_once(world)
    synced = [str(result.zuora_id) for result in results if result.success]
    rows = world.rows()
    as_it_should_be, untouched = rows == world.settled, not rows and not synced
    if synced and not as_it_should_be:
        assert len(synced) < len(world.accounts), "everything is said to be synced, and is not"
        assert not world.compare(engine, synced).differences
    # an org that nothing was written to is where the first good sync began
    if heal or not (as_it_should_be or untouched):
        again, error = attempt(world, engine)
        assert not error
        assert [result.success for result in again] == [True] * len(world.accounts), again
        # equal to rows that were compared field by field is as good as comparing them again
        assert world.rows() == world.settled or not world.compare(engine).differences
        check_once(world)
        said += repr(again)
    check_secrets(world, engine, said + repr(results))


def check_once(world: World) -> None:
    """No record is there twice."""
    found = Counter((sobject, row[KEYS[sobject]]) for sobject, row in world.records(sorted(KEYS)))
    found.update((HISTORY, row["Zuora__External_Id__c"]) for row in world.salesforce.orgs[0].rows(HISTORY))
    assert [key for key, times in found.items() if times > 1] == []


def check_secrets(world: World, engine: Engine, said: str) -> None:
    """Nothing that opens a door is in what was said or in the ledger's database."""
    dump: list[str] = engine.store.transact(
        lambda connection: list(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    )
    secrets = {user.password for user in DEMO.tenant.users} | {user.password for user in DEMO.org.users}
    secrets |= {user.security_token for user in DEMO.org.users}
    assert len(world.wire.sessions_seen) >= 1, "no session was seen on the wire"
    text = said + "\n".join(dump)
    parts = secrets | {session[:32] for session in world.wire.sessions_seen}
    assert [secret for secret in parts if secret and secret in text] == []


@pytest.fixture(scope="module")
def one_account() -> Iterator[World]:
    world = World(ACCOUNTS[:1])
    yield world
    world.close()


@pytest.fixture(scope="module")
def three_accounts() -> Iterator[World]:
    world = World(ACCOUNTS)
    yield world
    world.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_at_every_call(one_account: World, fault: Fault) -> None:
    """Every call of a sync is struck once. A sync that gets over the fault meets several, far apart."""
    pending = [place for place, call in enumerate(one_account.calls) if strikes(fault, call)]
    assert len(pending) >= 15
    while pending:
        now = set(pending[:: max(1, len(pending) // 4)])

        def plan(number: int, place: int | None, now: set[int] = now) -> Fault | None:
            return fault if place in now and not one_account.wire.struck[place] else None

        one_account.afresh(plan)
        with one_account.engine() as engine:
            results, said = attempt(one_account, engine)
            struck = set(one_account.wire.struck)
            assert struck, "no call was struck"
            got_over = all(result.success for result in results) and not said
            assert got_over or not fault.harmless, (struck, results, said)
            check(one_account, engine, results, said, heal=False)
        pending = [place for place in pending if place not in struck]


@pytest.mark.parametrize(("fault", "step"), [(REPLY_LOST, 1), (REFUSED, 5)], ids=["reply_lost", "refused"])
def test_an_outage_from_a_write_on(one_account: World, fault: Fault, step: int) -> None:
    """From there on nothing gets through, so that the sync is left half done, and the next one finishes it."""
    writes = [place for place, call in enumerate(one_account.calls) if call.writes]
    for first in [1, *writes[::step]]:
        gone = False

        def plan(number: int, place: int | None, first: int = first) -> Fault | None:
            nonlocal gone
            gone = gone or place == first
            return fault if gone else None

        one_account.afresh(plan)
        with one_account.engine() as engine:
            results, said = attempt(one_account, engine)
            assert one_account.wire.struck
            check(one_account, engine, results, said, heal=True)


STRIKES = st.dictionaries(st.integers(0, 60), st.sampled_from(FAULTS), max_size=12)
"""Which fault strikes at which call."""


@hypothesis_settings(max_examples=5, deadline=None)
@given(strikes_at=STRIKES, outage=st.tuples(st.integers(0, 60), st.integers(0, 8), st.sampled_from(FAULTS)))
def test_any_combination_of_faults(
    three_accounts: World, strikes_at: dict[int, Fault], outage: tuple[int, int, Fault]
) -> None:
    begin, length, fault = outage
    struck = {**strikes_at, **dict.fromkeys(range(begin, begin + length), fault)}
    three_accounts.afresh(lambda number, place: struck.get(number))
    with three_accounts.engine() as engine:
        results, said = attempt(three_accounts, engine)
        check(three_accounts, engine, results, said, heal=True)
