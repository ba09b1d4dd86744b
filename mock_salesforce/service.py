"""The service: many orgs behind one Partner API endpoint, and its WSDL."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_salesforce import faults
from mock_salesforce.apex.callouts import Callout, CalloutReply, HttpCallout
from mock_salesforce.apex.service import ApexService
from mock_salesforce.cursors import Cursors
from mock_salesforce.fault_dialect import fault_dialect
from mock_salesforce.limits import changing
from mock_salesforce.limits.profiles import REQUEST_BYTES_MAX
from mock_salesforce.oauth import TOKEN_PATH, TokenEndpoint
from mock_salesforce.operations import Desk, operations
from mock_salesforce.org_spec import OrgSpec
from mock_salesforce.orgs import Org
from mock_salesforce.sessions import Sessions
from mock_salesforce.versions import api_version
from mock_salesforce.wsdl import render
from simulator.clock import Clock
from simulator.faults import FaultDialect
from simulator.snapshots import Snapshot, SnapshotUnusable, images_of, put_back
from simulator.soap import Dialect, Limits, SoapFault, soap_app
from simulator.store import RecordStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

SERVICE = "salesforce"
PARTNER_PATH = "/services/Soap/u/"
ENTERPRISE_PATH = "/services/Soap/c/"

NODES_MAX = 400_000
"""Elements and attributes of a request: two hundred rows with all the fields an object can have need far less."""

DIALECT = Dialect(
    namespace="urn:partner.soap.sforce.com",
    declaration=b'<?xml version="1.0" encoding="UTF-8"?>',
    envelope_attributes=(
        b' xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xmlns:sf="urn:sobject.partner.soap.sforce.com"'
    ),
    fault_envelope_attributes=(
        b' xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ),
    limits=Limits(request_bytes=REQUEST_BYTES_MAX, nodes=NODES_MAX),
    unknown_operation=faults.unknown_operation,
    malformed=faults.malformed,
    too_large=faults.too_large,
)


class SalesforceMock:
    """Salesforce's Partner API over any number of orgs.

    `wsgi` serves `/services/Soap/u/<NN.N>[/<org id>]`; a GET with `?wsdl` gives the WSDL. The session, not the path,
    says which org a call is for. Apex calls out through `callout`, the network by default. `state_dir` keeps each
    org's records in a file; without it they are in memory. `/services/oauth2/token` gives sessions to connected apps.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        chance: random.Random,
        state_dir: Path | None = None,
        callout: Callout | None = None,
    ) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._orgs: dict[str, Org] = {}
        sessions, cursors = Sessions(clock, chance), Cursors(clock)
        self.sessions, self.cursors = sessions, cursors
        desk = Desk(self._orgs, sessions, cursors, clock)
        served = operations(desk)
        self.callout: Callout = callout or HttpCallout()
        self._tokens = TokenEndpoint(lambda: self.orgs, sessions, clock)
        self._apex = ApexService(desk, self._call_out)
        self._soap = soap_app("SforceService", served, DIALECT)
        # The enterprise API has the same operations in a namespace of its own; those of the partner's it does not know.
        self._nothing = soap_app("EnterpriseService", (), DIALECT)
        self.wsgi: WSGIApplication = self._serve
        names = [operation.name for operation in served]
        self.fault_dialect: FaultDialect = fault_dialect(names, self._orgs, sessions, cursors)

    def _call_out(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> CalloutReply:
        return self.callout(url, headers, body, timeout_s)

    @property
    def orgs(self) -> tuple[Org, ...]:
        """The orgs, in the order they were added."""
        return tuple(self._orgs.values())

    def add_org(self, spec: OrgSpec) -> Org:
        """Add an org. Raises `ValueError` when its id or one of its usernames is taken, or its spec is wrong."""
        path = None if self._state_dir is None else self._state_dir / f"salesforce-{spec.id[:15]}.sqlite"
        taken = {user.username.lower() for org in self._orgs.values() for user in org.users}
        doubled = sorted(user.username for user in spec.users if user.username.lower() in taken)
        if doubled:
            msg = f"usernames belong to one org only, and these are taken: {', '.join(doubled)}"
            raise ValueError(msg)
        if any(org.id[:15] == spec.id[:15] for org in self._orgs.values()):
            msg = f"there is an org {spec.id} already"
            raise ValueError(msg)
        for app in spec.connected_apps:
            if app.certificate:
                app.public_key()
        org = Org(spec, self._clock, path)
        org.callout = self._call_out
        self._orgs[org.id] = org
        return org

    def limits(self) -> dict[str, Any]:
        """Every org's limits and what is used of them, as JSON values (`mock_salesforce.limits.changing`)."""
        return changing.report(self.orgs)

    def change_limits(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Put other limits in force for one org or all, and tell those orgs'. Raises `ValueError`."""
        return changing.report(changing.change(self.orgs, changes))

    def snapshot(self) -> Snapshot:
        """The records of all orgs as they are now, at one moment."""
        return Snapshot(SERVICE, self._clock.now(), images_of(self._stores()))

    def restore(self, snapshot: Snapshot) -> None:
        """Put all records back as they were, number sequences included, and empty orgs that came after.

        Sessions stay open, API calls stay counted, open query results are let go of. Raises `SnapshotUnusable` for a
        snapshot of another mock or of an org that is not here, and then nothing is changed.
        """
        if snapshot.service != SERVICE:
            raise SnapshotUnusable(f"The snapshot is one of {snapshot.service}, not of {SERVICE}.")

        def seat_again() -> None:
            for org in self.orgs:
                org.seat_users()

        put_back(self._stores(), snapshot, seat_again)
        # Not in that moment: who keeps a result takes its lock before the store's.
        self.cursors.clear()

    def _stores(self) -> dict[tuple[str, ...], RecordStore]:
        return {(org.id,): org.store for org in self.orgs}

    def close(self) -> None:
        """Let go of all records."""
        for org in self._orgs.values():
            org.close()

    def _serve(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if self._apex.takes(path):
            return self._apex(environ, start_response)
        if path == TOKEN_PATH:
            return self._tokens(environ, start_response)
        if path.startswith(ENTERPRISE_PATH) and environ.get("REQUEST_METHOD") == "POST":
            return self._nothing(environ, start_response)
        if not path.startswith(PARTNER_PATH):
            return _not_found(start_response, "This server has the Partner API at /services/Soap/u/<version>.")
        if environ.get("REQUEST_METHOD") == "GET" and "wsdl" in environ.get("QUERY_STRING", "").lower():
            return _wsdl(environ, start_response, path)
        return self._soap(environ, start_response)


def _wsdl(environ: dict[str, Any], start_response: StartResponse, path: str) -> Iterable[bytes]:
    """The WSDL of the version that the path names, if there is one."""
    try:
        document = render(_location(environ, path), api_version(path))
    except SoapFault as fault:
        return _not_found(start_response, fault.message)
    head = [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(document)))]
    start_response("200 OK", head)
    return [document]


def _not_found(start_response: StartResponse, words: str) -> Iterable[bytes]:
    body = f"{words}\n".encode()
    head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("404 Not Found", head)
    return [body]


def _location(environ: dict[str, Any], path: str) -> str:
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{path}"
