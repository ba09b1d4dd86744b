"""Asks a running mock's control plane to do something."""

from __future__ import annotations

import json
from typing import Any

import httpx

from offline.errors import ControlUnreachable, OfflineError, ScenarioUnknown

TIMEOUT_S = 60.0


def seed_running(url: str, scenario: str) -> dict[str, Any]:
    """Have the mock at a control address load a scenario; gives its reply and the address.

    Raises `ScenarioUnknown` when the mock does not know the scenario, `ControlUnreachable` when no mock answers
    there, and `OfflineError` for another refusal.
    """
    base = url.rstrip("/")
    address = base if base.endswith("/_mock") else f"{base}/_mock"
    try:
        reply = httpx.post(f"{address}/seed", json={"scenario": scenario}, timeout=TIMEOUT_S, trust_env=False)
        answer = json.loads(reply.content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ControlUnreachable(
            f"No mock answers at {address}: {str(error) or type(error).__name__}.",
            "Start one with `ondemand-sync mock serve` and use the control address it prints.",
        ) from None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ControlUnreachable(
            f"What answers at {address} is no mock's control plane (HTTP {reply.status_code}).",
            "Use the control address that `ondemand-sync mock serve` prints.",
        )
    if reply.status_code == httpx.codes.CONFLICT:
        raise ScenarioUnknown(f"The mock at {address} refused: {answer.get('error')}")
    if reply.is_error:
        raise OfflineError(f"The mock at {address} answered HTTP {reply.status_code}: {answer.get('error')}")
    return {"url": address, **answer}
