"""The few REST resources that a user of the SOAP service needs: the entities of a tenant, and sharing products."""

from __future__ import annotations

from mock_zuora.rest.app import PREFIX, RestApp

__all__ = ["PREFIX", "RestApp"]
