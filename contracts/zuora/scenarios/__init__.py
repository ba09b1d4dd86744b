"""Small named scenarios, as data: what must be in a service before a fact can be tried."""

from __future__ import annotations

from contracts.zuora.scenarios.accounts import (
    ACCOUNTS,
    CUSTOM_FIELDS,
    ENTITIES,
    EVENING,
    LOCKING,
    MANY,
    NOWHERE,
    PRODUCTION,
    READERS,
    TWO_TENANTS,
    kind_of_tenant,
)
from contracts.zuora.scenarios.billing import BILLING
from contracts.zuora.scenarios.catalog import CATALOG
from contracts.zuora.scenarios.model import Scenario
from contracts.zuora.scenarios.subscriptions import RENTED, SUBSCRIPTIONS

EMPTY = Scenario("nothing")

__all__ = [
    "ACCOUNTS",
    "BILLING",
    "CATALOG",
    "CUSTOM_FIELDS",
    "EMPTY",
    "ENTITIES",
    "EVENING",
    "LOCKING",
    "MANY",
    "NOWHERE",
    "PRODUCTION",
    "READERS",
    "RENTED",
    "SUBSCRIPTIONS",
    "TWO_TENANTS",
    "Scenario",
    "kind_of_tenant",
]
