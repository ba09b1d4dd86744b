"""The byte seam in process: an httpx transport that calls WSGI apps instead of opening sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import httpx

from simulator.clock import Clock
from simulator.delivery import DELIVERY, Delivery
from simulator.ending import reply_ends
from simulator.wsgi import REQUEST, SERVICE_TIME

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class WsgiTransport(httpx.AsyncBaseTransport):
    """Answers requests from the apps given by host name (`zuora.test`, `salesforce.test:8080`).

    A host that is not among them refuses the connection. After each reply the service's own time passes on the
    clock, which under the virtual-time loop costs nothing. A reply that takes longer than the request's read timeout
    never comes, and one that is to break off breaks off, with the errors that httpx has for a network.
    """

    def __init__(self, apps: Mapping[str, WSGIApplication], clock: Clock) -> None:
        self._apps = dict(apps)
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange."""
        host = request.url.netloc.decode()
        app = self._apps.get(host)
        if app is None:
            msg = f"nothing listens at {host}"
            raise httpx.ConnectError(msg, request=request)
        environ = _environ(request, await request.aread())
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            del exc_info
            started.update(status=int(status.split(maxsplit=1)[0]), headers=headers)

        with reply_ends(environ):
            body = b"".join(app(environ, start_response))
            delivery: Delivery = environ.get(DELIVERY) or Delivery()
            await self._pass(environ.get(SERVICE_TIME, 0.0), request)
            if not delivery.answered:
                await self._pass(delivery.hold_s, request)
                raise _broken(delivery, request)
        whole = httpx.Response(started["status"], headers=started["headers"], content=body, request=request)
        if delivery == Delivery():
            return whole
        stream = _Stream(body, delivery, partial(self._pass, request=request), request)
        return httpx.Response(whole.status_code, headers=whole.headers, stream=stream, request=request)

    async def _pass(self, seconds: float, request: httpx.Request) -> None:
        """Let time pass, or as much of it as the client waits for: raises `httpx.ReadTimeout` then."""
        patience = request.extensions.get("timeout", {}).get("read")
        if patience is not None and seconds > patience:
            await self._clock.sleep(patience)
            msg = f"no reply within {patience} s"
            raise httpx.ReadTimeout(msg, request=request)
        await self._clock.sleep(seconds)


class _Stream(httpx.AsyncByteStream):
    """A body that comes slowly, or not to its end."""

    def __init__(
        self, body: bytes, delivery: Delivery, passing: Callable[[float], Awaitable[None]], request: httpx.Request
    ) -> None:
        self._body = body
        self._delivery = delivery
        self._pass = passing
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        delivery = self._delivery
        size = max(1, int(delivery.bytes_per_s)) if delivery.bytes_per_s else max(1, len(self._body))
        end = len(self._body) if delivery.body_bytes is None else delivery.body_bytes
        for start in range(0, end, size):
            piece = self._body[start : min(start + size, end)]
            await self._pass(delivery.paced_s(len(piece)))
            yield piece
        if delivery.breaks:
            await self._pass(delivery.hold_s)
            raise _broken(delivery, self._request, of=len(self._body), received=end)


def _broken(delivery: Delivery, request: httpx.Request, *, of: int = 0, received: int = 0) -> httpx.TransportError:
    """What a client meets where the connection ends."""
    if delivery.reset:
        return httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
    if not delivery.answered:
        return httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    return httpx.RemoteProtocolError(
        f"peer closed connection without sending complete message body (received {received} bytes, expected {of})",
        request=request,
    )


def _environ(request: httpx.Request, body: bytes) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.url.path,
        "QUERY_STRING": request.url.query.decode(),
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port or (443 if request.url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value
    environ[REQUEST] = environ
    return environ
