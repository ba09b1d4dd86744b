"""The reply breaks off on its way."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from simulator.faults.effects.effect import HOLD_S_MAX, Effect, Exchange, Reply


class Truncate(Effect):
    """The work is done and the reply begins: its headers, with the whole length, and `after_bytes` of its body.

    Without `after_bytes` it is half of the body; a body that is shorter loses its last byte. Then, after `hold_s`,
    the connection ends: closed, or with `reset` torn down.
    """

    type: Literal["truncate"] = "truncate"
    after_bytes: int | None = Field(default=None, ge=0)
    hold_s: float = Field(default=0.0, ge=0, le=HOLD_S_MAX)
    reset: bool = False

    def apply(self, exchange: Exchange) -> Reply:
        """Say after how many bytes it ends."""
        reply = exchange.pass_on_plainly()
        size = len(reply.body)
        sent = size // 2 if self.after_bytes is None else min(self.after_bytes, max(size - 1, 0))
        reply.header("Content-Length", str(size))
        reply.delivery = replace(reply.delivery, body_bytes=sent, reset=self.reset, hold_s=self.hold_s)
        return reply
