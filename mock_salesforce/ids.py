"""Record ids: 15 characters that tell case apart, or 18 with a checksum that survives losing it."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?\Z")
_SERIAL_WIDTH = 9
_SERIAL_SPAN = len(_DIGITS) ** _SERIAL_WIDTH
_LOW_WIDTH = 3
_LOW_SPAN = len(_DIGITS) ** _LOW_WIDTH


def to_18(identifier: str) -> str:
    """The 18-character form of a 15- or 18-character id.

    An 18-character id is taken at its first 15, so its checksum is always right afterwards.
    """
    head = identifier[:15]
    return head + _checksum(head[:5]) + _checksum(head[5:10]) + _checksum(head[10:])


@lru_cache(maxsize=65_536)
def _checksum(five: str) -> str:
    """The character that tells which of five are capitals."""
    return _CHECKSUM[sum(1 << place for place, mark in enumerate(five) if "A" <= mark <= "Z")]


def is_id(value: str) -> bool:
    """Whether `value` has the shape of an id: 15 letters and digits, or 18 with the right checksum."""
    if not _SHAPE.match(value):
        return False
    return len(value) == 15 or to_18(value) == value


def id_of(prefix: str, org_id: str, serial: int) -> str:
    """The 18-character id of an org's `serial`-th record of the type with this key prefix.

    Made of the prefix, the org's pod and a number that starts where the org's own id says, so that records of
    two orgs hardly ever share an id, and one org gives the same ids on every run. Later ids sort after earlier ones.
    """
    number = ((zlib.crc32(org_id[:15].encode()) << 20) + serial) % _SERIAL_SPAN
    high, low = divmod(number, _LOW_SPAN)
    return to_18(prefix + org_id[3:5] + "0" + _high_digits(high) + _digits(low, _LOW_WIDTH))


def _digits(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


@lru_cache(maxsize=4096)
def _high_digits(number: int) -> str:
    """The digits that neighbouring records share."""
    return _digits(number, _SERIAL_WIDTH - _LOW_WIDTH)
