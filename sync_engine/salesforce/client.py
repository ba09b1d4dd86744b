"""Salesforce's Partner SOAP API as the engine uses it: log in, query, describe, write."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from lxml import etree
from pydantic import SecretStr

from sync_engine.budget import Budget
from sync_engine.clock import Clock
from sync_engine.errors import (
    LimitWouldBeExceeded,
    LoginRefused,
    ReplyLost,
    SoapFaultError,
    UnreadableReply,
)
from sync_engine.model import TargetRow
from sync_engine.network import Network
from sync_engine.salesforce import logins, messages
from sync_engine.salesforce.describe import SObjectDescribe, read_describe
from sync_engine.salesforce.drift import Drifting
from sync_engine.salesforce.logins import Login, PasswordLogin, TokenLogin
from sync_engine.salesforce.messages import NAMESPACE, ROWS_MAX
from sync_engine.salesforce.records import Row, SaveResult, read_limits, read_page, read_save_result
from sync_engine.soap import Backoff, Calls, Reply, SoapService, child, child_text, children
from sync_engine.soap.wsdl import SALESFORCE_WSDL

SERVICE = logins.SERVICE
PAGE_ROWS = 2000
COMPRESS_OVER_BYTES = 1024

BeforeSend = Callable[[], Awaitable[None]]


class SalesforceClient:
    """One user's session in one org. Made by `SalesforceClient.login` or `SalesforceClient.enter`.

    Reads are repeated for passing failures, within the backoff. A write is sent once; only when the session was lost,
    and so nothing was done, is it sent again after a new login. Every write takes `before_send`, which runs
    immediately before each sending and stops it by raising.
    """

    def __init__(self, service: SoapService, budget: Budget, backoff: Backoff, login: Login) -> None:
        self.org_id = ""
        self.user_id = ""
        self.backoff = backoff
        self.budget = budget
        self.drifting = Drifting()
        self._service = service
        self._login = login
        self._calls = Calls(service, backoff, self._sign_in)
        self._describes: dict[str, SObjectDescribe] = {}

    @classmethod
    async def login(
        cls,
        url: str,
        username: str,
        password: SecretStr,
        security_token: SecretStr,
        *,
        access_token: SecretStr | None = None,
        api_version: str = "64.0",
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock,
        budget: Budget | None = None,
        chance: random.Random | None = None,
        timeout_s: float = 120.0,
        wsdl: Path = SALESFORCE_WSDL,
    ) -> SalesforceClient:
        """Log in at `url` with username, password and security token, or enter with an OAuth access token.

        With an access token `url` is the org's own address. Else as `enter`.
        """
        way: Login
        if access_token and access_token.get_secret_value():
            way = TokenLogin(url, access_token, api_version)
        else:
            way = PasswordLogin(url, username, password, security_token, api_version)
        return await cls.enter(
            way, transport=transport, clock=clock, budget=budget, chance=chance, timeout_s=timeout_s, wsdl=wsdl
        )

    @classmethod
    async def enter(
        cls,
        login: Login,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock,
        budget: Budget | None = None,
        chance: random.Random | None = None,
        timeout_s: float = 120.0,
        wsdl: Path = SALESFORCE_WSDL,
        network: Network | None = None,
    ) -> SalesforceClient:
        """Log in by one of the ways in `salesforce.logins` and `salesforce.oauth`.

        Raises `LoginRefused`, `ServiceUnreachable`, `UnreadableReply`, `SoapFaultError`, `SettingsError`,
        `LimitWouldBeExceeded`.
        """
        service = SoapService(
            SERVICE,
            wsdl=wsdl,
            namespace=NAMESPACE,
            address=login.address,
            transport=transport,
            clock=clock,
            timeout_s=timeout_s,
            compress_over_bytes=COMPRESS_OVER_BYTES,
            network=network,
        )
        client = cls(service, budget or Budget(clock=clock), Backoff(clock, chance), login)
        try:
            await client._enter()
        except BaseException:
            await service.close()
            raise
        return client

    @property
    def calls(self) -> int:
        """Requests sent so far, logins included."""
        return self._service.calls

    @property
    def api_used(self) -> int | None:
        """API calls the whole org used in the last 24 hours, as of the last reply that told."""
        return self.budget.used

    @property
    def api_limit(self) -> int | None:
        """API calls the org may make in 24 hours."""
        return self.budget.limit

    @property
    def url(self) -> str:
        """Where calls go: the address that the login told."""
        return self._service.address

    async def query(self, soql: str) -> AsyncIterator[list[Row]]:
        """The rows of a query, a page at a time; no rows give no page.

        Raises `SoapFaultError` with the code INVALID_QUERY_LOCATOR when the cursor ran out between two pages: the
        query must then be run again.
        """
        reply = await self._read("query", {"queryString": soql})
        seen: set[str] = set()
        while True:
            page = read_page(self._result(reply, "query"))
            for rows, rest in page.unfinished:
                rows.extend(await self._rest(rest))
            if page.rows:
                yield page.rows
            if page.locator is None:
                return
            if page.locator in seen:
                raise UnreadableReply(SERVICE, "queryMore", reply.status, "a page that points to itself")
            seen.add(page.locator)
            reply = await self._read("queryMore", {"queryLocator": page.locator})

    async def describe(self, sobject: str) -> SObjectDescribe:
        """An object's fields; asked once a client. Raises `SoapFaultError` INVALID_TYPE when the org has none."""
        if sobject not in self._describes:
            reply = await self._read("describeSObject", {"sObjectType": sobject})
            self._describes[sobject] = read_describe(self._result(reply, "describeSObject"))
        return self._describes[sobject]

    async def describe_global(self) -> list[str]:
        """The API names of all objects the user sees."""
        reply = await self._read("describeGlobal", {})
        found = children(self._result(reply, "describeGlobal"), "sobjects")
        return [child_text(item, "name") or "" for item in found]

    async def upsert(
        self,
        sobject: str,
        key_field: str,
        rows: Sequence[TargetRow],
        *,
        all_or_none: bool = False,
        before_send: BeforeSend | None = None,
    ) -> list[SaveResult]:
        """Create or update up to 200 rows matched by an external id, parents named by theirs.

        Results are in the order of the rows. Raises `ReplyLost` when nobody knows whether it was done,
        `SoapFaultError` when nothing was.
        """

        def body(session: str) -> bytes:
            return messages.upsert(session, sobject, key_field, rows, all_or_none=all_or_none)

        return await self._write("upsert", len(rows), body, before_send)

    async def create(
        self,
        sobject: str,
        rows: Sequence[Mapping[str, str | None]],
        *,
        all_or_none: bool = False,
        before_send: BeforeSend | None = None,
    ) -> list[SaveResult]:
        """Create up to 200 rows; else as `upsert`."""
        return await self._save("create", sobject, rows, before_send, all_or_none=all_or_none)

    async def update(
        self,
        sobject: str,
        rows: Sequence[Mapping[str, str | None]],
        *,
        all_or_none: bool = False,
        before_send: BeforeSend | None = None,
    ) -> list[SaveResult]:
        """Update up to 200 rows, each with its `Id`; None blanks a field. Else as `upsert`."""
        return await self._save("update", sobject, rows, before_send, all_or_none=all_or_none)

    async def delete(
        self, ids: Sequence[str], *, all_or_none: bool = False, before_send: BeforeSend | None = None
    ) -> list[SaveResult]:
        """Delete up to 200 rows by Salesforce id; else as `upsert`."""

        def body(session: str) -> bytes:
            return messages.delete(session, ids, all_or_none=all_or_none)

        return await self._write("delete", len(ids), body, before_send)

    async def close(self) -> None:
        """Close the connections.

        There is no logout: it would end the session of every program that logged in as the same user.
        """
        await self._service.close()

    async def _save(
        self,
        operation: str,
        sobject: str,
        rows: Sequence[Mapping[str, str | None]],
        before_send: BeforeSend | None,
        *,
        all_or_none: bool,
    ) -> list[SaveResult]:
        def body(session: str) -> bytes:
            return messages.save(session, operation, sobject, rows, all_or_none=all_or_none)

        return await self._write(operation, len(rows), body, before_send)

    async def _write(
        self, operation: str, count: int, body: Callable[[str], bytes], before_send: BeforeSend | None
    ) -> list[SaveResult]:
        if count == 0:
            return []
        if count > ROWS_MAX:
            raise LimitWouldBeExceeded(
                f"A call to {operation} with {count} rows would be refused: {ROWS_MAX} are the most.",
                "Send them in batches.",
            )

        async def send(session: str) -> Reply:
            async with self.budget.call():
                # After the wait for a place, so that it judges the moment of sending.
                if before_send is not None:
                    await before_send()
                return self._noted(await self._service.post(operation, body(session), writes=True))

        reply = await self._calls.write(operation, send)
        results = [self._without_secrets(read_save_result(item)) for item in children(reply.result, "result")]
        if len(results) != count:
            raise ReplyLost(SERVICE, operation, f"it held {len(results)} results for {count} rows")
        return results

    def _without_secrets(self, result: SaveResult) -> SaveResult:
        """The result, whose errors' words come from the org: a trigger of its own may put anything in them."""
        if not result.errors:
            return result
        errors = tuple(replace(each, message=self._service.redact(each.message)) for each in result.errors)
        return replace(result, errors=errors)

    async def _rest(self, locator: str) -> list[Row]:
        """The rows of a child subquery that did not fit in its parent's page."""
        rows: list[Row] = []
        following: str | None = locator
        while following is not None:
            page = read_page(self._result(await self._read("queryMore", {"queryLocator": following}), "queryMore"))
            rows.extend(page.rows)
            following = page.locator if page.locator != following else None
        return rows

    async def _read(self, operation: str, arguments: dict[str, Any]) -> Reply:
        async def send(session: str) -> Reply:
            headers = [self._service.element("SessionHeader", sessionId=session)]
            if operation.startswith("query"):
                headers.append(self._service.element("QueryOptions", batchSize=PAGE_ROWS))
            async with self.budget.call():
                return self._noted(await self._service.call(operation, arguments, headers))

        return await self._calls.read(operation, send)

    async def _enter(self) -> None:
        """Log in, and find out whose the session is where the login did not tell."""
        await self._calls.sign_in()
        if self.org_id and self.user_id:
            return
        try:
            info = self._result(await self._read("getUserInfo", {}), "getUserInfo")
        except SoapFaultError as error:
            raise LoginRefused(SERVICE, self._login.who, error.fault_message, error.code, error.what_to_do) from None
        self.org_id, self.user_id = child_text(info, "organizationId") or "", child_text(info, "userId") or ""

    async def _sign_in(self) -> str:
        entered = await self._login.enter(self._service)
        session = entered.session.get_secret_value()
        self._service.keep_secret(session)
        if self.org_id and entered.org_id and entered.org_id[:15] != self.org_id[:15]:
            raise LoginRefused(
                SERVICE,
                self._login.who,
                f"the new session is one of the org {entered.org_id}, and this sync began in {self.org_id}",
                what_to_do="Nothing was written there. Let the settings name the org that the sync began in.",
            )
        self._service.address = entered.address
        self.org_id, self.user_id = entered.org_id or self.org_id, entered.user_id or self.user_id
        return session

    def _noted(self, reply: Reply) -> Reply:
        """The reply, after its limit header has been entered in the budget."""
        limits = read_limits(reply.header)
        if limits is not None:
            self.budget.observe(*limits)
        return reply

    @staticmethod
    def _result(reply: Reply, operation: str) -> etree._Element:
        result = child(reply.result, "result")
        if result is None:
            raise UnreadableReply(SERVICE, operation, reply.status, "a reply without a result")
        return result
