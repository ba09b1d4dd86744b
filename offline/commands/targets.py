"""Which running mocks a command is for: those at the addresses given, or those of the one server that runs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from offline.control_client import ControlClient
from offline.errors import ControlUnreachable, MockUnclear
from offline.running import URL_VARIABLE, Running, forget, running

_START = "Start one with `ondemand-sync mock serve`, or name a control address with --url."

Url = Annotated[
    list[str] | None,
    typer.Option(
        help="A control address, as `mock serve` prints it; may be repeated. "
        f"Default: {URL_VARIABLE} in the environment, or else the server that runs on this machine."
    ),
]


class ServiceName(StrEnum):
    """The two mocks."""

    ZUORA = "zuora"
    SALESFORCE = "salesforce"


Service = Annotated[ServiceName | None, typer.Option(help="Only this mock. Default: both.")]
ZuoraFirst = Annotated[ServiceName, typer.Option(help="Which mock.")]


@dataclass(frozen=True, slots=True)
class Mock:
    """A running mock: its name, the id of its server, and its control plane."""

    service: str
    server: str
    control: ControlClient

    def head(self) -> dict[str, str]:
        """What every JSON answer begins with."""
        return {"service": self.service, "url": self.control.address}


def mocks(urls: Sequence[str] | None, service: ServiceName | str | None = None) -> list[Mock]:
    """The mocks a command is for; at least one. Raises `MockUnclear` and `ControlUnreachable`."""
    named = list(urls or ()) or [each for each in re.split(r"[\s,]+", os.environ.get(URL_VARIABLE, "")) if each]
    found = [_asked(url) for url in named] if named else _of_the_one_server()
    chosen = [each for each in found if service is None or each.service == service]
    if not chosen:
        there = ", ".join(f"{each.service} at {each.control.address}" for each in found)
        raise MockUnclear(
            f"There is no {service} mock among those named: {there}.", "Name its control address with --url."
        )
    return chosen


def one(urls: Sequence[str] | None, service: ServiceName | str) -> Mock:
    """The one mock a command is for: with one address given, whichever mock is there."""
    if urls and len(urls) == 1:
        return mocks(urls)[0]
    chosen = mocks(urls, service)
    if len(chosen) > 1:
        raise MockUnclear(f"There are {len(chosen)} {service} mocks among those named.", "Name one with --url.")
    return chosen[0]


def for_each(chosen: Iterable[Mock], ask: Callable[[Mock], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every mock's answer, with its name and address."""
    return [{**each.head(), **ask(each)} for each in chosen]


def once_a_server(chosen: Iterable[Mock]) -> list[Mock]:
    """One mock of each server, for what its mocks share."""
    return list({each.server: each for each in reversed(list(chosen))}.values())


def _asked(url: str) -> Mock:
    control = ControlClient(url)
    told = control.get("/")
    return Mock(str(told.get("service", "")), str(told.get("server", "")), control)


def _of_the_one_server() -> list[Mock]:
    alive = [(each, found) for each in running() if (found := _still_there(each))]
    if not alive:
        raise MockUnclear("No mock is being served on this machine, as far as can be told.", _START)
    if len(alive) > 1:
        servers = "; ".join(" and ".join(each.controls.values()) for each, _ in alive)
        raise MockUnclear(f"{len(alive)} servers run on this machine: {servers}.", "Say which with --url.")
    return alive[0][1]


def _still_there(server: Running) -> list[Mock]:
    """The mocks of a server, none when it is gone: then its file goes too."""
    try:
        found = [_asked(url) for url in server.controls.values()]
    except ControlUnreachable:
        found = []
    if any(each.server != server.server for each in found) or not found:
        forget(server.file)
        return []
    return found
