"""Where the tenant requires activation and acceptance, a subscription waits for both, and its charges with it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mock_zuora import ZuoraMock
from mock_zuora.integrity import problems
from simulator.clock import VirtualClock
from tests.mock_zuora.conftest import TENANT, Caller
from tests.mock_zuora.subscriptions.conftest import GLOBAL, PLAN_IDS, Shop, charge_data, load_catalogue, plan_data

CAUTIOUS = replace(TENANT, requires_service_activation=True, requires_customer_acceptance=True)


@pytest.fixture
def cautious() -> Iterator[Shop]:
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(7))
    tenant = mock.add_tenant(CAUTIOUS)
    load_catalogue(tenant)
    caller = Caller(mock)
    assert caller.login().status == 200
    yield Shop(caller, tenant)
    mock.close()


def change(shop: Shop, fields: dict[str, Any]) -> str:
    row = shop.one("Subscription")
    inner = "".join(f"<obj:{name}>{value}</obj:{name}>" for name, value in fields.items())
    sent = f'<api:zObjects xsi:type="obj:Subscription"><obj:Id>{row["Id"]}</obj:Id>{inner}</api:zObjects>'
    return str(shop.caller.call(f"<api:update>{sent}</api:update>").body)


def test_it_waits_for_activation_and_then_for_acceptance(cautious: Shop) -> None:
    asked = {"ProductRatePlanChargeId": cautious.rows("ProductRatePlanCharge", Name="seats")[0]["Id"]}
    accepted = charge_data({**asked, "TriggerEvent": "CustomerAcceptance"})
    cautious.sold(plan_data({"ProductRatePlanId": PLAN_IDS["team"]}, accepted), ServiceActivationDate=None)
    row = cautious.one("Subscription")
    assert (row["Status"], row["ServiceActivationDate"]) == ("Pending Activation", None)
    (seats,) = cautious.segments(row["Id"], "seats")
    assert (seats["EffectiveStartDate"], seats["MRR"], seats["TCV"]) == (None, 20, None)
    code, message = cautious.amend(row["Id"], "Renewal").error
    assert (code, "is Pending Activation and cannot be amended" in message) == ("INVALID_VALUE", True)

    assert "<ns1:Success>true" in change(cautious, {"ServiceActivationDate": "2026-01-10"})
    assert cautious.one("Subscription")["Status"] == "Pending Acceptance"
    assert "cannot be changed" in change(cautious, {"ServiceActivationDate": "2026-01-11"})
    assert "must follow the rule" in change(cautious, {"ContractAcceptanceDate": "2026-01-09"})

    assert "<ns1:Success>true" in change(cautious, {"ContractAcceptanceDate": "2026-01-15"})
    assert cautious.one("Subscription")["Status"] == "Active"
    (seats,) = cautious.segments(row["Id"], "seats")
    assert (seats["EffectiveStartDate"], seats["EffectiveEndDate"]) == (date(2026, 1, 15), date(2027, 1, 1))
    assert (seats["TriggerDate"], cautious.one("Subscription")["Version"]) == (date(2026, 1, 15), 1)
    assert problems(cautious.tenant) == []


def test_with_all_its_dates_it_is_active_at_once(cautious: Shop) -> None:
    cautious.sold("basic", ServiceActivationDate="2026-01-02", ContractAcceptanceDate="2026-01-03")
    assert cautious.one("Subscription")["Status"] == "Active"


def test_dates_out_of_order_are_refused(cautious: Shop) -> None:
    code, message = cautious.subscribe("basic", ServiceActivationDate="2025-12-31").error
    assert (code, "must follow the rule" in message) == ("INVALID_VALUE", True)
    assert cautious.tenant.rows(GLOBAL, "Account") == []


def test_an_active_subscription_keeps_what_only_a_draft_may_change(cautious: Shop) -> None:
    cautious.sold("basic", ServiceActivationDate="2026-01-02", ContractAcceptanceDate="2026-01-03")
    for name, value in (("InitialTerm", 24), ("Name", "S-OWN"), ("TermType", "EVERGREEN"), ("AutoRenew", "true")):
        assert "only while it is Draft" in change(cautious, {name: value}), name
    assert "<ns1:Success>true" in change(cautious, {"Notes": "Read and understood"})
