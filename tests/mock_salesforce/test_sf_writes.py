from __future__ import annotations

import time

import pytest
from lxml import etree

BA, INVOICE, PAYMENT = "Zuora__CustomerAccount__c", "Zuora__ZInvoice__c", "Zuora__Payment__c"
KEY = "Zuora__External_Id__c"


@pytest.fixture
def account(org):
    (made,) = org.load("Account", [{"Name": "Customer 01"}])
    return made


@pytest.fixture
def billing(org, account):
    (made,) = org.load(BA, [{"Name": "B1", "Zuora__Account__c": account, KEY: "key-1"}])
    return made


def error_of(reply, index=0):
    result = reply.results[index]
    return result["statusCode"], result["message"], result.get("fields", "")


def test_create_to_the_byte(wire, org):
    reply = wire.save("create", wire.row("Account", Name="  Customer 01 "), wire.row("Account"))
    (made,) = org.rows("Account")
    assert reply.inside == (
        f"<createResponse><result><id>{made['Id']}</id><success>true</success></result>"
        "<result><errors><fields>Name</fields><message>Required fields are missing: [Name]</message>"
        '<statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil="true"/><success>false</success></result>'
        "</createResponse>"
    )
    assert made["Name"] == "Customer 01"


def test_what_fills_itself_on_create(wire, org, account):
    wire.save("create", wire.row(BA, Zuora__Account__c=account))
    (made,) = org.rows(BA)
    assert made["Name"] == made["Id"]
    assert made["CreatedDate"] == made["LastModifiedDate"] == made["SystemModstamp"] == "2026-01-15T08:00:00.000Z"
    assert made["CreatedById"] == org.user_id(org.users[0])
    assert made["Zuora__AutoPay__c"] is False
    assert made["Zuora__CreditBalance__c"] == 0.0


def test_the_owner_is_who_creates_it_unless_said_otherwise(wire, org):
    (other,) = org.load("User", [{"Username": "other@example.com", "Name": "Other"}])
    wire.save(
        "create", wire.row("Zuora__Product__c", Name="P1"), wire.row("Zuora__Product__c", Name="P2", OwnerId=other)
    )
    assert [row["OwnerId"] for row in org.rows("Zuora__Product__c")] == [org.user_id(org.users[0]), other]


def test_numbers_of_auto_number_names_rise(wire, org, billing):
    (payment,) = org.load(PAYMENT, [{"Zuora__BillingAccount__c": billing}])
    row = wire.row("Zuora__PaymentInvoice__c", Zuora__Payment__c=payment, Zuora__ApplyAmount__c="1")
    wire.save("create", row, row)
    names = [made["Name"] for made in org.rows("Zuora__PaymentInvoice__c")]
    assert names == ["IP0000000001", "IP0000000002"]


def test_update_changes_what_is_sent_and_nothing_else(wire, org, billing, clock):
    clock.advance(60)
    reply = wire.save(
        "update",
        wire.row(BA, nulls=["Zuora__Zuora_Id__c"], Id=billing[:15], Zuora__Currency__c="EUR", Zuora__Batch__c=""),
    )
    assert (
        reply.inside == f"<updateResponse><result><id>{billing}</id><success>true</success></result></updateResponse>"
    )
    (made,) = org.rows(BA)
    assert (made["Zuora__Currency__c"], made["Name"]) == ("EUR", "B1")
    assert made["CreatedDate"] == "2026-01-15T08:00:00.000Z"
    assert made["LastModifiedDate"] == made["SystemModstamp"] == "2026-01-15T08:01:00.000Z"


def test_fields_to_null_empties_a_field_and_an_empty_element_does_not(wire, org, billing):
    wire.save("update", wire.row(BA, Id=billing, Zuora__Currency__c="EUR", Zuora__Batch__c="Batch1"))
    wire.save("update", wire.row(BA, nulls=["Zuora__Currency__c"], Id=billing, Zuora__Batch__c=""))
    (made,) = org.rows(BA)
    assert (made["Zuora__Currency__c"], made["Zuora__Batch__c"]) == (None, "Batch1")


