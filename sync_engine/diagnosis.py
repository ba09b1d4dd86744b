"""Checks everything a sync needs before anything is synced: logins, objects, keys, entities, calls left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sync_engine.connections import Connections
from sync_engine.engine import Engine
from sync_engine.errors import LimitWouldBeExceeded, OnDemandSyncError, SettingsError, SoapFaultError
from sync_engine.mapping.object_map import ObjectMap
from sync_engine.model import ObjectKind
from sync_engine.resolve import BILLING_ENTITY, entity_id, entity_name
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.drift import Drift
from sync_engine.settings import require_services, rules
from sync_engine.zuora.client import ZuoraClient

CALLS_LEFT_FEW = 100


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `what_to_do` is the next step when it is not `ok`, "" otherwise."""

    name: str
    ok: bool
    detail: str
    what_to_do: str = ""
    exit_code: int = 0


async def diagnose(engine: Engine) -> AsyncIterator[Check]:
    """Look at everything, telling each check as it is made; what cannot be looked at is left out."""
    try:
        require_services(engine.settings)
    except SettingsError as error:
        yield _failed("settings", error)
        return
    yield Check("settings", ok=True, detail="everything that a sync needs is set")
    yield await _store(engine)
    async with engine.connections() as connections:
        told = engine.settings.zuora
        name = "" if told.entity_id else told.entity_name
        try:
            yield await _zuora(await connections.zuora(told.entity_id, name))
        except OnDemandSyncError as error:
            yield _failed("Zuora login", error)
        async for check in _salesforce(engine, connections):
            yield check


async def _store(engine: Engine) -> Check:
    try:
        await engine.store.run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())
    except OnDemandSyncError as error:
        return _failed("store", error)
    return Check("store", ok=True, detail=f"{engine.store.name} can be written")


async def _zuora(client: ZuoraClient) -> Check:
    info = await client.user_info()
    return Check(
        "Zuora login", ok=True, detail=f"{info.username} in tenant {info.tenant_id} {info.tenant_name}".strip()
    )


async def _salesforce(engine: Engine, connections: Connections) -> AsyncIterator[Check]:
    try:
        client = await connections.salesforce()
    except OnDemandSyncError as error:
        yield _failed("Salesforce login", error)
        return
    yield Check("Salesforce login", ok=True, detail=f"user {client.user_id} in org {client.org_id}")
    try:
        async for check in _org(engine, client):
            yield check
    except LimitWouldBeExceeded:
        # the calls left say so below, and nothing more can be asked
        pass
    except OnDemandSyncError as error:
        yield _failed("Salesforce", error)
    yield _calls_left(engine, client)


async def _org(engine: Engine, client: SalesforceClient) -> AsyncIterator[Check]:
    """What has to be in the org."""
    present = set(await client.describe_global())
    keys = wanted_keys(engine)
    missing = sorted(set(keys) - present)
    yield Check(
        "Salesforce objects",
        ok=not missing,
        detail=f"missing: {', '.join(missing)}" if missing else f"{len(keys)} objects are there",
        what_to_do="Install Zuora's packages in the org, and let the user see their objects." if missing else "",
        exit_code=1 if missing else 0,
    )
    yield await _external_ids(client, {name: fields for name, fields in keys.items() if name in present})
    yield await _map_fits(engine, client, present)
    if BILLING_ENTITY in present:
        yield await _entity(engine, client)


def wanted_keys(engine: Engine) -> dict[str, set[str]]:
    """Every Salesforce object that a sync writes, with the fields it finds its records by."""
    wanted: dict[str, set[str]] = {}
    for each in wanted_maps(engine):
        wanted.setdefault(each.sobject, set()).add(each.key.target)
    return wanted


def wanted_maps(engine: Engine) -> list[ObjectMap]:
    """The maps of everything that a sync under these settings writes."""
    told = rules(engine.settings, engine.settings.zuora.entity_id, engine.settings.zuora.entity_name)
    return [each for kind in ObjectKind for each in engine.field_map.maps(kind, told)]


