"""The face that people know from Apex: `OnDemandSyncManager`.

Its properties have Python names (`sync_object_type`) and, for the same values, the names they have in Apex
(`syncObjectType`), so that code can be carried over line by line:

    manager = OnDemandSyncManager()
    manager.syncObjectType = OnDemandSyncManager.ObjectType.BILLING_ACCOUNT
    manager.syncZuoraObjectIdSet = {"2c92c0f95847b07a01584e0e74f37917"}
    for result in manager.sendRequest():
        print(result.success, result.statusMessage)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Generic, TypeVar, overload

from sync_engine.admission import Origin, SyncRequest
from sync_engine.clock import SystemClock
from sync_engine.engine import Engine
from sync_engine.errors import RequestRefused
from sync_engine.model import ObjectKind
from sync_engine.notify import notifier
from sync_engine.results import SyncResult
from sync_engine.settings import Settings, load

T = TypeVar("T")

ObjectType = ObjectKind
OnDemandSyncException = RequestRefused

__all__ = ["ObjectType", "OnDemandSyncException", "OnDemandSyncManager", "SyncResult"]


class _NameInApex(Generic[T]):
    """Reads and sets another attribute."""

    def __init__(self, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, manager: None, owner: type) -> _NameInApex[T]: ...
    @overload
    def __get__(self, manager: OnDemandSyncManager, owner: type) -> T: ...
    def __get__(self, manager: OnDemandSyncManager | None, owner: type) -> T | _NameInApex[T]:
        if manager is None:
            return self
        value: T = getattr(manager, self._name)
        return value

    def __set__(self, manager: OnDemandSyncManager, value: T) -> None:
        setattr(manager, self._name, value)


class OnDemandSyncManager:
    """Asks for a sync of billing accounts or products, and waits for it.

    `sync_object_type` says which; its default is billing accounts. `sync_object_id_set` holds Salesforce ids,
    `sync_zuora_object_id_set` Zuora ids of the home entity, `sync_zuora_object_id_by_entity` maps Zuora ids to the
    ids of their entities; the three add up. `email_notification_enabled`, on by default, sends a mail when the
    request was sent, if the settings name a mail server. `callouts_used` is how many of a transaction's 100 callouts
    were used before.

    `settings` may be a `Settings`, the path of a settings file, or None for the usual places. With `engine` the
    manager uses that one instead of making its own.
    """

    ObjectType = ObjectKind
    OnDemandSyncException = RequestRefused

    def __init__(self, settings: Settings | Path | str | None = None, *, engine: Engine | None = None) -> None:
        self.sync_object_type: ObjectKind = ObjectKind.BILLING_ACCOUNT
        self.sync_object_id_set: Iterable[str] = set()
        self.sync_zuora_object_id_set: Iterable[str] = set()
        self.sync_zuora_object_id_by_entity: Mapping[str, str] = {}
        self.email_notification_enabled = True
        self.callouts_used = 0
        self._settings = settings
        self._engine = engine

    syncObjectType = _NameInApex[ObjectKind]("sync_object_type")  # noqa: N815 - the name in Apex
    syncObjectIdSet = _NameInApex[Iterable[str]]("sync_object_id_set")  # noqa: N815 - the name in Apex
    syncZuoraObjectIdSet = _NameInApex[Iterable[str]]("sync_zuora_object_id_set")  # noqa: N815 - the name in Apex
    syncZuoraObjectIdByEntity = _NameInApex[Mapping[str, str]](  # noqa: N815 - the name in Apex
        "sync_zuora_object_id_by_entity"
    )
    emailNotificationEnabled = _NameInApex[bool]("email_notification_enabled")  # noqa: N815 - the name in Apex

    def send_request(self) -> list[SyncResult]:
        """Send the request and wait for its end; one result an object, in the order asked (sets: sorted).

        Raises `OnDemandSyncException` when the request breaks a rule of what may be asked, other errors of
        `sync_engine.errors` when it cannot begin, and `RuntimeError` inside a running event loop, where
        `await manager.send()` does the same.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self.send())
        raise RuntimeError("An event loop is running: use `await manager.send()` in place of send_request().")

    async def send(self) -> list[SyncResult]:
        """`send_request` for a caller in an event loop."""
        request = SyncRequest(
            kind=ObjectKind(self.sync_object_type),
            object_ids=self.sync_object_id_set,
            zuora_ids=self.sync_zuora_object_id_set,
            zuora_ids_by_entity=self.sync_zuora_object_id_by_entity,
            origin=Origin.API,
            callouts_used=self.callouts_used,
            email_notification=self.email_notification_enabled,
        )
        if self._engine is not None:
            return await self._engine.request(request)
        with real_engine(self._settings) as engine:
            return await engine.request(request)

    def sendRequest(self) -> list[SyncResult]:  # noqa: N802 - the name in Apex
        """`send_request`."""
        return self.send_request()


def real_engine(settings: Settings | Path | str | None = None) -> Engine:
    """An engine on the machine's own clock, chance and network."""
    told = settings if isinstance(settings, Settings) else load(Path(settings) if settings else None)
    return Engine(told, clock=SystemClock(), chance=random.SystemRandom(), notifier=notifier(told.email))
