"""Whatever a service says, as fault of a call, of a login, or as error of a row: people get its class and what to do.

Each test goes the way from the bytes of the reply to what a command prints, for every code that the service has.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from mock_salesforce.wsdl.codes import EXCEPTION, STATUS, codes
from mock_zuora.messages import ERROR_CODES
from sync_engine.catalogue import Action, Entry, entries, explain
from sync_engine.cli.output import write_error
from sync_engine.errors import OnDemandSyncError, UnreadableReply
from sync_engine.model import RowOutcome
from sync_engine.report import as_csv, grouped, outcome_values
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.zuora.client import ZuoraClient
from tests.sync_engine.clients.fakes import (
    Answer,
    Service,
    bad,
    outcomes_of,
    row,
    salesforce_fault,
    salesforce_login,
    saved,
    zuora_fault,
    zuora_login,
)

EnterOrg = Callable[..., Awaitable[SalesforceClient]]
EnterZuora = Callable[..., Awaitable[ZuoraClient]]

GENERIC = ("Client", "Server")
SALESFORCE_CODES = sorted({*codes(STATUS, 66.0), *codes(EXCEPTION, 66.0), *GENERIC})
ZUORA_CODES = [*ERROR_CODES, *GENERIC]
WORDS = "words of the service"


def wordings(service: str, code: str) -> list[str]:
    """A message without anything to go by, and one for each meaning that the code has by its message."""
    special = [entry.when for entry in entries() if (entry.service, entry.code) == (service, code) and entry.when]
    return [WORDS, *(f"{WORDS}: {when}" for when in special)]


SALESFORCE = [(code, message) for code in SALESFORCE_CODES for message in wordings("Salesforce", code)]
ZUORA = [(code, message) for code in ZUORA_CODES for message in wordings("Zuora", code)]


class Screen:
    """What commands print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def of_error(self, error: OnDemandSyncError) -> dict[str, Any]:
        write_error(error, as_json=True)
        printed = self._capsys.readouterr()
        assert error.what_to_do in " ".join(printed.err.split()), printed.err
        shown: dict[str, Any] = json.loads(printed.out)["error"]
        return shown


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str]) -> Screen:
    return Screen(capsys)


def assert_told(shown: dict[str, Any], entry: Entry) -> None:
    assert entry.known, entry
    told = (shown["code"], shown["class"], shown["what_to_do"])
    assert told == (entry.code, entry.action.value, entry.what_to_do)


async def raised_by(work: Awaitable[object]) -> OnDemandSyncError:
    try:
        await work
    except OnDemandSyncError as error:
        return error
    raise AssertionError("it went well")


async def held(_root: str) -> None:
    """The lease is there."""


async def written(client: SalesforceClient) -> tuple[list[RowOutcome], OnDemandSyncError | None]:
    """What is told of one row, and the error that ended it all."""
    told: list[RowOutcome] = []

    try:
        await outcomes_of(client, [row("k1")], lease_guard=held, told=told)
    except OnDemandSyncError as error:
        return told, error
    return told, None


def assert_row_told(told: Sequence[RowOutcome], entry: Entry, message: str) -> None:
    (outcome,) = told
    assert_told(outcome_values(outcome), entry)
    assert outcome.message == message
    (line,) = csv.DictReader(io.StringIO(as_csv(told)))
    assert_told(line, entry)
    (group,) = grouped(told)
    assert (group.code, group.action, group.what_to_do) == (entry.code, entry.action.value, entry.what_to_do)


def test_rows_that_salesforce_refuses(org: Service, enter_org: EnterOrg, screen: Screen) -> None:
    async def work() -> None:
        client = await enter_org()
        for code, message in SALESFORCE:
            org.on("upsert", saved(bad(code, message)))
            entry = explain(code, "Salesforce", message)
            told, error = await written(client)
            assert_row_told(told, entry, message)
            assert (error is not None) == (entry.action is Action.STOP_SESSION), code
            if error is not None:
                assert_told(screen.of_error(error), entry)

    asyncio.run(work())


def test_faults_of_salesforce_at_a_write(org: Service, enter_org: EnterOrg, screen: Screen) -> None:
    ends = {Action.STOP_SESSION, Action.LOG_IN_AGAIN, Action.WAIT}

    async def work() -> None:
        client = await enter_org()
        for code, message in SALESFORCE:
            org.on("upsert", salesforce_fault(code, message))
            entry = explain(code, "Salesforce", message)
            told, error = await written(client)
            if entry.action in ends:
                assert told == []
                assert error is not None, code
                assert_told(screen.of_error(error), entry)
            else:
                assert error is None, code
                assert_row_told(told, entry, message)

    asyncio.run(work())


def test_faults_of_salesforce_at_a_read(org: Service, enter_org: EnterOrg, screen: Screen) -> None:
    async def work() -> None:
        client = await enter_org()
        for code, message in SALESFORCE:
            org.on("describeSObject", salesforce_fault(code, message))
            error = await raised_by(client.describe("Account"))
            assert_told(screen.of_error(error), explain(code, "Salesforce", message))

    asyncio.run(work())


