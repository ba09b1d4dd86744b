"""The engine: one place that wires settings, clock, chance, transport, store, clients and execution together.

A request goes: admission, then one login to Salesforce, then every id to its Zuora record and entity, then one
session an entity, then the runner, then one result an object.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx

from sync_engine import admission
from sync_engine.admission import Origin, SyncRequest
from sync_engine.clock import Clock
from sync_engine.connections import Connections
from sync_engine.errors import EntityMissing, OnDemandSyncError, RequestRefused, SettingsError, StillRunning
from sync_engine.execution import sync_accounts, sync_products
from sync_engine.leases import Leases
from sync_engine.ledger import Ledger, SessionObject, SessionRecord
from sync_engine.lookup import find
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind, RequestedObject, RowOutcome, SessionState
from sync_engine.notify import Notifier
from sync_engine.planning import Plan, plan
from sync_engine.resolve import entity_id, resolve
from sync_engine.results import SEND_ERROR, SyncResult, failed
from sync_engine.runner import InlineRunner, Runner
from sync_engine.session_work import Execution, SessionWork
from sync_engine.sessions import END_STATES, FAILED, UNFINISHED
from sync_engine.settings import Settings, require_services, rules
from sync_engine.store import Store
from sync_engine.writing import Progress

EXECUTIONS: Mapping[ObjectKind, Execution] = {
    ObjectKind.BILLING_ACCOUNT: sync_accounts,
    ObjectKind.ZPRODUCT: sync_products,
}


class NoProgress:
    """Tells nobody."""

    def read(self, object_name: str, count: int) -> None:
        """Nothing."""

    def wrote(self, sobject: str, outcomes: Sequence[RowOutcome]) -> None:
        """Nothing."""


class Engine:
    """Syncs between the tenant and the org that the settings name.

    `transport` reaches both services (None: the network). `connect` makes the logins of one request, `executions`
    do the syncing, `runner` runs sessions; each has the real one as its default. Raises `StoreError` when the store
    cannot be opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        chance: random.Random,
        transport: httpx.AsyncBaseTransport | None = None,
        store: Store | None = None,
        runner: Runner | None = None,
        progress: Progress | None = None,
        notifier: Notifier | None = None,
        connect: Callable[[], Any] | None = None,
        executions: Mapping[ObjectKind, Execution] = EXECUTIONS,
    ) -> None:
        self.settings = settings
        self.store = store or Store(settings.store.url)
        self.store.create_all()
        self.leases = Leases(self.store, clock)
        self.ledger = Ledger(self.store, clock)
        self.field_map = own_map(settings)
        self._clock = clock
        self._chance = chance
        self._runner: Runner = runner or InlineRunner()
        self.progress: Progress = progress or NoProgress()
        self._notifier = notifier
        self.executions = executions
        self._connect = connect or (lambda: Connections(settings, clock, chance, transport))

    def connections(self) -> Connections:
        """The logins of one request, to be used as an asynchronous context."""
        connections: Connections = self._connect()
        return connections

    async def request(self, request: SyncRequest) -> list[SyncResult]:
        """Sync what is asked for; one result an object, in the order asked.

        Raises `RequestRefused` when a rule of what may be asked is broken, `SettingsError` when something a sync
        needs is not set, and `LoginRefused`, `ServiceUnreachable` or `SoapFaultError` when Salesforce does not let
        the request begin. What happens after that is told by the results.
        """
        admitted = admission.admit(request)
        require_services(self.settings)
        self.check_entities(admitted.objects)
        await self.ledger.fail_abandoned()
        async with self.connections() as connections:
            salesforce = await connections.salesforce()
            resolved = await resolve(salesforce, admitted.objects)
            results = list(resolved.unknown)
            groups, homeless = await self.groups(salesforce, resolved.objects)
            results += homeless
            opened: list[str] = []
            for entity, objects in groups.items():
                opened.append(await self._open(request, salesforce.org_id, entity, objects))
            if request.email_notification and self._notifier and opened:
                await self._notifier.request_sent(resolved.objects, opened)
            work = self._work(connections)
            await self._runner.run(opened, work)
        for session_id in opened:
            session = await self.ledger.session(session_id)
            results += _results(session, work.failures.get(session_id))
        results += [_past_budget(each, request.callouts_used) for each in admitted.past_budget]
        return _in_order(results, [*admitted.objects, *admitted.past_budget])

    async def plan(self, request: SyncRequest) -> Plan:
        """What a request would do and cost, found out without writing anything; raises as `request` does."""
        return await plan(self, request)

    async def resume(self, session_id: str) -> list[SyncResult]:
        """Go on with a session that broke off: its objects that are not done, in a session of their own.

        Rows that the org has taken are not sent again unless Zuora has changed them since; writes whose replies were
        lost are settled by reading back. No result when everything of it is done. Raises `UnknownSession`,
        `StillRunning` while the session may be alive, and else as `request`.
        """
        return await self._go_on(session_id, UNFINISHED)

    async def retry(self, session_id: str) -> list[SyncResult]:
        """Send again what failed in a session that has ended, and what was kept back because of that; as `resume`."""
        return await self._go_on(session_id, FAILED)

    async def _go_on(self, session_id: str, states: Collection[SessionState]) -> list[SyncResult]:
        require_services(self.settings)
        await self.ledger.fail_abandoned()
        session = await self.ledger.session(session_id)
        if session.state not in END_STATES:
            held = [lease for lease in await self.leases.all() if lease.holder == session.id]
            raise StillRunning(session.id, max((lease.expires_at for lease in held), default=None))
        left = [replace(each, state=SessionState.QUEUED) for each in session.objects if each.state in states]
        if not left:
            return []
        going_on = f"{self._chance.getrandbits(128):032x}"
        await self.ledger.open_session(
            going_on,
            session.kind,
            left,
            origin=session.origin,
            org=session.org,
            tenant=session.tenant,
            entity=session.entity,
            continues=session.id,
        )
        async with self.connections() as connections:
            work = self._work(connections)
            await self._runner.run([going_on], work)
        return _results(await self.ledger.session(going_on), work.failures.get(going_on))

    async def product_ids(self, entity: str = "") -> list[str]:
        """The Zuora ids of every product of an entity, "" for the home entity."""
        require_services(self.settings)
        named = entity or self.settings.zuora.entity_id
        async with self.connections() as connections:
            zuora = await connections.zuora(named, "" if named else self.settings.zuora.entity_name)
            pages = [[row["Id"] for row in page] async for page in zuora.query("SELECT Id FROM Product")]
        return sorted(identifier for page in pages for identifier in page)

    async def request_all_products(self, entity: str = "") -> list[SyncResult]:
        """Sync the whole product catalog of an entity, "" for the home entity; else as `request`."""
        ids = await self.product_ids(entity)
        if not ids:
            return []
        return await self.request(
            SyncRequest(ObjectKind.ZPRODUCT, zuora_ids=ids, origin=Origin.CATALOG, entity_id=entity)
        )

    async def request_from_account_page(self, account_id: str) -> list[SyncResult]:
        """What the button on an Account's page does: sync every billing account of that Salesforce account.

        Raises `RequestRefused` when the account has none, or more than the page's cap; else as `request`.
        """
        identifier = admission.salesforce_id(account_id)
        if identifier is None:
            raise RequestRefused(f"{account_id!r} is not a Salesforce id.", "Give the 15 or 18 characters of it.")
        require_services(self.settings)
        async with self.connections() as connections:
            salesforce = await connections.salesforce()
            rows = await find(salesforce, "Zuora__CustomerAccount__c", [], "Zuora__Account__c", [identifier])
        if not rows:
            raise RequestRefused(
                f"The Salesforce account {identifier} has no billing accounts, or there is no such account.",
                "Billing accounts that were never synced are asked for by their Zuora ids.",
            )
        ids = sorted(str(row["Id"]) for row in rows)
        return await self.request(SyncRequest(object_ids=ids, origin=Origin.ACCOUNT_PAGE))

    def close(self) -> None:
        """Give back the store's connections."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check_entities(self, objects: Sequence[RequestedObject]) -> None:
        """Refuse a request that names entities where the settings say there are none."""
        if self.settings.sync.multi_entity is False and any(each.entity_id for each in objects):
            raise RequestRefused(
                "The request names an entity, and the settings say that the tenant has none"
                " ([sync] multi_entity = false).",
                "Leave the entity out, or set multi_entity = true.",
            )

    async def groups(
        self, salesforce: Any, objects: Sequence[RequestedObject]
    ) -> tuple[dict[str, list[RequestedObject]], list[SyncResult]]:
        """The objects by the id of their entity ("" in a tenant without), and those whose entity has no known id."""
        told = self.settings.zuora
        if self.settings.sync.multi_entity is False:
            return ({"": list(objects)} if objects else {}), []
        home = told.entity_id
        if not home and told.entity_name and any(not each.entity_id for each in objects):
            home = await entity_id(salesforce, told.entity_name)
        must_know = bool(told.entity_name) or self.settings.sync.multi_entity is True
        groups: dict[str, list[RequestedObject]] = {}
        homeless: list[SyncResult] = []
        for each in objects:
            entity = each.entity_id or home
            if not entity and must_know:
                homeless.append(_homeless(each, told.entity_name))
            else:
                groups.setdefault(entity, []).append(each)
        return groups, homeless

    async def _open(self, request: SyncRequest, org: str, entity: str, objects: Sequence[RequestedObject]) -> str:
        """Enter one session in the ledger; gives its id."""
        session_id = f"{self._chance.getrandbits(128):032x}"
        await self.ledger.open_session(
            session_id,
            request.kind,
            [SessionObject(str(each.zuora_id), each.salesforce_id, SessionState.QUEUED) for each in objects],
            origin=request.origin.value,
            org=admission.salesforce_id(org) or org,
            tenant="",
            entity=entity,
        )
        return session_id

    def _work(self, connections: Connections) -> SessionWork:
        return SessionWork(
            settings=self.settings,
            clock=self._clock,
            connections=connections,
            leases=self.leases,
            ledger=self.ledger,
            field_map=self.field_map,
            executions=self.executions,
            progress=self.progress,
        )


def own_map(settings: Settings) -> FieldMap:
    """The field map with the user's own rows. Raises `SettingsError`, also when the whole makes no sense."""
    own = settings.sync.map
    try:
        field_map = FieldMap.load(own=own)
        for kind in ObjectKind:
            field_map.fields_to_read(kind, rules(settings, "", ""))
    except (KeyError, ValueError) as error:
        told = error.args[0] if error.args else error
        raise SettingsError(f"The field map {own} cannot be followed: {told}.", "Correct the row it names.") from None
    return field_map


