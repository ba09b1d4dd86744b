from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.errors import SoapFaultError
from sync_engine.mapping import FieldMap
from sync_engine.model import ObjectKind, ZuoraRow
from sync_engine.rules import ACCOUNT_OBJECTS, Rules
from sync_engine.zuora.graph import graph
from sync_engine.zuora.reading import Reading
from sync_engine.zuora.rows import RowSet
from sync_engine.zuora.selection import current_subscriptions


async def read(
    kind: ObjectKind, ids: list[str], zuora: Any, field_map: FieldMap, progress: Any, rules: Rules | None = None
) -> RowSet:
    reading = Reading(kind, zuora=zuora, field_map=field_map, rules=rules or Rules(), progress=progress)
    await reading.roots(ids)
    return await reading.rest()


def run_accounts(
    tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any, rules: Rules | None = None, **options: Any
) -> tuple[RowSet, Any]:
    zuora = make_zuora(tenant, **options)
    rows = asyncio.run(read(ObjectKind.BILLING_ACCOUNT, ["acc1", "acc2"], zuora, field_map, progress, rules))
    return rows, zuora


def test_everything_under_an_account_is_read(tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any) -> None:
    rows, _ = run_accounts(tenant, make_zuora, field_map, progress)
    for zuora_object, count in {
        "Account": 2, "Contact": 1, "PaymentMethod": 2, "Subscription": 1, "RatePlan": 1, "RatePlanCharge": 2,
        "RatePlanChargeTier": 1, "Product": 1, "Invoice": 1, "InvoiceItem": 2, "Payment": 1, "InvoicePayment": 1,
        "Refund": 1, "RefundInvoicePayment": 1,
    }.items():  # fmt: skip
        assert rows.count(zuora_object) == count, zuora_object
    assert rows.root("RatePlanChargeTier", "t1") == "acc1"
    assert progress.was_read["Subscription"] == 3


def test_prices_are_read_apart_and_joined(tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any) -> None:
    rows, zuora = run_accounts(tenant, make_zuora, field_map, progress)
    charge = rows.get("RatePlanCharge", "ch1s2")
    assert charge is not None
    assert (charge["Price"], charge["MRR"]) == ("10.0125", "100.125")
    asked = [query for query in zuora.queries if "from RatePlanCharge " in query]
    assert len(asked) == 1 + len(graph().objects["RatePlanCharge"].alone)
    assert progress.was_read["RatePlanCharge"] == 2


def test_a_product_is_read_with_its_currencies_and_units(
    tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any
) -> None:
    rows = asyncio.run(read(ObjectKind.ZPRODUCT, ["prod1"], make_zuora(tenant), field_map, progress))
    plan, unit = rows.get("ProductRatePlan", "prp1"), rows.get("UnitOfMeasure", "uom1")
    assert plan is not None
    assert plan["ActiveCurrencies"] == "USD,EUR"
    assert unit is not None
    assert rows.root("UnitOfMeasure", "uom1") == "prod1"
    assert rows.count("ProductRatePlanChargeTier") == 2


def test_what_is_not_synced_is_not_read(tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any) -> None:
    rules = Rules(objects=ACCOUNT_OBJECTS - {"Contact"}, sync_payments=False)
    _, zuora = run_accounts(tenant, make_zuora, field_map, progress, rules)
    asked = {query.split(" from ")[1].split()[0] for query in zuora.queries}
    assert not asked & {"Contact", "Payment", "InvoicePayment", "Refund", "RefundInvoicePayment"}


def test_fields_newer_than_the_endpoint_are_not_asked_for(
    tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any
) -> None:
    rows, zuora = run_accounts(tenant, make_zuora, field_map, progress)
    assert not any("OriginalRatePlanId" in query for query in zuora.queries)
    assert ("RatePlan", "OriginalRatePlanId") in rows.unreadable
    _, newer = run_accounts(tenant, make_zuora, field_map, progress, Rules(zuora_version=140))
    assert any("OriginalRatePlanId" in query for query in newer.queries)


