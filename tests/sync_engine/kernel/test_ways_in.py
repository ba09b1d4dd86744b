"""Which way to log in is told by what is set, and what that way lacks is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.clock import SystemClock
from sync_engine.errors import SettingsError
from sync_engine.logging_in import login_of
from sync_engine.salesforce.logins import PasswordLogin
from sync_engine.service_settings import SalesforceSettings, ZuoraSettings, missing
from sync_engine.settings import Settings, require_services

ZUORA = ZuoraSettings(url="https://z.test", username="u", password="p")
WAYS: dict[str, dict[str, Any]] = {
    "password": {"url": "https://s.test", "username": "u", "password": "p-secret"},
    "access_token": {"url": "https://s.test", "access_token": "t-secret"},
    "sf_org": {"sf_org": "org.json"},
    "jwt": {"url": "https://s.test", "client_id": "c", "username": "u", "private_key_file": "server.key"},
    "client_credentials": {"url": "https://s.test", "client_id": "c", "client_secret": "s-secret"},
}
SIGNS = {
    "password": "password",
    "access_token": "access_token",
    "jwt": "private_key_file",
    "client_credentials": "client_secret",
    "sf_org": "sf_org",
}


def told(values: dict[str, Any]) -> SalesforceSettings:
    return SalesforceSettings.model_validate(values)


@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_told_by_what_is_set_and_each_thing_it_needs_is_named(way: str) -> None:
    assert told(WAYS[way]).way() == way
    assert missing(ZUORA, told(WAYS[way])) is None
    for key in WAYS[way]:
        found = missing(ZUORA, told({**WAYS[way], "login": way, key: None if key == "sf_org" else ""}))
        if key == "private_key_file":
            found = missing(ZUORA, told({k: v for k, v in WAYS[way].items() if k != key} | {"login": way}))
        assert found is not None
        assert found[:2] == ("salesforce", key)


@given(st.sets(st.sampled_from(sorted(SIGNS)), min_size=2))
def test_two_ways_are_refused_until_one_is_named(ways: set[str]) -> None:
    values: dict[str, Any] = {}
    for way in ways:
        values |= WAYS[way]
    both = told(values)
    if ways == {"sf_org", "access_token"}:
        assert both.way() == "sf_org", "the token goes with the address that sf printed"
        return
    with pytest.raises(SettingsError) as refused:
        both.way()
    named = ways - {"access_token"} if "sf_org" in ways else ways
    assert all(SIGNS[way] in refused.value.message for way in named)
    assert "login = " in refused.value.what_to_do
    assert "secret" not in refused.value.message.replace("client_secret", "")
    for way in ways:
        assert told({**values, "login": way}).way() == way


def test_a_key_in_the_settings_stands_for_its_file() -> None:
    values = {key: value for key, value in WAYS["jwt"].items() if key != "private_key_file"}
    assert missing(ZUORA, told({**values, "private_key": "-----BEGIN"})) is None


def test_two_ways_are_refused_before_anything_is_asked() -> None:
    settings = Settings(zuora=ZUORA, salesforce=told({**WAYS["password"], **WAYS["access_token"]}))
    with pytest.raises(SettingsError, match="access_token and password"):
        require_services(settings)


@pytest.mark.parametrize("version", ["50.0", "64.0", "65.0", "68.0"])
@pytest.mark.parametrize("in_url", [True, False])
def test_a_password_is_for_versions_up_to_64(version: str, *, in_url: bool) -> None:
    url = f"https://s.test/services/Soap/u/{version}" if in_url else "https://s.test"
    settings = told({**WAYS["password"], "url": url, **({} if in_url else {"api_version": version})})
    if float(version) <= 64.0:
        login = login_of(settings, SystemClock())
        assert isinstance(login, PasswordLogin)
        assert login.address == f"https://s.test/services/Soap/u/{version}"
        return
    with pytest.raises(SettingsError, match=f"end with API version 64.0, and {version}") as refused:
        login_of(settings, SystemClock())
    assert "OAuth" in refused.value.what_to_do


def test_no_secret_shows_in_settings_or_logins() -> None:
    every: dict[str, Any] = {
        "private_key": "k-secret",
        "private_key_password": "l-secret",
        "security_token": "x-secret",
    }
    for way, values in WAYS.items():
        settings = Settings.model_validate(
            {
                "salesforce": {**values, **every, "login": way},
                "network": {"proxy": "http://me:n-secret@proxy.test:1"},
                "store": {"url": "postgresql://me:d-secret@db.test/sync"},
                "service": {"token": "v-secret"},
            }
        )
        assert "-secret" not in repr(settings) + str(settings)
        assert "db.test" in repr(settings)
        if way != "sf_org":
            assert "-secret" not in repr(login_of(settings.salesforce, SystemClock()))
