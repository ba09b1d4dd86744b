from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from sync_engine.errors import LeaseLost, ReplyLost
from sync_engine.ledger import Ledger, SessionObject
from sync_engine.model import ObjectKind, SessionState
from sync_engine.write_log import WriteLog


class Client:
    """Answers when it is told to, with what it is told to."""

    def __init__(self, answer: Any = "done") -> None:
        self.answer = answer
        self.may_answer = asyncio.Event()
        self.under_way = asyncio.Event()

    async def upsert(self, *_: Any, **options: Any) -> Any:
        if before := options.get("before_send"):
            await before()
        self.under_way.set()
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    delete = upsert
    org_id = "the client's own"


async def opened(ledger: Ledger) -> None:
    await ledger.open_session(
        "s",
        ObjectKind.ZPRODUCT,
        [SessionObject("a" * 32, None, SessionState.QUEUED)],
        origin="api",
        org="",
        tenant="",
        entity="",
    )


def test_an_answered_write_is_settled(ledger: Ledger) -> None:
    async def work() -> None:
        await opened(ledger)
        client = Client()
        log = WriteLog(client, ledger, "s")
        task = asyncio.create_task(log.upsert("X__c", "K__c", [SimpleNamespace(key="k")]))
        await client.under_way.wait()
        assert [each.keys for each in await ledger.unsettled()] == [("k",)]
        client.may_answer.set()
        assert await task == "done"
        assert await ledger.unsettled() == []
        assert log.org_id == "the client's own"

    asyncio.run(work())


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [(ReplyLost("Salesforce", "delete", "cut"), 1), (LeaseLost("gone"), 0), (KeyError("defect"), 1)],
)
def test_a_failed_write_is_in_doubt_unless_nothing_was_done(ledger: Ledger, error: Exception, doubtful: int) -> None:
    async def work() -> None:
        await opened(ledger)
        client = Client(error)
        client.may_answer.set()
        with pytest.raises(type(error)):
            await WriteLog(client, ledger, "s").delete(["a01"])
        assert len(await ledger.unsettled()) == doubtful

    asyncio.run(work())


@pytest.mark.parametrize(("answer", "doubtful"), [("done", 0), (ReplyLost("Salesforce", "upsert", "cut"), 1)])
def test_a_session_that_is_stopped_waits_for_the_write_under_way(ledger: Ledger, answer: Any, doubtful: int) -> None:
    async def work() -> None:
        await opened(ledger)
        client = Client(answer)
        task = asyncio.create_task(WriteLog(client, ledger, "s").upsert("X__c", "K__c", []))
        await client.under_way.wait()
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not task.done()
        client.may_answer.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(await ledger.unsettled()) == doubtful

    asyncio.run(work())
