"""Every fact about Salesforce, tried against the mock: called in process, and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts import SALESFORCE, Fact, Finding, Stage, try_fact
from contracts.salesforce.mocks import OrgInProcess, OrgOverHttp
from contracts.verify import Standing
from contracts.zuora.differences import DIFFERENCES


def each_fact(stage: Stage) -> list[object]:
    facts = []
    for fact in SALESFORCE:
        if fact.needs - stage.capabilities:
            continue
        marks = [pytest.mark.xfail(reason=DIFFERENCES[fact.id])] if fact.id in DIFFERENCES else []
        facts.append(pytest.param(fact, id=fact.id, marks=marks))
    return facts


@pytest.fixture(scope="module")
def in_process() -> Iterator[Standing]:
    with Standing(OrgInProcess()) as standing:
        yield standing


@pytest.fixture(scope="module")
def over_http() -> Iterator[Standing]:
    with OrgOverHttp() as stage, Standing(stage) as standing:
        yield standing


@pytest.mark.parametrize("fact", each_fact(OrgInProcess()))
def test_the_mock_keeps(fact: Fact, in_process: Standing) -> None:
    verdict = try_fact(fact, in_process.for_fact(fact))
    assert verdict.finding is Finding.HOLDS, verdict.words


@pytest.mark.parametrize("fact", each_fact(OrgOverHttp()))
def test_the_mock_keeps_over_http(fact: Fact, over_http: Standing) -> None:
    verdict = try_fact(fact, over_http.for_fact(fact))
    assert verdict.finding is Finding.HOLDS, verdict.words
