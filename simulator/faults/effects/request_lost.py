"""The request never arrives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.delivery import Delivery
from simulator.faults.effects.effect import HOLD_S_MAX, Effect, Exchange, Reply, no_reply


class RequestLost(Effect):
    """The mock does nothing, and after `hold_s` the connection closes without a reply."""

    type: Literal["request_lost"] = "request_lost"
    hold_s: float = Field(default=0.0, ge=0, le=HOLD_S_MAX)

    def apply(self, exchange: Exchange) -> Reply:
        """Close without having passed it on."""
        del exchange
        return no_reply(Delivery(answered=False, hold_s=self.hold_s))
