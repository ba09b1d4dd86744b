"""What a client gets wrong in ways that are easy to let pass: each is told, and nothing of it is kept."""

from __future__ import annotations

import pytest
from lxml import etree

from mock_salesforce import CustomField, Org, OrgSpec, OrgUser

BA, SUBSCRIPTION = "Zuora__CustomerAccount__c", "Zuora__Subscription__c"
KEY = "Zuora__External_Id__c"


@pytest.fixture
def account(org):
    (made,) = org.load("Account", [{"Name": "Customer 01"}])
    return made


@pytest.fixture
def billing(org, account):
    (made,) = org.load(BA, [{"Name": "B1", "Zuora__Account__c": account, KEY: "key-1"}])
    return made


def subscription(nested: str) -> str:
    relationship = "Zuora__CustomerAccount__r"
    return (
        f"<p:sObjects><o:type>{SUBSCRIPTION}</o:type><o:{KEY}>s1</o:{KEY}>"
        f"<o:{relationship}>{nested}</o:{relationship}></p:sObjects>"
    )


def test_a_parent_may_be_named_by_its_short_id(wire, org, billing):
    row = wire.row(SUBSCRIPTION, {"Zuora__CustomerAccount__r": (BA, "Id", billing[:15])}, **{KEY: "s1"})
    assert wire.save("upsert", row, key=KEY).texts("success") == ["true"]
    (made,) = org.rows(SUBSCRIPTION)
    assert made["Zuora__CustomerAccount__c"] == billing


@pytest.mark.parametrize(
    ("nested", "words"),
    [
        (f"<o:{KEY}>key-1</o:{KEY}>", "Missing entity type information"),
        (f"<o:type>Gecko</o:type><o:{KEY}>key-1</o:{KEY}>", "INVALID_TYPE: sObject type 'Gecko' is not supported."),
        (
            "<o:type>Account</o:type><o:Id>key-1</o:Id>",
            "INVALID_FIELD: The external foreign key reference does not reference a valid entity: Zuora__CustomerA",
        ),
        (
            f"<o:type>{BA}</o:type><o:{KEY}>key-1</o:{KEY}><o:Name>B1</o:Name>",
            f"INVALID_FIELD: More than 1 field provided in an external foreign key reference in entity: {BA}",
        ),
    ],
)
def test_a_nested_parent_has_its_own_type_and_one_key(wire, org, billing, nested, words):
    reply = wire.save("upsert", subscription(nested), key=KEY)
    assert reply.status == 500
    (told,) = reply.texts("faultstring")
    assert told.startswith(words)
    assert org.rows(SUBSCRIPTION) == []


def test_an_element_inside_a_value_is_refused(wire, org):
    row = "<p:sObjects><o:type>Account</o:type><o:Name><o:id>1</o:id></o:Name></p:sObjects>"
    reply = wire.save("create", row)
    assert reply.texts("faultcode") == ["soapenv:Client"]
    assert reply.texts("faultstring") == [
        "Unexpected element {urn:sobject.partner.soap.sforce.com}id during simple type deserialization"
    ]


def test_an_upsert_takes_an_id_once(wire, org, account):
    rows = [wire.row("Account", Id=account, Name="One"), wire.row("Account", Id=account[:15], Name="Two")]
    reply = wire.save("upsert", *rows, wire.row("Account", Name="Three"), key="Id")
    assert [r.get("statusCode") for r in reply.results] == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", None]
    assert sorted(str(row["Name"]) for row in org.rows("Account")) == ["Customer 01", "Three"]


