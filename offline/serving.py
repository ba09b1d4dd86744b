"""Both mocks on two ports of this machine, with their control planes and a settings file for the engine."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mock_salesforce import OrgSpec, SalesforceMock, SyncConnection
from mock_salesforce.shape import Shape as OrgShape
from mock_zuora import TenantSpec, ZuoraMock
from mock_zuora.shape import Shape
from offline.errors import (
    PortUnusable,
    ProfileUnknown,
    ScenarioUnknown,
    SeedUnusable,
    StateUnusable,
    told_with_mistakes,
)
from offline.scenarios import Scenario, UnknownScenario, names, scenario
from offline.seeds.files import is_for_both, of_service, paths_in
from offline.sides import SalesforceSide, ZuoraSide
from offline.state import StateFolder
from offline.subjects import SeededSubject
from simulator import control
from simulator.faults import FaultRules, faulted
from simulator.hosting import Host, PortTaken, by_path
from simulator.journal import Journal, journaled
from simulator.wall_clock import WallClock

ZUORA_PATH = "/apps/services/a/"
ZUORA_VERSION = 83.0
SALESFORCE_PATH = "/services/Soap/u/64.0"


@dataclass(frozen=True, slots=True)
class Served:
    """Where the mocks are and as whom to log in: what `mock serve --json` prints, key by key.

    Both URLs are SOAP endpoints, ready to be called; `settings` is the path of a settings file for the engine.
    """

    zuora_url: str
    zuora_username: str
    zuora_password: str
    salesforce_url: str
    salesforce_username: str
    salesforce_password: str
    salesforce_security_token: str
    control_zuora: str
    control_salesforce: str
    settings: str

    def as_dict(self) -> dict[str, str]:
        """The same as a table of JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Logins:
    """Whose users to sync as, where no scenario says so."""

    tenant: TenantSpec
    org: OrgSpec
    custom_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Stack:
    """Both mocks, served: a context manager, or `start` and `stop`.

    `seed` names a scenario, or a seed folder (docs/seeding.md), to load unless `state_dir` has its records already; ""
    serves what is there. Without `state_dir` everything is in memory and gone at the end. With `skip_waits` replies
    come at once, and the mocks' clock jumps over the time the real services would have taken; `clock` is another clock
    for them. `host` is the address to listen at; the control planes answer this machine only, whatever it is.
    `zuora_shape` gives the Zuora tenant the objects and fields of a real one, and `org_shape` the org those of a real
    org; with `loose` the Zuora mock takes headers by local name; `profile` names the limits of the Zuora tenants and
    `org_profile` those of the orgs, "" for their own; `sync_service` is the address that On-Demand Sync in the orgs
    calls, "" for their own. `zuora` and `salesforce` are the mocks, and `faults` their fault rules by those names,
    while they are served. Raises
    `OfflineError`.
    """

    def __init__(
        self,
        *,
        seed: str = "demo",
        zuora_port: int = 0,
        salesforce_port: int = 0,
        host: str = "127.0.0.1",
        state_dir: Path | None = None,
        skip_waits: bool = False,
        clock: WallClock | None = None,
        chance: random.Random | None = None,
        zuora_shape: Shape | None = None,
        org_shape: OrgShape | None = None,
        loose: bool = False,
        profile: str = "",
        org_profile: str = "",
        sync_service: str = "",
    ) -> None:
        self._seed_folder = Path(seed).expanduser() if seed and seed not in names() and _is_folder(seed) else None
        try:
            self.scenario: Scenario | None = scenario(seed) if seed and self._seed_folder is None else None
        except UnknownScenario as error:
            raise ScenarioUnknown(
                f"{str(error)[0].upper()}{str(error)[1:]}", "Or name a folder of records that is there."
            ) from None
        self._ports = (zuora_port, salesforce_port)
        self._host_address = host
        self._state_dir = state_dir
        self._zuora_shape = zuora_shape
        self._org_shape = org_shape
        self._loose = loose
        self._profile = profile
        self._org_profile = org_profile
        self._sync_service = sync_service
        self.clock = clock or WallClock(skip_waits=skip_waits)
        # Sessions and ids differ from start to start unless the caller hands in a seeded source.
        self._chance = chance or random.Random()
        self.server_id = f"{self._chance.getrandbits(64):016x}"
        self.journals = {"zuora": Journal(), "salesforce": Journal()}
        self.faults: dict[str, FaultRules] = {}
        self._hosts: list[Host] = []
        self.zuora: ZuoraMock | None = None
        self.salesforce: SalesforceMock | None = None
        self._folder: StateFolder | None = None
        self._served: Served | None = None
        self.settings: dict[str, dict[str, Any]] = {}

    @property
    def served(self) -> Served:
        """Where the mocks are; raises `RuntimeError` before `start` and after `stop`."""
        if self._served is None:
            msg = "the mocks are not being served"
            raise RuntimeError(msg)
        return self._served

    def start(self) -> Served:
        """Seed, serve on both ports and write the settings file; nothing is left behind when that fails."""
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Finish the requests in flight and let go of ports and files."""
        for host in self._hosts:
            host.stop()
        for mock in (self.zuora, self.salesforce):
            if mock is not None:
                mock.close()
        if self._folder is not None:
            self._folder.close()
        self._hosts, self.zuora, self.salesforce, self._folder, self._served = [], None, None, None, None
        self.faults = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> Served:
        folder = self._folder = StateFolder(self._state_dir)
        try:
            zuora = self.zuora = ZuoraMock(
                clock=self.clock, chance=self._chance, state_dir=folder.records, loose=self._loose
            )
            salesforce = self.salesforce = SalesforceMock(
                clock=self.clock, chance=self._chance, state_dir=folder.records
            )
            for service, dialect in (("zuora", zuora.fault_dialect), ("salesforce", salesforce.fault_dialect)):
                self.faults[service] = FaultRules(dialect, self.clock)
            sides = (ZuoraSide(zuora, self._zuora_shape), SalesforceSide(salesforce, self._org_shape))
            subjects = (SeededSubject(sides[0], folder), SeededSubject(sides[1], folder))
            self._seed(subjects)
            self._limit(zuora, salesforce)
        except (OSError, sqlite3.Error, UnknownScenario) as error:
            raise StateUnusable(
                f"The records in the state folder {folder.path} cannot be used: {error}.",
                "Name another folder with --state, or remove this one.",
            ) from error
        zuora_url = self._host(zuora.wsgi, subjects[0], "zuora", self._ports[0])
        salesforce_url = self._host(salesforce.wsgi, subjects[1], "salesforce", self._ports[1])
        self._served = self._describe(zuora_url, salesforce_url, folder)
        return self._served

    def _seed(self, subjects: Sequence[SeededSubject]) -> None:
        if self.scenario is not None:
            for subject in subjects:
                subject.seed_scenario(self.scenario.name)
        if self._seed_folder is None:
            return
        files = paths_in(self._seed_folder)
        try:
            for subject in subjects if is_for_both(files) else subjects[:1]:
                if of_service(files, subject.service):
                    subject.seed_folder(self._seed_folder, once=True)
        except (control.ControlInvalid, control.ControlUnknown) as error:
            raise SeedUnusable(
                f"The folder {self._seed_folder} cannot be loaded. {told_with_mistakes(error)}"
            ) from None
        for subject in subjects:
            subject.welcome()

    def _limit(self, zuora: ZuoraMock, salesforce: SalesforceMock) -> None:
        """Put the profiles that were asked for in force for the tenants and orgs there are, and connect these."""
        try:
            if self._profile:
                zuora.change_limits({"profile": self._profile})
            for org in salesforce.orgs if self._sync_service else ():
                org.sync_service = replace(org.sync_service or SyncConnection(""), url=self._sync_service)
            if self._org_profile:
                salesforce.change_limits({"profile": self._org_profile})
        except ValueError as error:
            raise ProfileUnknown(str(error)) from None

    def _host(self, app: Any, subject: SeededSubject, service: str, port: int) -> str:
        """Serve one mock with its journal and control plane; returns its address."""
        journal = self.journals[service]
        mounted = by_path(
            {
                control.PREFIX: control.control_app(
                    subject, journal, self.clock, service, self.faults[service], self.server_id
                )
            },
            default=faulted(journaled(app, journal, service, self.clock), self.faults[service]),
        )
        host = Host(mounted, self.clock, address=self._host_address, port=port)
        try:
            host.start()
        except (PortTaken, OverflowError, PermissionError) as error:
            raise PortUnusable(
                f"The {service} mock cannot listen on port {port} of {self._host_address}: {_why(error)}.",
                f"Stop what uses it, or give --{service}-port another one (0 takes a free one).",
            ) from error
        self._hosts.append(host)
        return host.url

    def _describe(self, zuora: str, salesforce: str, folder: StateFolder) -> Served:
        """Write the settings file and say where everything is; while nobody can log in, the logins are empty."""
        seeded = [name for name in folder.seeded("zuora") if name in names()]
        users = self.scenario or (scenario(seeded[0]) if seeded and self._seed_folder is None else self._first_users())
        version = ZUORA_VERSION if self._zuora_shape is None else self._zuora_shape.version
        zuora_url = f"{zuora}{ZUORA_PATH}{version:.1f}"
        self.settings = settings_for(users, zuora_url, salesforce, folder.store_url)
        file = folder.write_settings(self.settings)
        told, org = self.settings["zuora"], self.settings["salesforce"]
        return Served(
            zuora_url=zuora_url,
            zuora_username=told["username"],
            zuora_password=told["password"],
            salesforce_url=salesforce + SALESFORCE_PATH,
            salesforce_username=org["username"],
            salesforce_password=org["password"],
            salesforce_security_token=org["security_token"],
            control_zuora=f"{zuora}{control.PREFIX}/",
            control_salesforce=f"{salesforce}{control.PREFIX}/",
            settings=str(file),
        )

    def _first_users(self) -> Logins | None:
        """Who may log in when there is no scenario: the users of the newest tenant and org."""
        tenants, orgs = self.zuora.tenants if self.zuora else (), self.salesforce.orgs if self.salesforce else ()
        return Logins(tenants[-1].spec, orgs[-1].spec) if tenants and orgs else None


def _is_folder(seed: str) -> bool:
    try:
        return Path(seed).expanduser().is_dir()
    except (OSError, RuntimeError):  # a name that is too long, or a home that is nobody's
        return False


def _why(error: Exception) -> str:
    """Why a port could not be had, without the server's own wrapping of the commonest reason."""
    return "it is in use" if "already in use" in str(error) else str(error)


def settings_for(
    users: Scenario | Logins | None, zuora_url: str, salesforce_url: str, store_url: str
) -> dict[str, dict[str, Any]]:
    """The engine's settings for two mocks, section by section; logins are "" when nobody can log in."""
    settings: dict[str, dict[str, Any]] = {
        "zuora": {"url": zuora_url, "username": "", "password": ""},
        "salesforce": {"url": salesforce_url, "username": "", "password": "", "security_token": ""},
        "store": {"url": store_url},
    }
    if users is not None:
        user, org_user = users.tenant.users[0], users.org.users[0]
        settings["zuora"] |= {"username": user.username, "password": user.password}
        settings["zuora"]["entity_id"] = user.home_entity or users.tenant.entities[0].id
        settings["salesforce"] |= {"username": org_user.username, "password": org_user.password}
        settings["salesforce"]["security_token"] = org_user.security_token
        settings["sync"] = {"multi_entity": len(users.tenant.entities) > 1, "custom_fields": dict(users.custom_fields)}
        connection = users.org.sync_service
        if connection is not None:
            settings["service"] = {"token": connection.token, "organization_id": users.org.id}
    return settings
