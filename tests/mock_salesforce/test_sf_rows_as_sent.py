"""How a row may be written, and what of it is taken."""

from __future__ import annotations

import pytest

from mock_salesforce import OrgSpec, OrgUser

BA, SUBSCRIPTION, HISTORY = "Zuora__CustomerAccount__c", "Zuora__Subscription__c", "Zuora__Sync_History__c"
KEY = "Zuora__External_Id__c"


@pytest.fixture
def account(org):
    (made,) = org.load("Account", [{"Name": "Customer 01", "Phone": "1"}])
    return made


@pytest.fixture
def billing(org, account):
    (made,) = org.load(BA, [{"Name": "B1", "Zuora__Account__c": account, KEY: "key-1"}])
    return made


def outcome(reply, index=0):
    result = reply.results[index]
    return result.get("statusCode"), result.get("message"), result.get("fields")


def raw(wire, operation, inside, key=""):
    row = f"<p:sObjects><o:type>Account</o:type>{inside}</p:sObjects>"
    return wire.save(operation, row, key=key)


def test_the_last_of_several_values_counts(wire, org, account):
    assert raw(wire, "update", f"<o:Id>{account}</o:Id><o:Name>One</o:Name><o:Name>Two</o:Name>").texts("id")
    assert org.rows("Account")[0]["Name"] == "Two"


def test_an_empty_id_beside_the_real_one_is_no_second_id(wire, org, account):
    inside = f'<o:Id xsi:nil="true"/><o:Id>{account}</o:Id><o:Id/><o:Name>Two</o:Name>'
    assert raw(wire, "update", inside).texts("id") == [account]


def test_the_type_an_element_claims_does_not_matter(wire, org, account):
    inside = f'<o:Id>{account}</o:Id><o:NumberOfEmployees xsi:type="xsd:string">7</o:NumberOfEmployees>'
    raw(wire, "update", inside)
    assert org.rows("Account")[0]["NumberOfEmployees"] == 7


def test_a_comment_in_a_value_is_no_part_of_it(wire, org, account):
    raw(wire, "update", f"<o:Id>{account}</o:Id><!-- here --><o:Name>O<!-- or there -->ne</o:Name>")
    assert org.rows("Account")[0]["Name"] == "One"


def test_strings_are_trimmed_and_blank_ones_set_nothing(wire, org, account):
    raw(wire, "update", f"<o:Id> {account} </o:Id><o:Name>\n\tOne \t</o:Name><o:Phone>   </o:Phone>")
    (row,) = org.rows("Account")
    assert (row["Name"], row["Phone"]) == ("One", "1")


def test_a_field_is_either_set_or_emptied(wire, org, account, billing):
    both = wire.save("update", wire.row("Account", Id=account, nulls=["phone", "Phone"], Phone="2"))
    assert outcome(both) == (
        "INVALID_FIELD",
        "Phone is given a value and named in fieldsToNull or by its relationship, in one record",
        "Phone",
    )
    named = wire.row(SUBSCRIPTION, {"Zuora__CustomerAccount__r": (BA, KEY, "key-1")}, Zuora__CustomerAccount__c=billing)
    assert outcome(wire.save("create", named))[0] == "INVALID_FIELD"
    assert org.rows("Account")[0]["Phone"] == "1"


def test_a_parent_whose_key_is_empty_is_missing_it(wire, org, billing):
    row = wire.row(SUBSCRIPTION, {"Zuora__CustomerAccount__r": (BA, KEY, "")}, **{KEY: "s1"})
    assert outcome(wire.save("upsert", row, key=KEY)) == ("MISSING_ARGUMENT", f"{KEY} not specified", None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Id", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("CreatedDate", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("SystemModstamp", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("IsDeleted", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Name", "REQUIRED_FIELD_MISSING"),
        ("OwnerId", "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_only_fields_that_may_be_empty_can_be_emptied(wire, org, account, name, code):
    assert outcome(wire.save("update", wire.row("Account", Id=account, nulls=[name])))[0] == code


def test_emptying_an_unknown_field_fails_the_whole_request(wire, account):
    reply = wire.save("update", wire.row("Account", Id=account, nulls=["gecko"]))
    assert reply.texts("exceptionCode") == ["INVALID_FIELD"]


def test_a_field_that_is_emptied_on_create_does_not_get_its_default(wire, org):
    wire.save("create", wire.row("Lead", LastName="A", Company="C"))
    wire.save("create", wire.row("Lead", nulls=["Status"], LastName="B", Company="C"))
    assert [row["Status"] for row in org.rows("Lead")] == ["Open", None]


class TestOwner:
    def test_it_must_be_active(self, wire, org):
        (gone,) = org.load("User", [{"Username": "gone@example.com", "Name": "Gone", "IsActive": False}])
        assert outcome(wire.save("create", wire.row("Account", Name="A", OwnerId=gone))) == (
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{gone}] as owner of account",
            "OwnerId",
        )

    def test_it_must_be_a_user(self, wire, org, account):
        assert outcome(wire.save("create", wire.row("Account", Name="A", OwnerId=account))) == (
            "FIELD_INTEGRITY_EXCEPTION",
            f"Owner ID: id value of incorrect type: {account}",
            "OwnerId",
        )

    def test_it_cannot_be_taken_away(self, wire, org, account):
        assert outcome(wire.save("update", wire.row("Account", Id=account, nulls=["OwnerId"]))) == (
            "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank", "OwnerId",
        )  # fmt: skip


