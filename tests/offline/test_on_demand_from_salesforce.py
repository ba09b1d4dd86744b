"""The whole way: a SOAP client asks the org, its Apex calls the sync service, and the account's data arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cheroot import wsgi
from werkzeug.test import Client as WsgiClient
from zeep import Client

from mock_salesforce import Org
from mock_salesforce.apex.callouts import CalloutReply
from offline.serving import Stack
from sync_engine.engine import Engine
from sync_engine.model import SessionState
from sync_engine.service import RequestDesk, SyncService
from sync_engine.service.background import Job, JobTable, LoopThread


class Later:
    """Takes jobs, and does them when told."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._table = JobTable()

    def start(self, key: str, job: Job) -> None:
        self._table.take(key)
        self.jobs.append(job)


def wait(work: Awaitable[Any]) -> Any:
    async def whole() -> Any:
        return await work

    return asyncio.run(whole())


@pytest.fixture
def org(stack: Stack) -> Org:
    assert stack.salesforce is not None
    return stack.salesforce.orgs[0]


@pytest.fixture
def background(stack: Stack, engine: Engine) -> Later:
    """The engine as a service that the org's callouts reach in process."""
    later = Later()
    told = engine.settings.service
    desk = RequestDesk(
        engine.request,
        engine.leases,
        later,
        token=told.token.get_secret_value(),
        organization_id=told.organization_id,
    )
    client = WsgiClient(SyncService(desk, wait))

    def call_out(url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> CalloutReply:
        del timeout_s
        reply = client.post("/", base_url=url, data=body, content_type=headers["Content-Type"])
        return CalloutReply(reply.status_code, reply.get_data())

    assert stack.salesforce is not None
    stack.salesforce.callout = call_out
    return later


def logged_in(stack: Stack) -> tuple[Client, dict[str, Any]]:
    """A plain client of the class, and the header of a session that the Partner API gave."""
    served = stack.served
    partner = Client(f"{served.salesforce_url}?wsdl")
    (service,) = partner.wsdl.services.values()
    (port,) = service.ports.values()
    bound = partner.create_service(port.binding.name.text, served.salesforce_url)
    session = bound.login(served.salesforce_username, served.salesforce_password + served.salesforce_security_token)
    base = served.salesforce_url.split("/services/")[0]
    apex = Client(f"{base}/services/wsdl/class/Zuora/OnDemandSync")
    return apex, {"SessionHeader": {"sessionId": session.sessionId}}


def send(apex: Client, headers: dict[str, Any], *zuora_ids: str) -> list[Any]:
    reply = apex.service.sendRequest(syncZuoraObjectIdSet=list(zuora_ids), _soapheaders=headers)
    results: list[Any] = reply.body.result
    return results


def test_a_request_from_salesforce_brings_the_accounts_data(stack, engine, org, background) -> None:
    assert stack.scenario is not None
    apex, headers = logged_in(stack)
    entity = stack.scenario.tenant.entities[0]
    zuora_id = stack.scenario.ids("Account", entity.id)[0]
    (result,) = send(apex, headers, zuora_id)
    assert result.success is True
    assert org.rows("Zuora__CustomerAccount__c") == []
    (job,) = background.jobs
    wait(job())
    (made,) = org.rows("Zuora__CustomerAccount__c")
    assert made["Zuora__Zuora_Id__c"] == zuora_id
    (history,) = org.rows("Zuora__Sync_History__c")
    assert history["Zuora__Is_Success__c"] is True
    (mail,) = org.outbox.mails()
    assert zuora_id in mail.body


def test_the_second_request_for_an_account_is_refused_while_the_first_waits(stack, engine, org, background) -> None:
    assert stack.scenario is not None
    apex, headers = logged_in(stack)
    zuora_id = stack.scenario.ids("Account", stack.scenario.tenant.entities[0].id)[0]
    for expected in (True, False):
        (result,) = send(apex, headers, zuora_id)
        assert result.success is expected
    assert "The first request wins" in result.statusMessage


def test_over_real_sockets(stack: Stack, engine: Engine, org: Org) -> None:
    assert stack.scenario is not None
    told = engine.settings.service
    with LoopThread() as background:
        desk = RequestDesk(engine.request, engine.leases, background, token=told.token.get_secret_value())
        server = wsgi.Server(("127.0.0.1", 0), SyncService(desk, background.call), numthreads=2)
        server.prepare()
        thread = Thread(target=server.serve)
        thread.start()
        try:
            assert org.sync_service is not None
            org.sync_service = replace(org.sync_service, url=f"http://127.0.0.1:{server.bind_addr[1]}/")
            apex, headers = logged_in(stack)
            zuora_id = stack.scenario.ids("Account", stack.scenario.tenant.entities[0].id)[0]
            (result,) = send(apex, headers, zuora_id)
            assert result.success is True, result.statusMessage
        finally:
            server.stop()
            thread.join()
    (session,) = asyncio.run(engine.ledger.sessions())
    assert session.state in (SessionState.FINISHED, SessionState.FINISHED_WITH_ERRORS)
    assert len(org.rows("Zuora__CustomerAccount__c")) == 1


def test_the_settings_file_has_what_the_service_needs(stack: Stack, org: Org) -> None:
    text = Path(stack.served.settings).read_text(encoding="utf-8")
    assert "[service]" in text
    assert org.sync_service is not None
    assert org.sync_service.token in text
