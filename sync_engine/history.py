"""Leaves a session's record in the org, where Salesforce's users look for it: one Zuora__Sync_History__c row."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from sync_engine.errors import OnDemandSyncError
from sync_engine.ledger import SessionRecord
from sync_engine.model import ObjectKind, SessionState, TargetRow

logger = logging.getLogger(__name__)

SOBJECT = "Zuora__Sync_History__c"
KEY = "Zuora__External_Id__c"
_TARGETS = {
    ObjectKind.BILLING_ACCOUNT: "ACCOUNTS_AND_RELATED_OBJECTS",
    ObjectKind.ZPRODUCT: "PRODUCT_CATALOG",
}
_LONG_TEXT_MAX = 32_768
_NO_SUCH_OBJECT = "INVALID_TYPE"
"""What an org without the object answers; asking beforehand would cost every session a call."""


class HistoryTarget(Protocol):
    """What writing history needs of a Salesforce client."""

    org_id: str
    user_id: str

    async def upsert(self, sobject: str, key_field: str, rows: Sequence[TargetRow]) -> Any:
        """Create or update rows by an external id; one result a row."""


async def write_history(salesforce: HistoryTarget, session: SessionRecord, zuora_url: str) -> bool:
    """Write one row about a session that has ended; False when the org has no place for it or refuses it.

    The sync itself is done by then, so trouble here is told to the log and changes nothing else.
    """
    try:
        fields = history_row(session, salesforce, zuora_url)
        # by its key: a request that is delivered twice must not leave two rows
        row = TargetRow(SOBJECT, KEY, fields.pop(KEY), fields, (), {}, "", "", session.id)
        (result,) = await salesforce.upsert(SOBJECT, KEY, [row])
    except OnDemandSyncError as error:
        if error.code == _NO_SUCH_OBJECT:
            return False
        logger.warning("no history of session %s in Salesforce: %s", session.id, error)
        return False
    if not result.success:
        logger.warning("no history of session %s in Salesforce: %s", session.id, result.errors)
    return bool(result.success)


def history_row(session: SessionRecord, salesforce: HistoryTarget, zuora_url: str) -> dict[str, str]:
    """The row, field to text; fields without a value are left out."""
    targets = [each.zuora_id for each in session.objects]
    row = {
        KEY: session.id,
        "Zuora__Job_State_Id__c": session.id,
        "Zuora__Sync_Target__c": _TARGETS[session.kind],
        "Zuora__Target_Id__c": targets[0] if len(targets) == 1 else "",
        "Zuora__Sync_To__c": salesforce.org_id,
        "Zuora__Sync_By__c": salesforce.user_id,
        "Zuora__Sync_On__c": _moment(session.started_at or session.requested_at),
        "Zuora__Finished_On__c": _moment(session.finished_at),
        "Zuora__Is_Async__c": "false",
        "Zuora__Is_Incremental__c": "false",
        "Zuora__Is_Success__c": _flag(session.state is SessionState.FINISHED),
        "Zuora__Is_Cancel__c": _flag(session.state is SessionState.CANCELLED),
        "Zuora__Tenant_Id__c": session.tenant,
        "Zuora__Zuora_Hostname__c": (urlsplit(zuora_url).hostname or "")[:32],
        "Zuora__Sync_Error__c": session.message[:_LONG_TEXT_MAX],
        "Zuora__Failure_Log__c": "\n".join(
            f"{each.zuora_id}: {each.message}" for each in session.objects if each.message
        )[:_LONG_TEXT_MAX],
    }
    return {field: value for field, value in row.items() if value}


def _moment(value: datetime | None) -> str:
    """A Salesforce dateTime: UTC, to the millisecond."""
    if value is None:
        return ""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _flag(value: bool) -> str:  # noqa: FBT001 - one value to its text
    return "true" if value else "false"