def _homeless(asked: RequestedObject, name: str) -> SyncResult:
    """The result of a bare id when nobody knows the id of the entity it belongs to."""
    if name:
        error = EntityMissing(
            f"The org has no zqu__BillingEntity__c record named {name}, so the id of that entity is not known.",
            "Set [zuora] entity_id too; after the first sync of its products the name is enough.",
        )
    else:
        error = EntityMissing(
            "The tenant has entities, and nothing says which one this id belongs to.",
            "Name the entity in the request, or set [zuora] entity_id.",
        )
    return failed(asked, error.message, error.what_to_do, code="ENTITY_MISSING", exit_code=error.exit_code)


def _past_budget(asked: RequestedObject, used: int) -> SyncResult:
    """The result of an object that the transaction has no callout left for."""
    return failed(
        asked,
        f"Not sent: a transaction has {admission.CALLOUTS_PER_TRANSACTION} callouts, {used} were used before this"
        " request, and the objects before this one took the rest.",
        "Ask for it in another request.",
        code="CALLOUT_LIMIT",
        exit_code=5,
    )


def _results(session: SessionRecord, failure: OnDemandSyncError | None) -> list[SyncResult]:
    """One result for each object of a session, as the ledger has it."""
    return [_result(session, each, failure) for each in session.objects]


