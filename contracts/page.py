"""The page that lists every fact, made from the facts themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from contracts.registry import Fact, Sure
from contracts.zuora.differences import DIFFERENCES

_HEAD = """\
# What the services promise

Every line is a fact with a check that runs: `tests/contracts` tries them all against the mocks, in process and over
HTTP. Those in *italics* a mock is known not to keep; [differences](differences.md) says why. This page is made by
`python -m contracts.facts > docs/facts.md`, and a test compares it.

How sure a fact is: **recorded**, seen in a recording of the real service; **wsdl**, stated by a real WSDL;
**documented**, stated by the vendor; **inferred**, follows from those; **assumed**, the most plausible where nothing
is known.
"""


def page(services: Mapping[str, Iterable[Fact]]) -> str:
    """The page in Markdown: a part for each service by its name, in it a table a topic."""
    return "\n".join([_HEAD, *(part for name, facts in services.items() for part in _service(name, list(facts)))])


def _service(name: str, every: Sequence[Fact]) -> list[str]:
    counted = Counter(fact.sure for fact in every)
    told = ", ".join(f"{counted[sure]} {sure}" for sure in Sure)
    parts = [f"# {name}\n", f"{len(every)} facts: {told}.\n"]
    for topic, found in groupby(sorted(every, key=lambda fact: fact.topic), key=lambda fact: fact.topic):
        parts.append(f"## {topic}\n\n| fact | what it says | sure | source |\n| --- | --- | --- | --- |\n")
        parts[-1] += "".join(
            f"| `{fact.id}` | {_said(fact)} | {fact.sure} | {_cell(fact.source)} |\n" for fact in found
        )
    return parts


def _said(fact: Fact) -> str:
    sentence = _cell(fact.sentence)
    return f"*{sentence}*" if fact.id in DIFFERENCES else sentence


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
