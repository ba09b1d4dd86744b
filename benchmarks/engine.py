"""A tenant and an org to measure the engine with: one account with any number of charges, and the calls counted."""

from __future__ import annotations

import gzip
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.measure import until_told_to_stop
from mock_salesforce import OrgSpec, OrgUser, SalesforceMock
from mock_zuora import EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from simulator.hosting import Host
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.admission import SyncRequest
from sync_engine.engine import Engine
from sync_engine.ledger import SessionRecord
from sync_engine.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ZUORA, SALESFORCE = "zuora.bench", "salesforce.bench"
CHARGES_A_PLAN, PLANS_A_SUBSCRIPTION = 10, 10
USER, PASSWORD = "engine@benchmark.example.com", "benchmark"
_ENTITY = f"{1:032x}"
_OPERATION = re.compile(rb"Body\s*>\s*<(?:\w+:)?(\w+)")


def row_id(kind: int, number: int = 0) -> str:
    """An id of Zuora's form."""
    return f"{kind:04x}{number:028x}"


ACCOUNT = row_id(1)


class Wire(httpx.AsyncBaseTransport):
    """The way to both mocks, counting calls by service and operation."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.calls: Counter[tuple[str, str]] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count it and send it on."""
        body = await request.aread()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        found = _OPERATION.search(body)
        self.calls[request.url.host, found[1].decode() if found else "?"] += 1
        return await self._inner.handle_async_request(request)


class Services:
    """Both mocks: one account with `charges` charges, ten a rate plan and a hundred a subscription, a tier each."""

    def __init__(self, charges: int) -> None:
        self.charges = charges
        self.plans = -(-charges // CHARGES_A_PLAN)
        self.subscriptions = -(-self.plans // PLANS_A_SUBSCRIPTION)
        self.clock = VirtualClock()
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        user = OrgUser(USER, PASSWORD)
        org = self.salesforce.add_org(OrgSpec("00D5e000000ENGN", "Benchmark", (user,), profile="none"))
        (account,) = org.load("Account", [{"Name": "Account"}])
        tenant = self.zuora.add_tenant(
            TenantSpec(
                "10001",
                "Benchmark",
                (EntitySpec(_ENTITY, "Only"),),
                (UserSpec(USER, PASSWORD, home_entity=_ENTITY),),
                profile="none",
            )
        )
        self._fill(tenant, account)

    def close(self) -> None:
        """Let go of everything."""
        self.zuora.close()
        self.salesforce.close()

    def _fill(self, tenant: Tenant, account: str) -> None:
        product, plan, charge, contact = row_id(2), row_id(3), row_id(4), row_id(5)
        rows: dict[str, Any] = {
            "Account": [
                {"Id": ACCOUNT, "Name": "A", "Status": "Active", "CrmId": account, "Currency": "USD", "Balance": 0,
                 "BillToId": contact, "SoldToId": contact},
            ],
            "Contact": [{"Id": contact, "AccountId": ACCOUNT, "FirstName": "F", "LastName": "L"}],
            "Product": [{"Id": product, "Name": "P", "SKU": "SKU-1"}],
            "ProductRatePlan": [{"Id": plan, "ProductId": product, "Name": "Plan"}],
            "ProductRatePlanCharge": [{"Id": charge, "ProductRatePlanId": plan, "Name": "Charge"}],
            "Subscription": self._subscriptions(),
            "RatePlan": [
                {"Id": row_id(7, n), "SubscriptionId": row_id(6, n // PLANS_A_SUBSCRIPTION), "ProductRatePlanId": plan,
                 "Name": "Plan"}
                for n in range(self.plans)
            ],
            "RatePlanCharge": self._charges(charge),
            "RatePlanChargeTier": (
                {"Id": row_id(9, n), "RatePlanChargeId": row_id(8, n), "Tier": 1, "StartingUnit": 0, "Price": "9.5",
                 "PriceFormat": "PerUnit"}
                for n in range(self.charges)
            ),
        }  # fmt: skip
        for name, each in rows.items():
            tenant.load(_ENTITY, name, each)

    def _subscriptions(self) -> Iterator[dict[str, Any]]:
        for n in range(self.subscriptions):
            yield {"Id": row_id(6, n), "AccountId": ACCOUNT, "Name": f"S-{n}", "Status": "Active", "Version": 1}

    def _charges(self, product_charge: str) -> Iterator[dict[str, Any]]:
        for n in range(self.charges):
            yield {
                "Id": row_id(8, n),
                "RatePlanId": row_id(7, n // CHARGES_A_PLAN),
                "ProductRatePlanChargeId": product_charge,
                "ChargeNumber": f"C-{n}",
                "Name": "Charge",
                "ChargeModel": "Per Unit Pricing",
                "ChargeType": "Recurring",
                "Price": "9.5",
                "Quantity": 1,
                "MRR": "9.5",
                "IsLastSegment": True,
                "Segment": 1,
                "Version": 1,
            }


def serve(ours: Connection, charges: int, takes_s: float = 0.0) -> None:
    """A process that serves both mocks over HTTP, each call taking at least so long; tells their two addresses."""

    def slow(app: WSGIApplication) -> WSGIApplication:
        def called(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            time.sleep(takes_s)  # noqa: TID251 - a service that takes its time, measured by the wall
            return app(environ, start_response)

        return called if takes_s else app

    services = Services(charges)
    with (
        Host(slow(services.zuora.wsgi), services.clock) as zuora,
        Host(slow(services.salesforce.wsgi), services.clock) as salesforce,
    ):
        until_told_to_stop(ours, (zuora.url, salesforce.url))
    services.close()


def settings(zuora: str, salesforce: str, store: str = "sqlite://") -> Settings:
    """Settings that lead to the mocks at two addresses."""
    return Settings.model_validate(
        {
            "zuora": {"url": zuora, "username": USER, "password": PASSWORD},
            "salesforce": {"url": salesforce, "username": USER, "password": PASSWORD},
            "store": {"url": store},
            "sync": {"multi_entity": False},
        }
    )


async def sync(engine: Engine) -> SessionRecord:
    """Sync the account; raises `RuntimeError` unless all of it is done."""
    results = await engine.request(SyncRequest(zuora_ids=[ACCOUNT], email_notification=False))
    if not all(result.success for result in results):
        msg = f"the sync failed: {results}"
        raise RuntimeError(msg)
    return await engine.ledger.session(results[0].session_id)


class World(Services):
    """The mocks and an engine in one process, on one clock."""

    def __init__(self, charges: int, store: str = "sqlite://") -> None:
        super().__init__(charges)
        self.wire = Wire(WsgiTransport({ZUORA: self.zuora.wsgi, SALESFORCE: self.salesforce.wsgi}, self.clock))
        told = settings(f"http://{ZUORA}", f"http://{SALESFORCE}", store)
        self.engine = Engine(told, clock=self.clock, chance=random.Random(3), transport=self.wire)

    def sync(self) -> SessionRecord:
        """Sync the account, counting anew."""
        self.wire.calls.clear()
        session: SessionRecord = run_virtual(sync(self.engine), self.clock)
        return session

    def close(self) -> None:
        """Let go of everything."""
        self.engine.close()
        super().close()