def test_the_record_of_another_org_is_not_there(wire, mock, account):
    other = mock.add_org(OrgSpec("00D5e000000Zzzz", "Org 02", (OrgUser("second@example.com", "x"),)))
    (theirs,) = other.load("Account", [{"Name": "Theirs"}])
    missing = ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", None)
    assert outcome(wire.save("update", wire.row("Account", Id=theirs, Name="x"))) == missing
    assert outcome(wire.save("create", wire.row("Account", ParentId=theirs, Name="x"))) == missing
    assert outcome(wire.by_ids("delete", theirs)) == missing
    assert outcome(wire.by_ids("undelete", theirs)) == missing
    assert [row["Name"] for row in other.rows("Account")] == ["Theirs"]


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda id_: id_[:-1] + "a"])
def test_an_id_of_18_whose_checksum_is_wrong_is_no_id(wire, account, change):
    sent = change(account)
    assert outcome(wire.save("update", wire.row("Account", Id=sent, Name="x"))) == (
        "MALFORMED_ID", f"Account ID: id value of incorrect type: {sent}", "Id",
    )  # fmt: skip


@pytest.mark.parametrize(("version", "word"), [("39.0", "bad"), ("40.0", "malformed"), ("66.0", "malformed")])
def test_the_words_for_what_is_no_id_changed_with_the_api(wire, version, word):
    wire.path = f"/services/Soap/u/{version}"
    for operation in ("delete", "undelete"):
        assert outcome(wire.by_ids(operation, "00Q7zzz000Kj4Jn!")) == (
            "MALFORMED_ID", f"{word} id 00Q7zzz000Kj4Jn!", None,
        )  # fmt: skip


def test_retrieve_has_the_same_words(wire):
    inside = "<p:fieldList>Id</p:fieldList><p:sObjectType>Account</p:sObjectType><p:ids>xyz</p:ids>"
    for version, word in (("39.0", "bad"), ("66.0", "malformed")):
        reply = wire.send("retrieve", inside, path=f"/services/Soap/u/{version}")
        assert reply.texts("faultstring") == [f"MALFORMED_ID: {word} id xyz"]


def test_a_hierarchy_of_accounts_leads_up(wire, org, account):
    below, lowest = org.load("Account", [{"Name": "B", "ParentId": account}, {"Name": "C"}])
    wire.save("update", wire.row("Account", Id=lowest, ParentId=below))
    for parent in (account, below, lowest):
        assert outcome(wire.save("update", wire.row("Account", Id=account, ParentId=parent))) == (
            "CIRCULAR_DEPENDENCY", "attempt to violate hierarchy constraints", "ParentId",
        )  # fmt: skip
    assert wire.save("update", wire.row("Account", Id=lowest, ParentId=account)).texts("success") == ["true"]


def test_other_lookups_to_the_own_kind_may_lead_anywhere(wire, org, billing):
    assert wire.save("update", wire.row(BA, Id=billing, Zuora__Parent__c=billing)).texts("success") == ["true"]


def test_values_of_any_size_are_told_apart_from_those_that_fit(wire, org):
    (result,) = wire.save("create", wire.row("Account", Name="x" * 500_000)).results
    assert result["statusCode"] == "STRING_TOO_LONG"
    assert wire.save("create", wire.row("Account", Name="\U0001f600" * 255)).texts("success") == ["true"]
