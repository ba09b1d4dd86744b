"""login and getUserInfo."""

from __future__ import annotations

from mock_zuora.operations.desk import Desk, address_of
from mock_zuora.operations.replies import element, response
from mock_zuora.reading import in_order, version_of
from simulator.soap import Call

_LOGIN_S, _INFO_S = 0.35, 0.1

# login's elements in their order, and the WSDL version each came with
_ELEMENTS = (("username", 0.0), ("password", 0.0), ("entityId", 78.0), ("entityName", 79.0))


def login(desk: Desk, call: Call) -> bytes:
    """Open a session; the reply names the endpoint that was called as the one to use."""
    version = version_of(call)
    given = in_order(call.payload, tuple(name for name, since in _ELEMENTS if version >= since))
    username = given.get("username", "")
    tenant = desk.tenant_of(username)
    if tenant is not None:
        desk.admit_login(tenant, call)
    call.service_time_s = _LOGIN_S
    session = desk.sessions.open(
        [] if tenant is None else [tenant],
        username,
        given.get("password", ""),
        entity_id=given.get("entityId", "").strip(),
        entity_name=given.get("entityName", "").strip(),
        address=address_of(call),
    )
    scheme = call.environ.get("wsgi.url_scheme", "http")
    host = call.environ.get("HTTP_HOST") or f"{call.environ.get('SERVER_NAME')}:{call.environ.get('SERVER_PORT')}"
    body = element("Session", session.id) + element("ServerUrl", f"{scheme}://{host}{call.path}")
    return response("login", b"<ns1:result>" + body + b"</ns1:result>")


def get_user_info(desk: Desk, call: Call) -> bytes:
    """Who is logged in, and to which tenant."""
    session = desk.session(call)
    call.service_time_s = _INFO_S
    user, tenant = session.user, session.tenant.spec
    pairs = (
        ("TenantId", tenant.id),
        ("TenantName", tenant.name),
        ("UserEmail", user.email or user.username),
        ("UserFullName", user.full_name or user.username),
        ("UserId", session.user_id),
        ("Username", user.username),
    )
    return response("getUserInfo", b"".join(element(name, value) for name, value in pairs))
