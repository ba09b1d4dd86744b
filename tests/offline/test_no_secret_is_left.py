"""Whatever fails, and whatever the services repeat of what they were sent, no secret is left anywhere.

A wire between the engine and both mocks answers, from some call on, with all that it was sent: in pages of a gateway,
in faults, in rows' errors, in refusals of a login, in broken connections. Then everything that the run has left is
searched for every secret that was used.
"""

from __future__ import annotations

import gzip
import json
import logging
import random
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus
from xml.sax.saxutils import escape

import httpx
import pytest
import typer
import typer.testing

from mock_salesforce import ConnectedApp, SalesforceMock
from mock_zuora import ZuoraMock
from offline.serving import settings_for
from offline.sides import SalesforceSide, ZuoraSide
from simulator.clock import VirtualClock
from simulator.hosting import Host
from simulator.loop import run_virtual
from simulator.wall_clock import WallClock
from sync_engine.admission import SyncRequest
from sync_engine.cli.main import build
from sync_engine.cli.results import finish, tell
from sync_engine.engine import Engine
from sync_engine.errors import OnDemandSyncError
from sync_engine.settings import Settings
from tests import keys
from tests.offline.faulty_wire import SALESFORCE, ZUORA, Mocks
from tests.offline.test_fault_campaign import ACCOUNTS, only

APP = "3MVG9-consumer-key-1"
CLIENT_SECRET = "consumer-secret/1+ü"
KEY_LOCK = "key-lock-1"
STORE = "sync.sqlite3"
_OPERATION = re.compile(rb"Body\s*>\s*<(?:\w+:)?(\w+)")

Strike = Callable[[httpx.Request, str], httpx.Response]


def page(status: int) -> Strike:
    def strike(request: httpx.Request, sent: str) -> httpx.Response:
        return httpx.Response(status, text=f"<html><title>{sent[-350:]}</title>{sent}</html>", request=request)

    return strike


def bare(status: int) -> Strike:
    return lambda request, sent: httpx.Response(status, text=sent[:150] + " " + sent, request=request)


def refusal(request: httpx.Request, sent: str) -> httpx.Response:
    """Each service's own no, with all it was sent in its words."""
    if "/oauth2/" in request.url.path:
        return httpx.Response(400, json={"error": "invalid_grant", "error_description": sent}, request=request)
    fault = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>'
        f"<faultcode>sf:UNKNOWN_EXCEPTION</faultcode><faultstring>{escape(sent)}</faultstring></soapenv:Fault>"
        "</soapenv:Body></soapenv:Envelope>"
    )
    return httpx.Response(500, text=fault, headers={"Content-Type": "text/xml"}, request=request)


def broken(request: httpx.Request, sent: str) -> httpx.Response:
    raise httpx.ReadError(f"broke off: {sent}", request=request)


def rows_refused(request: httpx.Request, sent: str) -> httpx.Response:
    """A reply to a write in which each row's error repeats the whole request."""
    operation = "delete" if "<delete" in sent else "upsert"
    count = sent.count("<ids>") if operation == "delete" else len(re.findall(r"<(?:\w+:)?sObjects[ >]", sent))
    error = f"<errors><message>{escape(sent)}</message><statusCode>UNKNOWN_EXCEPTION</statusCode></errors>"
    row = f'<result><created>false</created>{error}<id xsi:nil="true"/><success>false</success></result>'
    body = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        f"<{operation}Response>{row * count}</{operation}Response></soapenv:Body></soapenv:Envelope>"
    )
    return httpx.Response(200, text=body, headers={"Content-Type": "text/xml"}, request=request)


STRIKES: dict[str, Strike] = {
    "page": page(400),
    "page of a gateway": page(502),
    "bare text": bare(404),
    "refusal": refusal,
    "broken connection": broken,
    "rows refused": rows_refused,
}


