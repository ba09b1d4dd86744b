"""Query results that are read page by page: a snapshot a query, until fifteen minutes pass without a page."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_zuora.faults import locator_fault
from mock_zuora.zoql import Plan
from simulator.clock import Clock

LIFETIME = timedelta(minutes=15)

_LOCATOR = re.compile(r"([0-9a-f]{32})-(\d{1,9})")


@dataclass(slots=True)
class Cursor:
    """The rows of one query as they were when it ran."""

    plan: Plan
    rows: Sequence[sqlite3.Row]
    scope: tuple[str, str]
    expires_at: datetime


class Cursors:
    """Keeps the rows that queries have yet to hand out. A locator is `<32 hex>-<number of the next row>`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Cursor] = {}
        self._lock = threading.Lock()

    def keep(self, key: str, plan: Plan, rows: Sequence[sqlite3.Row], scope: tuple[str, str]) -> None:
        """Keep a result under `key`, for sessions of this tenant and entity."""
        now = self._clock.now()
        with self._lock:
            for ended in [each for each, cursor in self._open.items() if cursor.expires_at <= now]:
                del self._open[ended]
            self._open[key] = Cursor(plan, rows, scope, now + LIFETIME)

    def find(self, locator: str, scope: tuple[str, str]) -> tuple[str, Cursor, int]:
        """The key, the cursor and the first row a locator stands for; raises InvalidQueryLocatorFault.

        A locator can be used again, so that a page whose reply was lost can be asked for once more.
        """
        match = _LOCATOR.fullmatch(locator.strip())
        now = self._clock.now()
        with self._lock:
            cursor = self._open.get(match[1]) if match else None
            if match is None or cursor is None or cursor.scope != scope or cursor.expires_at <= now:
                raise locator_fault(locator)
            offset = int(match[2])
            if offset >= len(cursor.rows):
                raise locator_fault(locator)
            cursor.expires_at = now + LIFETIME
            return match[1], cursor, offset

    def object_of(self, locator: str) -> str:
        """The object whose rows a locator stands for, "" for a locator that is not known; the cursor stays as it is."""
        match = _LOCATOR.fullmatch(locator.strip())
        with self._lock:
            cursor = self._open.get(match[1]) if match else None
        return "" if cursor is None else cursor.plan.target.name
