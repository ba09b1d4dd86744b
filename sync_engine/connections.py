"""The logins of one request: one to Salesforce, one to Zuora for each entity, each made when first needed."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Any, Self

import httpx

from sync_engine.budget import Budget
from sync_engine.clock import Clock
from sync_engine.logging_in import login_of, network_of
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.drift import Drifting
from sync_engine.service_settings import SalesforceSettings
from sync_engine.settings import Settings, require_services
from sync_engine.soap.wsdl import SALESFORCE_WSDL, ZUORA_WSDL
from sync_engine.zuora.client import ZuoraClient


class Connections:
    """Clients made from settings, closed together.

    A login that fails raises `LoginRefused` or `ServiceUnreachable`, and is tried again by the next caller.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        chance: random.Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._transport = transport
        self._salesforce: SalesforceClient | None = None
        self._zuora: dict[tuple[str, str], ZuoraClient] = {}

    async def salesforce(self) -> SalesforceClient:
        """The org that everything is written to."""
        if self._salesforce is None:
            require_services(self._settings)
            self._salesforce = await self._log_in(self._settings.salesforce)
            self._salesforce.drifting = Drifting(self._settings.sync.drift)
        return self._salesforce

    async def _log_in(self, told: SalesforceSettings) -> SalesforceClient:
        """One login to the org, by what the settings say."""
        return await SalesforceClient.enter(
            login_of(told, self._clock),
            transport=self._transport,
            clock=self._clock,
            budget=Budget(clock=self._clock, reserve_calls=self._settings.sync.reserve_calls),
            chance=self._chance,
            wsdl=told.wsdl or SALESFORCE_WSDL,
            network=network_of(self._settings.network),
        )

    async def zuora(self, entity_id: str = "", entity_name: str = "") -> ZuoraClient:
        """A session of one entity, given by id or by name; with neither, of the user's own."""
        key = (entity_id, "" if entity_id else entity_name)
        if key not in self._zuora:
            require_services(self._settings)
            told = self._settings.zuora
            self._zuora[key] = await ZuoraClient.login(
                told.url,
                told.username,
                told.password,
                entity_id=key[0],
                entity_name=key[1],
                transport=self._transport,
                clock=self._clock,
                chance=self._chance,
                wsdl=told.wsdl or ZUORA_WSDL,
                network=network_of(self._settings.network),
            )
        return self._zuora[key]

    @property
    def calls(self) -> tuple[int, int]:
        """Requests sent so far to Zuora and to Salesforce, logins included."""
        return (
            sum(client.calls for client in self._zuora.values()),
            self._salesforce.calls if self._salesforce else 0,
        )

    async def close(self) -> None:
        """Close every connection that was made."""
        clients: list[Any] = [*self._zuora.values(), *([self._salesforce] if self._salesforce else [])]
        self._zuora.clear()
        self._salesforce = None
        for client in clients:
            await client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
