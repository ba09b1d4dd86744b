"""The service is down, and says so itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.faults.effects.effect import Effect, Exchange, Handed, Reply, plain
from simulator.soap import RaisedFault


class Unavailable(Effect):
    """HTTP 503 with the vendor's fault, and Retry-After when `retry_after_s` is given. Nothing is done."""

    type: Literal["unavailable"] = "unavailable"
    retry_after_s: int | None = Field(default=None, ge=0)

    def apply(self, exchange: Exchange) -> Reply:
        """Have the mock refuse a call; anything else gets plain words."""
        if not exchange.request.operation:
            return plain(503, "The service is not available.", self.retry_after_s)
        fault = exchange.dialect.unavailable(exchange.request.path, self.retry_after_s)
        return exchange.pass_on(Handed(fault=RaisedFault(fault)))
