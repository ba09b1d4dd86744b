"""Every error of serving the mocks, in one tree.

OfflineError              what cannot be done, and what to do next      exit 2
├── StateUnusable         the state folder cannot be written, or another server has it
├── PortUnusable          a port is in use, or may not be opened
├── ShapeUnusable         a WSDL, metadata, describe or shape file cannot give a mock a shape
├── ProfileUnknown        there are no limits of that name
├── ScenarioUnknown       there is no scenario of that name
├── SeedUnusable          what a seed folder holds cannot be loaded
├── MockUnclear           it is not clear which running mock is meant
├── MockRefused           a running mock said no to what it was asked
└── ControlUnreachable    nothing answers at a control address          exit 3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.control import ControlInvalid
from sync_engine.errors import OnDemandSyncError


class OfflineError(OnDemandSyncError):
    """The base. It is one of the engine's errors, so that the command line tells it like any other."""

    exit_code = 2


class StateUnusable(OfflineError):
    """The state folder cannot be written, or another server has it."""


class PortUnusable(OfflineError):
    """A port is in use, or may not be opened."""


class ShapeUnusable(OfflineError):
    """A WSDL, metadata, describe or shape file cannot give a mock a real tenant's or org's shape."""


class ProfileUnknown(OfflineError):
    """There are no limits of that name."""


class ScenarioUnknown(OfflineError):
    """There is no scenario of that name."""


class SeedUnusable(OfflineError):
    """What a seed folder holds cannot be loaded."""


class MockUnclear(OfflineError):
    """It is not clear which running mock is meant: none is named, and not one is running."""


class MockRefused(OfflineError):
    """A running mock said no to what it was asked."""


class ControlUnreachable(OfflineError):
    """Nothing answers at a control address."""

    exit_code = 3


def told_with_mistakes(error: Exception) -> str:
    """A control plane's refusal in words, each mistake on a line of its own."""
    mistakes = error.mistakes if isinstance(error, ControlInvalid) else ()
    return "\n".join([str(error), *listed(mistakes)])


def listed(mistakes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Mistakes as a control plane tells them, a line each; none when there is only one, which the error names."""
    if len(mistakes) < 2:
        return []
    lines = []
    for each in mistakes:
        row = f"row {each['row']}" if each.get("row") else ""
        place = ", ".join(part for part in (each.get("file", ""), row, each.get("field", "")) if part)
        lines.append(f"  {place}: {each.get('problem', '')}" if place else f"  {each.get('problem', '')}")
    return lines
