"""A mock with two tenants, and ways to call it: raw bytes, and a plain zeep client over HTTP."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zeep

from mock_zuora import CustomField, EntitySpec, Tenant, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from simulator.hosting import Host
from simulator.wsgi import REQUEST, SERVICE_TIME

GLOBAL = "0" * 31 + "1"
EUROPE = "0" * 31 + "2"
OTHER = "0" * 31 + "9"

TENANT = TenantSpec(
    id="10001",
    name="Tenant 01",
    entities=(EntitySpec(GLOBAL, "Global"), EntitySpec(EUROPE, "Europe", parent_id=GLOBAL)),
    users=(
        UserSpec("api@tenant-01.example.com", "right-password", entities=(EUROPE,), full_name="API User"),
        UserSpec("home@tenant-01.example.com", "home-password"),
    ),
    custom_fields=(CustomField("Account", "Region__c"), CustomField("Account", "Since__c", "date")),
)
OTHER_TENANT = TenantSpec(
    id="10002",
    name="Tenant 02",
    entities=(EntitySpec(OTHER, "Global"),),
    users=(UserSpec("api@tenant-02.example.com", "other-password"),),
)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Caller:
    """Posts SOAP to the mock without a network, keeping the session of its last login."""

    def __init__(self, mock: ZuoraMock) -> None:
        self.mock = mock
        self.session = ""
        self.service_time_s = 0.0

    def raw(self, document: bytes, version: str = "83.0", **environ: Any) -> Reply:
        started: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            del exc_info
            started.update(status=status, headers=dict(headers))
            return lambda _: None

        request: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/apps/services/a/{version}",
            "QUERY_STRING": "",
            "SERVER_NAME": "zuora.test",
            "SERVER_PORT": "80",
            "HTTP_HOST": "zuora.test",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(document),
            "wsgi.errors": io.StringIO(),
            "CONTENT_LENGTH": str(len(document)),
            "CONTENT_TYPE": "text/xml",
            **environ,
        }
        request[REQUEST] = request
        body = b"".join(self.mock.wsgi(request, start))
        self.service_time_s = request.get(SERVICE_TIME, 0.0)
        return Reply(int(started["status"].split()[0]), started["headers"], body)

    def call(self, body: str, *, headers: str = "", version: str = "83.0") -> Reply:
        session = f"<api:SessionHeader><api:session>{self.session}</api:session></api:SessionHeader>"
        return self.raw(
            (
                '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
                ' xmlns:api="http://api.zuora.com/" xmlns:obj="http://object.api.zuora.com/"'
                ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
                f"<soapenv:Header>{headers}{session if self.session else ''}</soapenv:Header>"
                f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
            ).encode(),
            version,
        )

    def login(
        self, username: str = "api@tenant-01.example.com", password: str = "right-password", extra: str = ""
    ) -> Reply:
        self.session = ""
        reply = self.call(
            f"<api:login><api:username>{username}</api:username>"
            f"<api:password>{password}</api:password>{extra}</api:login>"
        )
        if reply.status == 200:
            self.session = reply.body.split(b"<ns1:Session>")[1].split(b"<")[0].decode()
        return reply

    def query(self, zoql: str, *, options: str = "", version: str = "83.0") -> Reply:
        escaped = zoql.replace("&", "&amp;").replace("<", "&lt;")
        headers = f"<api:QueryOptions>{options}</api:QueryOptions>" if options else ""
        body = f"<api:query><api:queryString>{escaped}</api:queryString></api:query>"
        return self.call(body, headers=headers, version=version)

    def ids(self, zoql: str, **how: Any) -> list[str]:
        reply = self.query(zoql, **how)
        assert reply.status == 200, reply.body
        return [part.split(b"<")[0].decode() for part in reply.body.split(b"<ns2:Id>")[1:]]


def row_id(number: int) -> str:
    return f"2c92c0f8aaaaaaaa{number:016x}"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def mock(clock: VirtualClock) -> Iterator[ZuoraMock]:
    mock = ZuoraMock(clock=clock, chance=random.Random(7))
    mock.add_tenant(TENANT)
    mock.add_tenant(OTHER_TENANT)
    yield mock
    mock.close()


@pytest.fixture
def tenant(mock: ZuoraMock) -> Tenant:
    return mock.tenants[0]


@pytest.fixture
def caller(mock: ZuoraMock) -> Caller:
    caller = Caller(mock)
    assert caller.login().status == 200
    return caller


@pytest.fixture
def make_id() -> Callable[[int], str]:
    return row_id


@pytest.fixture
def connect(mock: ZuoraMock, clock: VirtualClock, shared_dir: Path) -> Iterator[Callable[[], Any]]:
    """A function that makes a plain zeep client from the real WSDL, talking to the mock over HTTP."""
    clients: list[zeep.Client] = []
    with Host(mock.wsgi, clock) as host:

        def make(wsdl: str = "zuora-83.0.wsdl") -> Any:
            client = zeep.Client(str(shared_dir / "wsdl" / wsdl))
            clients.append(client)
            version = wsdl.removeprefix("zuora-").removesuffix(".wsdl")
            binding = "{http://api.zuora.com/}SoapBinding"
            client.service_proxy = client.create_service(binding, f"{host.url}/apps/services/a/{version}")
            return client

        yield make
        for client in clients:
            client.transport.session.close()
