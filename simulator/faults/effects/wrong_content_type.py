"""The reply says it is something else."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.faults.effects.effect import Effect, Exchange, Reply


class WrongContentType(Effect):
    """The reply is as it should be, but for its Content-Type."""

    type: Literal["wrong_content_type"] = "wrong_content_type"
    content_type: str = Field(default="text/html; charset=utf-8", max_length=200, pattern=r"^[ -~]*$")

    def apply(self, exchange: Exchange) -> Reply:
        """Set the header."""
        reply = exchange.pass_on_plainly()
        reply.header("Content-Type", self.content_type)
        return reply
