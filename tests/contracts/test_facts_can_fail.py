"""A check is worth what it catches: every fact fails on a service that is wrong throughout."""

from __future__ import annotations

import pytest

from contracts import ZUORA, Capability, Fact, Finding, try_fact
from contracts.verify import Standing
from contracts.zuora.mocks import MockInProcess
from tests.contracts.sabotage import Exchange, Sabotaged, hollow, refusing, silent

# On a service that logs in as it should and refuses all else, facts about logging in do hold.
ABOUT_LOGIN = frozenset(
    fact.id
    for fact in ZUORA
    if fact.topic in ("login", "entities")
    or fact.id.startswith(("zuora.limits.login-", "zuora.limits.lockout", "zuora.limits.address"))
    or fact.id == "zuora.wire.server-url-same"
)


@pytest.mark.parametrize("exchange", [silent, hollow, refusing])
def test_every_fact_fails_on_a_service_that_is(exchange: Exchange) -> None:
    survivors = []
    with Standing(Sabotaged(MockInProcess(), exchange)) as standing:
        for fact in ZUORA:
            if Capability.LOOSE in fact.needs or (exchange is refusing and fact.id in ABOUT_LOGIN):
                continue
            # Nothing is written through a wrong service, but its clock and limits would stay as a fact left them.
            stage = standing.for_fact(fact) if fact.needs & {Capability.CLOCK, Capability.LIMITS} else standing
            if try_fact(fact, stage).finding is not Finding.BROKEN:
                survivors.append(fact.id)
    assert survivors == []


def test_a_broken_fact_says_in_what_way() -> None:
    fact: Fact = ZUORA["zuora.zoql.and"]
    verdict = try_fact(fact, Sabotaged(MockInProcess(), hollow))
    assert "`Batch = 'Batch1' and AutoPay = true` finds: [] where ['alder'] was expected" in verdict.words
