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
from mock_zuora.faults import unreadable
from mock_zuora.ids import IdSource
from mock_zuora.limits import changing
from mock_zuora.objects import NEWEST_VERSION
from mock_zuora.operations import Desk, operations
from mock_zuora.reading import version_in
from mock_zuora.sessions import Sessions
from mock_zuora.tenants import Tenant, TenantSpec
from mock_zuora.wsdl import render
from simulator.clock import Clock
from simulator.faults import FaultDialect
from simulator.snapshots import Snapshot, SnapshotUnusable, images_of, put_back
from simulator.soap import Dialect, SoapFault, soap_app
from simulator.store import RecordStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


SERVICE = "zuora"


def _unknown_operation(name: str) -> SoapFault:
    return SoapFault(
        "soapenv:Client",
        f"The endpoint reference (EPR) for the Operation not found: the WSDL action is empty, the element {name}",
    )


def _malformed(words: str) -> SoapFault:
    return unreadable(f"com.ctc.wstx.exc.WstxParsingException: {words}")


DIALECT = Dialect(
    namespace="http://api.zuora.com/",
    declaration=b"<?xml version='1.0' encoding='UTF-8'?>",
    content_type="text/xml;charset=UTF-8",
    response_headers=(
        ("Server", "Zuora App"),
        ("Cache-Control", "max-age=0, no-cache, no-store"),
        ("Pragma", "no-cache"),
    ),
    unknown_operation=_unknown_operation,
    malformed=_malformed,
)


class ZuoraMock:
    """Zuora's SOAP service at `/apps/services/a/<NN.N>`, and a little REST, for any number of tenants that never meet.

    Time comes from `clock`, session ids from `chance`. With `state_dir`, each entity's records live in a file there
    and outlast the process; sessions and open query results do not.
    """

    def __init__(self, *, clock: Clock, chance: random.Random, state_dir: Path | None = None) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._adding = threading.Lock()
        self._ids = IdSource(clock, chance.getrandbits(32))
        self.sessions = Sessions(clock, chance)
        self.cursors = Cursors(clock)
        self._desk = Desk(clock, self._ids, self.sessions, self.cursors)
        self._soap: WSGIApplication = soap_app("zuora", operations(self._desk), DIALECT)
        self._rest = rest.RestApp(lambda: self._desk.tenants, self.sessions, self._ids)
        self.wsgi: WSGIApplication = self._serve
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
        if environ.get("PATH_INFO", "").startswith(rest.PREFIX):
            return self._rest(environ, start_response)
        version = version_in(environ.get("PATH_INFO", ""))
        if version is None:
            return _answer(start_response, "404 Not Found", "text/plain", b"Nothing is served at this path.\n")
        if environ.get("REQUEST_METHOD") in ("GET", "HEAD"):
            if "wsdl" not in environ.get("QUERY_STRING", "").lower() or version > NEWEST_VERSION:
                words = b"This is a SOAP endpoint; its WSDL is at ?wsdl.\n"
                return _answer(start_response, "404 Not Found", "text/plain", words)
            return _answer(start_response, "200 OK", "text/xml;charset=UTF-8", self._wsdl(environ, version))
        return self._soap(environ, start_response)

    def _wsdl(self, environ: dict[str, Any], version: float) -> bytes:
        """With one tenant the WSDL has its custom fields, as a real one is made for its tenant."""
        catalogue = self.tenants[0].catalogue if len(self.tenants) == 1 else None
        address = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', 'localhost')}"
        return render(catalogue, version, f"{address}/apps/services/a")


def _answer(start_response: StartResponse, status: str, kind: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
