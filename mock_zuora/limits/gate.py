"""A tenant's limits: each request passes here before anything else is done, and is counted or refused."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mock_zuora.ids import milliseconds
from mock_zuora.limits.profiles import Profile
from mock_zuora.limits.windows import MINUTE_S, WINDOWS, Quota, Tally
from simulator.clock import Clock
from simulator.flights import Flight, Flights

IP_TALLIES_MAX = 1_000
"""How many addresses are remembered before those without a login in this minute are forgotten."""


class LimitExceeded(Exception):
    """A request was refused and not counted; `figure` names the limit, `retry_after_s` is when to ask again."""

    def __init__(self, figure: str, retry_after_s: int) -> None:
        super().__init__(f"{figure} is used up; ask again in {retry_after_s} s")
        self.figure = figure
        self.retry_after_s = retry_after_s


class Limits:
    """What one tenant may use, and has used. Safe to use from several threads.

    With `by_entity` the calls in flight count in each entity on their own, as in a multi-entity tenant; rates always
    count for the whole tenant.
    """

    def __init__(self, clock: Clock, profile: Profile, entity_ids: Iterable[str], *, by_entity: bool) -> None:
        self._clock = clock
        self._profile = profile
        self._lock = threading.Lock()
        self._tallies = {"api": Tally(), "auth": Tally()}
        self._by_ip: dict[str, Tally] = {}
        shared = Flights()
        self._flights = {each: Flights() if by_entity else shared for each in entity_ids}

    @property
    def profile(self) -> Profile:
        """The figures in force."""
        return self._profile

    def change(self, profile: Profile) -> None:
        """Put other figures in force, for the next request on; what is used stays used."""
        with self._lock:
            self._profile = profile

    def admit_call(self, entity_id: str) -> Flight | None:
        """Count an API request and begin its flight, None while nothing limits those; raises `LimitExceeded`."""
        with self._lock:
            now = self._clock.now()
            self._check_rates("api", now)
            most, flights = self._profile.concurrent_requests, self._flights[entity_id]
            if most is not None and flights.count(now) >= most:
                raise self._refusal("concurrent_requests")
            self._tallies["api"].add(_seconds(now))
            return None if most is None else flights.begin(now)

    def admit_login(self, address: str) -> None:
        """Count a request to log in from an IP address; raises `LimitExceeded`."""
        with self._lock:
            now = self._clock.now()
            now_s, most = _seconds(now), self._profile.auth_per_minute_per_ip
            self._check_rates("auth", now)
            from_there = self._by_ip.get(address) or Tally()
            if most is not None and from_there.used(now_s, MINUTE_S) >= most:
                raise self._refusal("auth_per_minute_per_ip")
            if len(self._by_ip) >= IP_TALLIES_MAX:
                self._by_ip = {ip: each for ip, each in self._by_ip.items() if each.used(now_s, MINUTE_S)}
            from_there.add(now_s)
            self._by_ip[address] = from_there
            self._tallies["auth"].add(now_s)

    def land(self, flight: Flight, service_time_s: float) -> None:
        """The call has been worked on, and is in flight for its service time more."""
        with self._lock:
            flight.ends_at = self._clock.now() + timedelta(seconds=service_time_s)

    def quotas(self, kind: str) -> list[Quota]:
        """The windows of "api" or "auth" requests that are limited, shortest first."""
        with self._lock:
            return [quota for _, quota in self._quotas(kind, _seconds(self._clock.now()))]

    def in_flight(self, entity_id: str) -> int:
        """How many calls are in flight in an entity; 0 while nothing limits them, because none is then kept."""
        with self._lock:
            return self._flights[entity_id].count(self._clock.now())

    def report(self) -> dict[str, Any]:
        """The figures, and what is used of them now, as JSON values."""
        with self._lock:
            now = self._clock.now()
            now_s, profile = _seconds(now), self._profile
            used: dict[str, Any] = {
                kind: {window: tally.used(now_s, length) for window, length in WINDOWS.items()}
                for kind, tally in self._tallies.items()
            }
            used["auth_by_ip"] = {
                ip: count for ip, tally in sorted(self._by_ip.items()) if (count := tally.used(now_s, MINUTE_S))
            }
            used["concurrent"] = {entity: flights.count(now) for entity, flights in self._flights.items()}
            return {"profile": profile.name, "figures": profile.figures(), "used": used}

    def _check_rates(self, kind: str, now: datetime) -> None:
        for figure, quota in self._quotas(kind, _seconds(now)):
            if not quota.remaining:
                raise self._refusal(figure)

    def _quotas(self, kind: str, now_s: int) -> list[tuple[str, Quota]]:
        found = []
        for window, length in WINDOWS.items():
            limit = getattr(self._profile, f"{kind}_per_{window}")
            if limit is not None:
                found.append((f"{kind}_per_{window}", self._tallies[kind].quota(now_s, length, limit)))
        return found

    def _refusal(self, figure: str) -> LimitExceeded:
        return LimitExceeded(figure, self._profile.retry_after_s)


def _seconds(moment: datetime) -> int:
    return milliseconds(moment) // 1000
