"""What has to be true of an entity, an account or a product before any of it is written."""

from __future__ import annotations

from collections.abc import Sequence

from sync_engine.errors import CrmIdMissing, EntityMissing, OnDemandSyncError
from sync_engine.lookup import Soql, find
from sync_engine.model import RowOutcome, RowState
from sync_engine.rules import Rules
from sync_engine.zuora.rows import RowSet
from sync_engine.zuora.selection import CANCELLED_ACCOUNT


async def require_entity(salesforce: Soql, rules: Rules) -> None:
    """Raise `EntityMissing` when a multi-entity org has no billing entity record for the session's entity."""
    if not rules.multi_entity:
        return
    found = await find(salesforce, "zqu__BillingEntity__c", ["zqu__EntityID__c"], "zqu__EntityID__c", [rules.entity_id])
    if not found:
        name = f" ({rules.entity_name})" if rules.entity_name else ""
        raise EntityMissing(
            f"The org has no zqu__BillingEntity__c record with zqu__EntityID__c {rules.entity_id}{name}.",
            "Sync the products of that entity first; that makes the record.",
        )


def missing(sobject: str, ids: Sequence[str], what: str) -> list[RowOutcome]:
    """Outcomes for ids that Zuora does not know."""
    return [
        failed(
            sobject,
            each,
            "NOT_FOUND_IN_ZUORA",
            OnDemandSyncError(
                f"Zuora has no {what} with the id {each} in this entity.",
                "Check the id, and that the login is for the entity it belongs to.",
            ),
        )
        for each in ids
    ]


def without_crm_id(sobject: str, rows: RowSet) -> list[RowOutcome]:
    """Outcomes for accounts that name no Salesforce account: nothing of them can be written."""
    return [
        failed(
            sobject,
            row["Id"],
            "CRM_ID_MISSING",
            CrmIdMissing(
                f"Billing account {row.get('Name', '')} ({row['Id']}) has no CRM account id.".replace("  ", " "),
                "Set the CRM Account ID in Zuora to the id of the Salesforce account, then sync it again.",
            ),
        )
        for row in rows.of("Account")
        if not row.get("CrmId", "").strip()
    ]


def cancelled_accounts(rows: RowSet) -> list[str]:
    """The accounts that were cancelled in Zuora."""
    return [row["Id"] for row in rows.of("Account") if row.get("Status") == CANCELLED_ACCOUNT]


def failed(sobject: str, root_id: str, code: str, error: OnDemandSyncError) -> RowOutcome:
    """The outcome of an account or product that `error` keeps from being synced."""
    return RowOutcome(
        sobject,
        root_id,
        root_id,
        RowState.FAILED,
        code=code,
        message=error.message,
        what_to_do=error.what_to_do or None,
    )
