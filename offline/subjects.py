"""The two mocks as the control plane sees them: what they hold, seeding them once, and emptying them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from mock_salesforce import Org, SalesforceMock
from mock_zuora import Tenant, ZuoraMock
from mock_zuora.shape import Shape
from offline.scenarios import Scenario, UnknownScenario, scenario
from offline.state import StateFolder
from simulator.control import ControlRefused


class Side(Protocol):
    """What is done to one mock for a scenario."""

    service: str

    def admit(self, wanted: Scenario) -> None:
        """Let the scenario's users log in, with whatever records are already there."""

    def fill(self, wanted: Scenario) -> None:
        """Replace the records of an admitted scenario by its own."""

    def clear(self) -> None:
        """Remove every record, and keep the users."""

    def state(self) -> Mapping[str, Any]:
        """What the mock holds, counted."""


class ZuoraSide:
    """The Zuora mock: a scenario is a tenant, of the shape given or of the standard one."""

    service = "zuora"

    def __init__(self, mock: ZuoraMock, shape: Shape | None = None) -> None:
        self._mock = mock
        self._shape = shape
        self._tenants: dict[str, Tenant] = {}

    def admit(self, wanted: Scenario) -> None:
        """Add the tenant."""
        spec = wanted.tenant if self._shape is None else replace(wanted.tenant, shape=self._shape)
        self._tenants[wanted.name] = self._mock.add_tenant(spec)

    def fill(self, wanted: Scenario) -> None:
        """Load the tenant's records, in place of what was left by a start that broke off."""
        tenant = self._tenants[wanted.name]
        tenant.clear()
        for entity_id, tables in wanted.zuora.items():
            for object_name, rows in tables.items():
                tenant.load(entity_id, object_name, rows)

    def clear(self) -> None:
        """Remove every record of every tenant."""
        for tenant in self._tenants.values():
            tenant.clear()

    def state(self) -> Mapping[str, Any]:
        """The tenants with their entities' counts."""
        return {"tenants": [tenant.state() for tenant in self._mock.tenants]}


class SalesforceSide:
    """The Salesforce mock: a scenario is an org."""

    service = "salesforce"

    def __init__(self, mock: SalesforceMock) -> None:
        self._mock = mock
        self._orgs: dict[str, Org] = {}

    def admit(self, wanted: Scenario) -> None:
        """Add the org."""
        self._orgs[wanted.name] = self._mock.add_org(wanted.org)

    def fill(self, wanted: Scenario) -> None:
        """Load the org's records, in place of what was left by a start that broke off."""
        org = self._orgs[wanted.name]
        org.clear()
        for sobject, rows in wanted.salesforce.items():
            org.load(sobject, rows)

    def clear(self) -> None:
        """Remove every record of every org."""
        for org in self._orgs.values():
            org.clear()

    def state(self) -> Mapping[str, Any]:
        """The orgs with their counts."""
        return {"orgs": [org.state() for org in self._orgs.values()]}


class SeededSubject:
    """One mock, seeded at most once with each scenario, also across starts on one state folder."""

    def __init__(self, side: Side, folder: StateFolder, find: Callable[[str], Scenario] = scenario) -> None:
        self._side = side
        self._folder = folder
        self._find = find
        self._admitted: set[str] = set()
        self._lock = threading.Lock()
        for name in folder.seeded(side.service):
            self._admit(find(name))

    def state(self) -> Mapping[str, Any]:
        """What the mock holds, and what it was seeded with."""
        return {"seeded": self._folder.seeded(self._side.service), **self._side.state()}

    def seed(self, name: str) -> Mapping[str, Any]:
        """Load a scenario unless its records are there already; `seeded` in the reply says which it was."""
        with self._lock:
            done = self._folder.seeded(self._side.service)
            if name in done:
                return {"scenario": name, "seeded": False, "state": self.state()}
            try:
                wanted = self._find(name)
            except UnknownScenario as error:
                raise ControlRefused(str(error)) from None
            self._admit(wanted)
            self._side.fill(wanted)
            # Marked when all of it is there: a start that broke off before this seeds afresh.
            self._folder.set_seeded(self._side.service, [*done, name])
            return {"scenario": name, "seeded": True, "state": self.state()}

    def reset(self) -> Mapping[str, Any]:
        """Remove every record. Users may still log in, and seeding loads the records again."""
        with self._lock:
            removed = self._folder.seeded(self._side.service)
            self._folder.set_seeded(self._side.service, [])
            self._side.clear()
            return {"removed": removed, "state": self.state()}

    def _admit(self, wanted: Scenario) -> None:
        if wanted.name not in self._admitted:
            self._side.admit(wanted)
            self._admitted.add(wanted.name)
