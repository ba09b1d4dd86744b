"""The service has had enough for now."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.faults.effects.effect import Effect, Exchange, Handed, Reply, plain
from simulator.soap import RaisedFault


class TooManyRequests(Effect):
    """The vendor's refusal of one call too many: Zuora's has HTTP 429 and Retry-After. Nothing is done."""

    type: Literal["too_many_requests"] = "too_many_requests"
    retry_after_s: int = Field(default=120, ge=0)

    def apply(self, exchange: Exchange) -> Reply:
        """Have the mock refuse a call; anything else gets plain words."""
        if not exchange.request.operation:
            return plain(429, "Too many requests.", self.retry_after_s)
        fault = exchange.dialect.too_many_requests(exchange.request.path, self.retry_after_s)
        return exchange.pass_on(Handed(fault=RaisedFault(fault)))
