"""Users who may not do everything: objects that are closed to them, and fields."""

from __future__ import annotations

import pytest

from mock_salesforce import OrgSpec, OrgUser
from mock_salesforce.access import ObjectAccess
from tests.mock_salesforce.conftest import Wire

BA, HISTORY = "Zuora__CustomerAccount__c", "Zuora__Sync_History__c"
KEY = "Zuora__External_Id__c"


def org_for(mock, *permissions, view_all_data=True):
    user = OrgUser("clerk@example.com", "password-02", permissions=permissions, view_all_data=view_all_data)
    admin = OrgUser("admin@example.com", "password-03")
    return mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (user, admin)))


def clerk_of(mock):
    made = Wire(mock)
    made.login("clerk@example.com", "password-02")
    return made


def outcome(reply, index=0):
    result = reply.results[index]
    return result.get("statusCode"), result.get("message"), result.get("fields")


def not_writable(name):
    return (
        f"Unable to create/update fields: {name}. Please check the security settings of this field and verify that it "
        "is read/write for your profile or permission set."
    )


def test_objects_that_may_not_be_written(mock):
    org = org_for(mock, ObjectAccess("Account", create=False, edit=False, delete=False))
    (account,) = org.load("Account", [{"Name": "A"}])
    clerk = clerk_of(mock)
    refused = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert outcome(clerk.save("create", clerk.row("Account", Name="B"))) == (
        refused, "entity type cannot be inserted: Account", None,
    )  # fmt: skip
    assert outcome(clerk.save("update", clerk.row("Account", Id=account, Name="B"))) == (
        refused, "entity type cannot be updated: Account", None,
    )  # fmt: skip
    assert outcome(clerk.by_ids("delete", account)) == (
        "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", None,
    )  # fmt: skip
    upserted = clerk.save("upsert", clerk.row("Account", Id=account, Name="B"), clerk.row("Account"), key="Id")
    assert [result["statusCode"] for result in upserted.results] == [refused, refused]
    assert [row["Name"] for row in org.rows("Account")] == ["A"]


@pytest.mark.parametrize("said", [{"hidden": ("phone", "Fax")}, {"read_only": ("Phone", "FAX")}])
def test_fields_that_may_not_be_written(mock, said):
    org = org_for(mock, ObjectAccess("account", **said))
    clerk = clerk_of(mock)
    row = clerk.row("Account", Name="A", Phone="1", Fax="2")
    assert outcome(clerk.save("create", row))[:2] == ("INVALID_FIELD_FOR_INSERT_UPDATE", not_writable("Phone, Fax"))
    (account,) = org.load("Account", [{"Name": "A", "Phone": "1"}])
    assert outcome(clerk.save("update", clerk.row("Account", Id=account, nulls=["Phone"]))) == (
        "INVALID_FIELD_FOR_INSERT_UPDATE", not_writable("Phone"), "Phone",
    )  # fmt: skip
    assert clerk.save("update", clerk.row("Account", Id=account, Site="x")).texts("success") == ["true"]
    admin = Wire(mock)
    admin.login("admin@example.com", "password-03")
    assert admin.save("create", row).texts("success") == ["true"]


def test_a_key_that_many_records_may_share_wants_a_user_who_sees_all(mock):
    org = org_for(mock, view_all_data=False)
    clerk = clerk_of(mock)
    (result,) = clerk.save("upsert", clerk.row(HISTORY, **{KEY: "h1"}), key=KEY).results
    assert (result["statusCode"], result["message"]) == (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
    )
    (account,) = org.load("Account", [{"Name": "A"}])
    assert clerk.save("upsert", clerk.row(BA, Zuora__Account__c=account, **{KEY: "1"}), key=KEY).texts("created") == [
        "true"
    ]


