"""The two writes a sync makes, upsert and delete: how each is sent, read, and settled when its reply was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sync_engine.catalogue import explain
from sync_engine.model import RowOutcome, RowState, TargetRow
from sync_engine.salesforce.batches import Keyed, R
from sync_engine.salesforce.client import SERVICE, BeforeSend, SalesforceClient
from sync_engine.salesforce.describe import SObjectDescribe
from sync_engine.salesforce.records import Row, RowError, SaveResult
from sync_engine.salesforce.values import agree

Written_contra = TypeVar("Written_contra", bound=Keyed, contravariant=True)

_GONE = "ENTITY_IS_DELETED"
_NO_SUCH_ID = "INVALID_CROSS_REFERENCE_KEY"
_NO_ERROR = RowError("UNKNOWN_EXCEPTION", "Salesforce gave no reason")


@dataclass(frozen=True, slots=True)
class DoomedRow:
    """A Salesforce record to delete."""

    sobject: str
    key: str
    root_id: str
    salesforce_id: str


class Job(Protocol[Written_contra]):
    """One kind of write."""

    operation: str

    async def send(self, rows: Sequence[Written_contra], before_send: BeforeSend) -> list[SaveResult]:
        """Make the call."""

    def outcome(self, row: Written_contra, result: SaveResult) -> RowOutcome:
        """What a result means for its row."""

    async def read_back(self, rows: Sequence[Written_contra]) -> list[RowOutcome | None]:
        """After a lost reply: the outcome of each row that is as it should be, None for one to send again."""

    def left_out(self, sobject: str) -> frozenset[str]:
        """The fields that are left out of an object's rows at this moment."""

    def learns(self, row: Written_contra, error: RowError, left_out: frozenset[str]) -> bool:
        """Whether a row that was refused, without what was left out, may be taken without more."""


class UpsertJob:
    """Creates or updates rows by external id."""

    operation = "upsert"

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._drifting = client.drifting

    async def send(self, rows: Sequence[TargetRow], before_send: BeforeSend) -> list[SaveResult]:
        """Upsert rows of one object."""
        sent = [self._drifting.without(row) for row in rows]
        return await self._client.upsert(rows[0].sobject, rows[0].key_field, sent, before_send=before_send)

    def outcome(self, row: TargetRow, result: SaveResult) -> RowOutcome:
        """Created, updated or failed."""
        if result.success:
            return done(row, RowState.CREATED if result.created else RowState.UPDATED, result.id)
        return failed(row, first_error(result))

    async def read_back(self, rows: Sequence[TargetRow]) -> list[RowOutcome | None]:
        """Compare every field that was sent with what the org has now."""
        rows = [self._drifting.without(row) for row in rows]
        described = await self._client.describe(rows[0].sobject)
        found: dict[str, Row] = {}
        async for page in self._client.query(_read_back_query(rows, described)):
            for record in page:
                found[str(record.get(rows[0].key_field)).casefold()] = record
        return [self._judge(row, found.get(row.key.casefold()), described) for row in rows]

    def left_out(self, sobject: str) -> frozenset[str]:
        """What the org has turned out not to take."""
        return self._drifting.known(sobject)

    def learns(self, row: TargetRow, error: RowError, left_out: frozenset[str]) -> bool:
        """Fields that the org does not take are left out, if that is the policy."""
        return self._drifting.learns(row, error.code, error.message, error.fields, left_out)

    @staticmethod
    def _judge(row: TargetRow, record: Row | None, described: SObjectDescribe) -> RowOutcome | None:
        if record is None or not _holds(record, row, described):
            return None
        # Only a record that nobody has changed since can have been made by the lost call.
        untouched = record.get("CreatedDate") == record.get("LastModifiedDate")
        created = untouched and "CreatedDate" in record
        return done(row, RowState.CREATED if created else RowState.UPDATED, record.get("Id"))


