"""`doctor`: is everything there that a sync needs?"""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.markup import escape

from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.output import people, write_json
from sync_engine.diagnosis import Check, diagnose
from sync_engine.engine import Engine


def register(app: typer.Typer) -> None:
    """Add the command `doctor`."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Check the settings, both logins, the org's objects and keys, the billing entity and the calls left."""
    with engine(context) as made:
        checks = run(_checks(made, show=not as_json))
    code = next((check.exit_code for check in checks if not check.ok), 0)
    if as_json:
        write_json(
            {
                "checks": [
                    {name: value for name, value in asdict(check).items() if name != "exit_code"} for check in checks
                ],
                "exit_code": code,
            }
        )
    raise typer.Exit(code)


async def _checks(made: Engine, *, show: bool) -> list[Check]:
    """Every check, shown as soon as it is made."""
    checks = []
    async for check in diagnose(made):
        checks.append(check)
        if show:
            mark = "[green]ok  [/]" if check.ok else "[red]fail[/]"
            people().print(f"{mark} {check.name}: {escape(check.detail)}")
            if check.what_to_do:
                people().print(f"     {escape(check.what_to_do)}")
    return checks
