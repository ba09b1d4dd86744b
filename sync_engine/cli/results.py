"""What a command that synced shows, and the files it leaves: results, counts, and failed rows with what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from sync_engine.catalogue import action_of
from sync_engine.cli.output import counts_table, people, state, table, write_file, write_json
from sync_engine.engine import Engine
from sync_engine.ledger import SessionRecord
from sync_engine.model import RowOutcome
from sync_engine.report import (
    as_csv,
    as_json_text,
    count_rows,
    grouped,
    outcome_values,
    result_values,
    session_values,
)
from sync_engine.results import SyncResult, exit_code
from sync_engine.tally import TROUBLED

RESULTS_FILE, FAILED_FILE = "run_results.json", "failed_rows.csv"

Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FOLDER", help=f"Leave {RESULTS_FILE}, and {FAILED_FILE} with what to do, in this folder."
    ),
]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request: results, the sessions they came from, and the rows that are not as they should be."""

    results: Sequence[SyncResult]
    sessions: Sequence[SessionRecord]
    failed: Sequence[RowOutcome]

    @property
    def exit_code(self) -> int:
        """The code the command ends with."""
        return exit_code(self.results)

    def values(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "results": [result_values(result) for result in self.results],
            "sessions": [session_values(session) for session in self.sessions],
            "failed_rows": [outcome_values(row) for row in self.failed],
            "exit_code": self.exit_code,
        }


async def finish(made: Engine, request: Awaitable[list[SyncResult]]) -> Done:
    """Wait for a request, and gather what there is to say of it."""
    results = await request
    ids = dict.fromkeys(result.session_id for result in results if result.session_id)
    sessions = [await made.ledger.session(each) for each in ids]
    failed = [row for each in ids for row in await made.ledger.outcomes(each, *TROUBLED)]
    return Done(results, sessions, failed)


def tell(done: Done, *, as_json: bool, report: Path | None = None, nothing: str = "There is nothing to sync.") -> None:
    """Show what was done, leave the files that were asked for, and end with the code that fits."""
    if report is not None:
        write_file(report / RESULTS_FILE, as_json_text(done.values()))
        write_file(report / FAILED_FILE, as_csv(done.failed))
    if as_json:
        write_json(done.values())
    else:
        _show(done, nothing)
    raise typer.Exit(done.exit_code)


def _show(done: Done, nothing: str) -> None:
    """Results, counts and troubles for a person."""
    console = people()
    if not done.results:
        console.print(nothing)
        return
    rows = [
        [
            result.zuora_id or result.object_id or "",
            state(result.state),
            escape(result.code or ""),
            action_of(result.code, result.status_message) or "",
        ]
        for result in done.results
    ]
    console.print(table(["id", "state", "code", "class"], rows))
    # a service that is down fails every object with the same words: they are said once
    troubles = [(each.status_message, each.what_to_do) for each in done.results if not each.success]
    for message, what_to_do in dict.fromkeys(troubles):
        console.print(f"\n{escape(message)}")
        if what_to_do:
            console.print(f"  {escape(what_to_do)}")
    counts = count_rows(done.sessions)
    if counts:
        console.print()
        console.print(counts_table(counts))
    show_failed(done.failed)
    for session in done.sessions:
        calls = f"API calls: Zuora {session.zuora_calls}, Salesforce {session.salesforce_calls}"
        console.print(f"\nSession {session.id}: {state(session.state)}. {calls}.")
        if done.failed:
            console.print(f"  Send again what failed: ondemand-sync retry --failed {session.id}")


def show_failed(failed: Sequence[RowOutcome]) -> None:
    """Rows that failed, those of one object and code together, with a few of their ids and what to do."""
    console = people()
    for group in grouped(failed):
        more = f" and {group.count - len(group.keys)} more" if group.count > len(group.keys) else ""
        console.print(f"\n{group.count} x {escape(group.code)} on {escape(group.sobject)}: {escape(group.message)}")
        console.print(f"  {escape(', '.join(group.keys))}{more}")
        if group.what_to_do:
            action = f"({group.action}) " if group.action else ""
            console.print(f"  {action}{escape(group.what_to_do)}")
