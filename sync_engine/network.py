"""How the services are reached: through which proxy, and whom to believe that a service is the one it says it is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import httpx
from pydantic import SecretStr

from sync_engine.errors import SettingsError

_PROXY_WORDS = "Write it as http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if it asks."


@dataclass(frozen=True, slots=True)
class Network:
    """The way to both services.

    `proxy` is an http(s) address, "" for what HTTPS_PROXY and NO_PROXY in the environment say. `ca_file` holds
    certificates in PEM that are trusted beside those that are trusted anyway (certifi's, or SSL_CERT_FILE and
    SSL_CERT_DIR). Certificates are always verified: there is no switch that ends it.
    """

    proxy: SecretStr = field(default_factory=lambda: SecretStr(""))
    ca_file: Path | None = None

    def client(self, transport: httpx.AsyncBaseTransport | None, **options: Any) -> httpx.AsyncClient:
        """A client that goes this way, or over `transport`. Raises `SettingsError` for a way that cannot be gone."""
        trusted = None if self.ca_file is None else trusting(self.ca_file)
        proxy = None if transport is not None else self._proxy(trusted)
        try:
            return httpx.AsyncClient(transport=transport, verify=trusted or True, proxy=proxy, **options)
        except (ValueError, ImportError, httpx.InvalidURL):
            # The error's own words may hold the proxy's password.
            raise SettingsError(
                "The proxy that the environment names (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) cannot be used.",
                _PROXY_WORDS,
            ) from None

    def secrets(self) -> list[str]:
        """Passwords of proxies, the environment's included, which no message may hold."""
        found = []
        for address in (self.proxy.get_secret_value(), *getproxies().values()):
            try:
                found.append(httpx.URL(address).password)
            except httpx.InvalidURL:
                continue
        return [each for each in found if each]

    def _proxy(self, trusted: ssl.SSLContext | None) -> httpx.Proxy | None:
        address = self.proxy.get_secret_value()
        if not address:
            return None
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL()
        if url.scheme not in ("http", "https") or not url.host:
            raise SettingsError("[network] proxy is not the address of a proxy.", _PROXY_WORDS)
        context = trusted if url.scheme == "https" else None
        return httpx.Proxy(url, ssl_context=context)


@lru_cache(maxsize=8)
def trusting(ca_file: Path) -> ssl.SSLContext:
    """TLS that also trusts the certificates in a file. Raises `SettingsError` for a file that has none."""
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except ssl.SSLError:
        raise SettingsError(
            f"[network] ca_file: {ca_file} holds no certificate that can be read.",
            "It is a file of certificates in PEM, each between BEGIN CERTIFICATE and END CERTIFICATE.",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"[network] ca_file: {ca_file} cannot be read: {error.strerror}.", "Check the path."
        ) from None
    return context
