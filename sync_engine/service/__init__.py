"""The engine as a service: what an org's Apex calls out to when someone asks for a sync."""

from __future__ import annotations

from sync_engine.service.app import SyncService
from sync_engine.service.desk import RequestDesk
from sync_engine.service.wsdl import NAMESPACE, render

__all__ = ["NAMESPACE", "RequestDesk", "SyncService", "render"]
