"""Logging in through a connected app, against the mock's token endpoint and against prepared answers."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from mock_salesforce import ConnectedApp, OrgSpec, OrgUser, SalesforceMock
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.catalogue import explain
from sync_engine.errors import LoginRefused, OnDemandSyncError, SettingsError, UnreadableReply
from sync_engine.logging_in import login_of
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.salesforce.oauth import OAUTH, ClientCredentialsLogin, audience, token_address
from sync_engine.service_settings import SalesforceSettings
from sync_engine.soap.service import Busy
from tests import keys
from tests.sync_engine.clients.fakes import NotingClock

URL = "https://acme.my.test"
APP = "3MVG9-consumer-key-1"
SECRET = "consumer-secret-1"
USER = "api@example.com"


class World:
    """An org with a connected app, on one clock with the engine."""

    def __init__(self, **app: Any) -> None:
        self.clock = VirtualClock()
        self.mock = SalesforceMock(clock=self.clock, chance=random.Random(2))
        told = {"certificate": keys.certificate(), "client_secret": SECRET, "approved": (USER,), "run_as": USER, **app}
        self.org = self.mock.add_org(
            OrgSpec(
                id="00D000000000001",
                name="Org 01",
                users=(OrgUser(USER, "right-password", "token"), OrgUser("idle@example.com", "p", active=False)),
                connected_apps=(ConnectedApp(APP, **told),),
            )
        )
        self.asked: list[str] = []
        hosts = ("acme.my.test", "acme--dev.sandbox.my.salesforce.com", "login.salesforce.com")
        self.transport = WsgiTransport(dict.fromkeys(hosts, self._app), self.clock)

    def _app(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked.append(environ["PATH_INFO"])
        return self.mock.wsgi(environ, start_response)

    async def enter(self, transport: httpx.AsyncBaseTransport | None = None, **told: Any) -> SalesforceClient:
        settings = SalesforceSettings.model_validate({"url": URL, "client_id": APP, **told})
        return await SalesforceClient.enter(
            login_of(settings, self.clock),
            transport=transport or self.transport,
            clock=self.clock,
            chance=random.Random(1),
        )

    def use(self, use: Callable[[SalesforceClient], Awaitable[Any]], **told: Any) -> Any:
        async def whole() -> Any:
            client = await self.enter(**told)
            try:
                return await use(client)
            finally:
                await client.close()

        return run_virtual(whole(), self.clock)

    def refused(self, kind: type[OnDemandSyncError] = LoginRefused, **told: Any) -> Any:
        with pytest.raises(kind) as caught:
            run_virtual(self.enter(**told), self.clock)
        return caught.value


JWT = {"username": USER, "private_key": keys.private_pem()}
CREDENTIALS = {"client_secret": SECRET}
BOTH = pytest.mark.parametrize("told", [JWT, CREDENTIALS], ids=["jwt", "client credentials"])


async def whose(client: SalesforceClient) -> tuple[str, str, str, int]:
    return client.org_id, client.user_id, client.url, client.calls


@BOTH
@pytest.mark.parametrize("version", ["50.0", "58.0", "64.0", "65.0", "66.0", "67.0", "68.0"])
def test_a_connected_app_enters_at_every_version_with_one_request(told: dict[str, str], version: str) -> None:
    world = World()
    org, user, url, calls = world.use(whose, api_version=version, **told)
    assert (org, user) == (world.org.id, world.org.user_id(world.org.users[0]))
    assert url == f"{URL}/services/Soap/u/{version}"
    assert calls == 1
    assert world.asked == ["/services/oauth2/token"]


@BOTH
def test_calls_are_made_in_the_session_and_a_lost_one_is_renewed(told: dict[str, str]) -> None:
    world = World()

    async def use(client: SalesforceClient) -> None:
        assert "Account" in await client.describe_global()
        await world.clock.sleep(25 * 3600.0)
        assert (await client.describe("Account")).fields

    world.use(use, **told)
    tokens = [path for path in world.asked if path.startswith("/services/oauth2")]
    assert len(tokens) == 2
    assert len(world.asked) == 5


def test_a_key_may_be_a_file_locked_or_written_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "server.key"
    file.write_text(keys.private_pem(password="key-lock"))
    world = World(certificate=keys.public_pem())
    world.use(whose, username=USER, private_key_file=file, private_key_password="key-lock")
    world.use(whose, username=USER, private_key=keys.private_pem().replace("\n", "\\n"))


def _ec_key() -> str:
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("pem", "password", "words"),
    [
        (None, "", "there is no"),
        ("", "", "is no private key in PEM"),
        (keys.certificate(), "", "is the certificate"),
        (keys.public_pem(), "", "is the public key"),
        (keys.private_pem()[:900] + "\n-----END PRIVATE KEY-----\n", "", "is damaged"),
        (keys.private_pem(password="key-lock"), "", "private_key_password is not set"),
        (keys.private_pem(password="key-lock"), "not-it", "cannot be unlocked"),
        (keys.private_pem(), "key-lock", "is not locked"),
        (_ec_key(), "", "is no RSA key"),
    ],
)
def test_a_key_that_is_none_is_told_without_its_content(
    tmp_path: Path, pem: str | None, password: str, words: str
) -> None:
    file = tmp_path / "server.key"
    if pem is not None:
        file.write_text(pem)
    world = World()
    error = world.refused(SettingsError, username=USER, private_key_file=file, private_key_password=password)
    assert words in error.message
    assert str(file) in error.message
    assert "openssl" in error.what_to_do
    assert not any(line in str(error) for line in (pem or "").splitlines() if len(line) > 40)
    assert world.asked == []


@pytest.mark.parametrize(
    ("app", "told", "code", "said", "to_do"),
    [
        ({}, {**JWT, "client_id": "other"}, "invalid_client_id", "client identifier invalid", "Correct client_id"),
        ({}, {**JWT, "private_key": keys.private_pem(2)}, "invalid_grant", "invalid assertion", "certificate"),
        ({}, {**JWT, "audience": "https://other.test"}, "invalid_grant", "audience is invalid", "Set audience"),
        ({}, {**JWT, "username": "who@example.com"}, "invalid_grant", "hasn't approved", "approve"),
        ({"approved": ()}, JWT, "invalid_grant", "hasn't approved", "approve"),
        ({"certificate": ""}, JWT, "invalid_request", "flow not enabled", "Switch the flow on"),
        (
            {"approved": ("idle@example.com",)},
            {**JWT, "username": "idle@example.com"},
            "inactive_user",
            "inactive",
            "activate",
        ),
        ({}, {"client_secret": "wrong"}, "invalid_client", "invalid client credentials", "Manage Consumer Details"),
        ({}, {**CREDENTIALS, "client_id": "other"}, "invalid_client_id", "identifier invalid", "Correct client_id"),
        ({"run_as": ""}, CREDENTIALS, "invalid_grant", "no client credentials user enabled", "Set Run As"),
    ],
)
def test_each_refusal_names_who_says_why_and_what_to_do(
    app: dict[str, Any], told: dict[str, str], code: str, said: str, to_do: str
) -> None:
    world = World(**app)
    error = world.refused(**told)
    assert error.code == code
    assert said in error.message
    assert code in error.message
    assert to_do in error.what_to_do
    assert explain(code, OAUTH, said).known
    assert len(world.asked) == 1, "a refusal is not asked for twice"


def test_a_clock_that_is_wrong_is_told_by_how_much() -> None:
    world = World()
    slow = NotingClock()
    slow._now = world.clock.now().replace(microsecond=0)
    settings = SalesforceSettings.model_validate({"url": URL, "client_id": APP, **JWT})

    async def enter() -> None:
        await world.clock.sleep(600.0)
        await SalesforceClient.enter(login_of(settings, slow), transport=world.transport, clock=slow)

    with pytest.raises(LoginRefused, match=r"expired authorization code.*clock is (599|600) s behind") as caught:
        run_virtual(enter(), world.clock)
    assert "Set this machine's clock" in caught.value.what_to_do


def test_a_scope_that_is_not_enough_is_told_before_a_call_is_made() -> None:
    world = World(scopes=("id", "web"))
    error = world.refused(**CREDENTIALS)
    assert "for id, web and not for its APIs" in error.message
    assert "scope api" in error.what_to_do


def test_client_credentials_are_not_sent_to_the_hosts_that_all_orgs_share() -> None:
    with pytest.raises(SettingsError, match=r"at login\.salesforce\.com, which all orgs share") as caught:
        ClientCredentialsLogin("https://login.salesforce.com", APP, SecretStr(SECRET), "64.0")
    assert "my.salesforce.com" in caught.value.what_to_do


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com/services/Soap/u/66.0", "https://login.salesforce.com"),
        ("https://acme--dev.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://acme--dev.my.salesforce.com", "https://test.salesforce.com"),
        ("https://cs84.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8181/x", "http://127.0.0.1:8181"),
    ],
)
def test_an_assertion_is_meant_for_the_login_host_of_the_org(url: str, meant: str) -> None:
    assert audience(url) == meant


def test_tokens_are_given_at_the_host_whatever_the_path() -> None:
    assert token_address("https://h.test:8/services/Soap/u/66.0") == "https://h.test:8/services/oauth2/token"


def test_a_sandbox_of_its_own_name_is_entered() -> None:
    world = World()
    url = world.use(whose, url="https://acme--dev.sandbox.my.salesforce.com", **JWT)[2]
    assert url.startswith("https://acme--dev.sandbox.my.salesforce.com/services/Soap/u/64.0")


class Answers(httpx.AsyncBaseTransport):
    """Prepared answers, the last one again and again."""

    def __init__(self, *answers: tuple[int, str, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        await request.aread()
        status, text, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return httpx.Response(status, text=text, headers=headers, request=request)


def granted(**more: str) -> tuple[int, str, dict[str, str]]:
    told = {
        "access_token": "00D000000000001!AQ.token-1",
        "instance_url": "https://org.test",
        "id": "https://login.test/id/00D000000000001EAA/005000000000001AAA",
        **more,
    }
    return 200, json.dumps(told), {}


def enter(answers: Answers, clock: NotingClock | None = None) -> SalesforceClient:
    clock = clock or NotingClock()
    login = ClientCredentialsLogin(URL, APP, SecretStr(SECRET), "66.0")
    return asyncio.run(SalesforceClient.enter(login, transport=answers, clock=clock))


def test_the_request_is_a_form_that_is_never_packed() -> None:
    answers = Answers(granted())
    client = enter(answers)
    assert client.url == "https://org.test/services/Soap/u/66.0"
    (request,) = answers.asked
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Content-Encoding" not in request.headers
    assert b"grant_type=client_credentials" in request.content


def test_a_busy_endpoint_is_asked_again_after_the_pause_it_asks_for() -> None:
    clock = NotingClock()
    answers = Answers(
        (503, "<html>busy</html>", {"Retry-After": "7"}), (400, '{"error":"unknown_error"}', {}), granted()
    )
    enter(answers, clock)
    assert len(answers.asked) == 3
    assert clock.slept[0] >= 7.0


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((200, "<html><title>Welcome</title></html>", {}), UnreadableReply, "Welcome"),
        ((302, "", {"Location": "https://elsewhere.test"}), UnreadableReply, "HTTP 302"),
        ((200, "[]", {}), UnreadableReply, "token request"),
        (granted(access_token="eyJhbGciOi.eyJzdWIi.c2ln"), LoginRefused, "is a JWT"),
        (granted(instance_url="http://org.test"), SettingsError, "unencrypted"),
        ((400, json.dumps({"error": "new_error", "error_description": f"of {SECRET}"}), {}), LoginRefused, "new_error"),
        ((503, f"{SECRET} is busy", {}), Busy, "503"),
    ],
)
def test_answers_that_cannot_be_used_are_told_without_secrets(
    answer: tuple[int, str, dict[str, str]], kind: type[OnDemandSyncError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        enter(Answers(answer))
    assert SECRET not in str(caught.value)
    assert "eyJ" not in str(caught.value)


def test_a_renewal_that_leads_into_another_org_ends_the_sync() -> None:
    other = granted(id="https://login.test/id/00D000000000002EAA/005000000000002AAA")
    answers = Answers(granted(), (500, _lost(), {}), other)

    async def use() -> None:
        login = ClientCredentialsLogin(URL, APP, SecretStr(SECRET), "66.0")
        client = await SalesforceClient.enter(login, transport=answers, clock=NotingClock())
        await client.describe_global()

    with pytest.raises(LoginRefused, match="the org 00D000000000002EAA, and this sync began in 00D000000000001EAA"):
        asyncio.run(use())
    assert len(answers.asked) == 3, "nothing is sent to the other org"


def _lost() -> str:
    from tests.sync_engine.clients.fakes import salesforce_fault

    answer = salesforce_fault("INVALID_SESSION_ID", "expired")
    assert isinstance(answer, tuple)
    return answer[1].decode()
