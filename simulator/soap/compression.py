"""Compressed request bodies, inflated no further than a limit."""

from __future__ import annotations

import zlib

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class TooLarge(Exception):
    """The body, inflated, is larger than the service takes."""


class BrokenCompression(Exception):
    """The body is not what its Content-Encoding says, or ends early."""


class UnknownCompression(Exception):
    """The Content-Encoding is none that the service reads."""


def inflate(raw: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding: gzip, deflate, or none.

    Stops at `limit` bytes, so that a small bomb costs no more than the limit. Raises `TooLarge`,
    `BrokenCompression` or `UnknownCompression`.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        if len(raw) > limit:
            raise TooLarge
        return raw
    if encoding not in _WINDOWS:
        raise UnknownCompression(encoding)
    inflater = zlib.decompressobj(_WINDOWS[encoding])
    try:
        body = inflater.decompress(raw, limit + 1)
    except zlib.error as error:
        raise BrokenCompression(str(error)) from error
    if len(body) > limit:
        raise TooLarge
    if not inflater.eof:
        msg = "the compressed stream ends early"
        raise BrokenCompression(msg)
    return body
