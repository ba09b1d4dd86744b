"""Mails that an org has sent, kept for people and tests to read."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

KEPT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `sent_at` as records' moments are written."""

    to: str
    subject: str
    body: str
    sent_at: str


class Outbox:
    """The last mails of one org. Safe to use from several threads."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=KEPT_MAX)
        self._lock = threading.Lock()

    def send(self, mail: Mail) -> None:
        """Keep a mail, and let go of the oldest when there are too many."""
        with self._lock:
            self._mails.append(mail)

    def mails(self) -> list[Mail]:
        """The mails, the oldest first."""
        with self._lock:
            return list(self._mails)
