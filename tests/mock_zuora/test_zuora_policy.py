"""The security policy: how long sessions last, lockouts, addresses, and what a user's role allows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import SecurityPolicy, Tenant, ZuoraMock
from mock_zuora.policy import Lockouts
from simulator.clock import VirtualClock

INFO = "<api:getUserInfo/>"
MINUTE = 60
USER = "api@tenant-01.example.com"
WRONG = b"<fns:LoginFault><fns:FaultCode>INVALID_VALUE</fns:FaultCode><fns:FaultMessage>Invalid login. User name and"


@pytest.mark.parametrize("minutes", [14, 8 * 60 + 1, 0])
def test_a_session_timeout_is_fifteen_minutes_to_eight_hours(minutes: int) -> None:
    with pytest.raises(ValueError, match="session_timeout_min is from 15 to 480 minutes"):
        SecurityPolicy(session_timeout_min=minutes)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"max_invalid_attempts": 0}, "max_invalid_attempts is 1 or more"),
        ({"lockout_min": 0}, "lockout_min is 1 or more"),
        ({"allowed_ip_ranges": ("192.0.2.0/33",)}, "no IP address and no network"),
    ],
)
def test_a_policy_that_makes_no_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SecurityPolicy(**settings)


@pytest.mark.parametrize("minutes", [15, 60, 480])
def test_a_sliding_session_ends_after_its_last_use(
    caller: Any, tenant: Tenant, clock: VirtualClock, minutes: int
) -> None:
    tenant.policy = SecurityPolicy(session_timeout_min=minutes)
    caller.login()
    for _ in range(3):
        clock.advance(minutes * MINUTE - 1)
        assert caller.call(INFO).status == 200
    clock.advance(minutes * MINUTE)
    reply = caller.call(INFO)
    assert reply.status == 500
    assert b"<faultcode>fns:INVALID_SESSION</faultcode>" in reply.body


def test_an_absolute_session_ends_after_its_login(caller: Any, tenant: Tenant, clock: VirtualClock) -> None:
    tenant.policy = SecurityPolicy(session_timeout_min=20, sliding=False)
    caller.login()
    for _ in range(3):
        clock.advance(6 * MINUTE)
        assert caller.call(INFO).status == 200
    clock.advance(2 * MINUTE)
    assert b"INVALID_SESSION" in caller.call(INFO).body


def test_the_profiles_timeout_holds_where_the_policy_has_none(
    caller: Any, mock: ZuoraMock, clock: VirtualClock
) -> None:
    mock.change_limits({"figures": {"session_timeout_s": 3600}})
    caller.login()
    clock.advance(3599)
    assert caller.call(INFO).status == 200


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0, 1, 10, 29, 30, 31])), max_size=40),
    st.integers(1, 4),
)
def test_a_user_is_locked_out_after_so_many_wrong_passwords_in_a_row_and_for_so_long(
    attempts: list[tuple[bool, int]], most: int
) -> None:
    lockouts, clock = Lockouts(), VirtualClock()
    policy = SecurityPolicy(max_invalid_attempts=most, lockout_min=30)
    wrong_in_a_row, locked_until = 0, clock.now()
    for right, wait_min in attempts:
        clock.advance(wait_min * MINUTE)
        now = clock.now()
        locked = now < locked_until
        assert lockouts.attempt("u", policy, now, right=right) == (right and not locked)
        if not locked:
            wrong_in_a_row = 0 if right else wrong_in_a_row + 1
            if wrong_in_a_row == most:
                wrong_in_a_row, locked_until = 0, now + timedelta(minutes=30)
        assert lockouts.locked(now) == ({"u": locked_until} if now < locked_until else {})
        assert lockouts.attempt("other", policy, now, right=True)


def test_a_lockout_does_not_tell_a_right_password_from_a_wrong_one(
    caller: Any, tenant: Tenant, clock: VirtualClock
) -> None:
    tenant.policy = SecurityPolicy(max_invalid_attempts=2, lockout_min=30)
    replies = [caller.login(password=word) for word in ("wrong", "wrong", "wrong", "right-password")]
    replies.append(caller.login("nobody@tenant-01.example.com", "right-password"))
    assert {reply.body for reply in replies} == {replies[0].body}
    assert WRONG in replies[0].body
    clock.advance(30 * MINUTE)
    assert caller.login().status == 200


def test_a_lockout_leaves_sessions_and_other_users_alone(caller: Any, tenant: Tenant) -> None:
    tenant.policy = SecurityPolicy(max_invalid_attempts=1)
    session = caller.session
    caller.login(password="wrong")
    assert caller.login("home@tenant-01.example.com", "home-password").status == 200
    caller.session = session
    assert caller.call(INFO).status == 200


def login_from(caller: Any, address: str, password: str = "right-password") -> Any:
    document = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:api="http://api.zuora.com/"><s:Body>'
        f"<api:login><api:username>{USER}</api:username><api:password>{password}</api:password></api:login>"
        "</s:Body></s:Envelope>"
    )
    return caller.raw(document.encode(), REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::1", True),
        ("192.0.3.7", False),
        ("127.0.0.1", False),
        ("unknown", False),
    ],
)
def test_logins_come_from_the_allowed_addresses_only(caller: Any, tenant: Tenant, address: str, admitted: bool) -> None:
    tenant.policy = SecurityPolicy(allowed_ip_ranges=("192.0.2.0/24", "2001:db8::/32"))
    reply = login_from(caller, address)
    assert reply.status == (200 if admitted else 500)
    if not admitted:
        words = b"Your IP address may be restricted. Please contact the administrator at your company for help."
        assert b"<faultcode>fns:INVALID_VALUE</faultcode><faultstring>" + words in reply.body
        assert b"<fns:LoginFault>" in reply.body


def test_a_refused_address_does_not_tell_a_right_password_and_locks_nobody_out(caller: Any, tenant: Tenant) -> None:
    tenant.policy = SecurityPolicy(allowed_ip_ranges=("192.0.2.0/24",), max_invalid_attempts=1)
    assert login_from(caller, "192.0.3.1").body == login_from(caller, "192.0.3.1", "wrong").body
    assert login_from(caller, "192.0.2.1").status == 200


def test_without_ranges_logins_come_from_anywhere(caller: Any) -> None:
    for address in ("127.0.0.1", "::1", "203.0.113.9"):
        assert login_from(caller, address).status == 200


def test_a_user_who_is_not_active_cannot_log_in_and_loses_their_sessions(caller: Any, tenant: Tenant) -> None:
    tenant.change_user(USER, active=False)
    assert b"INVALID_SESSION" in caller.call(INFO).body
    assert WRONG in caller.login().body
    tenant.change_user(USER, active=True)
    assert caller.login().status == 200


def test_a_session_ends_with_the_access_to_its_entity(caller: Any, tenant: Tenant) -> None:
    caller.login(extra="<api:entityName>Europe</api:entityName>")
    tenant.change_user(USER, entities=())
    assert b"INVALID_SESSION" in caller.call(INFO).body


WRITES = {
    "create": '<api:create><api:zObjects xsi:type="obj:Account"/></api:create>',
    "update": '<api:update><api:zObjects xsi:type="obj:Account"/></api:update>',
    "delete": f"<api:delete><api:type>Account</api:type><api:ids>{'1' * 32}</api:ids></api:delete>",
}


@pytest.mark.parametrize("operation", WRITES)
def test_a_user_without_write_access_can_only_read(caller: Any, tenant: Tenant, operation: str) -> None:
    assert caller.call(WRITES[operation]).status == 200
    tenant.change_user(USER, api_write=False)
    reply = caller.call(WRITES[operation])
    assert reply.status == 500
    assert b"<fns:UnexpectedErrorFault><fns:FaultCode>NO_PERMISSION" in reply.body
    assert caller.query("select Id from Account").status == 200
    assert caller.call(INFO).status == 200


@pytest.fixture
def without_api(mock: ZuoraMock) -> Iterator[Callable[[], ZuoraMock]]:
    made: list[ZuoraMock] = []

    def make() -> ZuoraMock:
        twin = ZuoraMock(clock=VirtualClock(), chance=random.Random(5))
        twin.add_tenant(replace(mock.tenants[0].spec, api_enabled=False))
        made.append(twin)
        return twin

    yield make
    for each in made:
        each.close()


def test_a_tenant_without_the_api_lets_nobody_in_and_says_why_to_its_users_only(
    caller: Any, without_api: Callable[[], ZuoraMock]
) -> None:
    caller.mock = without_api()
    assert b"<faultcode>fns:API_DISABLED</faultcode>" in caller.login().body
    assert WRONG in caller.login(password="wrong").body
