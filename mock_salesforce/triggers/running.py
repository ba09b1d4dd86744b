"""Running triggers and validation rules on a batch of records, and what their failures read like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Protocol

from mock_salesforce.apex.manager import ACCOUNTS_PER_REQUEST, SyncRequest
from mock_salesforce.dml.results import RowResult
from mock_salesforce.transactions import CalloutException, LimitException, Transaction
from mock_salesforce.triggers.context import ApexException, TriggerContext, TriggerRow
from mock_salesforce.triggers.model import Appetite, Automation, Event, Trigger

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org
    from mock_salesforce.work import Work

REFUSED = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
CUSTOM_VALIDATION = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
NOT_COMPUTED = 'The formula in the "{}" validation rule cannot be evaluated: {}'


class Write(Protocol):
    """Writes rows from within a transaction, as a user."""

    @property
    def user_id(self) -> str:
        """Who writes."""

    def act(self, operation: str, sobject: str, rows: Sequence[Mapping[str, object]]) -> list[RowResult]:
        """One result a row, by field name."""


def run_triggers(
    org: Org,
    automation: Automation,
    event: Event,
    rows: Sequence[TriggerRow],
    transaction: Transaction,
    write: Write,
    work: Work | None,
) -> bool:
    """Run an event's triggers on the rows, in batches; false when the transaction is over for all of its rows."""
    size = org.limits.profile.apex_batch_rows
    for start in range(0, len(rows), size):
        batch = [row for row in rows[start : start + size] if not row.result.errors]
        for trigger in automation.at(event) if batch else ():
            if not _run(org, trigger, event, batch, transaction, write, work):
                return False
    return True


def _run(
    org: Org,
    trigger: Trigger,
    event: Event,
    batch: Sequence[TriggerRow],
    transaction: Transaction,
    write: Write,
    work: Work | None,
) -> bool:
    spent_before = transaction.cpu_ms
    try:
        _eat(trigger, trigger.per_batch, 1, transaction)
        _eat(trigger, trigger.per_row, len(batch), transaction)
        if trigger.error:
            _throw(trigger, event, batch, trigger.error)
            return True
        context = TriggerContext(org, trigger, event, batch, transaction, write.act, write.user_id)
        if trigger.sync_by:
            _ask_for_syncs(context, trigger.sync_by)
        if trigger.run is not None:
            trigger.run(context)
    except LimitException as over:
        transaction.broken = f"{trigger.full_name}: System.LimitException: {over}"
        return False
    except CalloutException as refused:
        _throw(trigger, event, batch, f"System.CalloutException: {refused}")
    except ApexException as thrown:
        _throw(trigger, event, batch, str(thrown))
    finally:
        if work is not None:
            work.spend_ms(transaction.cpu_ms - spent_before)
    return True


def _ask_for_syncs(context: TriggerContext, field: str) -> None:
    """One request for the accounts that the field has come to name, up to a request's most."""
    ids = {
        str(row[field]): None
        for row in context
        if row[field] is not None and (row.old is None or row.old.get(field) != row[field])
    }
    wanted = list(ids)
    for start in range(0, len(wanted), ACCOUNTS_PER_REQUEST):
        context.sync(SyncRequest(zuora_ids=wanted[start : start + ACCOUNTS_PER_REQUEST]))


def _throw(trigger: Trigger, event: Event, batch: Sequence[TriggerRow], words: str) -> None:
    """An exception that nothing caught fails the trigger's whole batch."""
    message = (
        f"{trigger.full_name}: execution of {event.value}\n\ncaused by: {words}\n\n"
        f"Trigger.{trigger.full_name}: line 1, column 1"
    )
    for row in batch:
        if not row.result.errors:
            row.result.fail(REFUSED, message)


def _eat(trigger: Trigger, appetite: Appetite, times: int, transaction: Transaction) -> None:
    code = trigger.code
    for each in fields(appetite):
        count = getattr(appetite, each.name) * times
        if not count:
            continue
        if each.name == "cpu_ms":
            transaction.compute(count)
        elif each.name == "heap_bytes":
            transaction.allocate(count)
        elif each.name == "callouts":
            raise CalloutException("Callout from triggers are currently not supported.")
        else:
            transaction.spend(each.name, count, code)


def apply_rules(
    org: Org,
    automation: Automation,
    saved: Mapping[str, RowResult],
    before: Mapping[str, Mapping[str, object] | None],
    user_id: str,
) -> None:
    """Fail the saved records, by id, that meet a validation rule; each rule that is met is told.

    `before` has the records as they were, None for new ones, and `user_id` is who saves.
    """
    from mock_salesforce import queries  # noqa: PLC0415 - queries stand on orgs, which know of triggers

    for rule in automation.rules:
        words, fields = rule.message, (rule.field,) if rule.field else ()
        if rule.formula:
            for met in org.formulas.met(org, rule.sobject, rule.formula, before, user_id):
                told = NOT_COMPUTED.format(rule.name, met.trouble) if met.trouble else words
                saved[met.id].fail(CUSTOM_VALIDATION, told, *fields)
            continue
        for each in queries.ids_where(org, rule.sobject, rule.condition, among=list(saved)):
            saved[each].fail(CUSTOM_VALIDATION, words, *fields)
