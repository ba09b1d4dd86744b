"""The control plane of a mock: JSON under `/_mock/` on the mock's own port, for this machine only.

    GET  /_mock/          what there is
    GET  /_mock/state     what the mock holds, counted
    GET  /_mock/journal   its exchanges, secrets struck out; ?since=NUMBER gives the later ones; DELETE forgets them
    POST /_mock/seed      {"scenario": NAME} loads a scenario, once
    POST /_mock/reset     removes every record
    GET  /_mock/clock     the mock's time; POST {"advance_s": SECONDS} moves it forward

Mistakes are answered with {"error": words} and a fitting status.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from werkzeug.exceptions import BadRequest, Conflict, Forbidden, HTTPException, UnsupportedMediaType
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from simulator.clock import Clock
from simulator.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PREFIX = "/_mock"
ADVANCE_S_MAX = 10 * 366 * 86_400
"""Ten years: as far as one step may take a clock."""


class ControlRefused(Exception):
    """What was asked of the mock makes no sense; the message says why and what would."""


@runtime_checkable
class Movable(Protocol):
    """A clock that can be moved forward."""

    def advance(self, seconds: float) -> None:
        """Move time forward; raises `ValueError` for a step back."""


class Subject(Protocol):
    """A mock as the control plane sees it. Both writing methods raise `ControlRefused`."""

    def state(self) -> Mapping[str, Any]:
        """What it holds, as JSON values."""

    def seed(self, scenario: str) -> Mapping[str, Any]:
        """Load a scenario unless it is there already, and say what was done."""

    def reset(self) -> Mapping[str, Any]:
        """Remove every record, and say what was done."""


def control_app(subject: Subject, journal: Journal, clock: Clock, service: str) -> WSGIApplication:
    """The control plane of one mock as a WSGI app, to be mounted at `PREFIX`."""
    control = _Control(subject, journal, clock, service)

    @Request.application
    def serve(request: Request) -> Response:
        return control.answer(request)

    return serve


class _Control:
    def __init__(self, subject: Subject, journal: Journal, clock: Clock, service: str) -> None:
        self._subject = subject
        self._journal = journal
        self._clock = clock
        self._service = service
        self._actions: dict[str, Callable[[Request], Mapping[str, Any]]] = {
            "index": self._index,
            "state": lambda _request: self._subject.state(),
            "journal": self._read_journal,
            "forget": self._forget_journal,
            "seed": self._seed,
            "reset": self._reset,
            "clock": lambda _request: self._time(),
            "advance": self._advance,
        }
        self._routes = Map(
            [
                Rule(f"{PREFIX}/", methods=["GET"], endpoint="index"),
                Rule(f"{PREFIX}/state", methods=["GET"], endpoint="state"),
                Rule(f"{PREFIX}/journal", methods=["GET"], endpoint="journal"),
                Rule(f"{PREFIX}/journal", methods=["DELETE"], endpoint="forget"),
                Rule(f"{PREFIX}/seed", methods=["POST"], endpoint="seed"),
                Rule(f"{PREFIX}/reset", methods=["POST"], endpoint="reset"),
                Rule(f"{PREFIX}/clock", methods=["GET"], endpoint="clock"),
                Rule(f"{PREFIX}/clock", methods=["POST"], endpoint="advance"),
            ],
            strict_slashes=False,
        )

    def answer(self, request: Request) -> Response:
        """The reply to one request."""
        try:
            _require_loopback(request)
            endpoint, _ = self._routes.bind_to_environ(request.environ).match()
            return _json(self._actions[endpoint](request))
        except ControlRefused as refusal:
            return _json({"error": str(refusal)}, 409)
        except HTTPException as error:
            if error.code is None or error.code < 400:
                return error.get_response(request.environ)
            return _json({"error": error.description}, error.code)

    def _index(self, _request: Request) -> Mapping[str, Any]:
        paths = sorted({rule.rule for rule in self._routes.iter_rules()})
        return {"service": self._service, "paths": paths}

    def _read_journal(self, request: Request) -> Mapping[str, Any]:
        since = request.args.get("since", "0")
        if not since.isdigit():
            raise BadRequest("since is the number of an exchange, such as 12.")
        lines = self._journal.to_bytes().decode().splitlines()
        return {"exchanges": [each for line in lines if (each := json.loads(line))["number"] > int(since)]}

    def _forget_journal(self, _request: Request) -> Mapping[str, Any]:
        self._journal.clear()
        return {"exchanges": []}

    def _seed(self, request: Request) -> Mapping[str, Any]:
        name = _body(request).get("scenario")
        if not isinstance(name, str):
            raise BadRequest('Say which scenario: {"scenario": "demo"}.')
        return self._subject.seed(name)

    def _reset(self, request: Request) -> Mapping[str, Any]:
        _body(request)
        return self._subject.reset()

    def _time(self) -> Mapping[str, Any]:
        return {"now": self._clock.now().isoformat(), "movable": isinstance(self._clock, Movable)}

    def _advance(self, request: Request) -> Mapping[str, Any]:
        seconds = _body(request).get("advance_s")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= ADVANCE_S_MAX:
            raise BadRequest('Say how far forward, in seconds and at most ten years: {"advance_s": 3600}.')
        if not isinstance(self._clock, Movable):
            raise Conflict("This mock runs on the machine's own clock, which cannot be moved.")
        self._clock.advance(seconds)
        return self._time()


def _require_loopback(request: Request) -> None:
    """Refuse other machines, and pages on them that make a browser here ask."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    host = request.host.rsplit(":", 1)[0].strip("[]")
    if not local or host not in {"localhost", "127.0.0.1", "::1"}:
        raise Forbidden("The control plane answers this machine only.")


def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a POST. Only JSON is taken: a web page cannot send that elsewhere without being let."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body is a JSON object.")
    return body


def _json(value: Mapping[str, Any], status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False) + "\n"
    return Response(body, status, content_type="application/json; charset=utf-8")
