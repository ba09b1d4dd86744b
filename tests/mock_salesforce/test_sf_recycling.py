"""The recycle bin: what comes back with a record, what is gone for good, and what is known of it afterwards."""

from __future__ import annotations

import pytest

from mock_salesforce.dml.deletes import empty_bin
from mock_salesforce.dml.options import WriteOptions

BA, SUB, PLAN, CHARGE, CONTACT = (
    "Zuora__CustomerAccount__c",
    "Zuora__Subscription__c",
    "Zuora__SubscriptionRatePlan__c",
    "Zuora__SubscriptionProductCharge__c",
    "Zuora__ZContact__c",
)
DAY = 86400


@pytest.fixture
def charge(org):
    (product,) = org.load("Zuora__Product__c", [{"Name": "P"}])
    (made,) = org.load(CHARGE, [{"Name": "C", "Zuora__Product__c": product}])
    return {"product": product, "charge": made}


def stamps(org, name):
    (row,) = org.rows(name)
    return row["LastModifiedDate"], row["SystemModstamp"]


def statuses(reply):
    return [result.get("statusCode") for result in reply.results]


def empty(org, *ids):
    return [result.errors for result in empty_bin(org, ids, WriteOptions(org.user_id(org.users[0])))]


class TestLookups:
    def test_they_come_back_with_what_they_point_at(self, wire, org, charge, clock):
        clock.advance(60)
        wire.by_ids("delete", charge["product"])
        assert org.rows(CHARGE)[0]["Zuora__Product__c"] is None
        assert stamps(org, CHARGE) == ("2026-01-15T08:00:00.000Z", "2026-01-15T08:01:00.000Z")
        clock.advance(60)
        wire.by_ids("undelete", charge["product"])
        assert org.rows(CHARGE)[0]["Zuora__Product__c"] == charge["product"]
        assert stamps(org, CHARGE) == ("2026-01-15T08:00:00.000Z", "2026-01-15T08:02:00.000Z")

    def test_one_that_was_given_another_target_keeps_it(self, wire, org, charge):
        (other,) = org.load("Zuora__Product__c", [{"Name": "Q"}])
        wire.by_ids("delete", charge["product"])
        wire.save("update", wire.row(CHARGE, Id=charge["charge"], Zuora__Product__c=other))
        wire.by_ids("undelete", charge["product"])
        assert org.rows(CHARGE)[0]["Zuora__Product__c"] == other

    def test_one_whose_target_went_meanwhile_is_empty_until_that_comes_back(self, wire, org, charge):
        wire.by_ids("delete", charge["charge"])
        wire.by_ids("delete", charge["product"])
        wire.by_ids("undelete", charge["charge"])
        assert org.rows(CHARGE)[0]["Zuora__Product__c"] is None
        wire.by_ids("undelete", charge["product"])
        assert org.rows(CHARGE)[0]["Zuora__Product__c"] == charge["product"]

    def test_of_a_descendant_too(self, wire, org):
        (account,) = org.load("Account", [{"Name": "A"}])
        (contact,) = org.load(CONTACT, [{"Name": "C"}])
        billing = {"Name": "B", "Zuora__Account__c": account, "Zuora__BillToContact__c": contact}
        org.load(BA, [billing])
        wire.by_ids("delete", account)
        assert statuses(wire.by_ids("delete", contact)) == [None]
        wire.by_ids("undelete", account)
        assert org.rows(BA)[0]["Zuora__BillToContact__c"] is None
        wire.by_ids("undelete", contact)
        assert org.rows(BA)[0]["Zuora__BillToContact__c"] == contact


def test_a_record_of_two_masters_comes_back_when_both_are_there(wire, org):
    (plan,) = org.load(PLAN, [{"Name": "P"}])
    (subscription,) = org.load(SUB, [{"Name": "S"}])
    (charge,) = org.load(CHARGE, [{"Zuora__SubscriptionRatePlan__c": plan, "Zuora__Subscription__c": subscription}])
    (tier,) = org.load("Zuora__SubscriptionRatePlanChargeTier__c", [{"Name": "T"}])
    links = org.schema.required("Zuora__SubscriptionRatePlanChargeTier__c").masters
    for named in links:
        if named.refers_to == CHARGE:
            org.store.update("Zuora__SubscriptionRatePlanChargeTier__c", tier, {named.name: charge})
    wire.by_ids("delete", plan)
    wire.by_ids("delete", subscription)
    wire.by_ids("undelete", plan)
    assert [len(org.rows(name)) for name in (PLAN, CHARGE)] == [1, 0]
    wire.by_ids("undelete", subscription)
    assert [len(org.rows(name)) for name in (PLAN, CHARGE, "Zuora__SubscriptionRatePlanChargeTier__c")] == [1, 1, 1]


