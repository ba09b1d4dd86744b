"""The request arrives twice."""

from __future__ import annotations

from typing import Literal

from simulator.faults.effects.effect import Effect, Exchange, Reply


class DeliveredTwice(Effect):
    """The mock does the work twice, as when something between resends; the client gets the `reply` to one of them."""

    type: Literal["delivered_twice"] = "delivered_twice"
    reply: Literal["first", "second"] = "second"

    def apply(self, exchange: Exchange) -> Reply:
        """Pass it on, and again."""
        first = exchange.pass_on_plainly()
        second = exchange.pass_on_plainly()
        if self.reply == "first":
            return first
        second.service_time_s += first.service_time_s
        return second
