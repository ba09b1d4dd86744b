"""A mock as its control plane sees it, and the three ways in which it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.snapshots import Snapshot

RECORDS_SHOWN, RECORDS_MAX = 100, 2000
"""How many records are shown at once, unless another number is asked for, and how many at most."""


class ControlRefused(Exception):
    """What was asked cannot be done as things are; the message says why and what would. HTTP 409."""


class ControlUnknown(Exception):
    """What was named is not there; the message says what is. HTTP 404."""


class ControlInvalid(ValueError):
    """What was asked makes no sense; the message says what would. HTTP 400.

    `mistakes` has each thing that is wrong, as JSON values, where there can be several.
    """

    def __init__(self, message: str, mistakes: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records to show: of one object, in the order of their ids, from the id after `after` on.

    `tenant` (or org) and `entity` are ids or names; "" will do where there is only one.
    """

    object: str
    tenant: str = ""
    entity: str = ""
    after: str = ""
    limit: int = RECORDS_SHOWN


class Subject(Protocol):
    """What a mock can be asked. Every method may raise the errors above; nothing secret is in any answer."""

    def state(self) -> Mapping[str, Any]:
        """What it holds and what goes on in it, counted, as JSON values."""

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        """Records themselves: {"object", "records": [...], "after": the id to go on from, or null}."""

    def seed(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Load a scenario, a folder's files or records, all or nothing, and say what was done."""

    def export(self) -> Mapping[str, str]:
        """All records as the files of a seed folder: text by path."""

    def reset(self) -> Mapping[str, Any]:
        """Remove every record, and say what was done."""

    def snapshot(self) -> Snapshot:
        """All records at this moment."""

    def restore(self, snapshot: Snapshot) -> Mapping[str, Any]:
        """Put a snapshot's records back, and say what was done."""

    def limits(self) -> Mapping[str, Any]:
        """What may be used and is used."""

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put other limits in force, and say which."""

    def problems(self) -> Sequence[str]:
        """What is broken among its records, a sentence each."""
