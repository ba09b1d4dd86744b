"""Auto-numbers: the formats they are written in."""

from __future__ import annotations

import re
from datetime import date

_PLACE = re.compile(r"\{(YYYY|YY|MM|DD|0+)\}")


def autonumber(pattern: str, number: int, day: date) -> str:
    """A number in an auto-number format, such as `IP{0000000000}` or `A-{YYYY}{MM}{DD}-{000}`.

    The number stands where the zeros are, with as many digits at least; the day is the one it was given out on. A
    format without a place for the number has it at the end.
    """

    def filled(place: re.Match[str]) -> str:
        match place[1]:
            case "YYYY":
                return f"{day.year:04d}"
            case "YY":
                return f"{day.year % 100:02d}"
            case "MM":
                return f"{day.month:02d}"
            case "DD":
                return f"{day.day:02d}"
        return f"{number:0{len(place[1])}d}"

    written = _PLACE.sub(filled, pattern)
    return written if "{0" in pattern else f"{written}{number}"
