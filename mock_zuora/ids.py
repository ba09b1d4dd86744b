"""Object ids in Zuora's layout, made from the clock and a counter."""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import UTC, datetime

from simulator.clock import Clock

_HOST = "2c92c0f8"
_COUNTER_END = 0x10000
_SHAPE = re.compile(r"[0-9a-zA-Z]{32}|\d+")


class IdSource:
    """Makes ids of 32 lower-case hex digits: host, start of the service, milliseconds since 1970, counter.

    Ids rise in the order they were made and never repeat, even when the clock stands still.
    """

    def __init__(self, clock: Clock, started: int) -> None:
        self._clock = clock
        self._started = f"{started & 0xFFFFFFFF:08x}"
        self._last_ms = 0
        self._counter = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """A new id."""
        with self._lock:
            now_ms = milliseconds(self._clock.now())
            if now_ms > self._last_ms:
                self._last_ms, self._counter = now_ms, 0
            elif self._counter == _COUNTER_END:
                self._last_ms, self._counter = self._last_ms + 1, 0
            made = f"{_HOST}{self._started}{self._last_ms:012x}{self._counter:04x}"
            self._counter += 1
        return made


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def is_id(text: str) -> bool:
    """Whether the text has the shape the WSDL gives an ID."""
    return _SHAPE.fullmatch(text) is not None


def derived_id(*parts: str) -> str:
    """An id that follows from its parts, the same on every run: for users, who are not made by a call."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
