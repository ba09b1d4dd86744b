"""Finding the records that the rows of a write mean: by id, or by a key field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mock_salesforce.dml.validation import Pending, folded, ids_by_key, many_found
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.orgs import Org
from mock_salesforce.schema import Field, SObject


def refuse_doubled_ids(batch: Sequence[Pending]) -> None:
    """An upsert takes each key once, and an id is a key like others; none of its rows is saved."""
    times = Counter(to_18(pending.row.id) for pending in batch if pending.row.id)
    for pending in batch:
        sent = pending.row.id
        if sent and times[to_18(sent)] > 1:
            pending.result.fail("DUPLICATE_VALUE", f"Duplicate external id specified: {sent}", "Id")


def aim_by_id(org: Org, sobject: SObject, batch: Sequence[Pending]) -> None:
    """Find the records that rows name by id; rows without one stay new."""
    wanted: dict[str, list[Pending]] = {}
    for pending in batch:
        sent = pending.row.id
        if sent is None or not pending.alive:
            continue
        if not is_id(sent) or not sent.startswith(sobject.key_prefix):
            pending.result.fail("MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {sent}", "Id")
        else:
            wanted.setdefault(to_18(sent), []).append(pending)
    records = org.by_ids(sobject, wanted, _asked_of(org, sobject)) if wanted else {}
    for identifier, rows in wanted.items():
        record = records.get(identifier)
        for pending in rows:
            if record is None:
                pending.result.fail("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            elif record["IsDeleted"]:
                pending.result.fail("ENTITY_IS_DELETED", "entity is deleted")
            else:
                pending.target = record


def aim_by_key(org: Org, sobject: SObject, key: Field, batch: Sequence[Pending]) -> None:
    """Find the records that rows name by a key field."""
    values = [pending.row.values.get(key.name, "") for pending in batch]
    keys = [folded(key, value) for value in values]
    times = Counter(keys)
    found = ids_by_key(org, sobject, key, {value for value in values if value})
    aimed: dict[str, Pending] = {}
    for pending, value, same in zip(batch, values, keys, strict=True):
        ids = found.get(same, [])
        if not value:
            pending.result.fail("MISSING_ARGUMENT", f"{key.name} not specified")
        elif pending.row.id is not None:
            pending.result.fail(
                "INVALID_FIELD_FOR_INSERT_UPDATE", "The Id field should not be specified in the sobject data.", "Id"
            )
        elif times[same] > 1:
            pending.result.fail("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", key.name)
        elif len(ids) > 1:
            pending.result.fail("DUPLICATE_EXTERNAL_ID", many_found(key, ids))
        elif ids:
            aimed[ids[0]] = pending
    records = org.by_ids(sobject, aimed, _asked_of(org, sobject)) if aimed else {}
    for identifier, record in records.items():
        aimed[identifier].target = record


def _asked_of(org: Org, sobject: SObject) -> Sequence[str]:
    """The columns of a record that its change is judged by: triggers and rules may ask for any, all else for few."""
    if sobject.name.lower() in org.automation:
        return ()
    fields = (*sobject.references, *sobject.unique_fields)
    return list(dict.fromkeys(("Id", "IsDeleted", *(each.name for each in fields if each.has_column))))
