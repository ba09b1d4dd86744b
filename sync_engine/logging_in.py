"""From settings to a way into the org."""

from __future__ import annotations

from sync_engine.clock import Clock
from sync_engine.network import Network
from sync_engine.salesforce.logins import Login, PasswordLogin, TokenLogin
from sync_engine.salesforce.oauth import ClientCredentialsLogin, JwtLogin
from sync_engine.service_settings import NetworkSettings, SalesforceSettings
from sync_engine.sf_org import SfOrgLogin


def login_of(told: SalesforceSettings, clock: Clock) -> Login:
    """The login that the settings say. Raises `SettingsError` for what Salesforce is known to refuse."""
    match told.way():
        case "sf_org":
            if told.sf_org is None:
                msg = "require_services comes first"
                raise ValueError(msg)
            version = told.api_version if "api_version" in told.model_fields_set else None
            return SfOrgLogin(told.sf_org, told.url, told.access_token, version, told.api_version)
        case "access_token":
            return TokenLogin(told.url, told.access_token, told.api_version)
        case "jwt":
            return JwtLogin(
                told.url,
                told.client_id,
                told.username,
                told.private_key_file,
                told.private_key,
                told.private_key_password,
                told.api_version,
                clock,
                told.audience,
            )
        case "client_credentials":
            return ClientCredentialsLogin(told.url, told.client_id, told.client_secret, told.api_version)
        case "password":
            return PasswordLogin(told.url, told.username, told.password, told.security_token, told.api_version)


def network_of(told: NetworkSettings) -> Network:
    """The way to both services that the settings say."""
    return Network(told.proxy, told.ca_file)
