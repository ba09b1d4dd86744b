"""Limits: what each kind of tenant may use, how it is counted, and how going beyond is answered."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_zuora import PROFILES, Profile, UserSpec, ZuoraMock
from mock_zuora.limits import LimitExceeded, Limits
from mock_zuora.limits.profiles import FIGURES
from mock_zuora.limits.windows import WINDOWS
from mock_zuora.wire import LIMITS
from simulator.clock import VirtualClock
from simulator.hosting import Host

EUROPE = "0" * 31 + "2"
INFO = "<api:getUserInfo/>"
NONE = PROFILES["none"]
WORDS = (
    b"The total number of concurrent requests has exceeded the limit allowed by the system."
    b" Please resubmit your request later."
)


def change(mock: ZuoraMock, **figures: int | None) -> None:
    mock.change_limits({"figures": figures})


# What a profile is.


def test_the_kinds_of_tenant_have_the_documented_figures() -> None:
    production = PROFILES["production"]
    assert production.concurrent_requests == 40
    assert (production.api_per_minute, production.api_per_hour, production.api_per_day) == (
        50_000,
        2_250_000,
        27_000_000,
    )
    assert (production.auth_per_minute, production.auth_per_hour, production.auth_per_day) == (2_000, 67_500, 810_000)
    assert production.auth_per_minute_per_ip == 100
    assert production.retry_after_s == 120
    assert replace(PROFILES["sandbox"], name="production") == production
    developer, api_sandbox = PROFILES["developer"], PROFILES["api_sandbox"]
    assert (developer.api_per_minute, developer.api_per_hour, developer.api_per_day) == (12_500, 25_000, 50_000)
    assert (api_sandbox.api_per_minute, api_sandbox.api_per_hour, api_sandbox.api_per_day) == (2_500, 5_000, 10_000)


@pytest.mark.parametrize(("version", "most"), [(153, 10), (69, 10), (68, 3), (42, 3), (41, 1), (28, 1)])
def test_amends_a_call_by_version(version: float, most: int) -> None:
    assert PROFILES["production"].amends_allowed(version) == most


@pytest.mark.parametrize(("version", "most"), [(83, 2_000), (6, 2_000), (5, 100)])
def test_rows_a_page_by_version(version: float, most: int) -> None:
    assert PROFILES["production"].page_rows(version) == most


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("value", [-1, "10", 1.5, True])
def test_a_figure_is_a_whole_number(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} is a whole number from"):
        NONE.changed({name: value})


@pytest.mark.parametrize("name", FIGURES)
def test_only_rates_and_concurrency_can_be_without_limit(name: str) -> None:
    if name.startswith(("api_", "auth_", "concurrent_")):
        assert NONE.changed({name: None}).figures()[name] is None
    else:
        with pytest.raises(ValueError, match=name):
            NONE.changed({name: None})


@pytest.mark.parametrize("seconds", [15 * 60 - 1, 8 * 3600 + 1])
def test_a_session_lasts_fifteen_minutes_to_eight_hours(seconds: int) -> None:
    with pytest.raises(ValueError, match="session_timeout_s is a whole number from 900 to 28800"):
        NONE.changed({"session_timeout_s": seconds})


# How requests are counted.


def figure_refused(limits: Limits, service_s: float = 0.0) -> str:
    """Make a call; the figure that refused it, or "" when it was let in."""
    try:
        flight = limits.admit_call("e")
    except LimitExceeded as refusal:
        return refusal.figure
    if flight is not None:
        limits.land(flight, service_s)
    return ""


steps = st.lists(st.tuples(st.sampled_from([0.0, 0.4, 1.0, 13.0, 59.0, 61.0, 1800.0, 50_000.0]), st.booleans()))


@given(steps, st.integers(1, 4), st.integers(1, 8), st.integers(1, 12))
def test_no_window_ever_holds_more_than_its_limit(
    taken: list[tuple[float, bool]], minute: int, hour: int, day: int
) -> None:
    clock = VirtualClock()
    profile = NONE.changed({"api_per_minute": minute, "api_per_hour": hour, "api_per_day": day})
    limits = Limits(clock, profile, ["e"], by_entity=False)
    limit_of = {"minute": minute, "hour": hour, "day": day}
    admitted: list[int] = []
    for wait_s, also in taken:
        clock.advance(wait_s)
        now_s = int(clock.now().timestamp())
        in_window = {w: sum(at // s == now_s // s for at in admitted) for w, s in WINDOWS.items()}
        room = all(in_window[w] < limit_of[w] for w in WINDOWS)
        for _ in range(1 + also):
            refused = figure_refused(limits)
            if refused:
                assert not room
                assert in_window[refused.removeprefix("api_per_")] >= limit_of[refused.removeprefix("api_per_")]
            else:
                assert room
                admitted.append(now_s)
            in_window = {w: sum(at // s == now_s // s for at in admitted) for w, s in WINDOWS.items()}
            room = all(in_window[w] < limit_of[w] for w in WINDOWS)


@given(st.sampled_from(list(WINDOWS)), st.integers(0, 90_000))
def test_a_used_up_budget_comes_back_when_its_window_ends(window: str, start_s: int) -> None:
    clock = VirtualClock()
    clock.advance(start_s)
    limits = Limits(clock, NONE.changed({f"api_per_{window}": 1}), ["e"], by_entity=False)
    limits.admit_call("e")
    (quota,) = limits.quotas("api")
    assert (quota.used, quota.remaining) == (1, 0)
    clock.advance(quota.resets_in_s - 1)
    with pytest.raises(LimitExceeded, match=f"api_per_{window}"):
        limits.admit_call("e")
    clock.advance(1)
    limits.admit_call("e")


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 1.0]), st.sampled_from([0.0, 0.3, 2.0])), max_size=40),
    st.integers(1, 5),
)
def test_no_more_calls_than_allowed_are_ever_in_flight(calls: list[tuple[float, float]], most: int) -> None:
    clock = VirtualClock()
    limits = Limits(clock, NONE.changed({"concurrent_requests": most}), ["e"], by_entity=False)
    ends: list[float] = []
    for wait_s, service_s in calls:
        clock.advance(wait_s)
        now = clock.elapsed_s
        open_now = sum(end > now + 1e-6 for end in ends)
        refused = figure_refused(limits, service_s)
        assert refused == ("" if open_now < most else "concurrent_requests")
        if not refused:
            ends.append(now + service_s)


def test_sixteen_threads_get_exactly_what_is_allowed() -> None:
    limits = Limits(VirtualClock(), NONE.changed({"api_per_minute": 500}), ["e"], by_entity=False)
    admitted = []

    def ask() -> None:
        for _ in range(100):
            try:
                limits.admit_call("e")
            except LimitExceeded:
                continue
            admitted.append(1)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(admitted) == 500


def test_logins_are_limited_by_address_too() -> None:
    limits = Limits(VirtualClock(), NONE.changed({"auth_per_minute_per_ip": 2}), ["e"], by_entity=False)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        limits.admit_login(address)
    with pytest.raises(LimitExceeded, match="auth_per_minute_per_ip"):
        limits.admit_login("192.0.2.1")
    limits.admit_login("192.0.2.2")
    assert limits.report()["used"]["auth_by_ip"] == {"192.0.2.1": 2, "192.0.2.2": 2}


def test_addresses_of_minutes_gone_by_are_forgotten() -> None:
    clock = VirtualClock()
    limits = Limits(clock, NONE, ["e"], by_entity=False)
    for number in range(1_100):
        limits.admit_login(str(number))
        clock.advance(0.1)
    assert len(limits._by_ip) <= 1_000


def test_lowering_a_limit_below_what_is_used_leaves_nothing() -> None:
    limits = Limits(VirtualClock(), NONE, ["e"], by_entity=False)
    for _ in range(5):
        limits.admit_call("e")
    limits.change(NONE.changed({"api_per_day": 3}))
    assert [quota.remaining for quota in limits.quotas("api")] == [0]
    with pytest.raises(LimitExceeded):
        limits.admit_call("e")


# How it is answered.


@pytest.mark.parametrize(
    ("version", "code"),
    [("83.0", b"REQUEST_EXCEEDED_LIMIT"), ("51.0", b"REQUEST_EXCEEDED_LIMIT"), ("50.0", b"UNKNOWN_ERROR")],
)
@pytest.mark.parametrize("figure", ["api_per_minute", "api_per_hour", "api_per_day", "concurrent_requests"])
def test_beyond_a_limit_the_answer_is_429_in_the_words_of_the_version(
    caller: Any, mock: ZuoraMock, version: str, code: bytes, figure: str
) -> None:
    change(mock, **{figure: 2})
    assert [caller.call(INFO, version=version).status for _ in range(2)] == [200, 200]
    reply = caller.call(INFO, version=version)
    assert reply.status == 429
    assert reply.headers["Retry-After"] == "120"
    assert b"<faultcode>fns:" + code + b"</faultcode><faultstring>" + WORDS in reply.body
    assert b"<fns:UnexpectedErrorFault><fns:FaultCode>" + code in reply.body
    assert caller.service_time_s == 0.0


def test_a_call_beyond_the_limit_does_nothing(caller: Any, mock: ZuoraMock) -> None:
    change(mock, api_per_day=0)
    body = '<api:create><api:zObjects xsi:type="obj:Account"><obj:Name>N</obj:Name></api:zObjects></api:create>'
    assert caller.call(body).status == 429
    assert mock.tenants[0].state()["entities"]["0" * 31 + "1"]["objects"] == {}


def test_a_call_beyond_the_limit_does_not_prolong_its_session(
    caller: Any, mock: ZuoraMock, clock: VirtualClock
) -> None:
    change(mock, api_per_day=0)
    clock.advance(10 * 60)
    assert caller.call(INFO).status == 429
    change(mock, api_per_day=None)
    clock.advance(5 * 60)
    assert b"INVALID_SESSION" in caller.call(INFO).body


def test_failed_requests_count(caller: Any, mock: ZuoraMock) -> None:
    change(mock, api_per_minute=3)
    assert [caller.query("select").status for _ in range(4)] == [500, 500, 500, 429]


def test_a_call_is_in_flight_for_its_service_time(caller: Any, mock: ZuoraMock, clock: VirtualClock) -> None:
    change(mock, concurrent_requests=1)
    assert caller.call(INFO).status == 200
    took_s = caller.service_time_s
    clock.advance(took_s - 0.01)
    assert caller.call(INFO).status == 429
    clock.advance(0.01)
    assert caller.call(INFO).status == 200


class FrozenClock(VirtualClock):
    """A clock that stands still also for those who wait on it."""

    def wait(self, seconds: float) -> None:
        pass


def test_a_host_that_has_waited_ends_the_flight_though_the_clock_stands_still(caller: Any, mock: ZuoraMock) -> None:
    change(mock, concurrent_requests=1)
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:api="http://api.zuora.com/"><s:Header>'
        f"<api:SessionHeader><api:session>{caller.session}</api:session></api:SessionHeader></s:Header>"
        f"<s:Body>{INFO}</s:Body></s:Envelope>"
    )
    with Host(mock.wsgi, FrozenClock()) as host, httpx.Client(base_url=host.url) as client:
        statuses = [client.post("/apps/services/a/83.0", content=body).status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert mock.limits()["tenants"]["10001"]["used"]["api"]["minute"] == 3


def test_logging_in_is_not_in_flight_and_counts_as_authentication(caller: Any, mock: ZuoraMock) -> None:
    change(mock, concurrent_requests=1, api_per_minute=1, auth_per_hour=4)
    assert [caller.login().status for _ in range(4)] == [200, 200, 200, 429]
    used = mock.limits()["tenants"]["10001"]["used"]
    assert used["auth"]["hour"] == 4
    assert used["api"]["hour"] == 0
    assert set(used["concurrent"].values()) == {0}


def test_wrong_passwords_count_as_authentication(caller: Any, mock: ZuoraMock) -> None:
    change(mock, auth_per_minute=3)
    assert [caller.login(password="wrong").status for _ in range(3)] == [500, 500, 429]


def test_an_unknown_session_uses_nobodys_limit(caller: Any, mock: ZuoraMock) -> None:
    before = mock.limits()
    caller.session = "made-up"
    assert b"INVALID_SESSION" in caller.call(INFO).body
    assert mock.limits() == before


def test_each_entity_has_its_own_calls_in_flight_and_all_share_the_rates(caller: Any, mock: ZuoraMock) -> None:
    change(mock, concurrent_requests=1)
    assert caller.call(INFO).status == 200
    assert caller.call(INFO).status == 429
    caller.login(extra=f"<api:entityId>{EUROPE}</api:entityId>")
    assert caller.call(INFO).status == 200
    used = mock.limits()["tenants"]["10001"]["used"]
    assert used["concurrent"] == {"0" * 31 + "1": 1, EUROPE: 1}
    assert used["api"]["minute"] == 2


def test_a_tenant_at_its_limit_leaves_the_other_alone(caller: Any, mock: ZuoraMock) -> None:
    mock.change_limits({"tenant": "10001", "figures": {"api_per_minute": 0}})
    assert caller.call(INFO).status == 429
    caller.login("api@tenant-02.example.com", "other-password")
    assert caller.call(INFO).status == 200


def test_a_request_larger_than_the_figure_is_refused(caller: Any, mock: ZuoraMock) -> None:
    change(mock, request_bytes=2_000)
    assert caller.call(INFO).status == 200
    assert b"fns:REQUEST_REJECTED" in caller.call(INFO + "<!--" + "x" * 2_000 + "-->").body


def test_no_figure_makes_the_wire_read_more_than_it_does(mock: ZuoraMock) -> None:
    for profile in PROFILES.values():
        assert profile.request_bytes <= LIMITS.request_bytes
    with pytest.raises(ValueError, match=f"request_bytes is a whole number from 1 to {LIMITS.request_bytes}"):
        mock.change_limits({"figures": {"request_bytes": LIMITS.request_bytes + 1}})


def test_sizes_follow_the_profile(caller: Any, mock: ZuoraMock, make_id: Callable[[int], str]) -> None:
    mock.tenants[0].load("0" * 31 + "1", "Account", [{"Id": make_id(n)} for n in range(7)])
    mock.change_limits({"profile": "tiny", "figures": {"api_per_minute": None, "concurrent_requests": None}})
    assert caller.query("select Id from Account").body.count(b"<ns2:Id>") == 5
    assert caller.query("select Id from Account", version="5.0").body.count(b"<ns2:Id>") == 2
    ids = "".join(f"<api:ids>{make_id(n)}</api:ids>" for n in range(6))
    assert b"MAX_RECORDS_EXCEEDED" in caller.call(f"<api:delete><api:type>Account</api:type>{ids}</api:delete>").body


@pytest.mark.parametrize(("operation", "element"), [("subscribe", "subscribes"), ("amend", "requests")])
def test_subscribe_and_amend_follow_the_profile(caller: Any, mock: ZuoraMock, operation: str, element: str) -> None:
    change(mock, objects_per_call=2, amends_per_call=2)
    for number, refused in ((2, False), (3, True)):
        reply = caller.call(f"<api:{operation}>{f'<api:{element}/>' * number}</api:{operation}>")
        assert (b"MAX_RECORDS_EXCEEDED" in reply.body) is refused


def test_queries_follow_the_profile(caller: Any, mock: ZuoraMock) -> None:
    two = "select Id from Account where Name = 'a' or Name = 'b'"
    change(mock, query_conditions=2)
    assert caller.query(two).status == 200
    assert b"more than 2 conditions" in caller.query(two + " or Name = 'c'").body
    change(mock, query_characters=len(two))
    assert caller.query(two).status == 200
    assert b"MALFORMED_QUERY" in caller.query(two + " ").body


def test_a_cursor_lives_as_long_as_the_profile_says(
    caller: Any, mock: ZuoraMock, clock: VirtualClock, make_id: Callable[[int], str]
) -> None:
    mock.tenants[0].load("0" * 31 + "1", "Account", [{"Id": make_id(n)} for n in range(9)])
    change(mock, cursor_lifetime_s=60, query_page_rows=4)
    locator = caller.query("select Id from Account").body.split(b"<ns1:queryLocator>")[1].split(b"<")[0].decode()
    page = f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"
    clock.advance(59)
    assert caller.call(page).status == 200
    clock.advance(60)
    assert b"InvalidQueryLocatorFault" in caller.call(page).body


# Changing them while the mock runs.


def test_limits_tell_the_figures_and_what_is_used(caller: Any, mock: ZuoraMock) -> None:
    mock.change_limits({"profile": "developer"})
    caller.call(INFO)
    told = mock.limits()["tenants"]
    assert set(told) == {"10001", "10002"}
    assert told["10001"]["profile"] == "developer"
    assert told["10001"]["figures"]["api_per_hour"] == 25_000
    assert told["10001"]["used"]["api"] == {"minute": 1, "hour": 1, "day": 1}
    assert told["10001"]["open_sessions"] == 1
    assert told["10002"]["used"]["api"] == {"minute": 0, "hour": 0, "day": 0}
    assert told["10002"]["open_sessions"] == 0


def test_figures_change_what_is_in_force_and_a_profile_puts_it_back(mock: ZuoraMock) -> None:
    changed = mock.change_limits({"tenant": "10002", "profile": "production", "figures": {"api_per_minute": 10}})
    assert list(changed["tenants"]) == ["10002"]
    mock.change_limits({"figures": {"retry_after_s": 5}})
    first, second = (each.limits.profile for each in mock.tenants)
    assert (first.name, first.api_per_minute, first.retry_after_s) == ("none", None, 5)
    assert (second.name, second.api_per_minute, second.retry_after_s) == ("production", 10, 5)
    mock.change_limits({"profile": "production"})
    assert [each.limits.profile for each in mock.tenants] == [PROFILES["production"]] * 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Say what to change"),
        ({"tenant": "10001"}, "Say what to change"),
        ({"tenant": "x", "profile": "tiny"}, "There is no tenant 'x'; there is 10001, 10002"),
        ({"profile": "huge"}, "There is no profile 'huge'; there are production, sandbox"),
        ({"figures": {"api_per_second": 1}}, "There is no figure 'api_per_second'; there are concurrent_requests"),
        (
            {"figures": {"api_per_minute": "1"}},
            "api_per_minute is a whole number from 0, or null for no limit, not '1'",
        ),
        ({"figures": [1]}, "figures is an object"),
        ({"figure": {}}, "'figure' is none of them"),
        ({"profile": "tiny", "figures": {"retry_after_s": -1}}, "retry_after_s is a whole number from 0"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(mock: ZuoraMock, changes: dict[str, Any], words: str) -> None:
    before = mock.limits()
    with pytest.raises(ValueError, match=words):
        mock.change_limits(changes)
    assert mock.limits() == before


def test_a_tenant_can_have_figures_of_its_own(mock: ZuoraMock) -> None:
    spec = replace(mock.tenants[0].spec, profile=Profile("mine", api_per_minute=7))
    twin = ZuoraMock(clock=VirtualClock(), chance=random.Random(1))
    assert twin.add_tenant(spec).limits.profile.api_per_minute == 7
    with pytest.raises(ValueError, match="There is no profile 'huge'"):
        twin.add_tenant(replace(spec, id="x", users=(UserSpec("x", "y"),), profile="huge"))
    twin.close()
