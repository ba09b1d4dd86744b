"""Fault rules as data: what they are about, how often and when they fire, and what is refused."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import VirtualClock
from simulator.faults import Caller, FaultRuleInvalid, FaultRules, FaultRuleUnknown
from simulator.faults.request import Request
from simulator.faults.rule import Match
from tests.simulator.fault_world import DIALECT, LOGIN, World, envelope, in_process, read, save

LOCKED = {"type": "soap_fault", "code": "LOCKED"}
BROKEN = {"type": "soap_fault", "code": "BROKEN"}


@pytest.fixture
def world() -> Iterator[World]:
    with in_process(World()) as made:
        yield made


@pytest.fixture
def rules() -> FaultRules:
    return FaultRules(DIALECT, VirtualClock())


def outcomes(world: World, *messages: bytes) -> list[str]:
    """What became of each: ok, or the code of its fault."""
    replies = [world.send(message).text for message in messages]
    return [each.partition("<faultcode>t:")[2].partition("<")[0] or "ok" for each in replies]


def request(body: bytes = b"", **environ: str) -> Request:
    return Request({"REQUEST_METHOD": "POST", "PATH_INFO": "/soap/83.0", **environ}, body, DIALECT)


# --- as data


def test_a_rule_comes_back_as_it_was_given_with_its_id_and_counts(rules: FaultRules) -> None:
    given_ = {"match": {"operation": ["save", "read"], "object": "Account", "nth": 2}, "effect": LOCKED, "count": 3}
    shown = rules.add(given_)
    assert shown["id"] == "f1"
    assert shown["match"] == given_["match"]
    assert shown["effect"] == {**LOCKED, "after_commit": False}
    assert (shown["count"], shown["probability"], shown["enabled"]) == (3, 1.0, True)
    assert (shown["matched"], shown["fired"]) == (0, 0)
    assert rules.get("f1") == shown
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_shown_can_be_given_back(rules: FaultRules) -> None:
    shown = rules.add({"effect": "reset", "window": {"from": 5, "until": 9}, "ttl_s": 60, "match": {"path": "/a*"}})
    assert shown["window"] == {"from": "2026-01-15T08:00:05Z", "until": "2026-01-15T08:00:09Z"}
    assert rules.replace("f1", shown) == shown
    other = FaultRules(DIALECT, VirtualClock())
    other.add(shown)
    assert other.list() == rules.list()


def test_rules_are_kept_in_order_and_removed_and_replaced_in_place(rules: FaultRules) -> None:
    for name in ("a", "b", "c"):
        rules.add({"id": name, "effect": "reset"})
    rules.replace("b", {"effect": "reply_lost"})
    assert [(each["id"], each["effect"]["type"]) for each in rules.list()] == [
        ("a", "reset"),
        ("b", "reply_lost"),
        ("c", "reset"),
    ]
    rules.remove("a")
    assert [each["id"] for each in rules.list()] == ["b", "c"]
    rules.clear()
    assert rules.list() == []


def test_assigned_ids_are_never_used_twice(rules: FaultRules) -> None:
    rules.add({"id": "f2", "effect": "reset"})
    assert rules.add({"effect": "reset"})["id"] == "f1"
    assert rules.add({"effect": "reset"})["id"] == "f3"
    rules.remove("f3")
    assert rules.add({"effect": "reset"})["id"] == "f4"


def test_an_id_that_is_not_there_is_told_with_those_that_are(rules: FaultRules) -> None:
    with pytest.raises(FaultRuleUnknown, match=r"^There is no fault rule 'x'; there are none\.$"):
        rules.get("x")
    rules.add({"effect": "reset", "id": "one"})
    for act in (rules.get, rules.remove, lambda each: rules.replace(each, {"effect": "reset"})):
        with pytest.raises(FaultRuleUnknown, match="there are one"):
            act("x")
    assert issubclass(FaultRuleUnknown, KeyError)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ([], "A rule is a JSON object"),
        ({}, "effect: say what shall happen"),
        ({"efect": "reset"}, "efect: there is no such key; did you mean 'effect'?"),
        ({"effect": "resett"}, "effect.type: there is no effect 'resett'; did you mean 'reset'?"),
        ({"effect": {"type": ["reset"]}}, "effect.type: there is no effect"),
        ({"effect": {"type": "latency", "second": 1}}, "effect.second: there is no such key; did you mean 'seconds'?"),
        ({"effect": {"type": "latency"}}, "effect.seconds: it has to be given."),
        ({"effect": {"type": "latency", "seconds": "2"}}, "effect.seconds: it should be a valid number, not '2'"),
        ({"effect": {"type": "latency", "seconds": -1}}, "effect.seconds: it should be greater than or equal to 0"),
        ({"effect": {"type": "latency", "seconds": float("nan")}}, "effect.seconds: it should be a finite number"),
        ({"effect": {"type": "soap_fault", "code": "LOKED"}}, "effect.code: test has no fault code 'LOKED'; did you m"),
        ({"effect": {"type": "soap_fault", "code": "soapenv:Sever"}}, "did you mean 'soapenv:Server'?"),
        (
            {"effect": {**LOCKED, "kind": "Loginfault"}},
            "effect.kind: there is no fault type 'Loginfault'; did you mean",
        ),
        ({"effect": {"type": "row_error", "code": "BROKEN"}}, "effect.code: test has no row error 'BROKEN'"),
        ({"effect": {"type": "row_error", "code": "LOCKED", "rows": [-1]}}, "effect.rows: they are numbered from 0"),
        ({"effect": {"type": "html_error", "status": 200}}, "effect.status: it should be greater than or equal to 400"),
        ({"effect": {"type": "wrong_content_type", "content_type": "a\r\nb: c"}}, "effect.content_type: "),
        (
            {"effect": "reset", "match": {"opertion": "read"}},
            "match.opertion: there is no such key; did you mean 'oper",
        ),
        ({"effect": "reset", "match": {"operation": "raed"}}, "match.operation: test has no operation 'raed'; did you"),
        ({"effect": "reset", "match": "read"}, "match: it is a JSON object, not 'read'"),
        ({"effect": "reset", "match": {"nth": 0}}, "match.nth: it should be greater than or equal to 1, not 0"),
        ({"effect": "reset", "match": {"record": [""]}}, "match.record.0: String should have at least 1 character"),
        ({"effect": "reset", "count": 0}, "count: it should be greater than or equal to 1"),
        ({"effect": "reset", "count": True}, "count: it should be a valid integer"),
        ({"effect": "reset", "probability": 1.5}, "probability: it should be less than or equal to 1"),
        ({"effect": "reset", "ttl_s": 0}, "ttl_s: it should be greater than 0"),
        ({"effect": "reset", "window": {"form": 1}}, "window.form: there is no such key; did you mean 'from'?"),
        (
            {"effect": "reset", "window": {"from": "noon"}},
            "window.from: 'noon' is neither seconds from now nor",
        ),
        ({"effect": "reset", "window": {"from": "2026-01-01T00:00:00"}}, "nor a moment with its offset"),
        ({"effect": "reset", "window": {"from": 1e300}}, "window.from: 1e+300 is neither"),
        ({"effect": "reset", "window": {"from": 9, "until": 3}}, "window.until: it must be after window.from"),
        ({"effect": "reset", "id": "a/b"}, "id: String should match pattern"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_key(rules: FaultRules, rule: Any, words: str) -> None:
    with pytest.raises(FaultRuleInvalid) as refused:
        rules.add(rule)
    assert words in str(refused.value)
    assert isinstance(refused.value, ValueError)
    assert rules.list() == []


def test_every_mistake_is_told_at_once(rules: FaultRules) -> None:
    with pytest.raises(FaultRuleInvalid, match=r"count: .* probability: .* ttl_s: "):
        rules.add({"effect": "reset", "count": 0, "probability": 2, "ttl_s": -1})


def test_an_id_belongs_to_one_rule(rules: FaultRules) -> None:
    rules.add({"effect": "reset", "id": "one"})
    with pytest.raises(FaultRuleInvalid, match="there is a rule 'one' already"):
        rules.add({"effect": "reset", "id": "one"})
    with pytest.raises(FaultRuleInvalid, match="the rule that is replaced is 'one', not 'two'"):
        rules.replace("one", {"effect": "reset", "id": "two"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "match", "effect", "type", "operation", "window", "from", "ttl_s", "code", "nth", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_given_is_a_rule_or_refused(data: Any) -> None:
    rules = FaultRules(DIALECT, VirtualClock())
    with contextlib.suppress(FaultRuleInvalid):
        shown = rules.add(data)
        assert rules.list() == [json.loads(json.dumps(shown))]


# --- which requests


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"operation": "SAVE"}, True),
        ({"operation": ["read", "save"]}, True),
        ({"operation": "read"}, False),
        ({"object": "account"}, True),
        ({"object": "Contact"}, False),
        ({"record": "row-1"}, True),
        ({"record": ["nothing", "w-1"]}, True),
        ({"record": "session-of-ann"}, False),
        ({"user": "ANN"}, True),
        ({"user": "bob"}, False),
        ({"tenant": "tenant 1"}, True),
        ({"tenant": ["t-2", "t-1"]}, True),
        ({"tenant": "t-2"}, False),
        ({"entity": "Europe"}, True),
        ({"entity": "Global"}, False),
        ({"path": "/soap/83.0"}, True),
        ({"path": "/soap/*"}, True),
        ({"path": "*83*"}, True),
        ({"path": "/soap"}, False),
        ({"path": "*/8*4.0"}, False),
        ({"operation": "save", "object": "Account", "record": "row-1", "user": "ann"}, True),
        ({"operation": "save", "object": "Account", "record": "row-2", "user": "ann"}, False),
    ],
)
def test_a_match_is_about_everything_it_says(match: dict[str, Any], fits: bool) -> None:
    assert Match.model_validate(match).fits(request(save("row-1"))) is fits


def test_the_object_is_found_wherever_a_request_names_it() -> None:
    assert request(save("a", kind="Contact")).objects == {"contact"}
    assert request(read("SELECT Id FROM Invoice WHERE Name = 'from Account' ")).objects == {"invoice"}
    assert request(read("select (select Id from Contacts) from Account")).objects == {"contacts", "account"}
    assert request(envelope('<delete xmlns="urn:test"><type>Refund</type><ids>1</ids></delete>')).objects == {"refund"}
    typed = "<sObjects><type>Lead</type></sObjects>"
    assert request(envelope(f'<create xmlns="urn:test">{typed}</create>')).objects == {"lead"}
    assert request(envelope('<readMore xmlns="urn:test"/>')).objects == {"account"}


def test_a_login_is_known_by_its_username_and_its_password_is_no_text_of_it() -> None:
    asked = request(LOGIN)
    assert (asked.caller.user, asked.caller.entity) == ("bob", ("home",))
    assert not Match(record=("hush",)).fits(asked)
    assert Match(record=("bob",)).fits(asked)


@pytest.mark.parametrize(
    "body",
    [b"", b"no xml", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a>" * 200 + b"</a>" * 200, b"\x1f\x8b\0"],
)
def test_what_is_no_soap_message_has_only_a_path(body: bytes) -> None:
    asked = request(body, HTTP_CONTENT_ENCODING="gzip" if body.startswith(b"\x1f") else "")
    assert (asked.operation, asked.objects, asked.rows, asked.text, asked.caller.user) == ("", frozenset(), (), "", "")
    assert Match().fits(asked)
    assert not Match(operation=("save",)).fits(asked)


def test_a_rule_without_a_path_is_about_soap_calls_only() -> None:
    for other in (request(REQUEST_METHOD="GET"), request(save("a"), PATH_INFO="/v1/entities")):
        assert not Match().fits(other)
        assert Match(path=("*",)).fits(other)
        assert other.operation == ""


# --- how often


def test_nth_and_every_pick_among_the_requests_that_fit(world: World) -> None:
    world.add(LOCKED, match={"operation": "save", "nth": 2})
    world.add(BROKEN, match={"operation": "save", "nth": 3, "every": 2})
    sent = [save("a"), read(), save("b"), read(), *([save("c")] * 5)]
    assert outcomes(world, *sent) == ["ok", "ok", "LOCKED", "ok", "BROKEN", "ok", "BROKEN", "ok", "BROKEN"]
    assert [(each["matched"], each["fired"]) for each in world.rules.list()] == [(7, 1), (7, 3)]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 60))
def test_every_alone_picks_each_nth(every: int, nth: int, number: int) -> None:
    assert Match(every=every).picks(number) is (number % every == 0)
    assert Match(nth=nth).picks(number) is (number == nth)
    assert Match(nth=nth, every=every).picks(number) is (number in range(nth, 100, every))


def test_a_rule_fires_as_often_as_its_count(world: World) -> None:
    world.add(LOCKED, count=2)
    assert outcomes(world, *([save("a")] * 4)) == ["LOCKED", "LOCKED", "ok", "ok"]
    assert world.rules.get("f1")["fired"] == 2


def test_of_rules_that_decide_the_first_added_wins(world: World) -> None:
    world.add(LOCKED, count=1)
    world.add(BROKEN)
    assert outcomes(world, save("a"), save("a")) == ["LOCKED", "BROKEN"]
    assert [each["fired"] for each in world.rules.list()] == [1, 1]


def test_a_rule_that_is_switched_off_counts_nothing(world: World) -> None:
    world.add(LOCKED, enabled=False)
    assert outcomes(world, save("a")) == ["ok"]
    assert world.rules.get("f1")["matched"] == 0


def choices(world: World, seed: int, **rule: Any) -> list[str]:
    world.rules.clear()
    world.add(LOCKED, seed=seed, probability=0.5, **rule)
    return outcomes(world, *([save("a")] * 24))


def test_chance_comes_from_the_rules_own_seed(world: World) -> None:
    first = choices(world, 1)
    assert 4 < first.count("LOCKED") < 20
    assert choices(world, 1) == first
    assert choices(world, 2) != first


def test_other_rules_change_nothing_of_a_rules_choices(world: World) -> None:
    alone = choices(world, 1)
    world.rules.clear()
    world.add(BROKEN, match={"every": 3})
    world.add({"type": "latency", "seconds": 1, "jitter_s": 1}, probability=0.3)
    world.add(LOCKED, seed=1, probability=0.5)
    mixed = outcomes(world, *([save("a")] * 24))
    assert [each for number, each in enumerate(mixed, 1) if number % 3] == [
        each for number, each in enumerate(alone, 1) if number % 3
    ]


@given(st.integers(0, 2**64), st.integers(0, 40))
def test_a_probability_of_none_never_fires_and_of_one_always(seed: int, number: int) -> None:
    rules = FaultRules(DIALECT, VirtualClock())
    rules.add({"effect": LOCKED, "probability": 0, "seed": seed})
    rules.add({"effect": BROKEN, "probability": 1, "seed": seed})
    for _ in range(number):
        rules.firing(request(save("a")))
    assert [each["fired"] for each in rules.list()] == [0, number]


# --- when


def test_a_window_opens_and_closes_on_the_clock(world: World) -> None:
    world.add(LOCKED, window={"from": 10, "until": (world.clock.now() + timedelta(seconds=20)).isoformat()})
    seen = []
    for _ in range(3):
        seen += outcomes(world, read())
        world.clock.advance(10)
    assert seen == ["ok", "LOCKED", "ok"]
    assert world.rules.get("f1")["matched"] == 1


@pytest.mark.parametrize(("seconds", "fires"), [(0, 0), (9, 0), (10, 1), (19, 1), (20, 0)])
def test_a_window_has_its_beginning_and_not_its_end(seconds: int, fires: int) -> None:
    clock = VirtualClock()
    rules = FaultRules(DIALECT, clock)
    rules.add({"effect": LOCKED, "window": {"from": 10, "until": 20}})
    clock.advance(seconds)
    assert len(rules.firing(request(save("a")))) == fires


def test_a_rule_is_gone_when_its_time_to_live_is_over(world: World) -> None:
    shown = world.add(LOCKED, ttl_s=30)
    assert shown["expires_at"] == "2026-01-15T08:00:30+00:00"
    assert outcomes(world, save("a")) == ["LOCKED"]
    world.clock.advance(29)
    assert outcomes(world, save("a")) == ["LOCKED"]
    world.clock.advance(1)
    assert outcomes(world, save("a")) == ["ok"]
    assert world.rules.list() == []
    assert world.add(LOCKED, id="f1", ttl_s=1)["id"] == "f1"


# --- from several threads


ACTS = st.lists(st.sampled_from(["send", "send", "send", "add", "replace", "remove", "list"]), max_size=30)


@given(st.integers(1, 5), ACTS)
def test_a_rule_with_a_count_never_fires_more_often(count: int, acts: list[str]) -> None:
    """Whatever else is done to the set in between."""
    rules = FaultRules(DIALECT, VirtualClock())
    rules.add({"id": "counted", "effect": LOCKED, "count": count})
    fired = Counter[str]()
    others = 0
    for act in acts:
        if act == "add":
            others += 1
            rules.add({"id": f"o{others}", "effect": BROKEN, "probability": 0.5, "seed": others})
        elif act == "replace" and others and f"o{others}" in {each["id"] for each in rules.list()}:
            rules.replace(f"o{others}", {"effect": "reset"})
        elif act == "remove" and rules.list()[-1]["id"] != "counted":
            rules.remove(rules.list()[-1]["id"])
        elif act == "send":
            fired.update(each.rule.id for each in rules.firing(request(save("a"))))
    assert fired["counted"] == min(count, acts.count("send"))
    assert rules.get("counted")["fired"] == fired["counted"]
    assert len(rules.log()) == fired.total()


@pytest.mark.parametrize("act", ["remove", "replace"])
def test_a_rule_that_is_gone_by_the_time_a_request_is_read_does_not_fire(act: str) -> None:
    def meddle(_session: str) -> Caller:
        if act == "remove":
            rules.remove("f1")
        else:
            rules.replace("f1", {"effect": BROKEN})
        return Caller("ann")

    dialect = replace(DIALECT, caller_of_session=meddle)
    rules = FaultRules(dialect, VirtualClock())
    rules.add({"effect": LOCKED, "match": {"user": "ann"}})
    assert rules.firing(Request({"REQUEST_METHOD": "POST", "PATH_INFO": "/soap"}, save("a"), dialect)) == []
    assert rules.log() == []


def test_threads_share_a_rules_count() -> None:
    rules = FaultRules(DIALECT, VirtualClock())
    rules.add({"effect": LOCKED, "count": 50, "id": "counted"})
    rules.add({"effect": {"type": "latency", "seconds": 1}, "match": {"every": 2}, "id": "each second"[:4]})
    start = threading.Barrier(9)
    found: list[list[str]] = [[] for _ in range(8)]

    def work(mine: list[str]) -> None:
        start.wait()
        for _ in range(25):
            mine.extend(each.rule.id for each in rules.firing(request(save("a"))))

    def meddle() -> None:
        start.wait()
        for _ in range(100):
            rules.remove(rules.add({"effect": "reset", "enabled": False})["id"])

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found] + [threading.Thread(target=meddle)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(each for mine in found for each in mine) == {"counted": 50, "each": 100}
    assert [each["matched"] for each in rules.list()] == [200, 200]


# --- nothing secret


def test_the_log_and_the_rules_hold_nothing_secret(world: World) -> None:
    world.add({"type": "latency", "seconds": 1})
    world.add(LOCKED)
    outcomes(world, LOGIN, save("a"))
    said = json.dumps(world.rules.log()) + json.dumps(world.rules.list()) + world.journal.to_bytes().decode()
    assert len(world.rules.log()) == 4
    assert "hush-hush" not in said
    assert "session-of-ann" not in said


def test_the_log_can_be_emptied_and_numbers_go_on(world: World) -> None:
    world.add(LOCKED)
    outcomes(world, save("a"))
    world.rules.clear_log()
    outcomes(world, save("a"))
    assert [each["number"] for each in world.rules.log()] == [2]
