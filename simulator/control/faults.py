"""A mock's fault rules from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from werkzeug.wrappers import Request

from simulator.control.routes import Route
from simulator.control.safety import json_body
from simulator.control.subject import ControlInvalid, ControlUnknown
from simulator.faults import FaultRuleInvalid, FaultRules, FaultRuleUnknown

P = ParamSpec("P")


def _told(act: Callable[P, Mapping[str, Any]]) -> Callable[P, Mapping[str, Any]]:
    """The rules' own errors as the control plane's."""

    @wraps(act)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Mapping[str, Any]:
        try:
            return act(*args, **kwargs)
        except FaultRuleInvalid as error:
            raise ControlInvalid(str(error)) from None
        except FaultRuleUnknown as error:
            raise ControlUnknown(str(error)) from None

    return answer


class FaultRoutes:
    """`/faults`, each rule under `/faults/ID`, and what they did under `/fault-log`."""

    def __init__(self, rules: FaultRules) -> None:
        self._rules = rules
        self.routes = (
            Route("GET", "/faults", lambda _request: self.told()),
            Route("POST", "/faults", self._add),
            Route("DELETE", "/faults", self._clear),
            Route("GET", "/faults/<rule_id>", self._get),
            Route("PUT", "/faults/<rule_id>", self._replace),
            Route("DELETE", "/faults/<rule_id>", self._remove),
            Route("GET", "/fault-log", lambda _request: {"firings": self._rules.log()}),
            Route("DELETE", "/fault-log", self._forget),
        )

    def told(self) -> dict[str, Any]:
        """Every rule, in the order in which they are asked."""
        return {"faults": self._rules.list()}

    @_told
    def _add(self, request: Request) -> Mapping[str, Any]:
        return self._rules.add(json_body(request))

    def _clear(self, _request: Request) -> Mapping[str, Any]:
        self._rules.clear()
        return self.told()

    @_told
    def _get(self, _request: Request, rule_id: str) -> Mapping[str, Any]:
        return self._rules.get(rule_id)

    @_told
    def _replace(self, request: Request, rule_id: str) -> Mapping[str, Any]:
        return self._rules.replace(rule_id, json_body(request))

    @_told
    def _remove(self, _request: Request, rule_id: str) -> Mapping[str, Any]:
        self._rules.remove(rule_id)
        return self.told()

    def _forget(self, _request: Request) -> Mapping[str, Any]:
        self._rules.clear_log()
        return {"firings": []}
