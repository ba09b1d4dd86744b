"""Counting requests in windows of a minute, an hour and a day that begin with the clock's own."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
WINDOWS = {"minute": MINUTE_S, "hour": HOUR_S, "day": DAY_S}
"""The windows there are, and how long each is in seconds."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A window of one length, with what it allows and what is used of it now."""

    window_s: int
    limit: int
    used: int
    resets_in_s: int

    @property
    def remaining(self) -> int:
        """How many more requests the window takes; never less than none, also after its limit was lowered."""
        return max(0, self.limit - self.used)


class Tally:
    """How many requests there were in the current window of each length.

    A moment is whole seconds since 1970. The caller keeps threads apart.
    """

    def __init__(self) -> None:
        self._counts: dict[int, tuple[int, int]] = {}

    def used(self, now_s: int, window_s: int) -> int:
        """The requests counted in the window that `now_s` lies in."""
        index, count = self._counts.get(window_s, (-1, 0))
        return count if index == now_s // window_s else 0

    def add(self, now_s: int) -> None:
        """Count one request, in every window."""
        for window_s in WINDOWS.values():
            self._counts[window_s] = now_s // window_s, self.used(now_s, window_s) + 1

    def quota(self, now_s: int, window_s: int, limit: int) -> Quota:
        """The window that `now_s` lies in, under a limit."""
        return Quota(window_s, limit, self.used(now_s, window_s), window_s - now_s % window_s)
