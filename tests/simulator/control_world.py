"""A control plane over a subject that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.test import Client

from simulator.clock import Clock, VirtualClock
from simulator.control import ControlInvalid, ControlRefused, ControlUnknown, RecordQuery, control_app
from simulator.faults import FaultRules
from simulator.journal import Journal
from simulator.snapshots import Snapshot, SnapshotUnusable
from simulator.wall_clock import WallClock
from tests.simulator.fault_world import DIALECT

AT = datetime(2026, 1, 15, 8, tzinfo=UTC)


class Notebook:
    """A subject whose records are one text."""

    def __init__(self) -> None:
        self.seeds: list[Mapping[str, Any]] = []
        self.text = b"first"
        self.figures = {"api_per_minute": 10}
        self.broken: list[str] = []
        self.query: RecordQuery | None = None

    def state(self) -> Mapping[str, Any]:
        return {"seeded": [str(each) for each in self.seeds], "open_sessions": 2}

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        self.query = query
        return {"object": query.object, "records": [], "after": None}

    def seed(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        if wanted.get("scenario") == "wrong":
            raise ControlRefused("there is no such thing")
        if wanted.get("scenario") == "broken":
            raise ControlInvalid("Nothing was loaded.", [{"file": "a.csv", "row": 2, "problem": "it is wrong"}])
        self.seeds.append(wanted)
        return {"seeded": True}

    def export(self) -> Mapping[str, str]:
        return {"Account.json": "[]"}

    def reset(self) -> Mapping[str, Any]:
        self.seeds.clear()
        return {"removed": True}

    def snapshot(self) -> Snapshot:
        return Snapshot("zuora", AT, {("all",): self.text})

    def restore(self, snapshot: Snapshot) -> Mapping[str, Any]:
        if snapshot.service != "zuora":
            raise SnapshotUnusable("It is another's.")
        self.text = snapshot.images[("all",)]
        return {"state": {}}

    def limits(self) -> Mapping[str, Any]:
        if not self.figures:
            raise ControlUnknown("No limits here.")
        used = {"api": {"minute": 3}, "concurrent": {"e": 1}, "auth": {}}
        return {"tenants": {"1": {"profile": "tiny", "figures": self.figures, "used": used}}}

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        if "profile" in changes:
            raise ControlInvalid("There is no such profile.")
        self.figures |= changes["figures"]
        return self.limits()

    def problems(self) -> Sequence[str]:
        return self.broken


@dataclass
class Plane:
    """One control plane with all that it is about, and a client on the same machine."""

    clock: Clock = field(default_factory=lambda: WallClock(system=VirtualClock()))
    subject: Notebook = field(default_factory=Notebook)
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self.rules = FaultRules(DIALECT, self.clock)
        self.client = Client(control_app(self.subject, self.journal, self.clock, "zuora", self.rules, "server-1"))

    def ask(self, method: str, path: str, **options: Any) -> Any:
        return self.client.open(f"/_mock{path}", method=method, environ_base={"REMOTE_ADDR": "127.0.0.1"}, **options)

    def get(self, path: str) -> Any:
        return self.ask("GET", path).json

    def post(self, path: str, body: Any) -> Any:
        return self.ask("POST", path, json=body)

    def record(self, operation: str, request: bytes = b"", *, status: int = 200, response: bytes = b"") -> None:
        self.journal.record(
            at="2026-01-15T08:00:00+00:00",
            service="zuora",
            path="/soap",
            operation=operation,
            request=request,
            status=status,
            response=response,
        )
