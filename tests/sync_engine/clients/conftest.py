"""The clients under test, wired to services that answer with prepared bytes."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from sync_engine.budget import Budget
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.soap.wsdl import SALESFORCE_WSDL
from sync_engine.zuora.client import ZuoraClient
from tests.sync_engine.clients.fakes import (
    SALESFORCE_URL,
    ZUORA_URL,
    NotingClock,
    Service,
    salesforce_login,
    zuora_login,
)


@pytest.fixture
def clock() -> NotingClock:
    return NotingClock()


@pytest.fixture
def service() -> Service:
    return Service().on("login", zuora_login())


@pytest.fixture
def org() -> Service:
    return Service().on("login", salesforce_login())


@pytest.fixture(scope="session")
def salesforce_wsdl() -> Path:
    return SALESFORCE_WSDL


@pytest.fixture
def enter_zuora(service: Service, clock: NotingClock) -> Callable[..., Awaitable[ZuoraClient]]:
    async def enter(**options: object) -> ZuoraClient:
        return await ZuoraClient.login(
            ZUORA_URL,
            "user@example.com",
            SecretStr("pass-word-1"),
            transport=service,
            clock=clock,
            chance=random.Random(1),
            **options,  # type: ignore[arg-type]
        )

    return enter


@pytest.fixture
def enter_org(org: Service, clock: NotingClock) -> Callable[..., Awaitable[SalesforceClient]]:
    async def enter(**options: object) -> SalesforceClient:
        settings: dict[str, object] = {
            "budget": Budget(clock=clock),
            "chance": random.Random(1),
            **options,
        }
        return await SalesforceClient.login(
            SALESFORCE_URL,
            "user@example.com",
            SecretStr("pass-word-1"),
            SecretStr("token-1"),
            transport=org,
            clock=clock,
            **settings,  # type: ignore[arg-type]
        )

    return enter
