"""A mock of Zuora's SOAP service: stateful, several tenants in one server, on a clock of its own."""

from __future__ import annotations

from mock_zuora.limits import PROFILES, Profile
from mock_zuora.objects import CustomField
from mock_zuora.policy import SecurityPolicy
from mock_zuora.service import ZuoraMock
from mock_zuora.sharing import SharedProduct
from mock_zuora.tenants import EntitySpec, Tenant, TenantSpec, UserSpec

__all__ = [
    "PROFILES",
    "CustomField",
    "EntitySpec",
    "Profile",
    "SecurityPolicy",
    "SharedProduct",
    "Tenant",
    "TenantSpec",
    "UserSpec",
    "ZuoraMock",
]
