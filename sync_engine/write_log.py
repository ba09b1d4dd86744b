"""Enters every write into the ledger before it is sent and settles it when the reply is in.

A crash between the two leaves a line that says which rows nobody knows about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sync_engine.errors import OnDemandSyncError, ReplyLost
from sync_engine.ledger import Ledger
from sync_engine.model import TargetRow


class WriteLog:
    """A Salesforce client whose writes are kept track of; everything else is the client's own."""

    def __init__(self, client: Any, ledger: Ledger, session_id: str) -> None:
        self._client = client
        self._ledger = ledger
        self._session_id = session_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def upsert(self, sobject: str, key_field: str, rows: Sequence[TargetRow], **options: Any) -> Any:
        """The client's `upsert`."""
        send = partial(self._client.upsert, sobject, key_field, rows, **options)
        return await self._logged("upsert", sobject, [row.key for row in rows], send)

    async def delete(self, ids: Sequence[str], **options: Any) -> Any:
        """The client's `delete`."""
        return await self._logged("delete", "", list(ids), partial(self._client.delete, ids, **options))

    async def _logged(
        self, operation: str, sobject: str, keys: Sequence[str], send: Callable[[], Awaitable[Any]]
    ) -> Any:
        write = await self._ledger.begin_write(self._session_id, operation, sobject, keys)
        try:
            results = await send()
        except ReplyLost:
            await self._ledger.settle_write(write, "in doubt")
            raise
        except OnDemandSyncError:
            # every other error of a write means that nothing of it was done
            await self._ledger.settle_write(write, "refused")
            raise
        await self._ledger.settle_write(write, "answered")
        return results
