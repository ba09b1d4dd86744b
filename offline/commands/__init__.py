"""The commands `ondemand-sync mock …` that steer mocks which are being served."""

from __future__ import annotations

import typer

from offline.commands import clock, exchanges, faults, limits, records, snapshots


def register(mock: typer.Typer) -> None:
    """Add them to the command `mock`."""
    for module in (records, snapshots, clock, limits, faults, exchanges):
        module.register(mock)
