"""The two mocks as their control planes need them: admitting and loading, emptying, showing, checking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from mock_salesforce import Org, OrgSpec, SalesforceMock
from mock_salesforce import integrity as org_integrity
from mock_salesforce.shape import Shape as OrgShape
from mock_zuora import Tenant, TenantSpec, ZuoraMock, integrity
from mock_zuora.shape import Shape
from mock_zuora.strays import strays
from offline.scenarios import Scenario
from offline.seeds import salesforce as salesforce_seed
from offline.seeds import zuora as zuora_seed
from offline.seeds.mistakes import Mistakes, meant
from offline.seeds.specs import kept_spec, revived, spec_text
from offline.seeds.tables import read_tables, tables_in
from offline.seeds.writing import json_row, table_text
from simulator.control import ControlInvalid, ControlUnknown, RecordQuery
from simulator.snapshots import Snapshot

MAILS_SHOWN = 20
"""How many of an org's last mails are in its state."""


class Side(Protocol):
    """What is done to one mock. Those from `load` on may raise the control plane's errors."""

    service: str

    def admit(self, wanted: Scenario) -> None:
        """Let the scenario's users log in, with whatever records are already there."""

    def fill(self, wanted: Scenario) -> None:
        """Replace the records of an admitted scenario by its own."""

    def admit_kept(self, kept: Mapping[str, Any]) -> None:
        """Let the users of a tenant or org log in that an earlier start had; `kept` is from `made`."""

    def made(self) -> list[dict[str, Any]]:
        """The tenants or orgs that came with files rather than a scenario, secrets and all."""

    def welcome(self) -> None:
        """Add a plain tenant or org when there is none."""

    def load(
        self, files: Mapping[str, str], records: Mapping[str, Any], wanted: str, *, afresh: bool
    ) -> dict[str, Any]:
        """Load files and records, all or nothing, and say what was loaded where."""

    def clear(self) -> None:
        """Remove every record, and keep the users."""

    def state(self) -> Mapping[str, Any]:
        """What the mock holds and what goes on in it, counted."""

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        """Some records."""

    def export(self) -> Mapping[str, str]:
        """All records as a seed folder's files."""

    def snapshot(self) -> Snapshot:
        """All records now."""

    def restore(self, snapshot: Snapshot) -> None:
        """All records as they were."""

    def limits(self) -> Mapping[str, Any]:
        """What may be used and is."""

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put other limits in force."""

    def problems(self) -> Sequence[str]:
        """What is broken among the records."""


class ZuoraSide:
    """The Zuora mock: a scenario is a tenant, of the shape given or of the standard one."""

    service = "zuora"

    def __init__(self, mock: ZuoraMock, shape: Shape | None = None) -> None:
        self._mock = mock
        self._shape = shape
        self._tenants: dict[str, Tenant] = {}

    def admit(self, wanted: Scenario) -> None:
        """Add the tenant."""
        spec = wanted.tenant if self._shape is None else replace(wanted.tenant, shape=self._shape)
        self._tenants[wanted.name] = self._mock.add_tenant(spec)

    def fill(self, wanted: Scenario) -> None:
        """Load the tenant's records, in place of what was left by a start that broke off."""
        tenant = self._tenants[wanted.name]
        tenant.clear()
        for entity_id, tables in wanted.zuora.items():
            for object_name, rows in tables.items():
                tenant.load(entity_id, object_name, rows)

    def admit_kept(self, kept: Mapping[str, Any]) -> None:
        """Add the tenant."""
        self._mock.add_tenant(revived(TenantSpec, kept))

    def made(self) -> list[dict[str, Any]]:
        """The tenants of no scenario."""
        scenarios = {id(tenant) for tenant in self._tenants.values()}
        return [kept_spec(each.spec) for each in self._mock.tenants if id(each) not in scenarios]

    def welcome(self) -> None:
        """Add a plain tenant when there is none."""
        if not self._mock.tenants:
            self._mock.add_tenant(zuora_seed.default_tenant())

    def load(
        self, files: Mapping[str, str], records: Mapping[str, Any], wanted: str, *, afresh: bool
    ) -> dict[str, Any]:
        """Load into a tenant; `wanted` is its id or name, "" for the seed's own or the only one."""
        mistakes = Mistakes()
        spec = zuora_seed.read_tenant(files, mistakes)
        tables = [*read_tables(files, mistakes), *tables_in(records, mistakes)]
        tenant, loaded = zuora_seed.load(self._mock, tables, spec, wanted, mistakes, afresh=afresh)
        return {"tenant": {"id": tenant.spec.id, "name": tenant.spec.name}, "loaded": loaded}

    def clear(self) -> None:
        """Remove every record of every tenant, and let go of open results."""
        for tenant in self._mock.tenants:
            tenant.clear()
        self._mock.cursors.clear()

    def state(self) -> Mapping[str, Any]:
        """The tenants with their entities' counts, their limits' use, who is locked out, and what is open."""
        limits = self._mock.limits()["tenants"]
        tenants = []
        for tenant in self._mock.tenants:
            told = limits[tenant.spec.id]
            use = {"profile": told["profile"], "used": told["used"], "locked_out": tenant.locked_out()}
            tenants.append({**tenant.state(), **use})
        return {"tenants": tenants, "open_sessions": len(self._mock.sessions), "open_cursors": len(self._mock.cursors)}

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        """Records of one entity of one tenant."""
        tenant = zuora_seed.tenant_named(self._mock, query.tenant)
        entity = zuora_seed.entity_named(tenant.spec, query.entity)
        if entity is None:
            names = ", ".join(f"{each.id} ({each.name})" for each in tenant.spec.entities)
            if query.entity:
                raise ControlUnknown(f"There is no entity {query.entity!r:.80}; there are: {names}.")
            raise ControlInvalid(f"Say which entity; there are: {names}.")
        target = tenant.catalogue.find(query.object)
        if target is None:
            raise _no_object(query.object, [each.name for each in tenant.catalogue])
        rows = tenant.rows_after(entity.id, target.name, query.after, query.limit + 1)
        return {"tenant": tenant.spec.id, "entity": entity.id, "object": target.name, **_page(rows, query.limit)}

    def export(self) -> Mapping[str, str]:
        """The only tenant's records: a folder for each entity where there are several."""
        tenant = zuora_seed.tenant_named(self._mock, "")
        files = {zuora_seed.TENANT_FILE: spec_text(tenant.spec)}
        for entity in tenant.spec.entities:
            folder = entity.name if entity.name.strip(". ") and entity.name == entity.name.strip(" ") else entity.id
            for each in tenant.catalogue:
                rows = tenant.rows(entity.id, each.name)
                if rows:
                    name = f"{each.name}.json"
                    files[name if len(tenant.spec.entities) == 1 else f"{folder}/{name}"] = table_text(rows)
        return files

    def snapshot(self) -> Snapshot:
        """All tenants' records."""
        return self._mock.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """All tenants' records as they were."""
        self._mock.restore(snapshot)

    def limits(self) -> Mapping[str, Any]:
        """Every tenant's."""
        return self._mock.limits()

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one tenant or all."""
        try:
            return self._mock.change_limits(changes)
        except ValueError as error:
            raise ControlInvalid(str(error)) from None

    def problems(self) -> Sequence[str]:
        """What is broken in any entity, and what is in two of them."""
        tenants = self._mock.tenants
        broken = [f"{each.spec.name} / {problem}" for each in tenants for problem in integrity.problems(each)]
        return [*broken, *strays(tenants)]


class SalesforceSide:
    """The Salesforce mock: a scenario is an org, of the shape given or without one."""

    service = "salesforce"

    def __init__(self, mock: SalesforceMock, shape: OrgShape | None = None) -> None:
        self._mock = mock
        self._shape = shape
        self._orgs: dict[str, Org] = {}

    def _shaped(self, spec: OrgSpec) -> OrgSpec:
        """An org of the shape given, unless it brings its own."""
        return spec if self._shape is None or spec.shape is not None else replace(spec, shape=self._shape)

    def admit(self, wanted: Scenario) -> None:
        """Add the org."""
        self._orgs[wanted.name] = self._mock.add_org(self._shaped(wanted.org))

    def fill(self, wanted: Scenario) -> None:
        """Load the org's records, in place of what was left by a start that broke off."""
        org = self._orgs[wanted.name]
        org.clear()
        for sobject, rows in wanted.salesforce.items():
            org.load(sobject, rows)

    def admit_kept(self, kept: Mapping[str, Any]) -> None:
        """Add the org."""
        self._mock.add_org(revived(OrgSpec, kept))

    def made(self) -> list[dict[str, Any]]:
        """The orgs of no scenario."""
        scenarios = {id(org) for org in self._orgs.values()}
        return [kept_spec(each.spec) for each in self._mock.orgs if id(each) not in scenarios]

    def welcome(self) -> None:
        """Add a plain org when there is none."""
        if not self._mock.orgs:
            self._mock.add_org(self._shaped(salesforce_seed.default_org()))

    def load(
        self, files: Mapping[str, str], records: Mapping[str, Any], wanted: str, *, afresh: bool
    ) -> dict[str, Any]:
        """Load into an org; `wanted` is its id or name, "" for the seed's own or the only one."""
        mistakes = Mistakes()
        spec = salesforce_seed.read_org(files, mistakes)
        if self._shape is not None and (spec is not None or not self._mock.orgs):
            spec = self._shaped(spec or salesforce_seed.default_org())
        tables = [*read_tables(files, mistakes), *tables_in(records, mistakes)]
        org, loaded = salesforce_seed.load(self._mock, tables, spec, wanted, mistakes, afresh=afresh)
        return {"org": {"id": org.id, "name": org.name}, "loaded": loaded}

    def clear(self) -> None:
        """Remove every record of every org, and let go of open results."""
        for org in self._mock.orgs:
            org.clear()
        self._mock.cursors.clear()

    def state(self) -> Mapping[str, Any]:
        """The orgs with their counts and API calls, and what is open."""
        mock = self._mock
        orgs = [
            {**org.state(), "mails": [asdict(each) for each in org.outbox.mails()[-MAILS_SHOWN:]]} for org in mock.orgs
        ]
        return {"orgs": orgs, "open_sessions": len(mock.sessions), "open_cursors": len(mock.cursors)}

    def records(self, query: RecordQuery) -> Mapping[str, Any]:
        """Records of one org."""
        org = salesforce_seed.org_named(self._mock, query.tenant)
        if query.entity:
            raise ControlInvalid("An org has no entities; leave entity out.")
        found = org.schema.sobject(query.object)
        if found is None:
            raise _no_object(query.object, [each.name for each in org.schema.sobjects])
        rows = org.rows(found.name, after=query.after, count=query.limit + 1)
        return {"org": org.id, "object": found.name, **_page(rows, query.limit)}

    def export(self) -> Mapping[str, str]:
        """The only org's living records, as far as they can be loaded."""
        org = salesforce_seed.org_named(self._mock, "")
        files = {salesforce_seed.ORG_FILE: spec_text(org.spec)}
        for sobject in org.schema.sobjects:
            kept = {field.name for field in sobject.stored_fields}
            rows = [] if sobject.name == "User" else org.rows(sobject.name)
            if rows:
                shown = [{name: value for name, value in row.items() if name in kept} for row in rows]
                files[f"{sobject.name}.json"] = table_text(shown)
        return files

    def snapshot(self) -> Snapshot:
        """All orgs' records."""
        return self._mock.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """All orgs' records as they were."""
        self._mock.restore(snapshot)

    def limits(self) -> Mapping[str, Any]:
        """Every org's."""
        return self._mock.limits()

    def change_limits(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one org or all."""
        try:
            return self._mock.change_limits(changes)
        except ValueError as error:
            raise ControlInvalid(str(error)) from None

    def problems(self) -> Sequence[str]:
        """What is broken in any org."""
        orgs = self._mock.orgs
        return [*(problem for org in orgs for problem in org_integrity.problems(org)), *org_integrity.strays(orgs)]


def _page(rows: Sequence[Mapping[str, object]], limit: int) -> dict[str, Any]:
    """`limit` rows, and the id to go on from when there are more."""
    shown = [json_row(row) for row in rows[:limit]]
    return {"records": shown, "after": shown[-1]["Id"] if len(rows) > limit else None}


def _no_object(name: str, names: Sequence[str]) -> ControlUnknown:
    return ControlUnknown(f"There is no object {name!r:.80}{meant(name, names)}.")
