"""The shapes that travel through a sync: rows as read, rows as written, and what became of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ZuoraRow = dict[str, str]
"""One Zuora record: field name to text as it came over the wire. A null field is absent; `Id` is always there."""


class ObjectKind(StrEnum):
    """What may be asked for, by the names the Apex class uses."""

    BILLING_ACCOUNT = "BILLING_ACCOUNT"
    ZPRODUCT = "ZPRODUCT"


class SessionState(StrEnum):
    """Where a session stands, in the words that Zuora's sync history shows."""

    QUEUED = "Queued"
    RUNNING = "Running"
    FINISHED = "Finished"
    FINISHED_WITH_ERRORS = "Finished with Errors"
    FAILURE = "Failure"
    CANCELLED = "Cancelled"


class RowState(StrEnum):
    """What became of one Salesforce row."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    BLOCKED = "blocked"
    """Never sent, because a row it depends on failed."""
    IN_DOUBT = "in doubt"
    """Sent, and the reply was lost: nobody knows until it is read back."""


@dataclass(frozen=True, slots=True)
class ParentRef:
    """A parent record named by its external id, so that no Salesforce id has to be looked up first.

    One that `locks` is locked while the row is written: a master, or the target of a lookup that cannot be emptied.
    """

    sobject: str
    field: str
    value: str
    locks: bool = dataclasses.field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One Salesforce row as it should be.

    `fields` holds text in Salesforce's lexical forms, `nulls` the fields to blank, `parents` the relationship name
    (`Zuora__CustomerAccount__r`) to the parent. `root_id` is the Zuora account or product the row belongs to.
    """

    sobject: str
    key_field: str
    key: str
    fields: Mapping[str, str]
    nulls: tuple[str, ...]
    parents: Mapping[str, ParentRef]
    source_object: str
    source_id: str
    root_id: str


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row, with everything a person needs to act on it."""

    sobject: str
    key: str
    root_id: str
    state: RowState
    salesforce_id: str | None = None
    code: str | None = None
    message: str | None = None
    what_to_do: str | None = None


@dataclass(frozen=True, slots=True)
class RequestedObject:
    """One account or product as asked for: by Zuora id, by Salesforce id, or by both once resolved."""

    kind: ObjectKind
    zuora_id: str | None = None
    salesforce_id: str | None = None
    entity_id: str | None = None
