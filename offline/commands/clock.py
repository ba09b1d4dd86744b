"""`mock clock`: what time it is for the mocks, and making it pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from offline.commands.targets import Url, for_each, mocks, once_a_server
from sync_engine.cli.context import Json
from sync_engine.cli.output import write_json


def register(mock: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Show and steer the mocks' clock; both mocks of a server have one.", invoke_without_command=True
    )
    group.callback()(show_unless_told)
    group.command("show")(show)
    group.command("freeze")(freeze)
    group.command("resume")(resume)
    group.command("advance")(advance)
    group.command("rate")(rate)
    group.command("set")(set_)
    mock.add_typer(group, name="clock")


def show_unless_told(context: typer.Context, *, url: Url = None, as_json: Json = False) -> None:
    """Show and steer the mocks' clock; both mocks of a server have one."""
    if context.invoked_subcommand is None:
        _do({}, url, as_json=as_json)


def show(*, url: Url = None, as_json: Json = False) -> None:
    """Show what time it is for the mocks, and how it passes."""
    _do({}, url, as_json=as_json)


def freeze(*, url: Url = None, as_json: Json = False) -> None:
    """Make the clock stand still. What the services would have taken then passes at once."""
    _do({"freeze": True}, url, as_json=as_json)


def resume(*, url: Url = None, as_json: Json = False) -> None:
    """Let a frozen clock run on."""
    _do({"resume": True}, url, as_json=as_json)


def advance(
    span: Annotated[str, typer.Argument(help="How far: 24h, 15m, 90s, 1h30m, 2d, a number of seconds, or PT15M.")],
    *,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Move the clock forward."""
    _do({"advance": span}, url, as_json=as_json)


def rate(
    times: Annotated[str, typer.Argument(help="How many times as fast as real time: 60, or 60x.")],
    *,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Make the clock run faster or slower from now on."""
    try:
        wanted = float(times.strip().lower().removesuffix("x"))
    except ValueError:
        raise typer.BadParameter(f"{times!r} is no rate; write it as 60 or 60x.") from None
    _do({"rate": wanted}, url, as_json=as_json)


def set_(
    moment: Annotated[str, typer.Argument(help="A moment to come, with its offset: 2030-01-01T00:00:00Z.")],
    *,
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Move the clock forward to a moment."""
    _do({"set": moment}, url, as_json=as_json)


def _do(body: Mapping[str, Any], urls: list[str] | None, *, as_json: bool) -> None:
    chosen = once_a_server(mocks(urls))
    told = for_each(chosen, lambda each: each.control.post("/clock", body) if body else each.control.get("/clock"))
    if as_json:
        write_json({"clocks": told})
        return
    for each in told:
        pace = "frozen" if each["frozen"] else "" if each["rate"] == 1 else f"{each['rate']:g} times as fast"
        typer.echo("  ".join(part for part in (each["now"], pace) if part))
