"""`leases`: who is syncing what right now, and taking a hold away that nobody will give back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.output import people, table, write_json
from sync_engine.errors import RequestRefused
from sync_engine.leases import Lease
from sync_engine.report import break_values, lease_values, moment


def register(app: typer.Typer) -> None:
    """Add the command `leases`."""
    leases = typer.Typer(help="Show which accounts and products are held, and by which session.")

    @leases.callback(invoke_without_command=True)
    def without_command(
        context: typer.Context,
        *,
        everything: Annotated[bool, typer.Option("--all", help="Also those that were released or ran out.")] = False,
        as_json: Json = False,
    ) -> None:
        """Show which accounts and products are held, and by which session."""
        if context.invoked_subcommand is None:
            listing(context, everything=everything, as_json=as_json)

    leases.command("break")(break_)
    leases.command("breaks")(breaks)
    app.add_typer(leases, name="leases")


def listing(context: typer.Context, *, everything: bool, as_json: bool) -> None:
    """List leases."""
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


def break_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID", help="A Zuora id, or a session's id for all that it holds.")],
    *,
    why: Annotated[str, typer.Option("--why", prompt="Why", help="The reason, which is kept with your name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Take away a hold that nobody will give back. A process that is alive may write for ten more minutes."""
    if not why.strip():
        raise RequestRefused("A reason is needed.", "Say it with --why.")
    with engine(context) as made:
        held = [lease for lease in run(made.leases.all()) if what in (lease.key.zuora_id, lease.holder)]
        if not held:
            raise RequestRefused(f"Nothing is held that goes by {what}.", "List what is with: ondemand-sync leases")
        if not yes:
            _ask(held)
        who = getpass.getuser()
        broken = [lease for lease in held if run(made.leases.break_(lease, who=who, why=why.strip()))]
    if as_json:
        write_json({"broken": [lease_values(lease) for lease in broken], "who": who, "why": why.strip()})
        return
    for lease in broken:
        people().print(f"{lease.key.zuora_id} is free. Session {lease.holder} held it.")


def breaks(context: typer.Context, *, as_json: Json = False) -> None:
    """Show the holds that were taken away: when, by whom and why."""
    with engine(context) as made:
        found = run(made.leases.breaks())
    if as_json:
        write_json({"breaks": [break_values(each) for each in found]})
        return
    if not found:
        people().print("No hold was ever taken away.")
        return
    rows = [[moment(each.at) or "", each.key.zuora_id, each.holder, each.who, each.why] for each in found]
    people().print(table(["at", "Zuora id", "session", "by", "why"], rows))


def _ask(held: list[Lease]) -> None:
    for lease in held:
        typer.echo(f"{lease.key.zuora_id}: session {lease.holder}, until {moment(lease.expires_at)}", err=True)
    typer.confirm(
        "If its process is alive it may go on writing for ten minutes. Take the hold away?", abort=True, err=True
    )
