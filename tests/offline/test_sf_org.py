"""Logging in with what `sf org display --json` prints, and with WSDL files of one's own."""

from __future__ import annotations

import asyncio
import io
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
from offline.serving import Stack
from simulator.clock import VirtualClock
from simulator.loop import run_virtual
from simulator.transport import WsgiTransport
from sync_engine.clock import SystemClock
from sync_engine.connections import Connections
from sync_engine.errors import OnDemandSyncError, SettingsError
from sync_engine.logging_in import login_of
from sync_engine.salesforce.client import SalesforceClient
from sync_engine.service_settings import SalesforceSettings
from sync_engine.settings import Settings, load, require_services
from sync_engine.sf_org import _stdin, read
from sync_engine.soap.wsdl import SALESFORCE_WSDL, ZUORA_WSDL

TOKEN = "00D000000000001!AQEAQ.secret"


def printed(path: Path, **result: Any) -> Path:
    file = path / "org.json"
    file.write_text(json.dumps({"status": 0, "result": result}))
    return file


def test_the_file_is_read_and_never_shown(tmp_path: Path) -> None:
    file = printed(
        tmp_path, accessToken=TOKEN, instanceUrl="https://x.my.salesforce.com", apiVersion="66.0", username="a@b.c"
    )
    org = read(file)
    assert (org.url, org.username, org.api_version) == ("https://x.my.salesforce.com", "a@b.c", "66.0")
    assert TOKEN not in repr(org)
    assert org.access_token.get_secret_value() == TOKEN
    told = Settings.model_validate(
        {"zuora": {"url": "https://z.test", "username": "u", "password": "p"}, "salesforce": {"sf_org": str(file)}}
    )
    require_services(told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "no accessToken"),
        (json.dumps({"result": {"accessToken": TOKEN}}), "no accessToken and instanceUrl"),
    ],
)
def test_what_is_no_such_file_is_told_without_its_content(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "org.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match=words) as refused:
        read(file)
    assert TOKEN not in str(refused.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        read(tmp_path / "none.json")


def test_a_session_of_somebody_is_a_token_and_wsdls_may_be_ones_own(stack: Stack, tmp_path: Path) -> None:
    told = load(Path(stack.served.settings))
    clock, chance = SystemClock(), random.Random(1)

    async def token() -> tuple[str, str]:
        async with Connections(told, clock, chance) as connections:
            client = await connections.salesforce()
            return client._calls._session, client.url

    session, url = asyncio.run(token())
    host = url.partition("/services/")[0]
    own = {"zuora": tmp_path / "z.wsdl", "salesforce": tmp_path / "s.wsdl"}
    shutil.copy(ZUORA_WSDL, own["zuora"])
    shutil.copy(SALESFORCE_WSDL, own["salesforce"])
    file = printed(tmp_path, accessToken=session, instanceUrl=host, apiVersion="66.0")
    other = told.model_copy(
        update={
            "salesforce": told.salesforce.model_validate({"sf_org": file, "wsdl": own["salesforce"]}),
            "zuora": told.zuora.model_copy(update={"wsdl": own["zuora"]}),
        }
    )

    async def use() -> list[str]:
        async with Connections(other, clock, chance) as connections:
            await connections.zuora()
            client = await connections.salesforce()
            assert client.url.startswith(f"{host}/services/Soap/u/66.0")
            return await client.describe_global()

    assert "Account" in asyncio.run(use())


REDACTED = "[REDACTED] Use 'sf org auth show-access-token' to view"


def test_a_token_that_sf_struck_out_is_told_with_the_command_that_prints_it(tmp_path: Path) -> None:
    file = printed(tmp_path, accessToken=REDACTED, instanceUrl="https://x.my.salesforce.com", apiVersion="67.0")
    with pytest.raises(SettingsError, match="struck the token out") as refused:
        read(file)
    assert "sf org auth show-access-token --json" in refused.value.what_to_do
    assert "https://x.my.salesforce.com" in refused.value.what_to_do
    beside = read(file, token=SecretStr(TOKEN))
    assert (beside.url, beside.access_token.get_secret_value()) == ("https://x.my.salesforce.com", TOKEN)


def test_what_show_access_token_prints_needs_the_address_beside_it(tmp_path: Path) -> None:
    file = printed(tmp_path, accessToken=TOKEN)
    org = read(file, "https://x.my.salesforce.com")
    assert (org.url, org.org_id, org.api_version) == ("https://x.my.salesforce.com", "00D000000000001", "")
    with pytest.raises(SettingsError, match="no accessToken and instanceUrl") as refused:
        read(file)
    assert "[salesforce] url" in refused.value.what_to_do


def test_colours_are_no_part_of_it_and_an_error_of_sf_is_named(tmp_path: Path) -> None:
    file = printed(tmp_path, accessToken=TOKEN, instanceUrl="https://x.my.salesforce.com")
    file.write_text(f"\x1b[97m{file.read_text()}\x1b[39m")
    assert read(file).access_token.get_secret_value() == TOKEN
    file.write_text(json.dumps({"status": 1, "name": "NamedOrgNotFoundError", "message": f"none {TOKEN}"}))
    with pytest.raises(SettingsError, match="sf ended with NamedOrgNotFoundError") as refused:
        read(file)
    assert TOKEN not in str(refused.value)


def test_stdin_is_read_once_for_every_login(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"result": {"accessToken": TOKEN, "instanceUrl": "https://x.my.salesforce.com"}}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(told)))
    _stdin.cache_clear()
    try:
        assert read(Path("-")) == read(Path("-"))
    finally:
        _stdin.cache_clear()


def _whole_org(mock: SalesforceMock) -> Org:
    return mock.add_org(OrgSpec(id="00D000000000001", name="Org", users=(OrgUser("api@example.com", "p", "t"),)))


@pytest.mark.parametrize("again", ["another", "the same", "of another org", "gone"])
def test_a_token_that_ran_out_is_read_anew_from_the_file(tmp_path: Path, again: str) -> None:
    clock = VirtualClock()
    mock = SalesforceMock(clock=clock, chance=random.Random(1))
    org = _whole_org(mock)
    other = mock.add_org(OrgSpec(id="00D000000000002", name="Other", users=(OrgUser("other@example.com", "p", "t"),)))
    transport = WsgiTransport({"org.test": mock.wsgi}, clock)
    told = SalesforceSettings(sf_org=tmp_path / "org.json", api_version="66.0")

    def print_of(org: Org) -> str:
        token = mock.sessions.open(org, org.users[0]).id
        printed(tmp_path, accessToken=token, instanceUrl="http://org.test", apiVersion="68.0", id=org.id)
        return token

    async def use() -> tuple[str, list[str]]:
        client = await SalesforceClient.enter(login_of(told, clock), transport=transport, clock=clock)
        try:
            url = client.url
            await clock.sleep(25 * 3600.0)
            if again == "another":
                print_of(org)
            elif again == "of another org":
                print_of(other)
            elif again == "gone":
                (tmp_path / "org.json").unlink()
            return url, await client.describe_global()
        finally:
            await client.close()

    first = print_of(org)
    if again == "another":
        url, objects = run_virtual(use(), clock)
        assert url == "http://org.test/services/Soap/u/66.0"
        assert "Account" in objects
        return
    words = {"the same": "it has run out", "of another org": "one of the org 00D000000000002", "gone": "cannot be read"}
    with pytest.raises(OnDemandSyncError, match=words[again]) as refused:
        run_virtual(use(), clock)
    assert first not in str(refused.value)
