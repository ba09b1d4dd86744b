from __future__ import annotations

from pathlib import Path

import pytest

from sync_engine.errors import SettingsError
from sync_engine.settings import load, require_services, rules

GOOD = """
[zuora]
url = "http://127.0.0.1:1/apps/services/a/83.0/"
username = "zed@example.com"
password = "zuora-secret"
entity_id = "00000000000000000000000000000001"

[salesforce]
url = "http://127.0.0.1:2"
username = "sam@example.com"
password = "salesforce-secret"
security_token = "token-secret"

[sync]
subscription_key = "number"
objects = ["Contact", "Subscription"]
[sync.custom_fields]
Account = ["Region__c"]
"""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.upper().startswith("ONDEMAND_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str = GOOD, name: str = "my.toml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path))
    assert settings.zuora.url == "http://127.0.0.1:1/apps/services/a/83.0"
    assert settings.zuora.password.get_secret_value() == "zuora-secret"
    assert settings.sync.subscription_key == "number"
    assert settings.sync.custom_fields == {"Account": ("Region__c",)}
    assert settings.salesforce.api_version == "64.0"
    require_services(settings)


def test_secrets_show_nowhere(tmp_path: Path) -> None:
    assert "-secret" not in repr(load(written(tmp_path)))


def test_the_default_file_is_read_when_it_is_there(tmp_path: Path) -> None:
    assert load().zuora.username == ""
    written(tmp_path, name="ondemand-sync.toml")
    assert load().zuora.username == "zed@example.com"


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONDEMAND_SYNC_ZUORA__URL", "http://elsewhere")
    monkeypatch.setenv("ONDEMAND_SYNC_STORE__URL", "sqlite://")
    settings = load(written(tmp_path))
    assert settings.zuora.url == "http://elsewhere"
    assert settings.zuora.username == "zed@example.com"
    assert settings.store.url == "sqlite://"


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (('username = "zed', 'usrname = "zed'), ("[zuora] usrname", "did you mean username?", "my.toml")),
        (("[salesforce]", "[salesfroce]"), ("salesfroce", "did you mean salesforce?")),
        (('"number"', '"Number"'), ("[sync] subscription_key", "'version' or 'number'", "my.toml")),
        (('["Contact", "Subscription"]', '["Contract"]'), ("[sync] objects", "'Contract'", "did you mean Contact?")),
        (('["Contact", "Subscription"]', '"Contact"'), ("[sync] objects",)),
        (('url = "http://127.0.0.1:2"', 'url = "127.0.0.1:2"'), ("[salesforce] url", "http://")),
        (('url = "http://127.0.0.1:2"', "url = 7"), ("[salesforce] url", "string")),
        (("[sync]", "[sync]\nreserve_calls = -1"), ("[sync] reserve_calls", "greater than or equal to 0")),
        (("[sync]", "[sync"), ("is not TOML", "my.toml")),
    ],
)
def test_each_mistake_names_the_key_and_the_file(
    tmp_path: Path, change: tuple[str, str], parts: tuple[str, ...]
) -> None:
    assert change[0] in GOOD
    with pytest.raises(SettingsError) as failed:
        load(written(tmp_path, GOOD.replace(*change, 1)))
    for part in parts:
        assert part in str(failed.value)
    assert "secret" not in str(failed.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no settings file .*gone\.toml"):
        load(tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'x = "\xff"')
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path / "latin.toml")


def test_a_variable_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONDEMAND_SYNC_SYNC__OBJECTS", "[")
    with pytest.raises(SettingsError):
        load(written(tmp_path))


@pytest.mark.parametrize("key", ["url", "username", "password"])
@pytest.mark.parametrize("section", ["zuora", "salesforce"])
def test_what_a_sync_needs_is_named_when_it_is_missing(tmp_path: Path, section: str, key: str) -> None:
    head, mark, rest = GOOD.partition(f"[{section}]\n")
    lines = [line for line in rest.splitlines() if not line.startswith(f"{key} =")] if section == "salesforce" else None
    if lines is None:
        body, mid, tail = rest.partition("[salesforce]")
        lines = [line for line in body.splitlines() if not line.startswith(f"{key} =")] + [mid + tail]
    with pytest.raises(SettingsError, match=rf"\[{section}\] {key} is not set") as failed:
        require_services(load(written(tmp_path, head + mark + "\n".join(lines))), "my.toml")
    assert f"ONDEMAND_SYNC_{section.upper()}__{key.upper()}" in str(failed.value)


def test_an_access_token_stands_for_username_and_password(tmp_path: Path) -> None:
    text = GOOD.replace('password = "salesforce-secret"', 'access_token = "token-secret-2"').replace(
        'username = "sam@example.com"', ""
    )
    require_services(load(written(tmp_path, text)))


@pytest.mark.parametrize(
    ("told", "entity", "multi"),
    [("", "", False), ("", "e1", True), ("multi_entity = true", "", True), ("multi_entity = false", "e1", False)],
)
def test_a_tenant_has_entities_as_soon_as_one_is_named(tmp_path: Path, told: str, entity: str, multi: bool) -> None:
    settings = load(written(tmp_path, GOOD.replace("[sync]", f"[sync]\n{told}")))
    made = rules(settings, entity, "")
    assert (made.multi_entity, made.subscription_key, made.zuora_version) == (multi, "number", 83.0)
    assert made.objects == {"Contact", "Subscription"}
