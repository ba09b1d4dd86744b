"""Spans of time as people write them: 90, 90s, 15m, 24h, 1h30m, 2d, or ISO 8601 such as PT15M."""

from __future__ import annotations

import math
import re

_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"\d+(?:\.\d+)?"
_PART = re.compile(rf"({_NUMBER})\s*(ms|[wdhms])\s*")
_PARTS = re.compile(rf"(?:{_NUMBER}\s*(?:ms|[wdhms])\s*)+")
_PLAIN = re.compile(_NUMBER)
_ISO_PART = re.compile(rf"({_NUMBER})([WDHMS])")
# Years and months have no length of their own, so M stands for minutes and comes after the T only.
_ISO = re.compile(
    rf"P(?=[\dT])(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.ASCII
)


def seconds(text: str) -> float:
    """The seconds in a span of time; raises `ValueError` with an example for a text that is none."""
    given = text.strip()
    if _PLAIN.fullmatch(given):
        total = float(given)
    elif _PARTS.fullmatch(given.lower()):
        total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(given.lower()))
    elif _ISO.fullmatch(given.upper()):
        total = sum(float(number) * _UNITS[unit.lower()] for number, unit in _ISO_PART.findall(given.upper()))
    else:
        raise ValueError(f"{text!r} is no span of time; write it as 90s, 15m, 24h, 1h30m, 2d or PT15M.")
    if not math.isfinite(total):
        raise ValueError(f"{text!r} is too long a span of time.")
    return total
