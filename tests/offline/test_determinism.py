"""The engine and both mocks on virtual time: one seed, one history, to the byte."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from mock_salesforce import SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.journal import Journal, journaled
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import SyncRequest
from sync_engine.engine import Engine
from sync_engine.model import ObjectKind
from sync_engine.settings import Settings

DEMO = scenario("demo")


@dataclass
class Run:
    journal: bytes
    successes: int
    virtual_time: timedelta


def run(seed: int, kind: ObjectKind = ObjectKind.BILLING_ACCOUNT) -> Run:
    clock, chance, journal = VirtualClock(), random.Random(seed), Journal()
    zuora = ZuoraMock(clock=clock, chance=chance)
    salesforce = SalesforceMock(clock=clock, chance=chance)
    for side in (ZuoraSide(zuora), SalesforceSide(salesforce)):
        side.admit(DEMO)
        side.fill(DEMO)
    apps = {
        "zuora.test": journaled(zuora.wsgi, journal, "zuora", clock),
        "salesforce.test": journaled(salesforce.wsgi, journal, "salesforce", clock),
    }
    told = settings_for(DEMO, "http://zuora.test/apps/services/a/83.0", "http://salesforce.test", "sqlite://")
    began = clock.now()
    entity = DEMO.tenant.entities[0].id
    with Engine(
        Settings.model_validate(told), clock=clock, chance=chance, transport=WsgiTransport(apps, clock)
    ) as engine:
        ids = DEMO.ids("Account" if kind is ObjectKind.BILLING_ACCOUNT else "Product", entity)[:3]
        results = run_virtual(engine.request(SyncRequest(kind, zuora_ids=ids)), clock)
    zuora.close()
    salesforce.close()
    return Run(journal.to_bytes(), sum(result.success for result in results), clock.now() - began)


def test_one_seed_gives_one_journal_to_the_byte() -> None:
    first, second = run(7), run(7)
    assert first.successes == 3
    assert first.virtual_time > timedelta(seconds=1), "the services' own time did not pass"
    assert first.journal.count(b"\n") > 10
    assert first.journal == second.journal


def test_products_are_as_repeatable_as_accounts() -> None:
    first, second = run(7, ObjectKind.ZPRODUCT), run(7, ObjectKind.ZPRODUCT)
    assert first.successes == 3
    assert first.journal == second.journal


def test_another_seed_gives_another_journal() -> None:
    assert run(7).journal != run(8).journal


def test_no_secret_of_the_run_is_in_the_journal() -> None:
    journal = run(7).journal
    for user in (*DEMO.tenant.users, *DEMO.org.users):
        assert user.password.encode() not in journal
