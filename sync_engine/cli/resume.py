"""`resume` and `retry`: going on with a session that broke off, and sending again what failed."""

from __future__ import annotations

from typing import Annotated

import typer

from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.progress import LiveProgress
from sync_engine.cli.results import finish, tell

SessionId = Annotated[str, typer.Argument(metavar="ID", help="The session's id, or the beginning of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands `resume` and `retry`."""
    app.command("resume")(resume)
    app.command("retry")(retry)


def resume(context: typer.Context, session_id: SessionId, *, as_json: Json = False) -> None:
    """Go on with a session that broke off: send what the org has not taken yet, and nothing twice."""
    with LiveProgress() as progress, engine(context, progress) as made:
        done = run(finish(made, made.resume(session_id)))
    tell(done, as_json=as_json, nothing="Everything of that session is done.")


def retry(
    context: typer.Context,
    session_id: Annotated[
        str, typer.Option("--failed", metavar="ID", help="The session whose failed rows to send again.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Send again the rows of a session that failed, and those that were kept back because of them."""
    with LiveProgress() as progress, engine(context, progress) as made:
        done = run(finish(made, made.retry(session_id)))
    tell(done, as_json=as_json, nothing="Nothing of that session failed.")
