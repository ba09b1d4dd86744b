"""Who makes a REST request: a user by name and password in headers, or one who is logged in through SOAP.

A SOAP session is taken as `Authorization: ZSession <session>` or as the cookie `ZSession`. Bearer tokens come from an
OAuth service, which is not part of the mock: none is valid here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.wrappers import Request

from mock_zuora.faults import WRONG_LOGIN
from mock_zuora.rest.errors import FORBIDDEN_ENTITY, NO_PERMISSION, SIGN_IN_FIRST, UNAUTHENTICATED, RestRefused
from mock_zuora.sessions import Session, Sessions, entered
from mock_zuora.tenants import EntitySpec, Tenant, UserSpec
from simulator.soap import SoapFault


@dataclass(frozen=True, slots=True)
class Caller:
    """A user in one entity of their tenant; `session` when they came with one."""

    tenant: Tenant
    user: UserSpec
    entity: EntitySpec
    session: Session | None = None


def caller_of(request: Request, tenants: Iterable[Tenant], sessions: Sessions) -> Caller:
    """Who makes the request; raises `RestRefused`."""
    session_id = _session_id(request)
    if session_id:
        try:
            session = sessions.known(session_id)
        except SoapFault:
            raise _sign_in_first() from None
        return Caller(session.tenant, session.user, session.entity, session)
    username, password = request.headers.get("apiAccessKeyId"), request.headers.get("apiSecretAccessKey")
    if not username or not password:
        raise _sign_in_first()
    try:
        tenant, user = sessions.authenticated(tenants, username, password, request.remote_addr or "")
    except SoapFault as fault:
        if fault.code.endswith("API_DISABLED"):
            raise RestRefused(403, NO_PERMISSION, fault.message) from None
        words = SIGN_IN_FIRST if fault.message == WRONG_LOGIN else fault.message
        raise RestRefused(401, UNAUTHENTICATED, words) from None
    entity_id = request.headers.get("entityId") or request.headers.get("Zuora-Entity-Ids") or ""
    try:
        entity = entered(tenant, user, entity_id, request.headers.get("entityName") or "")
    except SoapFault as fault:
        raise RestRefused(403, FORBIDDEN_ENTITY, fault.message) from None
    return Caller(tenant, user, entity)


def _session_id(request: Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "zsession" else request.cookies.get("ZSession", "")


def _sign_in_first() -> RestRefused:
    return RestRefused(401, UNAUTHENTICATED, SIGN_IN_FIRST)