def test_a_field_this_tenant_lacks_is_given_up_and_the_rest_read(
    tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any
) -> None:
    absent = frozenset({"Account.ParentId", "Subscription.InvoiceOwnerId", "Subscription.QuoteType__QT"})
    rows, zuora = run_accounts(tenant, make_zuora, field_map, progress, absent=absent)
    assert rows.count("Account") == 2
    assert rows.count("Subscription") == 1
    assert {".".join(pair) for pair in rows.unreadable} > absent
    assert "QuoteNumber__QT" in [query for query in zuora.queries if " from Subscription " in query][-1]


def test_a_fault_over_any_other_field_is_raised(
    tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any
) -> None:
    with pytest.raises(SoapFaultError, match="balance"):
        run_accounts(tenant, make_zuora, field_map, progress, absent=frozenset({"Account.Balance"}))


def test_an_unknown_account_leaves_a_gap(tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any) -> None:
    rows = asyncio.run(read(ObjectKind.BILLING_ACCOUNT, ["nobody"], make_zuora(tenant), field_map, progress))
    assert rows.get("Account", "nobody") is None
    assert rows.count("Subscription") == 0


def test_nobody_asked_for_is_nothing_read(tenant: Any, make_zuora: Any, field_map: FieldMap, progress: Any) -> None:
    zuora = make_zuora(tenant)
    rows = asyncio.run(read(ObjectKind.BILLING_ACCOUNT, [], zuora, field_map, progress))
    assert rows.count("Account") == 0
    assert zuora.queries == []


def subscription(version: int, status: str, name: str = "S-1") -> ZuoraRow:
    return {"Id": f"{name}v{version}", "Name": name, "Version": str(version), "Status": status}


@pytest.mark.parametrize(
    ("statuses", "kept"),
    [
        (["Expired", "Active"], ["S-1v2"]),
        (["Active", "Draft"], ["S-1v1"]),
        (["Active", "Expired"], []),
        (["Draft"], []),
        (["Expired", "Cancelled"], ["S-1v2"]),
        (["Pending Activation"], ["S-1v1"]),
        (["Active", "Suspended"], []),
    ],
)
def test_the_version_in_force_is_synced_when_its_state_is(statuses: list[str], kept: list[str]) -> None:
    rows = [subscription(version, status) for version, status in enumerate(statuses, 1)]
    assert current_subscriptions(rows) == kept
    assert current_subscriptions(rows[::-1]) == kept


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 12), st.sampled_from(["Active", "Expired", "Draft"])),
        unique_by=lambda each: each[:2],
    )
)
def test_at_most_one_version_of_a_subscription_is_synced(versions: list[tuple[str, int, str]]) -> None:
    rows = [subscription(version, status, name) for name, version, status in versions]
    names = [row_id.partition("v")[0] for row_id in current_subscriptions(rows)]
    assert len(names) == len(set(names))


def test_steps_only_look_at_what_was_read_before() -> None:
    for steps in graph().steps.values():
        seen: set[str] = set()
        for step in steps:
            assert {zuora_object for zuora_object, _ in step.sources} <= seen
            seen.add(step.object)


def test_a_root_that_is_dropped_takes_its_rows_along() -> None:
    rows = RowSet(["a", "b"])
    for root in ("a", "b"):
        rows.add("Account", {"Id": root}, root)
        rows.add("Contact", {"Id": f"c{root}", "AccountId": root}, root)
    assert rows.where("Contact", "AccountId", "a") == [{"Id": "ca", "AccountId": "a"}]
    rows.drop_root("a")
    assert list(rows.of("Account")) == [{"Id": "b"}]
    assert list(rows.where("Contact", "AccountId", "a")) == []
    assert rows.get("Contact", "cb") is not None
