"""Every error of serving the mocks, in one tree.

OfflineError              what cannot be done, and what to do next      exit 2
├── StateUnusable         the state folder cannot be written, or another server has it
├── PortUnusable          a port is in use, or may not be opened
├── ShapeUnusable         a WSDL or shape file cannot give the Zuora mock a tenant's shape
├── ScenarioUnknown       there is no scenario of that name
└── ControlUnreachable    nothing answers at a control address          exit 3
"""

from __future__ import annotations

from sync_engine.errors import OnDemandSyncError


class OfflineError(OnDemandSyncError):
    """The base. It is one of the engine's errors, so that the command line tells it like any other."""

    exit_code = 2


class StateUnusable(OfflineError):
    """The state folder cannot be written, or another server has it."""


class PortUnusable(OfflineError):
    """A port is in use, or may not be opened."""


class ShapeUnusable(OfflineError):
    """A WSDL or shape file cannot give the Zuora mock a tenant's shape."""


class ScenarioUnknown(OfflineError):
    """There is no scenario of that name."""


class ControlUnreachable(OfflineError):
    """Nothing answers at a control address."""

    exit_code = 3
