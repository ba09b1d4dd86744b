"""Each planted bug is caught by the facts that are there to catch it."""

from __future__ import annotations

import pytest

from contracts import ZUORA, Finding, try_fact
from contracts.zuora.mocks import MockInProcess
from tests.contracts.mutants import MUTANTS, Mutant
from tests.contracts.sabotage import Sabotaged


@pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name) for each in MUTANTS])
def test_a_planted_bug_is_caught(mutant: Mutant) -> None:
    for id_ in mutant.caught_by:
        assert try_fact(ZUORA[id_], MockInProcess()).finding is Finding.HOLDS
        verdict = try_fact(ZUORA[id_], Sabotaged(MockInProcess(), mutant.exchange, mutant.pace))
        assert verdict.finding is Finding.BROKEN, f"{id_} does not notice: {mutant.name}"
