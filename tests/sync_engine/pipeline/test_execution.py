from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from sync_engine.agreement import Agreement, compare_accounts, compare_products
from sync_engine.errors import LeaseLost
from sync_engine.execution import sync_accounts, sync_products
from sync_engine.ledger import Acknowledged
from sync_engine.mapping import FieldMap
from sync_engine.model import RowOutcome, RowState
from sync_engine.rules import Rules
from sync_engine.tally import Tally

ENTITY = "e" * 32
EXTERNAL = "Zuora__External_Id__c"
CUSTOMER = "Zuora__CustomerAccount__c"
SUBSCRIPTION = "Zuora__Subscription__c"
CHARGE = "Zuora__SubscriptionProductCharge__c"


class Sync:
    """One tenant, one org, and what was recorded on the way between them."""

    def __init__(self, tenant: Any, zuora: Any, salesforce: Any, field_map: FieldMap, progress: Any) -> None:
        self.tenant = tenant
        self.salesforce = salesforce
        self.recorded: list[RowOutcome] = []
        self.acknowledged: list[Acknowledged] = []
        self.guarded: list[str] = []
        self.lost: set[str] = set()
        self._common = {"zuora": zuora, "salesforce": salesforce, "field_map": field_map}
        self._progress = progress

    async def _guard(self, root_id: str) -> None:
        self.guarded.append(root_id)
        if root_id in self.lost:
            raise LeaseLost(f"the lease of {root_id} ran out")

    async def _record(self, outcomes: Sequence[RowOutcome], acknowledged: Sequence[Acknowledged] = ()) -> None:
        self.recorded += outcomes
        self.acknowledged += acknowledged

    def _run(self, what: Callable[..., Awaitable[Tally]], ids: Sequence[str], rules: Rules | None) -> Tally:
        async def go() -> Tally:
            return await what(
                ids,
                rules=rules or Rules(),
                guard=self._guard,
                progress=self._progress,
                record=self._record,
                **self._common,
            )

        return asyncio.run(go())

    def accounts(self, *ids: str, rules: Rules | None = None) -> Tally:
        return self._run(sync_accounts, ids or ("acc1", "acc2"), rules)

    def products(self, *ids: str, rules: Rules | None = None) -> Tally:
        return self._run(sync_products, ids or ("prod1",), rules)

    def agreement(self, *ids: str, rules: Rules | None = None) -> Agreement:
        return asyncio.run(compare_accounts(ids or ("acc1", "acc2"), rules=rules or Rules(), **self._common))

    def catalog_agreement(self, *ids: str, rules: Rules | None = None) -> Agreement:
        return asyncio.run(compare_products(ids or ("prod1",), rules=rules or Rules(), **self._common))

    def states(self, sobject: str) -> dict[str, RowState]:
        return {each.key: each.state for each in self.recorded if each.sobject == sobject}


@pytest.fixture
def sync(tenant: Any, make_zuora: Any, salesforce: Any, field_map: FieldMap, progress: Any) -> Sync:
    return Sync(tenant, make_zuora(tenant), salesforce, field_map, progress)


def troubled(tally: Tally) -> list[RowOutcome]:
    return list(tally.outcomes(RowState.FAILED, RowState.BLOCKED))


def of(tally: Tally, sobject: str, key: str) -> RowOutcome:
    found = tally.outcome(sobject, key)
    assert found is not None, (sobject, key)
    return found


def identities(tally: Tally) -> set[tuple[str, str]]:
    return {(each.sobject, each.key) for each in tally.outcomes()}


def find_row(sync: Sync, zuora_object: str, row_id: str) -> dict[str, str]:
    found: dict[str, str] = next(row for row in sync.tenant[zuora_object] if row["Id"] == row_id)
    return found


def test_accounts_arrive_whole_and_agree(sync: Sync) -> None:
    tally = sync.accounts()
    assert not troubled(tally)
    assert tally.counts[CUSTOMER].created == 2
    assert tally.counts[CUSTOMER].read == 2
    assert tally.counts[CUSTOMER].updated == 0
    account = sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")
    method = sync.salesforce.row("Zuora__PaymentMethod__c", EXTERNAL, "pm1")
    assert account["Zuora__Default_Payment_Method__r"] == ("Zuora__PaymentMethod__c", method["Id"])
    agreement = sync.agreement()
    assert agreement.differences == ()
    assert agreement.rows == sum(counts.read for counts in tally.counts.values())
    assert str(agreement) == f"agree: {agreement.rows} rows, 0 differences"


