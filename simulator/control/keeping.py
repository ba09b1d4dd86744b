"""Snapshots from outside: those that the server keeps by name, and those that come and go as files."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from simulator.control.routes import Route, only, typed
from simulator.control.safety import FILE_TYPE, file_body, json_body
from simulator.control.subject import ControlInvalid, ControlRefused, ControlUnknown, Subject
from simulator.snapshots import Snapshot, SnapshotUnusable, from_bytes

NAMES_MAX = 100
BYTES_MAX = 1024**3
"""How much the server keeps by name."""

NOW = "@now"
"""The name under which the present state can be fetched as a file."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class SnapshotRoutes:
    """`/snapshot`, each under `/snapshot/NAME`, and `/restore`. Safe to use from several threads."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._kept: dict[str, Snapshot] = {}
        self._lock = threading.Lock()
        self.routes = (
            Route("GET", "/snapshot", lambda _request: self.told()),
            Route("POST", "/snapshot", self._take),
            Route("DELETE", "/snapshot", self._forget_all),
            Route("GET", "/snapshot/<name>", self._fetch),
            Route("PUT", "/snapshot/<name>", self._bring),
            Route("DELETE", "/snapshot/<name>", self._forget),
            Route("POST", "/restore", self._restore),
        )

    def told(self) -> dict[str, Any]:
        """The snapshots that are kept, in the order in which they were taken."""
        with self._lock:
            return {"snapshots": [_shown(name, each) for name, each in self._kept.items()]}

    def forget(self) -> None:
        """Let go of all of them."""
        with self._lock:
            self._kept.clear()

    def _take(self, request: Request) -> Mapping[str, Any]:
        body = json_body(request)
        only(body, "name")
        name = _named(typed(body, "name", str, '{"name": "before"}') or "")
        return self._keep(name, self._subject.snapshot())

    def _bring(self, request: Request, name: str) -> Mapping[str, Any]:
        return self._keep(_named(name), _read(request))

    def _fetch(self, _request: Request, name: str) -> Response:
        snapshot = self._subject.snapshot() if name == NOW else self._found(name)
        return Response(snapshot.to_bytes(), content_type=FILE_TYPE)

    def _forget(self, _request: Request, name: str) -> Mapping[str, Any]:
        self._found(name)
        with self._lock:
            self._kept.pop(name, None)
        return self.told()

    def _forget_all(self, _request: Request) -> Mapping[str, Any]:
        self.forget()
        return self.told()

    def _restore(self, request: Request) -> Mapping[str, Any]:
        if request.mimetype == FILE_TYPE:
            snapshot, name = _read(request), ""
        else:
            body = json_body(request)
            only(body, "name")
            name = typed(body, "name", str, '{"name": "before"}') or ""
            snapshot = self._found(name)
        try:
            done = self._subject.restore(snapshot)
        except SnapshotUnusable as error:
            raise ControlRefused(str(error)) from None
        return {"restored": name, "taken_at": snapshot.taken_at.isoformat(), **done}

    def _keep(self, name: str, snapshot: Snapshot) -> Mapping[str, Any]:
        with self._lock:
            others = [each for key, each in self._kept.items() if key != name]
            if len(others) >= NAMES_MAX:
                raise ControlRefused(f"{NAMES_MAX} snapshots are kept, the most there can be; delete some.")
            kept = sum(each.size for each in others)
            if kept + snapshot.size > BYTES_MAX:
                raise ControlRefused(
                    f"The snapshot has {snapshot.size} bytes, and {kept} of {BYTES_MAX} are taken by others; "
                    "delete some, or keep it in a file."
                )
            replaced = self._kept.pop(name, None) is not None
            self._kept[name] = snapshot
        return {**_shown(name, snapshot), "replaced": replaced}

    def _found(self, name: str) -> Snapshot:
        with self._lock:
            snapshot = self._kept.get(name)
            known = ", ".join(self._kept)
        if snapshot is None:
            raise ControlUnknown(
                f"There is no snapshot {name!r:.80}; {f'there are: {known}' if known else 'none is kept'}."
            )
        return snapshot


def _shown(name: str, snapshot: Snapshot) -> dict[str, Any]:
    return {"name": name, "taken_at": snapshot.taken_at.isoformat(), "bytes": snapshot.size}


def _named(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ControlInvalid(f"A snapshot's name has 1 to 64 letters, digits, _, . and -; {name!r:.80} has not.")
    return name


def _read(request: Request) -> Snapshot:
    try:
        return from_bytes(file_body(request))
    except SnapshotUnusable as error:
        raise ControlInvalid(str(error)) from None
