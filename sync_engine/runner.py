"""Who runs sessions: this process, or workers elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sync_engine.session_work import SessionWork


class Runner(Protocol):
    """Sees to it that Queued sessions are run.

    A runner that returns before they have ended leaves their results at "accepted".
    """

    async def run(self, session_ids: Sequence[str], work: SessionWork) -> None:
        """Run these sessions, in any order."""


class InlineRunner:
    """Runs sessions in this process, one after the other, and returns when all have ended."""

    async def run(self, session_ids: Sequence[str], work: SessionWork) -> None:
        """Run these sessions in their order."""
        for session_id in session_ids:
            await work.run(session_id)
