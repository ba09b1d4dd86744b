"""Merging records: what the master takes over, what becomes of the others, and what is refused."""

from __future__ import annotations

import pytest

from mock_salesforce.access import Access, ObjectAccess
from mock_salesforce.dml.merges import merge
from mock_salesforce.dml.options import WriteOptions
from mock_salesforce.dml.rows import SentParent, SentRow

BA = "Zuora__CustomerAccount__c"


@pytest.fixture
def accounts(org):
    return org.load("Account", [{"Name": f"A{n}", "Phone": str(n)} for n in range(4)])


def do(org, master, *losers, sobject="Account", access=None, **values):
    row = SentRow(org.schema.required(sobject), master, dict(values))
    options = WriteOptions(org.user_id(org.users[0]), **({"access": access} if access else {}))
    return merge(org, row, losers, options)


def code(result):
    (error,) = result.result.errors
    return error.code


def test_children_move_values_are_set_and_the_others_are_deleted(org, wire, accounts, clock):
    master, one, two, _ = accounts
    billing = org.load(BA, [{"Name": "B", "Zuora__Account__c": each} for each in (master, one, two)])
    (contact,) = org.load("Contact", [{"LastName": "C", "AccountId": two}])
    clock.advance(60)
    result = do(org, master[:15], one, two[:15], Phone="9")
    assert (result.result.errors, result.result.id, result.merged) == ([], master, [one, two])
    assert sorted(result.related) == sorted([billing[1], billing[2], contact])
    rows = {row["Id"]: row for row in org.rows("Account", include_deleted=True)}
    assert (rows[master]["Phone"], rows[master]["IsDeleted"], rows[master]["MasterRecordId"]) == ("9", False, None)
    assert [(rows[each]["IsDeleted"], rows[each]["MasterRecordId"]) for each in (one, two)] == [(True, master)] * 2
    assert {row["Zuora__Account__c"] for row in org.rows(BA)} == {master}
    assert {row["SystemModstamp"] for row in org.rows("Contact")} == {"2026-01-15T08:01:00.000Z"}
    assert {row["LastModifiedDate"] for row in org.rows("Contact")} == {"2026-01-15T08:00:00.000Z"}
    assert wire.by_ids("undelete", one).texts("success") == ["true"]
    back = next(row for row in org.rows("Account") if row["Id"] == one)
    assert back["MasterRecordId"] is None
    assert {row["Zuora__Account__c"] for row in org.rows(BA)} == {master}


@pytest.mark.parametrize(
    ("losers", "expected"),
    [
        ((), "INVALID_MERGE_RECORD"),
        ((1, 2, 3), "INVALID_MERGE_RECORD"),
        ((0,), "INVALID_MERGE_RECORD"),
        ((1, 1), "INVALID_MERGE_RECORD"),
        (("xyz",), "MALFORMED_ID"),
        (("003000000000001",), "MALFORMED_ID"),
        (("001000000000001",), "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_what_cannot_be_merged(org, accounts, losers, expected):
    named = [accounts[each] if isinstance(each, int) else each for each in losers]
    assert code(do(org, accounts[0], *named)) == expected
    assert len(org.rows("Account")) == 4


def test_deleted_records_and_other_objects(org, wire, accounts):
    wire.by_ids("delete", accounts[1])
    assert code(do(org, accounts[0], accounts[1])) == "ENTITY_IS_DELETED"
    products = org.load("Zuora__Product__c", [{"Name": "P"}, {"Name": "Q"}])
    assert code(do(org, *products, sobject="Zuora__Product__c")) == "INVALID_TYPE_FOR_OPERATION"
    assert code(do(org, "", accounts[2])) == "MISSING_ARGUMENT"


def test_a_value_that_is_refused_undoes_the_merge(org, accounts):
    org.load("Contact", [{"LastName": "C", "AccountId": accounts[1]}])
    result = do(org, accounts[0], accounts[1], Name="x" * 256)
    assert (code(result), result.result.id, result.merged, result.related) == ("STRING_TOO_LONG", None, [], [])
    assert org.rows("Contact")[0]["AccountId"] == accounts[1]


def test_a_circle_is_refused(org, accounts):
    master, loser, below, _ = accounts
    org.store.update("Account", below, {"ParentId": loser})
    org.store.update("Account", master, {"ParentId": below})
    assert code(do(org, master, loser)) == "CIRCULAR_DEPENDENCY"
    assert next(row for row in org.rows("Account") if row["Id"] == below)["ParentId"] == loser


def test_who_may_not_delete_may_not_merge(org, accounts):
    access = Access(objects={"account": ObjectAccess("Account", delete=False)})
    assert code(do(org, accounts[0], accounts[1], access=access)) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_a_parent_cannot_be_named_by_its_external_id(org, accounts):
    account = org.schema.required("Account")
    parent = SentParent(account.field("ParentId"), account, account.field("Id"), accounts[2])
    row = SentRow(account, accounts[0], parents=[parent])
    result = merge(org, row, [accounts[1]], WriteOptions(org.user_id(org.users[0])))
    assert code(result) == "INVALID_FIELD"
