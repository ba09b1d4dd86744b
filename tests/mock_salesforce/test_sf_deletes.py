from __future__ import annotations

import pytest

BA, SUB, RATE_PLAN, CHARGE, INVOICE = (
    "Zuora__CustomerAccount__c",
    "Zuora__Subscription__c",
    "Zuora__SubscriptionRatePlan__c",
    "Zuora__SubscriptionProductCharge__c",
    "Zuora__ZInvoice__c",
)


@pytest.fixture
def tree(org):
    """An account and everything down to a charge, with a product that a charge only looks up."""
    (account,) = org.load("Account", [{"Name": "Customer 01"}])
    (billing,) = org.load(BA, [{"Name": "B1", "Zuora__Account__c": account, "Zuora__External_Id__c": "k1"}])
    (subscription,) = org.load(SUB, [{"Zuora__CustomerAccount__c": billing, "Zuora__Account__c": account}])
    (plan,) = org.load(RATE_PLAN, [{"Zuora__Subscription__c": subscription}])
    (product,) = org.load("Zuora__Product__c", [{"Name": "P"}])
    (charge,) = org.load(CHARGE, [{"Zuora__SubscriptionRatePlan__c": plan, "Zuora__Product__c": product}])
    return {"account": account, "billing": billing, "subscription": subscription, "product": product, "charge": charge}


def counts(org):
    return [len(org.rows(name)) for name in ("Account", BA, SUB, RATE_PLAN, CHARGE)]


def test_what_belongs_to_a_record_goes_and_comes_back_with_it(wire, org, tree):
    reply = wire.by_ids("delete", tree["account"][:15])
    assert reply.inside == (
        f"<deleteResponse><result><id>{tree['account']}</id><success>true</success></result></deleteResponse>"
    )
    assert counts(org) == [0, 0, 0, 0, 0]
    assert len(org.rows(CHARGE, include_deleted=True)) == 1
    restored = wire.by_ids("undelete", tree["account"])
    assert restored.results == [{"id": tree["account"], "success": "true"}]
    assert counts(org) == [1, 1, 1, 1, 1]


def test_what_was_deleted_before_stays_deleted(wire, org, tree):
    wire.by_ids("delete", tree["subscription"])
    assert counts(org) == [1, 1, 0, 0, 0]
    wire.by_ids("delete", tree["account"])
    wire.by_ids("undelete", tree["account"])
    assert counts(org) == [1, 1, 0, 0, 0]


def test_a_plain_lookup_is_emptied(wire, org, tree):
    wire.by_ids("delete", tree["product"])
    assert org.rows(CHARGE)[0]["Zuora__Product__c"] is None


def test_a_restricting_lookup_forbids_the_deletion(wire, org, tree):
    (contact,) = org.load("Zuora__ZContact__c", [{"Name": "C1", "Zuora__External_Id__c": "c1"}])
    wire.save("update", wire.row(BA, Id=tree["billing"], Zuora__BillToContact__c=contact))
    (refused,) = wire.by_ids("delete", contact).results
    assert refused["statusCode"] == "DELETE_FAILED"
    assert refused["message"] == (
        "Your attempt to delete C1 could not be completed because it is associated with the following billing "
        "accounts.: B1\n"
    )
    wire.by_ids("delete", tree["billing"])
    assert wire.by_ids("delete", contact).results[0]["success"] == "true"


@pytest.mark.parametrize(
    ("identifier", "code", "message"),
    [
        ("xyz", "MALFORMED_ID", "malformed id xyz"),
        ("001000000000001", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ("zzz000000000001", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    ],
)
def test_ids_that_mean_nothing(wire, tree, identifier, code, message):
    for operation in ("delete", "undelete"):
        (result,) = wire.by_ids(operation, identifier).results
        assert (result["statusCode"], result["message"], result["id"]) == (code, message, "")


def test_twice_is_once_too_often(wire, tree):
    results = wire.by_ids("delete", tree["charge"], tree["charge"]).results
    assert [result.get("statusCode") for result in results] == [None, "ENTITY_IS_DELETED"]
    wire.by_ids("undelete", tree["charge"])
    (again,) = wire.by_ids("undelete", tree["charge"]).results
    assert again["statusCode"] == "UNDELETE_FAILED"


def test_a_detail_waits_for_its_master(wire, tree):
    wire.by_ids("delete", tree["billing"])
    wire.by_ids("delete", tree["account"])
    (result,) = wire.by_ids("undelete", tree["billing"]).results
    assert result["statusCode"] == "UNDELETE_FAILED"


def test_a_key_that_was_taken_meanwhile_keeps_a_record_in_the_bin(wire, org, tree):
    wire.by_ids("delete", tree["billing"])
    wire.save("create", wire.row(BA, Zuora__Account__c=tree["account"], Zuora__External_Id__c="k1"))
    (result,) = wire.by_ids("undelete", tree["billing"]).results
    assert result["statusCode"] == "DUPLICATE_VALUE"


def test_all_or_none_deletes_nothing_when_one_id_is_bad(wire, org, tree):
    header = "<p:AllOrNoneHeader><p:allOrNone>1</p:allOrNone></p:AllOrNoneHeader>"
    reply = wire.send("delete", f"<p:ids>{tree['charge']}</p:ids><p:ids>xyz</p:ids>", headers=header)
    assert [result["statusCode"] for result in reply.results] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"]
    assert reply.results[0]["id"] == tree["charge"]
    assert counts(org)[-1] == 1


def test_some_clients_call_the_ids_id(wire, org, tree):
    assert wire.by_ids("delete", tree["charge"], tag="id").results[0]["success"] == "true"


def test_a_deleted_record_can_be_neither_changed_nor_upserted_into(wire, org, tree):
    wire.by_ids("delete", tree["billing"])
    (result,) = wire.save("update", wire.row(BA, Id=tree["billing"], Name="x")).results
    assert (result["statusCode"], result["message"]) == ("ENTITY_IS_DELETED", "entity is deleted")
    row = wire.row(BA, Zuora__External_Id__c="k1", Zuora__Account__c=tree["account"])
    (made,) = wire.save("upsert", row, key="Zuora__External_Id__c").results
    assert made["created"] == "true"
    assert made["id"] != tree["billing"]


def test_users_cannot_be_deleted(wire, org):
    (result,) = wire.by_ids("delete", org.user_id(org.users[0])).results
    assert result["statusCode"] == "DELETE_FAILED"
