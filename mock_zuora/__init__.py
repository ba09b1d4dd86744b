"""A mock of Zuora's SOAP service: stateful, several tenants in one server, on a clock of its own."""

from __future__ import annotations

from mock_zuora.objects import CustomField
from mock_zuora.service import ZuoraMock
from mock_zuora.tenants import EntitySpec, Tenant, TenantSpec, UserSpec

__all__ = ["CustomField", "EntitySpec", "Tenant", "TenantSpec", "UserSpec", "ZuoraMock"]
