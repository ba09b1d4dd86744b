"""The REST side of the mock as a WSGI app: who asks, within which limits, and the reply in the service's shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from mock_zuora.ids import IdSource
from mock_zuora.limits import LimitExceeded
from mock_zuora.rest import resources
from mock_zuora.rest.callers import Caller, caller_of
from mock_zuora.rest.errors import NOT_FOUND, OVER_LIMIT, RestRefused
from mock_zuora.sessions import Sessions
from mock_zuora.tenants import Tenant
from simulator.ending import at_end
from simulator.wsgi import SERVICE_TIME, tell

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

PREFIX = "/v1/"

_SERVICE_S = 0.1

_ROUTES = Map(
    [
        Rule("/v1/entities", methods=["GET"], endpoint=resources.entities),
        Rule("/v1/entities/<entity_id>", methods=["GET"], endpoint=resources.entity),
        Rule("/v1/users/<username>/accessible-entities", methods=["GET"], endpoint=resources.accessible_entities),
        Rule("/v1/catalog/products/<product_id>/share", methods=["POST"], endpoint=resources.share_product),
    ],
    strict_slashes=False,
)


class RestApp:
    """The resources under `/v1/`, for the users of all tenants."""

    def __init__(self, tenants: Callable[[], Sequence[Tenant]], sessions: Sessions, ids: IdSource) -> None:
        self._tenants = tenants
        self._sessions = sessions
        self._ids = ids

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        caller: Caller | None = None
        try:
            resource, path = self._resource(request)
            caller = caller_of(request, self._tenants(), self._sessions)
            self._admit(caller, request)
            reply = _json(200, {**resource(caller, request, path), "success": True})
        except RestRefused as refusal:
            reply = self._refused(refusal)
        if caller is not None:
            reply.headers.extend(limit_headers(caller))
        return reply

    def _resource(self, request: Request) -> tuple[resources.Resource, Mapping[str, str]]:
        try:
            return _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as error:
            words = f"There is no {request.method} {request.path}"
            raise RestRefused(error.code or 404, NOT_FOUND, words) from None

    def _admit(self, caller: Caller, request: Request) -> None:
        limits = caller.tenant.limits
        try:
            flight = limits.admit_call(caller.entity.id)
        except LimitExceeded as refusal:
            wait_s = refusal.retry_after_s
            raise RestRefused(429, OVER_LIMIT, "request exceeded limit", retry_after_s=wait_s) from None
        environ = request.environ
        tell(environ, SERVICE_TIME, _SERVICE_S)
        if flight is not None:
            limits.land(flight, _SERVICE_S)
            at_end(environ, flight.land)
        if caller.session is not None:
            self._sessions.renew(caller.session)

    def _refused(self, refusal: RestRefused) -> Response:
        reply = _json(
            refusal.status,
            {
                "success": False,
                "processId": self._ids.next()[16:].upper(),
                "reasons": [{"code": refusal.code, "message": refusal.message}],
            },
        )
        if refusal.retry_after_s is not None:
            reply.headers["Retry-After"] = str(refusal.retry_after_s)
        return reply


def limit_headers(caller: Caller) -> dict[str, str]:
    """What the caller's tenant has left: of the window nearest to its end, and of requests at once."""
    headers: dict[str, str] = {}
    limits = caller.tenant.limits
    quotas = limits.quotas("api")
    if quotas:
        nearest = min(quotas, key=lambda quota: quota.remaining / quota.limit if quota.limit else 0)
        windows = "".join(f", {quota.limit};w={quota.window_s}" for quota in quotas)
        headers["RateLimit-Limit"] = f"{nearest.limit}{windows}"
        headers["RateLimit-Remaining"] = str(nearest.remaining)
        headers["RateLimit-Reset"] = str(nearest.resets_in_s)
    most = limits.profile.concurrent_requests
    if most is not None:
        headers["Concurrency-Limit-Type"] = "Default"
        headers["Concurrency-Limit-Limit"] = str(most)
        headers["Concurrency-Limit-Remaining"] = str(max(0, most - limits.in_flight(caller.entity.id)))
    return headers


def _json(status: int, value: Mapping[str, Any]) -> Response:
    body = json.dumps(value, ensure_ascii=False)
    return Response(body, status, content_type="application/json;charset=utf-8")
