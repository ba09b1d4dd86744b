"""What a fact about Salesforce needs of an org, and the scenarios that are put into one, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from contracts.target import Capability, Credentials, Request, Response


@dataclass(frozen=True, slots=True)
class Row:
    """A record of a scenario: the name facts call it by, its object, and its values; `@name` is another record's id."""

    name: str
    sobject: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrgScenario:
    """An org to try facts in: its users, what its shape adds, and its records.

    `shape` has further properties of the org by the names of `mock_salesforce.OrgSpec`, which a sandbox would be set
    up with by hand; `second` is another org on the same host.
    """

    name: str
    rows: Sequence[Row] = ()
    shape: Mapping[str, Any] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"api": {}})
    needs: Sequence[str] = ()
    second: OrgScenario | None = None


class OrgTarget(Protocol):
    """An org with a scenario in it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this target can do beyond answering."""

    def send(self, request: Request) -> Response:
        """One exchange, byte for byte."""

    def who(self, role: str) -> Credentials:
        """The user in a role: the password has the security token behind it. Raises `KeyError`."""

    def token(self, role: str) -> str:
        """The security token of the user in a role."""

    def id(self, name: str) -> str:
        """The 18-character id of the record that the scenario calls `name`; raises `KeyError`."""

    def ids(self) -> Mapping[str, str]:
        """Every record of the scenario: id by name."""

    def advance(self, seconds: float) -> None:
        """Let time pass. Needs `CLOCK`."""

    def set_limits(self, **figures: int | None) -> None:
        """Set figures of the limits (`mock_salesforce.limits.Profile`), for the next call on. Needs `LIMITS`."""

    def hold(self, name: str, seconds: float) -> None:
        """Have a record locked by someone else for so long. Needs `LOCKS`."""

    def callouts(self) -> list[str]:
        """The bodies of the callouts that the org has made; each was accepted. Needs `CALLOUTS`."""

    def mails(self) -> list[str]:
        """The bodies of the mails that the org has sent. Needs `CALLOUTS`."""
