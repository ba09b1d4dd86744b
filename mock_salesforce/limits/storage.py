"""An org's data storage: whether there is room for another record, without counting all of them each time."""

from __future__ import annotations

from collections.abc import Callable


class Storage:
    """Counts what has come in since all records were last counted, and counts them anew only when that might be much.

    Records that are deleted or undone make room again, which the next full count finds. The caller keeps threads apart.
    """

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count
        self._at_most: int | None = None

    def take(self, allowed_kb: int | None, record_kb: int, waiting: int = 0) -> bool:
        """Whether there is room for one more record beside those `waiting` to be written; it is then taken."""
        if allowed_kb is None or not record_kb:
            return True
        most = allowed_kb // record_kb
        if self._at_most is None or self._at_most >= most:
            self._at_most = self._count() + waiting
        if self._at_most >= most:
            return False
        self._at_most += 1
        return True

    def forget(self) -> None:
        """Count anew the next time: records have come in some other way."""
        self._at_most = None
