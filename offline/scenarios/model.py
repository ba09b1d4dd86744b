"""What a scenario is: a tenant and an org, and the records that both begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mock_salesforce import OrgSpec
from mock_zuora import TenantSpec

Row = dict[str, object]
"""One record to load: field name to value, its `Id` among them."""

Tables = dict[str, list[Row]]
"""Records by object name, parents before children."""


@dataclass(frozen=True)
class Scenario:
    """A state of both services to begin from, the same on every run.

    `zuora` holds records by entity id and object, `salesforce` by object. `custom_fields` says which custom fields
    a sync should copy, by Zuora object. The first user of the tenant and of the org is the one to sync as.
    """

    name: str
    description: str
    tenant: TenantSpec
    org: OrgSpec
    zuora: Mapping[str, Tables]
    salesforce: Mapping[str, list[Row]]
    custom_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def rows(self, object_name: str) -> list[Row]:
        """The Zuora records of one object, of every entity."""
        return [row for tables in self.zuora.values() for row in tables.get(object_name, ())]

    def ids(self, object_name: str, entity_id: str) -> list[str]:
        """The ids of one object's records in one entity, in the order they were made."""
        return [str(row["Id"]) for row in self.zuora[entity_id].get(object_name, ())]


def add(tables: Tables, object_name: str, rows: Iterable[Row]) -> None:
    """Append records to a table, making it where it is not there yet."""
    tables.setdefault(object_name, []).extend(rows)
