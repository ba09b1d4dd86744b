"""The byte seam: zeep posts through here, over whichever httpx transport was handed in."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from lxml import etree

from sync_engine.network import Network

REPLY_BYTES_MAX = 256 * 1024 * 1024
"""Far above the largest page either service sends, and below what would exhaust a machine."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Failures that happen before the first byte of a request is sent."""


class ReplyTooLarge(Exception):
    """The reply is larger than any the service sends."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status, headers and the unpacked body of one HTTP answer."""

    status: int
    headers: httpx.Headers
    content: bytes


class HttpxTransport:
    """What zeep's `AsyncTransport` offers, without its logging of whole messages (they hold passwords).

    One exchange may take `timeout_s` from first to last byte. Requests above `compress_over_bytes` are packed with
    gzip; None never packs.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None,
        *,
        timeout_s: float,
        compress_over_bytes: int | None = None,
        network: Network | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._compress_over_bytes = compress_over_bytes
        self._client = (network or Network()).client(
            transport,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)),
            headers={"User-Agent": "ondemand-sync", "Accept-Encoding": "gzip"},
            follow_redirects=False,
            # A proxy named in the environment does not lead back to this machine, where mocks are served.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
        )

    async def post_xml(self, address: str, envelope: etree._Element, headers: Mapping[str, str]) -> HttpReply:
        """Send an envelope that zeep built."""
        return await self.post(address, etree.tostring(envelope, xml_declaration=True, encoding="utf-8"), headers)

    async def post(self, address: str, message: bytes, headers: Mapping[str, str], *, plain: bool = False) -> HttpReply:
        """Send bytes, never packed if `plain`.

        Raises httpx's errors, `TimeoutError` when the exchange takes too long, `ReplyTooLarge`.
        """
        headers = dict(headers)
        if not plain and self._compress_over_bytes is not None and len(message) > self._compress_over_bytes:
            # A fixed time stamp and a low level: the same message is always the same bytes, at little cost.
            message = gzip.compress(message, compresslevel=3, mtime=0)
            headers["Content-Encoding"] = "gzip"
        # httpx bounds each read; only this bounds the whole, which is what a lease has to outlast.
        async with (
            asyncio.timeout(self._timeout_s),
            self._client.stream("POST", address, content=message, headers=headers) as response,
        ):
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > REPLY_BYTES_MAX:
                    raise ReplyTooLarge(f"more than {REPLY_BYTES_MAX} bytes")
            return HttpReply(response.status_code, response.headers, bytes(content))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
