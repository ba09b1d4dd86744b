"""An org's limits: each call of someone who is logged in passes here, and is counted or refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mock_salesforce.limits.profiles import Profile
from mock_salesforce.limits.usage import RollingDay
from simulator.clock import Clock
from simulator.flights import Flight, Flights


class LimitExceeded(Exception):
    """A call was refused and not counted. Its text is the service's own name for the limit."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that was let in: its flight, and what was used of the day's allocation with it."""

    flight: Flight
    used: int
    allowed: int | None


class Limits:
    """What one org may use, and has used. Safe to use from several threads.

    `licences` of its users add to the allocation of calls and storage; `daily_calls` takes the place of that of calls.
    """

    def __init__(self, clock: Clock, profile: Profile, *, licences: int = 0, daily_calls: int | None = None) -> None:
        self._clock = clock
        self._licences = licences
        self._lock = threading.Lock()
        self._calls, self._debugging, self._async_apex = RollingDay(), RollingDay(), RollingDay()
        self._flights = Flights()
        self._profile = profile if daily_calls is None else _with_daily_calls(profile, daily_calls)

    @property
    def profile(self) -> Profile:
        """The figures in force."""
        return self._profile

    @property
    def calls_allowed(self) -> int | None:
        """The allocation of calls in 24 hours; None is no limit."""
        return self._profile.api_calls_allowed(self._licences)

    @property
    def storage_kb_allowed(self) -> int | None:
        """The data storage; None is no limit."""
        return self._profile.storage_kb_allowed(self._licences)

    @property
    def calls_used(self) -> int:
        """API calls of the last 24 hours."""
        with self._lock:
            return self._calls.used(self._clock.now())

    def change(self, profile: Profile) -> None:
        """Put other figures in force, for the next call on; what is used stays used."""
        with self._lock:
            self._profile = profile

    def admit(self, *, debugging: bool = False) -> Admitted:
        """Count a call and begin its flight; raises `LimitExceeded`."""
        with self._lock:
            now, profile = self._clock.now(), self._profile
            allowed = profile.api_calls_allowed(self._licences)
            if (
                allowed is not None
                and self._calls.used(now) >= allowed * (100 + profile.daily_api_overrun_percent) // 100
            ):
                raise LimitExceeded("TotalRequests Limit exceeded.")
            most = profile.concurrent_long_calls
            if most is not None and self._flights.count_long(now, profile.long_call_s) >= most:
                raise LimitExceeded("ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
            if debugging and profile.daily_debugging_calls is not None:
                if self._debugging.used(now) >= profile.daily_debugging_calls:
                    raise LimitExceeded("DebuggingRequests Limit exceeded.")
                self._debugging.add(now)
            return Admitted(self._flights.begin(now), self._calls.add(now), allowed)

    def land(self, flight: Flight, service_time_s: float) -> None:
        """The call has been worked on, and is in flight for its service time more."""
        with self._lock:
            flight.ends_at = self._clock.now() + timedelta(seconds=service_time_s)

    def admit_async_apex(self) -> None:
        """Count one execution of asynchronous Apex; raises `LimitExceeded`."""
        with self._lock:
            now, most = self._clock.now(), self._profile.daily_async_apex
            if most is not None and self._async_apex.used(now) >= most:
                raise LimitExceeded("AsyncApexExecutions Limit exceeded.")
            self._async_apex.add(now)

    def report(self) -> dict[str, Any]:
        """The figures, and what is used of them now, as JSON values."""
        with self._lock:
            now, profile = self._clock.now(), self._profile
            return {
                "profile": profile.name,
                "figures": profile.figures(),
                "licences": self._licences,
                "allowed": {
                    "daily_api_calls": profile.api_calls_allowed(self._licences),
                    "storage_kb": profile.storage_kb_allowed(self._licences),
                },
                "used": {
                    "daily_api_calls": self._calls.used(now),
                    "daily_debugging_calls": self._debugging.used(now),
                    "daily_async_apex": self._async_apex.used(now),
                    "concurrent_calls": self._flights.count(now),
                    "concurrent_long_calls": self._flights.count_long(now, profile.long_call_s),
                },
            }


def _with_daily_calls(profile: Profile, most: int) -> Profile:
    return profile.changed({"daily_api_calls": most, "daily_api_calls_per_licence": 0, "daily_api_overrun_percent": 0})