def test_a_second_sync_makes_nothing_new(sync: Sync) -> None:
    first = sync.accounts()
    again = sync.accounts()
    assert sum(counts.created for counts in again.counts.values()) == 0
    assert sum(counts.deleted for counts in again.counts.values()) == 0
    assert identities(again) == identities(first)


def test_every_write_is_guarded_and_every_outcome_recorded(sync: Sync) -> None:
    tally = sync.accounts()
    assert set(sync.guarded) == {"acc1", "acc2"}
    assert {(each.sobject, each.key) for each in sync.recorded} == identities(tally)
    assert len(sync.recorded) == tally.rows()


def test_a_value_that_is_gone_in_zuora_is_blanked(sync: Sync) -> None:
    sync.accounts()
    assert sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")["Zuora__BillToCity__c"] == "Town"
    del find_row(sync, "Contact", "con1")["City"]
    del find_row(sync, "Account", "acc1")["DefaultPaymentMethodId"]
    assert {each.field for each in sync.agreement().differences} >= {"Zuora__BillToCity__c"}
    sync.accounts()
    account = sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")
    assert account["Zuora__BillToCity__c"] is None
    assert account["Zuora__Default_Payment_Method__c"] is None


def test_a_new_version_takes_the_place_of_the_old_record(sync: Sync) -> None:
    sync.accounts()
    old = sync.salesforce.row(SUBSCRIPTION, "Zuora__SubscriptionNumber__c", "S-1")["Id"]
    _amend(sync)
    tally = sync.accounts()
    assert not troubled(tally)
    assert sync.salesforce.keys(SUBSCRIPTION, EXTERNAL) == {"sub1v3"}
    assert sync.salesforce.keys(CHARGE, EXTERNAL) == {"ch9"}
    assert sync.salesforce.row(SUBSCRIPTION, EXTERNAL, "sub1v3")["Id"] != old
    assert sync.states(SUBSCRIPTION) == {"sub1v2": RowState.DELETED, "sub1v3": RowState.CREATED}
    assert sync.agreement().differences == ()


def test_by_number_a_new_version_keeps_the_record(sync: Sync) -> None:
    rules = Rules(subscription_key="number")
    sync.accounts(rules=rules)
    old = sync.salesforce.row(SUBSCRIPTION, "Zuora__SubscriptionNumber__c", "S-1")["Id"]
    _amend(sync)
    tally = sync.accounts(rules=rules)
    assert not troubled(tally)
    assert sync.salesforce.row(SUBSCRIPTION, "Zuora__SubscriptionNumber__c", "S-1")["Id"] == old
    assert sync.salesforce.keys(CHARGE, EXTERNAL) == {"ch9"}
    assert sync.agreement(rules=rules).differences == ()


def test_changing_to_keys_by_number_leaves_no_rows_of_the_old_kind(sync: Sync) -> None:
    sync.accounts()
    rules = Rules(subscription_key="number")
    sync.accounts(rules=rules)
    charges = sync.salesforce.records[CHARGE].values()
    assert [row["Zuora__SubscriptionChargeNumber__c"] for row in charges] == ["C-1"]
    assert sync.agreement(rules=rules).differences == ()


def _amend(sync: Sync) -> None:
    """Version 3 of the subscription: new ids for it, its plan and its charge."""
    find_row(sync, "Subscription", "sub1v2")["Status"] = "Expired"
    sync.tenant["Subscription"].append(
        {**find_row(sync, "Subscription", "sub1v2"), "Id": "sub1v3", "Version": "3", "Status": "Active"}
    )
    sync.tenant["RatePlan"].append({**find_row(sync, "RatePlan", "rp1"), "Id": "rp9", "SubscriptionId": "sub1v3"})
    sync.tenant["RatePlanCharge"].append(
        {**find_row(sync, "RatePlanCharge", "ch1s2"), "Id": "ch9", "RatePlanId": "rp9", "Segment": "1"}
    )


def test_an_invoice_that_is_posted_no_more_is_deleted_with_its_lines(sync: Sync) -> None:
    sync.accounts()
    find_row(sync, "Invoice", "inv1")["Status"] = "Canceled"
    tally = sync.accounts()
    assert not troubled(tally)
    assert not sync.salesforce.keys("Zuora__ZInvoice__c", EXTERNAL)
    assert not sync.salesforce.keys("Zuora__InvoiceItem__c", EXTERNAL)
    assert sync.agreement().differences == ()