class Adversary(httpx.AsyncBaseTransport):
    """Strikes every call of an operation (the path's end where it is no SOAP), and passes all others on."""

    def __init__(self, mocks: Mocks, operation: str, strike: Strike) -> None:
        self._mocks, self._operation, self._strike = mocks, operation, strike
        self.struck = 0
        self.assertions: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        plain = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
        if "/oauth2/" in request.url.path:
            self.assertions.update(parse_qs(plain.decode()).get("assertion", []))
        found = _OPERATION.search(plain)
        operation = found[1].decode() if found else request.url.path.rpartition("/")[2]
        wanted = self._operation if "@" in self._operation else f"{self._operation}@{SALESFORCE}"
        if f"{operation}@{request.url.host}" == wanted:
            self.struck += 1
            form = parse_qs(plain.decode()) if not found else {}
            decoded = " ".join(value for values in form.values() for value in values)
            return self._strike(request, f"{decoded}{plain.decode()}")
        return await self._mocks.transport.handle_async_request(request)


@dataclass
class World:
    """Both mocks with one account to sync, and a way in; `secrets` are all that was used so far."""

    folder: Path
    way: str
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        demo = only(ACCOUNTS[:1])
        user = demo.org.users[0]
        app = ConnectedApp(APP, CLIENT_SECRET, keys.certificate(), (user.username,), user.username)
        self.scenario = replace(demo, org=replace(demo.org, connected_apps=(app,)))
        self.zuora = ZuoraMock(clock=self.clock, chance=random.Random(1))
        self.salesforce = SalesforceMock(clock=self.clock, chance=random.Random(2))
        for side in (ZuoraSide(self.zuora), SalesforceSide(self.salesforce)):
            side.admit(self.scenario)
            side.fill(self.scenario)
        self.mocks = Mocks(self.zuora, self.salesforce, self.clock)

    def settings(self) -> Settings:
        zuora, salesforce = f"http://{ZUORA}/apps/services/a/83.0", f"http://{SALESFORCE}"
        told = settings_for(self.scenario, zuora, salesforce, f"sqlite:///{self.folder / STORE}")
        if self.way != "password":
            told["salesforce"] = {"url": salesforce, **self._way(told["salesforce"]["username"])}
        return Settings.model_validate(told)

    def _way(self, username: str) -> dict[str, Any]:
        if self.way == "client_credentials":
            return {"client_id": APP, "client_secret": CLIENT_SECRET}
        if self.way == "jwt":
            file = self.folder / "server.key"
            file.write_text(keys.private_pem(password=KEY_LOCK))
            told = {"client_id": APP, "username": username, "private_key_file": file}
            return {**told, "private_key_password": KEY_LOCK}
        org = self.salesforce.orgs[0]
        token = self.salesforce.sessions.open(org, org.users[0], "elsewhere").id
        if self.way == "access_token":
            return {"access_token": token}
        file = self.folder / "org.json"
        file.write_text(json.dumps({"result": {"accessToken": token, "instanceUrl": f"http://{SALESFORCE}"}}))
        return {"sf_org": file}

    def secrets(self, wire: Adversary) -> set[str]:
        zuora, org = self.scenario.tenant.users[0], self.scenario.org.users[0]
        plain = {zuora.password, org.password, org.security_token, CLIENT_SECRET, KEY_LOCK, *wire.assertions}
        sessions = {*self.mocks.sessions_seen, *self.salesforce.sessions._by_id}
        lines = {each for pem in (keys.private_pem(), keys.private_pem(password=KEY_LOCK)) for each in pem.splitlines()}
        spelt = {each for each in lines if "PRIVATE KEY" not in each} | plain | sessions
        # Half a secret is one too, as where words were cut short; the first 16 marks of a session name its org.
        spelt |= {half for each in spelt if len(each) > 60 for half in (each[:32], each[16:40], each[-24:])}
        return {form for each in spelt if len(each) > 5 for form in (each, escape(each), quote(each), quote_plus(each))}


