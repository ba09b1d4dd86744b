"""Shows how a sync goes on, on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from sync_engine.cli.output import table, trouble
from sync_engine.model import RowOutcome
from sync_engine.tally import TROUBLED


class LiveProgress:
    """A table that grows while rows are read and written; where stderr is no terminal, a line for each object."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or trouble()
        self._read: dict[str, int] = {}
        self._wrote: dict[str, list[int]] = {}
        self._said: tuple[str, str] | None = None
        self._live = (
            Live(get_renderable=self._table, console=self._console, refresh_per_second=8, transient=True)
            if self._console.is_terminal
            else None
        )

    def read(self, object_name: str, count: int) -> None:
        """`count` more rows of a Zuora object have arrived."""
        self._read[object_name] = self._read.get(object_name, 0) + count
        self._say("reading", object_name)

    def wrote(self, sobject: str, outcomes: Sequence[RowOutcome]) -> None:
        """These rows of a Salesforce object have been dealt with."""
        done = self._wrote.setdefault(sobject, [0, 0])
        done[0] += len(outcomes)
        done[1] += sum(outcome.state in TROUBLED for outcome in outcomes)
        self._say("writing", sobject)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def _say(self, what: str, name: str) -> None:
        """One line when the work moves on to another object, if there is no live table."""
        if self._live is None and self._said != (what, name):
            self._said = (what, name)
            self._console.print(f"{what} {name}")

    def _table(self) -> Table:
        read = [["read", name, str(count), ""] for name, count in self._read.items()]
        wrote = [
            ["wrote", name, str(count), f"[red]{failed} failed[/]" if failed else ""]
            for name, (count, failed) in self._wrote.items()
        ]
        return table(["", "object", "rows", ""], [*read, *wrote], numbers=["rows"])
