"""The reply comes slowly."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from simulator.faults.effects.effect import Effect, Exchange, Place, Reply


class SlowReply(Effect):
    """The body comes at `bytes_per_s`, in pieces, however fast the service was."""

    place: ClassVar[Place] = Place.AROUND

    type: Literal["slow_reply"] = "slow_reply"
    bytes_per_s: int = Field(ge=1)

    def apply(self, exchange: Exchange) -> Reply:
        """Set the pace."""
        reply = exchange.pass_on_plainly()
        reply.delivery = replace(reply.delivery, bytes_per_s=self.bytes_per_s)
        return reply
