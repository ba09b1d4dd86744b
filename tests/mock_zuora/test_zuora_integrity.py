"""The check of a tenant's records finds what is wrong, each kind of it, and nothing where all is well."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from mock_zuora import Tenant, ZuoraMock
from mock_zuora.integrity import problems
from offline.scenarios import scenario
from simulator.clock import VirtualClock


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """The demonstration's tenant, of which only the first entity is changed."""
    told = scenario("demo")
    mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(7))
    tenant = mock.add_tenant(told.tenant)
    for entity, tables in told.zuora.items():
        for name, rows in tables.items():
            tenant.load(entity, name, rows)
    yield tenant
    mock.close()


def first(tenant: Tenant, kind: str, **wanted: Any) -> dict[str, Any]:
    rows = tenant.rows(tenant.spec.entities[0].id, kind)
    return next(each for each in rows if all(each[name] == value for name, value in wanted.items()))


def spoil(tenant: Tenant, kind: str, row: dict[str, Any], **changes: Any) -> list[str]:
    tenant.data(tenant.spec.entities[0].id).store.update(kind, row["Id"], changes)
    return problems(tenant)


def test_the_demonstration_is_sound(tenant: Tenant) -> None:
    assert problems(tenant) == []


@pytest.mark.parametrize(
    ("kind", "field", "words"),
    [
        ("Account", "Balance", "Balance is 5, its rows make it"),
        ("Account", "TotalInvoiceBalance", "TotalInvoiceBalance is 5"),
        ("Account", "CreditBalance", "CreditBalance is 5, its rows make it 0"),
        ("Invoice", "Amount", "Amount is 5"),
        ("Invoice", "Balance", "Balance is 5"),
        ("Invoice", "PaymentAmount", "PaymentAmount is 5"),
        ("InvoiceItem", "ChargeAmount", "AmountWithoutTax is"),
        ("InvoiceItem", "TaxAmount", "TaxAmount is 5, its rows make it 0"),
        ("InvoicePayment", "RefundAmount", "RefundAmount is 5"),
        ("InvoicePayment", "Amount", "is not what is applied and credited"),
        ("Payment", "RefundAmount", "RefundAmount is 5"),
    ],
)
def test_an_amount_that_does_not_follow_from_its_rows_is_found(
    tenant: Tenant, kind: str, field: str, words: str
) -> None:
    row = first(tenant, kind)
    assert any(words in problem for problem in spoil(tenant, kind, row, **{field: 5}))


@pytest.mark.parametrize(
    ("kind", "field"), [("Contact", "AccountId"), ("InvoiceItem", "SubscriptionId"), ("RatePlan", "SubscriptionId")]
)
def test_a_reference_to_nothing_is_found(tenant: Tenant, kind: str, field: str) -> None:
    row = first(tenant, kind)
    assert any(
        f"Entity 01: {kind} {row['Id']}: {field} {'0' * 32} is no " in problem
        for problem in spoil(tenant, kind, row, **{field: "0" * 32})
    )


def test_a_number_that_two_have_is_found(tenant: Tenant) -> None:
    one, other = tenant.rows(tenant.spec.entities[0].id, "Invoice")[:2]
    found = spoil(tenant, "Invoice", one, InvoiceNumber=other["InvoiceNumber"])
    assert found == [f"Entity 01: Invoice {one['Id']}, {other['Id']}: have one InvoiceNumber, {other['InvoiceNumber']}"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Version": 3}, "its versions are [1, 3]"),
        ({"PreviousSubscriptionId": None}, "PreviousSubscriptionId is None"),
        ({"Name": "Other"}, "its versions have different names"),
    ],
)
def test_a_broken_chain_of_versions_is_found(tenant: Tenant, changes: dict[str, Any], words: str) -> None:
    second = first(tenant, "Subscription", Version=2, Status="Active")
    assert any(words in problem for problem in spoil(tenant, "Subscription", second, **changes))


def test_a_superseded_version_that_is_still_in_force_is_found(tenant: Tenant) -> None:
    old = first(tenant, "Subscription", Status="Expired")
    assert any("a later version is there" in each for each in spoil(tenant, "Subscription", old, Status="Active"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Segment": 1}, "have one number"),
        ({"IsLastSegment": 0}, "has 0 last segments"),
        ({"EffectiveStartDate": "2025-01-01"}, "after its next segment begins"),
    ],
)
def test_broken_segments_are_found(tenant: Tenant, changes: dict[str, Any], words: str) -> None:
    second = first(tenant, "RatePlanCharge", Segment=2)
    assert any(words in problem for problem in spoil(tenant, "RatePlanCharge", second, **changes))
