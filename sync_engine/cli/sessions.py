"""`sessions`: what ran, and what became of every row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sync_engine.catalogue import action_of
from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.output import counts_table, people, state, table, write_file, write_json
from sync_engine.ledger import SessionRecord
from sync_engine.model import RowOutcome
from sync_engine.report import as_csv, count_rows, failed_rows, moment, outcome_values, session_values

_SHOWN = 50

Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to list, newest first.")]


def register(app: typer.Typer) -> None:
    """Add the command `sessions`."""
    sessions = typer.Typer(help="Show the sessions that ran.")

    @sessions.callback(invoke_without_command=True)
    def without_command(context: typer.Context, *, limit: Limit = _SHOWN, as_json: Json = False) -> None:
        """Show the sessions that ran, newest first."""
        if context.invoked_subcommand is None:
            listing(context, limit=limit, as_json=as_json)

    sessions.command("list")(listing)
    sessions.command("show")(show)
    app.add_typer(sessions, name="sessions")


def listing(context: typer.Context, *, limit: Limit = _SHOWN, as_json: Json = False) -> None:
    """List sessions, newest first."""
    with engine(context) as made:
        found = run(made.ledger.sessions(limit=limit))
    if as_json:
        write_json({"sessions": [session_values(session) for session in found]})
        return
    if not found:
        people().print("No session has run yet.")
        return
    rows = [
        [
            session.id,
            session.kind.value,
            str(len(session.objects)),
            state(session.state),
            moment(session.requested_at) or "",
            moment(session.finished_at) or "",
        ]
        for session in found
    ]
    headings = ["session", "kind", "objects", "state", "requested", "finished"]
    people().print(table(headings, rows, numbers=["objects"]))


def show(
    context: typer.Context,
    session_id: Annotated[str, typer.Argument(metavar="ID", help="The session's id, or the beginning of it.")],
    *,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write the rows that failed to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show one session: its objects, its counts and the rows that failed."""
    with engine(context) as made:
        session = run(made.ledger.session(session_id))
        outcomes = run(made.ledger.outcomes(session.id))
        unsettled = run(made.ledger.unsettled(session.id))
    if csv is not None:
        write_file(csv, as_csv(failed_rows(outcomes)))
    if as_json:
        write_json(
            {
                "session": session_values(session),
                "rows": [outcome_values(outcome) for outcome in outcomes],
                "unsettled_writes": [
                    {
                        "operation": each.operation,
                        "object": each.sobject,
                        "keys": each.keys,
                        "begun_at": moment(each.begun_at),
                    }
                    for each in unsettled
                ],
            }
        )
        return
    _show(session, outcomes)
    for each in unsettled:
        people().print(
            f"In doubt: {each.operation} {each.sobject} of {len(each.keys)} rows, begun {moment(each.begun_at)}"
        )


def _show(session: SessionRecord, outcomes: list[RowOutcome]) -> None:
    console = people()
    console.print(f"Session {session.id}: {state(session.state)} {escape(session.message)}".rstrip())
    console.print(f"Entity {session.entity or '(the home entity)'}, tenant {session.tenant}, org {session.org}")
    console.print(f"Requested {moment(session.requested_at)}, finished {moment(session.finished_at) or 'not yet'}")
    console.print(f"API calls: Zuora {session.zuora_calls}, Salesforce {session.salesforce_calls}\n")
    rows = [
        [
            each.zuora_id,
            each.salesforce_id or "",
            state(each.state),
            action_of(each.code, each.message) or "",
            escape(each.message or ""),
        ]
        for each in session.objects
    ]
    console.print(table(["Zuora id", "Salesforce id", "state", "class", "message"], rows))
    counts = count_rows([session])
    if counts:
        console.print()
        console.print(counts_table(counts))
    troubled = failed_rows(outcomes)
    if troubled:
        console.print()
        told = [
            [
                row.sobject,
                row.key,
                row.state.value,
                escape(row.code or ""),
                action_of(row.code, row.message) or "",
                escape(row.message or ""),
            ]
            for row in troubled
        ]
        console.print(table(["object", "key", "state", "code", "class", "message"], told))
    cures = [(each.code, each.what_to_do) for each in session.objects]
    cures += [(row.code, row.what_to_do) for row in troubled]
    for code, what_to_do in dict.fromkeys(each for each in cures if each[1]):
        console.print(f"\n{escape(code or '')}: {escape(what_to_do or '')}")
