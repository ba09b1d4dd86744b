"""`mock limits`: what the mocks let their clients use, and changing that."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from offline.commands.targets import ServiceName, Url, ZuoraFirst, one
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, table, write_json


def register(mock: typer.Typer) -> None:
    """Add the command."""
    mock.command("limits")(limits)


def limits(
    *,
    profile: Annotated[str, typer.Option(help="Put this profile in force: production, developer, tiny, …")] = "",
    figure: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER", help="Change a figure; none is no limit. May be repeated."),
    ] = None,
    tenant: Annotated[str, typer.Option("--tenant", "--org", help="Of this tenant or org only, by its id.")] = "",
    service: ZuoraFirst = ServiceName.ZUORA,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Show each tenant's or org's limits and what is used of them, and change them with --profile or --set."""
    mock = one(url, service)
    whose = _WHOSE[mock.service]
    changes: dict[str, Any] = {"figures": dict(_figure(each) for each in figure or ())}
    changes |= {name: value for name, value in (("profile", profile), (whose, tenant)) if value}
    wanted = bool(profile or figure)
    told = (mock.control.post("/limits", changes) if wanted else mock.control.get("/limits"))[f"{whose}s"]
    shown = {key: each for key, each in told.items() if not tenant or _same(key, tenant)}
    if tenant and not shown:
        raise typer.BadParameter(f"There is no {whose} {tenant}; there is {', '.join(told)}.")
    if as_json:
        write_json({**mock.head(), f"{whose}s": shown})
        return
    for key, each in shown.items():
        typer.echo(f"{whose.capitalize()} {key}, profile {each['profile']}")
        rows = [
            [name, "no limit" if value is None else str(value), _used(name, each)]
            for name, value in each["figures"].items()
        ]
        people().print(table(("figure", "limit", "used"), rows, numbers=("limit", "used")))


_WHOSE = {"zuora": "tenant", "salesforce": "org"}


def _same(key: str, wanted: str) -> bool:
    """An org is known by 15 or 18 characters of its id."""
    return key == wanted or (key.startswith("00D") and key[:15] == wanted)


def _used(figure: str, told: dict[str, Any]) -> str:
    """What is used of a figure, "" for one that is not used up."""
    used = told["used"]
    if figure in used:
        count, allowed = used[figure], told.get("allowed", {}).get(figure)
        return str(count) if allowed in (None, told["figures"][figure]) else f"{count} of {allowed}"
    kind, _, window = figure.partition("_per_")
    if figure == "concurrent_requests":
        return str(max(used["concurrent"].values(), default=0))
    if figure == "auth_per_minute_per_ip":
        return str(max(used["auth_by_ip"].values(), default=0))
    count = used[kind].get(window) if kind in ("api", "auth") and kind in used else None
    return "" if count is None else str(count)


def _figure(given: str) -> tuple[str, Any]:
    name, equals, value = given.partition("=")
    if not equals:
        raise typer.BadParameter(f"{given!r} is no change; write it as api_per_minute=10.")
    if value.strip().lower() in ("none", "null"):
        return name.strip(), None
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value.strip()
