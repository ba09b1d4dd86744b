"""The journal from outside: which exchanges there were, and whether those that were to happen did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request

from simulator.control.expectation import Expectation
from simulator.control.routes import Route, whole_number
from simulator.control.safety import json_body
from simulator.control.subject import Subject
from simulator.faults import FaultDialect
from simulator.journal import Exchange, Journal

PROBLEMS_SHOWN = 1000
"""How many things that are broken are told one by one."""


class ExchangeRoutes:
    """`/journal` and `/verify`."""

    def __init__(self, journal: Journal, subject: Subject, dialect: FaultDialect) -> None:
        self._journal = journal
        self._subject = subject
        self._dialect = dialect
        self.routes = (
            Route("GET", "/journal", self._read),
            Route("DELETE", "/journal", self._forget),
            Route("GET", "/verify", self._check_records),
            Route("POST", "/verify", self._verify),
        )

    def latest(self, count: int) -> list[dict[str, Any]]:
        """The last exchanges without their bodies, oldest first."""
        return [shown(each, bodies=False) for each in self._journal.exchanges()[-count:]]

    def _read(self, request: Request) -> Mapping[str, Any]:
        since, limit = whole_number(request, "since", 0), whole_number(request, "limit", 10_000, 10_000)
        wanted: dict[str, Any] = {name: request.args[name] for name in ("operation", "object") if name in request.args}
        if "status" in request.args:
            wanted["status"] = whole_number(request, "status", 0)
        if "contains" in request.args:
            wanted["contains"] = request.args.getlist("contains")
        expected = Expectation.read({**wanted, "since": since, "at_least": 0})
        found = [each for each in self._journal.exchanges() if not expected.differences(each, self._dialect)]
        bodies = request.args.get("bodies", "yes").lower() not in ("no", "false", "0")
        return {"exchanges": [shown(each, bodies=bodies) for each in found[-limit:]]}

    def _forget(self, _request: Request) -> Mapping[str, Any]:
        self._journal.clear()
        return {"exchanges": []}

    def _check_records(self, _request: Request) -> Mapping[str, Any]:
        problems = list(self._subject.problems())
        return {"passed": not problems, "count": len(problems), "problems": problems[:PROBLEMS_SHOWN]}

    def _verify(self, request: Request) -> Mapping[str, Any]:
        expected = Expectation.read(json_body(request))
        return expected.judge(self._journal.exchanges(), self._dialect)


def shown(exchange: Exchange, *, bodies: bool) -> dict[str, Any]:
    """An exchange as JSON values, with the bodies' sizes in place of the bodies if they are not wanted."""
    values: dict[str, Any] = {
        "number": exchange.number,
        "at": exchange.at,
        "service": exchange.service,
        "path": exchange.path,
        "operation": exchange.operation,
        "status": exchange.status,
        "fault": exchange.fault,
    }
    for name, body in (("request", exchange.request), ("response", exchange.response)):
        if bodies:
            values[name] = body.decode("utf-8", "replace")
        else:
            values[f"{name}_bytes"] = len(body)
    return values
