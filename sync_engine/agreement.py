"""Whether both sides agree: every mapped field is read again on both and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sync_engine.execution import add_entity, targets_of
from sync_engine.lookup import at, find
from sync_engine.mapping import FieldMap
from sync_engine.mapping.targets import Targets
from sync_engine.model import ObjectKind, ParentRef, TargetRow
from sync_engine.prerequisites import cancelled_accounts, without_crm_id
from sync_engine.rules import Rules
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.describe import FieldDescribe, SObjectDescribe
from sync_engine.salesforce.values import agree
from sync_engine.zuora.reading import Queries, Reading


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it should be. A row that is missing or should not be there has the field ""."""

    sobject: str
    key: str
    field: str
    expected: str | None
    found: str | None

    def __str__(self) -> str:
        if not self.field:
            return f"{self.sobject} {self.key}: {'is missing' if self.expected else 'should not be there'}"
        return f"{self.sobject} {self.key} {self.field}: should be {self.expected!r}, is {self.found!r}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The result of comparing: how many rows were compared, and what differs."""

    rows: int
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        return f"agree: {self.rows} rows, {len(self.differences)} differences"


class _Quiet:
    """Comparing shows no progress of its own."""

    def read(self, object_name: str, count: int) -> None:
        """Nothing to tell."""


async def compare_accounts(
    account_ids: Sequence[str], *, zuora: Queries, salesforce: SalesforceClient, field_map: FieldMap, rules: Rules
) -> Agreement:
    """Compare billing accounts with everything under them, by Zuora id.

    Accounts that a sync would refuse are left out; those that it would delete must not be there.
    """
    kind = ObjectKind.BILLING_ACCOUNT
    reading = Reading(kind, zuora=zuora, field_map=field_map, rules=rules, progress=_Quiet())
    rows = await reading.roots(list(dict.fromkeys(account_ids)))
    cancelled = cancelled_accounts(rows)
    for root_id in [*cancelled, *(outcome.root_id for outcome in without_crm_id("", rows))]:
        rows.drop_root(root_id)
    await reading.rest()
    targets = await targets_of(kind, rows, salesforce=salesforce, field_map=field_map, rules=rules)
    account = field_map["billing_account"]
    ghosts = await find(salesforce, account.sobject, [account.key.target], account.key.target, cancelled)
    differences = [_extra(account.sobject, at(row, account.key.target)) for row in ghosts]
    differences += await _differences(salesforce, _joined(targets))
    roots = [row["Id"] for row in rows.of("Account")]
    for each in field_map.maps(kind, rules):
        if each.under and each.source not in rows.absent:
            under = await find(salesforce, each.sobject, [each.key.target], each.under, roots)
            keys = [key for row in under if (key := at(row, each.key.target))]
            differences += [_extra(each.sobject, key) for key in keys if not targets.has(each.sobject, key)]
    return Agreement(sum(count for _, count in targets.counts()), tuple(differences))


async def compare_products(
    product_ids: Sequence[str], *, zuora: Queries, salesforce: SalesforceClient, field_map: FieldMap, rules: Rules
) -> Agreement:
    """Compare products with their rate plans, charges and tiers, by Zuora id."""
    kind = ObjectKind.ZPRODUCT
    reading = Reading(kind, zuora=zuora, field_map=field_map, rules=rules, progress=_Quiet())
    rows = await reading.roots(list(dict.fromkeys(product_ids)))
    if rows.count("Product"):
        await reading.rest()
        add_entity(rows, rules)
    targets = await targets_of(kind, rows, salesforce=salesforce, field_map=field_map, rules=rules)
    differences = await _differences(salesforce, _joined(targets))
    return Agreement(sum(count for _, count in targets.counts()), tuple(differences))


def _joined(targets: Targets) -> list[TargetRow]:
    """The rows with the parents of their second pass."""
    later = {(link.sobject, link.key): link.parents for link in targets.links()}
    return [replace(row, parents={**row.parents, **later.get((row.sobject, row.key), {})}) for row in targets.rows()]


async def _differences(salesforce: SalesforceClient, rows: Sequence[TargetRow]) -> list[Difference]:
    """What differs between the rows as they should be and as Salesforce has them."""
    differences: list[Difference] = []
    groups: dict[tuple[str, str], list[TargetRow]] = {}
    for row in rows:
        groups.setdefault((row.sobject, row.key_field), []).append(row)
    for (sobject, key_field), group in groups.items():
        fields = {field for row in group for field in (*row.fields, *row.nulls, *_parent_paths(row.parents))}
        found = await find(salesforce, sobject, sorted({key_field, *fields}), key_field, (row.key for row in group))
        described = await salesforce.describe(sobject)
        by_key = {at(record, key_field): record for record in found}
        for row in group:
            record = by_key.get(row.key)
            if record is None:
                differences.append(Difference(sobject, row.key, "", row.key, None))
            else:
                differences += _field_differences(row, record, described)
    return differences


def _parent_paths(parents: Mapping[str, ParentRef]) -> Iterable[str]:
    """The paths to the external ids of parents."""
    return (f"{relationship}.{parent.field}" for relationship, parent in parents.items())


def _field_differences(row: TargetRow, record: dict[str, Any], described: SObjectDescribe) -> list[Difference]:
    """The fields and parents of one row that differ."""
    expected: dict[str, str | None] = {**row.fields, **dict.fromkeys(row.nulls)}
    for relationship, parent in row.parents.items():
        expected[f"{relationship}.{parent.field}"] = parent.value
    return [
        Difference(row.sobject, row.key, field, value, found)
        for field, value in expected.items()
        if not _agrees(described.fields.get(field), value, found := at(record, field))
    ]


def _agrees(field: FieldDescribe | None, expected: str | None, found: str | None) -> bool:
    """Whether a field holds what it should, by its type; the external id of a parent is text."""
    return agree(field.type if field else "string", expected, found, scale=field.scale if field else None)


def _extra(sobject: str, key: str | None) -> Difference:
    return Difference(sobject, key or "", "", None, key)
