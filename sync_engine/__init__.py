"""On-Demand Sync from Zuora to Salesforce: the engine."""

from __future__ import annotations

from sync_engine.manager import ObjectType, OnDemandSyncException, OnDemandSyncManager
from sync_engine.results import SyncResult

__all__ = ["ObjectType", "OnDemandSyncException", "OnDemandSyncManager", "SyncResult"]
