"""Every fact, tried against the mock: called in process, and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts import ZUORA, Capability, Fact, Finding, Stage, try_fact
from contracts.verify import Standing
from contracts.zuora.differences import DIFFERENCES
from contracts.zuora.mocks import MockInProcess, MockOverHttp

LOOSE = MockInProcess(loose=True)


def each_fact(stage: Stage) -> list[object]:
    facts = []
    for fact in ZUORA:
        if fact.needs - stage.capabilities:
            continue
        marks = [pytest.mark.xfail(reason=DIFFERENCES[fact.id])] if fact.id in DIFFERENCES else []
        facts.append(pytest.param(fact, id=fact.id, marks=marks))
    return facts


@pytest.fixture(scope="module")
def in_process() -> Iterator[Standing]:
    with Standing(MockInProcess()) as standing:
        yield standing


@pytest.fixture(scope="module")
def over_http() -> Iterator[Standing]:
    with MockOverHttp() as stage, Standing(stage) as standing:
        yield standing


@pytest.mark.parametrize("fact", each_fact(LOOSE))
def test_the_mock_keeps(fact: Fact, in_process: Standing) -> None:
    verdict = try_fact(fact, LOOSE if Capability.LOOSE in fact.needs else in_process.for_fact(fact))
    assert verdict.finding is Finding.HOLDS, verdict.words


@pytest.mark.parametrize("fact", each_fact(MockOverHttp()))
def test_the_mock_keeps_over_http(fact: Fact, over_http: Standing) -> None:
    verdict = try_fact(fact, over_http.for_fact(fact))
    assert verdict.finding is Finding.HOLDS, verdict.words


def test_a_fact_that_needs_what_a_stage_lacks_is_skipped_with_a_word() -> None:
    fact = next(fact for fact in ZUORA if Capability.LOOSE in fact.needs)
    verdict = try_fact(fact, MockOverHttp())
    assert verdict.finding is Finding.SKIPPED
    assert verdict.words == "the mock over HTTP does not offer that headers are read leniently"
