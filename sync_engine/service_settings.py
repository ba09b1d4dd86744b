"""Where both services are, as whom to log in and by which way, and how to get there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from sync_engine.errors import SettingsError

Way = Literal["password", "access_token", "sf_org", "jwt", "client_credentials"]


class Section(BaseModel):
    """One section of the file: an unknown key is a mistake, not something to ignore."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ZuoraSettings(Section):
    """Where Zuora is and as whom to log in.

    `entity_id` or `entity_name` names the home entity, which bare Zuora ids belong to. With both, the login goes by
    the id, and the name is what a new billing entity record is called. `wsdl` is a tenant's own WSDL file.
    """

    url: str = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    entity_id: str = ""
    entity_name: str = ""
    wsdl: Path | None = None

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        return _url(value)


class SalesforceSettings(Section):
    """Where Salesforce is, and one way to log in, which is told by what is set (`login` says it where two are).

    - password: `username`, `password`, `security_token`
    - access_token: a token made elsewhere, which is not renewed
    - sf_org: a file with what `sf org display --json` printed, "-" for stdin (`sync_engine.sf_org`); it gives the
      address, the token unless `access_token` does, and the version unless `api_version` does
    - jwt: `client_id` (the consumer key), `username`, and `private_key_file` or `private_key` in PEM, with
      `private_key_password` if it is locked; `audience` where it is another than Salesforce's own
    - client_credentials: `client_id` and `client_secret`

    `wsdl` is an org's own Partner WSDL file.
    """

    url: str = ""
    login: Way | None = None
    username: str = ""
    password: SecretStr = SecretStr("")
    security_token: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    sf_org: Path | None = None
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    private_key_file: Path | None = None
    private_key: SecretStr = SecretStr("")
    private_key_password: SecretStr = SecretStr("")
    audience: str = ""
    wsdl: Path | None = None
    api_version: str = Field(default="64.0", pattern=r"^\d{2,3}\.0$")

    @field_validator("url", "audience")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        return _url(value)

    def way(self) -> Way:
        """Which way to log in. Raises `SettingsError` when two are set and nothing says which."""
        if self.login is not None:
            return self.login
        ways: dict[Way, tuple[str, ...]] = {
            "sf_org": ("sf_org",),
            "access_token": ("access_token",) if self.sf_org is None else (),
            "jwt": ("private_key_file", "private_key"),
            "client_credentials": ("client_secret",),
            "password": ("password",),
        }
        found = {way: key for way, keys in ways.items() for key in keys if is_set(getattr(self, key))}
        if len(found) > 1:
            raise SettingsError(
                f"[salesforce] sets {' and '.join(found.values())}, which are {len(found)} ways to log in.",
                f'Remove all but one, or say which it is: login = "{next(iter(found))}".',
            )
        return next(iter(found), "password")


class NetworkSettings(Section):
    """The way to both services: a proxy ("" for the environment's), and a file of further trusted certificates."""

    proxy: SecretStr = SecretStr("")
    ca_file: Path | None = None


_ZUORA_NEEDS = {
    "url": "the address of Zuora's SOAP service, such as https://rest.zuora.com/apps/services/a/83.0",
    "username": "the Zuora user to log in as",
    "password": "that user's password",
}
_ADDRESS = {"url": "the address of Salesforce, such as https://login.salesforce.com"}
_OWN_ADDRESS = {"url": "the org's own address, such as https://NAME.my.salesforce.com"}
_APP = {"client_id": "the consumer key of the connected app"}
_USER = {"username": "the Salesforce user to log in as"}
_SALESFORCE_NEEDS: dict[Way, dict[str, str]] = {
    "password": {**_ADDRESS, **_USER, "password": "that user's password"},
    "access_token": {**_OWN_ADDRESS, "access_token": "an OAuth access token"},
    "sf_org": {"sf_org": "a file with what sf org display --json printed"},
    "jwt": {**_ADDRESS, **_APP, **_USER, "private_key_file": "the file with the connected app's private key"},
    "client_credentials": {**_OWN_ADDRESS, **_APP, "client_secret": "the consumer secret of the connected app"},
}


def missing(zuora: ZuoraSettings, salesforce: SalesforceSettings) -> tuple[str, str, str] | None:
    """The section, key and meaning of the first thing that a login needs and that is not set."""
    for key, meaning in _ZUORA_NEEDS.items():
        if not is_set(getattr(zuora, key)):
            return "zuora", key, meaning
    for key, meaning in _SALESFORCE_NEEDS[salesforce.way()].items():
        given_otherwise = key == "private_key_file" and is_set(salesforce.private_key)
        if not (is_set(getattr(salesforce, key)) or given_otherwise):
            return "salesforce", key, meaning
    return None


def is_set(value: Any) -> bool:
    """Whether a setting says something."""
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _url(value: str) -> str:
    """An http(s) address, or "" for one that is not set."""
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("it is not an address that begins with http:// or https://")
    return value.rstrip("/")
