"""The control plane of a mock: JSON under `/_mock/` on the mock's own port, for this machine only.

    GET    /_mock/                 what there is, and how it stands; a page for people in a browser
    GET    /_mock/state            what the mock holds, counted; its records with
                                   ?object=Account&tenant=&entity=&limit=&after=
    GET    /_mock/seed             all records as the files of a seed folder
    POST   /_mock/seed             {"scenario": NAME}, {"folder": PATH}, {"files": {...}} or {"records": {...}}
    POST   /_mock/reset            removes every record; {"also": ["faults", "journal", "snapshots"]} more than that
    GET    /_mock/snapshot         the snapshots kept; POST {"name": NAME} takes one; DELETE lets go of all
    GET    /_mock/snapshot/NAME    one as a file (@now: the present state); PUT brings one; DELETE lets go of it
    POST   /_mock/restore          {"name": NAME}, or a snapshot's file
    GET    /_mock/clock            the mock's time; POST {"freeze", "resume", "advance", "set", "rate"} steers it
    GET    /_mock/limits           what may be used and is used; POST changes it
    GET    /_mock/faults           the fault rules; POST adds one; DELETE removes all
    GET    /_mock/faults/ID        one rule; PUT replaces it; DELETE removes it
    GET    /_mock/fault-log        what the rules did; DELETE forgets it
    GET    /_mock/journal          exchanges, secrets struck out; some of them with
                                   ?since=&operation=&object=&status=&contains=&limit=&bodies=no; DELETE forgets all
    GET    /_mock/verify           what is broken among the records
    POST   /_mock/verify           whether there were exchanges: {"operation": NAME, "at_least": NUMBER, ...}

Mistakes are answered with {"error": words} and a fitting status, several with a list "mistakes" besides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from simulator.clock import Clock
from simulator.control.exchanges import ExchangeRoutes
from simulator.control.faults import FaultRoutes
from simulator.control.keeping import SnapshotRoutes
from simulator.control.page import render
from simulator.control.routes import Answer, Route, only, whole_number
from simulator.control.safety import FILE_BYTES_MAX, json_body, require_this_machine
from simulator.control.subject import (
    RECORDS_MAX,
    RECORDS_SHOWN,
    ControlInvalid,
    ControlRefused,
    ControlUnknown,
    RecordQuery,
    Subject,
)
from simulator.control.time import TimeRoutes
from simulator.faults import FaultRules
from simulator.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PREFIX = "/_mock"
LATEST_EXCHANGES = 25
"""How many the page shows."""


def control_app(
    subject: Subject, journal: Journal, clock: Clock, service: str, faults: FaultRules, server: str = ""
) -> WSGIApplication:
    """The control plane of one mock as a WSGI app, to be mounted at `PREFIX`.

    `server` tells servers apart: mocks with the same one share a clock.
    """
    control = _Control(subject, journal, clock, service, faults, server)

    @Request.application
    def serve(request: Request) -> Response:
        return control.answer(request)

    return serve


class _Control:
    def __init__(
        self, subject: Subject, journal: Journal, clock: Clock, service: str, faults: FaultRules, server: str
    ) -> None:
        self._subject = subject
        self._journal = journal
        self._service = service
        self._server = server
        self._rules = faults
        self._time = TimeRoutes(clock)
        self._faults = FaultRoutes(faults)
        self._snapshots = SnapshotRoutes(subject)
        self._exchanges = ExchangeRoutes(journal, subject, faults.dialect)
        own = (
            Route("GET", "/", self._index),
            Route("GET", "/state", self._state),
            Route("GET", "/seed", lambda _request: {"files": self._subject.export()}),
            Route("POST", "/seed", lambda request: self._subject.seed(json_body(request, FILE_BYTES_MAX))),
            Route("POST", "/reset", self._reset),
            Route("GET", "/limits", lambda _request: self._subject.limits()),
            Route("POST", "/limits", self._change_limits),
        )
        parts = (self._time, self._faults, self._snapshots, self._exchanges)
        routes = [*own, *(route for part in parts for route in part.routes)]
        self._answers = {f"{each.method} {each.path}": each.answer for each in routes}
        self._pages = [f"{PREFIX}{each.path}" for each in routes if each.method == "GET" and "<" not in each.path][1:]
        self._paths = sorted({f"{PREFIX}{each.path}" for each in routes})
        rules = [Rule(PREFIX + r.path, methods=[r.method], endpoint=f"{r.method} {r.path}") for r in routes]
        self._map = Map(rules, strict_slashes=False)

    def answer(self, request: Request) -> Response:
        """The reply to one request."""
        try:
            require_this_machine(request)
            endpoint, parts = self._map.bind_to_environ(request.environ).match()
            return _reply(self._answers[endpoint](request, **parts))
        except ControlRefused as refusal:
            return _json({"error": str(refusal)}, 409)
        except ControlUnknown as error:
            return _json({"error": str(error)}, 404)
        except ControlInvalid as error:
            more = {"mistakes": list(error.mistakes)} if error.mistakes else {}
            return _json({"error": str(error), **more}, 400)
        except HTTPException as error:
            if error.code is None or error.code < 400:
                return error.get_response(request.environ)
            return _json({"error": error.description}, error.code)

    def _index(self, request: Request) -> Answer:
        told = {"service": self._service, "server": self._server, "paths": self._paths, "clock": self._time.told()}
        if request.accept_mimetypes.best_match(("application/json", "text/html")) != "text/html":
            return told
        return render(
            {
                **told,
                "pages": self._pages,
                "state": self._subject.state(),
                "limits": self._limits_if_any(),
                "snapshots": self._snapshots.told()["snapshots"],
                "faults": self._faults.told()["faults"],
                "exchanges": self._exchanges.latest(LATEST_EXCHANGES)[::-1],
            }
        )

    def _state(self, request: Request) -> Answer:
        if "object" not in request.args:
            if request.args:
                raise ControlInvalid("Name the object whose records to show: ?object=Account.")
            return {**self._subject.state(), "clock": self._time.told(), "faults": len(self._rules)}
        query = RecordQuery(
            object=request.args["object"],
            tenant=request.args.get("tenant", ""),
            entity=request.args.get("entity", ""),
            after=request.args.get("after", ""),
            limit=whole_number(request, "limit", RECORDS_SHOWN, RECORDS_MAX),
        )
        return self._subject.records(query)

    def _reset(self, request: Request) -> Answer:
        body = json_body(request)
        only(body, "also")
        further = {"faults": self._forget_faults, "journal": self._journal.clear, "snapshots": self._snapshots.forget}
        also = body.get("also") or []
        if not isinstance(also, list) or not set(map(str, also)) <= set(further):
            raise ControlInvalid(f"also is a list of {', '.join(further)}, not {also!r:.80}.")
        done = self._subject.reset()
        for name in also:
            further[name]()
        return {**done, "also": also}

    def _forget_faults(self) -> None:
        self._rules.clear()
        self._rules.clear_log()

    def _change_limits(self, request: Request) -> Answer:
        return self._subject.change_limits(json_body(request))

    def _limits_if_any(self) -> Mapping[str, Any]:
        try:
            return self._subject.limits()
        except ControlUnknown:
            return {}


def _reply(answer: Answer) -> Response:
    return answer if isinstance(answer, Response) else _json(answer)


def _json(value: Mapping[str, Any], status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False) + "\n"
    reply = Response(body, status, content_type="application/json; charset=utf-8")
    reply.headers["Cache-Control"] = "no-store"
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
