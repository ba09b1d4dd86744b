"""`serve`: the service that an org's Apex calls out to."""

from __future__ import annotations

import importlib.util
import logging
import signal
import threading
from typing import Annotated, Any

import typer

from sync_engine.cli.context import Json, engine, settings
from sync_engine.cli.output import people, trouble, write_json
from sync_engine.errors import OnDemandSyncError, SettingsError
from sync_engine.service import RequestDesk, SyncService
from sync_engine.service.background import LoopThread
from sync_engine.settings import require_services

THREADS = 10


class ServerMissing(OnDemandSyncError):
    """The web server is not installed."""

    exit_code = 2


class AddressTaken(OnDemandSyncError):
    """The service cannot listen where it was told to."""

    exit_code = 2


def register(app: typer.Typer) -> None:
    """Add the command `serve`."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes any.")] = 8480,
    as_json: Json = False,
) -> None:
    """Serve the SOAP endpoint that On-Demand Sync in an org calls, until SIGTERM or Ctrl-C.

    Requests that were accepted are finished before it ends.
    """
    told = settings(context)
    require_services(told)
    token = told.service.token.get_secret_value()
    if not token:
        raise SettingsError(
            "[service] token is not set: it is the secret that the org sends with each request.",
            "Set it in the settings file or in ONDEMAND_SYNC_SERVICE__TOKEN.",
        )
    if importlib.util.find_spec("cheroot") is None:
        raise ServerMissing("The web server is not installed.", "Install it with: pip install 'ondemand-sync[service]'")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with engine(context) as made, LoopThread() as background:
        desk = RequestDesk(
            made.request, made.leases, background, token=token, organization_id=told.service.organization_id
        )
        server = _listening(SyncService(desk, background.call), host, port)
        thread = threading.Thread(target=server.serve, name="sync service")
        thread.start()
        url = f"http://{host}:{server.bind_addr[1]}/"
        if as_json:
            write_json({"url": url, "wsdl": f"{url}?wsdl", "health": f"{url}health"})
        else:
            people().print(f"Requests are taken at {url} (WSDL at {url}?wsdl). Stop with Ctrl-C.")
        stop.wait()
        waiting = len(background)
        if waiting:
            trouble().print(f"Finishing {waiting} accepted request(s) …")
        server.stop()
        thread.join()


def _listening(app: SyncService, host: str, port: int) -> Any:
    from cheroot import wsgi  # noqa: PLC0415 - an extra's package

    server = wsgi.Server((host, port), app, numthreads=THREADS, server_name="ondemand-sync")
    try:
        server.prepare()
    except OSError as error:
        raise AddressTaken(f"{host}:{port} cannot be listened on: {error}.", "Choose another with --port.") from None
    return server
