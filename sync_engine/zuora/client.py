"""Zuora's SOAP API as the engine reads it: log in, query page by page, ask who is logged in."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from lxml import etree
from pydantic import SecretStr

from sync_engine.clock import Clock
from sync_engine.errors import LoginRefused, SettingsError, SoapFaultError, UnreadableReply
from sync_engine.model import ZuoraRow
from sync_engine.network import Network
from sync_engine.soap import Backoff, Calls, Reply, SoapService, child, child_text, children, is_nil, local
from sync_engine.soap.reply import CURSOR_GONE
from sync_engine.soap.service import moved_address
from sync_engine.soap.wsdl import ZUORA_WSDL
from sync_engine.spool import Spool

SERVICE = "Zuora"
NAMESPACE = "http://api.zuora.com/"
DEFAULT_PATH = "/apps/services/a/83.0"
PAGE_ROWS_MAX = 2000
IN_FLIGHT_MAX = 8
"""Of the 40 calls a tenant may have in flight, so that others have theirs."""

_LOGIN_CODES = frozenset({"INVALID_VALUE", "INVALID_LOGIN", "NO_PERMISSION", "API_DISABLED"})
_SOAP_PATH = re.compile(r"/apps/services/a/[0-9.]+/?")


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Who is logged in, and to which tenant."""

    tenant_id: str
    tenant_name: str
    user_id: str
    username: str
    email: str
    full_name: str


class ZuoraClient:
    """One user's session in one entity of one tenant.

    Made by `ZuoraClient.login`. `calls` counts the requests sent. Reads are repeated for passing failures, within
    the backoff; a session that ran out is renewed once a call.
    """

    def __init__(
        self,
        service: SoapService,
        username: str,
        password: SecretStr,
        *,
        entity_id: str,
        entity_name: str,
        backoff: Backoff,
        page_rows: int,
    ) -> None:
        self.username = username
        self.entity_id = entity_id
        self.entity_name = entity_name
        self._service = service
        self._password = password
        self._calls = Calls(service, backoff, self._sign_in)
        self._login_address = service.address
        self._page_rows = page_rows
        self._slots = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._user: UserInfo | None = None

    @classmethod
    async def login(
        cls,
        url: str,
        username: str,
        password: SecretStr,
        *,
        entity_id: str = "",
        entity_name: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock,
        chance: random.Random | None = None,
        timeout_s: float = 120.0,
        wsdl: Path = ZUORA_WSDL,
        page_rows: int = PAGE_ROWS_MAX,
        network: Network | None = None,
    ) -> ZuoraClient:
        """Log in at `url` (a host alone means the SOAP endpoint of version 83.0 on it).

        Raises `LoginRefused`, `ServiceUnreachable`, `UnreadableReply`, `SoapFaultError`, or `SettingsError` for an
        address that cannot be one or for an entity given both ways.
        """
        if entity_id and entity_name:
            raise SettingsError(
                "The entity is given by id and by name, and Zuora's login accepts one.",
                "Leave out entity_id or entity_name.",
            )
        service = SoapService(
            SERVICE,
            wsdl=wsdl,
            namespace=NAMESPACE,
            address=endpoint(url),
            transport=transport,
            clock=clock,
            timeout_s=timeout_s,
            network=network,
        )
        client = cls(
            service,
            username,
            password,
            entity_id=entity_id,
            entity_name=entity_name,
            backoff=Backoff(clock, chance),
            page_rows=page_rows,
        )
        try:
            await client._calls.sign_in()
        except BaseException:
            await service.close()
            raise
        return client

    @property
    def calls(self) -> int:
        """Requests sent so far, logins included."""
        return self._service.calls

    @property
    def url(self) -> str:
        """Where calls go: the address that the login told."""
        return self._service.address

    async def query(self, zoql: str) -> AsyncIterator[list[ZuoraRow]]:
        """The rows of a query, a page at a time, each row once; no rows give no page. The order of rows means nothing.

        A cursor that is gone between two pages, because it ran out or because the session it belonged to was renewed,
        makes the query run again from its first row; rows that were given already are then left out. Raises
        `SoapFaultError` with the code INVALID_QUERY_LOCATOR when that brings nothing new.
        """
        given = _Given()
        while True:
            news = False
            try:
                async for rows, last in self._pages(zoql):
                    # the rows of a last page are never asked for again
                    new = given.new(rows, keep=not last)
                    if new:
                        news = True
                        yield new
            except SoapFaultError as fault:
                if fault.code != CURSOR_GONE or not news:
                    raise
            else:
                return

    async def _pages(self, zoql: str) -> AsyncIterator[tuple[list[ZuoraRow], bool]]:
        """Each page, and whether it is the last."""
        reply = await self._read("query", {"queryString": zoql})
        seen: set[str] = set()
        while True:
            rows, locator = read_page(reply)
            yield rows, locator is None
            if locator is None:
                return
            if locator in seen:
                raise UnreadableReply(SERVICE, "queryMore", reply.status, "a page that points to itself")
            seen.add(locator)
            reply = await self._read("queryMore", {"queryLocator": locator})

    async def user_info(self) -> UserInfo:
        """Who is logged in; asked once a client."""
        if self._user is None:
            reply = await self._read("getUserInfo", {})
            answer = partial(child_text, reply.result)
            self._user = UserInfo(
                tenant_id=answer("TenantId") or "",
                tenant_name=answer("TenantName") or "",
                user_id=answer("UserId") or "",
                username=answer("Username") or "",
                email=answer("UserEmail") or "",
                full_name=answer("UserFullName") or "",
            )
        return self._user

    async def close(self) -> None:
        """Close the connections. Zuora has no logout: the session runs out by itself."""
        await self._service.close()

    async def _read(self, operation: str, arguments: dict[str, Any]) -> Reply:
        async def send(session: str) -> Reply:
            headers = [self._service.element("SessionHeader", session=session)]
            if operation.startswith("query"):
                headers.append(self._service.element("QueryOptions", batchSize=self._page_rows))
            async with self._slots:
                return await self._service.call(operation, arguments, headers)

        return await self._calls.read(operation, send)

    async def _sign_in(self) -> str:
        password = self._password.get_secret_value()
        self._service.keep_secret(password)
        arguments = {"username": self.username, "password": password}
        if self.entity_id:
            arguments["entityId"] = self.entity_id
        if self.entity_name:
            arguments["entityName"] = self.entity_name
        # A renewal asks the address of the settings again: the one a login told may have moved.
        reply = await self._service.call("login", arguments, address=self._login_address)
        error = self._service.failure(reply, "login")
        if error is not None:
            if reply.fault is not None and (reply.fault.kind == "LoginFault" or error.code in _LOGIN_CODES):
                raise LoginRefused(SERVICE, self.username, error.fault_message, error.code, error.what_to_do)
            raise error
        result = child(reply.result, "result")
        session = child_text(result, "Session")
        if not session:
            raise UnreadableReply(SERVICE, "login", reply.status, "a login reply without a session")
        self._service.keep_secret(session)
        self._service.address = moved_address(SERVICE, self._login_address, child_text(result, "ServerUrl"))
        return session


