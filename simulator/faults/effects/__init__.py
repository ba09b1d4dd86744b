"""Every effect a rule can have, one small module each. A new one is a module here and a line in the list."""

from __future__ import annotations

from simulator.faults.effects.delivered_twice import DeliveredTwice
from simulator.faults.effects.effect import Effect, Exchange, Handed, Place, Reply
from simulator.faults.effects.html_error import HtmlError
from simulator.faults.effects.latency import Latency
from simulator.faults.effects.malformed_reply import MalformedReply
from simulator.faults.effects.reply_lost import ReplyLost
from simulator.faults.effects.request_lost import RequestLost
from simulator.faults.effects.reset import Reset
from simulator.faults.effects.row_error import RowError
from simulator.faults.effects.slow_reply import SlowReply
from simulator.faults.effects.soap_fault import SoapFaultEffect
from simulator.faults.effects.too_many_requests import TooManyRequests
from simulator.faults.effects.truncate import Truncate
from simulator.faults.effects.unavailable import Unavailable
from simulator.faults.effects.wrong_content_type import WrongContentType

__all__ = ["EFFECTS", "Effect", "Exchange", "Handed", "Place", "Reply"]

EFFECTS: dict[str, type[Effect]] = {
    str(each.model_fields["type"].default): each
    for each in (
        SoapFaultEffect,
        RowError,
        Latency,
        SlowReply,
        RequestLost,
        ReplyLost,
        Reset,
        Truncate,
        MalformedReply,
        WrongContentType,
        HtmlError,
        TooManyRequests,
        Unavailable,
        DeliveredTwice,
    )
}
"""The effects by the type that a rule names."""
