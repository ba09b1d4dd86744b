"""A program that sends the bytes of a sync again and reads the replies with lxml, and does nothing else.

It is the floor under the engine: the same calls, the same of them side by side, nothing to think about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from lxml import etree


@dataclass(slots=True)
class Recorded:
    """One request as it was sent. It began after `after` of the requests that `Recording.ended` lists had ended."""

    url: str
    headers: dict[str, str]
    body: bytes
    after: int


@dataclass(slots=True)
class Recording(httpx.AsyncBaseTransport):
    """Sends requests over `inner` and keeps them; `ended` are their numbers in the order their replies came."""

    inner: httpx.AsyncBaseTransport
    requests: list[Recorded] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep it and send it on."""
        number, body = len(self.requests), await request.aread()
        kept = {
            name: value for name, value in request.headers.items() if name.lower() not in ("host", "content-length")
        }
        self.requests.append(Recorded(str(request.url), kept, body, len(self.ended)))
        response = await self.inner.handle_async_request(request)
        await response.aread()
        self.ended.append(number)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self.inner.aclose()


async def replay(requests: Sequence[Recorded], ended: Sequence[int]) -> int:
    """Send it all again, each request as soon as those are answered that were answered before it; gives the bytes read.

    Raises `RuntimeError` for a reply that is no success: it would be less work than what was recorded.
    """
    answered = [asyncio.Event() for _ in requests]
    read = 0

    async def one(number: int, client: httpx.AsyncClient) -> None:
        nonlocal read
        request = requests[number]
        for before in ended[: request.after]:
            if not answered[before].is_set():
                await answered[before].wait()
        reply = await client.post(request.url, content=request.body, headers=request.headers)
        envelope = etree.fromstring(reply.content)
        if reply.status_code != httpx.codes.OK or envelope.find("{*}Body/{*}Fault") is not None:
            msg = f"HTTP {reply.status_code}: {reply.content[:300]!r}"
            raise RuntimeError(msg)
        read += len(reply.content)
        answered[number].set()

    async with httpx.AsyncClient(timeout=120) as client:
        await asyncio.gather(*(one(number, client) for number in range(len(requests))))
    return read
