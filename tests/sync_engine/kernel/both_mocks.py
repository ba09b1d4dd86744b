"""Both mocks and engines that reach them, on virtual time, over real SOAP bytes."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from mock_salesforce import Org, SalesforceMock
from mock_zuora import ZuoraMock
from offline.scenarios import scenario
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.faults import FaultRules, faulted
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.engine import Engine
from sync_engine.settings import Settings

DEMO = scenario("demo")
HOME, OTHER = (entity.id for entity in DEMO.tenant.entities)
ACCOUNTS = DEMO.ids("Account", HOME)
ELSEWHERE = DEMO.ids("Account", OTHER)


class Wire(httpx.AsyncBaseTransport):
    """The way to both mocks; `before` may hold up a request or break it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.before: Any = None
        self.after: Any = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.before:
            await self.before(request, body)
        response = await self._inner.handle_async_request(request)
        if self.after:
            await self.after(request, body)
        return response


@dataclass
class Both:
    """Both mocks, seeded, and engines that reach them; `rules` are each mock's fault rules."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        chance = random.Random(1)
        self.zuora = ZuoraMock(clock=self.clock, chance=chance)
        self.salesforce = SalesforceMock(clock=self.clock, chance=chance)
        for side in (ZuoraSide(self.zuora), SalesforceSide(self.salesforce)):
            side.admit(DEMO)
            side.fill(DEMO)
        self.rules = {
            "zuora": FaultRules(self.zuora.fault_dialect, self.clock),
            "salesforce": FaultRules(self.salesforce.fault_dialect, self.clock),
        }
        apps = {
            "zuora.test": faulted(self.zuora.wsgi, self.rules["zuora"]),
            "salesforce.test": faulted(self.salesforce.wsgi, self.rules["salesforce"]),
        }
        self.wire = Wire(WsgiTransport(apps, self.clock))

    @property
    def org(self) -> Org:
        return self.salesforce.orgs[0]

    def engine(self, seed: int = 1, **sections: Any) -> Engine:
        told = settings_for(
            DEMO,
            "http://zuora.test/apps/services/a/83.0",
            "http://salesforce.test",
            f"sqlite:///{self.folder / 'sync.sqlite3'}",
        )
        for name, values in sections.items():
            told[name] = {**told.get(name, {}), **values}
        settings = Settings.model_validate(told)
        return Engine(settings, clock=self.clock, chance=random.Random(seed), transport=self.wire)

    def run(self, work: Any) -> Any:
        return run_virtual(work, self.clock)

    def written(self, sobject: str) -> dict[str, str]:
        return {str(row["Zuora__External_Id__c"]): str(row["Id"]) for row in self.org.rows(sobject)}

    def close(self) -> None:
        self.zuora.close()
        self.salesforce.close()
