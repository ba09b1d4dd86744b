"""What a fact needs of a service: send bytes, know who may log in, and find the records it was given.

A target is one service with one scenario in it, of a kind of its own for each service (`contracts.zuora.target`,
`contracts.salesforce.target`); a `Stage` makes targets. The stages over the mocks are in `mocks.py` beside them.
A stage over a real sandbox is of the same shape: `set_up` either creates the scenario's rows with SOAP `create` and
`subscribe` and keeps the ids that come back, or reads the ids of rows that were made by hand from a settings file;
`who` reads the sandbox's users from the environment; and its `capabilities` leave out what a sandbox does not offer
(`CLOCK`, `LIMITS`, `POLICIES`, mostly `SECOND_TENANT`), so that facts which need them are skipped with a word.
Facts look only at rows their scenario names, so that other rows in a sandbox do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Capability(StrEnum):
    """What not every target can do; the value is what a person reads when a fact is skipped for want of it."""

    WRITABLE = "rows may be created, changed and deleted"
    CLOCK = "time can be moved on"
    LIMITS = "limits can be lowered"
    POLICIES = "security policies can be set"
    MULTI_ENTITY = "the tenant has several entities"
    SECOND_TENANT = "there is a second tenant on the same host"
    IN_FLIGHT = "calls stay in flight until time is moved on"
    BULK = "thousands of rows can be set up"
    LOOSE = "headers are read leniently"
    TRIGGERS = "the org's triggers and rules can be chosen"
    LOCKS = "rows can be held by someone else"
    CALLOUTS = "the org's callouts can be answered"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; `path` may carry a query string."""

    path: str
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, its body with any chunking and compression taken off."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, its name in any case; None when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user who may log in."""

    username: str
    password: str = field(repr=False)


class Stage(Protocol):
    """Where facts are tried: makes a target for a scenario, and clears it away after."""

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What its targets can do."""

    def set_up(self, scenario: Any) -> AbstractContextManager[Any]:
        """A target with the scenario in it; each service has targets and scenarios of its own kind."""
