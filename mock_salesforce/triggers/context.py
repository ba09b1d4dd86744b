"""What a trigger written in Python sees and can do, within its transaction's limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_salesforce.apex.future import later
from mock_salesforce.apex.manager import SyncRequest
from mock_salesforce.dml.results import RowResult
from mock_salesforce.transactions import CALLOUT_FROM_TRIGGER, CalloutException, Transaction
from mock_salesforce.triggers.model import Event, Trigger

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org
    from mock_salesforce.schema import SObject


class ApexException(Exception):
    """Apex code threw; its text begins with the exception's type, such as `System.DmlException: ...`."""


@dataclass(slots=True)
class TriggerRow:
    """One record of a trigger's batch: `old` as it was, None when it is being made, and what changes of it."""

    sobject: SObject
    old: Mapping[str, object] | None
    columns: dict[str, object]
    result: RowResult
    id: str | None = None
    writable: bool = False

    def __getitem__(self, name: str) -> object:
        """A field's value as it will be; raises `KeyError` for a field the object does not have."""
        field = self.sobject.field(name)
        if field is None:
            raise KeyError(name)
        if field.name in self.columns:
            return self.columns[field.name]
        return None if self.old is None else self.old.get(field.name)

    def __setitem__(self, name: str, value: object) -> None:
        """Set a field before the record is saved; raises `ApexException` afterwards."""
        field = self.sobject.field(name)
        if field is None:
            raise KeyError(name)
        if not self.writable:
            raise ApexException("System.FinalException: Record is read-only")
        self.columns[field.name] = int(value) if isinstance(value, bool) else value

    def add_error(self, message: str, field: str = "") -> None:
        """Have the record refused."""
        self.result.fail("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, *((field,) if field else ()))


class TriggerContext:
    """One run of a trigger on a batch of records."""

    def __init__(
        self,
        org: Org,
        trigger: Trigger,
        event: Event,
        rows: Sequence[TriggerRow],
        transaction: Transaction,
        write: Callable[[str, str, Sequence[Mapping[str, object]]], list[RowResult]],
        user_id: str,
    ) -> None:
        self.org = org
        self.trigger = trigger
        self.event = event
        self.rows = rows
        self.transaction = transaction
        self._write = write
        self._user_id = user_id

    def __iter__(self) -> Iterator[TriggerRow]:
        return iter(self.rows)

    def query(self, sobject: str, where: str = "") -> list[dict[str, Any]]:
        """Ids and names of an object's records, as one SOQL query; raises `LimitException`."""
        from mock_salesforce import queries  # noqa: PLC0415 - queries stand on orgs, which know of triggers

        self.transaction.spend("soql_queries", 1, self.trigger.code)
        found = queries.ids_where(self.org, sobject, where)
        self.transaction.spend("rows_queried", len(found), self.trigger.code)
        return [{"Id": each} for each in found]

    def insert(self, sobject: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Make records, and tell their ids. Raises `ApexException` when one cannot be, `LimitException`."""
        return self._dml("Insert", "create", sobject, rows)

    def update(self, sobject: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Change records, each with its `Id`. Raises as `insert` does."""
        return self._dml("Update", "update", sobject, rows)

    def delete(self, ids: Sequence[str]) -> list[str]:
        """Delete records. Raises as `insert` does."""
        return self._dml("Delete", "delete", "", [{"Id": each} for each in ids])

    def call_out(self) -> None:
        """No trigger calls out itself; raises `CalloutException`. Use `future`."""
        raise CalloutException(CALLOUT_FROM_TRIGGER)

    def future(self, job: Callable[[], None]) -> None:
        """Have something done after the transaction is committed; raises `LimitException`."""
        self.transaction.spend("future_calls", 1, self.trigger.code)
        self.transaction.jobs.append(job)

    def sync(self, request: SyncRequest) -> None:
        """Ask for an On-Demand Sync, which is sent after the transaction; raises `LimitException`."""
        self.future(later(self.org, self._user_id, request))

    def _dml(self, verb: str, operation: str, sobject: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
        self.transaction.spend("dml_statements", 1, self.trigger.code)
        self.transaction.spend("dml_rows", len(rows), self.trigger.code)
        results = self._write(operation, sobject, rows)
        for number, result in enumerate(results):
            if result.errors:
                error = result.errors[0]
                known = f" with id {result.id}" if result.id else ""
                raise ApexException(
                    f"System.DmlException: {verb} failed. First exception on row {number}{known}; first error: "
                    f"{error.code}, {error.message}: [{', '.join(error.fields)}]"
                )
        return [str(result.id) for result in results]