def test_logins_that_salesforce_refuses(org: Service, enter_org: EnterOrg, screen: Screen) -> None:
    async def work() -> None:
        client = await enter_org()
        for kind in ("LoginFault", "UnexpectedErrorFault"):
            for code, message in SALESFORCE:
                org.on("login", salesforce_fault(code, message, kind))
                error = await raised_by(client._calls.sign_in())
                assert_told(screen.of_error(error), explain(code, "Salesforce", message))

    asyncio.run(work())


def test_a_password_that_has_expired(org: Service, enter_org: EnterOrg, screen: Screen) -> None:
    org.on("login", salesforce_login(expired=True))
    shown = screen.of_error(asyncio.run(raised_by(enter_org())))
    assert_told(shown, explain("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "Salesforce"))


def test_faults_of_zuora_at_a_read(service: Service, enter_zuora: EnterZuora, screen: Screen) -> None:
    kinds = ("UnexpectedErrorFault", "MalformedQueryFault", "InvalidTypeFault", "InvalidValueFault", "LoginFault")

    async def work() -> None:
        client = await enter_zuora()
        for kind in kinds:
            for code, message in ZUORA:
                service.on("getUserInfo", zuora_fault(code, message, kind))
                error = await raised_by(client.user_info())
                assert_told(screen.of_error(error), explain(code, "Zuora", message))

    asyncio.run(work())


def test_a_cursor_that_is_gone_has_one_code_whatever_zuora_says(
    service: Service, enter_zuora: EnterZuora, screen: Screen
) -> None:
    async def work() -> None:
        client = await enter_zuora()
        for code in ERROR_CODES:
            service.on("query", zuora_fault(code, WORDS, "InvalidQueryLocatorFault"))
            error = await raised_by(anext(client.query("select Id from Account")))
            assert_told(screen.of_error(error), explain("INVALID_QUERY_LOCATOR", "Zuora"))

    asyncio.run(work())


def test_logins_that_zuora_refuses(service: Service, enter_zuora: EnterZuora, screen: Screen) -> None:
    async def work() -> None:
        client = await enter_zuora()
        for kind in ("LoginFault", "UnexpectedErrorFault"):
            for code, message in ZUORA:
                service.on("login", zuora_fault(code, message, kind))
                error = await raised_by(client._calls.sign_in())
                assert_told(screen.of_error(error), explain(code, "Zuora", message))

    asyncio.run(work())


def test_errors_of_rows_that_zuora_has() -> None:
    """A sync writes nothing in Zuora, so these reach people only who ask for them, or build on the catalogue."""
    for code, message in ZUORA:
        entry = explain(code, "Zuora", message)
        assert entry.known
        assert entry.action in Action
        assert entry.cause
        assert entry.what_to_do


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 405, 407, 408, 413, 414, 429, 500, 502, 503, 504])
def test_http_statuses_without_soap(service: Service, enter_zuora: EnterZuora, screen: Screen, status: int) -> None:
    async def work() -> OnDemandSyncError:
        client = await enter_zuora()
        page: Answer = (status, b"<html><title>No</title></html>", {})
        service.on("getUserInfo", page)
        return await raised_by(client.user_info())

    error = asyncio.run(work())
    assert isinstance(error, UnreadableReply)
    shown = screen.of_error(error)
    entry = explain(str(status))
    assert (shown["what_to_do"], shown["class"]) == (entry.what_to_do, entry.action.value)
    assert f"HTTP {status}" in shown["message"]


def test_a_service_that_is_not_there(service: Service, enter_zuora: EnterZuora, screen: Screen) -> None:
    service.on("login", httpx.ConnectError("nobody there"))
    shown = screen.of_error(asyncio.run(raised_by(enter_zuora())))
    assert (shown["code"], shown["class"]) == ("SERVICE_UNREACHABLE", "stop session")
    assert shown["what_to_do"]


def test_a_code_that_nobody_knows_yet_is_told_as_such(org: Service, enter_org: EnterOrg) -> None:
    org.on("login", salesforce_login()).on("upsert", saved(bad("BRAND_NEW", WORDS)))

    async def work() -> list[RowOutcome]:
        told, error = await written(await enter_org())
        assert error is None
        return told

    (outcome,) = asyncio.run(work())
    shown = outcome_values(outcome)
    assert (shown["code"], shown["class"], shown["message"]) == ("BRAND_NEW", "give up row", WORDS)
    assert "message" in shown["what_to_do"]


def test_nothing_is_left_of_a_session_that_a_service_forgot(
    service: Service, enter_zuora: EnterZuora, screen: Screen
) -> None:
    """The login before the last try is refused: that refusal is what people see."""

    async def work() -> OnDemandSyncError:
        client = await enter_zuora()
        service.on("getUserInfo", zuora_fault("INVALID_SESSION", WORDS))
        service.on("login", zuora_fault("API_DISABLED", WORDS, "LoginFault"), zuora_login())
        return await raised_by(client.user_info())

    assert_told(screen.of_error(asyncio.run(work())), explain("API_DISABLED", "Zuora"))
