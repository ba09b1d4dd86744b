"""What a fact about Zuora needs of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from contracts.target import Capability, Credentials, Request, Response


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as a login names it."""

    id: str
    name: str


class Target(Protocol):
    """A service with a scenario in it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this target can do beyond answering."""

    @property
    def time_zone(self) -> tzinfo:
        """The tenant's time zone."""

    def send(self, request: Request) -> Response:
        """One exchange, byte for byte."""

    def who(self, role: str) -> Credentials:
        """The user in a role of the scenario; raises `KeyError` for a role it has not."""

    def id(self, name: str) -> str:
        """The id of the record that the scenario calls `name`; raises `KeyError` for a name it has not."""

    def ids(self) -> Mapping[str, str]:
        """Every record of the scenario: id by name."""

    def entity(self, name: str) -> Entity:
        """The entity that the scenario calls `name`; raises `KeyError` for a name it has not."""

    def advance(self, seconds: float) -> None:
        """Let time pass. Needs `CLOCK`."""

    def set_limits(self, **figures: int) -> None:
        """Set figures of the limits, for the next request on. Needs `LIMITS`.

        Figures: `concurrent_requests`; `api_per_minute`, `_hour`, `_day` and the same of `auth`;
        `auth_per_minute_per_ip`.
        """
