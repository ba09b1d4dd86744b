"""The page that lists every fact, made from the facts themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from contracts.differences import DIFFERENCES
from contracts.registry import Fact, Sure

_HEAD = """\
# What Zuora's SOAP service promises

Every line is a fact with a check that runs: `tests/contracts` tries them all against the mock, in process and over
HTTP. Those in *italics* the mock is known not to keep; [differences](differences.md) says why. This page is made by
`python -m contracts.facts > docs/facts.md`, and a test compares it.

How sure a fact is: **recorded**, seen in a recording of the real service; **wsdl**, stated by a real WSDL;
**documented**, stated by the vendor; **inferred**, follows from those; **assumed**, the most plausible where nothing
is known.
"""


def page(facts: Iterable[Fact]) -> str:
    """The page in Markdown, a table a topic."""
    every = list(facts)
    counted = Counter(fact.sure for fact in every)
    parts = [_HEAD, f"{len(every)} facts: {', '.join(f'{counted[sure]} {sure}' for sure in Sure)}.\n"]
    for topic, found in groupby(sorted(every, key=lambda fact: fact.topic), key=lambda fact: fact.topic):
        parts.append(f"## {topic}\n\n| fact | what it says | sure | source |\n| --- | --- | --- | --- |\n")
        parts[-1] += "".join(
            f"| `{fact.id}` | {_said(fact)} | {fact.sure} | {_cell(fact.source)} |\n" for fact in found
        )
    return "\n".join(parts)


def _said(fact: Fact) -> str:
    sentence = _cell(fact.sentence)
    return f"*{sentence}*" if fact.id in DIFFERENCES else sentence


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
