"""The registry is sound, and the page that lists it is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contracts import SALESFORCE, ZUORA, Sure
from contracts.page import page
from contracts.registry import Registry
from contracts.zuora.client import Client
from contracts.zuora.differences import DIFFERENCES
from contracts.zuora.scenarios import EMPTY

EVERY = [*ZUORA, *SALESFORCE]


def test_every_id_begins_with_the_service_and_a_topic() -> None:
    for service, facts in (("zuora", ZUORA), ("salesforce", SALESFORCE)):
        assert all(fact.id.split(".")[0] == service and len(fact.id.split(".")) == 3 for fact in facts)


def test_no_two_facts_say_the_same() -> None:
    sentences = [(fact.id.split(".")[0], fact.sentence) for fact in EVERY]
    assert not {each for each in sentences if sentences.count(each) > 1}


def test_only_what_is_assumed_names_no_source() -> None:
    assert {
        fact.id for fact in EVERY if fact.source.startswith("no public source") != (fact.sure is Sure.ASSUMED)
    } == set()


def test_scenarios_are_known_by_their_names() -> None:
    scenarios = {id(fact.scenario): fact.scenario for fact in EVERY}
    assert len({each.name for each in scenarios.values()}) == len(scenarios)


def test_every_known_difference_is_a_fact_and_stands_on_the_page_of_differences() -> None:
    written = Path(__file__).parents[2].joinpath("docs/differences.md").read_text(encoding="utf-8")
    assert not set(DIFFERENCES) - {fact.id for fact in EVERY}
    assert sorted(re.findall(r"`((?:zuora|salesforce)\.[\w-]+\.[\w-]+)`", written)) == sorted(DIFFERENCES)


def test_the_page_of_facts_is_current() -> None:
    written = Path(__file__).parents[2].joinpath("docs/facts.md").read_text(encoding="utf-8")
    assert written == page({"Zuora": ZUORA, "Salesforce": SALESFORCE}), "run: python -m contracts.facts > docs/facts.md"


@pytest.mark.parametrize(
    ("id_", "sentence", "source"),
    [
        ("zuora.wire.One", "It is so.", "a page"),
        ("wire", "It is so.", "a page"),
        ("zuora.wire.one", "It is so", "a page"),
        ("zuora.wire.one", "it is so.", "a page"),
        ("zuora.wire.one", "It is so.", " "),
    ],
)
def test_a_fact_that_is_not_well_formed_is_not_taken(id_: str, sentence: str, source: str) -> None:
    def check(client: Client) -> None:
        del client

    with pytest.raises(ValueError, match="wire"):
        Registry().fact(id_, sentence, source=source, sure=Sure.ASSUMED, scenario=EMPTY)(check)


def test_an_id_is_taken_once() -> None:
    registry = Registry()

    def check(client: Client) -> None:
        del client

    state = registry.fact("zuora.wire.one", "It is so.", source="a page", sure=Sure.WSDL, scenario=EMPTY)
    state(check)
    with pytest.raises(ValueError, match="two facts"):
        state(check)


def test_the_readme_names_the_facts_and_the_differences() -> None:
    root = Path(__file__).parents[2]
    readme = root.joinpath("README.md").read_text(encoding="utf-8")
    for page_name in ("docs/facts.md", "docs/differences.md"):
        assert f"]({page_name})" in readme
        assert root.joinpath(page_name).is_file()