def _result(session: SessionRecord, each: SessionObject, failure: OnDemandSyncError | None) -> SyncResult:
    exit_code = {SessionState.FINISHED: 0, SessionState.QUEUED: 0, SessionState.RUNNING: 0, SessionState.CANCELLED: 4}
    code = exit_code.get(each.state, 1)
    message = each.message or _WORDS[each.state]
    if failure is not None and each.state is SessionState.FAILURE and each.message == failure.message:
        code, message = failure.exit_code, SEND_ERROR + failure.message
    return SyncResult(
        success=each.state in (SessionState.FINISHED, SessionState.QUEUED, SessionState.RUNNING),
        status_message=message,
        kind=session.kind,
        object_id=each.salesforce_id,
        zuora_id=each.zuora_id,
        entity_id=session.entity or None,
        session_id=session.id,
        state=each.state,
        code=each.code,
        what_to_do=each.what_to_do,
        try_again_at=each.try_again_at,
        exit_code=code,
    )


_WORDS = {
    SessionState.QUEUED: "The request was accepted and waits for a worker.",
    SessionState.RUNNING: "The request was accepted and is being processed.",
    SessionState.FINISHED: "Everything of it is synced.",
    SessionState.FINISHED_WITH_ERRORS: "Some of its rows were not synced.",
    SessionState.FAILURE: "It could not be synced.",
    SessionState.CANCELLED: "It was cancelled.",
}


def _in_order(results: Sequence[SyncResult], asked: Sequence[RequestedObject]) -> list[SyncResult]:
    """Results in the order asked. An object named twice, by both its ids, stands where it was named first."""
    places: dict[str, int] = {}
    for place, each in enumerate(asked):
        for identifier in (each.salesforce_id, each.zuora_id):
            if identifier:
                places.setdefault(identifier, place)

    def place_of(result: SyncResult) -> int:
        named = [places[each] for each in (result.object_id, result.zuora_id) if each in places]
        return min(named, default=len(places))

    return sorted(results, key=place_of)
