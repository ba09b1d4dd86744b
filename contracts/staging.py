"""What the stages over both mocks share: a mock called as a function, and many mocks behind one real socket."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, Self

import httpx

from contracts.target import Request, Response
from simulator.clock import VirtualClock
from simulator.hosting import Host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Send = Callable[[Request], Response]


class Mock(Protocol):
    """A mock of either service."""

    wsgi: WSGIApplication

    def close(self) -> None:
        """Let go of its records."""


class StandingClock(VirtualClock):
    """A clock for the host: replies come at once, and time moves only when a fact moves it."""

    def wait(self, seconds: float) -> None:
        """Let nothing pass."""


def exchange(client: httpx.Client, request: Request, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Send a request with these headers before its own, and none but those."""
    # httpx would add headers of its own that a fact did not ask for
    client.headers.clear()
    sent = {**headers, **request.headers}
    reply = client.request(request.method, request.path, content=request.body or None, headers=sent)
    return Response(reply.status_code, tuple(reply.headers.multi_items()), reply.content)


def calling(mock: Mock, host_name: str) -> Send:
    """What exchanges bytes with a mock by calling its WSGI application."""

    def send(request: Request) -> Response:
        transport = httpx.WSGITransport(app=mock.wsgi, remote_addr="127.0.0.1")
        with httpx.Client(transport=transport, base_url=f"http://{host_name}") as client:
            return exchange(client, request)

    return send


class HostedMocks(ABC):
    """Mocks behind one socket, each chosen by the name in the request's Host header. Use as a context manager."""

    domain: str
    """What the names end in."""

    def __init__(self) -> None:
        self._mocks: dict[str, Mock] = {}
        self._made = 0
        self._host = Host(self._serve, StandingClock())

    def __enter__(self) -> Self:
        self._host.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._host.stop()

    @abstractmethod
    def new_mock(self, clock: VirtualClock) -> Any:
        """An empty mock of the service."""

    @contextmanager
    def hosted(self, clock: VirtualClock) -> Iterator[tuple[Any, Send]]:
        """A new mock, served under a name of its own, and what exchanges bytes with it over a kept connection."""
        mock = self.new_mock(clock)
        self._made += 1
        name = f"mock-{self._made}.{self.domain}"
        self._mocks[name] = mock
        try:
            with httpx.Client(base_url=self._host.url) as client:
                yield mock, lambda request: exchange(client, request, {"Host": name})
        finally:
            del self._mocks[name]
            mock.close()

    def _serve(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return self._mocks[environ["HTTP_HOST"]].wsgi(environ, start_response)
