"""`explain CODE`: what an error code means and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from sync_engine import catalogue
from sync_engine.catalogue import Action, Entry
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, write_json
from sync_engine.errors import RequestRefused


def register(app: typer.Typer) -> None:
    """Add the command `explain`."""
    app.command("explain")(explain)


def explain(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code as a service or this engine shows it, or an HTTP status."),
    ] = None,
    *,
    listed: Annotated[bool, typer.Option("--list", help="List every code by its class.")] = False,
    action: Annotated[
        Action | None, typer.Option("--class", metavar="CLASS", help="With --list: the codes of this class only.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Explain an error code of Zuora or Salesforce: its cause, what to do, and what the engine does by itself."""
    if listed == (code is not None) or (action is not None and not listed):
        raise RequestRefused(
            "One code is explained, or all are listed.", "Write: explain CODE, or: explain --list, with --class or not."
        )
    if code is None:
        _list([action] if action else list(Action), as_json=as_json)
    else:
        _explain(code, as_json=as_json)


def _explain(code: str, *, as_json: bool) -> None:
    found = catalogue.find(code)
    if not found:
        near = catalogue.near(code)
        hint = f"Did you mean {' or '.join(near)}?" if near else "The message that came with it says more."
        raise RequestRefused(f"The catalogue has no code {code}.", hint)
    if as_json:
        write_json({"entries": [_values(entry) for entry in found]})
        return
    console = people()
    for entry in found:
        when = f" (when the message says: {entry.when})" if entry.when else ""
        console.print(f"[bold]{escape(entry.code)}[/] {escape(entry.service)}{escape(when)}")
        if entry.family:
            console.print(f"  About:      {escape(entry.family)}")
        console.print(f"  Cause:      {escape(entry.cause)}")
        console.print(f"  What to do: {escape(entry.what_to_do)}")
        console.print(f"  Class:      {entry.action.value}: the engine {entry.action.says}")
        console.print(f"  In a sync:  {entry.reach.says}")


def _list(actions: Iterable[Action], *, as_json: bool) -> None:
    """Every code under its class; one that means several things, by its message, stands under each."""
    by_action: dict[Action, list[Entry]] = {action: [] for action in actions}
    for entry in catalogue.entries():
        if entry.action in by_action:
            by_action[entry.action].append(entry)
    if as_json:
        write_json({"classes": {action.value: list(map(_values, found)) for action, found in by_action.items()}})
        return
    console = people()
    for action, found in by_action.items():
        console.print(f"[bold]{action.value}[/]: the engine {action.says}")
        for service in dict.fromkeys(entry.service for entry in found):
            codes = dict.fromkeys(_label(entry) for entry in found if entry.service == service)
            console.print(f"  {escape(service)}: {escape(', '.join(codes))}")
        console.print()


def _label(entry: Entry) -> str:
    return f"{entry.code} ({entry.when})" if entry.when else entry.code


def _values(entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    return {**values, "action": entry.action.value, "reach": entry.reach.value}