def test_undelete_brings_back_no_value_that_another_record_has_by_now(wire, org, account, billing):
    (other,) = org.load("Account", [{"Name": "Customer 02"}])
    wire.by_ids("delete", account)
    made = wire.save("upsert", wire.row(BA, **{KEY: "key-1", "Name": "B2", "Zuora__Account__c": other}), key=KEY)
    (holder,) = made.texts("id")
    (result,) = wire.by_ids("undelete", account).results
    assert (result["statusCode"], result["message"]) == (
        "DUPLICATE_VALUE",
        f"duplicate value found: {KEY} duplicates value on record with id: {holder}",
    )
    assert [row["Id"] for row in org.rows("Account")] == [other]
    wire.by_ids("delete", holder)
    assert wire.by_ids("undelete", account).texts("success") == ["true"]
    assert [row["Id"] for row in org.rows(BA)] == [billing]


def test_a_restricted_picklist_takes_only_its_own_values(mock):
    spec = OrgSpec(
        "00D5e000000AbCx",
        "Org 02",
        (OrgUser("user02@example.com", "password-02"),),
        custom_fields=(CustomField("Account", "Tier__c", "Picklist", values=("Gold", "Silver"), restricted=True),),
    )
    org: Org = mock.add_org(spec)
    with pytest.raises(ValueError, match="bad value for restricted picklist field: Bronze"):
        org.load("Account", [{"Name": "Customer 01", "Tier__c": "Bronze"}])
    org.load("Account", [{"Name": "Customer 01", "Tier__c": "Gold"}])


@pytest.mark.parametrize("text", ["1_000", "٣", "1e", "NaN", "Infinity", "--1", "1,5"])
def test_what_is_no_number_is_refused(wire, text):
    (result,) = wire.save("create", wire.row("Account", Name="Customer 01", AnnualRevenue=text)).results
    assert result["statusCode"] == "INVALID_TYPE_ON_FIELD_IN_RECORD"


@pytest.mark.parametrize("figure", ["99999999999999999999999", "9" * 6000, "00000000000000000000000000001"])
def test_a_limit_may_have_any_number_of_digits(wire, account, figure):
    assert wire.query(f"SELECT Id FROM Account LIMIT {figure}").texts("size") == ["1"]


def test_an_offset_of_many_digits_is_out_of_range(wire):
    (told,) = wire.query(f"SELECT Id FROM Account OFFSET {'9' * 6000}").texts("exceptionCode")
    assert told == "NUMBER_OUTSIDE_VALID_RANGE"


def test_two_escapes_make_one_character_and_half_of_a_pair_is_dropped(wire, org):
    org.load("Account", [{"Name": "A\U0001f600"}, {"Name": "A"}])
    found = wire.query(r"SELECT Name FROM Account WHERE Name = 'A\ud83d\ude00'")
    assert found.texts("Name") == ["A\U0001f600"]
    assert wire.query(r"SELECT Name FROM Account WHERE Name = 'A\ud83d'").texts("Name") == ["A"]


def test_a_header_flag_is_true_or_false(wire):
    headers = "<p:AllOrNoneHeader><p:allOrNone>maybe</p:allOrNone></p:AllOrNoneHeader>"
    reply = wire.save("create", wire.row("Account", Name="Customer 01"), headers=headers)
    assert reply.texts("faultstring") == ["'maybe' is not a valid value for the type xsd:boolean"]


def test_a_bare_ampersand_is_told_in_the_services_words(wire):
    reply = wire.post(b"<a>b & c</a>")
    assert reply.texts("faultcode") == ["soapenv:Client"]
    assert reply.texts("faultstring") == ["The entity name must immediately follow the '&' in the entity reference."]


@pytest.mark.parametrize("soql", ["SELECT Gecko FROM Account", ""])
def test_a_faults_own_parts_are_in_no_namespace(wire, soql):
    """SOAP says so, and strict clients look for them there."""
    for reply in (wire.query(soql), wire.post(b"<a"), wire.send("gecko")):
        fault = etree.fromstring(reply.body).find(".//{http://schemas.xmlsoap.org/soap/envelope/}Fault")
        assert fault is not None
        assert [child.tag for child in fault][:2] == ["faultcode", "faultstring"]
