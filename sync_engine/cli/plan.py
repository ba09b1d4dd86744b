"""`plan`, and `sync --dry-run`: what a sync would write and cost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.markup import escape

from sync_engine.cli.output import people, table, write_json
from sync_engine.planning import Plan
from sync_engine.rehearsal import Action
from sync_engine.report import lease_values, moment, outcome_values, result_values

_COLUMNS = (*(action.value for action in Action), "blocked")
_SHOWN = 10


def exit_code(plan: Plan) -> int:
    """The code of a plan: 5 when its calls do not fit, 4 when something is held, 1 when rows could not be written."""
    if not plan.calls.fit:
        return 5
    if plan.held:
        return 4
    return 1 if plan.troubled or plan.refused else 0


def plan_values(plan: Plan) -> dict[str, Any]:
    """A plan as plain values."""
    calls = plan.calls
    return {
        "counts": {sobject: {name: counts[name] for name in _COLUMNS} for sobject, counts in plan.counts().items()},
        "rows": [
            {**asdict(row), "action": row.action.value, "changes": {k: list(v) for k, v in row.changes.items()}}
            for row in plan.rows
        ],
        "blocked": [outcome_values(each) for each in plan.troubled],
        "refused": [result_values(each) for each in plan.refused],
        "held": [lease_values(each) for each in plan.held],
        "contended": [dict(zip(("object", "key", "calls"), each, strict=True)) for each in plan.contended],
        "calls": {**asdict(calls), "upserts": dict(calls.upserts), "salesforce": calls.salesforce, "fit": calls.fit},
        "exit_code": exit_code(plan),
    }


def tell_plan(plan: Plan, *, as_json: bool) -> int:
    """Show a plan; gives its exit code."""
    if as_json:
        write_json(plan_values(plan))
        return exit_code(plan)
    console = people()
    rows = [
        [sobject, *(str(counts[name]) if counts[name] else "" for name in _COLUMNS)]
        for sobject, counts in plan.counts().items()
    ]
    console.print(table(["object", *_COLUMNS], rows, numbers=_COLUMNS) if rows else "There is nothing to write.")
    told = [(each.message, each.what_to_do) for each in plan.troubled]
    told += [(each.status_message, each.what_to_do) for each in plan.refused]
    for words, what_to_do in dict.fromkeys(told):
        console.print(f"\n{escape(words or '')}")
        if what_to_do:
            console.print(f"  {escape(what_to_do)}")
    for lease in plan.held:
        console.print(f"\nSession {lease.holder} holds {lease.key.zuora_id} until {moment(lease.expires_at)}.")
    if plan.contended:
        console.print("\nSeveral calls would lock the same parent, and go one after the other:")
        for sobject, key, calls in plan.contended[:_SHOWN]:
            console.print(f"  {escape(sobject)} {escape(key)}: {calls} calls")
        if len(plan.contended) > _SHOWN:
            console.print(f"  and {len(plan.contended) - _SHOWN} more")
    _tell_calls(plan)
    return exit_code(plan)


def _tell_calls(plan: Plan) -> None:
    calls = plan.calls
    left = (
        "the org does not tell how many are left" if calls.salesforce_left is None else f"{calls.salesforce_left} left"
    )
    writes = f"{sum(calls.upserts.values())} upserts, {calls.deletes} deletes, {calls.history} for the history"
    people().print(
        f"\nAPI calls: Zuora {calls.zuora}; Salesforce {calls.salesforce} of {left}"
        f" ({calls.salesforce_reads} to log in and read, {writes})."
    )
    if not calls.fit:
        people().print("  They do not fit. Ask for fewer objects, or wait for the window of 24 hours to move on.")