def of_exception(error: BaseException | None) -> Iterator[str]:
    """All that a chain of exceptions holds, whether or not a traceback would show it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield "".join(traceback.format_exception(each))
        yield f"{each!r} {each.args!r} {vars(each)!r}"
        request = vars(each).get("_request")
        if request is not None:
            yield f"{request.headers!r} {request.content!r}"
        waiting += [each.__cause__, each.__context__]


CASES = [
    *(("password", "login", strike) for strike in ("page", "page of a gateway", "refusal", "broken connection")),
    *(("password", f"login@{ZUORA}", strike) for strike in ("page", "refusal", "broken connection")),
    *(
        ("jwt", "token", strike)
        for strike in ("page", "page of a gateway", "bare text", "refusal", "broken connection")
    ),
    *(("client_credentials", "token", strike) for strike in ("page", "bare text", "refusal", "broken connection")),
    *((way, "getUserInfo", strike) for way in ("access_token", "sf_org") for strike in ("page", "refusal")),
    *((way, "upsert", "rows refused") for way in ("password", "jwt", "client_credentials", "access_token", "sf_org")),
    *(("jwt", "upsert", strike) for strike in ("page", "page of a gateway", "refusal", "broken connection")),
    *(("client_credentials", "query", strike) for strike in ("page", "refusal", "broken connection")),
    *(("password", f"query@{ZUORA}", strike) for strike in ("page", "refusal", "broken connection")),
]


@pytest.mark.parametrize(("way", "operation", "strike"), CASES)
def test_nothing_that_a_failing_run_leaves_holds_a_secret(
    way: str,
    operation: str,
    strike: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    world = World(kept, way)
    wire = Adversary(world.mocks, operation, STRIKES[strike])
    settings = world.settings()
    left: dict[str, str] = {"settings": repr(settings)}
    caplog.set_level(logging.DEBUG)
    with Engine(settings, clock=world.clock, chance=random.Random(3), transport=wire) as engine:
        request = SyncRequest(zuora_ids=list(ACCOUNTS[:1]), email_notification=False)
        try:
            done = run_virtual(finish(engine, engine.request(request)), world.clock)
            assert not all(result.success for result in done.results), "the run has to fail"
            with pytest.raises(typer.Exit):
                tell(done, as_json=False, report=kept / "report")
            left["results"] = repr(done)
        except OnDemandSyncError as error:
            left["exceptions"] = "\n".join(of_exception(error))
    assert wire.struck
    output = capsys.readouterr()
    left |= {"logs": caplog.text + repr([vars(each) for each in caplog.records]), "output": output.out + output.err}
    inputs = {"server.key", "org.json"}
    for file in kept.rglob("*"):
        if file.is_file() and file.name not in inputs:
            left[file.name] = file.read_bytes().decode("utf-8", "replace")
    assert STORE in left
    secrets = world.secrets(wire)
    found = {(where, secret) for where, text in left.items() for secret in secrets if secret in text}
    assert not found
    _said_something(left)


def _said_something(left: dict[str, str]) -> None:
    """What was struck was told all the same, with the secrets struck out of it."""
    assert any("[secret]" in text or "broke off" in text or "HTTP" in text for text in left.values())


def test_the_command_over_real_sockets_leaves_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    world = World(tmp_path, "jwt")
    sent: list[str] = []

    def echoing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        sent.extend(parse_qs(body.decode()).get("assertion", []))
        told = json.dumps({"error": "invalid_grant", "error_description": f"not {body.decode()}"}).encode()
        start_response("400 Bad Request", [("Content-Length", str(len(told)))])
        return [told]

    caplog.set_level(logging.DEBUG)
    with Host(echoing, WallClock()) as host:
        told = world.settings().salesforce
        (tmp_path / "my.toml").write_text(
            f'[zuora]\nurl = "{host.url}"\nusername = "me"\npassword = "zuora-secret-1"\n'
            f'[salesforce]\nurl = "{host.url}"\nclient_id = "{APP}"\nusername = "{told.username}"\n'
            f'private_key_file = "{told.private_key_file}"\nprivate_key_password = "{KEY_LOCK}"\n'
            f'[store]\nurl = "sqlite:///{tmp_path / STORE}"\n'
        )
        ran = typer.testing.CliRunner().invoke(build(), ["--settings", str(tmp_path / "my.toml"), "doctor"])
    assert ran.exit_code == 3, ran.output
    assert "Salesforce refused the login" in ran.output
    assert "POST" in caplog.text or "send_request_headers" in caplog.text, "the wire's own logs were searched too"
    left = ran.output + caplog.text + (tmp_path / STORE).read_bytes().decode("utf-8", "replace")
    secrets = {*sent, KEY_LOCK, "zuora-secret-1", *(each for each in keys.private_pem().splitlines() if len(each) > 40)}
    assert sent
    assert not [secret for secret in secrets if secret in left]
