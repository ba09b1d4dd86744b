"""What a compiled query leaves open until it is asked: the moment, the time zone days begin in, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, and in which time zone their days begin."""

    now: datetime
    zone: ZoneInfo
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Mine:
    """In a query's parameters: the id of the user who asks."""

    def value(self, asker: Asker) -> str:
        """Known once the query is asked."""
        return asker.user_id
