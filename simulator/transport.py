"""The byte seam in process: an httpx transport that calls WSGI apps instead of opening sockets."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import httpx

from simulator.clock import Clock
from simulator.ending import reply_ends
from simulator.soap import SERVICE_TIME

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class WsgiTransport(httpx.AsyncBaseTransport):
    """Answers requests from the apps given by host name (`zuora.test`, `salesforce.test:8080`).

    A host that is not among them refuses the connection. After each reply the service's own time passes on the
    clock, which under the virtual-time loop costs nothing.
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
            await self._clock.sleep(environ.get(SERVICE_TIME, 0.0))
        return httpx.Response(started["status"], headers=started["headers"], content=body, request=request)


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
    environ["simulator.request"] = environ
    return environ
