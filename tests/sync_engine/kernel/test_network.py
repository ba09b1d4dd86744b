"""Proxies, authorities of one's own, and certificates that are always verified: over real sockets of this machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from sync_engine.clock import SystemClock
from sync_engine.errors import OnDemandSyncError, ServiceUnreachable, SettingsError
from sync_engine.network import Network
from sync_engine.zuora.client import ZuoraClient
from tests import keys
from tests.sync_engine.clients.fakes import zuora_login


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@asynccontextmanager
async def listening(
    status: str = "200 OK", body: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers everything alike; the port, and the heads of the requests it got."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        length = next(
            (int(each[15:]) for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:")), 0
        )
        await reader.readexactly(length)
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


async def enter(url: str, network: Network | None) -> str:
    client = await ZuoraClient.login(
        url, "me@example.com", SecretStr("z-secret"), clock=_Hasty(), timeout_s=10.0, network=network
    )
    await client.close()
    return client.url


class _Hasty(SystemClock):
    """Time in which no pause takes any."""

    async def sleep(self, seconds: float) -> None:
        del seconds


def test_the_proxy_of_the_settings_is_used_and_its_password_sent_to_it_alone() -> None:
    async def use() -> list[bytes]:
        async with listening(body=zuora_login()) as (port, heads):
            await enter("http://zuora.test", Network(SecretStr(f"http://me:n-secret@127.0.0.1:{port}")))
            return heads

    (head,) = asyncio.run(use())
    assert head.startswith(b"POST http://zuora.test/apps/services/a/83.0 ")
    assert b"proxy-authorization: basic" in head.lower()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    async def use() -> list[bytes]:
        async with listening(body=zuora_login()) as (port, heads):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
            await enter("http://zuora.test", None)
            return heads

    assert asyncio.run(use())[0].startswith(b"POST http://zuora.test/")


def test_https_goes_through_a_tunnel_of_the_proxy_which_may_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use() -> list[bytes]:
        async with listening("407 Proxy Authentication Required") as (port, heads):
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:n-secret@127.0.0.1:{port}")
            with pytest.raises(ServiceUnreachable, match="407") as refused:
                await enter("https://zuora.test", None)
            assert "proxy asks who you are" in refused.value.what_to_do
            assert "n-secret" not in str(refused.value)
            return heads

    assert asyncio.run(use())[0].startswith(b"CONNECT zuora.test:443 ")


@pytest.mark.parametrize(
    ("proxy", "from_environment"),
    [
        ("socks5://me:n-secret@p.test:1", False),
        ("p.test:1", False),
        ("http://", False),
        ("ftp://me:n-secret@p.test", True),
    ],
)
def test_a_proxy_that_is_none_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str, *, from_environment: bool
) -> None:
    if from_environment:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    network = Network() if from_environment else Network(SecretStr(proxy))
    with pytest.raises(SettingsError, match="environment names" if from_environment else r"\[network\] proxy") as told:
        asyncio.run(enter("https://zuora.test", network))
    assert "n-secret" not in str(told.value)


def _served(tmp_path: Path) -> ssl.SSLContext:
    (tmp_path / "server.crt").write_text(keys.certificate())
    (tmp_path / "server.key").write_text(keys.private_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    return context


def _reach(tmp_path: Path, network: Callable[[], Network | None]) -> str:
    async def use() -> str:
        home = "https://localhost:1/apps/services/a/83.0"
        async with listening(body=zuora_login(url=home), tls=_served(tmp_path)) as (port, _):
            return await enter(f"https://localhost:{port}", network())

    return asyncio.run(use())


def test_a_certificate_that_nobody_vouches_for_is_refused_and_said_so(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnreachable, match="CERTIFICATE_VERIFY_FAILED") as refused:
        _reach(tmp_path, Network)
    assert "[network] ca_file" in refused.value.what_to_do


def test_authorities_of_ones_own_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.pem").write_text(keys.certificate())
    _reach(tmp_path, lambda: Network(ca_file=tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    _reach(tmp_path, Network)


def test_an_authority_of_ones_own_vouches_for_its_own_names_only(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text(keys.certificate())
    (tmp_path / "other.pem").write_text(keys.certificate(2))
    with pytest.raises(ServiceUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
        _reach(tmp_path, lambda: Network(ca_file=tmp_path / "other.pem"))


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("nothing", "holds no certificate")])
def test_a_file_without_certificates_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(OnDemandSyncError, match=words) as told:
        asyncio.run(enter("https://zuora.test", Network(ca_file=file)))
    assert str(file) in str(told.value)