class DeleteJob:
    """Deletes records by Salesforce id; one that is gone already is deleted."""

    operation = "delete"

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    async def send(self, rows: Sequence[DoomedRow], before_send: BeforeSend) -> list[SaveResult]:
        """Delete records of one object."""
        return await self._client.delete([row.salesforce_id for row in rows], before_send=before_send)

    def outcome(self, row: DoomedRow, result: SaveResult) -> RowOutcome:
        """Deleted or failed."""
        if result.success or first_error(result).code in (_GONE, _NO_SUCH_ID):
            return done(row, RowState.DELETED, row.salesforce_id)
        return failed(row, first_error(result), row.salesforce_id)

    async def read_back(self, rows: Sequence[DoomedRow]) -> list[RowOutcome | None]:
        """Deleted is what a query no longer shows."""
        left: set[str] = set()
        ids = ", ".join(soql_text(row.salesforce_id) for row in rows)
        async for page in self._client.query(f"SELECT Id FROM {rows[0].sobject} WHERE Id IN ({ids})"):
            left.update(str(record["Id"])[:15] for record in page)
        return [
            None if row.salesforce_id[:15] in left else done(row, RowState.DELETED, row.salesforce_id) for row in rows
        ]

    def left_out(self, sobject: str) -> frozenset[str]:
        """Nothing: a record is deleted by its id alone."""
        del sobject
        return frozenset()

    def learns(self, row: DoomedRow, error: RowError, left_out: frozenset[str]) -> bool:
        """There is one way only to delete a record."""
        del row, error, left_out
        return False


def done(row: R, state: RowState, salesforce_id: str | None) -> RowOutcome:
    """The outcome of a row that is as it should be."""
    return RowOutcome(row.sobject, row.key, row.root_id, state, salesforce_id)


def failed(row: R, error: RowError, salesforce_id: str | None = None, state: RowState = RowState.FAILED) -> RowOutcome:
    """The outcome of a row that is not, with the service's words and what to do."""
    entry = explain(error.code, SERVICE, error.message)
    message = error.message
    unnamed = [name for name in error.fields if name not in message]
    if unnamed:
        message += f" (fields: {', '.join(unnamed)})"
    return RowOutcome(row.sobject, row.key, row.root_id, state, salesforce_id, error.code, message, entry.what_to_do)


def first_error(result: SaveResult) -> RowError:
    """The error that decides what to do with a row that was not saved."""
    return result.errors[0] if result.errors else _NO_ERROR


def soql_text(text: str) -> str:
    """A text as a SOQL literal."""
    return "'" + text.replace("\\", r"\\").replace("'", r"\'").replace("\n", r"\n").replace("\r", r"\r") + "'"


def _read_back_query(rows: Sequence[TargetRow], described: SObjectDescribe) -> str:
    """One query for everything these rows say, and when each record was made and last changed."""
    key_field = rows[0].key_field
    columns = {"Id": None, key_field: None}
    for row in rows:
        columns |= dict.fromkeys((*row.fields, *row.nulls))
        columns |= dict.fromkeys(f"{name}.{ref.field}" for name, ref in row.parents.items())
    columns |= dict.fromkeys(name for name in ("CreatedDate", "LastModifiedDate") if name in described.fields)
    keys = ", ".join(soql_text(row.key) for row in rows)
    return f"SELECT {', '.join(columns)} FROM {rows[0].sobject} WHERE {key_field} IN ({keys})"


def _holds(record: Mapping[str, object], row: TargetRow, described: SObjectDescribe) -> bool:
    """Whether the record says all that the row says."""
    sent: dict[str, str | None] = {**row.fields, **dict.fromkeys(row.nulls)}
    for name, value in sent.items():
        known = described.fields.get(name)
        read = record.get(name)
        if not agree(
            known.type if known else "string",
            value,
            None if read is None else str(read),
            scale=known.scale if known else None,
        ):
            return False
    for relationship, ref in row.parents.items():
        parent = record.get(relationship)
        read = parent.get(ref.field) if isinstance(parent, dict) else None
        if str(read or "").casefold() != ref.value.casefold():
            return False
    return True
