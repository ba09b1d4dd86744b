"""Asks a running mock's control plane."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from offline.errors import ControlUnreachable, MockRefused, listed

TIMEOUT_S = 300.0
"""Long enough for a seed of a million records."""

PREFIX = "/_mock"


class ControlClient:
    """One mock's control plane, at an address as `mock serve` prints it, or the mock's own.

    Raises `ControlUnreachable` when no mock answers there, `MockRefused` when it says no.
    """

    def __init__(self, url: str) -> None:
        base = url.strip().rstrip("/")
        self.address = base if base.endswith(PREFIX) else f"{base}{PREFIX}"

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """What is to be read at a path below the control plane's."""
        given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
        return self._json(self._send("GET", path, params=given))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have something done."""
        return self._json(self._send("POST", path, json=dict(body)))

    def delete(self, path: str) -> dict[str, Any]:
        """Remove something."""
        return self._json(self._send("DELETE", path))

    def fetch(self, path: str) -> bytes:
        """A file."""
        reply = self._send("GET", path)
        if reply.is_error:
            self._json(reply)
        return reply.content

    def bring(self, path: str, data: bytes) -> dict[str, Any]:
        """Send a file."""
        return self._json(self._send("POST", path, content=data, headers={"Content-Type": "application/zip"}))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return httpx.request(method, f"{self.address}{path}", timeout=TIMEOUT_S, trust_env=False, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ControlUnreachable(
                f"No mock answers at {self.address}: {str(error) or type(error).__name__}.",
                "Start one with `ondemand-sync mock serve`, and use the control address it prints.",
            ) from None

    def _json(self, reply: httpx.Response) -> dict[str, Any]:
        try:
            answer = json.loads(reply.content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ControlUnreachable(
                f"What answers at {self.address} is no mock's control plane (HTTP {reply.status_code}).",
                "Use the control address that `ondemand-sync mock serve` prints.",
            )
        if reply.is_error:
            words = "\n".join([str(answer.get("error")), *listed(answer.get("mistakes", ()))])
            raise MockRefused(f"The mock at {self.address} refused: {words}")
        return answer
