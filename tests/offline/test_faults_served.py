"""Fault rules of both mocks as they are served: clients meet them, each service its own, the control plane none."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from offline.serving import Stack
from simulator.faults.effects import EFFECTS
from simulator.faults.rule import Match, Rule

LOGIN = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><login xmlns="{namespace}">'
    "<username>{username}</username><password>{password}</password></login></s:Body></s:Envelope>"
)


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    with Stack(seed="demo", skip_waits=True) as stack:
        yield stack


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    yield running
    for rules in running.faults.values():
        rules.clear()
        rules.clear_log()


def login(stack: Stack, service: str) -> str:
    """What becomes of a login: its status, or the error that the client meets."""
    served = stack.served
    if service == "zuora":
        url, namespace = served.zuora_url, "http://api.zuora.com/"
        username, password = served.zuora_username, served.zuora_password
    else:
        url, namespace = served.salesforce_url, "urn:partner.soap.sforce.com"
        username, password = served.salesforce_username, served.salesforce_password + served.salesforce_security_token
    content = LOGIN.format(namespace=namespace, username=username, password=password)
    try:
        headers = {"Content-Type": "text/xml", "Accept-Encoding": "identity"}
        return str(httpx.post(url, content=content, headers=headers, trust_env=False).status_code)
    except httpx.TransportError as error:
        return type(error).__name__


def test_each_service_has_rules_of_its_own(stack: Stack) -> None:
    stack.faults["zuora"].add({"effect": "reset"})
    assert login(stack, "zuora") == "ReadError"
    assert login(stack, "salesforce") == "200"
    stack.faults["salesforce"].add({"effect": "unavailable"})
    assert login(stack, "salesforce") == "503"
    assert [each["effect"] for each in stack.faults["salesforce"].log()] == ["unavailable"]


def test_the_control_plane_and_its_journal_stay_reachable(stack: Stack) -> None:
    stack.faults["zuora"].add({"effect": "reply_lost", "match": {"path": "*"}, "id": "all"})
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{stack.served.zuora_url}?wsdl", trust_env=False)
    assert login(stack, "zuora") == "RemoteProtocolError"
    journal = httpx.get(f"{stack.served.control_zuora}journal", trust_env=False).json()["exchanges"]
    assert (journal[-1]["operation"], journal[-1]["status"], journal[-1]["fault"]) == ("login", 200, "all reply_lost")
    assert stack.served.zuora_password not in str(journal) + str(stack.faults["zuora"].log())


def test_many_clients_share_a_rules_count(stack: Stack) -> None:
    stack.faults["zuora"].add({"effect": "reset", "count": 20})
    stack.faults["zuora"].add({"effect": {"type": "html_error", "status": 502}, "match": {"nth": 21, "every": 2}})
    with ThreadPoolExecutor(16) as pool:
        met = Counter(pool.map(lambda _: login(stack, "zuora"), range(100)))
    assert met["ReadError"] == 20
    assert (met["502"], met["200"]) == (40, 40)
    assert login(stack, "zuora") in ("200", "502")


def test_without_rules_a_stack_serves_as_before_and_after_it_has_none() -> None:
    with Stack(seed="demo", skip_waits=True) as stack:
        assert stack.faults.keys() == {"zuora", "salesforce"}
        assert login(stack, "zuora") == "200"
    assert stack.faults == {}


def test_every_rule_in_the_manual_is_one(stack: Stack) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
    examples = re.findall(r"^    (\{.*\})$|'(\{.*\})'$", manual, re.MULTILINE)
    rules = [json.loads(line or quoted) for line, quoted in examples]
    assert len(rules) >= 10
    for rule in rules:
        service = "salesforce" if "UNABLE_TO_LOCK_ROW" in str(rule) else "zuora"
        stack.faults[service].add(rule)
    assert [name for name in EFFECTS if f"`{name}`" not in manual] == []
    settings = {key for effect in EFFECTS.values() for key in effect.model_fields} | set(Match.model_fields)
    assert [key for key in sorted(settings | set(Rule.model_fields)) if not re.search(f'[`"]{key}[`"]', manual)] == []
