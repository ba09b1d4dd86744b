from __future__ import annotations

import io

from rich.console import Console

from sync_engine.cli.output import counts_table, table
from sync_engine.cli.progress import LiveProgress
from sync_engine.model import RowOutcome, RowState
from sync_engine.report import COUNTED


def shown(what: object, *, terminal: bool = False) -> str:
    target = io.StringIO()
    Console(file=target, width=200, force_terminal=terminal).print(what)
    return target.getvalue()


def test_columns_of_zeros_are_left_out_unless_they_are_always_asked_about() -> None:
    row = dict.fromkeys(COUNTED, 0) | {"read": 3, "in_doubt": 1}
    heading = shown(counts_table([("X__c", row)])).splitlines()[0]
    assert heading.split() == ["object", "read", "created", "updated", "deleted", "failed", "in", "doubt"]


def test_long_ids_are_never_cut() -> None:
    assert "x" * 150 in shown(table(["id"], [["x" * 150]]))


def test_where_there_is_no_terminal_progress_is_a_line_an_object() -> None:
    target = io.StringIO()
    with LiveProgress(Console(file=target, width=100)) as progress:
        progress.read("Account", 1)
        progress.read("Account", 1)
        progress.wrote("X__c", [RowOutcome("X__c", "k", "r", RowState.CREATED)])
    assert target.getvalue() == "reading Account\nwriting X__c\n"


def test_on_a_terminal_progress_is_a_table_that_goes_away() -> None:
    target = io.StringIO()
    with LiveProgress(Console(file=target, width=100, force_terminal=True)) as progress:
        progress.read("Account", 2)
        progress.wrote("X__c", [RowOutcome("X__c", "k", "r", RowState.FAILED)])
        drawn = shown(progress._table())
    assert [line.split() for line in drawn.splitlines()[1:]] == [
        ["read", "Account", "2"],
        ["wrote", "X__c", "1", "1", "failed"],
    ]
    assert "reading Account" not in target.getvalue()
