"""Enters every write into the ledger before it is sent and settles it when the reply is in.

A crash between the two leaves a line that says which rows nobody knows about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
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
        self, operation: str, sobject: str, keys: Sequence[str], send: Callable[[], Coroutine[Any, Any, Any]]
    ) -> Any:
        write = await self._ledger.begin_write(self._session_id, operation, sobject, keys)
        sending = asyncio.ensure_future(send())
        try:
            return await asyncio.shield(sending)
        finally:
            # A session that is stopped waits for the call under way: its lease is given back next, and the next
            # holder must not be overtaken by a write from before.
            if not sending.done():
                await asyncio.wait({sending})
            await self._ledger.settle_write(write, _how(sending))


def _how(sending: asyncio.Future[Any]) -> str:
    """How a write that is over is settled."""
    error = None if sending.cancelled() else sending.exception()
    if error is None and not sending.cancelled():
        return "answered"
    # every error of a write but a lost reply means that nothing of it was done
    return "refused" if isinstance(error, OnDemandSyncError) and not isinstance(error, ReplyLost) else "in doubt"
