"""login, logout, getUserInfo and getServerTimestamp."""

from __future__ import annotations

from mock_salesforce import login as logins
from mock_salesforce.operations.desk import Desk, Request
from mock_salesforce.versions import api_version
from simulator.soap import Call


def login(desk: Desk, call: Call) -> bytes:
    """A session in the org that has this user."""
    return logins.login(call, api_version(call.path), desk.orgs.values(), desk.sessions)


def logout(request: Request) -> bytes:
    """The session ends, for everyone who shares it."""
    request.desk.sessions.close(request.session)
    return b"<logoutResponse/>"


def get_user_info(request: Request) -> bytes:
    """Who is logged in, and where."""
    info = logins.user_info(request.org, request.session.user)
    return b"<getUserInfoResponse><result>" + info + b"</result></getUserInfoResponse>"


def get_server_timestamp(request: Request) -> bytes:
    """The mock's own time."""
    # Milliseconds and all, which no field of a record has.
    now = request.desk.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        b"<getServerTimestampResponse><result><timestamp>"
        + now.encode()
        + b"</timestamp></result></getServerTimestampResponse>"
    )
