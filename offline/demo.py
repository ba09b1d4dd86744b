"""The demonstration: ten accounts and all products are synced, a second request is cancelled, both sides compared."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from offline.scenarios import Scenario
from offline.serving import Stack
from sync_engine.admission import SyncRequest
from sync_engine.agreement import Agreement, compare_accounts, compare_products
from sync_engine.clock import SystemClock
from sync_engine.engine import EXECUTIONS, Engine
from sync_engine.execution import sync_accounts
from sync_engine.ledger import SessionRecord
from sync_engine.model import ObjectKind, SessionState
from sync_engine.report import count_rows, result_values, session_values
from sync_engine.results import SyncResult
from sync_engine.settings import Settings, rules
from sync_engine.tally import Tally
from sync_engine.writing import Progress

ACCOUNTS = 10


class _MocksOnly(Settings):
    """Settings that the environment cannot turn on a real tenant or org."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what is handed in."""
        return (init_settings,)


@dataclass(frozen=True)
class Outcome:
    """All that the demonstration did and found. `table` has a Salesforce object's counts in each row, as written."""

    accounts: Sequence[SyncResult]
    second: Sequence[SyncResult]
    products: Sequence[SyncResult]
    sessions: Sequence[SessionRecord]
    table: Sequence[tuple[str, dict[str, int]]]
    api_calls: Mapping[str, int]
    agreement: Agreement
    seconds: float

    @property
    def second_was_cancelled(self) -> bool:
        """Whether the second request was turned away because the first one held the account."""
        return [result.state for result in self.second] == [SessionState.CANCELLED]

    @property
    def good(self) -> bool:
        """Whether everything was synced, the second request cancelled, and both sides agree."""
        synced = all(result.success for result in (*self.accounts, *self.products))
        return synced and self.second_was_cancelled and not self.agreement.differences and self.agreement.rows > 0

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "ok": self.good,
            "accounts": [result_values(each) for each in self.accounts],
            "second_request": [result_values(each) for each in self.second],
            "products": [result_values(each) for each in self.products],
            "sessions": [session_values(each) for each in self.sessions],
            "objects": [{"object": name, **counts} for name, counts in self.table],
            "api_calls": dict(self.api_calls),
            "agreement": {
                "rows": self.agreement.rows,
                "differences": [asdict(each) for each in self.agreement.differences],
            },
            "seconds": round(self.seconds, 3),
        }


async def demonstrate(stack: Stack, progress: Progress, say: Callable[[str], None]) -> Outcome:
    """Run the demonstration on a started stack; `say` is told what begins."""
    scenario = stack.scenario
    if scenario is None:
        msg = "the demonstration needs a stack that was seeded"
        raise ValueError(msg)
    clock = SystemClock()
    began = clock.now()
    told: dict[str, Any] = dict(stack.settings)
    settings = _MocksOnly(**told)
    entities = [entity.id for entity in scenario.tenant.entities]
    ids = scenario.ids("Account", entities[0])[:ACCOUNTS]
    overlap = _Overlap()
    chance = random.Random()
    executions = {**EXECUTIONS, ObjectKind.BILLING_ACCOUNT: overlap.sync}
    with (
        Engine(settings, clock=clock, chance=chance, progress=progress, executions=executions) as engine,
        Engine(settings, clock=clock, chance=chance) as other,
    ):
        say(f"Syncing {len(ids)} billing accounts with everything under them")
        accounts, second = await overlap.both(engine, ids, other, ids[0], say)
        products: list[SyncResult] = []
        for entity in scenario.tenant.entities:
            say(f"Syncing the products of {entity.name}")
            products += await engine.request_all_products(entity.id)
        api_calls = {service: len(journal.exchanges()) for service, journal in stack.journals.items()}
        say("Comparing every mapped field on both sides")
        agreement = await _compare(engine, ids, scenario)
        sessions = list(reversed(await engine.ledger.sessions()))
    seconds = (clock.now() - began).total_seconds()
    return Outcome(accounts, second, products, sessions, count_rows(sessions), api_calls, agreement, seconds)


class _Overlap:
    """Makes two requests meet: the first one's first write waits until the second request has been answered."""

    def __init__(self) -> None:
        self._writing = False
        self._first_writes_or_ended = asyncio.Event()
        self._second_answered = asyncio.Event()

    async def both(
        self, engine: Engine, ids: Sequence[str], other: Engine, wanted: str, say: Callable[[str], None]
    ) -> tuple[list[SyncResult], list[SyncResult]]:
        """Ask for `ids`, and while they are being synced ask again for one of them; the results of both."""
        answers = await asyncio.gather(
            self._ask(engine, ids), self._ask_again(other, wanted, say), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        first, second = answers
        return cast("list[SyncResult]", first), cast("list[SyncResult]", second)

    async def sync(self, ids: Sequence[str], /, *, guard: Callable[[str], Awaitable[None]], **others: Any) -> Tally:
        """`sync_accounts`, which holds its accounts by now, with that one wait in it."""

        async def wait_and_guard(root_id: str) -> None:
            self._writing = True
            self._first_writes_or_ended.set()
            await self._second_answered.wait()
            await guard(root_id)

        return await sync_accounts(ids, guard=wait_and_guard, **others)

    async def _ask(self, engine: Engine, account_ids: Sequence[str]) -> list[SyncResult]:
        try:
            return await engine.request(_accounts(account_ids))
        finally:
            self._first_writes_or_ended.set()

    async def _ask_again(self, engine: Engine, account_id: str, say: Callable[[str], None]) -> list[SyncResult]:
        await self._first_writes_or_ended.wait()
        try:
            if not self._writing:
                return []
            say("Meanwhile, a second request for one of the accounts")
            results = await engine.request(_accounts([account_id]))
            for result in results:
                say(f"  {result.status_message}")
            return results
        finally:
            self._second_answered.set()


def _accounts(ids: Sequence[str]) -> SyncRequest:
    return SyncRequest(ObjectKind.BILLING_ACCOUNT, zuora_ids=list(ids), email_notification=False)


async def _compare(engine: Engine, account_ids: Sequence[str], scenario: Scenario) -> Agreement:
    """Read everything again on both sides; accounts of the first entity, products of all."""
    total = Agreement(0, ())
    async with engine.connections() as connections:
        salesforce = await connections.salesforce()
        for place, entity in enumerate(scenario.tenant.entities):
            zuora = await connections.zuora(entity.id)
            under = rules(engine.settings, entity.id, entity.name)
            found = [
                await compare_products(
                    scenario.ids("Product", entity.id),
                    zuora=zuora,
                    salesforce=salesforce,
                    field_map=engine.field_map,
                    rules=under,
                )
            ]
            if place == 0:
                found.append(
                    await compare_accounts(
                        account_ids, zuora=zuora, salesforce=salesforce, field_map=engine.field_map, rules=under
                    )
                )
            for each in found:
                total = replace(total, rows=total.rows + each.rows, differences=(*total.differences, *each.differences))
    return total
