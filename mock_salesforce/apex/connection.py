"""An org's connection settings: where the sync service is that On-Demand Sync calls."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SyncConnection:
    """The service's address, the secret it knows the org by, and how long a callout may take (at most 120 s)."""

    url: str
    token: str = field(default="", repr=False)
    timeout_s: int = 120
