"""Going on where another session broke off or failed: what the org has already taken is not sent again.

A row is known by the digest of what was sent of it, so that one that Zuora has changed since is sent. A write whose
reply nobody saw is settled first, by reading its rows back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Protocol

from sync_engine.ledger import Acknowledged, Ledger
from sync_engine.model import RowOutcome, TargetRow
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.jobs import UpsertJob
from sync_engine.salesforce.messages import ROWS_MAX

_KEYS_AT_ONCE = 500


class Known(Protocol):
    """What is known of rows before they are sent."""

    async def unsent(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that the org has not taken yet, in their order."""

    async def settled(self, rows: Sequence[TargetRow]) -> list[RowOutcome]:
        """What became of those rows of lost writes that turn out to be as they should be."""


class NothingKnown:
    """A session that goes on from no other."""

    async def unsent(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """All of them."""
        return list(rows)

    async def settled(self, rows: Sequence[TargetRow]) -> list[RowOutcome]:
        """None was ever sent."""
        del rows
        return []


class Continuation:
    """What earlier sessions have done, for the one that goes on from them."""

    def __init__(self, ledger: Ledger, sessions: Sequence[str], salesforce: SalesforceClient) -> None:
        self._ledger = ledger
        self._sessions = sessions
        self._salesforce = salesforce
        self._doubtful: dict[str, set[str]] | None = None

    async def unsent(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that no earlier session has an answer for, or that say something else now."""
        left: list[TargetRow] = []
        for start in range(0, len(rows), _KEYS_AT_ONCE):
            some = rows[start : start + _KEYS_AT_ONCE]
            taken: set[Acknowledged] = set()
            for sobject in dict.fromkeys(row.sobject for row in some):
                keys = [row.key for row in some if row.sobject == sobject]
                taken |= await self._ledger.acknowledged(self._sessions, sobject, keys)
            left += [row for row in some if acknowledgement(row) not in taken]
        return left

    async def settled(self, rows: Sequence[TargetRow]) -> list[RowOutcome]:
        """Read back the rows of lost writes; those that are as they should be need not be sent."""
        doubtful = await self._in_doubt()
        found: list[RowOutcome] = []
        for group in _by_object(row for row in rows if row.key in doubtful.get(row.sobject, ())):
            job = UpsertJob(self._salesforce)
            for start in range(0, len(group), ROWS_MAX):
                outcomes = await job.read_back(group[start : start + ROWS_MAX])
                found += [outcome for outcome in outcomes if outcome is not None]
        return found

    async def _in_doubt(self) -> dict[str, set[str]]:
        """The keys of rows whose writes nobody saw answered, by object."""
        if self._doubtful is None:
            self._doubtful = {}
            for session_id in self._sessions:
                for write in await self._ledger.unsettled(session_id):
                    if write.operation == UpsertJob.operation:
                        self._doubtful.setdefault(write.sobject, set()).update(write.keys)
        return self._doubtful

    async def close(self) -> None:
        """Every row of the lost writes has been read back or sent anew: nothing is in doubt any more."""
        for session_id in self._sessions:
            for write in await self._ledger.unsettled(session_id):
                await self._ledger.settle_write(write.id, "read back")


def acknowledgement(row: TargetRow) -> Acknowledged:
    """What the ledger keeps of a row that the org has taken."""
    return row.sobject, row.key, digest(row)


def digest(row: TargetRow) -> str:
    """What a row says, in 64 characters."""
    parents = {name: (each.sobject, each.field, each.value) for name, each in row.parents.items()}
    said = [row.key_field, dict(row.fields), sorted(row.nulls), parents]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _by_object(rows: Iterable[TargetRow]) -> list[list[TargetRow]]:
    groups: dict[tuple[str, str], list[TargetRow]] = {}
    for row in rows:
        groups.setdefault((row.sobject, row.key_field), []).append(row)
    return list(groups.values())
