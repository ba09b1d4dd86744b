"""What the engine is told: where both services are, as whom to log in, where to remember, and the rules of a sync.

Settings come from a TOML file and from the environment, which wins: `ONDEMAND_SYNC_ZUORA__URL` is `url` in the
section `[zuora]`. Every mistake is one `SettingsError` that names the key and where it was read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sync_engine.errors import SettingsError
from sync_engine.rules import ACCOUNT_OBJECTS, Rules
from sync_engine.salesforce.drift import Drift
from sync_engine.service_settings import NetworkSettings, SalesforceSettings, Section, ZuoraSettings, missing
from sync_engine.store import default_url

DEFAULT_FILE = Path("ondemand-sync.toml")
ENVIRONMENT_PREFIX = "ONDEMAND_SYNC_"


class StoreSettings(Section):
    """Where sessions and leases are kept: a SQLAlchemy URL."""

    url: str = Field(default_factory=default_url)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """The address without the password that a database server's may hold."""
        try:
            yield "url", make_url(self.url).render_as_string(hide_password=True)
        except ArgumentError:
            yield "url", "…"


class SyncSettings(Section):
    """The rules of a sync that are the user's to choose; `sync_engine.rules.Rules` says what each means.

    `multi_entity` left out means: yes as soon as the settings, the request or a synced record names an entity.
    `only_changed` reads the org first and sends only rows that say something new.
    `map` is a file of the user's own rows of the field map, laid over the engine's (`sync_engine.mapping.own`).
    `drift` says what to do about a field that the map writes and the org does not take: "leave out" or "freeze".
    `reserve_calls` is how many of the org's daily API calls are left to others. `history_rows` says whether each
    session is also written into the org as a Zuora__Sync_History__c record.
    """

    multi_entity: bool | None = None
    subscription_key: Literal["version", "number"] = "version"
    objects: frozenset[str] = ACCOUNT_OBJECTS
    sync_invoices: bool = True
    sync_payments: bool = True
    custom_fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    contact_rows: bool = False
    multi_currency: bool = False
    default_currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    billing_entity_from_catalog: bool = True
    only_changed: bool = False
    map: Path | None = None
    drift: Drift = Drift.LEAVE_OUT
    reserve_calls: int = Field(default=0, ge=0)
    history_rows: bool = True

    @field_validator("objects")
    @classmethod
    def _are_known(cls, value: frozenset[str]) -> frozenset[str]:
        for name in sorted(value - ACCOUNT_OBJECTS):
            near = get_close_matches(name, ACCOUNT_OBJECTS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(ACCOUNT_OBJECTS))}"
            raise ValueError(f"{name!r} is no object that can be synced or left out; {hint}")
        return value


class EmailSettings(Section):
    """The mail server for the mail that a request was sent; without a host no mail is sent."""

    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    sender: str = "ondemand-sync@localhost"
    recipient: str = ""


class ServiceSettings(Section):
    """The endpoint that an org's Apex calls: the secret it must know, and the one org that may ask ("" is any)."""

    token: SecretStr = SecretStr("")
    organization_id: str = Field(default="", pattern=r"^(?:00D[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?)?$")


class Settings(BaseSettings):
    """Everything the engine is told. Build it with `load`, which reports mistakes in words."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    zuora: ZuoraSettings = ZuoraSettings()
    salesforce: SalesforceSettings = SalesforceSettings()
    network: NetworkSettings = NetworkSettings()
    store: StoreSettings = Field(default_factory=StoreSettings)
    sync: SyncSettings = SyncSettings()
    email: EmailSettings = EmailSettings()
    service: ServiceSettings = ServiceSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which comes in as the initial values."""
        return (env_settings, init_settings)


def load(path: Path | None = None) -> Settings:
    """Read the settings from `path` and the environment.

    Without `path`, `ondemand-sync.toml` in the current folder is read when there is one. Raises `SettingsError` for
    a file that is named but missing, TOML that cannot be read, and keys that are unknown, of the wrong type or
    missing.
    """
    file = path or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    values: Mapping[str, Any] = {} if file is None else _read(file)
    where = str(file) if file else "the environment"
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _mistake(error.errors(include_input=False, include_url=False)[0], where) from None
    except ValueError as error:
        # pydantic-settings cannot make sense of a variable for a list or table
        raise SettingsError(f"The environment has a setting that cannot be read: {error}.") from None
    return settings


def require_services(settings: Settings, where: str = "the settings") -> None:
    """Raise `SettingsError` naming the first thing a sync needs that is not set, or two ways to log in."""
    found = missing(settings.zuora, settings.salesforce)
    if found is not None:
        section, key, meaning = found
        raise SettingsError(
            f"[{section}] {key} is not set in {where}: it is {meaning}.",
            f"Set it in the settings file (--settings FILE, or {DEFAULT_FILE} here)"
            f" or in {ENVIRONMENT_PREFIX}{section.upper()}__{key.upper()}.",
        )


def rules(settings: Settings, entity_id: str, entity_name: str) -> Rules:
    """The rules for a session of one entity; "" and "" for a tenant without entities."""
    sync = settings.sync
    named = bool(entity_id or entity_name)
    version = re.search(r"/a/(\d+(?:\.\d+)?)$", settings.zuora.url)
    optional = {"zuora_version": float(version[1])} if version else {}
    return Rules(
        multi_entity=named if sync.multi_entity is None else sync.multi_entity,
        entity_id=entity_id,
        entity_name=entity_name,
        subscription_key=sync.subscription_key,
        objects=sync.objects,
        sync_invoices=sync.sync_invoices,
        sync_payments=sync.sync_payments,
        custom_fields=sync.custom_fields,
        contact_rows=sync.contact_rows,
        multi_currency=sync.multi_currency,
        default_currency=sync.default_currency,
        billing_entity_from_catalog=sync.billing_entity_from_catalog,
        **optional,
    )


def _read(path: Path) -> dict[str, Any]:
    """The TOML file as nested tables."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no settings file {path}.", "Check the path given to --settings, or make the file."
        ) from None
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {path} is not UTF-8 text.", "TOML files are UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.", "Texts go in double quotes.") from None


def _mistake(error: ErrorDetails, where: str) -> SettingsError:
    """One validation error in words: which key, where, what is wrong with it."""
    path = [str(part) for part in error["loc"] if not isinstance(part, int)]
    key = f"[{path[0]}] {'.'.join(path[1:])}" if len(path) > 1 else (path[0] if path else "the file")
    if error["type"] == "extra_forbidden":
        return SettingsError(f"{where} sets {key}, which is no setting{_near(path)}.", "Correct or remove it.")
    what = error["msg"].removeprefix("Value error, ")
    if len(path) == 1:
        key = f"[{path[0]}]"
    return SettingsError(f"{key} in {where} (or its environment variable) is wrong: {what}.", "Correct it.")


def _near(path: list[str]) -> str:
    """A guess at what was meant, as the end of a sentence."""
    sections: dict[str, type[BaseModel]] = {
        "zuora": ZuoraSettings,
        "salesforce": SalesforceSettings,
        "store": StoreSettings,
        "sync": SyncSettings,
        "email": EmailSettings,
        "network": NetworkSettings,
        "service": ServiceSettings,
    }
    known = list(sections) if len(path) == 1 else list(sections[path[0]].model_fields)
    near = get_close_matches(path[-1], known, 1)
    return f" (did you mean {near[0]}?)" if near else f" (there are: {', '.join(known)})"