def test_rows_of_other_accounts_and_rows_made_by_hand_stay(sync: Sync) -> None:
    sync.accounts()
    other = sync.salesforce.put(CUSTOMER, Zuora__External_Id__c="other")
    theirs = sync.salesforce.put(
        SUBSCRIPTION, Zuora__External_Id__c="s-other", Zuora__CustomerAccount__r=(CUSTOMER, other)
    )
    ours = sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")["Id"]
    handmade = sync.salesforce.put(SUBSCRIPTION, Name="made by hand", Zuora__CustomerAccount__r=(CUSTOMER, ours))
    sync.accounts()
    assert {theirs, handmade} <= set(sync.salesforce.records[SUBSCRIPTION])


def test_a_cancelled_account_is_deleted_with_all_it_has(sync: Sync) -> None:
    sync.accounts()
    find_row(sync, "Account", "acc1")["Status"] = "Canceled"
    tally = sync.accounts()
    assert sync.states(CUSTOMER)["acc1"] is RowState.DELETED
    assert sync.salesforce.keys(CUSTOMER, EXTERNAL) == {"acc2"}
    assert not sync.salesforce.records[SUBSCRIPTION]
    assert tally.counts[CUSTOMER].deleted == 1
    assert sync.agreement().differences == ()
    sync.accounts("acc1")
    assert sync.states(CUSTOMER)["acc1"] is RowState.UNCHANGED


def test_an_account_without_a_crm_id_fails_and_nothing_of_it_is_written(sync: Sync) -> None:
    del find_row(sync, "Account", "acc1")["CrmId"]
    tally = sync.accounts()
    outcome = of(tally, CUSTOMER, "acc1")
    assert (outcome.state, outcome.code) == (RowState.FAILED, "CRM_ID_MISSING")
    assert "Customer 01" in (outcome.message or "")
    assert sync.salesforce.keys(CUSTOMER, EXTERNAL) == {"acc2"}
    assert SUBSCRIPTION not in sync.salesforce.records
    assert tally.troubled_roots == {"acc1"}


def test_an_unknown_account_fails_and_the_others_go_on(sync: Sync) -> None:
    tally = sync.accounts("acc2", "nobody", "acc2")
    assert of(tally, CUSTOMER, "nobody").code == "NOT_FOUND_IN_ZUORA"
    assert sync.salesforce.keys(CUSTOMER, EXTERNAL) == {"acc2"}


def test_a_row_that_fails_keeps_back_what_hangs_from_it_and_says_why(sync: Sync) -> None:
    sync.salesforce.refuse["sub1v2"] = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no such thing")
    tally = sync.accounts()
    assert of(tally, SUBSCRIPTION, "sub1v2").state is RowState.FAILED
    for blocked in (
        (CHARGE, "ch1s1"),
        ("Zuora__SubscriptionRatePlan__c", "rp1"),
        ("Zuora__SubscriptionRatePlanChargeTier__c", "t1"),
    ):
        outcome = of(tally, *blocked)
        assert (outcome.state, outcome.code) == (RowState.BLOCKED, "PARENT_FAILED")
        assert "no such thing" in (outcome.message or "")
    assert tally.outcome("Zuora__ZInvoice__c", "inv1").state is RowState.CREATED
    assert not any(sobject == CHARGE for _, sobject, _ in sync.salesforce.writes)
    assert tally.counts[CHARGE].blocked == 2


def test_an_account_that_is_refused_takes_only_its_own_rows_along(sync: Sync) -> None:
    sync.salesforce.refuse["acc1"] = ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights")
    del find_row(sync, "Account", "acc2")["ParentId"]
    tally = sync.accounts()
    assert of(tally, CUSTOMER, "acc2").state is RowState.CREATED
    assert SUBSCRIPTION not in sync.salesforce.records
    assert tally.troubled_roots == {"acc1"}


def test_a_lost_lease_stops_that_account_and_no_other(sync: Sync) -> None:
    sync.lost.add("acc2")
    tally = sync.accounts()
    assert of(tally, CUSTOMER, "acc2").code == "LEASE_LOST"
    assert of(tally, CUSTOMER, "acc2").state is RowState.BLOCKED
    assert sync.salesforce.keys(CUSTOMER, EXTERNAL) == {"acc1"}


def test_a_delete_whose_reply_is_lost_is_settled_by_reading_back(sync: Sync) -> None:
    sync.accounts()
    find_row(sync, "Account", "acc1")["Status"] = "Canceled"
    sync.salesforce.lose_deletes = True
    tally = sync.accounts("acc1")
    assert of(tally, CUSTOMER, "acc1").state is RowState.DELETED


