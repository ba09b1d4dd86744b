"""`explain CODE`: what an error code means and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.markup import escape

from sync_engine import catalogue
from sync_engine.cli.context import Json
from sync_engine.cli.output import people, write_json
from sync_engine.errors import RequestRefused


def register(app: typer.Typer) -> None:
    """Add the command `explain`."""
    app.command("explain")(explain)


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code as a service or this engine shows it.")],
    *,
    as_json: Json = False,
) -> None:
    """Explain an error code of Zuora or Salesforce: its cause, what to do, and what the engine does by itself."""
    found = catalogue.find(code)
    if not found:
        known = sorted({entry.code for entry in catalogue.entries()})
        near = get_close_matches(code.upper(), known, 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "The message that came with it says more."
        raise RequestRefused(f"The catalogue has no code {code}.", hint)
    if as_json:
        write_json({"entries": [{**asdict(entry), "action": entry.action.value} for entry in found]})
        return
    console = people()
    for entry in found:
        when = f" (when the message says: {entry.when})" if entry.when else ""
        console.print(f"[bold]{escape(entry.code)}[/] {escape(entry.service)}{escape(when)}")
        console.print(f"  Cause:      {escape(entry.cause)}")
        console.print(f"  What to do: {escape(entry.what_to_do)}")
        console.print(f"  The engine: {entry.action.value}")
