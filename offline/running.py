"""Which mocks are being served on this machine: a small file for each server, so that commands need no address."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from offline.serving import Served

URL_VARIABLE = "ONDEMAND_SYNC_MOCK_URL"
"""The environment variable that names control addresses, several parted by spaces or commas."""


@dataclass(frozen=True, slots=True)
class Running:
    """One server: its id, its control addresses by service, and the file that says so."""

    server: str
    controls: Mapping[str, str]
    settings: str
    file: Path


def folder() -> Path:
    """Where the files are."""
    return Path(platformdirs.user_state_dir("ondemand-sync", appauthor=False)) / "mocks"


@contextmanager
def announced(served: Served, server_id: str) -> Iterator[None]:
    """Let commands find a server while it runs. Where the file cannot be written they need an address, no more."""
    file = folder() / f"{server_id}.json"
    controls = {"zuora": served.control_zuora, "salesforce": served.control_salesforce}
    text = json.dumps({"server": server_id, "controls": controls, "settings": served.settings}, indent=2) + "\n"
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as made:
            made.write(text)
    try:
        yield
    finally:
        forget(file)


def running() -> list[Running]:
    """The servers that said they run, also those that ended without a word."""
    found = []
    with contextlib.suppress(OSError):
        for file in sorted(folder().glob("*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(file.read_text(encoding="utf-8"))
                found.append(Running(told["server"], dict(told["controls"]), told["settings"], file))
    return found


def forget(file: Path) -> None:
    """Remove a server's file."""
    with contextlib.suppress(OSError):
        file.unlink()