async def _external_ids(client: SalesforceClient, wanted: dict[str, set[str]]) -> Check:
    """Whether each key is there and is an external id."""
    wrong = []
    for sobject, fields in sorted(wanted.items()):
        try:
            described = (await client.describe(sobject)).fields
        except SoapFaultError as error:
            wrong.append(f"{sobject} ({error.code})")
            continue
        wrong += [
            f"{sobject}.{name}" for name in sorted(fields) if name not in described or not described[name].external_id
        ]
    return Check(
        "external ids",
        ok=not wrong,
        detail=f"no external id: {', '.join(wrong)}" if wrong else "every record can be found by its external id",
        what_to_do="Upgrade Zuora's packages, and let the user read these fields." if wrong else "",
        exit_code=1 if wrong else 0,
    )


async def _map_fits(engine: Engine, client: SalesforceClient, present: set[str]) -> Check:
    """Which fields the map writes that the org lacks, or that this user may not write."""
    lacking: list[str] = []
    for each in wanted_maps(engine):
        if each.sobject not in present:
            continue
        described = await client.describe(each.sobject)
        parents = {parent.column: described.parent_field(parent.relationship) for parent in each.parents}
        fields = {rule.target: described.fields.get(rule.target) for rule in each.fields} | parents
        for name, field in fields.items():
            if field is None:
                lacking.append(f"{each.sobject}.{name} (not there)")
            elif not (field.createable or field.updateable):
                lacking.append(f"{each.sobject}.{name} (not writable)")
    frozen = engine.settings.sync.drift is Drift.FREEZE
    lacking = list(dict.fromkeys(lacking))
    return Check(
        "field map",
        ok=not (lacking and frozen),
        detail=f"the org does not take: {', '.join(lacking)}" if lacking else "the org takes every field of the map",
        what_to_do=_WHAT_OF_FIELDS[frozen] if lacking else "",
        exit_code=1 if lacking and frozen else 0,
    )


_WHAT_OF_FIELDS = {
    True: 'Add them or let the user write them, take them out of the map ([sync] map), or set drift = "leave out".',
    False: "They are left out of every row. To write them, add them to the org and let the user write them.",
}


async def _entity(engine: Engine, client: SalesforceClient) -> Check:
    """Whether the org has the record of the home entity, where there are entities."""
    told = engine.settings.zuora
    if engine.settings.sync.multi_entity is False or not (told.entity_id or told.entity_name):
        return Check("billing entity", ok=True, detail="no entity is set, so none is needed")
    found = await (entity_name(client, told.entity_id) if told.entity_id else entity_id(client, told.entity_name))
    named = told.entity_id or told.entity_name
    if found:
        return Check("billing entity", ok=True, detail=f"{named} is in the org ({found})")
    return Check(
        "billing entity",
        ok=False,
        detail=f"the org has no {BILLING_ENTITY} record of {named}",
        what_to_do="Sync the products of that entity: ondemand-sync sync products --all",
        exit_code=1,
    )


def _calls_left(engine: Engine, client: SalesforceClient) -> Check:
    """How many API calls the org has left today, less what is kept for others."""
    if client.api_used is None or client.api_limit is None:
        return Check("API calls left", ok=True, detail="the org does not tell")
    reserve = engine.settings.sync.reserve_calls
    left = client.api_limit - client.api_used - reserve
    kept = f", {reserve} of them kept for others" if reserve else ""
    few = left < CALLS_LEFT_FEW
    return Check(
        "API calls left",
        ok=not few,
        detail=f"{client.api_limit - client.api_used} of {client.api_limit} in 24 hours{kept}",
        what_to_do="Wait until the last 24 hours have moved on, or raise the org's limit." if few else "",
        exit_code=5 if few else 0,
    )


def _failed(name: str, error: OnDemandSyncError) -> Check:
    return Check(name, ok=False, detail=error.message, what_to_do=error.what_to_do, exit_code=error.exit_code)