def test_without_the_billing_entity_every_account_fails_naming_it(sync: Sync) -> None:
    rules = Rules(multi_entity=True, entity_id=ENTITY, entity_name="Entity A")
    tally = sync.accounts(rules=rules)
    assert {each.code for each in tally.outcomes()} == {"ENTITY_MISSING"}
    assert ENTITY in (of(tally, CUSTOMER, "acc1").message or "")
    assert not sync.salesforce.writes
    sync.products(rules=rules)
    tally = sync.accounts(rules=rules)
    assert not troubled(tally)
    assert sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")["Zuora__EntityID__c"] == ENTITY
    assert sync.agreement(rules=rules).differences == ()


def test_products_can_be_made_to_wait_for_their_entity_too(sync: Sync) -> None:
    rules = Rules(multi_entity=True, entity_id=ENTITY, billing_entity_from_catalog=False)
    tally = sync.products(rules=rules)
    assert tally.outcome("zqu__ZProduct__c", "prod1").code == "ENTITY_MISSING"
    sync.salesforce.put("zqu__BillingEntity__c", zqu__EntityID__c=ENTITY, zqu__ZuoraId__c=ENTITY)
    tally = sync.products(rules=rules)
    assert not troubled(tally)
    assert "zqu__BillingEntity__c" not in tally.counts
    assert "zqu__BillingEntity__r" in sync.salesforce.row("Product2", "zqu__ZuoraId__c", "prod1")


def test_products_arrive_whole_and_agree(sync: Sync) -> None:
    tally = sync.products()
    assert not troubled(tally)
    assert tally.counts["zqu__ProductRatePlanChargeTier__c"].created == 2
    assert sync.catalog_agreement().differences == ()
    sync.salesforce.row("Product2", "zqu__ZuoraId__c", "prod1")["Name"] = "Something else"
    (difference,) = sync.catalog_agreement().differences
    assert str(difference) == "Product2 prod1 Name: should be 'Product 01', is 'Something else'"


def test_what_is_gone_from_the_catalog_is_flagged_and_never_taken_out(sync: Sync) -> None:
    sync.products()
    sync.tenant["ProductRatePlanChargeTier"] = [
        row for row in sync.tenant["ProductRatePlanChargeTier"] if row["Id"] != "pt2"
    ]
    sync.products()
    tier = sync.salesforce.row("zqu__ProductRatePlanChargeTier__c", "zqu__ZuoraId__c", "pt2")
    assert tier["zqu__Deleted__c"] == "true"
    for name in ("Product", "ProductRatePlan", "ProductRatePlanCharge", "ProductRatePlanChargeTier"):
        sync.tenant[name] = []
    tally = sync.products()
    assert not troubled(tally)
    for sobject in ("Product2", "zqu__ZProduct__c", "zqu__ProductRatePlan__c", "zqu__ProductRatePlanCharge__c"):
        assert {row["zqu__Deleted__c"] for row in sync.salesforce.records[sobject].values()} == {"true"}


def test_a_product_that_neither_side_knows_fails(sync: Sync) -> None:
    tally = sync.products("nothing")
    assert tally.outcome("zqu__ZProduct__c", "nothing").code == "NOT_FOUND_IN_ZUORA"
    assert not sync.salesforce.writes


def test_a_missing_row_and_a_row_too_many_are_differences(sync: Sync) -> None:
    sync.accounts()
    sync.salesforce.remove(sync.salesforce.row("Zuora__Payment__c", "Zuora__EXT_ID__c", "pay1")["Id"])
    account = sync.salesforce.row(CUSTOMER, EXTERNAL, "acc1")["Id"]
    sync.salesforce.put(SUBSCRIPTION, Zuora__External_Id__c="ghost", Zuora__CustomerAccount__r=(CUSTOMER, account))
    found = {(each.sobject, each.key): str(each) for each in sync.agreement().differences if not each.field}
    assert found["Zuora__Payment__c", "pay1"].endswith("is missing")
    assert found[SUBSCRIPTION, "ghost"].endswith("should not be there")


def test_a_parent_that_points_elsewhere_is_a_difference(sync: Sync) -> None:
    sync.accounts()
    sync.salesforce.row(SUBSCRIPTION, EXTERNAL, "sub1v2")["Zuora__CustomerAccount__r"] = (
        CUSTOMER, sync.salesforce.row(CUSTOMER, EXTERNAL, "acc2")["Id"],
    )  # fmt: skip
    assert "Zuora__CustomerAccount__r.Zuora__External_Id__c" in {each.field for each in sync.agreement().differences}
