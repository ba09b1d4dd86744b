"""What an effect is: settings, and one method that says what becomes of a request."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from http.client import responses
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from simulator.delivery import Delivery
from simulator.faults.dialect import FaultDialect
from simulator.faults.request import Request
from simulator.faults.rows import RowFault
from simulator.soap import RaisedFault

HOLD_S_MAX = 3600.0


@dataclass(slots=True)
class Reply:
    """What goes back to the client, when, and how."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    service_time_s: float = 0.0
    delivery: Delivery = field(default_factory=Delivery)

    def header(self, name: str, value: str) -> None:
        """Set a header, in place of any of that name."""
        self.headers = [(n, v) for n, v in self.headers if n.lower() != name.lower()] + [(name, value)]


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed to the mock along with a request."""

    fault: RaisedFault | None = None
    rows: Mapping[int, RowFault] = field(default_factory=dict)
    plain: bool = False
    """The reply is to come uncompressed, because an effect reads or breaks it."""


PassOn = Callable[[Handed], Reply]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that an effect befalls.

    `pass_on` has it answered: by the mock, or by the effect that comes after. `chance` is this firing's own;
    `records` are the ids or texts that the rule's match names.
    """

    request: Request
    dialect: FaultDialect
    chance: random.Random
    records: tuple[str, ...]
    pass_on: PassOn

    def pass_on_plainly(self) -> Reply:
        """Have it answered as it is."""
        return self.pass_on(Handed())

    def pass_on_uncompressed(self) -> Reply:
        """Have it answered without compression, whatever the client takes."""
        return self.pass_on(Handed(plain=True))


def no_reply(delivery: Delivery, service_time_s: float = 0.0) -> Reply:
    """A reply that never goes out; a carrier that cannot break a connection sends this instead."""
    words = b"The connection breaks here, which this server cannot do.\n"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(words)))]
    return Reply("502 Bad Gateway", headers, words, service_time_s, delivery)


def plain(status: int, words: str, retry_after_s: int | None) -> Reply:
    """A short reply in words, for requests that are no calls of the SOAP service."""
    body = f"{words}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if retry_after_s is not None:
        headers.append(("Retry-After", str(retry_after_s)))
    return Reply(f"{status} {responses[status]}", headers, body)


class Place(IntEnum):
    """Where an effect stands when several befall one request: the first is asked first."""

    AROUND = 0
    """Adds to whatever happens, such as time."""
    DECIDES = 1
    """Says what becomes of the request; of several such rules the first wins."""
    WITHIN = 2
    """Adds to what the mock does, if it comes to that."""


class Effect(BaseModel, ABC):
    """One kind of fault. A subclass has `type`, its settings, and `apply`; it is listed in `EFFECTS`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    place: ClassVar[Place] = Place.DECIDES

    type: str

    @abstractmethod
    def apply(self, exchange: Exchange) -> Reply:
        """What becomes of the request."""

    def strikes(self, request: Request, records: tuple[str, ...]) -> bool:
        """Whether it can befall this request at all; a rule does not fire on one that it cannot."""
        del request, records
        return True

    def check(self, dialect: FaultDialect) -> None:
        """Raise `ValueError("<key>: <words>")` for settings that make no sense in this dialect."""
        del dialect
