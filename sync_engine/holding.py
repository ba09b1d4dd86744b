"""Keeps a session's leases alive while it works, and gives them back when it ends, however it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from sync_engine.clock import Clock
from sync_engine.errors import LeaseLost, StoreError
from sync_engine.leases import LEASE, Lease, LeaseKey, Leases

logger = logging.getLogger(__name__)

RENEW_EVERY_S = LEASE.total_seconds() / 3
RENEW_AGAIN_S = 60.0
"""After the store could not be reached: soon, but not at once."""
WRITE_TAKES_S_MAX = 300.0
"""The longest a write can take from the guard to its last byte: 120 s of sending, 120 s of waiting, and some room."""


class Holding:
    """The leases of one running session, by the Zuora id of what is held.

    Use it as an asynchronous context: inside, leases are renewed in the background; leaving it releases them.
    """

    def __init__(self, leases: Leases, taken: Mapping[LeaseKey, Lease], clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._held = {key.zuora_id: lease for key, lease in taken.items()}
        self._lost: set[str] = set()
        self._renewing: asyncio.Task[None] | None = None

    @property
    def fences(self) -> dict[str, int]:
        """The fence each object is written under."""
        return {zuora_id: lease.fence for zuora_id, lease in self._held.items()}

    @property
    def lost(self) -> frozenset[str]:
        """Objects whose lease ran out or was taken while the session ran."""
        return frozenset(self._lost)

    async def guard(self, root_id: str) -> None:
        """Raise `LeaseLost` unless a write under `root_id` that starts now is sure to end while it is held."""
        lease = self._held.get(root_id)
        if lease is None:
            raise LeaseLost(f"This session never held {root_id}.", "Nothing of it was written.")
        if root_id in self._lost:
            raise LeaseLost(
                f"Session {lease.holder} no longer holds {root_id}.", "Nothing more of it was written; ask again."
            )
        try:
            self._leases.guard(lease, WRITE_TAKES_S_MAX)
        except LeaseLost:
            self._lost.add(root_id)
            raise

    async def __aenter__(self) -> Self:
        self._renewing = asyncio.create_task(self._keep(), name="lease renewal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            (ended,) = await asyncio.gather(self._renewing, return_exceptions=True)
            if not isinstance(ended, asyncio.CancelledError):
                # the guard has kept the session honest meanwhile; the leases are still given back below
                logger.error("the renewal of leases broke off: %r", ended)
        for lease in sorted(self._held.values(), key=lambda each: each.key):
            try:
                await self._leases.release(lease)
            except StoreError as failure:
                # it runs out by itself within 30 minutes; the session's own outcome matters more
                logger.warning("could not release %s: %s", lease.key.zuora_id, failure)

    async def _keep(self) -> None:
        """Renew every lease, three times in the time it lasts."""
        wait_s = RENEW_EVERY_S
        while True:
            await self._clock.sleep(wait_s)
            wait_s = RENEW_EVERY_S
            for zuora_id, lease in sorted(self._held.items()):
                if zuora_id in self._lost:
                    continue
                try:
                    self._held[zuora_id] = await self._leases.renew(lease)
                except LeaseLost:
                    self._lost.add(zuora_id)
                except StoreError as failure:
                    logger.warning("could not renew %s: %s", zuora_id, failure)
                    wait_s = RENEW_AGAIN_S
