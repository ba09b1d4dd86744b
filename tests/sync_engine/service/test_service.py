"""The service that an org's Apex calls: who may ask, what is accepted, and that nothing accepted is lost."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Awaitable, Iterator
from io import BytesIO
from typing import Any

import pytest
from lxml import etree
from zeep import Client, Settings
from zeep.transports import Transport

from sync_engine.admission import SyncRequest
from sync_engine.clock import SystemClock
from sync_engine.leases import LeaseKey, Leases
from sync_engine.results import SyncResult
from sync_engine.service import NAMESPACE, RequestDesk, SyncService, render
from sync_engine.service.background import WAITING_MAX, Busy, Job, JobTable, LoopThread
from sync_engine.service.envelope import REQUEST_BYTES_MAX
from sync_engine.store import Store

ORG, TOKEN, ZUORA_ID = "00D5e000000AbCdEAK", "a-secret", "2c92c0f95847b07a01584e0e74f37917"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class Later:
    """Takes jobs, and does them when told."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._table = JobTable()

    def start(self, key: str, job: Job) -> None:
        self._table.take(key)
        self.jobs.append(job)


class World:
    def __init__(self) -> None:
        self.store = Store("sqlite://")
        self.store.create_all()
        self.leases = Leases(self.store, SystemClock())
        self.background = Later()
        self.synced: list[SyncRequest] = []
        desk = RequestDesk(self.sync, self.leases, self.background, token=TOKEN, organization_id=ORG)
        self.app = SyncService(desk, wait)

    async def sync(self, request: SyncRequest) -> list[SyncResult]:
        self.synced.append(request)
        return [SyncResult(success=True, status_message="done", zuora_id=ZUORA_ID)]

    def call(
        self, body: bytes = b"", method: str = "POST", path: str = "/", query: str = "", length: str | None = None
    ):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)) if length is None else length,
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "sync.example.com",
        }
        told: dict[str, Any] = {}
        reply = b"".join(self.app(environ, lambda status, headers: told.update(status=status, headers=dict(headers))))
        return told["status"], reply

    def ask(self, token: str = TOKEN, **fields: str) -> tuple[str, str]:
        sent = {"organizationId": ORG, "objectType": "BILLING_ACCOUNT", **fields}
        inside = "".join(f"<{name}>{value}</{name}>" for name, value in sent.items())
        header = f'<Credentials xmlns="{NAMESPACE}"><token>{token}</token></Credentials>'
        body = f'<requestSync xmlns="{NAMESPACE}">{inside}</requestSync>'
        whole = f'<e:Envelope xmlns:e="{SOAP}"><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>'
        _, reply = self.call(whole.encode())
        root = etree.fromstring(reply)
        fault = root.findtext(".//faultstring")
        if fault is not None:
            return "fault", fault
        return root.findtext(f".//{{{NAMESPACE}}}accepted"), root.findtext(f".//{{{NAMESPACE}}}message")


def wait(work: Awaitable[Any]) -> Any:
    async def whole() -> Any:
        return await work

    return asyncio.run(whole())


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.store.close()


def test_a_request_is_accepted_at_once_and_done_afterwards(world: World) -> None:
    accepted, message = world.ask(zuoraId=ZUORA_ID, entityId="e1")
    assert (accepted, world.synced) == ("true", [])
    assert "accepted" in message
    (job,) = world.background.jobs
    wait(job())
    (request,) = world.synced
    assert (list(request.zuora_ids), request.entity_id, request.email_notification) == ([ZUORA_ID], "e1", False)


def test_the_first_request_wins_while_it_waits(world: World) -> None:
    assert world.ask(zuoraId=ZUORA_ID)[0] == "true"
    accepted, message = world.ask(zuoraId=ZUORA_ID)
    assert accepted == "false"
    assert "The first request wins; ask again in 30 minutes." in message
    assert world.ask(objectType="ZPRODUCT", zuoraId=ZUORA_ID)[0] == "true"


