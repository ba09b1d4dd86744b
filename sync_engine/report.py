"""Sessions and results as the files and lists that people and programs keep: plain values, tables, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sync_engine.catalogue import action_of
from sync_engine.leases import Lease, LeaseBreak
from sync_engine.ledger import SessionRecord
from sync_engine.model import RowOutcome
from sync_engine.results import SyncResult
from sync_engine.tally import TROUBLED

COUNTED = ("read", "created", "updated", "deleted", "unchanged", "failed", "blocked", "in_doubt")
"""The columns of a table of counts."""

_CSV_COLUMNS = ("sobject", "key", "root_id", "state", "salesforce_id", "code", "class", "message", "what_to_do")


def moment(value: datetime | None) -> str | None:
    """A moment as JSON shows it: ISO 8601 in UTC, to the second."""
    return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def result_values(result: SyncResult) -> dict[str, Any]:
    """One result as plain values."""
    values = asdict(result)
    return {
        **values,
        "kind": result.kind.value,
        "state": result.state.value,
        "class": action_of(result.code, result.status_message),
        "try_again_at": moment(result.try_again_at),
    }


def session_values(session: SessionRecord) -> dict[str, Any]:
    """One session with its objects and counts as plain values."""
    values = asdict(session)
    values["kind"], values["state"] = session.kind.value, session.state.value
    values["objects"] = list(values["objects"])
    for name in ("requested_at", "started_at", "finished_at"):
        values[name] = moment(getattr(session, name))
    for each, shown in zip(session.objects, values["objects"], strict=True):
        shown["state"], shown["try_again_at"] = each.state.value, moment(each.try_again_at)
        shown["class"] = action_of(each.code, each.message)
    return values


def lease_values(lease: Lease) -> dict[str, Any]:
    """One lease as plain values."""
    return {
        **asdict(lease.key),
        "session_id": lease.holder,
        "fence": lease.fence,
        "taken_at": moment(lease.taken_at),
        "expires_at": moment(lease.expires_at),
    }


def break_values(broken: LeaseBreak) -> dict[str, Any]:
    """A lease that was taken away as plain values."""
    return {
        **asdict(broken.key),
        "session_id": broken.holder,
        "fence": broken.fence,
        "at": moment(broken.at),
        "who": broken.who,
        "why": broken.why,
    }


def outcome_values(outcome: RowOutcome) -> dict[str, Any]:
    """What became of one row as plain values; `class` is what the engine does about its code."""
    return {
        **asdict(outcome),
        "state": outcome.state.value,
        "class": action_of(outcome.code, outcome.message),
    }


def count_rows(sessions: Iterable[SessionRecord]) -> list[tuple[str, dict[str, int]]]:
    """What was read and written of each Salesforce object, added up over sessions, in the order written."""
    added: dict[str, dict[str, int]] = {}
    for session in sessions:
        for sobject, counts in session.counts.items():
            total = added.setdefault(sobject, dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                total[name] += counts.get(name, 0)
    return list(added.items())


def failed_rows(outcomes: Sequence[RowOutcome]) -> list[RowOutcome]:
    """The rows that are not as they should be."""
    return [outcome for outcome in outcomes if outcome.state in TROUBLED]


@dataclass(frozen=True, slots=True)
class FailedGroup:
    """Failed rows of one object with one code: how many, the first one's words, and up to five external ids.

    `action` is the class of the code, None for rows that failed without one.
    """

    sobject: str
    code: str
    action: str | None
    count: int
    message: str
    what_to_do: str
    keys: tuple[str, ...]


_SAMPLES = 5


def grouped(outcomes: Iterable[RowOutcome]) -> list[FailedGroup]:
    """Failed rows by object and code, in the order in which each kind of trouble came first."""
    found: dict[tuple[str, str], list[RowOutcome]] = {}
    for outcome in outcomes:
        found.setdefault((outcome.sobject, outcome.code or outcome.state.value), []).append(outcome)
    return [
        FailedGroup(
            sobject,
            code,
            action_of(rows[0].code, rows[0].message),
            len(rows),
            rows[0].message or "",
            rows[0].what_to_do or "",
            tuple(row.key for row in rows[:_SAMPLES]),
        )
        for (sobject, code), rows in found.items()
    ]


def as_json_text(values: Any) -> str:
    """Plain values as a JSON file."""
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def as_csv(outcomes: Iterable[RowOutcome]) -> str:
    """Rows as CSV with a heading; a text that a spreadsheet would take for a formula is kept from being one."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _CSV_COLUMNS)
    writer.writeheader()
    for outcome in outcomes:
        writer.writerow({name: _cell(value) for name, value in _shown(outcome).items()})
    return target.getvalue()


def _shown(outcome: RowOutcome) -> Mapping[str, str | None]:
    return {name: outcome_values(outcome)[name] for name in _CSV_COLUMNS}


def _cell(value: str | None) -> str:
    text = value or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
