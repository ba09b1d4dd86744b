"""Which calls are being worked on: intervals on the mock's clock, from a call's arrival to the end of its service time.

A mock answers at once and its host waits for the rest. A host that says when it has waited (`simulator.ending`) ends
the interval itself, so that a clock that stands still keeps no call in flight for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(eq=False, slots=True)
class Flight:
    """One call. `ends_at` is None while it is being worked on, and where its host will say when it is over."""

    began_at: datetime
    ends_at: datetime | None = None
    landed: bool = False

    def land(self) -> None:
        """It is over, whatever the clock says."""
        self.landed = True

    def is_open(self, now: datetime) -> bool:
        """Whether it is still in flight."""
        return not self.landed and (self.ends_at is None or now < self.ends_at)


class Flights:
    """The calls in flight of whoever is limited in them. The caller keeps threads apart."""

    def __init__(self) -> None:
        self._flights: list[Flight] = []

    def count(self, now: datetime) -> int:
        """How many are in flight."""
        self._flights = [each for each in self._flights if each.is_open(now)]
        return len(self._flights)

    def count_long(self, now: datetime, long_s: float) -> int:
        """How many have been in flight for so long at least."""
        self.count(now)
        return sum((now - each.began_at).total_seconds() >= long_s for each in self._flights)

    def begin(self, now: datetime) -> Flight:
        """One more, from now on until it lands."""
        flight = Flight(now)
        self._flights.append(flight)
        return flight
