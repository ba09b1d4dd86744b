"""Stages over the mock of Zuora: called in process, and over HTTP on the loopback interface."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from contracts.staging import HostedMocks, Send, calling
from contracts.target import Capability, Credentials
from contracts.zuora.scenarios.model import Policy, Ref, Scenario
from contracts.zuora.target import Entity
from mock_zuora import CustomField, EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.policy import SecurityPolicy
from simulator.clock import VirtualClock

HOST_NAME = "zuora.test"
TIME_ZONE = "America/Los_Angeles"

_ALL = frozenset(Capability) - {Capability.LOOSE, Capability.IN_FLIGHT}


class MockTarget:
    """One mock with a scenario in it; how its bytes travel is the stage's business."""

    def __init__(
        self,
        mock: ZuoraMock,
        send: Send,
        clock: VirtualClock,
        scenario: Scenario,
        capabilities: frozenset[Capability],
    ) -> None:
        self.mock = mock
        self.send = send
        self.capabilities = capabilities
        self.time_zone: tzinfo = ZoneInfo(TIME_ZONE)
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._entities: dict[str, Entity] = {}
        self._users: dict[str, Credentials] = {}
        number = 0
        part: Scenario | None = scenario
        while part is not None:
            number += 1
            self._load(part, number)
            part = part.second

    def who(self, role: str) -> Credentials:
        """The user in a role."""
        return self._users[role]

    def id(self, name: str) -> str:
        """A record's id by its name."""
        return self._ids[name]

    def ids(self) -> Mapping[str, str]:
        """Every record's id by its name."""
        return self._ids

    def entity(self, name: str) -> Entity:
        """An entity by its name in the scenario."""
        return self._entities[name]

    def advance(self, seconds: float) -> None:
        """Move the mock's clock."""
        self._clock.advance(seconds)

    def set_limits(self, **figures: int) -> None:
        """Set figures of the mock's limits."""
        self.mock.change_limits({"figures": figures})

    def _load(self, scenario: Scenario, number: int) -> None:
        """Make the scenario's tenant, the `number`th of the mock, and put the rows in."""
        tenant_id = f"{10000 + number}"
        specs = {
            name: EntitySpec(f"{number:016x}{place:016x}", name.capitalize())
            for place, name in enumerate(scenario.entities, start=1)
        }
        users = []
        for user in scenario.users:
            who = Credentials(f"{user.role}@tenant-{number:02d}.example.com", f"password-of-{user.role}")
            entered = [specs[name].id for name in user.entities]
            users.append(
                UserSpec(
                    who.username,
                    who.password,
                    home_entity=entered[0],
                    entities=tuple(entered[1:]),
                    api_write=user.may_write,
                )
            )
            self._users[user.role] = who
        tenant = self.mock.add_tenant(
            TenantSpec(
                tenant_id,
                f"Tenant {number:02d}",
                tuple(specs.values()),
                tuple(users),
                tuple(CustomField(*each) for each in scenario.custom_fields),
                TIME_ZONE,
                profile=scenario.kind or "none",
                policy=_policy(scenario.policy),
            )
        )
        self._entities |= {name: Entity(spec.id, spec.name) for name, spec in specs.items()}
        self._ids |= scenario.ids
        _put_in(tenant, scenario, {name: spec.id for name, spec in specs.items()})


class MockInProcess:
    """The mock, called as a function: the fastest way to try every fact."""

    name = "the mock in process"

    def __init__(self, *, loose: bool = False) -> None:
        self.capabilities = _ALL | {Capability.IN_FLIGHT} | ({Capability.LOOSE} if loose else set())
        self._how: dict[str, Any] = {"loose": True} if loose else {}

    @contextmanager
    def set_up(self, scenario: Scenario) -> Iterator[MockTarget]:
        """A new mock with the scenario in it."""
        clock = VirtualClock()
        mock = ZuoraMock(clock=clock, chance=random.Random(3), **self._how)
        try:
            yield MockTarget(mock, calling(mock, HOST_NAME), clock, scenario, self.capabilities)
        finally:
            mock.close()


class MockOverHttp(HostedMocks):
    """The mock behind a real socket, as any client meets it. Use as a context manager: it is one server throughout."""

    name = "the mock over HTTP"
    capabilities = _ALL
    domain = HOST_NAME

    def new_mock(self, clock: VirtualClock) -> ZuoraMock:
        """An empty mock."""
        return ZuoraMock(clock=clock, chance=random.Random(3))

    @contextmanager
    def set_up(self, scenario: Scenario) -> Iterator[MockTarget]:
        """A new mock with the scenario in it."""
        clock = VirtualClock()
        with self.hosted(clock) as (mock, send):
            yield MockTarget(mock, send, clock, scenario, self.capabilities)


def _policy(policy: Policy | None) -> SecurityPolicy:
    if policy is None:
        return SecurityPolicy()
    return SecurityPolicy(
        session_timeout_min=policy.session_min,
        max_invalid_attempts=policy.wrong_passwords,
        lockout_min=policy.lockout_min,
        allowed_ip_ranges=policy.addresses,
    )


def _put_in(tenant: Tenant, scenario: Scenario, entities: Mapping[str, str]) -> None:
    for (entity, object_name), rows in groupby(scenario, key=lambda row: (row.entity, row.object)):
        tenant.load(
            entities[entity],
            object_name,
            [{"Id": scenario.ids[row.name], **_resolved(scenario, row.values)} for row in rows],
        )


def _resolved(scenario: Scenario, values: Mapping[str, object]) -> dict[str, object]:
    return {name: scenario.ids[v.name] if isinstance(v, Ref) else v for name, v in values.items()}