class _Given:
    """The ids of the rows that a query of several pages has given, of which there may be any number."""

    def __init__(self) -> None:
        self._spool: Spool | None = None

    def new(self, rows: list[ZuoraRow], *, keep: bool) -> list[ZuoraRow]:
        """The rows that were not given before; they are noted as given if that matters."""
        if self._spool is None:
            if not keep:
                return rows
            self._spool = Spool()
            self._spool.do("CREATE TABLE given (id TEXT PRIMARY KEY) WITHOUT ROWID")
        spool = self._spool
        return [
            row for row in rows if "Id" not in row or spool.do("INSERT OR IGNORE INTO given VALUES (?)", (row["Id"],))
        ]


def endpoint(url: str) -> str:
    """The SOAP address for a setting: as given when it names one, else the default path on that host."""
    url = url.rstrip("/")
    return url if _SOAP_PATH.search(url + "/") else url + DEFAULT_PATH


def read_page(reply: Reply) -> tuple[list[ZuoraRow], str | None]:
    """The rows of one page, and the locator of the next, None after the last."""
    result = child(reply.result, "result")
    if result is None:
        raise UnreadableReply(SERVICE, "query", reply.status, "a query reply without a result")
    # A query that finds nothing answers with one nil record, which is no row.
    rows = [_row(record) for record in children(result, "records") if not is_nil(record)]
    if child_text(result, "done") == "true":
        return rows, None
    locator = child_text(result, "queryLocator")
    if not locator:
        raise UnreadableReply(SERVICE, "query", reply.status, "an unfinished page without a locator")
    return rows, locator


def _row(record: etree._Element) -> ZuoraRow:
    row = {}
    for field in record:
        text = field.text
        name = local(field)
        # Only what is empty can be nil.
        if name and (text or not is_nil(field)):
            row[name] = text or ""
    return row