def test_what_another_session_holds_is_refused_with_its_name(world: World) -> None:
    key = LeaseKey(ORG, "t", "", "BILLING_ACCOUNT", ZUORA_ID)
    wait(world.leases.take([key], "session-one"))
    accepted, message = world.ask(zuoraId=ZUORA_ID)
    assert accepted == "false"
    assert "session-one" in message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"zuoraId": "nonsense"}, "nonsense"),
        ({}, "A request names one object"),
        ({"zuoraId": ZUORA_ID, "objectId": "a0X000000000000AAA"}, "A request names one object"),
        ({"zuoraId": ZUORA_ID, "objectType": "INVOICE"}, "is no object type"),
        ({"zuoraId": ZUORA_ID, "organizationId": "00D000000000009AAA"}, "connected to another org"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(world: World, fields: dict[str, str], words: str) -> None:
    accepted, message = world.ask(**fields)
    assert accepted == "false"
    assert words in message
    assert world.background.jobs == []


def test_a_wrong_token_is_a_fault_that_repeats_neither(world: World) -> None:
    kind, words = world.ask(token="guess", zuoraId=ZUORA_ID)
    assert kind == "fault"
    assert "guess" not in words
    assert TOKEN not in words


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<x/>",
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body/></e:Envelope>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><other/></e:Body></e:Envelope>'.encode(),
        f'<!DOCTYPE e [<!ENTITY x "y">]><e:Envelope xmlns:e="{SOAP}"><e:Body>&x;</e:Body></e:Envelope>'.encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_is_a_clients_fault(world: World, body: bytes) -> None:
    status, reply = world.call(body)
    assert status.startswith("500")
    assert b"<faultcode>soapenv:Client</faultcode>" in reply


def test_the_largest_request_is_small(world: World) -> None:
    assert world.call(b"", length=str(REQUEST_BYTES_MAX + 1))[0].startswith("413")
    assert world.call(b"", length="")[0].startswith("413")


def test_wsdl_health_and_other_methods(world: World) -> None:
    status, document = world.call(method="GET", query="wsdl")
    assert status == "200 OK"
    assert b'location="http://sync.example.com/"' in document
    assert json.loads(world.call(method="GET", path="/health")[1]) == {"status": "ok"}
    assert world.call(method="PUT")[0].startswith("405")


def test_an_org_can_import_the_wsdl() -> None:
    """None of what the import refuses is in it: xsd:any, overloads, attributes, extensions, several bindings."""
    root = etree.fromstring(render("http://sync.example.com/"))
    xsd = "{http://www.w3.org/2001/XMLSchema}"
    refused = ("any", "anyAttribute", "attribute", "extension", "restriction", "import", "union", "list")
    assert [each for name in refused for each in root.iter(f"{xsd}{name}")] == []
    wsdl = "{http://schemas.xmlsoap.org/wsdl/}"
    names = [each.get("name") for each in root.find(f"{wsdl}portType").iter(f"{wsdl}operation")]
    assert names == sorted(set(names))
    assert len(list(root.iter(f"{wsdl}binding"))) == 1


def test_a_plain_client_reads_the_wsdl_and_calls(world: World) -> None:
    class InProcess(Transport):
        def load(self, url: str) -> bytes:
            return render("http://sync.example.com/")

        def post(self, address: str, message: bytes, headers: Any) -> Any:
            status, content = world.call(message)
            return type(
                "Reply", (), {"status_code": int(status[:3]), "content": content, "headers": {}, "encoding": "utf-8"}
            )()

    client = Client("http://sync.example.com/?wsdl", transport=InProcess(), settings=Settings(strict=True))
    result = client.service.requestSync(
        organizationId=ORG,
        objectType="BILLING_ACCOUNT",
        zuoraId=ZUORA_ID,
        _soapheaders={"Credentials": {"token": TOKEN}},
    )
    assert result.accepted is True


def test_there_is_room_for_so_many_and_no_more() -> None:
    table = JobTable()
    for number in range(WAITING_MAX):
        table.take(str(number))
    with pytest.raises(Busy, match="are waiting already"):
        table.take("one more")
    table.done("0")
    table.take("one more")


def test_leaving_the_background_waits_for_what_was_taken() -> None:
    done: list[int] = []
    began = threading.Event()

    async def work(number: int) -> None:
        began.set()
        for _ in range(random.Random(number).randrange(1, 5)):
            await asyncio.sleep(0)
        done.append(number)

    async def breaks() -> None:
        raise RuntimeError("broken on purpose")

    with LoopThread() as background:
        background.start("bad", breaks)
        for number in range(20):
            background.start(str(number), lambda number=number: work(number))
        began.wait(5)
    assert sorted(done) == list(range(20))
