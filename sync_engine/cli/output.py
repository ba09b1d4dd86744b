"""How commands speak: JSON or tables on stdout, progress and trouble on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sync_engine.catalogue import action_of
from sync_engine.errors import OnDemandSyncError, StoreError
from sync_engine.model import SessionState
from sync_engine.report import COUNTED, as_json_text

_WIDTH_IN_A_FILE = 300
"""Wide enough that no cell is folded or cut where no terminal sets the width."""

_COLOURS = {
    SessionState.FINISHED: "green",
    SessionState.FINISHED_WITH_ERRORS: "yellow",
    SessionState.FAILURE: "red",
    SessionState.CANCELLED: "magenta",
}


def people() -> Console:
    """Where text for people goes: stdout, coloured only on a terminal."""
    return _console(stderr=False)


def trouble() -> Console:
    """Where errors and progress go: stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_IN_A_FILE
    return Console(file=stream, width=width, highlight=False, soft_wrap=not stream.isatty())


def write_json(values: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(as_json_text(values))
    sys.stdout.flush()


def write_file(path: Path, text: str) -> None:
    """Write a file that the user asked for, and the folders it lies in. Raises `StoreError` when it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from None


def write_error(error: OnDemandSyncError, *, as_json: bool) -> None:
    """One error: in words on stderr, and as JSON on stdout when that is what the caller reads.

    A service's own code is shown to people too: the words may not say enough.
    """
    action = action_of(error.code, error.message)
    if as_json:
        write_json(
            {
                "error": {
                    "code": error.code,
                    "class": action,
                    "message": error.message,
                    "what_to_do": error.what_to_do,
                    "exit_code": error.exit_code,
                }
            }
        )
    console = trouble()
    console.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.what_to_do:
        console.print(f"       {escape(error.what_to_do)}")
    if error.code != type(error).code:
        console.print(f"       {escape(error.code)} ({action}); more: ondemand-sync explain {escape(error.code)}")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ()) -> Table:
    """A plain table; the columns named in `numbers` are set to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for heading in headings:
        made.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def state(value: SessionState) -> str:
    """A state in its colour."""
    colour = _COLOURS.get(value)
    return f"[{colour}]{value.value}[/]" if colour else value.value


def counts_table(counts: Iterable[tuple[str, dict[str, int]]]) -> Table:
    """What was read and written of each Salesforce object; columns that are all zero are left out."""
    listed = list(counts)
    always = ("read", "created", "updated", "deleted", "failed")
    columns = [name for name in COUNTED if name in always or any(row[name] for _, row in listed)]
    headings = [name.replace("_", " ") for name in columns]
    rows = [[sobject, *(str(row[name]) for name in columns)] for sobject, row in listed]
    return table(["object", *headings], rows, numbers=headings)
