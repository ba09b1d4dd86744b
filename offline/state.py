"""The state folder of a served pair of mocks: what was seeded, whose it is, and the settings file for the engine."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from offline.errors import StateUnusable

SETTINGS_NAME = "ondemand-sync.toml"
STORE_NAME = "sync.sqlite"
_SEEDED_NAME = "seeded.json"
_MADE_NAME = "tenants.json"
_LOCK_NAME = "server.lock"


class StateFolder:
    """A folder that keeps records across starts, or, without a path, one that goes away on `close`.

    `records` is where the mocks keep their records: None in a folder that goes away. Raises `StateUnusable` when
    the folder cannot be made or written, or when another server has it.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = None if path else tempfile.TemporaryDirectory(prefix="ondemand-sync-")
        self.path = path.expanduser().resolve() if path else Path(self._temporary.name if self._temporary else "")
        self.records = self.path if path else None
        self._writing = threading.Lock()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = self._take_lock()
        except OSError as error:
            raise StateUnusable(
                f"The state folder {self.path} cannot be written: {error.strerror or error}.",
                "Name another one with --state.",
            ) from error

    @property
    def settings(self) -> Path:
        """Where the engine's settings file is."""
        return self.path / SETTINGS_NAME

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the engine's own database."""
        return f"sqlite:///{self.path / STORE_NAME}"

    def seeded(self, service: str) -> list[str]:
        """The scenarios and folders that a service's records were seeded with."""
        return list(self._kept(_SEEDED_NAME).get(service, ()))

    def set_seeded(self, service: str, scenarios: Sequence[str]) -> None:
        """Remember what a service was seeded with; written whole or not at all."""
        self._keep(_SEEDED_NAME, service, list(scenarios))

    def made(self, service: str) -> list[dict[str, Any]]:
        """The tenants or orgs of a service that came with seed folders."""
        return list(self._kept(_MADE_NAME).get(service, ()))

    def set_made(self, service: str, specs: Sequence[Mapping[str, Any]]) -> None:
        """Remember such tenants or orgs, passwords and all; written whole or not at all."""
        self._keep(_MADE_NAME, service, [dict(each) for each in specs])

    def write_settings(self, sections: Mapping[str, Mapping[str, Any]]) -> Path:
        """Write the engine's settings file, for its owner's eyes only."""
        self._write(self.settings, toml(sections))
        return self.settings

    def close(self) -> None:
        """Let the folder go; one without a path is removed."""
        self._lock.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _keep(self, name: str, service: str, values: list[Any]) -> None:
        with self._writing:
            self._write(self.path / name, json.dumps(self._kept(name) | {service: values}, indent=2) + "\n")

    def _kept(self, name: str) -> dict[str, list[Any]]:
        file = self.path / name
        try:
            return dict(json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise StateUnusable(
                f"{file}, which says what the records were seeded with, cannot be read: {error}.",
                "Start with another --state folder, or remove this one.",
            ) from error

    def _write(self, file: Path, text: str) -> None:
        """Replace a file in one step; only its owner may read it."""
        handle, name = tempfile.mkstemp(dir=self.path, prefix=file.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as new:
                new.write(text)
            Path(name).replace(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise StateUnusable(f"{file} cannot be written: {error.strerror or error}.") from error

    def _take_lock(self) -> sqlite3.Connection:
        """An SQLite lock: it ends with the process, however that ends, on every platform."""
        lock = sqlite3.connect(self.path / _LOCK_NAME, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            lock.close()
            if "locked" in str(error):
                raise StateUnusable(
                    f"Another server is using the state folder {self.path}.",
                    "Stop it first, or name another folder with --state.",
                ) from error
            raise StateUnusable(
                f"The state folder {self.path} cannot be written: {error}.", "Name another one with --state."
            ) from error
        return lock


def toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Sections of text, truth values, numbers, lists of text and tables of such lists, as TOML."""
    blocks = []
    for name, values in sections.items():
        lines = [f"{key} = {_value(value)}" for key, value in values.items()]
        blocks.append("\n".join([f"[{name}]", *lines]) + "\n")
    return "\n".join(blocks)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # JSON's text, truth values and numbers are TOML's too
    return json.dumps(value, ensure_ascii=False)
