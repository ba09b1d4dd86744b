"""Stages over the mock of Salesforce: called in process, and over HTTP on the loopback interface."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from contracts.salesforce.target import OrgScenario, OrgTarget
from contracts.staging import HostedMocks, Send, calling
from contracts.target import Capability, Credentials
from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock, SyncConnection
from mock_salesforce.apex.callouts import CalloutReply
from mock_salesforce.apex.wire import NAMESPACE
from simulator.clock import VirtualClock

HOST_NAME = "salesforce.test"
TOKEN = "securityToken1"  # noqa: S105 - of a mock that is gone after the fact
_LACKS = {Capability.LOOSE, Capability.MULTI_ENTITY, Capability.POLICIES, Capability.IN_FLIGHT}
_ALL = frozenset(Capability) - _LACKS
_ACCEPTED = f'<r xmlns="{NAMESPACE}"><accepted>true</accepted><message>Accepted.</message></r>'.encode()


class MockOrg:
    """One mock with a scenario in it; how its bytes travel is the stage's business."""

    def __init__(
        self,
        mock: SalesforceMock,
        send: Send,
        clock: VirtualClock,
        scenario: OrgScenario,
        capabilities: frozenset[Capability],
    ) -> None:
        self.mock = mock
        self.send = send
        self.capabilities = capabilities
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._users: dict[str, Credentials] = {}
        self._called: list[str] = []
        mock.callout = self._answer_callout
        part: OrgScenario | None = scenario
        while part is not None:
            self._load(part)
            part = part.second

    def who(self, role: str) -> Credentials:
        """The user in a role."""
        return self._users[role]

    def token(self, role: str) -> str:
        """The security token, which all users share."""
        del role
        return TOKEN

    def id(self, name: str) -> str:
        """A record's id by its name."""
        return self._ids[name]

    def ids(self) -> Mapping[str, str]:
        """Every record's id by its name."""
        return self._ids

    def advance(self, seconds: float) -> None:
        """Move the mock's clock."""
        self._clock.advance(seconds)

    def set_limits(self, **figures: int | None) -> None:
        """Set figures of the mock's limits."""
        self.mock.change_limits({"figures": figures})

    def hold(self, name: str, seconds: float) -> None:
        """Lock a record."""
        self.mock.orgs[0].locks.hold([self._ids[name]], self._clock.now() + timedelta(seconds=seconds))

    def callouts(self) -> list[str]:
        """What the org has sent."""
        return self._called

    def mails(self) -> list[str]:
        """What the org has mailed."""
        return [each.body for each in self.mock.orgs[0].outbox.mails()]

    def _answer_callout(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> CalloutReply:
        del url, headers, timeout_s
        self._called.append(body.decode())
        return CalloutReply(200, _ACCEPTED)

    def _load(self, scenario: OrgScenario) -> None:
        number = len(self.mock.orgs) + 1
        users = []
        for role, more in scenario.users.items():
            username, password = f"{role}@org-{number}.example.com", f"password-of-{role}"
            users.append(OrgUser(username, password, TOKEN, **more))
            self._users[role] = Credentials(username, password + TOKEN)
        connection = SyncConnection("http://sync.test/", "shared-secret")
        shape = {"sync_service": connection, **scenario.shape}
        org = self.mock.add_org(OrgSpec(f"00D5e00000000{number}A", f"Org {number}", tuple(users), **shape))
        with org.store.savepoint():
            for each in scenario.rows:
                self._ids[each.name] = self._load_row(org, each.sobject, each.values)

    def _load_row(self, org: Org, name: str, values: Mapping[str, object]) -> str:
        known = {key: self._ids[str(each)[1:]] if str(each).startswith("@") else each for key, each in values.items()}
        (made,) = org.load(name, [known])
        return made


class OrgInProcess:
    """The mock, called as a function."""

    name = "the mock in process"
    capabilities = _ALL | {Capability.IN_FLIGHT}

    @contextmanager
    def set_up(self, scenario: OrgScenario) -> Iterator[OrgTarget]:
        """A new mock with the scenario in it."""
        clock = VirtualClock()
        mock = SalesforceMock(clock=clock, chance=random.Random(3))
        try:
            yield MockOrg(mock, calling(mock, HOST_NAME), clock, scenario, self.capabilities)
        finally:
            mock.close()


class OrgOverHttp(HostedMocks):
    """The mock behind a real socket. Use as a context manager: it is one server throughout."""

    name = "the mock over HTTP"
    capabilities = _ALL
    domain = HOST_NAME

    def new_mock(self, clock: VirtualClock) -> SalesforceMock:
        """An empty mock."""
        return SalesforceMock(clock=clock, chance=random.Random(3))

    @contextmanager
    def set_up(self, scenario: OrgScenario) -> Iterator[OrgTarget]:
        """A new mock with the scenario in it."""
        clock = VirtualClock()
        with self.hosted(clock) as (mock, send):
            yield MockOrg(mock, send, clock, scenario, self.capabilities)
