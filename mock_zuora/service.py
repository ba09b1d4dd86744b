"""The whole mock: tenants behind one SOAP endpoint, as a WSGI application."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_zuora import rest
from mock_zuora.cursors import Cursors
from mock_zuora.fault_dialect import fault_dialect
from mock_zuora.ids import IdSource
from mock_zuora.limits import changing
from mock_zuora.operations import Desk, operations
from mock_zuora.reading import version_in
from mock_zuora.sessions import Sessions
from mock_zuora.tenants import Tenant, TenantSpec
from mock_zuora.tracing import traced
from mock_zuora.wire import dialect
from mock_zuora.wsdl import DOWNLOAD_PATH, Page, download, of_endpoint
from simulator.clock import Clock
from simulator.faults import FaultDialect
from simulator.snapshots import Snapshot, SnapshotUnusable, images_of, put_back
from simulator.soap import soap_app
from simulator.store import RecordStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


SERVICE = "zuora"


class ZuoraMock:
    """Zuora's SOAP service at `/apps/services/a/<NN.N>`, and a little REST, for any number of tenants that never meet.

    Time comes from `clock`, session ids from `chance`. With `state_dir`, each entity's records live in a file there
    and outlast the process; sessions and open query results do not. `loose` takes headers and elements by their local
    name in any namespace, as some clients send them.
    """

    def __init__(
        self, *, clock: Clock, chance: random.Random, state_dir: Path | None = None, loose: bool = False
    ) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._adding = threading.Lock()
        started = chance.getrandbits(32)
        self._ids = IdSource(clock, started)
        self.sessions = Sessions(clock, chance)
        self.cursors = Cursors(clock)
        self._desk = Desk(clock, self._ids, self.sessions, self.cursors)
        self._soap: WSGIApplication = soap_app("zuora", operations(self._desk), dialect(loose=loose))
        self._rest = rest.RestApp(lambda: self._desk.tenants, self.sessions, self._ids)
        # Ids of requests come from a source of their own, so that reading uses none of the records'.
        self.wsgi: WSGIApplication = traced(self._serve, IdSource(clock, ~started))
        self.fault_dialect: FaultDialect = fault_dialect(lambda: self._desk.tenants, self.sessions, self.cursors)

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """The tenants, in the order they were added."""
        return tuple(self._desk.tenants)

    def add_tenant(self, spec: TenantSpec) -> Tenant:
        """Add a tenant; raises `ValueError` when its id or one of its usernames is taken."""
        with self._adding:
            return self._add(spec)

    def _add(self, spec: TenantSpec) -> Tenant:
        for other in self._desk.tenants:
            shared = {user.username for user in other.spec.users} & {user.username for user in spec.users}
            if other.spec.id == spec.id or shared:
                raise ValueError(f"tenant {spec.id}: its id or a username belongs to another tenant {shared or ''}")
        tenant = Tenant(spec, clock=self._clock, ids=self._ids, state_dir=self._state_dir)
        # A new list, because requests may be reading the old one.
        self._desk.tenants = [*self._desk.tenants, tenant]
        return tenant

    def limits(self) -> dict[str, Any]:
        """What each tenant may use and has used, as JSON values; `mock_zuora.limits.changing.report` has the shape."""
        return changing.report(self._desk.tenants, self.sessions.count)

    def change_limits(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Put other limits in force and report those changed.

        `changes` is {"tenant": id, "profile": name, "figures": {name: number or None}}, each part optional; without a
        tenant it is for all. Raises `ValueError`, naming what there is, and then nothing is changed.
        """
        return changing.report(changing.change(self._desk.tenants, changes), self.sessions.count)

    def snapshot(self) -> Snapshot:
        """The records of all tenants as they are now, at one moment in all entities."""
        return Snapshot(SERVICE, self._clock.now(), images_of(self._stores()))

    def restore(self, snapshot: Snapshot) -> None:
        """Put all records back as they were, number sequences included, and empty what was added since.

        Sessions stay open, limits used stay used, open query results are let go of. Raises `SnapshotUnusable` for a
        snapshot of another mock or of a tenant that is not here, and then nothing is changed.
        """
        if snapshot.service != SERVICE:
            raise SnapshotUnusable(f"The snapshot is one of {snapshot.service}, not of {SERVICE}.")

        def look_anew() -> None:
            for tenant in self.tenants:
                tenant.shares.forget()
            self.cursors.clear()

        put_back(self._stores(), snapshot, look_anew)

    def _stores(self) -> dict[tuple[str, ...], RecordStore]:
        return {
            (tenant.spec.id, entity_id): store for tenant in self.tenants for entity_id, store in tenant.stores.items()
        }

    def close(self) -> None:
        """Let go of all databases."""
        for tenant in self._desk.tenants:
            tenant.close()

    def _serve(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD")
        if path.startswith(rest.PREFIX):
            return self._rest(environ, start_response)
        version = version_in(path)
        if version is not None and method not in ("GET", "HEAD"):
            return self._soap(environ, start_response)
        if version is not None:
            page = of_endpoint(environ, version, self.tenants)
        elif path == DOWNLOAD_PATH and method in ("GET", "HEAD"):
            page = download(environ, self.tenants)
        else:
            page = Page("404 Not Found", (("Content-Type", "text/plain"),), b"Nothing is served at this path.\n")
        start_response(page.status, [*page.headers, ("Content-Length", str(len(page.body)))])
        return [] if method == "HEAD" else [page.body]
