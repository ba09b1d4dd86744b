"""Runs facts on a stage and says of each whether it holds, is broken, or could not be tried there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from contracts.judging import Broken
from contracts.registry import Fact
from contracts.target import Capability, Stage


class Finding(StrEnum):
    """What became of one fact."""

    HOLDS = "holds"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fact, what became of it, and in what way it is broken or why it was skipped."""

    fact: Fact
    finding: Finding
    words: str = ""


def try_fact(fact: Fact, stage: Stage) -> Verdict:
    """Set the fact's scenario up and run its check."""
    missing = sorted(fact.needs - stage.capabilities)
    if missing:
        return Verdict(fact, Finding.SKIPPED, f"{stage.name} does not offer that {', that '.join(missing)}")
    with stage.set_up(fact.scenario) as target:
        try:
            fact.check(fact.client(target))
        except Broken as broken:
            return Verdict(fact, Finding.BROKEN, str(broken))
    return Verdict(fact, Finding.HOLDS)


class Standing:
    """A stage that keeps one target a scenario for all facts that change nothing; others get one of their own.

    Use as a context manager: the kept targets are cleared away at its end.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._kept: dict[str, Any] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def for_fact(self, fact: Fact) -> Stage:
        """The stage to try the fact on."""
        return self._stage if fact.changes else self

    @property
    def name(self) -> str:
        """The stage's name."""
        return self._stage.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The stage's capabilities."""
        return self._stage.capabilities

    @contextmanager
    def set_up(self, scenario: Any) -> Iterator[Any]:
        """The scenario's target, made when it is first asked for."""
        if scenario.name not in self._kept:
            self._kept[scenario.name] = self._open.enter_context(self._stage.set_up(scenario))
        yield self._kept[scenario.name]


def verify(facts: Iterable[Fact], stage: Stage) -> Iterator[Verdict]:
    """The verdict on each fact, as soon as it is there."""
    with Standing(stage) as standing:
        for fact in facts:
            yield try_fact(fact, standing.for_fact(fact))
