"""The work is done and nobody is told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.delivery import Delivery
from simulator.faults.effects.effect import HOLD_S_MAX, Effect, Exchange, Reply, no_reply


class ReplyLost(Effect):
    """The mock does the work and keeps it, and `hold_s` later the connection closes without a reply."""

    type: Literal["reply_lost"] = "reply_lost"
    hold_s: float = Field(default=0.0, ge=0, le=HOLD_S_MAX)

    def apply(self, exchange: Exchange) -> Reply:
        """Close after having passed it on."""
        answered = exchange.pass_on_plainly()
        return no_reply(Delivery(answered=False, hold_s=self.hold_s), answered.service_time_s)
