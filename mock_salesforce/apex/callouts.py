"""How an org's Apex reaches other services: one HTTP request at a time, through a seam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from mock_salesforce.transactions import CalloutException


@dataclass(frozen=True, slots=True)
class CalloutReply:
    """What came back, and how many seconds it took."""

    status: int
    body: bytes
    took_s: float = 0.0


class Callout(Protocol):
    """Makes callouts."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> CalloutReply:
        """One POST; raises `CalloutException` in Apex's words when there is no reply."""


class HttpCallout:
    """Callouts over the network. What they take passes on the caller's own clock, and so counts as nothing here."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> CalloutReply:
        """One POST; raises `CalloutException`."""
        try:
            reply = httpx.post(url, headers=dict(headers), content=body, timeout=timeout_s)
        except httpx.TimeoutException:
            raise CalloutException("Read timed out") from None
        except httpx.ConnectError:
            raise CalloutException(f"Connection refused: {httpx.URL(url).host}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CalloutException(f"{type(error).__name__} while calling out") from None
        return CalloutReply(reply.status_code, reply.content)
