"""The demonstration's outcome as people read it."""

from __future__ import annotations

from rich.console import Console

from offline.demo import Outcome
from sync_engine.cli.output import counts_table

_DIFFERENCES_SHOWN_MAX = 20


def print_outcome(outcome: Outcome, console: Console) -> None:
    """The table, what was asked and answered, and whether both sides agree."""
    console.print(counts_table(outcome.table))
    calls = ", ".join(f"{service.capitalize()} {count}" for service, count in outcome.api_calls.items())
    console.print(f"\nAPI calls: {calls}", highlight=False)
    for result in (*outcome.accounts, *outcome.products):
        if not result.success:
            console.print(f"not synced: {result.zuora_id}: {result.status_message}", highlight=False, markup=False)
    for result in outcome.second:
        words = f"second request for {result.zuora_id}: {result.status_message}"
        console.print(words, highlight=False, markup=False)
    if not outcome.second_was_cancelled:
        console.print("The second request should have been cancelled.", highlight=False)
    for difference in outcome.agreement.differences[:_DIFFERENCES_SHOWN_MAX]:
        console.print(str(difference), highlight=False, markup=False)
    hidden = len(outcome.agreement.differences) - _DIFFERENCES_SHOWN_MAX
    if hidden > 0:
        console.print(f"… and {hidden} more; --json gives them all.", highlight=False)
    console.print(str(outcome.agreement), highlight=False)
    console.print(f"{outcome.seconds:.1f} s", highlight=False)
