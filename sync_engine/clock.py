"""The time seam: nothing in the engine reads a clock or sleeps but through here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine needs of time. A simulation hands in a virtual one."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the seam itself

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass for the calling task."""
        await asyncio.sleep(seconds)
