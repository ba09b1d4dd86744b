"""login, logout, invalidateSessions, getUserInfo, getServerTimestamp, and changing passwords."""

from __future__ import annotations

from mock_salesforce import faults
from mock_salesforce import login as logins
from mock_salesforce.dml.results import RowError, error_xml
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.operations.desk import Desk, Request
from mock_salesforce.versions import api_version
from simulator.soap import Call, children

PASSWORD_CHARACTERS_MIN = 8


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


def invalidate_sessions(request: Request) -> bytes:
    """Sessions end, by their ids; one that is not there is no success. Only sessions of the same org can be ended."""
    sent = [(element.text or "").strip() for element in children(request.call.payload, "sessionIds")]
    most = request.org.limits.profile.sessions_per_call
    if len(sent) > most:
        raise faults.api_fault(
            "EXCEEDED_ID_LIMIT", f"session id limit reached. cannot invalidate more than {most} sessions in this call"
        )
    results = []
    for each in sent:
        session = request.desk.sessions.peek(each)
        if session is not None and session.org is request.org:
            request.desk.sessions.close(session)
            results.append(b"<result><success>true</success></result>")
        else:
            error = error_xml(RowError("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader"))
            results.append(b"<result>" + error + b"<success>false</success></result>")
    return b"<invalidateSessionsResponse>" + b"".join(results) + b"</invalidateSessionsResponse>"


def set_password(request: Request) -> bytes:
    """A user's password becomes another one, which has not expired."""
    wanted = request.text("userId").strip()
    users = {request.org.user_id(user): user for user in request.org.users}
    user = users.get(to_18(wanted)) if is_id(wanted) else None
    if user is None:
        raise faults.api_fault("INVALID_ID_FIELD", f"invalid user id: {wanted}", faults.INVALID_ID)
    request.org.passwords.change(user, _new_password(request.text("password")))
    return b"<setPasswordResponse><result/></setPasswordResponse>"


def change_own_password(request: Request) -> bytes:
    """The caller's own password becomes another one, which has not expired."""
    user = request.session.user
    if not request.org.passwords.matches_without_token(user, request.text("oldPassword")):
        raise faults.api_fault("INVALID_OLD_PASSWORD", "invalid old password", faults.INVALID_OLD_PASSWORD)
    request.org.passwords.change(user, _new_password(request.text("newPassword")))
    return b"<changeOwnPasswordResponse><result/></changeOwnPasswordResponse>"


def _new_password(password: str) -> str:
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise faults.api_fault(
            "INVALID_NEW_PASSWORD",
            f"Your password must be at least {PASSWORD_CHARACTERS_MIN} characters long.",
            faults.INVALID_NEW_PASSWORD,
        )
    return password
