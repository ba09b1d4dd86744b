"""Hosting: a WSGI app on a threaded keep-alive server, started and stopped in process."""

from __future__ import annotations

import contextlib
import errno
import io
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from cheroot import wsgi
from cheroot.errors import MaxSizeExceeded
from cheroot.server import HTTPConnection

from simulator.clock import Clock
from simulator.delivery import DELIVERY, Delivery
from simulator.ending import reply_ends
from simulator.wsgi import REQUEST, SERVICE_TIME

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

# Above cheroot's own default: clients keep connections alive, and an idle one must not hold a worker for long.
WORKERS = 16
# cheroot would queue 5 connections and keep 10 alive; a burst of clients beyond that is dropped, or reset.
BACKLOG = 256
MAX_REQUEST_BYTES = 64 * 1024 * 1024
PIECES_A_SECOND = 10
"""In how many pieces a reply that is to come slowly goes out each second."""
_CONNECTION = "simulator.connection"
_TEAR = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time at all: closing sends a reset."""
MAX_HEAD_BYTES = 256 * 1024
_CHUNK_TOO_LARGE = "Request Entity Too Large"
"""What cheroot says, in an OSError, of one chunk that is larger than a whole request may be."""


class PortTaken(OSError):
    """The port that was asked for is in use."""


class _Connection(HTTPConnection):
    """A connection that forgets what its peer no longer takes.

    cheroot leaves bytes that could not be sent in the writer, whose finaliser then tries the closed socket again; from
    Python 3.13 on that prints a traceback for every client that hangs up early.
    """

    torn = False
    """Whether the connection is to end with a reset rather than in order."""

    def close(self) -> None:
        """Close the writer first, and with it whatever could not be sent, then the rest."""
        with contextlib.suppress(OSError, ValueError):
            self.wfile.close()
        super().close()

    def _close_kernel_socket(self) -> None:
        if self.torn:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TEAR)
            return  # a shutdown would send the end in order first
        super()._close_kernel_socket()  # type: ignore[misc]  # the library's stubs leave it out


class _Gateway(wsgi.Gateway_10):
    """Tells an app its connection, so that it can end it."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # the library's stubs say it gives nothing
        """The environment, with the connection in it."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        environ[_CONNECTION] = self.req.conn
        return environ


class _Server(wsgi.Server):
    """cheroot's server, which would leave its socket open when the address cannot be bound."""

    ConnectionClass = _Connection

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind, or close the socket and raise."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_


class Host:
    """One server for one app; mount several apps with `by_path`.

    Port 0 takes a free one; `url` tells it after `start`. Use as a context manager, or call `start` and `stop`.
    Raises `PortTaken` when the port is in use.
    """

    def __init__(self, app: WSGIApplication, clock: Clock, *, address: str = "127.0.0.1", port: int = 0) -> None:
        self._server: Any = _Server(
            (address, port),
            _waiting(app, clock, address),
            numthreads=WORKERS,
            server_name="mock",
            shutdown_timeout=1,
            timeout=30,
            request_queue_size=BACKLOG,
        )
        self._server.keep_alive_conn_limit = BACKLOG
        self._server.max_request_body_size = MAX_REQUEST_BYTES
        self._server.max_request_header_size = MAX_HEAD_BYTES
        self._server.nodelay = True
        self._server.gateway = _Gateway
        # How often the server looks whether it was asked to stop.
        self._server.expiration_interval = 0.05
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Bind and serve in a thread of its own; returns when connections are taken."""
        try:
            self._server.prepare()
        except OSError as error:
            address, port = self._server.bind_addr
            msg = f"port {port} on {address} cannot be bound: {error}"
            raise PortTaken(msg) from error
        self._thread = threading.Thread(target=self._server.serve, name="host", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, as this machine reaches it, without a slash at the end."""
        address, port = self._server.bind_addr[:2]
        name = _name_of(address)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def stop(self) -> None:
        """Finish the requests in flight and let go of the port."""
        self._server.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _waiting(app: WSGIApplication, clock: Clock, address: str) -> WSGIApplication:
    """Answer no sooner than the real service would have, and only what came in whole."""
    name = _name_of(address)  # for clients that send no Host header (HTTP/1.0)

    def wait(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = environ["wsgi.input"].read()
        except ValueError:  # a chunk's size or the declared length is no number of bytes
            return _plain(start_response, "400 Bad Request", b"The request's length cannot be read.\n")
        except (MaxSizeExceeded, OSError) as error:
            if str(error) != _CHUNK_TOO_LARGE and not isinstance(error, MaxSizeExceeded):
                raise
            return _plain(start_response, "413 Request Entity Too Large", b"The request is too large.\n")
        environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "SERVER_NAME": name})
        environ[REQUEST] = environ
        started: list[Callable[[bytes], object]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            started.append(start_response(status, headers, exc_info))
            return started[-1]

        with reply_ends(environ):
            reply = app(environ, start)
            seconds = environ.get(SERVICE_TIME, 0.0)
            if seconds > 0:
                clock.wait(seconds)
            delivery: Delivery | None = environ.get(DELIVERY)
            if delivery is None:
                return reply
            if not delivery.answered:
                _break(environ[_CONNECTION], delivery, clock)
            return _delivered(b"".join(reply), delivery, environ[_CONNECTION], clock, started[-1])

    return wait


def _name_of(address: str) -> str:
    """A name under which a server that is bound to an address can be reached from this machine."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared, not bound


def _delivered(
    body: bytes, delivery: Delivery, connection: _Connection, clock: Clock, write: Callable[[bytes], object]
) -> Iterator[bytes]:
    """The head at once, then the body piece by piece, at its pace, to where the connection ends."""
    write(b"")
    end = len(body) if delivery.body_bytes is None else delivery.body_bytes
    size = max(1, int(delivery.bytes_per_s / PIECES_A_SECOND)) if delivery.bytes_per_s else max(1, end)
    for start in range(0, end, size):
        piece = body[start : min(start + size, end)]
        clock.wait(delivery.paced_s(len(piece)))
        yield piece
    if delivery.breaks:
        _break(connection, delivery, clock)


def _break(connection: _Connection, delivery: Delivery, clock: Clock) -> NoReturn:
    """End the connection: the server takes this for a client that went away, and closes without another word."""
    clock.wait(delivery.hold_s)
    connection.torn = delivery.reset
    raise ConnectionResetError(errno.ECONNRESET, "a fault rule ends the connection here")


def by_path(apps: dict[str, WSGIApplication], default: WSGIApplication | None = None) -> WSGIApplication:
    """One app out of several, chosen by the longest path prefix that fits."""
    prefixes = sorted(apps, key=len, reverse=True)

    def choose(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix in prefixes:
            if path.startswith(prefix):
                return apps[prefix](environ, start_response)
        if default is not None:
            return default(environ, start_response)
        return _plain(start_response, "404 Not Found", b"Nothing is served at this path.\n")

    return choose


def _plain(start_response: StartResponse, status: str, words: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(words)))])
    return [words]
