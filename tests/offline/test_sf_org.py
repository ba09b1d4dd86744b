"""Logging in with what `sf org display --json` prints, and with WSDL files of one's own."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from offline.serving import Stack
from sync_engine.clock import SystemClock
from sync_engine.connections import Connections
from sync_engine.errors import SettingsError
from sync_engine.settings import Settings, load, require_services
from sync_engine.sf_org import read
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
