"""Open results of queries, each under its locators, kept for as long as the org's profile says."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_salesforce.ids import id_of
from mock_salesforce.orgs import Org
from mock_salesforce.records import Answer
from simulator.clock import Clock

LOCATOR_PREFIX = "0r8"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The rest of a query's result: whose it is, the rows as they were, and where the next page starts."""

    org: Org
    user_id: str
    answer: Answer
    position: int
    batch_size: int
    ends_at: datetime


class Cursors:
    """Open results by locator. Each page's locator is its own, so a page may be read again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_locator: dict[str, Cursor] = {}

    def keep(self, org: Org, user_id: str, answer: Answer, position: int, batch_size: int) -> str:
        """The locator of what comes from `position` on."""
        now, profile = self._clock.now(), org.limits.profile
        ends_at = now + timedelta(seconds=profile.cursor_life_s)
        with self._lock:
            for locator in [name for name, cursor in self._by_locator.items() if cursor.ends_at <= now]:
                del self._by_locator[locator]
            locator = id_of(LOCATOR_PREFIX, org.id, org.take(LOCATOR_PREFIX))
            self._by_locator[locator] = Cursor(org, user_id, answer, position, batch_size, ends_at)
            if profile.cursors_per_user is not None:
                self._let_go_of_old(org, user_id, profile.cursors_per_user)
            return locator

    def _let_go_of_old(self, org: Org, user_id: str, most: int) -> None:
        """Keep no more than `most` results of a user, those that were read last."""
        own = [(name, each) for name, each in self._by_locator.items() if each.org is org and each.user_id == user_id]
        kept: list[Answer] = []
        for locator, cursor in reversed(own):
            if any(cursor.answer is each for each in kept):
                continue
            if len(kept) < most:
                kept.append(cursor.answer)
            else:
                del self._by_locator[locator]

    def find(self, locator: str, org: Org, user_id: str) -> Cursor | None:
        """The living cursor of this locator, when it belongs to this user of this org."""
        with self._lock:
            cursor = self._by_locator.get(locator)
        if cursor is None or cursor.ends_at <= self._clock.now():
            return None
        return cursor if cursor.org is org and cursor.user_id == user_id else None

    def clear(self) -> None:
        """Let go of all results."""
        with self._lock:
            self._by_locator.clear()

    def __len__(self) -> int:
        now = self._clock.now()
        with self._lock:
            return sum(cursor.ends_at > now for cursor in self._by_locator.values())

    def object_of(self, locator: str) -> str:
        """The object whose records a locator leads to, "" for a locator that is not known."""
        with self._lock:
            cursor = self._by_locator.get(locator.strip())
        return "" if cursor is None else cursor.answer.sobject
