"""The place where faults happen: between the host and everything that belongs to a mock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from simulator.delivery import DELIVERY, Delivery
from simulator.faults.dialect import FaultDialect
from simulator.faults.effects import Exchange, Handed, Reply
from simulator.faults.request import Request
from simulator.faults.rows import ROW_FAULTS
from simulator.faults.rules import Firing
from simulator.journal import FAULT
from simulator.soap import RAISED_FAULT
from simulator.wsgi import SERVICE_TIME, ask, body_of, tell

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class Chooses(Protocol):
    """What says which faults befall a request: `FaultRules`, or a test's own plan."""

    dialect: FaultDialect

    def __len__(self) -> int:
        """How many faults there could be; with none, requests are not even looked at."""

    def firing(self, request: Request) -> list[Firing]:
        """Those that befall this request, in the order in which they are asked."""


def faulted(app: WSGIApplication, rules: Chooses) -> WSGIApplication:
    """The app, with what the rules say befalling its requests.

    Put a mock's journal inside: it then has what reached the mock, each with the faults that befell it.
    """

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not len(rules):
            return app(environ, start_response)
        body = body_of(environ)
        request = Request(environ, body, rules.dialect)
        firing = rules.firing(request)
        marks = {FAULT: ", ".join(f"{each.rule.id} {each.rule.effect.type}" for each in firing)} if firing else {}
        mock = _Mock(app, {**environ, **marks}, body)
        reply = _through(firing, request, rules.dialect, mock, Handed())
        tell(environ, SERVICE_TIME, reply.service_time_s)
        if reply.delivery != Delivery():
            tell(environ, DELIVERY, reply.delivery)
        start_response(reply.status, reply.headers)
        return [reply.body]

    return answer


class _Mock:
    """The end of the way: whatever was handed along comes to the mock with the request."""

    def __init__(self, app: WSGIApplication, environ: dict[str, Any], body: bytes) -> None:
        self._app = app
        self._environ = environ
        self._body = body

    def answer(self, handed: Handed) -> Reply:
        environ = dict(self._environ)
        if handed.fault is not None:
            environ[RAISED_FAULT] = handed.fault
        if handed.rows:
            environ[ROW_FAULTS] = handed.rows
        if handed.plain:
            environ.pop("HTTP_ACCEPT_ENCODING", None)
        found = ask(self._app, environ, self._body)
        return Reply(found.status, found.headers, found.body, found.service_time_s)


def _through(firing: Sequence[Firing], request: Request, dialect: FaultDialect, mock: _Mock, handed: Handed) -> Reply:
    """The reply after all that befalls the request, the first of them asked first."""
    if not firing:
        return mock.answer(handed)
    first, *rest = firing

    def pass_on(more: Handed) -> Reply:
        both = Handed(more.fault or handed.fault, {**more.rows, **handed.rows}, more.plain or handed.plain)
        return _through(rest, request, dialect, mock, both)

    exchange = Exchange(request, dialect, first.chance, first.rule.match.record, pass_on)
    return first.rule.effect.apply(exchange)
