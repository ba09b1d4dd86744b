"""`leases`: who is syncing what right now."""

from __future__ import annotations

from typing import Annotated

import typer

from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.output import people, table, write_json
from sync_engine.report import lease_values, moment


def register(app: typer.Typer) -> None:
    """Add the command `leases`."""
    app.command("leases")(leases)


def leases(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were released or ran out.")] = False,
    as_json: Json = False,
) -> None:
    """Show which accounts and products are held, and by which session."""
    with engine(context) as made:
        found = run(made.leases.all(live_only=not everything))
    if as_json:
        write_json({"leases": [lease_values(lease) for lease in found]})
        return
    if not found:
        people().print("Nothing is held.")
        return
    rows = [
        [
            lease.key.zuora_id,
            lease.key.kind,
            lease.holder,
            str(lease.fence),
            moment(lease.taken_at) or "",
            moment(lease.expires_at) or "",
        ]
        for lease in found
    ]
    people().print(table(["Zuora id", "kind", "session", "fence", "taken", "runs out"], rows, numbers=["fence"]))
