"""The service takes longer."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from simulator.faults.effects.effect import HOLD_S_MAX, Effect, Exchange, Place, Reply


class Latency(Effect):
    """`seconds` more than the service takes anyway, and up to `jitter_s` on top or less of it, never below nothing."""

    place: ClassVar[Place] = Place.AROUND

    type: Literal["latency"] = "latency"
    seconds: float = Field(ge=0, le=HOLD_S_MAX)
    jitter_s: float = Field(default=0.0, ge=0, le=HOLD_S_MAX)

    def apply(self, exchange: Exchange) -> Reply:
        """Add the time; whoever hosts the mock waits it, on the clock."""
        reply = exchange.pass_on_plainly()
        reply.service_time_s += max(0.0, self.seconds + exchange.chance.uniform(-self.jitter_s, self.jitter_s))
        return reply
