"""The connection is torn down."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.delivery import Delivery
from simulator.faults.effects.effect import HOLD_S_MAX, Effect, Exchange, Reply, no_reply


class Reset(Effect):
    """A TCP reset after `hold_s`, without a reply: before anything is done, or `after_commit`."""

    type: Literal["reset"] = "reset"
    after_commit: bool = False
    hold_s: float = Field(default=0.0, ge=0, le=HOLD_S_MAX)

    def apply(self, exchange: Exchange) -> Reply:
        """Tear it down."""
        seconds = exchange.pass_on_plainly().service_time_s if self.after_commit else 0.0
        return no_reply(Delivery(answered=False, reset=True, hold_s=self.hold_s), seconds)
