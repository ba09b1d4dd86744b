"""Stages over the mock of Zuora: called in process, and over HTTP on the loopback interface."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import httpx

from contracts.scenarios.model import Policy, Ref, Scenario
from contracts.target import Capability, Credentials, Entity, Request, Response
from mock_zuora import CustomField, EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from mock_zuora.policy import SecurityPolicy
from simulator.clock import VirtualClock
from simulator.hosting import Host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HOST_NAME = "zuora.test"
TIME_ZONE = "America/Los_Angeles"

_ALL = frozenset(Capability) - {Capability.LOOSE, Capability.IN_FLIGHT}


class StandingClock(VirtualClock):
    """A clock for the host: replies come at once, and time moves only when a fact moves it."""

    def wait(self, seconds: float) -> None:
        """Let nothing pass."""


class MockTarget(ABC):
    """One mock with a scenario in it; how its bytes travel is the stage's business."""

    def __init__(self, mock: ZuoraMock, clock: VirtualClock, scenario: Scenario, capabilities: frozenset[Capability]):
        self.mock = mock
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

    @abstractmethod
    def send(self, request: Request) -> Response:
        """One exchange; the stage says how."""

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


class _InProcess(MockTarget):
    def send(self, request: Request) -> Response:
        """Call the mock's WSGI application."""
        transport = httpx.WSGITransport(app=self.mock.wsgi, remote_addr="127.0.0.1")
        with httpx.Client(transport=transport, base_url=f"http://{HOST_NAME}") as client:
            return exchange(client, request)


class _OverHttp(MockTarget):
    client: httpx.Client
    host_name: str

    def send(self, request: Request) -> Response:
        """Send over a kept connection."""
        return exchange(self.client, request, {"Host": self.host_name})


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
            yield _InProcess(mock, clock, scenario, self.capabilities)
        finally:
            mock.close()


class MockOverHttp:
    """The mock behind a real socket, as any client meets it. Use as a context manager: it is one server throughout.

    Each target is a mock of its own, chosen by the name in the request's Host header.
    """

    name = "the mock over HTTP"
    capabilities = _ALL

    def __init__(self) -> None:
        self._mocks: dict[str, ZuoraMock] = {}
        self._made = 0
        self._host = Host(self._serve, StandingClock())

    def __enter__(self) -> Self:
        self._host.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._host.stop()

    @contextmanager
    def set_up(self, scenario: Scenario) -> Iterator[MockTarget]:
        """A new mock with the scenario in it, served under a name of its own."""
        clock = VirtualClock()
        mock = ZuoraMock(clock=clock, chance=random.Random(3))
        self._made += 1
        name = f"tenant-{self._made}.{HOST_NAME}"
        self._mocks[name] = mock
        target = _OverHttp(mock, clock, scenario, self.capabilities)
        try:
            with httpx.Client(base_url=self._host.url) as client:
                target.client, target.host_name = client, name
                yield target
        finally:
            del self._mocks[name]
            mock.close()

    def _serve(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return self._mocks[environ["HTTP_HOST"]].wsgi(environ, start_response)


def exchange(client: httpx.Client, request: Request, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Send a request with these headers before its own, and none but those."""
    # httpx would add headers of its own that a fact did not ask for
    client.headers.clear()
    sent = {**headers, **request.headers}
    reply = client.request(request.method, request.path, content=request.body or None, headers=sent)
    return Response(reply.status_code, tuple(reply.headers.multi_items()), reply.content)


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
