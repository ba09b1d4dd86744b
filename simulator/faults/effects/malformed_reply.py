"""The reply arrives whole and makes no sense."""

from __future__ import annotations

from typing import Literal

from simulator.faults.effects.effect import Effect, Exchange, Reply

_CONTROL = b"\x01"


class MalformedReply(Effect):
    """The work is done and the reply is broken XML with a length that fits.

    `how`: `cut` ends it in the middle, `control_character` puts one into it that XML cannot carry, `garbage` sends
    bytes that are no XML at all, `empty` sends none.
    """

    type: Literal["malformed_reply"] = "malformed_reply"
    how: Literal["cut", "control_character", "garbage", "empty"] = "cut"

    def apply(self, exchange: Exchange) -> Reply:
        """Break the body."""
        reply = exchange.pass_on_uncompressed()
        body = reply.body
        if self.how == "cut":
            body = body[: len(body) * 2 // 3]
        elif self.how == "control_character":
            place = body.rfind(b"</")
            body = body[:place] + _CONTROL + body[place:]
        elif self.how == "garbage":
            body = exchange.chance.randbytes(len(body))
        else:
            body = b""
        reply.body = body
        reply.header("Content-Length", str(len(body)))
        return reply
