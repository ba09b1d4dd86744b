"""A check is worth what it catches: planted bugs are caught, and every fact fails on an org that is all wrong."""

from __future__ import annotations

import pytest

from contracts import SALESFORCE, Capability, Finding, try_fact
from contracts.salesforce.mocks import OrgInProcess
from contracts.verify import Standing
from tests.contracts.salesforce_mutants import MUTANTS, Mutant
from tests.contracts.salesforce_sabotage import Exchange, Sabotaged, hollow, refusing, silent

# On a service that logs in as it should and refuses all else, facts about logging in do hold, and those that are glad
# of any refusal.
HOLD_WHEN_REFUSED = frozenset(fact.id for fact in SALESFORCE if fact.topic == "login") | {
    "salesforce.wire.login-without-limit-info",
    "salesforce.wire.server-url",
    "salesforce.wire.fault-status",
    "salesforce.limits.message",
    "salesforce.faults.no-doctype",
    "salesforce.rows.upsert-one-type",
}


@pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name) for each in MUTANTS])
def test_a_planted_bug_is_caught(mutant: Mutant) -> None:
    for name in mutant.caught_by:
        fact = SALESFORCE[f"salesforce.{name}"]
        assert try_fact(fact, OrgInProcess()).finding is Finding.HOLDS
        verdict = try_fact(fact, Sabotaged(mutant.exchange, mutant.pace, mutant.lasting))
        assert verdict.finding is Finding.BROKEN, f"{name} does not notice: {mutant.name}"


@pytest.mark.parametrize("exchange", [silent, hollow, refusing])
def test_every_fact_fails_on_a_service_that_is(exchange: Exchange) -> None:
    survivors = []
    with Standing(Sabotaged(exchange)) as standing:
        for fact in SALESFORCE:
            if exchange is refusing and fact.id in HOLD_WHEN_REFUSED:
                continue
            changes = fact.needs & {Capability.CLOCK, Capability.LIMITS}
            stage = standing.for_fact(fact) if changes else standing
            if try_fact(fact, stage).finding is not Finding.BROKEN:
                survivors.append(fact.id)
    assert survivors == []