@pytest.mark.parametrize(
    ("fields", "code", "message", "field"),
    [
        ({"Region__c": "abcdef"}, "STRING_TOO_LONG",
         "Region: data value too large: abcdef (max length=5)", "Region__c"),
        ({"Since__c": "soon"}, "INVALID_TYPE_ON_FIELD_IN_RECORD",
         "Since: value not of required type: soon", "Since__c"),
        ({"Zuora__AutoPay__c": "maybe"}, "INVALID_TYPE_ON_FIELD_IN_RECORD",
         "Auto Pay: value not of required type: maybe", "Zuora__AutoPay__c"),
        ({"Zuora__BillToWorkEmail__c": "x"}, "INVALID_EMAIL_ADDRESS",
         "Bill To Work E-mail: invalid email address: x", "Zuora__BillToWorkEmail__c"),
        ({"Zuora__CreditCardType__c": "Visa"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
         ("Unable to create/update fields: Zuora__CreditCardType__c. Please check the security settings of this field "
         "and verify that it is read/write for your profile or permission set."), "Zuora__CreditCardType__c"),
        ({"CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
         ("Unable to create/update fields: CreatedDate. Please check the security settings of this field "
         "and verify that it is read/write for your profile or permission set."), "CreatedDate"),
        ({"Zuora__Parent__c": "0012S00002GWsZ0"}, "FIELD_INTEGRITY_EXCEPTION",
         "Parent: id value of incorrect type: 0012S00002GWsZ0QAL", "Zuora__Parent__c"),
        ({"Zuora__Parent__c": "a04000000000001"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ""),
        ({"Id": "a04000000000001"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ""),
        ({"Id": "0012S00002GWsZ0"}, "MALFORMED_ID",
         "Billing Account ID: id value of incorrect type: 0012S00002GWsZ0", "Id"),
        ({"Id": ""}, "MISSING_ARGUMENT", "Id not specified in an update call", "Id"),
    ],
)  # fmt: skip
def test_row_errors_in_the_services_words(wire, org, billing, fields, code, message, field):
    reply = wire.save("update", wire.row(BA, **{"Id": billing, **fields}), wire.row(BA, Id=billing, Region__c="north"))
    assert error_of(reply) == (code, message, field)
    assert reply.results[0]["id"] == ""
    assert reply.results[1]["success"] == "true"
    assert org.rows(BA)[0]["Region__c"] == "north"


def test_a_row_may_have_several_errors(wire, billing):
    reply = wire.save("update", wire.row(BA, Id=billing, Region__c="abcdef", Since__c="soon"))
    assert reply.texts("statusCode") == ["STRING_TOO_LONG", "INVALID_TYPE_ON_FIELD_IN_RECORD"]


def test_truncation_when_the_header_allows_it(wire, org, billing):
    allow = (
        "<p:AllowFieldTruncationHeader><p:allowFieldTruncation>true</p:allowFieldTruncation>"
        "</p:AllowFieldTruncationHeader>"
    )
    wire.save("update", wire.row(BA, Id=billing, Region__c="abcdefgh"), headers=allow)
    assert org.rows(BA)[0]["Region__c"] == "abcde"


def test_picklists_take_values_that_are_not_listed(wire, org, billing):
    assert wire.save("update", wire.row(BA, Id=billing, Tier__c="Bronze")).results[0]["success"] == "true"
    assert org.rows(BA)[0]["Tier__c"] == "Bronze"


@pytest.mark.parametrize("operation", ["create", "update", "upsert"])
@pytest.mark.parametrize(
    ("type_", "fields", "fault", "code"),
    [
        ("Account", {"gecko": "x"}, "InvalidFieldFault", "INVALID_FIELD"),
        ("Nothing__c", {"Name": "x"}, "InvalidSObjectFault", "INVALID_TYPE"),
        ("sObject", {"Name": "x"}, "InvalidSObjectFault", "INVALID_TYPE"),
    ],
)
def test_an_unknown_field_or_type_fails_the_whole_request(wire, org, operation, type_, fields, fault, code):
    reply = wire.save(
        operation,
        wire.row("Account", Name="Fine"),
        wire.row(type_, **fields),
        key="Id" if operation == "upsert" else "",
    )
    assert reply.status == 500
    assert reply.texts("faultcode") == [f"sf:{code}"]
    assert f"<sf:{fault} " in reply.inside
    assert "<sf:row>-1</sf:row><sf:column>-1</sf:column>" in reply.inside
    assert org.rows("Account") == []


def test_a_missing_type_is_the_clients_fault(wire):
    reply = wire.send("create", "<p:sObjects><o:Name>x</o:Name></p:sObjects>")
    assert reply.texts("faultstring") == [
        "Missing entity type information. sObject requires a separate 'type' field be sent."
    ]


def test_at_most_200_rows(wire, org):
    rows = [wire.row("Account", Name=f"Customer {n:03d}") for n in range(201)]
    reply = wire.save("create", *rows)
    assert reply.texts("faultstring") == [
        "EXCEEDED_ID_LIMIT: record limit reached. cannot submit more than 200 records into this call"
    ]
    assert org.rows("Account") == []
    assert len(wire.save("create", *rows[:200]).results) == 200
    ids = [row["Id"] for row in org.rows("Account")]
    assert wire.by_ids("delete", *ids, ids[0]).texts("exceptionCode") == ["EXCEEDED_ID_LIMIT"]


def test_at_most_ten_chunks_of_neighbours_of_one_type(wire, org):
    pair = [wire.row("Account", Name="A"), wire.row("Zuora__Product__c", Name="P")]
    assert len(wire.save("create", *(pair * 5)).results) == 10
    refused = wire.save("create", *(pair * 5), pair[0])
    assert "Cannot have more than 10 chunks in a single operation." in refused.texts("faultstring")[0]
    assert len(org.rows("Account")) == 5


def test_a_parent_may_come_before_its_child_in_one_call(wire, org):
    parent = wire.row("Account", Name="A")
    child = wire.row(BA, Name="B")
    reply = wire.save("create", parent, child)
    assert error_of(reply, 1) == (
        "REQUIRED_FIELD_MISSING", "Required fields are missing: [Zuora__Account__c]", "Zuora__Account__c",
    )  # fmt: skip
    assert len(org.rows("Account")) == 1


class TestUpsert:
    def test_it_makes_then_changes_the_same_record(self, wire, org, account):
        row = wire.row(BA, Zuora__External_Id__c="key-1", Name="B1", Zuora__Account__c=account)
        first = wire.save("upsert", row, key=KEY)
        (made,) = org.rows(BA)
        assert first.inside == (
            f"<upsertResponse><result><created>true</created><id>{made['Id']}</id><success>true</success></result>"
            "</upsertResponse>"
        )
        assert "<created>false</created>" in wire.save("upsert", row.replace(">B1<", ">B2<"), key=KEY.lower()).inside
        assert [row["Name"] for row in org.rows(BA)] == ["B2"]

    def test_parents_by_external_id(self, wire, org, billing):
        parent = {"Zuora__BillingAccount__r": (BA, KEY, "key-1")}
        assert wire.save("upsert", wire.row(INVOICE, parent, Zuora__External_Id__c="i1"), key=KEY).results[0]["id"]
        assert org.rows(INVOICE)[0]["Zuora__BillingAccount__c"] == billing

    def test_a_parent_that_is_not_there(self, wire, billing):
        parent = {"Zuora__BillingAccount__r": (BA, KEY, "KEY-1")}
        reply = wire.save("upsert", wire.row(INVOICE, parent, Zuora__External_Id__c="i1"), key=KEY)
        assert error_of(reply) == (
            "INVALID_FIELD", f"Foreign key external ID: KEY-1 not found for field {KEY} in entity {BA}", "",
        )  # fmt: skip
        assert reply.results[0]["created"] == "false"

    def test_a_key_without_case_finds_its_record_in_any_case(self, wire, org, billing):
        for key in ("pm-1", "PM-1"):
            row = wire.row("Zuora__PaymentMethod__c", Zuora__External_Id__c=key, Zuora__BillingAccount__c=billing)
            wire.save("upsert", row, key=KEY)
        assert len(org.rows("Zuora__PaymentMethod__c")) == 1

    def test_a_key_with_case_tells_records_apart(self, wire, org, account):
        for key in ("key-1", "KEY-1"):
            wire.save("upsert", wire.row(BA, Zuora__External_Id__c=key, Zuora__Account__c=account), key=KEY)
        assert len(org.rows(BA)) == 2

    def test_the_same_key_twice_in_a_call_fails_every_such_row(self, wire, org, account):
        rows = [
            wire.row(BA, Zuora__External_Id__c=key, Zuora__Account__c=account) for key in ("key-1", "key-2", "key-1")
        ]
        reply = wire.save("upsert", *rows, key=KEY)
        assert error_of(reply, 0) == ("DUPLICATE_VALUE", "Duplicate external id specified: key-1", KEY)
        assert [result["success"] for result in reply.results] == ["false", "true", "false"]
        assert len(org.rows(BA)) == 1

    def test_a_row_without_its_key(self, wire, account):
        reply = wire.save("upsert", wire.row(BA, Zuora__Account__c=account), key=KEY)
        assert error_of(reply) == ("MISSING_ARGUMENT", f"{KEY} not specified", "")

    def test_a_key_that_many_records_share(self, wire, org):
        ids = org.load("Zuora__Sync_History__c", [{KEY: "h1"}, {KEY: "H1"}])
        reply = wire.save("upsert", wire.row("Zuora__Sync_History__c", Zuora__External_Id__c="h1"), key=KEY)
        label = org.schema.required("Zuora__Sync_History__c").field(KEY).label
        assert error_of(reply) == (
            "DUPLICATE_EXTERNAL_ID",
            f"{label}: more than one record found for external id field: [{ids[0]}, {ids[1]}]",
            "",
        )

    @pytest.mark.parametrize("key", ["Zuora__Currency__c", "Nothing__c"])
    def test_a_field_that_is_no_key(self, wire, key, account):
        reply = wire.save("upsert", wire.row(BA, Zuora__Account__c=account), key=key)
        assert reply.texts("faultstring") == [
            (
                f"INVALID_FIELD: Field name provided, {key} does not match an External ID, Salesforce Id, or indexed "
                f"field for {BA}"
            )
        ]

    def test_by_id(self, wire, org, billing, account):
        rows = [wire.row(BA, Id=billing, Name="B9"), wire.row(BA, Name="New", Zuora__Account__c=account)]
        reply = wire.save("upsert", *rows, key="Id")
        assert [result["created"] for result in reply.results] == ["false", "true"]
        assert sorted(row["Name"] for row in org.rows(BA)) == ["B9", "New"]

    def test_one_type_only(self, wire):
        reply = wire.save("upsert", wire.row("Account", Name="A"), wire.row("Zuora__Product__c", Name="P"), key="Id")
        assert reply.status == 500

    def test_200_rows_with_parents_take_a_moment(self, wire, org, account):
        org.load(BA, [{"Zuora__Account__c": account, KEY: f"ba-{n}"} for n in range(50)])
        rows = [
            wire.row(
                INVOICE,
                {"Zuora__BillingAccount__r": (BA, KEY, f"ba-{n % 50}")},
                Zuora__External_Id__c=f"i-{n}",
                Name="N",
            )
            for n in range(200)
        ]
        wire.save("upsert", rows[0], key=KEY)
        started = time.perf_counter()
        reply = wire.save("upsert", *rows, key=KEY)
        took_s = time.perf_counter() - started
        assert {result["success"] for result in reply.results} == {"true"}
        assert took_s < 1, "a batch asks the store once for each question, not once for each row"


class TestUnique:
    def test_a_value_another_record_has(self, wire, org, billing, account):
        reply = wire.save("create", wire.row(BA, Zuora__External_Id__c="key-1", Zuora__Account__c=account))
        assert error_of(reply) == (
            "DUPLICATE_VALUE", f"duplicate value found: {KEY} duplicates value on record with id: {billing}", "",
        )  # fmt: skip

    def test_a_value_another_row_of_the_call_takes(self, wire, org, account):
        row = wire.row(BA, Zuora__External_Id__c="key-1", Zuora__Account__c=account)
        reply = wire.save("create", row, row)
        assert [result["success"] for result in reply.results] == ["true", "false"]

    def test_a_record_keeps_its_own_value_and_a_deleted_one_lets_go(self, wire, org, billing, account):
        assert wire.save("update", wire.row(BA, Id=billing, Zuora__External_Id__c="key-1")).results[0]["id"]
        wire.by_ids("delete", billing)
        again = wire.save("create", wire.row(BA, Zuora__External_Id__c="key-1", Zuora__Account__c=account))
        assert again.results[0]["success"] == "true"

    def test_a_value_that_its_holder_gives_up_in_the_same_call_is_free(self, wire, org, billing, account):
        rows = [
            wire.row(BA, Id=billing, Zuora__External_Id__c="key-2"),
            wire.row(BA, Id=billing, Name="x"),
        ]
        assert {r["success"] for r in wire.save("update", *rows).results} == {"true"}
        made = wire.save("create", wire.row(BA, Zuora__External_Id__c="key-1", Zuora__Account__c=account))
        assert made.results[0]["success"] == "true"


class TestAllOrNone:
    def test_one_bad_row_undoes_the_rest_and_says_so(self, wire, org):
        reply = wire.save("create", wire.row("Account", Name="A"), wire.row("Account"), all_or_none=True)
        assert error_of(reply)[:2] == (
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
        )
        assert [result["id"] for result in reply.results] == ["", ""]
        assert error_of(reply, 1)[0] == "REQUIRED_FIELD_MISSING"
        assert org.rows("Account") == []

    def test_rows_that_were_changes_keep_their_id_in_the_reply(self, wire, org, billing, account):
        rows = [
            wire.row(BA, Zuora__External_Id__c="key-1", Name="Changed"),
            wire.row(BA, Zuora__External_Id__c="key-2"),
            wire.row(BA, Zuora__External_Id__c="key-3", Zuora__Account__c=account),
        ]
        reply = wire.save("upsert", *rows, key=KEY, all_or_none=True)
        assert [result["id"] for result in reply.results] == [billing, "", ""]
        assert [result["created"] for result in reply.results] == ["false"] * 3
        assert [row["Name"] for row in org.rows(BA)] == ["B1"]

    def test_good_rows_are_kept_when_all_are_good(self, wire, org):
        wire.save("create", wire.row("Account", Name="A"), wire.row("Account", Name="B"), all_or_none=True)
        assert len(org.rows("Account")) == 2


class TestMasterDetail:
    def test_a_master_cannot_be_taken_away(self, wire, billing):
        reply = wire.save("update", wire.row(BA, nulls=["Zuora__Account__c"], Id=billing))
        assert error_of(reply)[0] == "REQUIRED_FIELD_MISSING"

    def test_a_reparentable_detail_moves(self, wire, org, billing):
        (other,) = org.load("Account", [{"Name": "Customer 02"}])
        assert wire.save("update", wire.row(BA, Id=billing, Zuora__Account__c=other)).results[0]["id"] == billing
        assert org.rows(BA)[0]["Zuora__Account__c"] == other

    def test_another_stays_with_its_master_and_may_name_it_again(self, wire, org, billing):
        payments = org.load(PAYMENT, [{"Zuora__BillingAccount__c": billing}] * 2)
        (part,) = org.load("Zuora__PaymentInvoice__c", [{"Zuora__Payment__c": payments[0]}])
        same = wire.row("Zuora__PaymentInvoice__c", Id=part, Zuora__Payment__c=payments[0])
        moved = wire.row("Zuora__PaymentInvoice__c", Id=part, Zuora__Payment__c=payments[1])
        reply = wire.save("update", same, moved)
        assert reply.results[0]["success"] == "true"
        assert error_of(reply, 1)[0] == "INVALID_FIELD_FOR_INSERT_UPDATE"

    def test_a_deleted_parent_cannot_be_pointed_at(self, wire, org, billing, account):
        wire.by_ids("delete", billing)
        reply = wire.save("create", wire.row(PAYMENT, Zuora__BillingAccount__c=billing))
        assert error_of(reply) == ("ENTITY_IS_DELETED", "entity is deleted", "Zuora__BillingAccount__c")


def test_users_cannot_be_written(wire, org):
    reply = wire.save("create", wire.row("User"))
    assert error_of(reply)[:2] == ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: User")


def test_an_id_in_a_create_call_is_refused(wire, account):
    reply = wire.save("create", wire.row("Account", Id=account, Name="A"))
    assert error_of(reply)[:2] == ("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call")


@pytest.mark.parametrize("namespace", ["urn:sobject.partner.soap.sforce.com", "urn:partner.soap.sforce.com", ""])
def test_rows_may_use_any_namespace_and_order(wire, org, namespace):
    inside = (
        f'<p:sObjects><x:Name xmlns:x="{namespace}">A</x:Name><x:type xmlns:x="{namespace}">Account</x:type>'
        f'<x:Id xmlns:x="{namespace}" xsi:nil="true"/></p:sObjects>'
        if namespace
        else '<sObjects xmlns=""><Name>A</Name><type>Account</type></sObjects>'
    )
    reply = wire.send("create", inside)
    assert reply.results[0]["success"] == "true", etree.fromstring(reply.body)
    assert [row["Name"] for row in org.rows("Account")] == ["A"]
