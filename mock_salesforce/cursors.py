"""Open results of queries, each under its locators, kept for as long as the org's profile says."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_salesforce.ids import id_of
from mock_salesforce.orgs import Org
from mock_salesforce.soql.plan import Plan
from simulator.clock import Clock
from simulator.results import Keys

LOCATOR_PREFIX = "0r8"
KEYS_AN_ORG = 10_000_000
"""How many rows' ids are kept in an org; beyond, the results that were read longest ago are let go of."""


@dataclass(slots=True, eq=False)
class OpenResult:
    """What a query found, as long as it can be read on: whose it is, how to read it, and which records in which order.

    The ids are those of the moment the query was asked. What the records hold is read when their page is, and a
    record that is deleted by then is left out of it.
    """

    org: Org
    user_id: str
    plan: Plan
    keys: Keys
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in a result the next page starts, and how many rows it has unless asked otherwise."""

    result: OpenResult
    position: int
    batch_size: int


class Cursors:
    """Open results by locator. Each page's locator is its own, so a page may be read again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_locator: dict[str, Cursor] = {}
        self._results: dict[OpenResult, list[str]] = {}
        """The locators of each result; the results read last come last."""

    def open(self, org: Org, user_id: str, plan: Plan, keys: Keys) -> OpenResult:
        """A result to keep locators of. Call it, and `keep`, while holding the org's store's lock."""
        life = timedelta(seconds=org.limits.profile.cursor_life_s)
        return OpenResult(org, user_id, plan, keys, self._clock.now() + life)

    def keep(self, result: OpenResult, position: int, batch_size: int) -> str:
        """The locator of what comes from `position` on."""
        org, profile = result.org, result.org.limits.profile
        locator = id_of(LOCATOR_PREFIX, org.id, org.take(LOCATOR_PREFIX))
        with self._lock:
            self._by_locator[locator] = Cursor(result, position, batch_size)
            locators = self._results.pop(result, [])
            locators.append(locator)
            self._results[result] = locators
            ended = self._ended(org, result.user_id, profile.cursors_per_user)
            self._forget(ended)
        for each in ended:
            each.keys.drop()
        return locator

    def _ended(self, org: Org, user_id: str, most: int | None) -> list[OpenResult]:
        """The org's results that are over, or too many for their user or for the org, but never the last."""
        now = self._clock.now()
        of_org = [each for each in self._results if each.org is org]
        ended = [each for each in of_org if each.ends_at <= now]
        left = [each for each in of_org if each.ends_at > now]
        if most is not None:
            own = [each for each in left if each.user_id == user_id]
            ended += own[: max(0, len(own) - max(1, most))]
            left = [each for each in left if each not in ended]
        kept = sum(each.keys.size for each in left)
        for each in left[:-1]:
            if kept <= KEYS_AN_ORG:
                break
            ended.append(each)
            kept -= each.keys.size
        return ended

    def _forget(self, results: list[OpenResult]) -> None:
        for each in results:
            for locator in self._results.pop(each, ()):
                self._by_locator.pop(locator, None)

    def find(self, locator: str, org: Org, user_id: str) -> Cursor | None:
        """The living cursor of this locator, when it belongs to this user of this org.

        Where a user's results are few, reading one keeps it for as long again, and makes it the last to be let go of.
        """
        now = self._clock.now()
        with self._lock:
            cursor = self._by_locator.get(locator)
            if cursor is None or cursor.result.org is not org or cursor.result.user_id != user_id:
                return None
            result, profile = cursor.result, org.limits.profile
            if result.ends_at <= now:
                return None
            if profile.cursors_per_user is not None:
                result.ends_at = now + timedelta(seconds=profile.cursor_life_s)
            self._results[result] = self._results.pop(result)
            return cursor

    def clear(self) -> None:
        """Let go of all results."""
        with self._lock:
            ended = list(self._results)
            self._forget(ended)
        for each in ended:
            each.keys.drop()

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(each.ends_at > now for each in self._results)

    def object_of(self, locator: str) -> str:
        """The object whose records a locator leads to, "" for a locator that is not known."""
        with self._lock:
            cursor = self._by_locator.get(locator.strip())
        return "" if cursor is None else cursor.result.plan.sobject
