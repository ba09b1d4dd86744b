"""One sync from end to end: read from Zuora, check, take out what is gone, write the rest parents first."""

from __future__ import annotations

from collections.abc import Sequence

from sync_engine.continuing import Known
from sync_engine.errors import EntityMissing
from sync_engine.lookup import at, find, find_pages
from sync_engine.mapping import FieldMap
from sync_engine.mapping.targets import Targets
from sync_engine.model import ObjectKind
from sync_engine.prerequisites import cancelled_accounts, failed, missing, require_entity, without_crm_id
from sync_engine.removal import deleted_catalog_rows, remove_accounts, remove_stale
from sync_engine.rules import Rules
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.spool import Spool
from sync_engine.tally import Tally
from sync_engine.writing import Guard, Progress, Record, Writer
from sync_engine.zuora.reading import Queries, Reading
from sync_engine.zuora.rows import RowSet

ACCOUNT = "Zuora__CustomerAccount__c"
PRODUCT = "zqu__ZProduct__c"


async def sync_accounts(
    account_ids: Sequence[str],
    *,
    zuora: Queries,
    salesforce: SalesforceClient,
    field_map: FieldMap,
    rules: Rules,
    guard: Guard,
    progress: Progress,
    record: Record,
    known: Known | None = None,
) -> Tally:
    """Sync billing accounts of one entity, by Zuora id, with everything that belongs to them.

    An account that is unknown or names no Salesforce account fails and nothing of it is written; a cancelled one is
    deleted in Salesforce. A row that fails keeps back what hangs from it and nothing else. `guard` is asked before
    every write, `record` is given every outcome, `known` says what need not be sent. Raises `ServiceError` when a
    service cannot go on.
    """
    kind = ObjectKind.BILLING_ACCOUNT
    ids = list(dict.fromkeys(account_ids))
    spool = Spool()
    writer = Writer(salesforce, guard=guard, progress=progress, record=record, spool=spool, known=known)
    if not await _entity_is_there(writer, ACCOUNT, ids, rules):
        return writer.tally
    reading = Reading(kind, zuora=zuora, field_map=field_map, rules=rules, progress=progress, spool=spool)
    rows = await reading.roots(ids)
    await writer.settle(missing(ACCOUNT, [each for each in ids if rows.get("Account", each) is None], "account"))
    cancelled = cancelled_accounts(rows)
    for account_id in cancelled:
        rows.drop_root(account_id)
    refused = without_crm_id(ACCOUNT, rows)
    for outcome in refused:
        rows.drop_root(outcome.root_id)
    await writer.settle(refused)
    if cancelled:
        await remove_accounts(writer, field_map["billing_account"], cancelled)
    if not rows.count("Account"):
        return writer.tally
    await reading.rest()
    targets = await targets_of(kind, rows, salesforce=salesforce, field_map=field_map, rules=rules)
    _count_reads(writer.tally, targets)
    await _remove_stale(writer, field_map, rules, rows, targets)
    await writer.write(targets.rows())
    await writer.link(targets.links())
    return writer.tally


async def sync_products(
    product_ids: Sequence[str],
    *,
    zuora: Queries,
    salesforce: SalesforceClient,
    field_map: FieldMap,
    rules: Rules,
    guard: Guard,
    progress: Progress,
    record: Record,
    known: Known | None = None,
) -> Tally:
    """Sync products of one entity, by Zuora id, with their rate plans, charges and tiers.

    In a multi-entity tenant the billing entity record is written first. A product that is gone from Zuora is flagged
    as deleted in Salesforce, with what is under it; one that neither side knows fails.
    """
    kind = ObjectKind.ZPRODUCT
    ids = list(dict.fromkeys(product_ids))
    spool = Spool()
    writer = Writer(salesforce, guard=guard, progress=progress, record=record, spool=spool, known=known)
    if not rules.billing_entity_from_catalog and not await _entity_is_there(writer, PRODUCT, ids, rules):
        return writer.tally
    reading = Reading(kind, zuora=zuora, field_map=field_map, rules=rules, progress=progress, spool=spool)
    rows = await reading.roots(ids)
    gone = [each for each in ids if rows.get("Product", each) is None]
    if rows.count("Product"):
        await reading.rest()
        add_entity(rows, rules)
    targets = await targets_of(kind, rows, salesforce=salesforce, field_map=field_map, rules=rules)
    maps = [each for each in field_map.maps(kind, rules) if each.source not in rows.absent]
    flags = await deleted_catalog_rows(salesforce, maps, targets, ids)
    flagged = {row.root_id for row in flags}
    await writer.settle(missing(PRODUCT, [each for each in gone if each not in flagged], "product"))
    _count_reads(writer.tally, targets)
    await writer.write(targets.rows())
    await writer.write(flags)
    return writer.tally


async def targets_of(
    kind: ObjectKind, rows: RowSet, *, salesforce: SalesforceClient, field_map: FieldMap, rules: Rules
) -> Targets:
    """The rows to write, with the parents outside the sync that Salesforce already has."""
    targets = field_map.targets(kind, rows, rules)
    outside = targets.outside()
    for name in dict.fromkeys(name for name, _ in outside):
        each = field_map[name]
        handles = [handle for other, handle in outside if other == name]
        async for page in find_pages(salesforce, each.sobject, [each.key.target], each.key.target, handles):
            targets.known.update((name, at(row, each.key.target) or "") for row in page)
    return targets


def add_entity(rows: RowSet, rules: Rules) -> None:
    """Add the session's entity to the rows: Zuora's SOAP API does not show it, the login does."""
    if rules.multi_entity:
        first = next(iter(rows.of("Product")))["Id"]
        rows.add("Entity", {"Id": rules.entity_id, "Name": rules.entity_name or rules.entity_id}, first)


async def _entity_is_there(writer: Writer, sobject: str, ids: Sequence[str], rules: Rules) -> bool:
    """Whether the org knows the entity; if not, every object asked for has failed."""
    try:
        await require_entity(writer.salesforce, rules)
    except EntityMissing as error:
        await writer.settle([failed(sobject, each, "ENTITY_MISSING", error) for each in ids])
        return False
    return True


async def _remove_stale(writer: Writer, field_map: FieldMap, rules: Rules, rows: RowSet, targets: Targets) -> None:
    """Deletes come before upserts: a new subscription version takes over the number of the old one."""
    account = field_map["billing_account"]
    ids = [row["Id"] for row in rows.of("Account")]
    found = await find(writer.salesforce, account.sobject, [account.key.target], account.key.target, ids)
    known = [key for row in found if (key := at(row, account.key.target))]
    if known:
        maps = [each for each in field_map.maps(ObjectKind.BILLING_ACCOUNT, rules) if each.source not in rows.absent]
        await remove_stale(writer, maps, targets, known)


def _count_reads(tally: Tally, targets: Targets) -> None:
    """Count what is to be written, object by object in the order of writing."""
    for sobject, count in targets.counts():
        if count:
            tally.read(sobject, count)
