"""Facts: what a service promises, a sentence each, with its source and a check that can be run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from contracts.salesforce.client import SalesforceClient
from contracts.target import Capability
from contracts.zuora.client import Client

Check = TypeVar("Check", bound=Callable[..., None])

_CHANGING = frozenset(
    {
        Capability.WRITABLE,
        Capability.CLOCK,
        Capability.LIMITS,
        Capability.POLICIES,
        Capability.LOCKS,
        Capability.CALLOUTS,
    }
)


class AnyScenario(Protocol):
    """What a fact's scenario is to the registry: a name, and what it needs of a target by the capabilities' names."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def needs(self) -> Iterable[str]:
        """Names of capabilities."""


_SENTENCE = re.compile(r"[A-Z`].*\.")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){2,}")


class Sure(StrEnum):
    """How sure a fact is, the surest first."""

    RECORDED = "recorded"
    """Seen in a recording of the real service."""
    WSDL = "wsdl"
    """Stated by a real WSDL."""
    DOCUMENTED = "documented"
    """Stated by the vendor's documentation."""
    INFERRED = "inferred"
    """Follows from the above, or from what several clients do."""
    ASSUMED = "assumed"
    """No source says it; the most plausible was chosen."""


@dataclass(frozen=True)
class Fact:
    """One promise of a service.

    `id` is dotted and stable: service, topic, name. `check` raises `Broken` when the promise is not kept; it is
    handed a client for a target with `scenario` in it, and run only where the target can do all of `needs`.
    """

    id: str
    sentence: str
    source: str
    sure: Sure
    scenario: AnyScenario
    needs: frozenset[Capability]
    check: Callable[[Any], None]
    client: Callable[[Any], Any]
    """Makes the client that the check is handed, for a target."""

    @property
    def changes(self) -> bool:
        """Whether the check leaves the target other than it found it."""
        return bool(self.needs & _CHANGING)

    @property
    def topic(self) -> str:
        """The second part of the id."""
        return self.id.split(".")[1]


class Registry:
    """Facts by id, in the order they were stated; `client` makes the client of a target that checks are handed."""

    def __init__(self, client: Callable[[Any], Any] = Client) -> None:
        self._client = client
        self._facts: dict[str, Fact] = {}

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts.values())

    def __len__(self) -> int:
        return len(self._facts)

    def __getitem__(self, id_: str) -> Fact:
        return self._facts[id_]

    def add(self, fact: Fact) -> None:
        """Add a fact; raises `ValueError` for an id that is taken or ill-formed, or a sentence that is none."""
        if fact.id in self._facts:
            raise ValueError(f"two facts have the id {fact.id}")
        if not _ID.fullmatch(fact.id):
            raise ValueError(f"{fact.id} is no fact id: it takes service.topic.name, in lower case with dashes")
        if not _SENTENCE.fullmatch(fact.sentence):
            raise ValueError(f"{fact.id}: its sentence begins with a capital or a name and ends with a full stop")
        if not fact.source.strip():
            raise ValueError(f"{fact.id} names no source")
        self._facts[fact.id] = fact

    def fact(
        self,
        id_: str,
        sentence: str,
        *,
        source: str,
        sure: Sure,
        scenario: AnyScenario,
        needs: Iterable[Capability] = (),
    ) -> Callable[[Check], Check]:
        """State a fact; the decorated function is its check. The scenario's own needs are added to `needs`."""

        def register(check: Check) -> Check:
            every = frozenset(needs) | {Capability[each] for each in scenario.needs}
            self.add(Fact(id_, sentence, source, sure, scenario, every, check, self._client))
            return check

        return register


ZUORA = Registry()
"""What Zuora's SOAP service promises; complete once `contracts.facts` is imported."""

SALESFORCE = Registry(SalesforceClient)
"""What Salesforce's SOAP services promise; complete once `contracts.facts` is imported."""