class TestTime:
    def test_after_15_days_a_record_is_gone(self, wire, org, charge, clock):
        wire.by_ids("delete", charge["charge"])
        clock.advance(15 * DAY)
        wire.login()
        assert statuses(wire.by_ids("undelete", charge["charge"])) == [None]
        wire.by_ids("delete", charge["charge"])
        clock.advance(15 * DAY + 1)
        wire.login()
        assert statuses(wire.by_ids("undelete", charge["charge"])) == ["UNDELETE_FAILED"]
        assert statuses(wire.by_ids("delete", charge["charge"])) == ["ENTITY_IS_DELETED"]
        assert org.rows(CHARGE, include_deleted=True) == []

    def test_a_query_of_everything_shows_15_days(self, wire, charge, clock):
        wire.by_ids("delete", charge["charge"])
        for days, size in ((14, "1"), (2, "0")):
            clock.advance(days * DAY)
            wire.login()
            assert wire.query(f"SELECT Id FROM {CHARGE}", operation="queryAll").texts("size") == [size]

    def test_what_was_deleted_is_told_by_its_moment(self, wire, org, charge, clock):
        clock.advance(60)
        wire.by_ids("delete", charge["charge"])
        at = "2026-01-15T08:01:00.000Z"
        assert org.bin.deleted(CHARGE, at, "2026-01-15T08:02:00.000Z") == [(charge["charge"], at)]
        assert org.bin.deleted(CHARGE, "2026-01-15T08:00:00.000Z", at) == []
        assert empty(org, charge["charge"]) == [[]]
        assert org.bin.deleted(CHARGE, at, "2026-01-15T08:02:00.000Z") == [(charge["charge"], at)]

    def test_what_came_back_is_not_among_the_deleted(self, wire, org, charge):
        wire.by_ids("delete", charge["charge"])
        wire.by_ids("undelete", charge["charge"])
        assert org.bin.deleted(CHARGE, "2026-01-15T08:00:00.000Z", "2026-01-16T08:00:00.000Z") == []


class TestEmptying:
    def test_what_went_along_goes_too(self, wire, org):
        (account,) = org.load("Account", [{"Name": "A"}])
        org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
        wire.by_ids("delete", account)
        assert empty(org, account[:15]) == [[]]
        assert org.rows(BA, include_deleted=True) == []
        assert wire.query("SELECT Id FROM Account", operation="queryAll").texts("size") == ["0"]

    def test_only_what_is_in_the_bin(self, org, wire, charge):
        (account,) = org.load("Account", [{"Name": "A"}])
        (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
        wire.by_ids("delete", account)
        for identifier in (charge["charge"], billing, "a04000000000001"):
            ((error,),) = empty(org, identifier)
            words = "invalid record id; no recycle bin entry found"
            assert (error.code, error.message) == ("INVALID_ID_FIELD", words)
        ((error,),) = empty(org, "xyz")
        assert error.message == "malformed id xyz"

    def test_deleting_what_is_gone(self, wire, org, charge):
        wire.by_ids("delete", charge["charge"])
        empty(org, charge["charge"])
        assert statuses(wire.by_ids("delete", charge["charge"])) == ["ENTITY_IS_DELETED"]


def test_a_child_of_something_deleted_has_to_wait(wire, org):
    (account,) = org.load("Account", [{"Name": "A"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
    wire.by_ids("delete", account)
    assert statuses(wire.by_ids("undelete", billing)) == ["UNDELETE_FAILED"]
    assert statuses(wire.by_ids("undelete", billing, account)) == ["UNDELETE_FAILED", None]
    assert len(org.rows(BA)) == 1


def test_a_deletion_goes_to_the_depth(wire, org):
    (account,) = org.load("Account", [{"Name": "A"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
    (subscription,) = org.load(SUB, [{"Zuora__CustomerAccount__c": billing}])
    (plan,) = org.load(PLAN, [{"Zuora__Subscription__c": subscription}])
    org.load(CHARGE, [{"Zuora__SubscriptionRatePlan__c": plan}])
    reply = wire.by_ids("delete", account, billing, subscription)
    assert statuses(reply) == [None, "ENTITY_IS_DELETED", "ENTITY_IS_DELETED"]
    assert [len(org.rows(name)) for name in (BA, SUB, PLAN, CHARGE)] == [0, 0, 0, 0]
    assert org.bin.members(account).keys() >= {BA, SUB, PLAN, CHARGE}


def test_a_record_that_is_loaded_as_deleted_is_in_the_bin(wire, org):
    (account,) = org.load("Account", [{"Name": "A", "IsDeleted": True}])
    assert statuses(wire.by_ids("undelete", account)) == [None]
