from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sync_engine.manager import ObjectType, OnDemandSyncException, OnDemandSyncManager

A, B = "a" * 32, "b" * 32


def test_the_names_of_apex_read_and_set_the_same_values(world: Any) -> None:
    manager = OnDemandSyncManager(engine=world.engine())
    assert manager.syncObjectType is ObjectType.BILLING_ACCOUNT
    assert manager.emailNotificationEnabled is True
    assert (manager.syncObjectIdSet, manager.syncZuoraObjectIdSet, manager.syncZuoraObjectIdByEntity) == (
        set(),
        set(),
        {},
    )
    manager.syncObjectType = OnDemandSyncManager.ObjectType.ZPRODUCT
    manager.syncZuoraObjectIdSet = {A}
    manager.syncZuoraObjectIdByEntity = {B: "e1"}
    manager.emailNotificationEnabled = False
    assert manager.sync_object_type is ObjectType.ZPRODUCT
    assert manager.sync_zuora_object_id_set == {A}
    assert manager.sync_zuora_object_id_by_entity == {B: "e1"}
    assert manager.email_notification_enabled is False


def test_a_request_sent_as_in_apex(world: Any) -> None:
    manager = OnDemandSyncManager(engine=world.engine())
    manager.syncZuoraObjectIdSet = {B, A}
    first, second = manager.sendRequest()
    assert (first.success, first.zuoraId, second.zuoraId) == (True, A, B)
    assert first.statusMessage == "Everything of it is synced."
    assert first.objectId == first.object_id
    assert first.sessionId == second.sessionId != ""


def test_a_broken_rule_is_the_exception_of_apex(world: Any) -> None:
    manager = OnDemandSyncManager(engine=world.engine())
    for wrong in (set(), {"short"}):
        manager.syncZuoraObjectIdSet = wrong
        with pytest.raises(OnDemandSyncManager.OnDemandSyncException):
            manager.sendRequest()
    assert OnDemandSyncManager.OnDemandSyncException is OnDemandSyncException


def test_two_managers_share_nothing(world: Any) -> None:
    one, other = (OnDemandSyncManager(engine=world.engine()) for _ in range(2))
    one.sync_zuora_object_id_set.add(A)  # type: ignore[attr-defined]
    assert other.sync_zuora_object_id_set == set()


def test_in_a_running_loop_it_is_awaited(world: Any) -> None:
    manager = OnDemandSyncManager(engine=world.engine())
    manager.sync_zuora_object_id_set = [A]

    async def work() -> Any:
        with pytest.raises(RuntimeError, match=r"await manager\.send\(\)"):
            manager.send_request()
        return await manager.send()

    assert asyncio.run(work())[0].success


def test_it_reads_its_own_settings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sync_engine.errors import SettingsError

    monkeypatch.setenv("ONDEMAND_SYNC_STORE__URL", "sqlite://")
    manager = OnDemandSyncManager(tmp_path / "gone.toml")
    manager.sync_zuora_object_id_set = [A]
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        manager.send_request()