def test_the_schema_as_a_user_sees_it(mock):
    org = org_for(
        mock,
        ObjectAccess("Account", hidden=("Phone",), read_only=("Fax",), delete=False),
        ObjectAccess("Contact", read=False),
    )
    seen = org.seen_by(org.users[0])
    account = seen.required("Account")
    assert account.field("Phone") is None
    assert not account.field("Fax").createable
    assert (account.createable, account.updateable, account.deletable) == (True, True, False)
    assert seen.sobject("Contact") is None
    assert account.child("Contacts") is None
    assert org.seen_by(org.users[1]) is org.schema
    assert seen.whole is org.schema


@pytest.mark.parametrize(
    "said",
    [
        ObjectAccess("Nothing"),
        ObjectAccess("Account", hidden=("Gecko",)),
        ObjectAccess("Account", hidden=("Name",)),
        ObjectAccess("Account", read_only=("SystemModstamp",)),
    ],
)
def test_permissions_for_what_is_not_there_are_a_mistake(mock, said):
    with pytest.raises(ValueError, match="permissions for"):
        org_for(mock, said)


@pytest.fixture
def restricted(mock):
    org = org_for(
        mock,
        ObjectAccess("Account", hidden=("Phone",), read_only=("Fax",), create=False),
        ObjectAccess("Contact", read=False),
        ObjectAccess("Zuora__PaymentMethod__c", hidden=("Zuora__Type__c",)),
    )
    (account,) = org.load("Account", [{"Name": "A", "Phone": "1", "Fax": "2"}])
    (billing,) = org.load(BA, [{"Name": "B", "Zuora__Account__c": account}])
    method = {"Zuora__BillingAccount__c": billing, "Zuora__Type__c": "Card"}
    (default,) = org.load("Zuora__PaymentMethod__c", [method])
    org.store.update(BA, billing, {"Zuora__Default_Payment_Method__c": default})
    return clerk_of(mock)


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        ("SELECT Phone FROM Account", "No such column 'Phone' on entity 'Account'."),
        ("SELECT Id FROM Account WHERE Phone = '1'", "No such column 'Phone' on entity 'Account'."),
        (
            "SELECT Zuora__Account__r.Phone FROM Zuora__CustomerAccount__c",
            "No such column 'Phone' on entity 'Account'.",
        ),
        ("SELECT Id FROM Contact", "sObject type 'Contact' is not supported."),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "Didn't understand relationship 'Contacts'"),
    ],
)
def test_what_is_hidden_is_not_there_for_queries(restricted, soql, words):
    (told,) = restricted.query(soql).texts("faultstring")
    assert words in told


def test_what_is_not_hidden_can_be_read(restricted):
    assert restricted.query("SELECT Fax FROM Account").texts("Fax") == ["2"]
    reply = restricted.send(
        "retrieve",
        "<p:fieldList>Phone</p:fieldList><p:sObjectType>Account</p:sObjectType><p:ids>001000000000001</p:ids>",
    )
    assert "No such column 'Phone'" in reply.inside


def test_formulas_reach_what_is_hidden(restricted):
    found = restricted.query(f"SELECT Zuora__PaymentMethod_Type__c FROM {BA}")
    assert found.texts("Zuora__PaymentMethod_Type__c") == ["Card"]


def test_describe_tells_what_the_user_has(restricted):
    reply = restricted.send("describeSObject", "<p:sObjectType>Account</p:sObjectType>")
    names = reply.texts("name")
    assert "Fax" in names
    assert "Phone" not in names
    head = reply.inside.partition("<fields>")[0]
    assert "<createable>false</createable>" in head
    listed = restricted.send("describeGlobal").texts("name")
    assert "Account" in listed
    assert "Contact" not in listed
    assert "INVALID_TYPE" in restricted.send("describeSObject", "<p:sObjectType>Contact</p:sObjectType>").inside


def test_an_object_that_cannot_be_read_cannot_be_written(restricted):
    (result,) = restricted.save("create", restricted.row("Contact", LastName="L")).results
    assert result["statusCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
